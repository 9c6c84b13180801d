//! What lives on the RPC thread: hooks of `capnp-rpc`, and the tables that name them for others.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::os::unix::net::UnixStream;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::Duration;

use capnp::message::ReaderOptions;
use capnp::private::capability::ClientHook;
use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::twoparty::VatNetwork;
use capnp_rpc::{RpcSystem, new_broken_cap};
use futures_util::FutureExt;
use futures_util::io::{BufReader, BufWriter};
use tokio::sync::oneshot;
use tokio::task::spawn_local;
use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};

use super::errors;
use super::export::Export;
use super::held::{Held, Place};
use super::import::Import;
use super::thread::RpcThread;
use crate::adapter::LocalObject;
use crate::capability::{Capability, Target};
use crate::connection::Connection;
use crate::engine::{Later, Request, too_many_here, too_many_there};
use crate::exception::Exception;
use crate::message::Payload;
use crate::stats::Counted;

/// How long a closing connection may take to send what is queued.
const FLUSH: Duration = Duration::from_secs(5);

/// Which end of a connection this is.
pub(super) enum Role {
    /// We connected; the peer's first object goes into the table under this key.
    Client(u64),
    /// We were connected to; this is our first object.
    Server(Arc<LocalObject>),
}

/// A call on its way to the peer.
pub(super) struct Outgoing {
    pub(super) key: u64,
    pub(super) connection: Arc<Connection>,
    pub(super) request: Request,
    /// The object in the results that is wanted before they are there, and the key for it.
    pub(super) object: Option<(u64, Vec<u16>)>,
    pub(super) reply: oneshot::Sender<Result<Payload, Exception>>,
}

pub(super) struct Vat {
    thread: Weak<RpcThread>,
    /// Objects of peers, by the keys that [`Import`]s hold.
    imports: RefCell<HashMap<u64, Imported>>,
    /// Objects of ours that peers can call, by address, so that one that comes home is recognised.
    exports: RefCell<HashMap<usize, Exported>>,
    /// What connections refer to: objects of the peer, and of ours.
    held_imports: Rc<Held>,
    held_exports: Rc<Held>,
}

struct Imported {
    hook: Box<dyn ClientHook>,
    _place: Option<Place>,
}

struct Exported {
    object: Weak<LocalObject>,
    count: usize,
}

impl Vat {
    pub(super) fn new(thread: Weak<RpcThread>) -> Self {
        Self {
            thread,
            imports: RefCell::default(),
            exports: RefCell::default(),
            held_imports: Rc::default(),
            held_exports: Rc::default(),
        }
    }

    /// Speaks the protocol on a socket until it ends or `closing` says so.
    pub(super) fn open(
        self: &Rc<Self>,
        socket: UnixStream,
        role: Role,
        connection: Arc<Connection>,
        closing: oneshot::Receiver<()>,
    ) {
        let mut system = match self.start(socket, &role, &connection) {
            Ok(system) => system,
            Err(error) => {
                connection.closed(Exception::io("the socket", error));
                return;
            }
        };
        if let Role::Client(key) = role {
            let first: Box<dyn ClientHook> = system.bootstrap(Side::Server);
            self.insert(key, first, &connection);
        }
        let disconnector = system.get_disconnector();
        spawn_local(async move {
            let mut system = AssertUnwindSafe(system).catch_unwind();
            let ended = tokio::select! {
                ended = &mut system => Some(ended),
                _ = closing => None,
            };
            let reason = match ended {
                Some(Ok(result)) => errors::end(result),
                Some(Err(_panic)) => errors::end(Err(capnp::Error::failed(
                    "the RPC engine panicked".to_owned(),
                ))),
                None => {
                    let flush = async { tokio::join!(disconnector, system) };
                    let _ = tokio::time::timeout(FLUSH, flush).await;
                    errors::end(Err(capnp::Error::disconnected(
                        "this side closed it".to_owned(),
                    )))
                }
            };
            connection.closed(reason);
        });
    }

    fn start(
        self: &Rc<Self>,
        socket: UnixStream,
        role: &Role,
        connection: &Arc<Connection>,
    ) -> std::io::Result<RpcSystem<Side>> {
        socket.set_nonblocking(true)?;
        let (reader, writer) = tokio::net::UnixStream::from_std(socket)?.into_split();
        let (side, bootstrap) = match role {
            Role::Client(_) => (Side::Client, None),
            Role::Server(object) => {
                let first = Target::Local(Arc::clone(object));
                let hook = (self.export(first, connection))
                    .unwrap_or_else(|full| new_broken_cap(errors::error(full)).hook);
                (Side::Server, Some(capnp::capability::Client::new(hook)))
            }
        };
        let mut options = ReaderOptions::new();
        options.traversal_limit_in_words(Some(connection.message_words()));
        let network = VatNetwork::new(
            BufReader::new(reader.compat()),
            BufWriter::new(writer.compat_write()),
            side,
            options,
        );
        Ok(RpcSystem::new(Box::new(network), bootstrap))
    }

    /// Sends a call; its answer goes to the call's `reply`.
    pub(super) fn call(self: &Rc<Self>, outgoing: Outgoing) {
        let Outgoing {
            key,
            connection,
            request,
            object,
            mut reply,
        } = outgoing;
        let Request {
            interface_id,
            ordinal,
            params,
        } = request;
        let Some(hook) = self.import(key) else {
            let _ = reply.send(Err(connection.disconnected()));
            return;
        };
        if let Err(exception) = params.fits(0, connection.message_words()) {
            let _ = reply.send(Err(exception));
            return;
        }
        let was_broken = is_broken(&*hook);
        let mut request = hook.new_call(interface_id, ordinal, None);
        let filled = params.export(request.hook.get(), |capability| {
            self.hook(capability, &connection)
        });
        if let Err(exception) = filled {
            let _ = reply.send(Err(exception));
            return;
        }
        drop(params);
        let sent = request.hook.send();
        if let Some((key, path)) = object {
            let object = (path.iter()).fold(sent.pipeline, |pipeline, pointer| {
                pipeline.get_pointer_field(*pointer)
            });
            self.insert(key, object.as_cap(), &connection);
        }
        let promise = sent.promise;
        let vat = Rc::clone(self);
        let counted = Counted::new(&connection, |tally| &tally.outgoing_calls);
        spawn_local(async move {
            let _counted = counted;
            let outcome = tokio::select! {
                outcome = promise => outcome,
                () = reply.closed() => return,
            };
            // An answer of the peer stays what it is, even if the connection was lost after it.
            let failed = |error| {
                if was_broken || (errors::arose_here(&error) && is_broken(&*hook)) {
                    errors::broken(error)
                } else {
                    errors::exception(error)
                }
            };
            let results = outcome.map_err(failed).and_then(|response| {
                let results = response.hook.get().map_err(errors::exception)?;
                Payload::import(results, |hook| vat.capability(hook, &connection))
            });
            let _ = reply.send(results);
        });
    }

    /// Waits until an import is no promise any more, and replies what it is.
    pub(super) fn resolve(
        self: &Rc<Self>,
        key: u64,
        connection: Arc<Connection>,
        mut reply: oneshot::Sender<Result<Capability, Exception>>,
    ) {
        let Some(hook) = self.import(key) else {
            let _ = reply.send(Err(connection.disconnected()));
            return;
        };
        let vat = Rc::clone(self);
        spawn_local(async move {
            let settled = tokio::select! {
                settled = settle(hook) => settled,
                () = reply.closed() => return,
            };
            let capability = settled
                .map(|hook| vat.capability(hook, &connection))
                .map_err(errors::exception);
            let _ = reply.send(capability);
        });
    }

    /// Forgets an import, which releases the peer's object.
    pub(super) fn release(&self, key: u64) {
        let import = self.imports.borrow_mut().remove(&key);
        drop(import);
    }

    /// The hook of a capability that goes to the peer of `connection`.
    ///
    /// # Errors
    ///
    /// The peer refers to as many objects of ours as it may.
    pub(super) fn hook(
        self: &Rc<Self>,
        capability: &Capability,
        connection: &Arc<Connection>,
    ) -> Result<Box<dyn ClientHook>, Exception> {
        if let Target::Remote(object) = &capability.0 {
            let object: &dyn Any = &**object;
            let import = object
                .downcast_ref::<Import>()
                .filter(|import| import.is_of(&self.thread));
            if let Some(import) = import {
                return Ok(self.import(import.key()).unwrap_or_else(|| {
                    new_broken_cap(errors::error(connection.disconnected())).hook
                }));
            }
        }
        self.export(capability.0.clone(), connection)
    }

    /// The capability of a hook that came from the peer of `connection`. If that is one object too many, the
    /// hook is let go, and calls of what stands for it fail.
    pub(super) fn capability(
        self: &Rc<Self>,
        mut hook: Box<dyn ClientHook>,
        connection: &Arc<Connection>,
    ) -> Capability {
        while let Some(resolved) = hook.get_resolved() {
            hook = resolved;
        }
        let own = self
            .exports
            .borrow()
            .get(&hook.get_ptr())
            .and_then(|exported| exported.object.upgrade());
        if let Some(own) = own {
            return Capability::local(own);
        }
        let Some(thread) = self.thread.upgrade() else {
            // The thread is ending, and this job with it: nobody will call the object.
            return Capability::remote(Arc::new(Import::dangling(connection)));
        };
        let Some(place) = self.held_imports.enter(connection, hook.get_ptr()) else {
            let full = too_many_there(connection.objects());
            return Later::found_by(async { Err(full) });
        };
        let import = Import::new(&thread, connection);
        let imported = Imported {
            hook,
            _place: Some(place),
        };
        self.imports.borrow_mut().insert(import.key(), imported);
        Capability::remote(Arc::new(import))
    }

    /// Names a promise, unless that is one object too many.
    fn insert(&self, key: u64, hook: Box<dyn ClientHook>, connection: &Arc<Connection>) {
        let place = self.held_imports.enter(connection, hook.get_ptr());
        let hook = match place {
            Some(_) => hook,
            None => {
                let full = too_many_there(connection.objects());
                new_broken_cap(errors::error(full)).hook
            }
        };
        let imported = Imported {
            hook,
            _place: place,
        };
        self.imports.borrow_mut().insert(key, imported);
    }

    fn import(&self, key: u64) -> Option<Box<dyn ClientHook>> {
        let imports = self.imports.borrow();
        imports.get(&key).map(|import| import.hook.add_ref())
    }

    fn export(
        self: &Rc<Self>,
        target: Target,
        connection: &Arc<Connection>,
    ) -> Result<Box<dyn ClientHook>, Exception> {
        let place = self.held_exports.enter(connection, address(&target));
        let place = place.ok_or_else(|| too_many_here(connection.objects()))?;
        if let Target::Local(object) = &target {
            let mut exports = self.exports.borrow_mut();
            let exported = exports.entry(address(&target)).or_insert_with(|| Exported {
                object: Arc::downgrade(object),
                count: 0,
            });
            exported.count += 1;
        }
        let export = Export {
            target,
            connection: Arc::clone(connection),
            vat: Rc::clone(self),
            _counted: Counted::new(connection, |tally| &tally.exported_objects),
            _place: place,
        };
        Ok(export.into_hook())
    }

    /// Takes back one [`Vat::export`] of the object.
    pub(super) fn unexport(&self, target: &Target) {
        if let Target::Local(_) = target
            && let Entry::Occupied(mut entry) = self.exports.borrow_mut().entry(address(target))
        {
            entry.get_mut().count -= 1;
            if entry.get().count == 0 {
                entry.remove();
            }
        }
    }
}

/// Waits until a hook is no promise any more.
///
/// [`ClientHook::when_resolved`] never tells of a promise that is resolved already.
async fn settle(mut hook: Box<dyn ClientHook>) -> Result<Box<dyn ClientHook>, capnp::Error> {
    loop {
        while let Some(resolved) = hook.get_resolved() {
            hook = resolved;
        }
        match hook.when_more_resolved() {
            Some(resolution) => hook = resolution.await?,
            None => return Ok(hook),
        }
    }
}

/// Whether the connection behind a hook is lost, which its error's kind does not tell: a hook of a
/// connection then makes requests that belong to none.
fn is_broken(hook: &dyn ClientHook) -> bool {
    hook.get_brand() != 0 && hook.new_call(0, 0, None).hook.get_brand() == 0
}

/// What tells objects apart as long as they live.
pub(super) fn address(target: &Target) -> usize {
    match target {
        Target::Local(object) => Arc::as_ptr(object).addr(),
        Target::Remote(object) => Arc::as_ptr(object).cast::<()>().addr(),
        Target::Later(object) => Arc::as_ptr(object).addr(),
    }
}
