use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/broken.capnp")]
pub trait Broken {
    async fn call(&self, text: String) -> Result<(), Exception>;
}

fn main() {}
