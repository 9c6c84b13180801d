//! What a proxy holds: a handle on an object that ends the object's life with its own.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::adapter::{Adapter, LocalObject};
use crate::call::Call;
use crate::capability::{Capability, Target};
use crate::engine::RemoteObject;
use crate::exception::Exception;
use crate::flow::Flow;
use crate::interface::{Interface, Method};
use crate::message::{Payload, StructBuilder, StructReader};

/// A typed handle on an object: what `ipc-gen` generates as `XProxy`.
pub trait Proxy: Clone + fmt::Debug + Send + Sync + 'static {
    /// The interface whose methods it calls.
    const INTERFACE: &'static Interface;

    /// Wraps an untyped handle.
    fn from_object(object: Object) -> Self;

    /// The untyped handle.
    fn object(&self) -> &Object;

    /// Lets methods of an object of this process run on the task that reads the peer's calls, up to
    /// where they first wait. That saves each call a change of tasks.
    ///
    /// It is for methods that are quick: one that blocks or computes for long holds up every other call
    /// of its connection. Without it such a method holds up later calls of its own object, since these
    /// begin in their order (see [`Adapter`](crate::rt::Adapter)). An object of a peer is left as it is.
    #[must_use = "the proxy that this returns is the one to serve"]
    fn inline(self) -> Self {
        if let Target::Local(object) = &self.object().0.capability.0 {
            object.set_inline();
        }
        self
    }
}

/// An untyped handle on an object, in this process or another.
///
/// When the last clone of a handle on a remote object goes, the object is destroyed there, if its
/// interface has a `destroy` method, and then released.
#[derive(Clone)]
pub struct Object(Arc<Handle>);

impl Object {
    /// A handle on an object of this process.
    pub fn local(adapter: impl Adapter) -> Self {
        let object = LocalObject::new(adapter);
        let interface = object.interface();
        Self::new(Capability::local(object), interface)
    }

    pub(crate) fn new(capability: Capability, interface: &'static Interface) -> Self {
        if let Target::Remote(object) = &capability.0 {
            object.connection().retain();
        }
        Self(Arc::new(Handle {
            capability,
            interface,
            in_use: AtomicBool::new(false),
            flow: Flow::default(),
        }))
    }

    /// Prepares a call: the parameters are encoded now, all else happens when the call is polled.
    pub fn call<T, D>(
        &self,
        method: &'static Method,
        fill: impl FnOnce(&mut StructBuilder<'_>),
        decode: D,
    ) -> Call<T>
    where
        T: 'static,
        D: FnOnce(&StructReader<'_>) -> Result<T, Exception> + Send + 'static,
    {
        let params = Payload::params(method.params, fill);
        Call::new(self.clone().answer(method, params, decode))
    }

    /// As [`Object::call`], for a method whose results can be an error that the schema declares.
    pub fn call_declaring<T, E, D>(
        &self,
        method: &'static Method,
        fill: impl FnOnce(&mut StructBuilder<'_>),
        decode: D,
    ) -> Call<T, E>
    where
        T: 'static,
        E: From<Exception> + 'static,
        D: FnOnce(&StructReader<'_>) -> Result<Result<T, E>, Exception> + Send + 'static,
    {
        let params = Payload::params(method.params, fill);
        let answer = self.clone().answer(method, params, decode);
        Call::new(async move { answer.await? })
    }

    /// The same object behind another proxy: one of an interface that its own extends.
    pub fn cast<P: Proxy>(&self) -> P {
        P::from_object(self.clone())
    }

    async fn answer<T>(
        self,
        method: &'static Method,
        params: Result<Payload, Exception>,
        decode: impl FnOnce(&StructReader<'_>) -> Result<T, Exception>,
    ) -> Result<T, Exception> {
        let outcome = match params {
            Ok(params) => self.send(method, params).await,
            Err(exception) => Err(exception),
        };
        outcome
            .and_then(|results| results.read(decode))
            .map_err(|exception| exception.in_method(method.name))
    }

    async fn send(&self, method: &'static Method, params: Payload) -> Result<Payload, Exception> {
        match &self.0.capability.0 {
            Target::Local(object) => object.dispatch(None, method, params).await,
            Target::Remote(object) if method.streams() => {
                self.0.flow.call(object, method, params).await
            }
            Target::Remote(object) => {
                let unfinished = Unfinished(Some(&self.0.in_use));
                let results = object.connection().call(&**object, method, params).await;
                unfinished.finish();
                results
            }
        }
    }

    /// The object as a message carries it to someone who may keep it.
    ///
    /// An object of ours is shared: when a peer destroys it, that ends the peer's share. An object of
    /// a peer will not be destroyed by us any more, since others may be using it.
    pub(crate) fn pass_on(&self) -> Capability {
        match &self.0.capability.0 {
            Target::Local(object) => Capability::local(object.share()),
            Target::Remote(_) => {
                self.0.in_use.store(true, Ordering::Relaxed);
                self.capability()
            }
        }
    }

    pub(crate) fn capability(&self) -> Capability {
        self.0.capability.clone()
    }

    /// The remote object behind the handle, if it is not one of this process.
    pub(crate) fn remote(&self) -> Option<&Arc<dyn RemoteObject>> {
        match &self.0.capability.0 {
            Target::Local(_) => None,
            Target::Remote(object) => Some(object),
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("interface", &self.0.interface.name)
            .field("capability", &self.0.capability)
            .finish()
    }
}

struct Handle {
    capability: Capability,
    interface: &'static Interface,
    /// Whether someone may be using the object when the handle goes: the peer, running a call that was
    /// given up, or whoever the object was passed on to.
    in_use: AtomicBool,
    flow: Flow,
}

impl Drop for Handle {
    fn drop(&mut self) {
        let Target::Remote(object) = &self.capability.0 else {
            return;
        };
        let object = Arc::clone(object);
        // A C++ peer that is still running a method of the object must not destroy it, and nothing
        // tells when the method ends. Releasing the capability is safe: there it waits. So it is where
        // others hold the object too.
        let destroy = self
            .interface
            .destroy
            .filter(|_| !self.in_use.load(Ordering::Relaxed) && !self.flow.is_busy());
        let connection = Arc::clone(object.connection());
        match destroy {
            Some(destroy) if connection.is_open() => {
                let runtime = connection.runtime().clone();
                runtime.spawn(async move {
                    let outcome = match Payload::params(destroy.params, |_| ()) {
                        Ok(params) => connection.call(&*object, destroy, params).await,
                        Err(exception) => Err(exception),
                    };
                    if let Err(exception) = outcome {
                        tracing::debug!(%exception, method = destroy.name, "not destroyed");
                    }
                    drop(object);
                    connection.release();
                });
            }
            _ => {
                drop(object);
                connection.release();
            }
        }
    }
}

/// Notes that a call was dropped before its answer.
struct Unfinished<'a>(Option<&'a AtomicBool>);

impl Unfinished<'_> {
    fn finish(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(in_use) = self.0 {
            in_use.store(true, Ordering::Relaxed);
        }
    }
}
