//! Child processes that are asked to end.

use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;

/// A child process. Dropping it asks it to end.
#[derive(Debug)]
pub(super) struct Running(Child);

impl Running {
    pub(super) fn new(child: Child) -> Self {
        Self(child)
    }

    /// None once it was waited for.
    pub(super) fn id(&self) -> Option<u32> {
        self.0.id()
    }

    /// Waits for its end.
    pub(super) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.0.wait().await
    }

    /// Asks it to end, and kills it when that takes too long.
    pub(super) async fn end(&mut self, patience: Duration) -> std::io::Result<ExitStatus> {
        self.ask();
        match tokio::time::timeout(patience, self.0.wait()).await {
            Ok(ended) => ended,
            Err(_) => {
                self.0.start_kill()?;
                self.0.wait().await
            }
        }
    }

    /// Asks it to end, as the system does when it shuts down.
    fn ask(&self) {
        // Until it is waited for, no other process has its id.
        let pid = self.0.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            // One that is not there any more has ended by itself.
            _ = kill_process(pid, Signal::TERM);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.ask();
    }
}
