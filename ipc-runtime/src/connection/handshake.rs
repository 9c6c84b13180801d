//! The beginning of a connection that we opened.

use std::sync::Arc;

use futures_util::future;

use super::Connection;
use crate::capability::Capability;
use crate::engine::{Answer, Later, RemoteObject, Request};
use crate::exception::{Exception, ExceptionKind};
use crate::interface::{Interface, Method};
use crate::message::Payload;
use crate::object::Object;
use crate::proxy::Proxy;

impl Connection {
    /// Makes a proxy of the peer's first object, once the peer has shown that it is there: thread
    /// maps are exchanged if the interface asks for that.
    ///
    /// # Errors
    ///
    /// The connection ends before the peer answers, the peer refuses, or it does not answer in
    /// time.
    pub(crate) async fn bootstrap<P: Proxy>(
        self: &Arc<Self>,
        first: Arc<dyn RemoteObject>,
    ) -> Result<P, Exception> {
        let object = self.bootstrap_object(first, P::INTERFACE).await?;
        Ok(P::from_object(object))
    }

    /// As [`Connection::bootstrap`], without a proxy.
    pub(crate) async fn bootstrap_object(
        self: &Arc<Self>,
        first: Arc<dyn RemoteObject>,
        interface: &'static Interface,
    ) -> Result<Object, Exception> {
        // The handle closes the connection if anything below fails.
        let object = Object::new(Capability::remote(Arc::clone(&first)), interface);
        let handshake = async {
            match interface.construct {
                Some(construct) => {
                    let hello = self.say_hello(&*first);
                    let exchange = self.exchange_thread_maps(&*first, construct);
                    future::try_join(exchange, hello).await.map(drop)
                }
                None => self.say_hello(&*first).await,
            }
        };
        self.in_time(handshake).await?;
        Ok(object)
    }

    async fn exchange_thread_maps(
        self: &Arc<Self>,
        first: &dyn RemoteObject,
        construct: &'static Method,
    ) -> Result<(), Exception> {
        let mut params = Payload::empty();
        self.offer_map(construct, &mut params)?;
        let results = first
            .call(Request::new(construct, params))
            .await
            .map_err(|exception| exception.in_method(construct.name))?;
        self.accept_map(construct, &results)
    }

    /// Makes a proxy of the peer's first object at once, and leaves the handshake to a task. The peer's
    /// threads can be had through the promise of its thread map meanwhile.
    pub(crate) fn bootstrap_now<P: Proxy>(self: &Arc<Self>, first: Arc<dyn RemoteObject>) -> P {
        let object = Object::new(Capability::remote(Arc::clone(&first)), P::INTERFACE);
        let construct = P::INTERFACE.construct.map(|construct| {
            let mut params = Payload::empty();
            let offered = self.offer_map(construct, &mut params);
            let (answer, map) = match (offered, construct.thread_map) {
                (Ok(()), Some((_, map))) => first.call_for(Request::new(construct, params), &[map]),
                (Ok(()), None) => Later::of(first.call(Request::new(construct, params)), &[]),
                (Err(exception), _) => Later::of(Answer::failed(exception), &[]),
            };
            if construct.thread_map.is_some() {
                self.peer_threads.set_map(Some(map));
            }
            (construct, answer)
        });
        let this = Arc::clone(self);
        let handshake = async move {
            let exchange = async {
                let Some((construct, answer)) = construct else {
                    return Ok(());
                };
                let results = answer
                    .await
                    .map_err(|exception| exception.in_method(construct.name))?;
                this.settle_map(construct, &results)
            };
            let exchanged = future::try_join(exchange, this.say_hello(&*first));
            if let Err(exception) = this.in_time(exchanged).await {
                tracing::warn!(%exception, "the handshake has failed");
                this.close();
            }
        };
        self.runtime().spawn(handshake);
        P::from_object(object)
    }

    /// Waits for a part of the handshake, but not for ever.
    async fn in_time<T>(
        &self,
        handshake: impl Future<Output = Result<T, Exception>>,
    ) -> Result<T, Exception> {
        let limit = self.context.handshake_timeout;
        match tokio::time::timeout(limit, handshake).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(Exception::new(
                ExceptionKind::TimedOut,
                format_args!("the peer did not answer within {limit:?}"),
            )),
        }
    }
}
