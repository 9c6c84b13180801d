use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(id = 0xd0e1a2b3c4d5e602)]
pub trait Own {
    async fn block_2(&self) -> Result<(), Exception>;
    async fn Go(&self, _text: String) -> Result<(), Exception>;
}

fn main() {}
