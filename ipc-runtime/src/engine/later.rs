//! Objects that are not known yet, and that no engine knows by a name.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::{Answer, Request};
use crate::capability::{Capability, Target};
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;

/// How many such objects may turn out to be each other in a row.
const MAX_DEPTH: usize = 64;

/// What a call of this process, or one that cannot be sent yet, will bring. Its calls wait for that, and
/// then begin in whatever order.
pub(crate) struct Later {
    found: Shared<BoxFuture<'static, Result<Capability, Exception>>>,
    /// What finds it, as long as somebody holds it.
    task: Option<AbortHandle>,
}

impl Later {
    /// An object that a future finds. The future begins now; outside of a runtime, what comes after its
    /// first wait runs when somebody wants the object.
    pub(crate) fn found_by(
        future: impl Future<Output = Result<Capability, Exception>> + Send + 'static,
    ) -> Capability {
        let found = future.boxed().shared();
        let task = match found.clone().now_or_never() {
            Some(_) => None,
            None => Handle::try_current().ok().map(|runtime| {
                let found = found.clone();
                runtime.spawn(async { drop(found.await) }).abort_handle()
            }),
        };
        Capability(Target::Later(Arc::new(Self { found, task })))
    }

    /// What a path leads to in an answer. The object is known when the answer that this returns is,
    /// so somebody has to wait for that.
    pub(crate) fn of(answer: Answer, path: &[u16]) -> (Answer, Capability) {
        let (found, object) = oneshot::channel();
        let path = path.to_vec();
        let answer = Answer::other(async move {
            let outcome = answer.await;
            // It fails when nobody has the object.
            let _ = found.send(match &outcome {
                Ok(results) => object_at(results, &path),
                Err(exception) => Err(exception.clone()),
            });
            outcome
        });
        let object = Self::found_by(async move {
            object.await.unwrap_or_else(|_dropped| {
                Err(Exception::new(
                    ExceptionKind::Cancelled,
                    "the call that was to bring this object was given up",
                ))
            })
        });
        (answer, object)
    }

    /// What it is found to be: an object of this process, or one of a peer or the promise of one.
    pub(crate) async fn found(self: &Arc<Self>) -> Result<Capability, Exception> {
        let mut later = Arc::clone(self);
        for _ in 0..MAX_DEPTH {
            match later.found.clone().await?.0 {
                Target::Later(next) => later = next,
                found => return Ok(Capability(found)),
            }
        }
        Err(Exception::new(
            ExceptionKind::Malformed,
            format_args!(
                "the object is one that another call brings, and so on for {MAX_DEPTH} calls"
            ),
        ))
    }

    /// What it turns out to be.
    pub(crate) fn resolve(self: &Arc<Self>) -> BoxFuture<'static, Result<Capability, Exception>> {
        let this = Arc::clone(self);
        async move { this.found().await?.resolve().await }.boxed()
    }

    /// Calls it once it is known.
    pub(crate) fn call(self: &Arc<Self>, request: Request) -> Answer {
        let this = Arc::clone(self);
        Answer::other(async move { this.found().await?.call(request).await })
    }
}

/// The object that a path leads to in results.
pub(crate) fn object_at(results: &Payload, path: &[u16]) -> Result<Capability, Exception> {
    results.capability_at(path)?.ok_or_else(|| {
        Exception::new(
            ExceptionKind::Null,
            "the call's target is null in the answer that it waited for",
        )
    })
}

impl Drop for Later {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not known yet")
    }
}
