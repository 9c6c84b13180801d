use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(id = 0xd0e1a2b3c4d5e602)]
pub trait Own {
    async fn size(&self, size: usize) -> Result<(), Exception>;
    async fn pair(&self, pair: (u8, u8)) -> Result<(), Exception>;
    async fn map(&self) -> Result<std::collections::BTreeMap<u8, u8>, Exception>;
    async fn text(&self, text: &str) -> Result<(), Exception>;
}

fn main() {}
