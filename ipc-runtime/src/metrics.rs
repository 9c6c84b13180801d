//! What calls cost, for programs that count.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::connection::Connection;
use crate::exception::{Exception, ExceptionKind};
use crate::interface::Method;
use crate::message::Payload;

/// Is told of every call that ends, at either end: see [`IpcBuilder::metrics`](crate::IpcBuilder::metrics).
///
/// It runs where the call ends, so it should be quick, and must not block.
pub trait Metrics: Send + Sync + 'static {
    /// A call has ended. Calls within this process are not told, nor are those that the runtime makes to begin a
    /// connection and to make threads; `destroy` is, and what ends a call that was given up.
    fn call_ended(&self, call: &EndedCall);
}

/// A call that has ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EndedCall {
    /// Which end of the call this is.
    pub role: Role,
    /// The interface that declares the method, as the schema names it.
    pub interface: &'static str,
    /// The method, as the schema names it.
    pub method: &'static str,
    /// For a caller, from when the call was first polled, what it waited for a thread or for room included, to
    /// its answer. For a server, from when the handler began to its outcome.
    pub duration: Duration,
    /// The size of the parameters, in bytes. Who receives them counts the message around them, too.
    pub params_bytes: usize,
    /// The size of the results, in bytes, counted likewise; 0 if there are none.
    pub results_bytes: usize,
    /// What came of it. A call that was given up is [`ExceptionKind::Cancelled`].
    pub outcome: Result<(), ExceptionKind>,
}

/// The two ends of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It was made here.
    Caller,
    /// It was served here.
    Server,
}

/// Where the metrics of an [`Ipc`](crate::Ipc) go.
#[derive(Clone, Default)]
pub(crate) struct Sink(pub(crate) Option<Arc<dyn Metrics>>);

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sink").field(&self.0.is_some()).finish()
    }
}

/// A call that is measured until it is dropped.
pub(crate) struct Measured {
    metrics: Arc<dyn Metrics>,
    began: Instant,
    call: EndedCall,
}

impl Measured {
    /// None where nobody wants to know.
    pub(crate) fn begin(
        connection: &Connection,
        role: Role,
        method: &'static Method,
        params_bytes: impl FnOnce() -> usize,
    ) -> Option<Self> {
        let metrics = Arc::clone(connection.metrics().0.as_ref()?);
        let (interface, name) = method.names();
        Some(Self {
            metrics,
            began: Instant::now(),
            call: EndedCall {
                role,
                interface,
                method: name,
                duration: Duration::ZERO,
                params_bytes: params_bytes(),
                results_bytes: 0,
                outcome: Err(ExceptionKind::Cancelled),
            },
        })
    }

    pub(crate) fn end(mut self, outcome: &Result<Payload, Exception>) {
        self.call.outcome = match outcome {
            Ok(results) => {
                self.call.results_bytes = results.bytes();
                Ok(())
            }
            Err(exception) => Err(exception.kind()),
        };
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        self.call.duration = self.began.elapsed();
        self.metrics.call_ended(&self.call);
    }
}
