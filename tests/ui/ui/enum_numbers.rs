use ipc_runtime::IpcEnum;

#[derive(Clone, Copy, Debug, IpcEnum)]
#[ipc(schema = "schema/ui.capnp")]
pub enum Colour {
    Red = 0,
    Green = 1,
}

fn main() {}
