//! Contenders in interleaved rounds, by CPU time.

use std::time::Duration;

use cpu_time::ThreadTime;

/// Something measured: its name, and the work of one turn, which is given the turn's number.
pub struct Contender<'a> {
    pub name: &'static str,
    pub turn: Box<dyn FnMut(usize) -> Result<(), crate::Error> + 'a>,
}

impl<'a> Contender<'a> {
    pub fn new(
        name: &'static str,
        turn: impl FnMut(usize) -> Result<(), crate::Error> + 'a,
    ) -> Self {
        Self {
            name,
            turn: Box::new(turn),
        }
    }
}

/// The CPU time of one turn of one contender, once for each round.
pub struct Times {
    pub name: &'static str,
    pub rounds: Vec<Duration>,
}

/// Runs `rounds` rounds of `turns` turns each, after one round that is not counted.
pub fn run<const N: usize>(
    contenders: &mut [Contender<'_>; N],
    rounds: usize,
    turns: usize,
) -> Result<[Times; N], crate::Error> {
    let mut times = contenders.each_ref().map(|contender| Times {
        name: contender.name,
        rounds: Vec::with_capacity(rounds),
    });
    for round in 0..=rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let begin = ThreadTime::now();
            for turn in 0..turns {
                (contender.turn)(turn)?;
            }
            if round > 0 {
                times
                    .rounds
                    .push(begin.elapsed() / u32::try_from(turns).unwrap_or(u32::MAX));
            }
        }
    }
    Ok(times)
}

impl Times {
    /// The median of the rounds.
    pub fn median(&self) -> Duration {
        median(self.rounds.iter().copied()).unwrap_or_default()
    }

    /// The median, over the rounds, of this time over the other's.
    pub fn ratio_to(&self, other: &Times) -> f64 {
        let ratios = self.rounds.iter().zip(&other.rounds);
        let ratios = ratios.map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64());
        median(ratios.map(Total)).map_or(f64::NAN, |Total(ratio)| ratio)
    }
}

/// The one with the smallest median.
pub fn fastest(times: &[Times]) -> Option<&Times> {
    times.iter().min_by_key(|times| times.median())
}

fn median<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut values: Vec<T> = values.collect();
    values.sort();
    values.get(values.len() / 2).copied()
}

/// A float in its total order.
#[derive(Clone, Copy)]
struct Total(f64);

impl Ord for Total {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Total {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Total {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Total {}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(name: &'static str, micros: &[u64]) -> Times {
        Times {
            name,
            rounds: micros
                .iter()
                .map(|&micros| Duration::from_micros(micros))
                .collect(),
        }
    }

    #[test]
    fn compares_round_by_round_so_that_a_slow_spell_hits_both() {
        let ours = times("ours", &[20, 200, 20, 2000, 20]);
        let theirs = times("theirs", &[10, 100, 10, 1000, 10]);
        assert_eq!(ours.ratio_to(&theirs), 2.0);
        assert_eq!(ours.median(), Duration::from_micros(20));
    }

    #[test]
    fn picks_the_fastest_by_its_median_not_by_a_lucky_round() {
        let all = [times("steady", &[10, 10, 10]), times("lucky", &[1, 30, 30])];
        assert_eq!(fastest(&all).map(|times| times.name), Some("steady"));
        assert!(fastest(&[]).is_none());
    }

    #[test]
    fn gives_each_contender_every_turn_and_does_not_count_the_first_round() {
        let mut turns = Vec::new();
        let times = run(
            &mut [Contender::new("a", |turn| {
                turns.push(turn);
                Ok(())
            })],
            2,
            3,
        )
        .unwrap();
        assert_eq!(times[0].rounds.len(), 2);
        assert_eq!(turns, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
    }

    #[test]
    fn stops_when_a_contender_refuses() {
        let refusing = Contender::new("a", |_| Err(crate::Error::Refused("a")));
        assert!(run(&mut [refusing], 1, 1).is_err());
    }
}
