//! What a power cycle forgets of PIN and token: the key agreement keys, the wrong PINs in a row and
//! the pinUvAuthToken in use (CTAP 2.3 §6.5.2).

use std::time::Duration;

use ctap::Status;
use ctap::client_pin::Permissions;
use ctap::pin_uv_auth::{KeyAgreement, Protocol, PublicKey, SharedSecret, Token};
use rand_core::TryCryptoRng;

use crate::{Failure, Method};

/// How long a client may wait before it uses its token for the first time (§6.5.2.1, over USB).
const INITIAL_USAGE: Duration = Duration::from_secs(30);
/// How long the touch that brought a token counts as presence.
const USER_PRESENT: Duration = Duration::from_secs(30);
/// How long a token may be used at all.
const WHOLE_USAGE: Duration = Duration::from_secs(600);
/// Wrong PINs in a row until a power cycle is needed.
const MOST_MISMATCHES: u8 = 3;

/// The state; as new at power-up.
#[derive(Debug, Default)]
pub(crate) struct PinUvAuth {
    /// The keys of protocols 1 and 2, made when first asked for.
    keys: [Option<KeyAgreement>; 2],
    mismatches: u8,
    token: Option<InUse>,
}

/// A pinUvAuthToken in use. There is one at most: each new one ends the others of both protocols.
#[derive(Debug)]
pub(crate) struct InUse {
    pub(crate) protocol: Protocol,
    pub(crate) token: Token,
    /// How the user was verified for it.
    pub(crate) by: Method,
    pub(crate) permissions: Permissions,
    /// The relying party that it is good for; none: the first one that it is used for.
    pub(crate) rp_id: Option<String>,
    /// Whether a touch brought it, which then counts as presence.
    pub(crate) present: bool,
    /// When it was given, in monotonic time.
    pub(crate) since: Duration,
    pub(crate) used: bool,
}

/// A pinUvAuthParam and the protocol that it is to be verified by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Proof<'a> {
    pub(crate) param: &'a [u8],
    pub(crate) protocol: Protocol,
}

/// What a pinUvAuthParam proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Granted {
    /// How the user was verified.
    pub(crate) by: Method,
    /// Whether the user is known to be there, too.
    pub(crate) present: bool,
}

impl PinUvAuth {
    /// The key that the client is to agree with.
    pub(crate) fn key<R: TryCryptoRng + ?Sized>(
        &mut self,
        rng: &mut R,
        protocol: Protocol,
    ) -> Result<&KeyAgreement, Failure> {
        match &mut self.keys[place(protocol)] {
            Some(key) => Ok(key),
            none => Ok(none.insert(KeyAgreement::generate(rng).map_err(Failure::randomness)?)),
        }
    }

    /// `decapsulate`.
    pub(crate) fn secret<R: TryCryptoRng + ?Sized>(
        &mut self,
        rng: &mut R,
        protocol: Protocol,
        peer: &PublicKey,
    ) -> Result<SharedSecret, Failure> {
        Ok(self.key(rng, protocol)?.shared_secret(protocol, peer))
    }

    /// Notes a wrong PIN: the next one needs another key (`regenerate`).
    pub(crate) fn mismatched(&mut self, protocol: Protocol) {
        self.keys[place(protocol)] = None;
        self.mismatches = self.mismatches.saturating_add(1);
    }

    /// Notes the right PIN.
    pub(crate) fn matched(&mut self) {
        self.mismatches = 0;
    }

    /// Whether no PIN is taken until a power cycle.
    pub(crate) fn needs_power_cycle(&self) -> bool {
        self.mismatches >= MOST_MISMATCHES
    }

    /// `resetPinUvAuthToken` of both protocols, then `beginUsingPinUvAuthToken`.
    pub(crate) fn begin_using(&mut self, token: InUse) {
        self.token = Some(token);
    }

    /// Ends the token in use, if there is one: it was used up, or the PIN changed. Nothing that is
    /// offered would let part of it live on, as the permission for large blobs would.
    pub(crate) fn end_token(&mut self) {
        self.token = None;
    }

    /// Verifies `proof` over `message` and takes the token for a command that needs `permission` (step
    /// 11.1 of §6.1.2, step 6.1 of §6.2.2). `now` is monotonic time.
    ///
    /// # Errors
    /// CTAP2_ERR_PIN_AUTH_INVALID.
    pub(crate) fn authorize(
        &mut self,
        now: Duration,
        proof: Proof<'_>,
        message: &[u8],
        permission: Permissions,
        rp_id: &str,
    ) -> Result<Granted, Status> {
        let token = self.live(now).ok_or(Status::PinAuthInvalid)?;
        let proven = token.protocol == proof.protocol
            && token.token.verify(proof.protocol, message, proof.param);
        let bound_elsewhere = token.rp_id.as_deref().is_some_and(|it| it != rp_id);
        if !proven || !token.permissions.contains(permission) || bound_elsewhere {
            return Err(Status::PinAuthInvalid);
        }
        token.used = true;
        token.rp_id.get_or_insert_with(|| rp_id.to_owned());
        Ok(Granted {
            by: token.by,
            present: token.present,
        })
    }

    /// The token in use, after what its timers did (`pinUvAuthTokenUsageTimerObserver`).
    fn live(&mut self, now: Duration) -> Option<&mut InUse> {
        let age = |it: &InUse| now.saturating_sub(it.since);
        self.token
            .take_if(|it| age(it) >= WHOLE_USAGE || (!it.used && age(it) >= INITIAL_USAGE));
        let token = self.token.as_mut()?;
        token.present &= age(token) < USER_PRESENT;
        Some(token)
    }
}

fn place(protocol: Protocol) -> usize {
    match protocol {
        Protocol::One => 0,
        Protocol::Two => 1,
    }
}
