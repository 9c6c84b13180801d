//! Objects of this process, as peers and proxies call them.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;

use crate::connection::{Connection, Scope};
use crate::engine::{Answer, Request};
use crate::exception::{Exception, ExceptionKind};
use crate::interface::{Interface, Method};
use crate::message::{Payload, StructBuilder, StructReader};
use crate::proxy::Proxy;

/// Turns calls by number into calls of a trait's methods. Generated for every interface.
///
/// # Order
///
/// Calls that a peer makes of one object begin in their order of arrival, on runtimes of every flavour: each
/// handler runs up to where it first waits before the next one begins, and what waits goes on by itself, side
/// by side with others. So a handler that blocks or computes before it first waits holds up later calls of its
/// object, and of no other; one that panics fails its own call. Calls that name a thread (by a `Context`) run
/// one after the other on that thread instead.
///
/// # Blocking
///
/// A handler runs on a worker of the runtime, as any task does. One that blocks there for long can hold up more
/// than its object: the worker may be the one that waits for the sockets of all connections, and the others do not
/// take over while they have nothing to do. Wrap what blocks in
/// [`block_in_place`](tokio::task::block_in_place) or [`spawn_blocking`](tokio::task::spawn_blocking), or let calls
/// run on [threads of the system](crate::Threads::Dedicated), where they name threads.
pub trait Adapter: Any + Send + Sync {
    /// The interface that it answers.
    fn interface(&self) -> &'static Interface;

    /// Starts one call. The runtime has made sure that the interface has the method.
    fn dispatch(&self, call: ServerCall) -> Dispatched;
}

/// A type that can be served as the interface of the proxy `P`.
///
/// It is generated for `Arc<T>` of every `T` that implements the interface's trait, which is how
/// [`Ipc::listen_address`](crate::Ipc::listen_address) and its like know what to serve.
pub trait Serve<P: Proxy> {
    /// Wraps the implementation.
    fn serve(self) -> P;
}

/// A running call: its results, or why there are none.
pub struct Dispatched(Handler);

type Handler = BoxFuture<'static, Result<Payload, Exception>>;

impl Dispatched {
    pub(crate) fn into_future(self) -> Handler {
        self.0
    }
}

impl fmt::Debug for Dispatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatched").finish_non_exhaustive()
    }
}

/// A call that arrived for an object of this process.
#[derive(Debug)]
pub struct ServerCall {
    method: &'static Method,
    params: Payload,
}

impl ServerCall {
    /// The id of the interface that declares the method, and the method's ordinal in it.
    pub fn method(&self) -> (u64, u16) {
        (self.method.interface_id, self.method.ordinal)
    }

    /// Decodes the parameters, runs the handler, encodes what it returned.
    ///
    /// Nothing happens before the returned future is polled; dropping it drops the handler.
    pub fn serve<A, R, F>(
        self,
        decode: impl FnOnce(&StructReader<'_>) -> Result<A, Exception> + Send + 'static,
        handle: impl FnOnce(A) -> F + Send + 'static,
        encode: impl FnOnce(&mut StructBuilder<'_>, R) + Send + 'static,
    ) -> Dispatched
    where
        F: Future<Output = Result<R, Exception>> + Send + 'static,
    {
        let Self { method, params } = self;
        Dispatched(Box::pin(async move {
            let handler = handle(params.read(decode)?);
            drop(params);
            let results = handler.await?;
            Payload::build(method.results, |builder| encode(builder, results))
        }))
    }

    /// As [`ServerCall::serve`], for a method whose failures are results: `encode` writes those that the
    /// schema declares, and gives back the others.
    pub fn serve_declaring<A, R, E, F>(
        self,
        decode: impl FnOnce(&StructReader<'_>) -> Result<A, Exception> + Send + 'static,
        handle: impl FnOnce(A) -> F + Send + 'static,
        encode: impl FnOnce(&mut StructBuilder<'_>, Result<R, E>) -> Result<(), Exception>
        + Send
        + 'static,
    ) -> Dispatched
    where
        F: Future<Output = Result<R, E>> + Send + 'static,
    {
        let Self { method, params } = self;
        Dispatched(Box::pin(async move {
            let handler = handle(params.read(decode)?);
            drop(params);
            let outcome = handler.await;
            let mut undeclared = Ok(());
            let results = Payload::build(method.results, |builder| {
                undeclared = encode(builder, outcome);
            });
            undeclared.and(results)
        }))
    }

    /// Answers that there is no such method.
    pub fn unimplemented(self) -> Dispatched {
        Dispatched(Box::pin(unimplemented(self.method.name)))
    }
}

/// What a method answers that an implementation has left out.
///
/// # Errors
///
/// Always.
pub async fn unimplemented<T, E: From<Exception>>(method: &'static str) -> Result<T, E> {
    let message = format_args!("{method} is not implemented");
    Err(Exception::new(ExceptionKind::Unimplemented, message).into())
}

/// The end of a call that did not begin.
fn refusal(exception: Exception) -> Handler {
    Box::pin(async { Err(exception) })
}

/// An adapter with its life: until it is destroyed, or until nothing refers to it.
pub(crate) struct LocalObject {
    interface: &'static Interface,
    adapter: Mutex<Option<Arc<dyn Adapter>>>,
    /// Its methods run where calls are read, as far as they come without waiting.
    inline: AtomicBool,
}

impl LocalObject {
    pub(crate) fn new(adapter: impl Adapter) -> Arc<Self> {
        Self::over(Arc::new(adapter))
    }

    /// One whose adapter others use as well.
    pub(crate) fn over(adapter: Arc<dyn Adapter>) -> Arc<Self> {
        Arc::new(Self {
            interface: adapter.interface(),
            adapter: Mutex::new(Some(adapter)),
            inline: AtomicBool::new(false),
        })
    }

    /// The same implementation with a life of its own: to destroy one leaves the other.
    pub(crate) fn share(&self) -> Arc<Self> {
        Arc::new(Self {
            interface: self.interface,
            adapter: Mutex::new(self.adapter()),
            inline: AtomicBool::new(self.is_inline()),
        })
    }

    /// What those that share an implementation have in common, and no others.
    pub(crate) fn identity(&self) -> Option<usize> {
        let adapter = self.adapter()?;
        Some(Arc::as_ptr(&adapter).cast::<()>().addr())
    }

    pub(crate) fn set_inline(&self) {
        self.inline.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_inline(&self) -> bool {
        self.inline.load(Ordering::Relaxed)
    }

    pub(crate) fn interface(&self) -> &'static Interface {
        self.interface
    }

    /// The adapter, if it is of this type and was not destroyed.
    pub(crate) fn downcast<A: Adapter>(&self) -> Option<Arc<A>> {
        let adapter: Arc<dyn Any + Send + Sync> = self.adapter()?;
        adapter.downcast().ok()
    }

    /// Starts a call. `connection` is the one that it came over, if it came over any.
    pub(crate) fn dispatch(
        &self,
        connection: Option<&Arc<Connection>>,
        method: &'static Method,
        params: Payload,
    ) -> Handler {
        if self.interface.is_destroy(method) {
            let adapter = self.take();
            return Box::pin(async move {
                drop(adapter);
                Payload::build(method.results, |_| ())
            });
        }
        let within = connection.is_none();
        let connection = connection.filter(|_| method.thread_map.is_some());
        let offered = match connection {
            Some(connection) => connection.take_offered_map(method, &params),
            None => Ok(()),
        };
        let handler = match offered {
            Ok(()) => self.handle(method, params),
            Err(exception) => refusal(exception),
        };
        let handler = match within {
            true => Scope::within(handler),
            false => handler,
        };
        match connection.cloned() {
            Some(connection) => Box::pin(async move {
                let mut results = handler.await?;
                connection.answer_map(method, &mut results)?;
                Ok(results)
            }),
            None => handler,
        }
    }

    fn handle(&self, method: &'static Method, params: Payload) -> Handler {
        if self.interface.is_construct(method) {
            return Box::pin(async { Payload::build(method.results, |_| ()) });
        }
        match self.adapter() {
            Some(adapter) => adapter
                .dispatch(ServerCall { method, params })
                .into_future(),
            None => refusal(Exception::failed(
                "the object was called after it was destroyed",
            )),
        }
    }

    /// Calls a method by its numbers, in this process.
    pub(crate) fn call(&self, request: Request) -> Answer {
        let Request {
            interface_id,
            ordinal,
            params,
        } = request;
        match self.method(interface_id, ordinal) {
            Ok(method) => Answer::Other(self.dispatch(None, method, params)),
            Err(exception) => Answer::failed(exception),
        }
    }

    /// The method that a call with these numbers means.
    pub(crate) fn method(
        &self,
        interface_id: u64,
        ordinal: u16,
    ) -> Result<&'static Method, Exception> {
        let interface = self.interface;
        interface.method(interface_id, ordinal).ok_or_else(|| {
            Exception::new(
                ExceptionKind::Unimplemented,
                format_args!(
                    "{} (@{:#018x}) has no method @{ordinal} of interface @{interface_id:#018x}",
                    interface.name, interface.id
                ),
            )
        })
    }

    fn adapter(&self) -> Option<Arc<dyn Adapter>> {
        self.adapter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Ends the object's life: calls fail from now on.
    pub(crate) fn take(&self) -> Option<Arc<dyn Adapter>> {
        self.adapter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl fmt::Debug for LocalObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalObject")
            .field("interface", &self.interface.name)
            .finish_non_exhaustive()
    }
}
