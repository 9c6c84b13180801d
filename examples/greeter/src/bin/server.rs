use std::sync::atomic::{AtomicU64, Ordering};

use greeter::greeter::{Counter, CounterProxy, Greeter};
use ipc_runtime::{Exception, Ipc};

struct MyGreeter;

impl Greeter for MyGreeter {
    async fn greet(&self, name: String) -> Result<String, Exception> {
        Ok(format!("Hello, {name}!"))
    }

    async fn make_counter(&self) -> Result<CounterProxy, Exception> {
        Ok(CounterProxy::new(MyCounter::default()))
    }
}

#[derive(Default)]
struct MyCounter(AtomicU64);

impl Counter for MyCounter {
    async fn add(&self, amount: u32) -> Result<u64, Exception> {
        let amount = u64::from(amount);
        Ok(self.0.fetch_add(amount, Ordering::Relaxed) + amount)
    }
}

#[tokio::main]
async fn main() -> Result<(), Exception> {
    let ipc = Ipc::new()?;
    let listener = ipc.listen_address("unix:greeter.sock", MyGreeter).await?;
    println!("listening on {}", listener.address());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
