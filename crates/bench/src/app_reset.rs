//! A PIN that is reset in a device's app: a passkey of the account is shown there, and something
//! else than this PIN verifies the user.

use client::Call;
use device::{Device, EnrolmentInfo, Fate, InProcessChannel, Network as _, Passage};
use serde_json::{Value, json};
use webauthn::id::Origin;

use crate::{
    Bench, Error,
    asking::{ask, away},
    dialogs::About,
    faults::FaultyChannel,
};

impl Bench {
    /// Takes the account's PIN away in the device's app, after a passkey's assertion in which
    /// something else than this PIN verified the user.
    ///
    /// # Errors
    /// [`Error::Device`]: no such enrolment, or the app is locked; [`Error::NotReset`] when the
    /// device gave no assertion; [`Error::Away`]; [`Error::Refused`] when a step failed or the PIN
    /// itself verified the user; [`Error::VaultShut`], [`Error::Closing`].
    pub async fn enrolment_reset_pin(
        &self,
        device: String,
        enrolment: String,
    ) -> Result<(), Error> {
        let found = self.with(&device, move |device| {
            let mut enrolments = device.enrolments()?.into_iter();
            let found = enrolments.find(|it| it.enrolment_id == enrolment);
            let found = found.ok_or(device::Error::NoSuchEnrolment(enrolment))?;
            match device.app_locked()? {
                true => Err(device::Error::AppLocked.into()),
                false => Ok((device, found)),
            }
        });
        let (device, enrolment) = found.await?;
        let call = format!("reset of {}", enrolment.enrolment_id);
        let asked = self.app_asks(&device, &enrolment, "/pin/reset/begin", json!({}));
        let begun = self.until_closed(asked).await?;
        let credential = self
            .app_shows_passkey(call, &device, &enrolment, &begun["publicKey"])
            .await?;
        let finish = json!({
            "enrolmentId": enrolment.enrolment_id,
            "ceremony": begun["ceremony"],
            "credential": credential,
        });
        let asked = self.app_asks(&device, &enrolment, "/pin/reset/finish", finish);
        self.until_closed(asked).await?;
        self.note_change();
        Ok(())
    }

    /// The assertion of a passkey on this device; it ends with the bench, as a page's call does.
    async fn app_shows_passkey(
        &self,
        call: String,
        device: &Device,
        enrolment: &EnrolmentInfo,
        options: &Value,
    ) -> Result<Value, Error> {
        let origin =
            Origin::parse(&enrolment.origin).map_err(|error| Error::Call(error.to_string()))?;
        let registered = self.register(call, options)?;
        let client = self.client(About {
            key: device.id().to_string(),
            is_outside: false,
            rp_id: client::resolve_rp_id(&origin, options["rpId"].as_str()).ok(),
            purpose: "signIn",
            deadline: registered.deadline,
        });
        let channel = InProcessChannel::new(device.clone());
        let mut channel = FaultyChannel::new(channel, self.0.faults.clone());
        let page = Call {
            origin: &origin,
            options,
            abort: &registered.abort,
            cause: None,
        };
        let credential = client.get(&mut channel, page).await;
        let credential = credential.map_err(|error| Error::NotReset(error.to_string()))?;
        serde_json::to_value(credential).map_err(|error| Error::Call(error.to_string()))
    }

    /// One request of a device's app, across what lies before the device.
    async fn app_asks(
        &self,
        device: &Device,
        enrolment: &EnrolmentInfo,
        path: &'static str,
        body: Value,
    ) -> Result<Value, Error> {
        let network = &self.0.device_network;
        let passage = Passage {
            device: device.id(),
            origin: &enrolment.origin,
            path,
            cause: None,
        };
        let arrives = |fate| match fate {
            Fate::Deliver => Ok(()),
            Fate::Lose { why } => Err(away(&enrolment.rp_id, &why)),
        };
        arrives(network.sends(passage).await)?;
        let url = format!("{}{path}", enrolment.origin);
        let answer = ask(&enrolment.rp_id, |client| client.post(url).json(&body)).await;
        arrives(network.receives(passage).await)?;
        answer
    }
}
