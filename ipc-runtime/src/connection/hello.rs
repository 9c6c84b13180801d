//! What two peers of this runtime tell each other, beyond what libmultiprocess's do.
//!
//! A connection begins with a call of a method that only this runtime has, of the peer's first object.
//! Other peers answer that they do not have it, which is a sign of life as well.

use std::sync::atomic::Ordering;

use super::Connection;
use crate::engine::{EngineKind, RemoteObject, Request};
use crate::exception::{Exception, ExceptionKind};
use crate::interface::Method;
use crate::message::Payload;
use crate::threads::Threads;

/// `hello @0 (manners :UInt32) -> (manners :UInt32)`.
const HELLO: &Method = &Method::new(0xa2c5_8bd1_9f60_7e43, 0, "Runtime.hello")
    .params(1, 0)
    .results(1, 0);

/// A handler is dropped when its call is given up.
const STOPS_HANDLERS: u32 = 1 << 0;
/// Calls that name no thread run side by side.
const NEEDS_NO_THREADS: u32 = 1 << 1;

/// A call that is given up is answered all the same, when its handler has ended.
const TELLS_ENDS: u32 = 1 << 2;

/// Whether this is the peer's hello.
pub(super) fn is_hello(request: &Request) -> bool {
    (request.interface_id, request.ordinal) == (HELLO.interface_id, HELLO.ordinal)
}

impl Connection {
    /// Tells the peer how we are, and learns how it is.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub(super) async fn say_hello(&self, first: &dyn RemoteObject) -> Result<(), Exception> {
        let ours = self.manners();
        let params = Payload::build(HELLO.params, |params| params.set_scalar(0, ours, 0))?;
        match first.call(Request::new(HELLO, params)).await {
            Ok(theirs) => self.be_told(&theirs),
            Err(exception) if exception.kind() == ExceptionKind::Disconnected => Err(exception),
            Err(_refused) => Ok(()),
        }
    }

    /// Answers the peer's hello.
    pub(super) fn answer_hello(&self, params: &Payload) -> Result<Payload, Exception> {
        self.be_told(params)?;
        let ours = self.manners();
        Payload::build(HELLO.results, |results| results.set_scalar(0, ours, 0))
    }

    /// How this side is.
    fn manners(&self) -> u32 {
        let threads = match self.context.threads {
            Threads::Tasks => NEEDS_NO_THREADS,
            Threads::Dedicated => 0,
        };
        let engine = match self.context.engine {
            EngineKind::Native => TELLS_ENDS,
            // It sends nothing once it has heard that nobody waits.
            EngineKind::CapnpRpc => 0,
        };
        STOPS_HANDLERS | threads | engine
    }

    fn be_told(&self, theirs: &Payload) -> Result<(), Exception> {
        let theirs: u32 = theirs.read(|theirs| Ok(theirs.scalar(0, 0)))?;
        if theirs & STOPS_HANDLERS != 0 {
            self.stops_handlers.store(true, Ordering::Relaxed);
        }
        if theirs & TELLS_ENDS != 0 {
            self.tells_ends.store(true, Ordering::Relaxed);
        }
        if theirs & NEEDS_NO_THREADS != 0 {
            self.peer_threads.set_needless();
        }
        Ok(())
    }
}
