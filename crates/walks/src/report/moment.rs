//! Times and durations for people.

use time::macros::format_description;
use timeline::Timestamp;

use crate::moment::calendar;

/// `2026-03-02 09:00:00 UTC`; a time that no calendar has is shown as its number.
#[must_use]
pub fn date_time(at: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    calendar(at)
        .and_then(|time| time.format(&format).ok())
        .unwrap_or_else(|| at.to_string())
}

/// `61 ms`, `1.2 s`, `2 min 3 s`, from milliseconds.
#[must_use]
pub fn duration(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        _ => span(millis),
    }
}

/// A length of time that somebody chose, in its two largest units: `90 s` is `1 min 30 s`.
pub(super) fn span(millis: u64) -> String {
    let mut rest = millis;
    let counts = UNITS.map(|(unit, length)| {
        let count = rest / length;
        rest %= length;
        (count, unit)
    });
    let first = counts.iter().position(|(count, _)| *count > 0);
    let first = first.unwrap_or(UNITS.len() - 2);
    let parts: Vec<_> = counts
        .iter()
        .enumerate()
        .skip(first)
        .take(2)
        // Milliseconds beside seconds are noise.
        .filter(|(at, (count, unit))| *at == first || *count > 0 && *unit != "ms")
        .map(|(_, (count, unit))| format!("{count} {unit}"))
        .collect();
    parts.join(" ")
}

const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("min", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_durations_have_units() {
        assert_eq!(
            date_time(Timestamp(1_772_442_000_000)),
            "2026-03-02 09:00:00 UTC"
        );
        assert_eq!(date_time(Timestamp(i64::MAX)), "9223372036854775807 ms");
        assert_eq!(duration(61), "61 ms");
        assert_eq!(duration(1_290), "1.2 s");
        assert_eq!(duration(123_999), "2 min 3 s");
        for (millis, words) in [
            (0, "0 s"),
            (250, "250 ms"),
            (1_250, "1 s"),
            (90_000, "1 min 30 s"),
            (21_600_000, "6 h"),
            (86_400_000 + 60_000, "1 d"),
            (26 * 3_600_000, "1 d 2 h"),
        ] {
            assert_eq!(span(millis), words);
        }
    }
}
