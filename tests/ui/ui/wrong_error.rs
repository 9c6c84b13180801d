use ipc_runtime::ipc_interface;

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Echo {
    async fn echo(&self, text: String) -> Result<String, std::io::Error>;
}

fn main() {}
