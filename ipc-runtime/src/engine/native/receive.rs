//! What the peer sends to us.

use std::io::ErrorKind;
use std::sync::Arc;

use capnp::message::Reader;
use capnp::private::capability::PipelineOp;
use capnp::serialize::OwnedSegments;
use capnp_rpc::rpc_capnp::{bootstrap, call, message, message_target, release};

use super::answer::{AnswerCell, PipelinedCall, Waiting};
use super::descriptor::malformed;
use super::peer::{Peer, broken, not_rpc};
use super::reader::Frames;
use super::tables::Waiter;
use super::wire;
use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;

/// Reads and acts until the connection ends.
pub(super) async fn run(peer: Arc<Peer>, mut frames: Frames) {
    let reason = loop {
        match frames.next().await {
            Ok(Some(message)) => match peer.receive(&message) {
                Ok(Go::On) => {}
                Ok(Go::Stop(reason)) => break reason,
                Err(violation) => {
                    peer.send(wire::abort(&violation));
                    break not_rpc(&violation);
                }
            },
            Ok(None) => break peer.end_of_stream(),
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                let violation = Exception::failed(&error);
                peer.send(wire::abort(&violation));
                break not_rpc(&violation);
            }
            // The peer went without reading all that was sent to it, for one.
            Err(error) => {
                break Exception::new(
                    ExceptionKind::Disconnected,
                    format_args!("the peer closed the connection: {error}"),
                );
            }
        }
    };
    peer.end(reason);
}

/// Whether there is anything to read after a message.
enum Go {
    On,
    /// The peer ended the connection, for this reason.
    Stop(Exception),
}

impl Peer {
    fn receive(self: &Arc<Self>, frame: &Reader<OwnedSegments>) -> Result<Go, Exception> {
        use message::Which;

        let message: message::Reader<'_> = frame.get_root().map_err(malformed)?;
        match message.which() {
            Ok(Which::Bootstrap(bootstrap)) => self.asked_first(bootstrap.map_err(malformed)?)?,
            Ok(Which::Call(call)) => self.called(call.map_err(malformed)?, message)?,
            Ok(Which::Return(returned)) => self.returned(returned.map_err(malformed)?)?,
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
        let reply = self.owe(question, false, None)?;
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
    ) -> Result<(), Exception> {
        use call::send_results_to::Which as To;

        let redirected = match call.get_send_results_to().which() {
            Ok(To::Caller(())) => false,
            Ok(To::Yourself(())) => true,
            Ok(To::ThirdParty(_)) | Err(_) => return self.refuse(message),
        };
        let question = call.get_question_id();
        let target = self.target(call.get_target().map_err(malformed)?)?;
        let params = call.get_params().map_err(malformed)?;
        let capabilities = self.capabilities(params)?;
        let params = Payload::read_from(params.get_content(), &capabilities);
        let waits_for = match &target {
            Addressed::Object(_) => None,
            Addressed::Answer(other, ..) => Some(*other),
        };
        let reply = self.owe(question, redirected, waits_for)?;
        let params = match params {
            Ok(params) => params,
            Err(exception) => {
                reply.send(Err(exception));
                return Ok(());
            }
        };
        let call = PipelinedCall {
            interface_id: call.get_interface_id(),
            ordinal: call.get_method_id(),
            params,
            reply,
        };
        match target {
            Addressed::Object(capability) => self.dispatch(&capability, call),
            Addressed::Answer(_, cell, path) => cell.want(self, Waiting::Call(path, call)),
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
                Ok(Addressed::Answer(question, self.answer(question)?, path))
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
            if let Some(waiter) = question.waiter {
                match waiter {
                    Waiter::Call(sender) => drop(sender.send(Err(reason.clone()))),
                    Waiter::Bootstrap(first) => {
                        if let Some(first) = first.upgrade() {
                            first.promise().fail(&reason);
                        }
                    }
                }
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
        drop((old.answers, old.exports, old.offered));
        self.connection().closed(reason);
    }
}

/// What a message is for.
pub(super) enum Addressed {
    Object(Capability),
    /// What a path leads to in the answer to a call of the peer.
    Answer(u32, Arc<AnswerCell>, Vec<PipelineOp>),
}
