//! An object of ours, as `capnp-rpc` calls it.

use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use capnp::any_pointer;
use capnp::capability::{
    DispatchCallResult, FromClientHook, FromServer, Params, Promise, Results, Server,
};
use capnp::private::capability::ClientHook;
use tokio::sync::oneshot;

use super::errors;
use super::held::Place;
use super::vat::Vat;
use crate::capability::Target;
use crate::connection::Connection;
use crate::engine::{Reply, Request};
use crate::message::Payload;
use crate::stats::Counted;

/// An object that a connection's peer may call.
pub(super) struct Export {
    pub(super) target: Target,
    pub(super) connection: Arc<Connection>,
    pub(super) vat: Rc<Vat>,
    pub(super) _counted: Counted,
    pub(super) _place: Place,
}

impl Export {
    /// A hook for the object. Hooks of one object have the same [`ClientHook::get_ptr`], so the
    /// peer sees one object however often it is passed.
    pub(super) fn into_hook(self) -> Box<dyn ClientHook> {
        capnp_rpc::new_client_from_rc::<Untyped, Export>(Rc::new(self)).0
    }

    async fn answer(
        &self,
        interface_id: u64,
        ordinal: u16,
        params: Params<any_pointer::Owned>,
        mut results: Results<any_pointer::Owned>,
    ) -> Result<(), capnp::Error> {
        let _counted = Counted::new(&self.connection, |tally| &tally.incoming_calls);
        let payload = Payload::import(params.hook.get()?, |hook| {
            self.vat.capability(hook, &self.connection)
        })
        .map_err(errors::error)?;
        drop(params);
        let request = Request {
            interface_id,
            ordinal,
            params: payload,
        };
        let answer = match &self.target {
            Target::Local(object) => {
                let (sender, answer) = oneshot::channel();
                let (reply, _interest) = Reply::new(|outcome| {
                    // It fails when the answer is no longer wanted.
                    let _ = sender.send(outcome);
                });
                self.connection.accept(object, request, reply);
                answer
                    .await
                    .unwrap_or_else(|_| Err(self.connection.disconnected()))
            }
            Target::Remote(object) => object.call(request).await,
            Target::Later(object) => object.call(request).await,
        };
        answer
            .and_then(|answer| {
                answer.fits(0, self.connection.message_words())?;
                let target = results.hook.get().map_err(errors::exception)?;
                answer.export(target, |capability| {
                    self.vat.hook(capability, &self.connection)
                })
            })
            .map_err(errors::error)
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        self.vat.unexport(&self.target);
    }
}

/// The server that [`FromServer`] wants: a shared [`Export`].
#[derive(Clone)]
pub(super) struct Shared(Rc<Export>);

impl Server for Shared {
    fn dispatch_call(
        self,
        interface_id: u64,
        method_id: u16,
        params: Params<any_pointer::Owned>,
        results: Results<any_pointer::Owned>,
    ) -> DispatchCallResult {
        let answer = Promise::from_future(async move {
            self.0
                .answer(interface_id, method_id, params, results)
                .await
        });
        DispatchCallResult::new(answer, false)
    }

    fn as_ptr(&self) -> usize {
        super::vat::address(&self.0.target)
    }
}

impl Deref for Shared {
    type Target = Export;

    fn deref(&self) -> &Export {
        &self.0
    }
}

/// The client that [`FromServer`] wants: nothing but a hook.
struct Untyped(Box<dyn ClientHook>);

impl FromClientHook for Untyped {
    fn new(hook: Box<dyn ClientHook>) -> Self {
        Self(hook)
    }

    fn into_client_hook(self) -> Box<dyn ClientHook> {
        self.0
    }

    fn as_client_hook(&self) -> &dyn ClientHook {
        self.0.as_ref()
    }
}

impl FromServer<Export> for Untyped {
    type Dispatch = Shared;

    fn from_server(export: Rc<Export>) -> Shared {
        Shared(export)
    }
}
