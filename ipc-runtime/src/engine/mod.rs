//! The seam between the runtime and whatever speaks the Cap'n Proto RPC protocol.
//!
//! Above it nothing knows of `capnp-rpc`; below it nothing knows of proxies, threads or contexts.
//! What crosses it is untyped: an interface id, a method ordinal, a [`Payload`].

use std::any::Any;
use std::fmt;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::adapter::LocalObject;
use crate::capability::Capability;
use crate::connection::Connection;
use crate::exception::{Exception, ExceptionKind};
use crate::stats::Stats;

mod answer;
pub(crate) mod capnp_rpc;
mod given_up;
mod later;
pub(crate) mod native;
mod reply;

pub(crate) use answer::{Answer, Request};
pub(crate) use given_up::{Cancelled, GivenUp};
pub(crate) use later::{Later, object_at};
pub(crate) use reply::{Interest, Reply};

/// What speaks the RPC protocol for an [`Ipc`](crate::Ipc). Proxies, adapters and peers cannot tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineKind {
    /// Our own: on the tasks and threads that are there anyway.
    #[default]
    Native,
    /// The `capnp-rpc` crate, on a thread of its own: two thread hops a call. For comparison.
    CapnpRpc,
}

/// An implementation of the RPC protocol.
pub(crate) trait Engine: fmt::Debug + Send + Sync {
    /// Starts the protocol on a socket that we connected, and returns at once with the promise of
    /// the peer's first object.
    ///
    /// The end of the connection is told to [`Connection::closed`], once.
    fn connect(
        &self,
        socket: UnixStream,
        connection: &Arc<Connection>,
    ) -> (Arc<dyn Link>, Arc<dyn RemoteObject>);

    /// Starts the protocol on a socket that a peer connected, and returns at once.
    ///
    /// `bootstrap` is the object that the peer gets first. Calls that arrive are handed to
    /// [`Connection::accept`] in their order of arrival; the end of the connection is told to
    /// [`Connection::closed`], once.
    fn serve(
        &self,
        socket: UnixStream,
        bootstrap: Arc<LocalObject>,
        connection: &Arc<Connection>,
    ) -> Arc<dyn Link>;
}

/// Why no further object of ours is passed to a peer.
fn too_many_here(limit: usize) -> Exception {
    Exception::new(
        ExceptionKind::Overloaded,
        format_args!(
            "the other side of the connection holds {limit} objects of this one, which is the limit \
             (IpcBuilder::objects)"
        ),
    )
}

/// Why calls of an object that a peer has passed fail: it was one too many.
fn too_many_there(limit: usize) -> Exception {
    Exception::new(
        ExceptionKind::Overloaded,
        format_args!(
            "{limit} objects of the other side are in use here, which is the limit (IpcBuilder::objects)"
        ),
    )
}

/// An engine's end of one connection.
pub(crate) trait Link: fmt::Debug + Send + Sync {
    /// Sends what is queued, then closes. Returns at once.
    fn close(&self);

    /// Waits until what is queued for the peer is little enough to add results; none if it is.
    fn room(&self) -> Option<BoxFuture<'static, ()>> {
        None
    }

    /// What is alive by the engine's own tables. An engine without any counts in the connection's
    /// [`Tally`](crate::stats::Tally).
    fn stats(&self) -> Stats;
}

/// An object of the peer, or the promise of one. Dropping it releases it.
pub(crate) trait RemoteObject: Any + fmt::Debug + Send + Sync {
    /// The connection that it came over.
    fn connection(&self) -> &Arc<Connection>;

    /// Calls a method. The call is sent at once, in the order of calling; dropping the answer tells
    /// the peer that it is no longer wanted.
    fn call(&self, request: Request) -> Answer;

    /// As [`RemoteObject::call`], for the sake of an object in the results: what a path of pointers
    /// leads to there. It can be called at once; where the engine can, its calls are sent at once, too.
    ///
    /// The call is given up when neither the answer nor the object is held any more.
    fn call_for(&self, request: Request, path: &[u16]) -> (Answer, Capability) {
        Later::of(self.call(request), path)
    }

    /// What the object turns out to be, once it is no promise any more: possibly one of our own.
    fn resolve(&self) -> BoxFuture<'static, Result<Capability, Exception>>;
}
