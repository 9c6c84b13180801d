use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Counter {
    async fn add(&self, amuont: u32, label: String) -> Result<u64, Exception>;
    async fn reset(&self) -> Result<(), Exception>;
    async fn wait(&self) -> Result<(), Exception>;
}

fn main() {}
