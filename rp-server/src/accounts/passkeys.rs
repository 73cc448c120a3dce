//! What a signed-in visitor does with the account's passkeys and with the session.

use timeline::Seq;
use webauthn::id::CredentialId;

use super::names;
use crate::{
    Refusal, RelyingParty, kinds,
    sessions::{TokenHash, short_name},
    store::{CeremonyId, Deleted, FinishedCeremony, Passkey, Session},
};

impl RelyingParty {
    /// The visitor's session.
    pub(crate) async fn signed_in(&self, token: Option<TokenHash>) -> Result<Session, Refusal> {
        let token = token.ok_or(Refusal::SignedOut)?;
        self.store
            .session(token, self.now())
            .await?
            .ok_or(Refusal::SignedOut)
    }

    /// Ends the visitor's session.
    pub(crate) async fn sign_out(
        &self,
        token: Option<TokenHash>,
        cause: Option<Seq>,
    ) -> Result<(), Refusal> {
        let Some(token) = token else { return Ok(()) };
        if self.store.end_session(token).await? {
            self.tell(
                kinds::SESSION_ENDED,
                cause,
                || serde_json::json!({ "session": short_name(&token) }),
            );
        }
        Ok(())
    }

    /// The account's passkeys, oldest first.
    pub(crate) async fn passkeys(&self, token: Option<TokenHash>) -> Result<Vec<Passkey>, Refusal> {
        let session = self.signed_in(token).await?;
        Ok(self.store.passkeys(&session.account.id).await?)
    }

    /// Gives a passkey of the account another label.
    pub(crate) async fn rename_passkey(
        &self,
        token: Option<TokenHash>,
        id: &str,
        label: &str,
    ) -> Result<Passkey, Refusal> {
        let session = self.signed_in(token).await?;
        let id = CredentialId::parse(id).map_err(|_| Refusal::NoSuchPasskey)?;
        let label = names::label(label)?;
        self.store
            .rename_passkey(&session.account.id, &id, label)
            .await?
            .ok_or(Refusal::NoSuchPasskey)
    }

    /// Deletes a passkey of the account; other sessions made with it end.
    pub(crate) async fn delete_passkey(
        &self,
        token: Option<TokenHash>,
        id: &str,
    ) -> Result<(), Refusal> {
        let session = self.signed_in(token).await?;
        let token = token.ok_or(Refusal::SignedOut)?;
        let id = CredentialId::parse(id).map_err(|_| Refusal::NoSuchPasskey)?;
        match self
            .store
            .delete_passkey(&session.account.id, &id, token)
            .await?
        {
            Deleted::Done => Ok(()),
            Deleted::NoSuchPasskey => Err(Refusal::NoSuchPasskey),
            Deleted::LastPasskey => Err(Refusal::LastPasskey),
        }
    }

    /// What became of a ceremony.
    pub(crate) async fn finished_ceremony(
        &self,
        id: CeremonyId,
    ) -> Result<FinishedCeremony, Refusal> {
        self.store
            .finished(id)
            .await?
            .ok_or(Refusal::NoSuchCeremony)
    }
}
