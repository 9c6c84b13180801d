use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Counter {
    async fn add(&self, amount: u8, lable: String) -> Result<u64, Exception>;
    async fn rset(&self) -> Result<u8, Exception>;
    async fn wait(&self) -> ();
}

fn main() {}
