//! Times as the calendar has them, in UTC.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use timeline::Timestamp;

/// The time by the calendar; none for a time that no calendar has.
pub(crate) fn calendar(at: Timestamp) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).ok()
}

/// `2026-03-02T09:00:00Z`; none for a time that no calendar has.
pub(crate) fn written(at: Timestamp) -> Option<String> {
    calendar(at)?.format(&Rfc3339).ok()
}

/// Reads RFC 3339, of any offset, to the millisecond.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let nanos = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let millis = nanos.unix_timestamp_nanos().div_euclid(1_000_000);
    i64::try_from(millis).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_as_it_was_written() {
        for millis in [0, 1, -1, 1_772_442_000_500, 253_402_300_799_999] {
            let text = written(Timestamp(millis)).expect("the calendar has it");
            assert_eq!(read(&text), Some(Timestamp(millis)), "{text}");
        }
        assert_eq!(
            written(Timestamp(1_772_442_000_500)).as_deref(),
            Some("2026-03-02T09:00:00.5Z")
        );
        let elsewhere = read("2026-03-02T10:00:00+01:00");
        assert_eq!(elsewhere, Some(Timestamp(1_772_442_000_000)));
    }

    #[test]
    fn what_no_calendar_has_is_no_time() {
        assert_eq!(written(Timestamp(i64::MAX)), None);
        for text in [
            "",
            "2026-03-02",
            "2026-02-30T00:00:00Z",
            "2026-03-02T09:00:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
