//! The other side of a connection: what we send to it.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::oneshot;

use super::answer::PipelinedCall;
use super::asked::Asked;
use super::descriptor::malformed;
use super::envelope::Envelope;
use super::follow::Broken;
use super::import::Import;
use super::outbox::Outgoing;
use super::pipelined::Pipelined;
use super::tables::{Finish, Imported, Question, Tables, Waiter, number};
use super::wire::{self, Addressee, PointerIndex};
use super::writer::{Urgency, Writer};
use crate::adapter::LocalObject;
use crate::capability::{Capability, Target};
use crate::connection::Connection;
use crate::engine::{Answer, Cancelled, Request};
use crate::exception::{Exception, ExceptionKind};

pub(super) struct Peer {
    connection: Arc<Connection>,
    pub(super) writer: Arc<Writer>,
    tables: Mutex<Tables>,
    /// How many calls of the peer were given up and have no answer yet.
    pub(super) given_up: AtomicUsize,
    /// This side wants to end the connection.
    closing: AtomicBool,
    /// How the peer broke the protocol, where that was not seen on reading.
    violation: OnceLock<Exception>,
}

impl Peer {
    pub(super) fn new(
        socket: OwnedWriteHalf,
        offered: Option<Arc<LocalObject>>,
        connection: Arc<Connection>,
    ) -> Arc<Self> {
        let limit = connection.limits().unread_bytes;
        let writer = Writer::new(socket, connection.runtime().clone(), limit);
        Arc::new(Self {
            connection,
            writer,
            tables: Mutex::new(Tables::new(offered)),
            given_up: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
            violation: OnceLock::new(),
        })
    }

    pub(super) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// The tables. What is dropped out of them is dropped after the lock, since that may be anybody's
    /// code.
    pub(super) fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a message that somebody may be waiting for.
    pub(super) fn send(&self, message: Vec<u8>) {
        self.writer.send(Outgoing::Encoded(message), Urgency::Now);
    }

    /// Sends a message that nobody waits for.
    pub(super) fn send_soon(&self, message: Vec<u8>) {
        self.writer.send(Outgoing::Encoded(message), Urgency::Soon);
    }

    /// Ends the connection once all that is queued has been sent.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.writer.finish();
    }

    /// Ends the connection since the peer broke the protocol.
    pub(super) fn abort(&self, violation: Exception) {
        self.send(wire::abort(&violation));
        // The first one counts.
        let _ = self.violation.set(violation);
        self.writer.finish();
    }

    /// Why the stream ended.
    pub(super) fn end_of_stream(&self) -> Exception {
        if let Some(violation) = self.violation.get() {
            return not_rpc(violation);
        }
        let reason = if self.closing.load(Ordering::Acquire) {
            "the connection is closed: this side closed it"
        } else {
            "the peer closed the connection"
        };
        Exception::new(ExceptionKind::Disconnected, reason)
    }

    /// Asks for the peer's first object. Returns the number of the question.
    pub(super) fn bootstrap(&self, first: Weak<Pipelined>) -> Result<Asking, Exception> {
        let waiter = Waiter {
            caller: None,
            object: Some(first),
        };
        let (asking, _) = self.ask(waiter)?;
        self.send(wire::simple(|message| {
            message.init_bootstrap().set_question_id(asking.question);
        }));
        Ok(asking)
    }

    /// Calls a method. The message is sent before this returns, unless too much is queued already:
    /// then it is sent when the answer is polled.
    pub(super) fn call(self: &Arc<Self>, addressee: Addressee, request: Request) -> Answer {
        if request.params.is_streamed() || self.writer.has_room() {
            return match self.send_call(&addressee, request, None) {
                Ok(asked) => Answer::Asked(asked),
                Err(exception) => Answer::failed(exception),
            };
        }
        let this = Arc::clone(self);
        Answer::Unsent(Box::pin(async move {
            this.writer.room().await;
            this.send_call(&addressee, request, None)
        }))
    }

    /// Calls a method for the sake of an object in its results. The message is sent before this
    /// returns, since messages that name the object may follow.
    pub(super) fn call_for(
        self: &Arc<Self>,
        addressee: &Addressee,
        request: Request,
        path: &[PointerIndex],
    ) -> (Answer, Capability) {
        let object = Pipelined::new(self, path);
        match self.send_call(addressee, request, Some(&object)) {
            Ok(asked) => (Answer::Asked(asked), Capability::remote(object)),
            Err(exception) => Broken::answer(&self.connection, exception),
        }
    }

    fn send_call(
        self: &Arc<Self>,
        addressee: &Addressee,
        request: Request,
        object: Option<&Arc<Pipelined>>,
    ) -> Result<Asked, Exception> {
        let Request {
            interface_id,
            ordinal,
            mut params,
        } = request;
        params.rebuild()?;
        let (caller, answer) = oneshot::channel();
        let (asking, urgency) = self.ask(Waiter {
            caller: Some(caller),
            object: object.map(Arc::downgrade),
        })?;
        if let Some(object) = object {
            object.asked(asking);
        }
        let envelope = match addressee {
            Addressee::Import(import) if !params.has_capabilities() => Ok((
                Envelope::Call {
                    question: asking.question,
                    import: *import,
                    interface_id,
                    ordinal,
                },
                Vec::new(),
            )),
            _ => Envelope::call(|mut call| {
                call.set_question_id(asking.question);
                call.set_interface_id(interface_id);
                call.set_method_id(ordinal);
                addressee.write(call.reborrow().init_target());
                let payload = call.get_params().map_err(malformed)?;
                self.describe_all(params.table(), payload)
            }),
        };
        let enclosed = envelope.and_then(|enclosed| self.fitting(&params, enclosed));
        let envelope = match enclosed {
            Ok((envelope, exports)) => {
                if !exports.is_empty()
                    && let Some(question) = self.lock().question(asking)
                {
                    question.params = exports;
                }
                envelope
            }
            Err(exception) => {
                let mut tables = self.lock();
                let asked = tables.questions.try_remove(asking.question as usize);
                tables.awaited -= usize::from(asked.is_some());
                drop(tables);
                return Err(exception);
            }
        };
        self.writer.send(Outgoing::Owned(envelope, params), urgency);
        Ok(match object {
            Some(object) => Asked::shared(Arc::clone(object), asking, answer),
            None => Asked::new(Arc::clone(self), asking, answer),
        })
    }

    /// A new question, and when it has to be on its way.
    fn ask(&self, waiter: Waiter) -> Result<(Asking, Urgency), Exception> {
        let mut tables = self.lock();
        if let Some(reason) = &tables.closed {
            return Err(reason.clone());
        }
        tables.asked += 1;
        tables.awaited += 1;
        let serial = tables.asked;
        // One who is alone has nobody to share a system call with.
        let urgency = match tables.awaited {
            1 => Urgency::Now,
            _ => Urgency::Soon,
        };
        let question = tables.questions.insert(Question {
            serial,
            waiter,
            settled: None,
            params: Vec::new(),
            finish: Finish::NotSent,
            returned: false,
            imported: false,
        });
        let asking = Asking {
            question: number(question),
            serial,
        };
        Ok((asking, urgency))
    }

    /// Ready when the answer of a question has come, or it has been settled in another way.
    pub(super) fn settled(&self, asking: Asking) -> oneshot::Receiver<Cancelled> {
        let (sender, settled) = oneshot::channel();
        if let Some(question) = self.lock().question(asking)
            && !question.returned
        {
            question.settled = Some(sender);
        }
        settled
    }

    /// Tells the peer that we are done with a question, unless that was told; the number is free when
    /// the answer has come as well.
    pub(super) fn finish(&self, asking: Asking, urgency: Urgency) {
        let imported = {
            let mut tables = self.lock();
            let Some(question) = tables.question(asking) else {
                return;
            };
            if question.finish != Finish::NotSent {
                return;
            }
            question.finish = Finish::Sending;
            if !question.returned {
                // Nobody reads the answer any more.
                question.waiter = Waiter::default();
            }
            question.imported
        };
        // Capabilities of results that we never read are the peer's to release.
        let message = Outgoing::Encoded(wire::finish(asking.question, !imported));
        self.writer.send(message, urgency);
        let mut tables = self.lock();
        let Some(question) = tables.question(asking) else {
            return;
        };
        question.finish = Finish::Sent;
        if question.returned {
            let question = tables.questions.remove(asking.question as usize);
            drop(tables);
            drop(question);
        }
    }

    /// Sends a call on its way to where it is really for.
    pub(super) fn dispatch(self: &Arc<Self>, capability: &Capability, call: PipelinedCall) {
        let PipelinedCall { request, mut reply } = call;
        match &capability.0 {
            Target::Local(object) => self.connection.accept(object, request, reply),
            Target::Remote(_) | Target::Later(_) => {
                let forwarded = capability.call(request);
                self.connection.runtime().spawn(async move {
                    let outcome = tokio::select! {
                        outcome = forwarded => outcome,
                        () = reply.abandoned() => Err(Exception::new(
                            ExceptionKind::Cancelled,
                            "the caller gave the call up",
                        )),
                    };
                    reply.send(outcome);
                });
            }
        }
    }

    /// The object that the peer exports under a number, counted once more.
    pub(super) fn import(self: &Arc<Self>, id: u32, promise: bool) -> Arc<Import> {
        let mut tables = self.lock();
        if let Some(imported) = tables.imports.get_mut(&id) {
            imported.count += 1;
            if let Some(import) = imported.import.upgrade() {
                return import;
            }
            // The last user is just dropping it, and leaves the count to this one.
            let import = Import::new(self, id, promise);
            imported.import = Arc::downgrade(&import);
            return import;
        }
        let import = Import::new(self, id, promise);
        let imported = Imported {
            import: Arc::downgrade(&import),
            count: 1,
        };
        tables.imports.insert(id, imported);
        import
    }

    /// Takes an import that is being dropped off the table. Returns how often the peer has to be told
    /// so: never, if the peer passed it again meanwhile.
    pub(super) fn forget_import(&self, id: u32) -> u32 {
        let mut tables = self.lock();
        match tables.imports.get(&id) {
            Some(imported) if imported.import.strong_count() == 0 => {
                let count = imported.count;
                tables.imports.remove(&id);
                count
            }
            _ => 0,
        }
    }

    /// The object of ours that the peer names.
    pub(super) fn exported(&self, id: u32) -> Result<Capability, Exception> {
        let tables = self.lock();
        match tables.exports.get(id as usize) {
            Some(export) => Ok(export.capability.clone()),
            None => Err(broken("it names an object that it was not given")),
        }
    }
}

/// A peer that breaks the protocol.
pub(super) fn broken(how: &str) -> Exception {
    Exception::new(ExceptionKind::Malformed, how)
}

/// Why a connection is closed whose peer broke the protocol.
pub(super) fn not_rpc(violation: &Exception) -> Exception {
    Exception::new(
        ExceptionKind::Disconnected,
        format_args!(
            "the peer sent what is not Cap'n Proto RPC: {}",
            violation.message()
        ),
    )
}

/// One question: its number, and what tells it from others with that number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking {
    pub(super) question: u32,
    pub(super) serial: u64,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").finish_non_exhaustive()
    }
}
