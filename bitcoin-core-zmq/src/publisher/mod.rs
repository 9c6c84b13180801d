//! Publishing, as a node does.

mod builder;
mod outlet;
mod session;

use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::endpoint::Endpoint;
use crate::event::Event;
use crate::notification::Notification;
use crate::topic::Topic;

pub use builder::PublisherBuilder;
use outlet::Outlet;

/// Publishes notifications to whoever subscribes.
///
/// Publishing never waits. A subscriber that does not keep up loses messages, as the counters tell it.
///
/// ```no_run
/// # async fn example(hash: bitcoin_core_ipc::BlockHash) -> Result<(), bitcoin_core_zmq::Error> {
/// use bitcoin_core_zmq::{Notification, Publisher, Topic};
///
/// let publisher = Publisher::builder()
///     .bind("tcp://127.0.0.1:28332", Topic::ALL)
///     .start()
///     .await?;
/// publisher.publish(&Notification::HashBlock(hash));
/// # Ok(())
/// # }
/// ```
///
/// Dropping it ends all connections: what subscribers have not been sent yet is lost. See [`Publisher::close`].
#[derive(Debug)]
#[must_use = "dropping it is the end of its sockets"]
pub struct Publisher {
    endpoints: Vec<Served>,
}

#[derive(Debug)]
struct Served {
    endpoint: Endpoint,
    outlet: Arc<Outlet>,
    accepting: JoinHandle<()>,
}

impl Publisher {
    /// Says where to publish what.
    pub fn builder() -> PublisherBuilder {
        PublisherBuilder::new()
    }

    /// Sends a notification to the subscribers of its topic.
    ///
    /// The counter of its topic counts it at every endpoint that has the topic, also where nobody listens.
    pub fn publish(&self, notification: &Notification) {
        let mut body = None;
        for served in &self.endpoints {
            served.outlet.publish(notification, &mut body);
        }
    }

    /// Sends what a node publishes when this happens.
    pub fn publish_event(&self, event: Event) {
        event
            .notifications()
            .for_each(|notification| self.publish(&notification));
    }

    /// Where it listens: with the ports, where those were left open.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.endpoints.iter().map(|served| &served.endpoint)
    }

    /// How many connections have subscribed to the topic, at all endpoints together.
    pub fn subscribers(&self, topic: Topic) -> usize {
        self.endpoints
            .iter()
            .map(|served| served.outlet.subscribers(topic))
            .sum()
    }

    /// Waits until so many connections have subscribed to the topic.
    ///
    /// What is published before somebody has subscribed is lost for it, and nobody is told when a subscription has
    /// arrived but by this.
    pub async fn subscribed(&self, topic: Topic, count: usize) {
        let mut watches: Vec<_> = self
            .endpoints
            .iter()
            .map(|served| served.outlet.subscriptions())
            .collect();
        loop {
            if self.subscribers(topic) >= count {
                return;
            }
            let changes = watches.iter_mut().map(|watch| Box::pin(watch.changed()));
            // The senders live as long as this.
            let _ = futures_util::future::select_all(changes).await;
        }
    }

    /// How many messages were dropped so far, because a subscriber did not keep up.
    pub fn dropped(&self) -> u64 {
        self.endpoints
            .iter()
            .map(|served| served.outlet.dropped())
            .sum()
    }

    /// Ends all connections as a drop does, and waits until nobody listens at its endpoints any more.
    pub async fn close(mut self) {
        for served in self.endpoints.drain(..) {
            served.accepting.abort();
            // That it was cancelled is what was asked for.
            let _ = served.accepting.await;
        }
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        for served in &self.endpoints {
            served.accepting.abort();
        }
    }
}
