use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/clash.capnp")]
pub trait Clash {
    async fn get_tip(&self) -> Result<(), Exception>;
}

fn main() {}
