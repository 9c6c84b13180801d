//! References to objects, here or in the peer.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::adapter::LocalObject;
use crate::engine::{Answer, Later, RemoteObject, Request};
use crate::exception::Exception;

/// A reference to an object that can be called and passed on. Cheap to clone, free to move.
#[derive(Clone)]
pub struct Capability(pub(crate) Target);

/// Where a capability's calls go.
#[derive(Clone)]
pub(crate) enum Target {
    /// An object of this process: calls reach it without any wire.
    Local(Arc<LocalObject>),
    /// An object, or the promise of one, at the other end of a connection.
    Remote(Arc<dyn RemoteObject>),
    /// An object that a call of this process will bring.
    Later(Arc<Later>),
}

impl Capability {
    pub(crate) fn local(object: Arc<LocalObject>) -> Self {
        Self(Target::Local(object))
    }

    pub(crate) fn remote(object: Arc<dyn RemoteObject>) -> Self {
        Self(Target::Remote(object))
    }

    /// Calls a method by its numbers, wherever the object is.
    pub(crate) fn call(&self, request: Request) -> Answer {
        match &self.0 {
            Target::Local(object) => object.call(request),
            Target::Remote(object) => object.call(request),
            Target::Later(object) => object.call(request),
        }
    }

    /// Calls a method for the sake of an object in its results: see [`RemoteObject::call_for`].
    pub(crate) fn call_for(&self, request: Request, path: &[u16]) -> (Answer, Self) {
        match &self.0 {
            Target::Remote(object) => object.call_for(request, path),
            _ => Later::of(self.call(request), path),
        }
    }

    /// What it is once it is no promise any more.
    pub(crate) fn resolve(&self) -> BoxFuture<'static, Result<Self, Exception>> {
        match &self.0 {
            Target::Local(_) => {
                let this = self.clone();
                Box::pin(async { Ok(this) })
            }
            Target::Remote(object) => object.resolve(),
            Target::Later(object) => object.resolve(),
        }
    }
}

impl fmt::Debug for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Local(object) => write!(f, "local {}", object.interface().name),
            Target::Remote(object) => object.fmt(f),
            Target::Later(object) => object.fmt(f),
        }
    }
}
