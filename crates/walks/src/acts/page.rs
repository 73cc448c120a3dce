//! What the person does on the relying party's page.

mod pin;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use super::told::{about_passkey, asked, label_of, lost, text};
use crate::{
    engine::{Act, Cast, Doing, Failure, PageAct, Recorded, Reference, Registry, Stage},
    kinds,
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Open>(
        "page.open",
        "[[steps]]\nact = \"page.open\"\npath = \"/account\"\n",
    );
    registry.act::<CreateAccount>(
        "page.create-account",
        "[[steps]]\nact = \"page.create-account\"\naccount = \"alice\"\n",
    );
    registry.act::<SignIn>("page.sign-in", "[[steps]]\nact = \"page.sign-in\"\n");
    registry.act::<SignOut>("page.sign-out", "[[steps]]\nact = \"page.sign-out\"\n");
    registry.act::<AddPasskey>(
        "page.add-passkey",
        "[[steps]]\nact = \"page.add-passkey\"\n",
    );
    registry.act::<RenamePasskey>(
        "page.rename-passkey",
        "[[steps]]\nact = \"page.rename-passkey\"\npasskey = \"Passkey 1\"\nname = \"My phone\"\n",
    );
    registry.act::<DeletePasskey>(
        "page.delete-passkey",
        "[[steps]]\nact = \"page.delete-passkey\"\npasskey = \"Passkey 1\"\n",
    );
    registry.act::<Cancel>("page.cancel", "[[steps]]\nact = \"page.cancel\"\n");
    pin::register(registry);
}

/// The person opens a path of the site, as by its address. Whatever ran on the page ends.
///
/// Every walk begins with the front page open.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Open {
    /// The path: `/`, `/sign-up` or `/account`; the front page unless it says otherwise.
    #[serde(default = "front")]
    path: String,
    /// The relying party whose site it is, by its name; the one that is shown unless it says
    /// otherwise, which is the first one's at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    relying_party: Option<String>,
}

fn front() -> String {
    "/".to_owned()
}

impl Act for Open {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let path = self.path.clone();
            let party = self.relying_party.as_deref();
            let rp_id = party
                .and_then(|party| stage.cast.rp_id(party))
                .map(str::to_owned);
            stage.page.act(&PageAct::Open { path, rp_id }).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        match &self.relying_party {
            Some(party) => format!("Open {} on the site of {party}.", self.path),
            None => format!("Open {} on the site.", self.path),
        }
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        asked(event, "GET", "/api/relying-party").is_some() || lost(event, "GET /api/relying-party")
    }

    fn problem(&self) -> Option<(String, String)> {
        let path = &self.path;
        let sentence = format!("\"{path}\" is no path of the site. Paths begin with a slash.");
        (!path.starts_with('/')).then(|| ("path".to_owned(), sentence))
    }

    fn refers(&self) -> Vec<Reference> {
        let party = self.relying_party.iter();
        party
            .map(|party| Reference::relying_party("relying-party", party))
            .collect()
    }
}

impl Recorded for Open {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        asked(event, "GET", "/api/relying-party")?;
        // The first load belongs to the walk's beginning.
        let mut earlier = (before.iter().rev())
            .filter(|event| asked(event, "GET", "/api/relying-party").is_some());
        let last = earlier.next()?;
        let elsewhere = last.body.get("rpId") != event.body.get("rpId");
        let party = cast.party_of(event).filter(|_| elsewhere);
        Some(Self {
            path: front(),
            relying_party: party.map(str::to_owned),
        })
    }
}

/// The person fills in the sign-up form and presses "Create account with a passkey".
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct CreateAccount {
    /// The account's name in the walk, which is its user name.
    account: String,
}

impl Act for CreateAccount {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let account = stage.cast.account(&self.account).ok_or_else(|| {
                Failure::Missing(format!(
                    "There is no account \"{}\" in this walk. Add it under [[accounts]].",
                    self.account
                ))
            })?;
            let act = PageAct::CreateAccount {
                username: account.name.clone(),
                display_name: account.display_name.clone(),
            };
            stage.page.act(&act).await
        })
    }

    fn instruction(&self, cast: &Cast) -> String {
        let known = cast.account(&self.account);
        let display_name = known.map_or(&self.account, |account| &account.display_name);
        format!(
            "On the site, create an account: user name {}, display name {display_name}.",
            self.account
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        let names = asked(event, "POST", "/api/registration/begin");
        names.is_some_and(|names| names["username"] == *self.account)
            || lost(event, "POST /api/registration/begin")
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::account("account", &self.account)]
    }
}

impl Recorded for CreateAccount {
    fn recorded(event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
        let names = asked(event, "POST", "/api/registration/begin")?;
        let account = names["username"].as_str()?.to_owned();
        Some(Self { account })
    }
}

/// An act without members that presses one control of the page.
macro_rules! press {
    ($(#[$about:meta])* $name:ident, $act:expr, $instruction:literal, $message:literal, $shown:expr, $recorded:expr) => {
        $(#[$about])*
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct $name {}

        impl Act for $name {
            fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
                Box::pin(async { stage.page.act(&$act).await })
            }

            fn instruction(&self, _: &Cast) -> String {
                $instruction.to_owned()
            }

            fn shown_by(&self, event: &Event, _: &Cast) -> bool {
                let shown: fn(&Event) -> bool = $shown;
                shown(event) || lost(event, $message)
            }
        }

        impl Recorded for $name {
            fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
                let recorded: fn(&Event, &[Event]) -> bool = $recorded;
                let act = Self {};
                (act.shown_by(event, cast) && recorded(event, before)).then_some(act)
            }
        }
    };
}

press!(
    /// The person presses "Sign in with a passkey".
    SignIn,
    PageAct::SignIn,
    "On the site, press “Sign in with a passkey”.",
    "POST /api/authentication/begin",
    |event| asked(event, "POST", "/api/authentication/begin").is_some(),
    // A look-alike asks for a challenge just as the site does.
    |_, before| {
        before
            .last()
            .is_none_or(|event| event.kind != kinds::PHISHED)
    }
);

press!(
    /// The person presses "Sign out".
    SignOut,
    PageAct::SignOut,
    "On the site, press “Sign out”.",
    "DELETE /api/session",
    |event| asked(event, "DELETE", "/api/session").is_some(),
    |_, _| true
);

press!(
    /// The person, signed in, presses "Add another passkey".
    AddPasskey,
    PageAct::AddPasskey,
    "On the account's page, press “Add another passkey”.",
    "POST /api/registration/begin",
    |event| {
        let names = asked(event, "POST", "/api/registration/begin");
        names.is_some_and(|names| names.get("username").is_none_or(|name| name.is_null()))
    },
    // A lost request may as well have been for a new account.
    |event, _| asked(event, "POST", "/api/registration/begin").is_some()
);

/// The person presses "Cancel" while the page waits for the passkey.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Cancel {}

impl Act for Cancel {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async { stage.page.act(&PageAct::Cancel).await })
    }

    fn instruction(&self, _: &Cast) -> String {
        "On the site, press “Cancel”.".to_owned()
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        event.kind == "client.failed" && text(event, "code") == Some("aborted")
    }
}

impl Recorded for Cancel {
    fn recorded(event: &Event, _: &[Event], cast: &Cast) -> Option<Self> {
        let act = Self {};
        act.shown_by(event, cast).then_some(act)
    }
}

/// The person gives a passkey another name on the account's page.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RenamePasskey {
    /// The name that the page shows so far. The first passkey of an account is `Passkey 1`.
    passkey: String,
    /// The new name.
    name: String,
}

impl Act for RenamePasskey {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let index = listed(stage, &self.passkey).await?;
            let label = self.name.clone();
            stage
                .page
                .act(&PageAct::RenamePasskey { index, label })
                .await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "On the account's page, rename the passkey “{}” to “{}”.",
            self.passkey, self.name
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        about_passkey(event, "PATCH").is_some() && event.body["body"]["label"] == *self.name
            || lost(event, "PATCH /api/passkeys/{id}")
    }
}

impl Recorded for RenamePasskey {
    fn recorded(event: &Event, before: &[Event], _: &Cast) -> Option<Self> {
        Some(Self {
            passkey: label_of(about_passkey(event, "PATCH")?, before)?,
            name: event.body["body"]["label"].as_str()?.to_owned(),
        })
    }
}

/// The person deletes a passkey on the account's page, and confirms it. The device keeps its own
/// copy.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct DeletePasskey {
    /// The name that the page shows. The first passkey of an account is `Passkey 1`.
    passkey: String,
}

impl Act for DeletePasskey {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let index = listed(stage, &self.passkey).await?;
            stage.page.act(&PageAct::DeletePasskey { index }).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "On the account's page, delete the passkey “{}” and confirm.",
            self.passkey
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        about_passkey(event, "DELETE").is_some() || lost(event, "DELETE /api/passkeys/{id}")
    }
}

impl Recorded for DeletePasskey {
    fn recorded(event: &Event, before: &[Event], _: &Cast) -> Option<Self> {
        let passkey = label_of(about_passkey(event, "DELETE")?, before)?;
        Some(Self { passkey })
    }
}

/// Where the page lists the passkey of this name.
async fn listed(stage: &Stage, label: &str) -> Result<usize, Failure> {
    let shown = stage.page.view().await?.passkeys;
    shown
        .iter()
        .position(|shown| shown == label)
        .ok_or_else(|| {
            let list = match shown.as_slice() {
                [] => "It lists none.".to_owned(),
                shown => format!("It lists {}.", shown.join(", ")),
            };
            Failure::Page(format!("The page lists no passkey “{label}”. {list}"))
        })
}
