use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp", schema = "schema/ui.capnp")]
pub trait Echo {
    async fn echo(&self, text: String) -> Result<String, Exception>;
}

fn main() {}
