//! What the peer sends to us.

use std::sync::Arc;

use capnp::private::capability::PipelineOp;
use capnp_rpc::rpc_capnp::{bootstrap, call, message, message_target, release};

use super::answer::{AnswerCell, PipelinedCall, Waiting, gone};
use super::descriptor::malformed;
use super::envelope::Envelope;
use super::peer::{Peer, broken, not_rpc};
use super::reader::Frames;
use super::wire;
use crate::capability::Capability;
use crate::engine::Request;
use crate::exception::{Exception, ExceptionKind};
use crate::message::{Frame, Payload, Within};

/// Reads and acts until the connection ends.
pub(super) async fn run(peer: Arc<Peer>, mut frames: Frames) {
    let mut ending = Ending { peer, reason: None };
    let peer = &ending.peer;
    let reason = loop {
        if let Some(reason) = peer.receive_all(&mut frames) {
            break reason;
        }
        peer.writer.flush();
        match frames.fill().await {
            Ok(true) => {}
            Ok(false) => break peer.end_of_stream(),
            // The peer went without reading all that was sent to it, for one.
            Err(error) => {
                break Exception::new(
                    ExceptionKind::Disconnected,
                    format_args!("the peer closed the connection: {error}"),
                );
            }
        }
    };
    let reason = peer.writer.overflowed().unwrap_or(reason);
    ending.reason = Some(reason);
}

/// Ends the connection when nobody reads from it any more, for whatever reason: the runtime may be gone,
/// or an object's drop may have panicked.
struct Ending {
    peer: Arc<Peer>,
    reason: Option<Exception>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let reason = self.reason.take().unwrap_or_else(|| {
            Exception::new(
                ExceptionKind::Disconnected,
                "this side has stopped reading: its runtime was shut down, or an object panicked",
            )
        });
        self.peer.end(reason);
    }
}

/// Whether there is anything to read after a message.
enum Go {
    On,
    /// The peer ended the connection, for this reason.
    Stop(Exception),
}

impl Peer {
    /// Acts on everything that has been read. Returns why the connection ends, if it does.
    fn receive_all(self: &Arc<Self>, frames: &mut Frames) -> Option<Exception> {
        loop {
            let received = match frames.next() {
                Ok(Some(frame)) => self.receive(frame),
                Ok(None) => return None,
                Err(error) => Err(Exception::failed(error)),
            };
            match received {
                Ok(Go::On) => {}
                Ok(Go::Stop(reason)) => return Some(reason),
                Err(violation) => {
                    self.send(wire::abort(&violation));
                    return Some(not_rpc(&violation));
                }
            }
        }
    }

    fn receive(self: &Arc<Self>, frame: Frame<'_>) -> Result<Go, Exception> {
        use message::Which;

        match frame.only_segment().and_then(Envelope::recognize) {
            Some(Envelope::Call {
                question,
                import,
                interface_id,
                ordinal,
            }) => {
                let called = Called {
                    question,
                    redirected: false,
                    interface_id,
                    ordinal,
                    target: Addressed::Object(self.exported(import)?),
                    capabilities: Vec::new(),
                };
                self.start(called, frame)?;
                return Ok(Go::On);
            }
            Some(Envelope::Return { question }) => {
                if let Some(answered) = self.returned_simply(question)? {
                    self.deliver(answered, frame)?;
                }
                return Ok(Go::On);
            }
            Some(Envelope::Built(..)) | None => {}
        }
        let reader = frame.reader();
        let message: message::Reader<'_> = reader.get_root().map_err(malformed)?;
        match message.which() {
            Ok(Which::Bootstrap(bootstrap)) => self.asked_first(bootstrap.map_err(malformed)?)?,
            Ok(Which::Call(call)) => {
                if let Some(called) = self.called(call.map_err(malformed)?, message)? {
                    self.start(called, frame)?;
                }
            }
            Ok(Which::Return(returned)) => {
                let returned = returned.map_err(malformed)?;
                if let Some(answered) = self.returned(returned)? {
                    self.deliver(answered, frame)?;
                }
            }
            Ok(Which::Finish(finish)) => self.finished(finish.map_err(malformed)?)?,
            Ok(Which::Resolve(resolve)) => self.resolved(resolve.map_err(malformed)?)?,
            Ok(Which::Release(release)) => self.released(release.map_err(malformed)?)?,
            Ok(Which::Disembargo(disembargo)) => {
                self.disembargoed(disembargo.map_err(malformed)?, message)?;
            }
            Ok(Which::Unimplemented(ours)) => self.not_understood(ours.map_err(malformed)?)?,
            Ok(Which::Abort(reason)) => {
                let reason = wire::read_exception(reason.map_err(malformed)?);
                return Ok(Go::Stop(Exception::from_peer(
                    ExceptionKind::Disconnected,
                    format_args!("the peer closed the connection: {}", reason.message()),
                )));
            }
            // Levels that we do not speak, and messages of the future.
            Ok(_) | Err(_) => self.refuse(message)?,
        }
        Ok(Go::On)
    }

    /// Tells the peer that we do not understand a message.
    pub(super) fn refuse(&self, message: message::Reader<'_>) -> Result<(), Exception> {
        let refusal = wire::encode(|mut answer| answer.set_unimplemented(message));
        self.send(refusal.map_err(malformed)?);
        Ok(())
    }

    fn asked_first(self: &Arc<Self>, bootstrap: bootstrap::Reader<'_>) -> Result<(), Exception> {
        let question = bootstrap.get_question_id();
        let (reply, _) = self.owe(question, false, None, 0)?;
        let offered = self.lock().offered.clone();
        reply.send(match offered {
            Some(object) => Payload::of_capability(Capability::local(object)),
            None => Err(Exception::failed("this side offers no first object")),
        });
        Ok(())
    }

    fn called(
        self: &Arc<Self>,
        call: call::Reader<'_>,
        message: message::Reader<'_>,
    ) -> Result<Option<Called>, Exception> {
        use call::send_results_to::Which as To;

        let redirected = match call.get_send_results_to().which() {
            Ok(To::Caller(())) => false,
            Ok(To::Yourself(())) => true,
            Ok(To::ThirdParty(_)) | Err(_) => {
                self.refuse(message)?;
                return Ok(None);
            }
        };
        Ok(Some(Called {
            question: call.get_question_id(),
            redirected,
            interface_id: call.get_interface_id(),
            ordinal: call.get_method_id(),
            target: self.target(call.get_target().map_err(malformed)?)?,
            capabilities: self.capabilities(call.get_params().map_err(malformed)?)?,
        }))
    }

    /// Sends a call that arrived on its way; its parameters are in `frame`.
    fn start(self: &Arc<Self>, called: Called, frame: Frame<'_>) -> Result<(), Exception> {
        let waits_for = match &called.target {
            Addressed::Answer(other, ..) => Some(*other),
            Addressed::Object(_) | Addressed::Gone => None,
        };
        let (reply, refusal) =
            self.owe(called.question, called.redirected, waits_for, frame.bytes())?;
        if let Some(refusal) = refusal {
            reply.send(Err(refusal));
            return Ok(());
        }
        let call = PipelinedCall {
            request: Request {
                interface_id: called.interface_id,
                ordinal: called.ordinal,
                params: Payload::received(frame.into_owned(), Within::Call, called.capabilities),
            },
            reply,
        };
        match called.target {
            Addressed::Object(capability) => self.dispatch(&capability, call),
            Addressed::Answer(_, cell, path) => cell.want(self, Waiting::Call(path, call)),
            Addressed::Gone => call.reply.send(Err(gone())),
        }
        Ok(())
    }

    pub(super) fn target(
        self: &Arc<Self>,
        target: message_target::Reader<'_>,
    ) -> Result<Addressed, Exception> {
        use message_target::Which;

        match target.which() {
            Ok(Which::ImportedCap(id)) => Ok(Addressed::Object(self.exported(id)?)),
            Ok(Which::PromisedAnswer(promised)) => {
                let promised = promised.map_err(malformed)?;
                let path = wire::read_path(promised).map_err(malformed)?;
                let question = promised.get_question_id();
                Ok(match self.answer(question)? {
                    Some(cell) => Addressed::Answer(question, cell, path),
                    None => Addressed::Gone,
                })
            }
            Err(unknown) => Err(malformed(unknown.into())),
        }
    }

    fn released(&self, release: release::Reader<'_>) -> Result<(), Exception> {
        let released = self
            .lock()
            .unexport(release.get_id(), release.get_reference_count());
        match released {
            // Dropping it may be anybody's code.
            Some(capability) => {
                drop(capability);
                Ok(())
            }
            None => Err(broken("it releases what it was not given")),
        }
    }

    /// The connection has ended: everything that the sides knew of each other is dropped.
    fn end(self: &Arc<Self>, reason: Exception) {
        self.connection().ends();
        let old = {
            let mut tables = self.lock();
            let mut old = std::mem::take(&mut *tables);
            tables.closed = Some(reason.clone());
            old.closed = None;
            old
        };
        // After an abort there may be something left to send.
        self.writer.finish();
        for (_, question) in old.questions {
            if let Some(caller) = question.waiter.caller {
                let _ = caller.send(Err(reason.clone()));
            }
            if let Some(object) = question.waiter.object.and_then(|object| object.upgrade()) {
                object.promise().fail(&reason);
            }
        }
        let imports: Vec<_> = old
            .imports
            .into_values()
            .filter_map(|imported| imported.import.upgrade())
            .collect();
        for promise in imports.iter().filter_map(|import| import.promise()) {
            promise.fail(&reason);
        }
        for (_, promise) in old.embargoes {
            promise.fail(&reason);
        }
        // What waits for an answer may refer to that very answer.
        for cell in old
            .answers
            .values()
            .filter_map(|answer| answer.cell.as_ref())
        {
            cell.give_up(self, &reason);
        }
        drop((old.answers, old.exports, old.offered));
        self.connection().closed(reason);
    }
}

/// What a message is for.
pub(super) enum Addressed {
    Object(Capability),
    /// What a path leads to in the answer to a call of the peer.
    Answer(u32, Arc<AnswerCell>, Vec<PipelineOp>),
    /// An answer that we have let go, because there was nothing in it to call.
    Gone,
}

/// A call as it arrived, without its parameters.
struct Called {
    question: u32,
    redirected: bool,
    interface_id: u64,
    ordinal: u16,
    target: Addressed,
    capabilities: Vec<Option<Capability>>,
}
