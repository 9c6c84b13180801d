use ipc_runtime::{Exception, ipc_interface};

#[derive(Clone, Debug)]
pub struct Word(String);

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Echo {
    async fn echo(&self, text: Word) -> Result<String, Exception>;
}

fn main() {}
