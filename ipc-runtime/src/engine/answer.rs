//! Calls on their way through the seam, and what comes of them.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::given_up::GivenUp;
use super::native::Asked;
use crate::exception::Exception;
use crate::interface::Method;
use crate::message::Payload;

/// A call of an object: which method, with what.
pub(crate) struct Request {
    pub(crate) interface_id: u64,
    pub(crate) ordinal: u16,
    pub(crate) params: Payload,
}

impl Request {
    pub(crate) fn new(method: &Method, params: Payload) -> Self {
        Self {
            interface_id: method.interface_id,
            ordinal: method.ordinal,
            params,
        }
    }
}

/// The answer to a call, once it is there. Dropping it gives the call up.
pub(crate) enum Answer {
    /// Of a call that our own engine has sent: the usual case, which needs no box.
    Asked(Asked),
    /// Of a call that our own engine sends later, if nothing prevents that.
    Unsent(BoxFuture<'static, Result<Asked, Exception>>),
    Other(BoxFuture<'static, Result<Payload, Exception>>),
}

impl Answer {
    pub(crate) fn other(
        answer: impl Future<Output = Result<Payload, Exception>> + Send + 'static,
    ) -> Self {
        Self::Other(Box::pin(answer))
    }

    /// Of a call that was not made.
    pub(crate) fn failed(exception: Exception) -> Self {
        Self::Unsent(Box::pin(async { Err(exception) }))
    }

    /// Gives the call up, which the peer is told. None where the engine does not learn of its end.
    pub(crate) fn give_up(self) -> Option<GivenUp> {
        match self {
            Self::Asked(asked) => Some(GivenUp::new(asked.give_up())),
            Self::Unsent(_) => Some(GivenUp::over()),
            // The answer may be there, though nobody has looked at it.
            Self::Other(answer) => answer.now_or_never().map(|_| GivenUp::over()),
        }
    }
}

impl Future for Answer {
    type Output = Result<Payload, Exception>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match &mut *self {
                Self::Asked(asked) => return Pin::new(asked).poll(cx),
                Self::Unsent(sending) => match ready!(sending.as_mut().poll(cx)) {
                    Ok(asked) => *self = Self::Asked(asked),
                    Err(exception) => return Poll::Ready(Err(exception)),
                },
                Self::Other(answer) => return answer.as_mut().poll(cx),
            }
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}
