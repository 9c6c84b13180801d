//! What to subscribe to.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Subscriber;
use super::link::{Link, follow};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::topic::Topic;

const HIGH_WATER_MARK: usize = 1000;
/// More than a block has.
const MESSAGE_SIZE: usize = 32 << 20;

/// Says what to subscribe to.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it starts"]
pub struct SubscriberBuilder {
    endpoints: Vec<(String, Vec<Topic>)>,
    high_water_mark: usize,
    message_size: usize,
}

impl SubscriberBuilder {
    pub(super) fn new() -> Self {
        Self {
            endpoints: Vec::new(),
            high_water_mark: HIGH_WATER_MARK,
            message_size: MESSAGE_SIZE,
        }
    }

    /// Subscribes to these topics at an endpoint: see [`Endpoint`]. With the same endpoint again, to these as well.
    pub fn connect(
        mut self,
        endpoint: impl Into<String>,
        topics: impl IntoIterator<Item = Topic>,
    ) -> Self {
        let endpoint = endpoint.into();
        match self.endpoints.iter_mut().find(|(at, _)| *at == endpoint) {
            Some((_, known)) => known.extend(topics),
            None => self
                .endpoints
                .push((endpoint, topics.into_iter().collect())),
        }
        self
    }

    /// How many notifications may wait to be taken. Beyond, nothing is read any more, and the publisher drops what
    /// does not fit into its own. Default: 1000. At least 1.
    pub fn high_water_mark(mut self, messages: usize) -> Self {
        self.high_water_mark = messages.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How long a message may be, in bytes. A longer one ends its connection, which is made anew. Default: 32 MiB,
    /// more than a block can have.
    pub fn message_size(mut self, bytes: usize) -> Self {
        self.message_size = bytes;
        self
    }

    /// Begins to connect, in the current tokio runtime. That there is nobody yet is no error of this.
    ///
    /// # Errors
    ///
    /// A text is no endpoint.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start(self) -> Result<Subscriber, Error> {
        let mut endpoints = Vec::new();
        for (text, topics) in self.endpoints {
            endpoints.push((text.parse::<Endpoint>()?, topics));
        }
        let (items, received) = mpsc::channel(self.high_water_mark);
        let mut links = JoinSet::new();
        for (endpoint, topics) in endpoints {
            links.spawn(follow(Link {
                endpoint: Arc::new(endpoint),
                topics,
                message_size: self.message_size,
                items: items.clone(),
            }));
        }
        Ok(Subscriber {
            received,
            _links: links,
        })
    }
}
