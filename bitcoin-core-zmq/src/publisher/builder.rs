//! Where to publish what.

use std::sync::Arc;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::publisher::outlet::Outlet;
use crate::publisher::{Publisher, Served, session};
use crate::socket::Listener;
use crate::topic::Topic;

/// As of `bitcoind`.
const HIGH_WATER_MARK: usize = 1000;

/// Says where to publish what.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it starts"]
pub struct PublisherBuilder {
    endpoints: Vec<(String, Vec<Topic>)>,
    high_water_mark: usize,
}

impl PublisherBuilder {
    pub(super) fn new() -> Self {
        Self {
            endpoints: Vec::new(),
            high_water_mark: HIGH_WATER_MARK,
        }
    }

    /// Publishes these topics at an endpoint: see [`Endpoint`]. With the same endpoint again, these as well.
    ///
    /// There is no authentication: whoever can connect can subscribe.
    pub fn bind(
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

    /// How many messages may wait for one subscriber, beside what the system holds for it; further ones are dropped
    /// for it. 0 for no limit. Default: 1000, as of `bitcoind`.
    ///
    /// Messages of raw blocks have megabytes; those of the same endpoint are held once for all subscribers.
    pub fn high_water_mark(mut self, messages: usize) -> Self {
        self.high_water_mark = messages;
        self
    }

    /// Listens, in the current tokio runtime.
    ///
    /// # Errors
    ///
    /// A text is no endpoint; an endpoint cannot be listened on.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn start(self) -> Result<Publisher, Error> {
        let mut publisher = Publisher {
            endpoints: Vec::new(),
        };
        for (text, topics) in self.endpoints {
            let endpoint: Endpoint = text.parse()?;
            let bound = Listener::bind(&endpoint).await;
            let (listener, endpoint) = bound.map_err(|source| Error::Bind {
                endpoint: text,
                source,
            })?;
            let outlet = Arc::new(Outlet::new(topics, self.high_water_mark));
            let accepting = tokio::spawn(session::accept(listener, Arc::clone(&outlet)));
            publisher.endpoints.push(Served {
                endpoint,
                outlet,
                accepting,
            });
        }
        Ok(publisher)
    }
}
