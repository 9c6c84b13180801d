//! What is waited for, on a terminal.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// What is over sooner is not worth a word.
const SOON: Duration = Duration::from_secs(1);

/// Awaits `future`, and says on stderr for how long already, if that is a terminal.
pub(crate) async fn waiting<T>(what: &str, future: impl Future<Output = T>) -> T {
    if !io::stderr().is_terminal() {
        return future.await;
    }
    let began = Instant::now();
    let mut ticks = interval_at(began + SOON, SOON);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut line = Line(false);
    tokio::pin!(future);
    loop {
        tokio::select! {
            outcome = &mut future => return outcome,
            _ = ticks.tick() => line.show(&format!("{what}… {} s", began.elapsed().as_secs())),
        }
    }
}

/// The last line of the terminal, which is empty again when this goes.
struct Line(bool);

impl Line {
    fn show(&mut self, text: &str) {
        self.0 = true;
        // Who cannot be told is not told.
        let _ = write!(io::stderr(), "\r\x1b[K{text}");
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.0 {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
