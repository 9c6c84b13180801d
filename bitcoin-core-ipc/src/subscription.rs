//! What a node tells of its own accord, as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use generated_examples::multiprocess::handler::HandlerProxy;
use ipc_runtime::{Call, Exception};
use tokio::sync::{Semaphore, mpsc};

use crate::error::Error;
use crate::handler::Handler;

/// What a node tells of its own accord, in the order in which it happened, for as long as this is kept: dropping it
/// unsubscribes.
///
/// It is a [`Stream`]; [`Subscription::next`] needs no crate for it.
///
/// # When it is not read
///
/// Events wait here, in memory, and the node goes on, as it does for Bitcoin Core's own user interface: where it tells of
/// something small, it may hold locks that other calls need, and so must not wait for who makes them before reading on.
/// [`Chain::notifications`](crate::Chain::notifications) alone, whose events are whole blocks, has the node wait.
///
/// # When the node goes
///
/// After the events that have arrived there is an error, of which [`Error::is_disconnected`] is true, and then no more. If
/// the node itself has ended the subscription, there is just no more. An event that makes no sense is an error in its
/// place, after which the others follow.
#[must_use = "dropping it unsubscribes"]
pub struct Subscription<T> {
    /// Before the handler, whose end may have to wait for a call that waits for room.
    events: mpsc::Receiver<Result<T, Error>>,
    handler: Handler,
    stage: Stage,
}

enum Stage {
    Listening,
    /// The node has let go of the callback. That this can be answered tells whether it is still there.
    Parting(Box<Call<()>>),
    Over,
}

/// Where events come from.
pub(crate) struct Events<T>(mpsc::Sender<Result<T, Error>>);

impl<T> Clone for Events<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Events<T> {
    /// Passes on an event, as soon as there is room for it.
    ///
    /// # Errors
    ///
    /// None: who has unsubscribed does not mind, and the node cannot help it.
    pub(crate) async fn tell(&self, event: Result<T, Error>) -> Result<(), Exception> {
        _ = self.0.send(event).await;
        Ok(())
    }
}

impl<T> Events<T> {
    /// As [`Events::tell`], for closures, which cannot lend it.
    pub(crate) async fn told(self, event: Result<T, Error>) -> Result<(), Exception> {
        self.tell(event).await
    }
}

/// What passes on events, and where they arrive: so many wait there before the node has to.
pub(crate) fn events<T>(room: usize) -> (Events<T>, mpsc::Receiver<Result<T, Error>>) {
    let (sender, receiver) = mpsc::channel(room);
    (Events(sender), receiver)
}

/// Room for all events that there may be.
pub(crate) const ENDLESS: usize = Semaphore::MAX_PERMITS;

impl<T> Subscription<T> {
    /// Subscribes with a method that takes a callback, which the node never waits for.
    pub(crate) async fn begin(
        subscribe: impl FnOnce(Events<T>) -> Call<HandlerProxy>,
    ) -> Result<Self, Error> {
        Self::begin_with(ENDLESS, subscribe).await
    }

    /// As [`Subscription::begin`], with room for so many events before the node waits.
    pub(crate) async fn begin_with(
        room: usize,
        subscribe: impl FnOnce(Events<T>) -> Call<HandlerProxy>,
    ) -> Result<Self, Error> {
        let (sender, events) = events(room);
        let handler = Handler::new(subscribe(sender).await?);
        Ok(Self {
            events,
            handler,
            stage: Stage::Listening,
        })
    }

    /// The next event; none after the end.
    ///
    /// No event is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Unsubscribes, and waits until the node has done so. Events that have arrived are gone.
    ///
    /// If the future is dropped, it goes on in the background.
    ///
    /// # Errors
    ///
    /// The connection is lost, and the subscription with it.
    pub async fn unsubscribe(self) -> Result<(), Error> {
        drop(self.events);
        self.handler.unsubscribe().await
    }
}

impl<T> Stream for Subscription<T> {
    type Item = Result<T, Error>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T, Error>>> {
        loop {
            match &mut self.stage {
                Stage::Listening => match ready!(self.events.poll_recv(context)) {
                    Some(event) => return Poll::Ready(Some(event)),
                    None => self.stage = Stage::Parting(Box::new(self.handler.disconnect())),
                },
                Stage::Parting(call) => {
                    let parted = ready!(Pin::new(call).poll(context));
                    self.stage = Stage::Over;
                    if let Err(exception) = parted {
                        return Poll::Ready(Some(Err(exception.into())));
                    }
                }
                Stage::Over => return Poll::Ready(None),
            }
        }
    }
}

impl<T> fmt::Debug for Subscription<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}
