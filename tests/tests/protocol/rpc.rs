//! Messages of the RPC protocol as plain values, to be written down and compared in tests.

use capnp::message::{Builder, ReaderOptions};
use capnp_rpc::rpc_capnp::{exception, message, message_target, promised_answer};

pub(crate) use crate::payload::{Cap, Payload};

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rpc {
    Bootstrap(u32),
    Call {
        question: u32,
        target: Target,
        interface: u64,
        method: u16,
        params: Payload,
        results_to: ResultsTo,
    },
    Return {
        answer: u32,
        release_params: bool,
        /// No Finish is needed.
        over: bool,
        outcome: Outcome,
    },
    Finish {
        question: u32,
        release_results: bool,
    },
    Resolve(u32, Resolution),
    Release(u32, u32),
    Disembargo(Target, Loopback),
    Unimplemented(Box<Rpc>),
    Abort(String),
    Provide(u32, Target),
    Accept(u32),
    Join(u32, Target),
    /// A message that nobody uses.
    Unknown,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// An object that the receiver of the message exports.
    Export(u32),
    /// What a path of pointers leads to in an answer that the receiver owes.
    Answer(u32, Vec<u16>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ResultsTo {
    Caller,
    Yourself,
    ThirdParty,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Results(Payload),
    Exception(exception::Type, String),
    Canceled,
    Elsewhere,
    TakeFrom(u32),
    ThirdParty,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Resolution {
    Cap(Cap),
    Exception(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Loopback {
    Sender(u32),
    Receiver(u32),
    Accept,
    Provide(u32),
}

impl Rpc {
    /// The message in its framing.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut builder = Builder::new_default();
        self.write(builder.init_root());
        capnp::serialize::write_message_to_words(&builder)
    }

    /// The message with another member of a union than any version of the protocol knows: the
    /// discriminant lies so many bytes after the number `beside`, which the message has once.
    pub(crate) fn encode_unknown(&self, beside: u32, offset: isize) -> Vec<u8> {
        let mut bytes = self.encode();
        let beside = beside.to_le_bytes();
        let at = bytes.windows(4).position(|window| window == beside);
        let at = at.unwrap().checked_add_signed(offset).unwrap();
        bytes[at..at + 2].copy_from_slice(&[99, 0]);
        bytes
    }

    fn write(&self, message: message::Builder<'_>) {
        match self {
            Self::Bootstrap(question) => message.init_bootstrap().set_question_id(*question),
            Self::Call {
                question,
                target,
                interface,
                method,
                params,
                results_to,
            } => {
                let mut call = message.init_call();
                call.set_question_id(*question);
                call.set_interface_id(*interface);
                call.set_method_id(*method);
                target.write(call.reborrow().init_target());
                params.write(call.reborrow().init_params());
                let mut to = call.init_send_results_to();
                match results_to {
                    ResultsTo::Caller => to.set_caller(()),
                    ResultsTo::Yourself => to.set_yourself(()),
                    ResultsTo::ThirdParty => to.reborrow().init_third_party().clear(),
                }
            }
            Self::Return {
                answer,
                release_params,
                over,
                outcome,
            } => {
                let mut target = message.init_return();
                target.set_answer_id(*answer);
                target.set_release_param_caps(*release_params);
                target.set_no_finish_needed(*over);
                match outcome {
                    Outcome::Results(results) => results.write(target.init_results()),
                    Outcome::Exception(kind, reason) => {
                        write_exception(target.init_exception(), *kind, reason);
                    }
                    Outcome::Canceled => target.set_canceled(()),
                    Outcome::Elsewhere => target.set_results_sent_elsewhere(()),
                    Outcome::TakeFrom(other) => target.set_take_from_other_question(*other),
                    Outcome::ThirdParty => {
                        target.init_accept_from_third_party().clear();
                    }
                }
            }
            Self::Finish {
                question,
                release_results,
            } => {
                let mut finish = message.init_finish();
                finish.set_question_id(*question);
                finish.set_release_result_caps(*release_results);
            }
            Self::Resolve(promise, resolution) => {
                let mut resolve = message.init_resolve();
                resolve.set_promise_id(*promise);
                match resolution {
                    Resolution::Cap(cap) => cap.write(resolve.init_cap()),
                    Resolution::Exception(reason) => {
                        write_exception(resolve.init_exception(), exception::Type::Failed, reason);
                    }
                }
            }
            Self::Release(id, count) => {
                let mut release = message.init_release();
                release.set_id(*id);
                release.set_reference_count(*count);
            }
            Self::Disembargo(target, loopback) => {
                let mut disembargo = message.init_disembargo();
                target.write(disembargo.reborrow().init_target());
                let mut context = disembargo.init_context();
                match loopback {
                    Loopback::Sender(id) => context.set_sender_loopback(*id),
                    Loopback::Receiver(id) => context.set_receiver_loopback(*id),
                    Loopback::Accept => context.set_accept(()),
                    Loopback::Provide(question) => context.set_provide(*question),
                }
            }
            Self::Unimplemented(message_of_other) => {
                message_of_other.write(message.init_unimplemented());
            }
            Self::Abort(reason) => {
                write_exception(message.init_abort(), exception::Type::Failed, reason);
            }
            Self::Provide(question, target) => {
                let mut provide = message.init_provide();
                provide.set_question_id(*question);
                target.write(provide.init_target());
            }
            Self::Accept(question) => message.init_accept().set_question_id(*question),
            Self::Join(question, target) => {
                let mut join = message.init_join();
                join.set_question_id(*question);
                target.write(join.init_target());
            }
            Self::Unknown => message.init_obsolete_save().clear(),
        }
    }

    /// The message in these bytes, of one frame.
    pub(crate) fn decode(mut frame: &[u8]) -> capnp::Result<Self> {
        Self::decode_next(&mut frame)
    }

    /// The first message in these bytes, which are the others then.
    pub(crate) fn decode_next(bytes: &mut &[u8]) -> capnp::Result<Self> {
        let frame = capnp::serialize::read_message(bytes, ReaderOptions::new())?;
        Self::read(frame.get_root()?)
    }

    fn read(message: message::Reader<'_>) -> capnp::Result<Self> {
        use capnp_rpc::rpc_capnp::call::send_results_to::Which as To;
        use capnp_rpc::rpc_capnp::disembargo::context::Which as Context;
        use message::Which;

        let Ok(which) = message.which() else {
            return Ok(Self::Unknown);
        };
        Ok(match which {
            Which::Bootstrap(bootstrap) => Self::Bootstrap(bootstrap?.get_question_id()),
            Which::Call(call) => {
                let call = call?;
                Self::Call {
                    question: call.get_question_id(),
                    target: Target::read(call.get_target()?)?,
                    interface: call.get_interface_id(),
                    method: call.get_method_id(),
                    params: Payload::read(call.get_params()?)?,
                    results_to: match call.get_send_results_to().which()? {
                        To::Caller(()) => ResultsTo::Caller,
                        To::Yourself(()) => ResultsTo::Yourself,
                        To::ThirdParty(_) => ResultsTo::ThirdParty,
                    },
                }
            }
            Which::Return(source) => {
                let source = source?;
                Self::Return {
                    answer: source.get_answer_id(),
                    release_params: source.get_release_param_caps(),
                    over: source.get_no_finish_needed(),
                    outcome: Outcome::read(source)?,
                }
            }
            Which::Finish(finish) => {
                let finish = finish?;
                Self::Finish {
                    question: finish.get_question_id(),
                    release_results: finish.get_release_result_caps(),
                }
            }
            Which::Resolve(resolve) => {
                use capnp_rpc::rpc_capnp::resolve::Which;

                let resolve = resolve?;
                let resolution = match resolve.which()? {
                    Which::Cap(cap) => Resolution::Cap(Cap::read(cap?)?),
                    Which::Exception(exception) => {
                        Resolution::Exception(exception?.get_reason()?.to_string()?)
                    }
                };
                Self::Resolve(resolve.get_promise_id(), resolution)
            }
            Which::Release(release) => {
                let release = release?;
                Self::Release(release.get_id(), release.get_reference_count())
            }
            Which::Disembargo(disembargo) => {
                let disembargo = disembargo?;
                let loopback = match disembargo.get_context().which()? {
                    Context::SenderLoopback(id) => Loopback::Sender(id),
                    Context::ReceiverLoopback(id) => Loopback::Receiver(id),
                    Context::Accept(()) => Loopback::Accept,
                    Context::Provide(question) => Loopback::Provide(question),
                };
                Self::Disembargo(Target::read(disembargo.get_target()?)?, loopback)
            }
            Which::Unimplemented(message) => Self::Unimplemented(Box::new(Self::read(message?)?)),
            Which::Abort(reason) => Self::Abort(reason?.get_reason()?.to_string()?),
            Which::Provide(provide) => {
                let provide = provide?;
                Self::Provide(
                    provide.get_question_id(),
                    Target::read(provide.get_target()?)?,
                )
            }
            Which::Accept(accept) => Self::Accept(accept?.get_question_id()),
            Which::Join(join) => {
                let join = join?;
                Self::Join(join.get_question_id(), Target::read(join.get_target()?)?)
            }
            Which::ObsoleteSave(_) | Which::ObsoleteDelete(_) => Self::Unknown,
        })
    }
}

fn write_exception(mut target: exception::Builder<'_>, kind: exception::Type, reason: &str) {
    target.set_type(kind);
    target.set_reason(reason);
}

impl Outcome {
    fn read(source: capnp_rpc::rpc_capnp::return_::Reader<'_>) -> capnp::Result<Self> {
        use capnp_rpc::rpc_capnp::return_::Which;

        Ok(match source.which()? {
            Which::Results(results) => Self::Results(Payload::read(results?)?),
            Which::Exception(exception) => {
                let exception = exception?;
                Self::Exception(exception.get_type()?, exception.get_reason()?.to_string()?)
            }
            Which::Canceled(()) => Self::Canceled,
            Which::ResultsSentElsewhere(()) => Self::Elsewhere,
            Which::TakeFromOtherQuestion(other) => Self::TakeFrom(other),
            Which::AcceptFromThirdParty(_) => Self::ThirdParty,
        })
    }
}

impl Target {
    fn write(&self, mut target: message_target::Builder<'_>) {
        match self {
            Self::Export(id) => target.set_imported_cap(*id),
            Self::Answer(question, path) => {
                write_promised(target.init_promised_answer(), *question, path);
            }
        }
    }

    fn read(target: message_target::Reader<'_>) -> capnp::Result<Self> {
        use message_target::Which;

        Ok(match target.which()? {
            Which::ImportedCap(id) => Self::Export(id),
            Which::PromisedAnswer(promised) => {
                let (question, path) = read_promised(promised?)?;
                Self::Answer(question, path)
            }
        })
    }
}

pub(crate) fn write_promised(
    mut target: promised_answer::Builder<'_>,
    question: u32,
    path: &[u16],
) {
    target.set_question_id(question);
    let mut transform = target.init_transform(path.len() as u32);
    for (index, pointer) in (0..).zip(path) {
        transform
            .reborrow()
            .get(index)
            .set_get_pointer_field(*pointer);
    }
}

pub(crate) fn read_promised(source: promised_answer::Reader<'_>) -> capnp::Result<(u32, Vec<u16>)> {
    use promised_answer::op::Which;

    let mut path = Vec::new();
    for op in source.get_transform()? {
        if let Which::GetPointerField(pointer) = op.which()? {
            path.push(pointer);
        }
    }
    Ok((source.get_question_id(), path))
}
