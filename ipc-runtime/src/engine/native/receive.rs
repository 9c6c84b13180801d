//! What the peer sends to us.

use std::sync::Arc;

use capnp::private::capability::PipelineOp;
use capnp_rpc::rpc_capnp::{
    bootstrap, call, cap_descriptor, disembargo, message, message_target, release, resolve, return_,
};

use super::answer::{AnswerCell, Outcome, PipelinedCall, Waiting, gone};
use super::descriptor::malformed;
use super::import::Import;
use super::peer::{Peer, broken};
use super::reader::Frames;
use super::tables::{Finish, Waiter, number};
use super::wire::{self, Addressee};
use super::writer::Urgency;
use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};
use crate::message::{Envelope, Frame, Payload};

/// Reads and acts until the connection ends.
pub(super) async fn run(peer: Arc<Peer>, mut frames: Frames) {
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
                if let Some((answered, given)) = self.returned(returned)? {
                    self.deliver(answered, given, frame);
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
    fn refuse(&self, message: message::Reader<'_>) -> Result<(), Exception> {
        let refusal = wire::encode(|mut answer| answer.set_unimplemented(message));
        self.send(refusal.map_err(malformed)?);
        Ok(())
    }

    fn asked_first(self: &Arc<Self>, bootstrap: bootstrap::Reader<'_>) -> Result<(), Exception> {
        let question = bootstrap.get_question_id();
        let (reply, _) = self.owe(question, false)?;
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
            capabilities: self.capabilities(call.get_params().map_err(malformed)?),
        }))
    }

    /// Sends a call that arrived on its way; its parameters are in `frame`.
    fn start(self: &Arc<Self>, called: Called, frame: Frame<'_>) -> Result<(), Exception> {
        let (reply, refusal) = self.owe(called.question, called.redirected)?;
        if let Some(refusal) = refusal {
            reply.send(Err(refusal));
            return Ok(());
        }
        let capabilities = match called.capabilities {
            Ok(capabilities) => capabilities,
            Err(exception) => {
                reply.send(Err(exception));
                return Ok(());
            }
        };
        let call = PipelinedCall {
            interface_id: called.interface_id,
            ordinal: called.ordinal,
            params: Payload::received(frame.into_owned(), Envelope::Call, capabilities),
            reply,
        };
        match called.target {
            Addressed::Object(capability) => self.dispatch(&capability, call),
            Addressed::Answer(cell, path) => cell.want(self, Waiting::Call(path, call)),
            Addressed::Gone => call.reply.send(Err(gone())),
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
                Ok(match self.answer(promised.get_question_id()) {
                    Some(cell) => Addressed::Answer(cell, path),
                    None => Addressed::Gone,
                })
            }
            Err(unknown) => Err(malformed(unknown.into())),
        }
    }

    /// Takes note of an answer. Returns who waits for it, if anybody does, and what it is.
    fn returned(
        self: &Arc<Self>,
        returned: return_::Reader<'_>,
    ) -> Result<Option<(Answered, Given)>, Exception> {
        let question = returned.get_answer_id();
        let (waiter, finished, released) = {
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
            if returned.get_no_finish_needed() && matches!(waiter, Some(Waiter::Call(_))) {
                asked.finish = Finish::Sent;
            }
            let params = std::mem::take(&mut asked.params);
            let finished = asked.finish == Finish::Sent;
            let mut released = Vec::new();
            if returned.get_release_param_caps() {
                for export in params {
                    released.extend(tables.unexport(export, 1));
                }
            }
            tables.awaited -= 1;
            if finished {
                drop(tables.questions.remove(question as usize));
            }
            (waiter, finished, released)
        };
        drop(released);
        let Some(waiter) = waiter else {
            return Ok(None);
        };
        let answered = Answered {
            waiter,
            unfinished: (!finished).then_some(question),
        };
        Ok(Some((answered, self.given(returned)?)))
    }

    /// What an answer says.
    fn given(self: &Arc<Self>, returned: return_::Reader<'_>) -> Result<Given, Exception> {
        use return_::Which;

        Ok(match returned.which() {
            Ok(Which::Results(results)) => {
                Given::Results(self.capabilities(results.map_err(malformed)?))
            }
            Ok(Which::Exception(exception)) => {
                Given::Failure(wire::read_exception(exception.map_err(malformed)?))
            }
            Ok(Which::Canceled(())) => Given::Failure(Exception::from_peer(
                ExceptionKind::Cancelled,
                "the peer cancelled the call",
            )),
            Ok(Which::TakeFromOtherQuestion(other)) => {
                let cell = self.answer(other);
                Given::Elsewhere(
                    cell.ok_or_else(|| broken("it names a call that it did not make"))?,
                )
            }
            Ok(Which::ResultsSentElsewhere(())) => {
                return Err(broken("it sent results elsewhere unasked"));
            }
            Ok(Which::AcceptFromThirdParty(_)) | Err(_) => Given::Failure(Exception::new(
                ExceptionKind::Unimplemented,
                "the peer answered in a way that needs a third party",
            )),
        })
    }

    /// Hands an answer to the one who waits for it; results are in `frame`.
    fn deliver(self: &Arc<Self>, answered: Answered, given: Given, frame: Frame<'_>) {
        let outcome = match given {
            Given::Results(capabilities) => capabilities.map(|capabilities| {
                Payload::received(frame.into_owned(), Envelope::Return, capabilities)
            }),
            Given::Failure(exception) => Err(exception),
            Given::Elsewhere(cell) => {
                let peer = Arc::clone(self);
                let take = move |outcome: &Outcome| {
                    let outcome = match outcome {
                        Ok(results) => results.duplicate(Envelope::Return),
                        Err(exception) => Err(exception.clone()),
                    };
                    peer.satisfy(answered, outcome);
                };
                cell.want(self, Waiting::Then(Box::new(take)));
                return;
            }
        };
        self.satisfy(answered, outcome);
    }

    fn satisfy(&self, answered: Answered, outcome: Result<Payload, Exception>) {
        match answered.waiter {
            Waiter::Call(sender) => {
                // It fails when the caller has just given up.
                let _ = sender.send(outcome);
                if let Some(question) = answered.unfinished {
                    self.finish(question, Urgency::Flushed);
                }
            }
            // The question is finished when the object goes.
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
                    Addressed::Gone => return Err(broken("it lifts an embargo on nothing")),
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

        let question = match ours.which() {
            Ok(Which::Call(call)) => call.map_err(malformed)?.get_question_id(),
            Ok(Which::Bootstrap(bootstrap)) => bootstrap.map_err(malformed)?.get_question_id(),
            // Nothing else needs an answer.
            _ => return Ok(()),
        };
        let waiter = {
            let mut tables = self.lock();
            let Some(asked) = tables.questions.get_mut(question as usize) else {
                return Ok(());
            };
            if asked.returned {
                return Err(broken("it answers a call twice"));
            }
            asked.returned = true;
            let waiter = asked.waiter.take();
            tables.awaited -= 1;
            // The peer has no answer to finish. The number of a bootstrap is freed by its object.
            if !matches!(waiter, Some(Waiter::Bootstrap(_))) {
                drop(tables.questions.remove(question as usize));
            }
            waiter
        };
        if let Some(waiter) = waiter {
            let exception = Exception::from_peer(
                ExceptionKind::Unimplemented,
                "the peer does not understand such calls",
            );
            let answered = Answered {
                waiter,
                unfinished: None,
            };
            self.satisfy(answered, Err(exception));
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
        drop((old.offered, old.answers, old.exports));
        self.connection().closed(reason);
    }
}

/// What a message is for.
enum Addressed {
    Object(Capability),
    Answer(Arc<AnswerCell>, Vec<PipelineOp>),
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
    capabilities: Result<Vec<Option<Capability>>, Exception>,
}

/// One of our questions that has its answer.
struct Answered {
    waiter: Waiter,
    /// Its number, if the peer waits for our Finish.
    unfinished: Option<u32>,
}

/// An answer as it arrived.
enum Given {
    /// Results, by the capabilities that they carry.
    Results(Result<Vec<Option<Capability>>, Exception>),
    Failure(Exception),
    /// The same as for a call of the peer.
    Elsewhere(Arc<AnswerCell>),
}
