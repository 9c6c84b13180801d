//! What a caller may pass where a method takes an object.

use std::sync::Arc;

use crate::adapter::Serve;
use crate::proxy::Proxy;

/// A value that becomes a proxy `P`: a proxy, a reference to one, or something that can be served as
/// one, such as an implementation of the interface's trait or, where one method `call` is all that
/// the interface has, a closure.
///
/// `By` tells these apart, so that they can be implemented side by side; the compiler finds it out.
pub trait IntoProxy<P, By> {
    /// Makes the proxy.
    fn into_proxy(self) -> P;
}

/// The ways to become a proxy.
pub mod by {
    /// It is one.
    #[derive(Debug)]
    pub enum Itself {}
    /// It refers to one.
    #[derive(Debug)]
    pub enum Reference {}
    /// It implements the interface.
    #[derive(Debug)]
    pub enum Implementation {}
    /// It shares an implementation of the interface.
    #[derive(Debug)]
    pub enum Shared {}
}

impl<P: Proxy> IntoProxy<P, by::Itself> for P {
    fn into_proxy(self) -> P {
        self
    }
}

impl<P: Proxy> IntoProxy<P, by::Reference> for &P {
    fn into_proxy(self) -> P {
        self.clone()
    }
}

impl<P: Proxy, T> IntoProxy<P, by::Implementation> for T
where
    Arc<T>: Serve<P>,
{
    fn into_proxy(self) -> P {
        Arc::new(self).serve()
    }
}

impl<P: Proxy, T> IntoProxy<P, by::Shared> for Arc<T>
where
    Arc<T>: Serve<P>,
{
    fn into_proxy(self) -> P {
        self.serve()
    }
}
