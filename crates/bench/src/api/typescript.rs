//! The shapes as TypeScript.

use timeline::{Event, Timestamp};
use ts_rs::TS;

use super::*;

/// Every shape of the window as TypeScript, for the window's generated bindings.
#[must_use]
pub fn typescript() -> String {
    fn declare<T: TS>(config: &ts_rs::Config, out: &mut String) {
        out.push_str(&T::docs().unwrap_or_default());
        out.push_str("export ");
        out.push_str(&T::decl(config));
        out.push_str("\n\n");
    }
    macro_rules! declare_all {
        ($($shape:ty),+ $(,)?) => {{
            let config = ts_rs::Config::default();
            let mut out = String::new();
            $(declare::<$shape>(&config, &mut out);)+
            out
        }};
    }
    declare_all!(
        Timestamp,
        timeline::Seq,
        timeline::Party,
        Event,
        BenchState,
        VaultSummary,
        WayOut,
        DeviceSummary,
        PinState,
        PasskeySummary,
        RelyingPartySummary,
        Problem,
        Prompt,
        Asker,
        Question,
        AccountChoice,
        PromptAnswer,
        CredentialsCall,
        CredentialsMethod,
        CredentialsAnswer,
        TimelinePage,
        TimelineQuery,
        WordsFor,
        KindGroup,
        TimelineMatches,
        TimelineRelated,
        SavedFile,
        About,
        VerificationReport,
        VerificationStep,
        SeamsState,
        ClockState,
        ClockMotion,
        NetworkState,
        FaultableMessage,
        Direction,
        Fault,
        Effect,
        Change,
        ArmedFault,
    )
}
