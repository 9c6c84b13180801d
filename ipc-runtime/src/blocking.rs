//! Calls from programs without async: an [`Ipc`] with a runtime of its own, and [`Call::wait`].
//!
//! ```no_run
//! # use ipc_runtime::{Exception, Proxy, blocking};
//! # fn example<InitProxy: Proxy>() -> Result<(), Exception> {
//! let ipc = blocking::Ipc::new()?;
//! let init: InitProxy = ipc.connect_address("unix:node.sock")?;
//! // let text = init.make_echo().wait()?.echo("hello").wait()?;
//! # Ok(())
//! # }
//! ```

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::adapter::Serve;
use crate::builder::IpcBuilder;
use crate::call::Call;
use crate::exception::Exception;
use crate::listener::Listener;
use crate::proxy::Proxy;

/// An [`Ipc`](crate::Ipc) whose methods block, with a runtime of its own.
///
/// Proxies are the same as elsewhere: [`Call::wait`] makes a call of theirs and blocks until its answer
/// is there. Handlers of served objects run on the runtime's threads. When the last clone is dropped the
/// runtime ends, and with it every connection.
#[derive(Clone, Debug)]
pub struct Ipc {
    ipc: crate::Ipc,
    runtime: Arc<OwnRuntime>,
}

impl Ipc {
    /// With the defaults of [`Ipc::builder`](crate::Ipc::builder).
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn new() -> Result<Self, Exception> {
        Self::with(crate::Ipc::builder())
    }

    /// With these settings, but for their runtime.
    ///
    /// # Errors
    ///
    /// As [`Ipc::new`].
    pub fn with(settings: IpcBuilder) -> Result<Self, Exception> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("ipc")
            .enable_all()
            .build()
            .map_err(|error| Exception::io("the runtime's threads", error))?;
        let ipc = settings.runtime(runtime.handle().clone()).build()?;
        let runtime = Arc::new(OwnRuntime(Some(runtime)));
        Ok(Self { ipc, runtime })
    }

    /// As [`Ipc::connect_address`](crate::Ipc::connect_address).
    ///
    /// # Errors
    ///
    /// As there, and if the thread belongs to a runtime.
    pub fn connect_address<P: Proxy>(&self, address: &str) -> Result<P, Exception> {
        self.block_on(self.ipc.connect_address(address))
    }

    /// As [`Ipc::listen_address`](crate::Ipc::listen_address).
    ///
    /// # Errors
    ///
    /// As there, and if the thread belongs to a runtime.
    pub fn listen_address<P, T>(
        &self,
        address: &str,
        implementation: T,
    ) -> Result<Listener, Exception>
    where
        P: Proxy,
        Arc<T>: Serve<P>,
    {
        self.block_on(self.ipc.listen_address(address, implementation))
    }

    /// As [`Ipc::spawn_process`](crate::Ipc::spawn_process).
    ///
    /// # Errors
    ///
    /// As there, and if the thread belongs to a runtime.
    pub fn spawn_process<P: Proxy>(&self, program: impl AsRef<Path>) -> Result<P, Exception> {
        self.block_on(self.ipc.spawn_process(program))
    }

    /// What there is beyond this, for use with async code.
    pub fn ipc(&self) -> &crate::Ipc {
        &self.ipc
    }

    /// Blocks the thread until a future that belongs to this runtime is ready.
    ///
    /// # Errors
    ///
    /// Those of the future, and if the thread belongs to a runtime.
    pub fn block_on<T>(
        &self,
        future: impl Future<Output = Result<T, Exception>>,
    ) -> Result<T, Exception> {
        refuse_runtime_threads()?;
        match &self.runtime.0 {
            Some(runtime) => runtime.block_on(future),
            None => Err(Exception::failed("the runtime has ended")),
        }
    }
}

/// A runtime that ends without waiting, so that it can be dropped anywhere.
#[derive(Debug)]
struct OwnRuntime(Option<Runtime>);

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Blocks the thread until a call has its answer.
pub(crate) fn wait<T, E: From<Exception>>(call: Call<T, E>) -> Result<T, E> {
    refuse_runtime_threads()?;
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut cx = Context::from_waker(&waker);
    let mut call = pin!(call);
    loop {
        match call.as_mut().poll(&mut cx) {
            Poll::Ready(outcome) => return outcome,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// A thread that runs tasks must not block: what it waits for may be one of those.
fn refuse_runtime_threads() -> Result<(), Exception> {
    match Handle::try_current() {
        Err(_none) => Ok(()),
        Ok(_) => Err(Exception::failed(
            "this thread belongs to a tokio runtime, which it must not block: await the call, or in \
             `spawn_blocking` use `Handle::block_on`",
        )),
    }
}
