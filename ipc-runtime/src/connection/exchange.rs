//! The exchange of thread maps, which methods ask for by having one among their parameters and one
//! among their results. Nobody but the two runtimes sees them.

use std::sync::Arc;

use super::Connection;
use super::thread_map::ThreadMapAdapter;
use crate::adapter::LocalObject;
use crate::capability::Capability;
use crate::exception::Exception;
use crate::interface::{Method, StructSize};
use crate::message::Payload;

impl Connection {
    /// Puts our thread map into the parameters of a call to the peer.
    pub(super) fn offer_map(
        self: &Arc<Self>,
        method: &'static Method,
        params: &mut Payload,
    ) -> Result<(), Exception> {
        let place = method.thread_map.map(|(param, _)| param);
        self.put_map(method.params, params, place)
    }

    /// Keeps the thread map that the peer answered with.
    pub(super) fn accept_map(&self, method: &Method, results: &Payload) -> Result<(), Exception> {
        self.keep_map(results, method.thread_map.map(|(_, result)| result))
    }

    /// Keeps the thread map that came with a call of the peer.
    pub(crate) fn take_offered_map(
        &self,
        method: &Method,
        params: &Payload,
    ) -> Result<(), Exception> {
        self.keep_map(params, method.thread_map.map(|(param, _)| param))
    }

    /// Answers the peer's thread map with ours.
    pub(crate) fn answer_map(
        self: &Arc<Self>,
        method: &'static Method,
        results: &mut Payload,
    ) -> Result<(), Exception> {
        let place = method.thread_map.map(|(_, result)| result);
        self.put_map(method.results, results, place)
    }

    fn put_map(
        self: &Arc<Self>,
        size: StructSize,
        payload: &mut Payload,
        place: Option<u16>,
    ) -> Result<(), Exception> {
        let Some(place) = place else {
            return Ok(());
        };
        let map = ThreadMapAdapter::new(Arc::downgrade(self));
        let map = Capability::local(LocalObject::new(map));
        payload.amend(size, |payload| payload.set_capability(place, map))
    }

    /// Keeps the thread map that the peer answered with in the place of its promise.
    pub(super) fn settle_map(&self, method: &Method, results: &Payload) -> Result<(), Exception> {
        if let Some((_, place)) = method.thread_map {
            let map = results.read(|results| results.capability(place, "threadMap"))?;
            self.peer_threads.settle_map(map);
        }
        Ok(())
    }

    fn keep_map(&self, payload: &Payload, place: Option<u16>) -> Result<(), Exception> {
        if let Some(place) = place {
            let map = payload.read(|payload| payload.capability(place, "threadMap"))?;
            self.peer_threads.set_map(map);
        }
        Ok(())
    }
}
