//! Who calls, for handlers that want to know.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::connection::Scope;
use crate::credentials::Credentials;

/// The call that a handler serves, and who made it.
///
/// ```no_run
/// # async fn compute() -> u32 { 0 }
/// # async fn handler() -> u32 {
/// use ipc_runtime::Caller;
///
/// if let Some(caller) = Caller::current() {
///     // A peer made the call, not somebody in this process.
///     println!("{} of {:?}", caller.method(), caller.credentials());
///     caller.run_to_end();
/// }
/// compute().await
/// # }
/// ```
#[derive(Clone)]
pub struct Caller(Arc<Scope>);

impl Caller {
    /// That of the handler which runs on the current task. None for calls within this process, and in
    /// tasks that a handler has spawned: pass it to those.
    pub fn current() -> Option<Self> {
        Scope::current().map(Self)
    }

    /// Interface and method as the schema names them, with a dot between.
    pub fn method(&self) -> &'static str {
        self.0.method().name
    }

    /// The process at the other end of the socket, as the system knew it when the connection was made;
    /// none where the system does not tell.
    pub fn credentials(&self) -> Option<Credentials> {
        self.0.connection().credentials()
    }

    /// The name of the thread on which the call runs: the one that the peer gave it, or `pool/0` and so on for those
    /// of the pool that the peer asked for. None if the call runs on no thread that the peer had made.
    pub fn thread_name(&self) -> Option<&str> {
        self.0.thread_name()
    }

    /// Lets the handler run to its end even if the caller gives the call up, as a libmultiprocess server
    /// does. Without it, the handler is dropped at the await where it is then.
    pub fn run_to_end(&self) {
        self.0.run_to_end();
    }

    /// Whether the caller has given the call up, or is gone.
    pub fn is_cancelled(&self) -> bool {
        self.0.token().is_cancelled()
    }

    /// Ready when the caller has given the call up, or is gone: for tasks and threads that work for the
    /// handler, and for handlers that [run to their end](Caller::run_to_end).
    pub fn cancelled(&self) -> impl Future<Output = ()> + Send + use<> {
        self.0.token().clone().cancelled_owned()
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("method", &self.method())
            .finish_non_exhaustive()
    }
}
