//! The time for calls of objects that no connection is known of: those of this process, and those that another
//! call will bring.

use std::future::pending;
use std::panic::catch_unwind;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::time::Sleep;

use crate::exception::Exception;

/// A clock of our own, on a thread that does nothing else.
static OWN: Mutex<Option<Handle>> = Mutex::new(None);

/// Waits by the clock of the current runtime, or by our own where there is none.
///
/// # Errors
///
/// The system gives no thread for our own.
pub(crate) fn sleep(limit: Duration) -> Result<Sleep, Exception> {
    if Handle::try_current().is_ok() {
        // It panics if the runtime was built without a clock, and there is no way to ask.
        if let Ok(sleep) = catch_unwind(|| tokio::time::sleep(limit)) {
            return Ok(sleep);
        }
    }
    let clock = own_clock()?;
    let _entered = clock.enter();
    Ok(tokio::time::sleep(limit))
}

fn own_clock() -> Result<Handle, Exception> {
    let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(clock) = &*own {
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
    Ok(own.insert(clock).clone())
}
