//! What stands in the place of a struct of `foo.capnp`.

use std::convert::Infallible;

use ipc_json_rpc::rt::Value;
use ipc_json_rpc::{JsonValue, Side};
use ipc_runtime::{CustomValue, Exception};

use crate::foo::FooMessage;

/// A message that the schema has converted by hand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hooked(pub String);

impl CustomValue<FooMessage> for Hooked {
    type Error = Infallible;

    fn from_wire(wire: FooMessage) -> Result<Self, Infallible> {
        Ok(Self(wire.message))
    }

    fn to_wire(&self) -> FooMessage {
        FooMessage {
            message: self.0.clone(),
        }
    }
}

impl JsonValue for Hooked {
    fn to_json(&self, side: Side<'_>) -> Result<Value, Exception> {
        self.to_wire().to_json(side)
    }

    fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception> {
        FooMessage::from_json(value, side).map(|message| Self(message.message))
    }
}
