//! Ctrl-C.

use std::process::ExitCode;

/// What a program ends with that was interrupted, as shells have it.
pub(crate) const INTERRUPTED: u8 = 130;

/// Awaits `future`; none if Ctrl-C comes first, which drops it.
pub(crate) async fn unless_interrupted<T>(future: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        outcome = future => Some(outcome),
        Ok(()) = tokio::signal::ctrl_c() => None,
    }
}

/// The end of a command that was interrupted before it was done.
pub(crate) fn interrupted() -> ExitCode {
    ExitCode::from(INTERRUPTED)
}
