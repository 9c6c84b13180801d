//! What is measured.

use std::fmt;
use std::time::Duration;

/// Echo calls: how many, how many at a time, and how long the text is.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// Calls that wait for their answers at the same time.
    pub in_flight: usize,
    /// Calls of each of them.
    pub calls: usize,
    /// Bytes of text in each direction.
    pub bytes: usize,
}

impl Workload {
    /// What the table of calls has rows of.
    pub const ECHO: [Self; 5] = [
        Self::new(1, 5_000, 16),
        Self::new(16, 2_000, 16),
        Self::new(256, 200, 16),
        Self::new(1, 50, 1 << 20),
        Self::new(1, 15, 4 << 20),
    ];

    /// A caller for each connection, as HTTP has it.
    pub const HTTP: [Self; 2] = [Self::new(1, 3_000, 16), Self::new(32, 300, 16)];

    /// A caller for each of many connections.
    pub const CONNECTIONS: Self = Self::new(1_000, 20, 16);

    const fn new(in_flight: usize, calls: usize, bytes: usize) -> Self {
        Self {
            in_flight,
            calls,
            bytes,
        }
    }

    /// The text of every call.
    pub fn text(&self) -> String {
        "x".repeat(self.bytes)
    }

    /// The time of one call, if all took `elapsed`.
    pub fn per_call(&self, elapsed: Duration) -> Duration {
        elapsed.div_f64((self.in_flight * self.calls) as f64)
    }

    /// The calls of a second, if all took `elapsed`.
    pub fn per_second(&self, elapsed: Duration) -> f64 {
        (self.in_flight * self.calls) as f64 / elapsed.as_secs_f64()
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = match self.bytes {
            bytes if bytes >= 1 << 20 => format!("{} MiB", bytes >> 20),
            bytes => format!("{bytes} B"),
        };
        match self.in_flight {
            1 => write!(f, "{size}, one after the other"),
            n => write!(f, "{size}, {n} in flight"),
        }
    }
}
