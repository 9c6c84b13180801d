use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Parrot {
    async fn echo(&self, text: String) -> Result<String, Exception>;
}

fn main() {}
