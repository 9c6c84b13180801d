//! What a node tells of its own accord, as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use generated_examples::multiprocess::handler::HandlerProxy;
use ipc_runtime::{Call, Exception};
use tokio::sync::mpsc;

use crate::error::Error;
use crate::handler::Handler;

/// How many events wait here before the node has to.
const WAITING: usize = 32;

/// What a node tells of its own accord, in the order in which it happened, for as long as this is kept: dropping it
/// unsubscribes.
///
/// It is a [`Stream`]; [`Subscription::next`] needs no crate for it.
///
/// # When it is not read
///
/// 32 events wait here. Then the node waits for this to be read, and keeps what happens meanwhile: nothing is lost, but the
/// node tells its other listeners nothing either, holds more and more in memory, and, where the events are about the chain,
/// soon stops taking blocks. So read it all the time, and put work that takes long into a task of its own.
///
/// # When the node goes
///
/// After the events that have arrived there is an error, of which [`Error::is_disconnected`] is true, and then no more. If
/// the node itself has ended the subscription, there is just no more. An event that makes no sense is an error in its
/// place, after which the others follow.
#[must_use = "dropping it unsubscribes"]
pub struct Subscription<T> {
    /// Before the handler, whose end may have to wait for a call that waits for room here.
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

/// What passes on events, and where they arrive.
pub(crate) fn events<T>() -> (Events<T>, mpsc::Receiver<Result<T, Error>>) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Events(sender), receiver)
}

impl<T> Subscription<T> {
    /// Subscribes with a method that takes a callback.
    pub(crate) async fn begin(
        subscribe: impl FnOnce(Events<T>) -> Call<HandlerProxy>,
    ) -> Result<Self, Error> {
        let (sender, events) = events();
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
