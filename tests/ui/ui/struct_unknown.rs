use ipc_runtime::IpcStruct;

#[derive(Clone, Debug, IpcStruct)]
#[ipc(schema = "schema/ui.capnp")]
pub struct Itme {
    pub name: String,
}

#[derive(Clone, Debug, IpcStruct)]
pub struct Order {
    pub item: String,
}

#[derive(Clone, Debug, IpcStruct)]
#[ipc(schema = "schema/ui.capnp", name = "Item")]
pub struct Tuple(String);

fn main() {}
