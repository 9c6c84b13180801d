use ipc_runtime::IpcEnum;

#[derive(Clone, Copy, Debug, IpcEnum)]
#[ipc(schema = "schema/ui.capnp")]
pub enum Colour {
    Red,
    Grene,
    Blue(u8),
}

fn main() {}
