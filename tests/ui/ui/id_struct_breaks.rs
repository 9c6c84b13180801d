use ipc_runtime::IpcStruct;

#[derive(Clone, Debug, IpcStruct)]
#[ipc(id = 0xd0e1a2b3c4d5e603, schema = "schema/kept.capnp")]
pub struct Line {
    pub text: String,
    pub count: u64,
}

fn main() {}
