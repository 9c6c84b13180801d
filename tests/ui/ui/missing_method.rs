use ipc_runtime::ipc_interface;

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Echo {
}

fn main() {}
