use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Echo {
    async fn echo(&self, #[ipc(nulable)] text: String) -> Result<String, Exception>;
}

fn main() {}
