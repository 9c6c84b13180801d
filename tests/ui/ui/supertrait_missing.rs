use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Derived {
    async fn more(&self) -> Result<(), Exception>;
}

fn main() {}
