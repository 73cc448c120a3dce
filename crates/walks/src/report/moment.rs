//! Times and durations for people.

use time::{OffsetDateTime, macros::format_description};
use timeline::Timestamp;

/// `2026-03-02 09:00:00 UTC`; a time that no calendar has is shown as its number.
#[must_use]
pub fn date_time(at: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    calendar(at)
        .and_then(|time| time.format(&format).ok())
        .unwrap_or_else(|| at.to_string())
}

pub(super) fn rfc3339(at: Timestamp) -> Option<String> {
    use time::format_description::well_known::Rfc3339;
    calendar(at)?.format(&Rfc3339).ok()
}

fn calendar(at: Timestamp) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).ok()
}

/// `61 ms`, `1.2 s`, `2 min 3 s`, from milliseconds.
#[must_use]
pub fn duration(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        _ => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_durations_have_units() {
        assert_eq!(
            date_time(Timestamp(1_772_442_000_000)),
            "2026-03-02 09:00:00 UTC"
        );
        assert_eq!(
            rfc3339(Timestamp(1_772_442_000_500)).as_deref(),
            Some("2026-03-02T09:00:00.5Z")
        );
        assert_eq!(date_time(Timestamp(i64::MAX)), "9223372036854775807 ms");
        assert_eq!(duration(61), "61 ms");
        assert_eq!(duration(1_290), "1.2 s");
        assert_eq!(duration(123_999), "2 min 3 s");
    }
}
