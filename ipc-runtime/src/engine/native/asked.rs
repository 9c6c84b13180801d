//! A question of ours, as the one who asked holds it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::peer::{Asking, Peer};
use super::pipelined::Pipelined;
use super::writer::Urgency;
use crate::engine::Cancelled;
use crate::exception::Exception;
use crate::message::Payload;

/// A call that was sent. Dropping it gives the call up, unless an object in its results is wanted.
pub(crate) struct Asked {
    held: Held,
    answered: bool,
    asking: Asking,
    answer: oneshot::Receiver<Result<Payload, Exception>>,
}

/// What keeps the question from being finished.
enum Held {
    /// Nothing else does.
    Alone(Arc<Peer>),
    /// An object in the results.
    Shared(Arc<Pipelined>),
}

impl Asked {
    pub(super) fn new(
        peer: Arc<Peer>,
        asking: Asking,
        answer: oneshot::Receiver<Result<Payload, Exception>>,
    ) -> Self {
        Self {
            held: Held::Alone(peer),
            answered: false,
            asking,
            answer,
        }
    }

    pub(super) fn shared(
        object: Arc<Pipelined>,
        asking: Asking,
        answer: oneshot::Receiver<Result<Payload, Exception>>,
    ) -> Self {
        Self {
            held: Held::Shared(object),
            answered: false,
            asking,
            answer,
        }
    }

    /// Gives the call up. Ready when its answer has come all the same, or the connection has ended.
    pub(crate) fn give_up(self) -> oneshot::Receiver<Cancelled> {
        self.peer().settled(self.asking)
    }

    fn peer(&self) -> &Arc<Peer> {
        match &self.held {
            Held::Alone(peer) => peer,
            Held::Shared(object) => object.peer(),
        }
    }
}

impl Future for Asked {
    type Output = Result<Payload, Exception>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(cx).map(|answer| {
            self.answered = true;
            answer.unwrap_or_else(|_dropped| Err(self.peer().connection().disconnected()))
        })
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        // When the answer has come the question was finished, or is about to be.
        if let (Held::Alone(peer), false) = (&self.held, self.answered) {
            peer.finish(self.asking, Urgency::Soon);
        }
    }
}
