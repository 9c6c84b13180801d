//! References to objects, here or in the peer.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::adapter::LocalObject;
use crate::engine::RemoteObject;
use crate::exception::Exception;
use crate::message::Payload;

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
}

impl Capability {
    pub(crate) fn local(object: Arc<LocalObject>) -> Self {
        Self(Target::Local(object))
    }

    pub(crate) fn remote(object: Arc<dyn RemoteObject>) -> Self {
        Self(Target::Remote(object))
    }

    /// Calls a method by its numbers, wherever the object is.
    pub(crate) fn call(
        &self,
        interface_id: u64,
        ordinal: u16,
        params: Payload,
    ) -> BoxFuture<'static, Result<Payload, Exception>> {
        match &self.0 {
            Target::Local(object) => object.call(interface_id, ordinal, params),
            Target::Remote(object) => object.call(interface_id, ordinal, params),
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
        }
    }
}

impl fmt::Debug for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Local(object) => write!(f, "local {}", object.interface().name),
            Target::Remote(object) => object.fmt(f),
        }
    }
}
