//! The shapes as TypeScript.

use timeline::{Event, Timestamp};
use ts_rs::TS;

use super::*;

/// Every shape of the window as TypeScript, for the window's generated bindings.
#[must_use]
pub fn typescript() -> String {
    [
        declaration::<Timestamp>(),
        declaration::<timeline::Seq>(),
        declaration::<timeline::Party>(),
        declaration::<Event>(),
        declaration::<BenchState>(),
        declaration::<VaultSummary>(),
        declaration::<WayOut>(),
        declaration::<DeviceSummary>(),
        declaration::<KeySummary>(),
        declaration::<client::KeyId>(),
        declaration::<client::FoundKey>(),
        declaration::<Bus>(),
        declaration::<KeyProblem>(),
        declaration::<Report>(),
        declaration::<diagnostics::Init>(),
        declaration::<diagnostics::Fact>(),
        declaration::<diagnostics::Part>(),
        declaration::<diagnostics::Standing>(),
        declaration::<diagnostics::Pin>(),
        declaration::<diagnostics::Took>(),
        declaration::<Finding>(),
        declaration::<diagnostics::State>(),
        declaration::<PlugWay>(),
        declaration::<Plugged>(),
        declaration::<PinState>(),
        declaration::<PasskeySummary>(),
        declaration::<EnrolmentSummary>(),
        declaration::<PinCacheState>(),
        declaration::<NewsStream>(),
        declaration::<PairingSummary>(),
        declaration::<ShownCode>(),
        declaration::<Scanned>(),
        declaration::<DeviceSettings>(),
        declaration::<VerificationMethod>(),
        declaration::<KeptStores>(),
        declaration::<Json>(),
        declaration::<RelyingPartySummary>(),
        declaration::<Problem>(),
        declaration::<Prompt>(),
        declaration::<Asker>(),
        declaration::<Question>(),
        declaration::<KeyPinPurpose>(),
        declaration::<AccountChoice>(),
        declaration::<PromptAnswer>(),
        declaration::<CredentialsCall>(),
        declaration::<CredentialsMethod>(),
        declaration::<CredentialsAnswer>(),
        declaration::<TimelinePage>(),
        declaration::<TimelineQuery>(),
        declaration::<WordsFor>(),
        declaration::<KindGroup>(),
        declaration::<TimelineMatches>(),
        declaration::<TimelineRelated>(),
        declaration::<SavedFile>(),
        declaration::<About>(),
        declaration::<VerificationReport>(),
        declaration::<VerificationStep>(),
        declaration::<SeamsState>(),
        declaration::<ClockState>(),
        declaration::<ClockMotion>(),
        declaration::<NetworkState>(),
        declaration::<FaultableMessage>(),
        declaration::<Direction>(),
        declaration::<Fault>(),
        declaration::<Effect>(),
        declaration::<Change>(),
        declaration::<ArmedFault>(),
    ]
    .concat()
}

/// A shape as TypeScript, exported, with its documentation.
#[must_use]
pub fn declaration<T: TS>() -> String {
    let documentation = T::docs().unwrap_or_default();
    let declared = T::decl(&ts_rs::Config::default());
    format!("{documentation}export {declared}\n\n")
}
