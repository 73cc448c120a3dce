//! The steps about authenticator data, the same in both sections: 7.1/14 to 17, 7.2/15 to 18.

use webauthn::authenticator_data::{AuthenticatorData, Flags};
use webauthn::json::UserVerificationRequirement;

use crate::expected::Expected;
use crate::fact::Fact;
use crate::ladder::Ladder;

/// Judges four steps, `first` being the one on the RP ID hash. `bytes` are what was parsed;
/// `appid` is the AppID that stands in for the RP ID, if it was used (L3 §10.1.1).
pub(crate) fn judge<'a>(
    ladder: &mut Ladder<'a>,
    first: u8,
    bytes: &'a [u8],
    data: &AuthenticatorData<'a>,
    expected: &Expected<'a>,
    appid: Option<&'a str>,
    presence_required: bool,
) {
    let hashed = appid.unwrap_or(expected.rp_id.as_str());
    let right = data.rp_id_hash == webauthn::sha256(hashed.as_bytes());
    let fault = (
        "rpIdHashMismatch",
        "the RP ID hash is not this relying party's",
    );
    ladder.check(
        first,
        right,
        fault,
        Fact::HashOf(hashed),
        Fact::Hex(&bytes[..32]),
    );

    let (flags, found) = (data.flags, Fact::Flags(data.flags));
    if presence_required {
        let fault = (
            "userNotPresent",
            "the authenticator did not see the user's presence",
        );
        ladder.check(
            first + 1,
            flags.has(Flags::UP),
            fault,
            Fact::Flags(Flags::UP),
            found.clone(),
        );
    } else {
        ladder.skip(
            first + 1,
            "with conditional mediation no user presence is demanded",
        );
    }
    if expected.user_verification == UserVerificationRequirement::Required {
        let fault = (
            "userNotVerified",
            "the user was not verified, which is required",
        );
        ladder.check(
            first + 2,
            flags.has(Flags::UV),
            fault,
            Fact::Flags(Flags::UV),
            found.clone(),
        );
    } else {
        ladder.skip(first + 2, "user verification is not required");
    }
    if flags.has(Flags::BE) {
        ladder.pass(first + 3, Fact::Said("BS only with BE"), found);
    } else {
        let fault = (
            "backupStateInconsistent",
            "the credential claims to be backed up but not to be eligible",
        );
        ladder.check(
            first + 3,
            !flags.has(Flags::BS),
            fault,
            Fact::Said("BS only with BE"),
            found,
        );
    }
}
