use ipc_runtime::{Exception, ipc_interface};

#[derive(Clone, Debug, Default)]
pub struct Thing;

#[ipc_interface(schema = "schema/own.capnp")]
pub trait Own {
    async fn give(&self, thing: Thing) -> Result<(), Exception>;
    async fn take(&self, other: OwnProxy) -> Result<(), Exception>;
}

fn main() {}
