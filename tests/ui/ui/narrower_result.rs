use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Counter {
    async fn add(&self, amount: u32, label: String) -> Result<u32, Exception>;
    async fn reset(&self) -> Result<(), Exception>;
    async fn wait(&self) -> Result<(), Exception>;
}

fn main() {}
