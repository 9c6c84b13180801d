//! When to try again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::node::V30_SETTLES;

/// How a [`Session`](super::Session) goes on connecting.
///
/// The first attempt is made at once, also after a connection that was steady. After a failed one it waits: `first`, then
/// twice as long after each, and at most `most`. Of each delay a random part is left out, up to a half, so that programs
/// that lost the same node do not all come back at the same time. Its longest delay is short by default, because a socket
/// of the same machine costs next to nothing to try, and a node that is back unnoticed may cost blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// The delay after the first failure. Default: 100 milliseconds.
    pub first: Duration,
    /// The longest delay. Default: one second.
    pub most: Duration,
    /// How long a connection has to last for the delays to start over. A shorter one counts as a failed attempt.
    /// Default: ten seconds.
    pub steady: Duration,
    /// How long a v30 node that has just come is left alone before anybody gets the connection. Bitcoin Core v30 ends when
    /// it is asked for a chain that it has not begun to load, and nothing tells when it has. Default: five seconds.
    pub settle: Duration,
    /// How long one who asks for a connection waits for it at most. Default: without end.
    pub limit: Option<Duration>,
}

impl Default for Reconnect {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            most: Duration::from_secs(1),
            steady: Duration::from_secs(10),
            settle: V30_SETTLES,
            limit: None,
        }
    }
}

impl Reconnect {
    /// The whole delay after so many failures in a row.
    fn delay(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.most)
    }
}

/// Counts failures, and knows when the next attempt is due.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    due: Option<Instant>,
}

impl Backoff {
    /// An attempt has failed.
    pub(super) fn fail(&mut self, policy: &Reconnect) {
        self.failures = self.failures.saturating_add(1);
        let delay = jittered(policy.delay(self.failures), random());
        self.due = Instant::now().checked_add(delay);
    }

    /// Whether the last attempt has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.failures > 0
    }

    /// The next attempt is due at once.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Waits until the next attempt is due. Dropped before, it is due no later.
    pub(super) async fn wait(&self) {
        if let Some(due) = self.due {
            sleep_until(due).await;
        }
    }
}

/// From a half of the delay to all of it.
fn jittered(delay: Duration, random: u32) -> Duration {
    let half = delay / 2;
    half.saturating_add(half.mul_f64(f64::from(random) / f64::from(u32::MAX)))
}

/// Enough chance for a delay: the standard library's hash maps have other keys each time.
fn random() -> u32 {
    let bits = RandomState::new().hash_one(()).to_le_bytes();
    u32::from_le_bytes([bits[0], bits[1], bits[2], bits[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let policy = Reconnect {
            first: Duration::from_millis(100),
            most: Duration::from_secs(1),
            ..Reconnect::default()
        };
        let delays = [1, 2, 3, 4, 5, 99, u32::MAX].map(|failures| policy.delay(failures));
        let expected = [100, 200, 400, 800, 1000, 1000, 1000];
        assert_eq!(delays, expected.map(Duration::from_millis));
    }

    #[test]
    fn the_longest_delays_are_delays() {
        let policy = Reconnect {
            first: Duration::MAX,
            most: Duration::MAX,
            ..Reconnect::default()
        };
        assert_eq!(policy.delay(40), Duration::MAX);
        let mut backoff = Backoff::default();
        backoff.fail(&policy);
    }

    #[test]
    fn at_most_a_half_is_left_out() {
        let delay = Duration::from_secs(8);
        assert_eq!(jittered(delay, 0), Duration::from_secs(4));
        assert_eq!(jittered(delay, u32::MAX), delay);
        let between = jittered(delay, u32::MAX / 2);
        assert!(between > Duration::from_secs(5) && between < Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_is_due_after_its_delay() {
        let policy = Reconnect::default();
        let mut backoff = Backoff::default();
        let began = Instant::now();
        backoff.wait().await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        for whole in [100, 200, 400].map(Duration::from_millis) {
            backoff.fail(&policy);
            let began = Instant::now();
            // Dropped, it is due no later.
            let half = tokio::time::timeout(whole / 4, backoff.wait()).await;
            assert!(half.is_err());
            backoff.wait().await;
            let waited = began.elapsed();
            // The clock has milliseconds.
            let most = whole + Duration::from_millis(1);
            assert!(
                waited >= whole / 2 && waited <= most,
                "{waited:?} of {whole:?}"
            );
        }
        backoff.reset();
        let began = Instant::now();
        backoff.wait().await;
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
