use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(id = 0xd0e1a2b3c4d5e602)]
pub trait Own {
    async fn one(&self) -> Result<(), Exception>;
    #[ipc(ordinal = 0)]
    async fn two(&self) -> Result<(), Exception>;
    #[ipc(ordinal = 0)]
    async fn three(&self) -> Result<(), Exception>;
    #[ipc(ordinal = 7)]
    async fn four(&self) -> Result<(), Exception>;
    #[ipc(ordinal = 70000)]
    async fn five(&self) -> Result<(), Exception>;
}

fn main() {}
