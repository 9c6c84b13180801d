use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Echo {
    unsafe extern "C" fn echo(&self, text: String) -> Result<String, Exception>;
}

fn main() {}
