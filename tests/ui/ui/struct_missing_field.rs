use ipc_runtime::IpcStruct;

#[derive(Clone, Debug, IpcStruct)]
#[ipc(schema = "schema/ui.capnp")]
pub struct Item {
    pub name: String,
    pub price: u32,
}

fn main() {}
