//! Interleaved rounds: a noisy moment of the machine meets every contestant, and the median counts.

use std::time::Duration;

use crate::contestant::{BoxError, Contestant};
use crate::resources;
use crate::workload::Workload;

/// What a round took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// Time on the clock.
    pub elapsed: Duration,
    /// Processor time of client and server.
    pub cpu: Duration,
}

/// The round of median time, for each contestant.
///
/// # Errors
///
/// Those of [`Contestant::run`].
pub fn medians(
    contestants: &[Box<dyn Contestant>],
    workload: Workload,
    rounds: usize,
) -> Result<Vec<Sample>, BoxError> {
    let mut samples = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for (contestant, samples) in contestants.iter().zip(&mut samples) {
            samples.push(sample(&**contestant, workload)?);
        }
    }
    Ok(samples.into_iter().map(median).collect())
}

fn sample(contestant: &dyn Contestant, workload: Workload) -> Result<Sample, BoxError> {
    let before = resources::cpu_time()?;
    let elapsed = contestant.run(workload)?;
    let cpu = resources::cpu_time()?.saturating_sub(before);
    Ok(Sample { elapsed, cpu })
}

fn median(mut samples: Vec<Sample>) -> Sample {
    samples.sort_unstable();
    samples[samples.len() / 2]
}
