//! What stands around a payload: the RPC message that carries it.
//!
//! Parameters are built inside of a Call and results inside of a Return, so that nothing is copied
//! when they are sent, and they are read where they stand in what was received.

use capnp::any_pointer;
use capnp::message::{Builder, HeapAllocator};
use capnp_rpc::rpc_capnp::{call, message, return_};

/// The message that carries a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// None: the payload is the message.
    Bare,
    /// A Call, whose parameters it is.
    Call,
    /// A Return, whose results it is.
    Return,
}

impl Envelope {
    /// Makes an empty one.
    pub(super) fn init(self, builder: &mut Builder<HeapAllocator>) {
        match self {
            Self::Bare => {}
            Self::Call => drop(
                builder
                    .init_root::<message::Builder<'_>>()
                    .init_call()
                    .init_params(),
            ),
            Self::Return => drop(
                builder
                    .init_root::<message::Builder<'_>>()
                    .init_return()
                    .init_results(),
            ),
        }
    }

    /// The content of one that [`Envelope::init`] made.
    pub(super) fn content_mut(
        self,
        builder: &mut Builder<HeapAllocator>,
    ) -> capnp::Result<any_pointer::Builder<'_>> {
        match self {
            Self::Bare => builder.get_root(),
            Self::Call => Ok(call_mut(builder)?.get_params()?.get_content()),
            Self::Return => match return_mut(builder)?.which()? {
                return_::Which::Results(results) => Ok(results?.get_content()),
                _ => Err(other()),
            },
        }
    }

    /// The content of a message that is such an envelope.
    pub(super) fn content<'a>(
        self,
        root: any_pointer::Reader<'a>,
    ) -> capnp::Result<any_pointer::Reader<'a>> {
        if self == Self::Bare {
            return Ok(root);
        }
        match root.get_as::<message::Reader<'a>>()?.which()? {
            message::Which::Call(call) => Ok(call?.get_params()?.get_content()),
            message::Which::Return(answer) => match answer?.which()? {
                return_::Which::Results(results) => Ok(results?.get_content()),
                _ => Err(other()),
            },
            _ => Err(other()),
        }
    }
}

pub(super) fn call_mut(builder: &mut Builder<HeapAllocator>) -> capnp::Result<call::Builder<'_>> {
    match builder.get_root::<message::Builder<'_>>()?.which()? {
        message::Which::Call(call) => call,
        _ => Err(other()),
    }
}

pub(super) fn return_mut(
    builder: &mut Builder<HeapAllocator>,
) -> capnp::Result<return_::Builder<'_>> {
    match builder.get_root::<message::Builder<'_>>()?.which()? {
        message::Which::Return(answer) => answer,
        _ => Err(other()),
    }
}

fn other() -> capnp::Error {
    capnp::Error::failed("a message of another kind".to_owned())
}
