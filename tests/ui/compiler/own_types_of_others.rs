use ipc_runtime::{Exception, IpcStruct, ipc_interface};

#[derive(Clone, Debug, IpcStruct)]
#[ipc(schema = "schema/own.capnp", name = "Other")]
pub struct Mine {}

#[ipc_interface(schema = "schema/ui.capnp", interface = "Echo")]
pub trait Parrot {
    async fn echo(&self, text: String) -> Result<String, Exception>;
}

#[ipc_interface(schema = "schema/own.capnp")]
pub trait Own {
    async fn give(&self, thing: Mine) -> Result<(), Exception>;
    async fn take(&self, other: ParrotProxy) -> Result<(), Exception>;
}

fn main() {}
