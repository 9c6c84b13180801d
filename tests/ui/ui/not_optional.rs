use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Shop {
    async fn buy(&self, item: Item, count: u32) -> Result<Order, Exception>;
    async fn counter(&self) -> Result<CounterProxy, Exception>;
    async fn paint(&self, colour: Colour) -> Result<Vec<Colour>, Exception>;
    async fn find(&self, id: Vec<u8>) -> Result<Item, Exception>;
    async fn look(&self) -> Result<ShopLookResults, Exception>;
    async fn limit(&self, most: u32) -> Result<(), Exception>;
}

fn main() {}
