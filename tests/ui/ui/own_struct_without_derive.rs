use ipc_runtime::{Exception, ipc_interface};

#[derive(Clone, Debug, Default)]
pub struct Article;

#[derive(Clone, Debug, ipc_runtime::IpcStruct)]
#[ipc(schema = "schema/ui.capnp", name = "Order")]
pub struct Receipt {
    pub item: Article,
}

#[derive(Clone, Copy, Debug, ipc_runtime::IpcEnum)]
#[ipc(schema = "schema/ui.capnp")]
pub enum Colour {
    Red,
    Green,
    Unknown(u16),
}

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Counter {
    async fn add(&self, amount: u32, label: String) -> Result<u64, Exception>;
    async fn reset(&self) -> Result<(), Exception>;
    async fn wait(&self) -> Result<(), Exception>;
}

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Shop {
    async fn buy(&self, item: Article, count: u32) -> Result<Receipt, Exception>;
    async fn counter(&self) -> Result<CounterProxy, Exception>;
    async fn paint(&self, colour: Colour) -> Result<Vec<Colour>, Exception>;
    async fn find(&self, id: Vec<u8>) -> Result<Option<Article>, Exception>;
    async fn look(&self) -> Result<ShopLookResults, Exception>;
    async fn limit(&self, most: Option<u32>) -> Result<(), Exception>;
}

fn main() {}
