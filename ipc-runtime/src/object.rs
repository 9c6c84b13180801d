//! What a proxy holds: a handle on an object that ends the object's life with its own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::adapter::{Adapter, LocalObject};
use crate::call::Call;
use crate::capability::{Capability, Target};
use crate::clock;
use crate::connection::{Awaited, Calling, Connection, Pin, Wanted};
use crate::engine::{Later, RemoteObject};
use crate::exception::{Exception, ExceptionKind};
use crate::flow;
use crate::handle::{Brought, Handle, Use};
use crate::interface::{Interface, Method};
use crate::message::{Payload, StructBuilder, StructReader};
use crate::proxy::Proxy;

/// An untyped handle on an object, in this process or another.
///
/// When the last clone of a handle on a remote object goes, the object is destroyed there, if its
/// interface has a `destroy` method, and then released.
#[derive(Clone)]
pub struct Object {
    /// If a call is to bring the object. Before the handle, whose end depends on it.
    wanted: Option<Arc<Wanted>>,
    handle: Arc<Handle>,
    timeout: Option<Duration>,
    pin: Option<Arc<Pin>>,
}

impl Object {
    /// A handle on an object of this process.
    pub fn local(adapter: impl Adapter) -> Self {
        let object = LocalObject::new(adapter);
        let interface = object.interface();
        Self::new(Capability::local(object), interface)
    }

    /// What tells an object of this process from all others that live, however it came here; none for one of a peer,
    /// and for one that was destroyed.
    pub fn local_identity(&self) -> Option<usize> {
        self.local_object()?.identity()
    }

    pub(crate) fn new(capability: Capability, interface: &'static Interface) -> Self {
        Self::of(Handle::new(capability, interface))
    }

    fn of(handle: Handle) -> Self {
        Self {
            wanted: None,
            handle: Arc::new(handle),
            timeout: None,
            pin: None,
        }
    }

    /// What a call that was sent is to bring. The call is given up with the last handle.
    fn promised(promise: Capability, call: Arc<Awaited>, interface: &'static Interface) -> Self {
        let wanted = Some(Wanted::new(&call));
        let handle = Handle::promised(promise, interface, call);
        Self {
            wanted,
            ..Self::of(handle)
        }
    }

    /// An object whose calls all fail.
    pub(crate) fn broken(reason: Exception, interface: &'static Interface) -> Self {
        Self::new(Later::found_by(async { Err(reason) }), interface)
    }

    /// Prepares a call: the parameters are encoded now, all else happens when the call is polled.
    pub fn call<T, D>(
        &self,
        method: &'static Method,
        fill: impl FnOnce(&mut StructBuilder<'_>),
        decode: D,
    ) -> Call<T>
    where
        D: FnOnce(&StructReader<'_>) -> Result<T, Exception> + Send + 'static,
    {
        let params = Payload::build(method.params, fill);
        Call::new(self.clone(), method, params, |method, outcome| {
            outcome
                .and_then(|results| results.read(decode))
                .map_err(|exception| exception.in_method(method.name))
        })
    }

    /// As [`Object::call`], for a method whose results can be an error that the schema declares.
    pub fn call_declaring<T, E, D>(
        &self,
        method: &'static Method,
        fill: impl FnOnce(&mut StructBuilder<'_>),
        decode: D,
    ) -> Call<T, E>
    where
        E: From<Exception>,
        D: FnOnce(&StructReader<'_>) -> Result<Result<T, E>, Exception> + Send + 'static,
    {
        let params = Payload::build(method.params, fill);
        Call::new(self.clone(), method, params, |method, outcome| {
            outcome
                .and_then(|results| results.read(decode))
                .map_err(|exception| exception.in_method(method.name))?
        })
    }

    /// The same object behind another proxy: one of an interface that its own extends.
    pub fn cast<P: Proxy>(&self) -> P {
        P::from_object(self.clone())
    }

    /// Makes a call. It is sent now, if it can be.
    pub(crate) fn start(
        self,
        method: &'static Method,
        params: Result<Payload, Exception>,
        timeout: Option<Duration>,
    ) -> Calling {
        if let Some(limit) = timeout {
            return Calling::other(self.run_within(limit, method, params));
        }
        match self.begin(params) {
            Ok((used, pin, params)) => run(used, pin, method, params),
            Err(reason) => Calling::other(async { Err(reason) }),
        }
    }

    fn begin(self, params: Result<Payload, Exception>) -> Result<Begun, Exception> {
        let params = params?;
        let used = Handle::begin(self.handle, self.wanted)?;
        Ok((used, self.pin, params))
    }

    async fn run_within(
        self,
        limit: Duration,
        method: &'static Method,
        params: Result<Payload, Exception>,
    ) -> Result<Payload, Exception> {
        // The runtime that polls this may be another one, without a clock.
        let elapsed = match self.remote() {
            Some(object) => {
                let _entered = object.connection().runtime().enter();
                tokio::time::sleep(limit)
            }
            None => clock::sleep(limit)?,
        };
        let (used, pin, params) = self.begin(params)?;
        tokio::select! {
            outcome = run(used, pin, method, params) => outcome,
            () = elapsed => Err(Exception::new(
                ExceptionKind::TimedOut,
                format_args!("there was no answer within {limit:?}"),
            )),
        }
    }

    /// Makes a call for the sake of the object that it brings.
    pub(crate) fn pipeline(
        self,
        method: &'static Method,
        params: Result<Payload, Exception>,
        timeout: Option<Duration>,
        interface: &'static Interface,
    ) -> Self {
        let Some(pointer) = method.object else {
            let reason = Exception::failed("the results are not one object");
            return Self::broken(reason.in_method(method.name), interface);
        };
        let (used, pin, params) = match self.clone().begin(params) {
            Ok(begun) => begun,
            Err(reason) => return Self::broken(reason.in_method(method.name), interface),
        };
        if let (Target::Remote(object), None) = (&used.capability().0, timeout) {
            let object = Arc::clone(object);
            let connection = Arc::clone(object.connection());
            let pin = pin.as_deref();
            match connection.call_for(object, method, params, used, pin, pointer) {
                Ok((promise, call)) => return Self::promised(promise, call, interface),
                Err(params) => return self.later(method, params, timeout, interface, pointer),
            }
        }
        self.later(method, params, timeout, interface, pointer)
    }

    /// As [`Object::pipeline`], where calls of the object have to wait for the answer.
    fn later(
        self,
        method: &'static Method,
        params: Payload,
        timeout: Option<Duration>,
        interface: &'static Interface,
        pointer: u16,
    ) -> Self {
        // So that the connection is not without any handle between the answer and what it brings.
        let keep = self.clone();
        let results = self.start(method, Ok(params), timeout);
        let brought = Arc::new(Brought::default());
        let bring = Arc::clone(&brought);
        let found = async move {
            let results = results.await;
            let object = results
                .and_then(|results| crate::engine::object_at(&results, &[pointer]))
                .map_err(|exception| exception.in_method(method.name))?;
            bring.found(object.clone(), interface);
            drop(keep);
            Ok(object)
        };
        let found = Later::found_by(found);
        Self::of(Handle::bringing(found, interface, Some(brought)))
    }

    /// The time limit of its calls.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// The same object, with a time limit for its calls.
    pub(crate) fn with_timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// The same object, with one thread of the peer's for its calls.
    pub(crate) fn pinned(mut self) -> Self {
        self.pin = Some(Arc::default());
        self
    }

    /// Ends the object's life, once its calls have ended, and waits for that.
    pub(crate) async fn destroy(self) -> Result<(), Exception> {
        let Self { wanted, handle, .. } = self;
        let destroyed = Handle::destroy(handle).await;
        drop(wanted);
        destroyed
    }

    /// The object as a message carries it to someone who may keep it.
    ///
    /// An object of ours is shared: when a peer destroys it, that ends the peer's share. An object of
    /// a peer will not be destroyed by us any more, since others may be using it.
    pub(crate) fn pass_on(&self) -> Capability {
        self.handle.pass_on()
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(crate) fn capability(&self) -> Capability {
        self.handle.keep();
        self.handle.capability().clone()
    }

    /// The remote object behind the handle, if it is not one of this process.
    pub(crate) fn remote(&self) -> Option<&Arc<dyn RemoteObject>> {
        match &self.handle.capability().0 {
            Target::Remote(object) => Some(object),
            Target::Local(_) | Target::Later(_) => None,
        }
    }

    /// The object of this process behind the handle, if it is one.
    pub(crate) fn local_object(&self) -> Option<&Arc<LocalObject>> {
        match &self.handle.capability().0 {
            Target::Local(object) => Some(object),
            Target::Remote(_) | Target::Later(_) => None,
        }
    }
}

/// A call that may be made: of what, on which thread of the peer if it is always the same, and with what.
type Begun = (Use, Option<Arc<Pin>>, Payload);

fn run(used: Use, pin: Option<Arc<Pin>>, method: &'static Method, params: Payload) -> Calling {
    match &used.capability().0 {
        Target::Remote(object) if !method.streams() => {
            let object = Arc::clone(object);
            Connection::call(object, method, params, Some(used), pin)
        }
        _ => Calling::other(run_elsewhere(used, pin, method, params)),
    }
}

/// Makes a call of an object of this process, of one that is to be found, or for a stream.
async fn run_elsewhere(
    used: Use,
    pin: Option<Arc<Pin>>,
    method: &'static Method,
    params: Payload,
) -> Result<Payload, Exception> {
    let mut found;
    let mut capability = used.capability();
    loop {
        match &capability.0 {
            Target::Local(object) => return object.dispatch(None, method, params).await,
            Target::Remote(object) => {
                let object = Arc::clone(object);
                if method.streams() {
                    return flow::call(object, method, params, used, pin).await;
                }
                return Connection::call(object, method, params, Some(used), pin).await;
            }
            Target::Later(object) => {
                found = object.found().await?;
                capability = &found;
            }
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("interface", &self.handle.interface().name)
            .field("capability", self.handle.capability())
            .finish()
    }
}
