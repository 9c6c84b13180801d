//! Subscribing to a node, or to whoever publishes as one.

mod builder;
mod gaps;
mod link;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::notification::Notification;

pub use builder::SubscriberBuilder;
pub use gaps::Gap;

/// A stream of notifications, which goes on until it is dropped: it connects again when a connection is lost.
///
/// ```no_run
/// # async fn example() -> Result<(), bitcoin_core_zmq::Error> {
/// use bitcoin_core_zmq::{Gap, Subscriber, Topic};
///
/// let mut subscriber = Subscriber::builder()
///     .connect("tcp://127.0.0.1:28332", [Topic::HashBlock])
///     .start()?;
/// while let Some(received) = subscriber.recv().await {
///     match received {
///         Ok(received) => {
///             if let Some(Gap::Lost(count)) = received.gap {
///                 println!("{count} before this were lost");
///             }
///             println!("{:?}", received.notification);
///         }
///         Err(error) => println!("{error}"), // and it goes on
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// Publishers do not keep what nobody listens to, so subscribe before you ask the node for its state by other ways.
#[derive(Debug)]
#[must_use = "dropping it is the end of its connections"]
pub struct Subscriber {
    received: Receiver<Result<Received, Error>>,
    /// Dropped with it, they end.
    _links: JoinSet<()>,
}

/// A notification that was received.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Received {
    /// What it says.
    pub notification: Notification,
    /// Its number at this endpoint among those of its topic. It starts again at 0 after 4,294,967,295.
    pub counter: u32,
    /// What is missing just before it; none for the first of a topic.
    pub gap: Option<Gap>,
    /// Where it came from.
    pub endpoint: Arc<Endpoint>,
}

impl Subscriber {
    /// Says what to subscribe to.
    pub fn builder() -> SubscriberBuilder {
        SubscriberBuilder::new()
    }

    /// Waits for what comes next. None only if there is no endpoint.
    ///
    /// An error ends nothing: see [`Error::NotConnected`] and [`Error::Message`]. Dropping the future loses nothing.
    pub async fn recv(&mut self) -> Option<Result<Received, Error>> {
        self.received.recv().await
    }
}

impl Stream for Subscriber {
    type Item = Result<Received, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.received.poll_recv(context)
    }
}
