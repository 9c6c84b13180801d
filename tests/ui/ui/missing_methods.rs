use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Counter {
    async fn reset(&self) -> Result<(), Exception>;
}

fn main() {}
