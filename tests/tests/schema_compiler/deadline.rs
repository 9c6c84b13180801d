//! An end for what may never come to one.

use std::sync::mpsc;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(120);

/// Does something on a thread of its own, and panics if it takes too long.
pub(crate) fn within<T: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(work()));
    let done = receiver.recv_timeout(DEADLINE);
    done.unwrap_or_else(|error| panic!("{what} has not come to an end: {error}"))
}
