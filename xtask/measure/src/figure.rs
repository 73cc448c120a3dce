//! One figure: a ratio, its goal, and what it is a ratio to.

use std::fmt;

use serde::Serialize;

use crate::contest::Times;

/// A ratio and whether it is small enough.
#[derive(Serialize)]
pub struct Figure {
    name: &'static str,
    ratio: f64,
    goal: f64,
    met: bool,
    against: String,
    /// CPU time of one turn, in microseconds.
    ours_micros: f64,
    /// The same, of what it is compared with.
    theirs_micros: f64,
    /// Turns of ours in a second of CPU time.
    ours_per_second: f64,
}

impl Figure {
    /// `ours` over `theirs`, which is said to be `against`.
    pub fn new(name: &'static str, goal: f64, ours: &Times, theirs: &Times, against: &str) -> Self {
        let round = |value: f64| (value * 1000.0).round() / 1000.0;
        let ratio = round(ours.ratio_to(theirs));
        Self {
            name,
            ratio,
            goal,
            met: ratio <= goal,
            against: against.to_owned(),
            ours_micros: round(ours.median().as_secs_f64() * 1e6),
            theirs_micros: round(theirs.median().as_secs_f64() * 1e6),
            ours_per_second: (1.0 / ours.median().as_secs_f64()).round(),
        }
    }

    /// The figure as one line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:26} {:7.3}  goal {:5.2}  {:7}  against {} ({:.1} µs over {:.1} µs; {} a second)",
            self.name,
            self.ratio,
            self.goal,
            if self.met { "met" } else { "not met" },
            self.against,
            self.ours_micros,
            self.theirs_micros,
            self.ours_per_second,
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn times(micros: u64) -> Times {
        Times {
            name: "x",
            rounds: vec![Duration::from_micros(micros)],
        }
    }

    #[test]
    fn meets_its_goal_at_the_goal_itself_and_not_above() {
        let figure = |ours| Figure::new("rp_login_verify", 1.25, &times(ours), &times(100), "ring");
        assert!(figure(125).met);
        assert!(!figure(126).met);
    }

    #[test]
    fn says_the_same_on_one_line_for_people_and_for_programs() {
        let figure = Figure::new("rp_login_verify", 1.25, &times(120), &times(100), "ring");
        let line = figure.to_string();
        assert!(
            line.contains("rp_login_verify") && line.contains("1.200"),
            "{line}"
        );
        assert!(line.contains("met") && line.contains("ring"), "{line}");
        let json: serde_json::Value = serde_json::from_str(&figure.to_json()).unwrap();
        assert_eq!(json["name"], "rp_login_verify");
        assert_eq!((&json["ratio"], &json["goal"]), (&1.2.into(), &1.25.into()));
        assert_eq!(
            (&json["met"], &json["ours_per_second"]),
            (&true.into(), &8333.0.into())
        );
        assert!(line.contains("8333 a second"), "{line}");
        assert!(!line.contains('\n') && !figure.to_json().contains('\n'));
    }

    #[test]
    fn a_ratio_to_nothing_is_not_met() {
        assert!(!Figure::new("x", 1.0, &times(1), &times(0), "nothing").met);
    }
}
