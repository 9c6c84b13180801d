use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(id = 5)]
pub trait Own {
    async fn go(&self) -> Result<(), Exception>;
}

fn main() {}
