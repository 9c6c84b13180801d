//! Objects whose interface the schema leaves open.

use crate::interface::Interface;
use crate::object::Object;
use crate::proxy::Proxy;

/// A handle on an object whose interface the schema leaves open: `Capability`.
///
/// Whoever knows the interface casts it. An interface with a `destroy` method is destroyed by the
/// typed proxy, so cast such an object once, and clone the result.
#[derive(Clone, Debug)]
pub struct AnyProxy(Object);

impl AnyProxy {
    /// Forgets the interface of a proxy.
    pub fn new<P: Proxy>(proxy: P) -> Self {
        Self(proxy.object().clone())
    }

    /// The object as one of an interface that the caller knows it to have. Nothing is asked of the
    /// peer: methods that the object does not have fail when they are called.
    pub fn cast<P: Proxy>(&self) -> P {
        P::from_object(Object::new(self.0.capability(), P::INTERFACE))
    }
}

impl Proxy for AnyProxy {
    const INTERFACE: &'static Interface = &Interface::new("Capability", 0, &[]);

    fn from_object(object: Object) -> Self {
        Self(object)
    }

    fn object(&self) -> &Object {
        &self.0
    }
}
