//! The connection to the node, which is made anew when it has been lost.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use ipc_runtime::ExceptionKind;
use serde_json::value::RawValue;

use super::dialect::{self, Code, Request};
use crate::error::Error;
use crate::execute::{Broken, Executed, Execution};
use crate::node::NodeBuilder;
use crate::rpc::Rpc;

/// For whom something runs.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) uri: &'a str,
    pub(super) user: &'a str,
}

/// Makes connections to one node, one at a time.
pub(super) struct Connection {
    node: NodeBuilder,
    /// The last attempt, which whoever needs a connection waits for together.
    attempt: Mutex<Option<Attempt>>,
}

type Attempt = Shared<BoxFuture<'static, Result<Connected, Error>>>;

#[derive(Clone)]
struct Connected {
    rpc: Rpc,
    lost: Arc<AtomicBool>,
}

impl Connection {
    pub(super) fn new(node: NodeBuilder) -> Self {
        Self {
            node,
            attempt: Mutex::default(),
        }
    }

    /// Runs a request. What fails on the way there is a JSON-RPC error too.
    pub(super) async fn execute(&self, request: &Request<'_>, asked: Asked<'_>) -> Executed {
        let connected = match self.connected().await {
            Ok(connected) => connected,
            Err(error @ Error::Missing { .. }) => return failed(Code::Internal, error),
            Err(error) => {
                tracing::warn!(%error, "the node cannot be reached");
                return failed(
                    Code::Warmup,
                    format_args!("the node cannot be reached: {error}"),
                );
            }
        };
        let execution = Execution {
            method: &request.method,
            params: request.params,
            id: request.sender.id.unwrap_or(RawValue::NULL),
            uri: asked.uri,
            user: asked.user,
        };
        match connected.rpc.execute(execution).await {
            Ok(executed) => executed,
            Err(Broken::Answer(reason)) => failed(Code::Internal, reason),
            Err(Broken::Call(exception)) => match exception.kind() {
                ExceptionKind::Disconnected => {
                    connected.lost.store(true, Ordering::Relaxed);
                    tracing::warn!(%exception, "the node went away");
                    let text = "the node went away, and what became of the request is unknown";
                    failed(Code::Internal, format_args!("{text}: {exception}"))
                }
                ExceptionKind::Failed | ExceptionKind::Declared => {
                    failed(Code::Misc, exception.message())
                }
                _ => failed(Code::Internal, exception),
            },
        }
    }

    async fn connected(&self) -> Result<Connected, Error> {
        let attempt = {
            let mut last = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
            match &*last {
                Some(attempt) if attempt.peek().is_none_or(is_of_use) => attempt.clone(),
                _ => last
                    .insert(connect(self.node.clone()).boxed().shared())
                    .clone(),
            }
        };
        attempt.await
    }
}

async fn connect(node: NodeBuilder) -> Result<Connected, Error> {
    let ipc = node.settled_ipc()?;
    let rpc = node.ipc(ipc.clone()).connect().await?.rpc().await?;
    let lost = Arc::new(AtomicBool::new(false));
    let noting = Arc::clone(&lost);
    rpc.when_lost(&ipc, move || noting.store(true, Ordering::Relaxed));
    Ok(Connected { rpc, lost })
}

fn is_of_use(attempt: &Result<Connected, Error>) -> bool {
    (attempt.as_ref()).is_ok_and(|connected| !connected.lost.load(Ordering::Relaxed))
}

fn failed(code: Code, message: impl fmt::Display) -> Executed {
    Executed::Error(dialect::error(code, &message.to_string()))
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("node", &self.node)
            .finish_non_exhaustive()
    }
}
