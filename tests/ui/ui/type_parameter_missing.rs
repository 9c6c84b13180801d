use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Cell {
    async fn get(&self) -> Result<T, Exception>;
}

fn main() {}
