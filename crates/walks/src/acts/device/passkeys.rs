//! Passkeys on devices.

use bench::api::PasskeySummary;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use crate::{
    acts::told::{account_of, device_name, is_of, text},
    engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage},
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<RenamePasskey>(
        "device.rename-passkey",
        "[[steps]]\nact = \"device.rename-passkey\"\ndevice = \"phone\"\naccount = \"alice\"\nname = \"Work\"\n",
    );
    registry.act::<DeletePasskey>(
        "device.delete-passkey",
        "[[steps]]\nact = \"device.delete-passkey\"\ndevice = \"phone\"\naccount = \"alice\"\n",
    );
    registry.act::<CopyPasskeys>(
        "device.copy-passkeys",
        "[[steps]]\nact = \"device.copy-passkeys\"\nfrom = \"phone\"\nto = \"clone\"\n",
    );
}

/// Gives a passkey on a device a label of the tester's own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RenamePasskey {
    /// The device.
    device: String,
    /// The account whose passkey it is; the newest when it has several.
    account: String,
    /// The label.
    #[schemars(length(min = 1, max = 64))]
    name: String,
}

impl Act for RenamePasskey {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let (device, passkey) = passkey(stage, &self.device, &self.account).await?;
            let id = passkey.credential_id;
            Ok(stage
                .bench
                .passkey_rename(device, id, self.name.clone())
                .await?)
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "On {}, rename the passkey of {} to “{}”.",
            self.device, self.account, self.name
        )
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "device.passkey.renamed"
            && is_of(event, cast, Some(&self.device))
            && text(event, "label") == Some(&self.name)
    }

    fn refers(&self) -> Vec<Reference> {
        vec![
            Reference::device("device", &self.device),
            Reference::account("account", &self.account),
        ]
    }
}

impl Recorded for RenamePasskey {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let renamed = event.kind == "device.passkey.renamed";
        Some(Self {
            device: device_name(event, "device", before, cast).filter(|_| renamed)?,
            account: account_of(text(event, "credentialId")?, before)?,
            name: text(event, "label")?.to_owned(),
        })
    }
}

/// Deletes a passkey on a device. The relying party does not learn of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct DeletePasskey {
    /// The device.
    device: String,
    /// The account whose passkey it is; the newest when it has several.
    account: String,
}

impl Act for DeletePasskey {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let (device, passkey) = passkey(stage, &self.device, &self.account).await?;
            Ok(stage
                .bench
                .passkey_delete(device, passkey.credential_id)
                .await?)
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "On {}, delete the passkey of {}.",
            self.device, self.account
        )
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "device.passkey.deleted" && is_of(event, cast, Some(&self.device))
    }

    fn refers(&self) -> Vec<Reference> {
        vec![
            Reference::device("device", &self.device),
            Reference::account("account", &self.account),
        ]
    }
}

impl Recorded for DeletePasskey {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let deleted = event.kind == "device.passkey.deleted";
        Some(Self {
            device: device_name(event, "device", before, cast).filter(|_| deleted)?,
            account: account_of(text(event, "credentialId")?, before)?,
        })
    }
}

/// The device's id and its newest passkey of the account.
async fn passkey(
    stage: &Stage,
    device: &str,
    account: &str,
) -> Result<(String, PasskeySummary), Failure> {
    let found = stage.device(device).await?;
    let of_account = |passkey: &PasskeySummary| passkey.user_name.as_deref() == Some(account);
    let passkey = found.passkeys.into_iter().find(of_account);
    let passkey = passkey.ok_or_else(|| {
        Failure::Missing(format!("There is no passkey of {account} on {device}."))
    })?;
    Ok((found.id, passkey))
}

/// Copies the passkeys of one device to another, private keys and counters and all, as somebody
/// does who has read its memory.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct CopyPasskeys {
    /// The device whose passkeys are copied.
    from: String,
    /// The device that becomes its clone.
    to: String,
}

impl Act for CopyPasskeys {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let (from, to) = (
                stage.device(&self.from).await?,
                stage.device(&self.to).await?,
            );
            stage.bench.device_copy_passkeys(from.id, to.id).await?;
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!("Copy the passkeys of {} to {}.", self.from, self.to)
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        let is = |member, name: &str| {
            let wanted = cast.device(name);
            wanted.is_none_or(|device| text(event, member) == Some(device.id.as_str()))
        };
        event.kind == "bench.device.cloned" && is("from", &self.from) && is("to", &self.to)
    }

    fn refers(&self) -> Vec<Reference> {
        vec![
            Reference::device("from", &self.from),
            Reference::device("to", &self.to),
        ]
    }
}

impl Recorded for CopyPasskeys {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let cloned = event.kind == "bench.device.cloned";
        Some(Self {
            from: device_name(event, "from", before, cast).filter(|_| cloned)?,
            to: device_name(event, "to", before, cast)?,
        })
    }
}
