use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(id = 0xd0e1a2b3c4d5e602)]
pub trait Own {
    async fn go(&self, #[ipc(nullable)] text: String) -> Result<(), Exception>;
}

fn main() {}
