use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(id = 0xd0e1a2b3c4d5e602, schema = "schema/kept.capnp", interface = "Kept")]
pub trait Own {
    async fn echo(&self, text: Vec<u8>, loud: u32) -> Result<String, Exception>;
    async fn last(&self) -> Result<(), Exception>;
}

fn main() {}
