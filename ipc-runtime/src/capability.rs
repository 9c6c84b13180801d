//! References to objects, here or in the peer.

use std::fmt;
use std::sync::Arc;

use crate::adapter::LocalObject;
use crate::engine::RemoteObject;

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
}

impl fmt::Debug for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Local(object) => write!(f, "local {}", object.interface().name),
            Target::Remote(object) => object.fmt(f),
        }
    }
}
