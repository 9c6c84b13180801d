use ipc_runtime::{Exception, ipc_interface};

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Echo {
    #[cfg(unix)]
    async fn echo(&self, text: String) -> Result<String, Exception>;
}

#[ipc_interface(schema = "schema/ui.capnp")]
pub trait Cell<T>
where
    T: Clone,
{
    async fn get(&self) -> Result<T, Exception>;
}

fn main() {}
