use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Failing {
    async fn risk(&self) -> Result<i32, Exception>;
}

fn main() {}
