use ipc_runtime::{IpcEnum, IpcStruct};

#[derive(Clone, Debug, IpcStruct)]
#[ipc(schema = "schema/ui.capnp")]
pub enum Item {
    Name,
}

#[derive(Clone, Debug, IpcEnum)]
#[ipc(schema = "schema/ui.capnp")]
pub struct Colour;

fn main() {}
