//! What the system gives to this process, and what it has used of it.

use std::io;
use std::time::Duration;

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::TimeValLike;

/// Files that a contestant may have open besides its connections.
const SPARE_FILES: usize = 256;

/// Makes sure that so many connections can be open at a time, with both ends in this process.
///
/// # Errors
///
/// The system's limit is lower.
pub fn allow_connections(connections: usize) -> io::Result<()> {
    let needed = (2 * connections + SPARE_FILES) as u64;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if hard < needed {
        return Err(io::Error::other(format!(
            "{connections} connections need {needed} open files, and the hard limit is {hard}; \
             raise it with `ulimit -Hn`"
        )));
    }
    Ok(setrlimit(Resource::RLIMIT_NOFILE, soft.max(needed), hard)?)
}

/// The processor time that this process has used, on all processors.
///
/// # Errors
///
/// The system does not tell.
pub fn cpu_time() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Ok(Duration::from_micros(micros.unsigned_abs()))
}
