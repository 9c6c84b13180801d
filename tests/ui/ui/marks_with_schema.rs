use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp", interface = "Echo")]
pub trait Own {
    #[ipc(ordinal = 0, context)]
    async fn echo(&self, text: String) -> Result<String, Exception>;
}

fn main() {}
