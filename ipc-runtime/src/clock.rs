//! The time for calls of objects that no connection is known of: those of this process, and those that another
//! call will bring.
//!
//! It is a clock of our own, on a thread that does nothing else and begins with the first such call. The caller's
//! runtime, if there is one, may have been built without a clock, and there is no way to ask: tokio panics.

use std::future::pending;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::time::Sleep;

use crate::exception::Exception;

static CLOCK: Mutex<Option<Handle>> = Mutex::new(None);

/// Waits, in whatever task or thread.
///
/// # Errors
///
/// The system gives no thread for the clock.
pub(crate) fn sleep(limit: Duration) -> Result<Sleep, Exception> {
    let clock = clock()?;
    let _entered = clock.enter();
    Ok(tokio::time::sleep(limit))
}

fn clock() -> Result<Handle, Exception> {
    let mut running = CLOCK.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(clock) = &*running {
        return Ok(clock.clone());
    }
    let error = |error| Exception::io("a thread for time limits", error);
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(error)?;
    let clock = runtime.handle().clone();
    std::thread::Builder::new()
        .name("ipc-clock".to_owned())
        .spawn(move || runtime.block_on(pending::<()>()))
        .map_err(error)?;
    Ok(running.insert(clock).clone())
}
