//! Objects that are not known yet, and that no engine knows by a name.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::oneshot;

use super::{Answer, Request};
use crate::capability::{Capability, Target};
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;

/// What a call of this process, or one that cannot be sent yet, will bring. Its calls wait for that.
pub(crate) struct Later(Shared<BoxFuture<'static, Result<Capability, Exception>>>);

impl Later {
    /// An object that a future finds. The future runs when somebody wants the object.
    pub(crate) fn found_by(
        future: impl Future<Output = Result<Capability, Exception>> + Send + 'static,
    ) -> Capability {
        Capability(Target::Later(Arc::new(Self(future.boxed().shared()))))
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

    /// What it is found to be, which may be a promise of a peer.
    pub(crate) async fn found(&self) -> Result<Capability, Exception> {
        self.0.clone().await
    }

    /// What it turns out to be.
    pub(crate) fn resolve(&self) -> BoxFuture<'static, Result<Capability, Exception>> {
        let found = self.0.clone();
        async move { found.await?.resolve().await }.boxed()
    }

    /// Calls it once it is known.
    pub(crate) fn call(&self, request: Request) -> Answer {
        let found = self.0.clone();
        Answer::other(async move { found.await?.call(request).await })
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

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not known yet")
    }
}
