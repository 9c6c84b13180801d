use greeter::greeter::GreeterProxy;
use ipc_runtime::{Exception, Ipc};

#[tokio::main]
async fn main() -> Result<(), Exception> {
    let ipc = Ipc::new()?;
    let greeter: GreeterProxy = ipc.connect_address("unix:greeter.sock").await?;
    println!("{}", greeter.greet("world").await?);

    let counter = greeter.make_counter().await?;
    let tasks: Vec<_> = (1..=10)
        .map(|n| tokio::spawn(counter.add(n))) // Send: any task of any thread
        .collect();
    for task in tasks {
        task.await.map_err(Exception::failed)??;
    }
    println!("total: {}", counter.add(0).await?);
    Ok(())
}
