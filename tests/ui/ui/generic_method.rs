use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Echo {
    async fn echo<T: Into<String>>(&self, text: T) -> Result<String, Exception>;
}

fn main() {}
