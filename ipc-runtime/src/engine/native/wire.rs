//! Messages of the RPC protocol, encoded.

use capnp::message::{Builder, HeapAllocator};
use capnp::private::capability::PipelineOp;
use capnp_rpc::rpc_capnp::{exception, message, message_target, promised_answer, return_};

use crate::exception::{Exception, ExceptionKind};

/// Room for a small message in the first allocation.
const FIRST_SEGMENT_WORDS: u32 = 64;

/// Encodes one message, framed for the stream.
pub(super) fn encode<E>(
    build: impl FnOnce(message::Builder<'_>) -> Result<(), E>,
) -> Result<Vec<u8>, E> {
    let allocator = HeapAllocator::new().first_segment_words(FIRST_SEGMENT_WORDS);
    let mut builder = Builder::new(allocator);
    build(builder.init_root())?;
    Ok(capnp::serialize::write_message_to_words(&builder))
}

/// [`encode`] for messages that cannot fail.
pub(super) fn simple(build: impl FnOnce(message::Builder<'_>)) -> Vec<u8> {
    let encoded: Result<_, std::convert::Infallible> = encode(|message| {
        build(message);
        Ok(())
    });
    match encoded {
        Ok(bytes) => bytes,
        Err(never) => match never {},
    }
}

pub(super) fn finish(question: u32, release_results: bool) -> Vec<u8> {
    simple(|message| {
        let mut finish = message.init_finish();
        finish.set_question_id(question);
        finish.set_release_result_caps(release_results);
    })
}

pub(super) fn release(import: u32, count: u32) -> Vec<u8> {
    simple(|message| {
        let mut release = message.init_release();
        release.set_id(import);
        release.set_reference_count(count);
    })
}

pub(super) fn abort(reason: &Exception) -> Vec<u8> {
    simple(|message| write_exception(reason, message.init_abort()))
}

/// A Return; `fill` says of what kind.
pub(super) fn answer(question: u32, fill: impl FnOnce(&mut return_::Builder<'_>)) -> Vec<u8> {
    simple(|message| {
        let mut answer = message.init_return();
        answer.set_answer_id(question);
        // We release what we were given when we drop it.
        answer.set_release_param_caps(false);
        fill(&mut answer);
    })
}

/// A Return of a call that failed.
pub(super) fn failure(question: u32, exception: &Exception) -> Vec<u8> {
    answer(question, |answer| {
        write_exception(exception, answer.reborrow().init_exception());
    })
}

/// What a call or a disembargo is addressed to.
#[derive(Clone, Debug)]
pub(super) enum Addressee {
    Import(u32),
    Answer(u32, Vec<PointerIndex>),
}

/// A step into a promised answer: the pointer of a struct to follow.
pub(super) type PointerIndex = u16;

impl Addressee {
    pub(super) fn write(&self, mut target: message_target::Builder<'_>) {
        match self {
            Self::Import(id) => target.set_imported_cap(*id),
            Self::Answer(question, path) => {
                write_promised(*question, path, target.init_promised_answer());
            }
        }
    }
}

pub(super) fn write_promised(
    question: u32,
    path: &[u16],
    mut promised: promised_answer::Builder<'_>,
) {
    promised.set_question_id(question);
    let length = u32::try_from(path.len()).unwrap_or(u32::MAX);
    let mut transform = promised.init_transform(length);
    for (index, pointer) in (0..).zip(path) {
        transform
            .reborrow()
            .get(index)
            .set_get_pointer_field(*pointer);
    }
}

/// The steps that a promised answer's transform describes.
pub(super) fn read_path(
    promised: promised_answer::Reader<'_>,
) -> Result<Vec<PipelineOp>, capnp::Error> {
    use promised_answer::op::Which;

    promised
        .get_transform()?
        .iter()
        .map(|op| match op.which()? {
            Which::Noop(()) => Ok(PipelineOp::Noop),
            Which::GetPointerField(index) => Ok(PipelineOp::GetPointerField(index)),
        })
        .collect()
}

pub(super) fn write_exception(source: &Exception, mut target: exception::Builder<'_>) {
    target.set_reason(source.message());
    target.set_type(match source.kind() {
        ExceptionKind::Overloaded => exception::Type::Overloaded,
        ExceptionKind::Unimplemented => exception::Type::Unimplemented,
        // Disconnected would tell the peer that this very connection is lost.
        _ => exception::Type::Failed,
    });
}

pub(super) fn read_exception(source: exception::Reader<'_>) -> Exception {
    let kind = match source.get_type() {
        Ok(exception::Type::Overloaded) => ExceptionKind::Overloaded,
        Ok(exception::Type::Unimplemented) => ExceptionKind::Unimplemented,
        Ok(exception::Type::Disconnected) => ExceptionKind::Disconnected,
        Ok(exception::Type::Failed) | Err(_) => ExceptionKind::Failed,
    };
    let reason = match source.get_reason() {
        Ok(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        Err(error) => format!("(the reason could not be read: {error})"),
    };
    // What C++ peers put before a reason that they pass on.
    let mut text = reason.as_str();
    while let Some(rest) = text.strip_prefix("remote exception: ") {
        text = rest;
    }
    Exception::from_peer(kind, text)
}
