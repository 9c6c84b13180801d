use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Shop {
    async fn buy(&self, item: Order, count: u32) -> Result<String, Exception>;
    async fn counter(&self) -> Result<Counter, Exception>;
    async fn paint(&self, colour: u16) -> Result<Colour, Exception>;
    async fn find(&self, id: String) -> Result<Option<Item>, Exception>;
    async fn look(&self) -> Result<(String, u32), Exception>;
    async fn limit(&self, most: Option<u32>) -> Result<u32, Exception>;
}

fn main() {}
