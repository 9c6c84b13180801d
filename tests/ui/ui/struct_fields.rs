use ipc_runtime::IpcStruct;

#[derive(Clone, Debug, IpcStruct)]
#[ipc(schema = "schema/ui.capnp")]
pub struct Item {
    pub nmae: String,
    pub price: u16,
    pub weight: f64,
}

fn main() {}
