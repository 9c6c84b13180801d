//! What all generated proxies have in common.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use crate::exception::Exception;
use crate::interface::Interface;
use crate::object::Object;

/// A typed handle on an object: what `ipc-gen` generates as `XProxy`.
///
/// Clones are handles on the same object, which lives as long as one of them. The methods here make
/// handles that treat the object in another way, and can be combined.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no proxy",
    label = "no object can be called by this type",
    note = "objects go by the proxies that `ipc-gen` or `#[ipc_interface]` make for their interfaces, such as \
            `EchoProxy` for `Echo`"
)]
pub trait Proxy: Clone + fmt::Debug + Send + Sync + 'static {
    /// The interface whose methods it calls.
    const INTERFACE: &'static Interface;

    /// Wraps an untyped handle.
    fn from_object(object: Object) -> Self;

    /// The untyped handle.
    fn object(&self) -> &Object;

    /// A handle whose calls fail with [`ExceptionKind::TimedOut`](crate::ExceptionKind::TimedOut) when
    /// they have no answer within this time: see [`Call::timeout`](crate::Call::timeout).
    #[must_use = "the calls of the proxy that this returns have the limit"]
    fn with_timeout(&self, limit: Duration) -> Self {
        Self::from_object(self.object().clone().with_timeout(limit))
    }

    /// A handle whose calls, and those of its clones, run on one thread of the peer, one after the other
    /// in the order of sending. Without it each call runs on a thread that is idle.
    ///
    /// It makes a difference for methods with a Context of objects of a peer that has threads. A call
    /// that was given up may keep the thread busy until the peer is done with it. Bitcoin Core before v31 has no queue
    /// for a thread: there, await each call before the next, or it fails with "thread busy", or the node ends.
    #[must_use = "the calls of the proxy that this returns keep their order"]
    fn pinned(&self) -> Self {
        Self::from_object(self.object().clone().pinned())
    }

    /// Ends the object's life and waits until it has ended there: first its calls that are under way, then
    /// `destroy`, if the interface has that method. Dropping the last clone does the same without waiting.
    ///
    /// Calls of other clones fail from now on. It is no error to destroy an object twice. The object is
    /// also destroyed if the future is dropped once it was polled, but not before its calls have ended.
    ///
    /// # Errors
    ///
    /// The peer's, and a lost connection, with which the object went as well.
    fn destroy(self) -> impl Future<Output = Result<(), Exception>> + Send {
        let object = self.object().clone();
        drop(self);
        object.destroy()
    }

    /// Lets methods of an object of this process run on the task that reads the peer's calls, up to
    /// where they first wait. That saves each call a change of tasks.
    ///
    /// It is for methods that are quick: one that blocks or computes for long holds up every other call
    /// of its connection. Without it such a method holds up later calls of its own object, since these
    /// begin in their order (see [`Adapter`](crate::rt::Adapter)). An object of a peer is left as it is.
    #[must_use = "the proxy that this returns is the one to serve"]
    fn inline(self) -> Self {
        if let Some(object) = self.object().local_object() {
            object.set_inline();
        }
        self
    }
}

/// Compiles for what is a [`Proxy`], so that a type that is none can be told where it was written. Says whether it is
/// one of the interface with that id.
pub const fn is_proxy<T: Proxy>(id: u64) -> bool {
    T::INTERFACE.id == id
}
