//! Prints each new tip of a node of any version, also when it goes and comes again: `tip-watch unix:PATH`.

use std::process::ExitCode;
use std::time::Duration;

use bitcoin_core_ipc::{Event, Node, Reconnect, SyncProgress};

#[tokio::main]
async fn main() -> ExitCode {
    match watch().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tip-watch: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn watch() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1);
    let node = Node::builder().address(address.ok_or("usage: tip-watch unix:PATH")?);
    let session = node.clone().session(Reconnect::default())?;
    if let Err(error) = node.connect().await {
        eprintln!("tip-watch: not yet: {error}");
    }
    let mut tips = session.tips();
    while let Some(event) = tips.next().await {
        match event? {
            Event::Connected(node) => {
                println!("{} at {}", node.interfaces(), node.address());
                let mut progress = node.sync_progress(Duration::from_secs(1));
                while let Some(Ok(progress)) = progress.next().await {
                    println!("catching up: {}", shown(&progress));
                }
            }
            Event::Update(tip) => println!("tip {} {}", tip.height, tip.hash),
            Event::Gap(None) => println!("the node shuts down"),
            Event::Gap(Some(error)) => println!("lost: {error}"),
        }
    }
    Ok(())
}

fn shown(progress: &SyncProgress) -> String {
    let height = progress.tip.map_or(0, |tip| tip.height);
    match (progress.headers, progress.verified) {
        (Some(headers), Some(part)) => format!("{height} of {headers}, {:.2} %", part * 100.0),
        _ => format!("{height}"),
    }
}
