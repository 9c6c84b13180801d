//! Where the content of a message is that was received.

use capnp::any_pointer;
use capnp_rpc::rpc_capnp::{message, return_};

/// The RPC message that content stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    /// None: the content is what the message begins with.
    Nothing,
    /// A Call, whose parameters it is.
    Call,
    /// A Return, whose results it is.
    Return,
}

/// The pointers that lead to the content of a Call: what the message is, its parameters, their content.
pub(crate) const CALL_PATH: &[u16] = &[0, 1, 0];
/// The same for the results of a Return.
pub(crate) const RETURN_PATH: &[u16] = &[0, 0, 0];

impl Within {
    pub(super) fn path(self) -> &'static [u16] {
        match self {
            Self::Nothing => &[],
            Self::Call => CALL_PATH,
            Self::Return => RETURN_PATH,
        }
    }

    /// The content of a message of this kind.
    pub(super) fn content<'a>(
        self,
        root: any_pointer::Reader<'a>,
    ) -> capnp::Result<any_pointer::Reader<'a>> {
        if self == Self::Nothing {
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

fn other() -> capnp::Error {
    capnp::Error::failed("a message of another kind".to_owned())
}
