//! What the peer sends to us.

use std::io::ErrorKind;
use std::sync::Arc;

use capnp::message::Reader;
use capnp::serialize::OwnedSegments;
use capnp_rpc::rpc_capnp::{
    bootstrap, call, cap_descriptor, disembargo, message, message_target, release, resolve, return_,
};

use super::answer::{AnswerCell, Outcome, PipelinedCall, Waiting};
use super::descriptor::malformed;
use super::import::Import;
use super::peer::{Peer, broken};
use super::reader::Frames;
use super::tables::{Finish, Waiter, number};
use super::wire::{self, Addressee};
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

fn not_rpc(violation: &Exception) -> Exception {
    Exception::new(
        ExceptionKind::Disconnected,
        format_args!(
            "the peer sent what is not Cap'n Proto RPC: {}",
            violation.message()
        ),
    )
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
    fn refuse(&self, message: message::Reader<'_>) -> Result<(), Exception> {
        let refusal = wire::encode(|mut answer| answer.set_unimplemented(message));
        self.send(refusal.map_err(malformed)?);
        Ok(())
    }

    fn asked_first(self: &Arc<Self>, bootstrap: bootstrap::Reader<'_>) -> Result<(), Exception> {
        let question = bootstrap.get_question_id();
        let reply = self.owe(question, false)?;
        reply.send(match &self.offered {
            Some(object) => Payload::of_capability(Capability::local(Arc::clone(object))),
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
        let params = self.read_payload(call.get_params().map_err(malformed)?);
        let reply = self.owe(question, redirected)?;
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
            Addressed::Answer(cell, path) => cell.want(self, Waiting::Call(path, call)),
        }
        Ok(())
    }

    fn target(
        self: &Arc<Self>,
        target: message_target::Reader<'_>,
    ) -> Result<Addressed, Exception> {
        use message_target::Which;

        match target.which() {
            Ok(Which::ImportedCap(id)) => Ok(Addressed::Object(self.exported(id)?)),
            Ok(Which::PromisedAnswer(promised)) => {
                let promised = promised.map_err(malformed)?;
                let path = wire::read_path(promised).map_err(malformed)?;
                let cell = self.answer(promised.get_question_id())?;
                Ok(Addressed::Answer(cell, path))
            }
            Err(unknown) => Err(malformed(unknown.into())),
        }
    }

    fn returned(self: &Arc<Self>, returned: return_::Reader<'_>) -> Result<(), Exception> {
        let question = returned.get_answer_id();
        let (waiter, released) = {
            let mut tables = self.lock();
            let Some(asked) = tables.questions.get_mut(question as usize) else {
                return Err(broken("it answers a call that we did not make"));
            };
            if asked.returned {
                return Err(broken("it answers a call twice"));
            }
            asked.returned = true;
            let waiter = asked.waiter.take();
            asked.imported = waiter.is_some();
            let params = std::mem::take(&mut asked.params);
            let finished = asked.finish == Finish::Sent;
            let mut released = Vec::new();
            if returned.get_release_param_caps() {
                for export in params {
                    released.extend(tables.unexport(export, 1));
                }
            }
            if finished {
                drop(tables.questions.remove(question as usize));
            }
            (waiter, released)
        };
        drop(released);
        let Some(waiter) = waiter else {
            return Ok(());
        };
        self.deliver(question, waiter, returned)
    }

    /// Hands an answer to the one who waits for it.
    fn deliver(
        self: &Arc<Self>,
        question: u32,
        waiter: Waiter,
        returned: return_::Reader<'_>,
    ) -> Result<(), Exception> {
        use return_::Which;

        let outcome = match returned.which() {
            Ok(Which::Results(results)) => self.read_payload(results.map_err(malformed)?),
            Ok(Which::Exception(exception)) => {
                Err(wire::read_exception(exception.map_err(malformed)?))
            }
            Ok(Which::Canceled(())) => Err(Exception::from_peer(
                ExceptionKind::Cancelled,
                "the peer cancelled the call",
            )),
            Ok(Which::TakeFromOtherQuestion(other)) => {
                let cell = self.answer(other)?;
                let peer = Arc::clone(self);
                let take = move |outcome: &Outcome| {
                    let outcome = match outcome {
                        Ok(results) => results.duplicate(),
                        Err(exception) => Err(exception.clone()),
                    };
                    peer.satisfy(question, waiter, outcome);
                };
                cell.want(self, Waiting::Then(Box::new(take)));
                return Ok(());
            }
            Ok(Which::ResultsSentElsewhere(())) => {
                return Err(broken("it sent results elsewhere unasked"));
            }
            Ok(Which::AcceptFromThirdParty(_)) | Err(_) => Err(Exception::new(
                ExceptionKind::Unimplemented,
                "the peer answered in a way that needs a third party",
            )),
        };
        self.satisfy(question, waiter, outcome);
        Ok(())
    }

    fn satisfy(&self, question: u32, waiter: Waiter, outcome: Result<Payload, Exception>) {
        match waiter {
            Waiter::Call(sender) => {
                // It fails when the caller has just given up.
                let _ = sender.send(outcome);
                self.finish(question);
            }
            Waiter::Bootstrap(first) => {
                if let Some(first) = first.upgrade() {
                    first.arrive(outcome.and_then(|results| {
                        results.pipelined(&[])?.ok_or_else(|| {
                            Exception::new(ExceptionKind::Null, "the peer's first object is null")
                        })
                    }));
                }
            }
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

    fn resolved(self: &Arc<Self>, resolve: resolve::Reader<'_>) -> Result<(), Exception> {
        use resolve::Which;

        let (resolution, ours) = match resolve.which() {
            Ok(Which::Cap(descriptor)) => {
                let descriptor = descriptor.map_err(malformed)?;
                let ours = matches!(
                    descriptor.which(),
                    Ok(cap_descriptor::Which::ReceiverHosted(_)
                        | cap_descriptor::Which::ReceiverAnswer(_))
                );
                let capability = self.capability(descriptor)?.ok_or_else(|| {
                    Exception::new(ExceptionKind::Null, "the peer's promise became null")
                });
                (capability, ours)
            }
            Ok(Which::Exception(exception)) => {
                let exception = wire::read_exception(exception.map_err(malformed)?);
                (Err(exception), false)
            }
            Err(unknown) => return Err(malformed(unknown.into())),
        };
        let import = self
            .lock()
            .imports
            .get(&resolve.get_promise_id())
            .and_then(|imported| imported.import.upgrade());
        // One that was released meanwhile needs no resolution; what came with it is released, too.
        if let Some(import) = import {
            let embargoed = Arc::clone(&import);
            import.become_known(resolution, ours, |addressee| {
                self.embargo(embargoed, addressee);
            });
        }
        Ok(())
    }

    /// Sends a message after the calls that are on their way back to us.
    fn embargo(&self, import: Arc<Import>, addressee: &Addressee) {
        let embargo = number(self.lock().embargoes.insert(import));
        self.send(wire::simple(|message| {
            let mut disembargo = message.init_disembargo();
            addressee.write(disembargo.reborrow().init_target());
            disembargo.init_context().set_sender_loopback(embargo);
        }));
    }

    fn disembargoed(
        self: &Arc<Self>,
        disembargo: disembargo::Reader<'_>,
        message: message::Reader<'_>,
    ) -> Result<(), Exception> {
        use disembargo::context::Which;

        match disembargo.get_context().which() {
            Ok(Which::SenderLoopback(embargo)) => {
                let target = self.target(disembargo.get_target().map_err(malformed)?)?;
                match target {
                    Addressed::Object(capability) => self.loop_back(&capability, embargo),
                    Addressed::Answer(cell, path) => {
                        let peer = Arc::clone(self);
                        let act = move |outcome: &Outcome| {
                            let target = outcome
                                .as_ref()
                                .ok()
                                .and_then(|results| results.pipelined(&path).ok().flatten());
                            if let Some(capability) = target {
                                peer.loop_back(&capability, embargo);
                            }
                        };
                        cell.want(self, Waiting::Then(Box::new(act)));
                    }
                }
                Ok(())
            }
            Ok(Which::ReceiverLoopback(embargo)) => {
                let import = self.lock().embargoes.try_remove(embargo as usize);
                let import = import.ok_or_else(|| broken("it lifts an embargo that is none"))?;
                import.lift();
                Ok(())
            }
            Ok(Which::Accept(()) | Which::Provide(_)) | Err(_) => self.refuse(message),
        }
    }

    /// Returns a disembargo to the peer, whose object it turned out to be for, after all calls that
    /// were forwarded there.
    fn loop_back(self: &Arc<Self>, capability: &Capability, embargo: u32) {
        let Some(id) = self.import_id(capability) else {
            tracing::warn!("a disembargo for an object that is not the sender's");
            return;
        };
        self.send(wire::simple(|message| {
            let mut disembargo = message.init_disembargo();
            disembargo.reborrow().init_target().set_imported_cap(id);
            disembargo.init_context().set_receiver_loopback(embargo);
        }));
    }

    /// A message of ours that the peer does not know.
    fn not_understood(&self, ours: message::Reader<'_>) -> Result<(), Exception> {
        use message::Which;

        let waiter = match ours.which() {
            Ok(Which::Call(call)) => {
                let question = call.map_err(malformed)?.get_question_id();
                let asked = self.lock().questions.try_remove(question as usize);
                asked.and_then(|asked| Some((question, asked.waiter?)))
            }
            Ok(Which::Bootstrap(bootstrap)) => {
                // Its number stays taken: the one who asked finishes it.
                let question = bootstrap.map_err(malformed)?.get_question_id();
                let mut tables = self.lock();
                tables
                    .questions
                    .get_mut(question as usize)
                    .and_then(|asked| {
                        asked.returned = true;
                        Some((question, asked.waiter.take()?))
                    })
            }
            // Nothing else needs an answer.
            _ => None,
        };
        if let Some((question, waiter)) = waiter {
            let exception = Exception::from_peer(
                ExceptionKind::Unimplemented,
                "the peer does not understand such calls",
            );
            self.satisfy(question, waiter, Err(exception));
        }
        Ok(())
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
                            first.arrive(Err(reason.clone()));
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
        for import in imports
            .into_iter()
            .chain(old.embargoes.into_iter().map(|(_, import)| import))
        {
            import.fail(&reason);
        }
        drop((old.answers, old.exports));
        self.connection().closed(reason);
    }
}

/// What a message is for.
enum Addressed {
    Object(Capability),
    Answer(Arc<AnswerCell>, Vec<capnp::private::capability::PipelineOp>),
}
