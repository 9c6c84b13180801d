//! Whether memory stays flat: resident memory of a process that holds both ends, before and after many calls and
//! many connections.
//!
//! `cargo run --release -p ipc-benches --example soak [CALLS [CONNECTIONS]]`

use std::error::Error;
use std::fs;

use generated_examples::v32::echo::{Echo, EchoProxy};
use ipc_runtime::{Exception, Ipc, Stats};

/// How many calls are under way at a time.
const AT_ONCE: usize = 16;

struct Parrot;

impl Echo for Parrot {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        Ok(echo)
    }
}

/// Resident memory in bytes, without what is shared with files, and the number of open descriptors.
fn held() -> Result<(usize, usize), Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    let resident = kilobytes
        .ok_or("no RssAnon in /proc/self/status")?
        .parse::<usize>()?
        * 1024;
    Ok((resident, fs::read_dir("/proc/self/fd")?.count()))
}

fn report(what: &str) -> Result<(), Box<dyn Error>> {
    let (resident, descriptors) = held()?;
    println!("{what}: {resident} bytes resident, {descriptors} descriptors");
    Ok(())
}

async fn calls(echo: &EchoProxy, count: usize) -> Result<(), Box<dyn Error>> {
    let callers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let echo = echo.clone();
            tokio::spawn(async move {
                for _ in 0..count / AT_ONCE {
                    echo.echo("a few words, as in most calls").await?;
                }
                Ok::<_, Exception>(())
            })
        })
        .collect();
    for caller in callers {
        caller.await??;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |default| arguments.next().map_or(Ok(default), |count| count.parse());
    let (call_count, connections) = (argument(1_000_000)?, argument(10_000)?);
    let directory = tempfile::tempdir()?;
    let address = format!("unix:{}", directory.path().join("s").display());
    let ipc = Ipc::new()?;
    let _listener = ipc.listen_address(&address, Parrot).await?;
    let echo: EchoProxy = ipc.connect_address(&address).await?;

    calls(&echo, call_count / 100).await?;
    report(&format!("after {} calls", call_count / 100))?;
    for part in 1..=4 {
        calls(&echo, call_count / 4).await?;
        report(&format!("after {} more", part * (call_count / 4)))?;
    }
    drop(echo);
    for part in 1..=4 {
        for _ in 0..connections / 4 {
            let echo: EchoProxy = ipc.connect_address(&address).await?;
            echo.echo("once").await?;
        }
        report(&format!("after {} connections", part * (connections / 4)))?;
    }
    while ipc.stats() != Stats::default() {
        tokio::task::yield_now().await;
    }
    report("at the end, with nothing alive")
}
