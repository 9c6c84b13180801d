//! What an idle connection costs: resident memory of a process that holds both ends of many, each used once.
//!
//! `cargo run --release -p ipc-benches --example idle [CONNECTIONS]`; it needs two descriptors for each
//! connection, see `ulimit -n`.

use std::error::Error;
use std::fs;
use std::os::unix::net::UnixStream;

use generated_examples::v32::echo::{Echo, EchoProxy};
use ipc_runtime::{Exception, Ipc, Protocol};

struct Parrot;

impl Echo for Parrot {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        Ok(echo)
    }
}

/// Resident memory in bytes, without what is shared with files.
fn resident() -> Result<usize, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kilobytes
        .ok_or("no RssAnon in /proc/self/status")?
        .parse::<usize>()?
        * 1024)
}

async fn open(ipc: &Ipc) -> Result<EchoProxy, Box<dyn Error>> {
    let (ours, theirs) = UnixStream::pair()?;
    // Serving begins at once, and goes on.
    drop(ipc.protocol().serve(theirs, Parrot));
    let echo: EchoProxy = ipc.protocol().connect(ours).await?;
    echo.echo("once").await?;
    Ok(echo)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args()
        .nth(1)
        .map_or(Ok(9_000), |count| count.parse())?;
    let ipc = Ipc::new()?;
    // What is made only once does not count.
    let _first = open(&ipc).await?;
    let before = resident()?;
    let mut open_ones = Vec::new();
    for _ in 0..count {
        open_ones.push(open(&ipc).await?);
    }
    let each = resident()?.saturating_sub(before) / usize::max(count, 1);
    println!(
        "{count} idle connections, both ends here: {each} bytes each, {} an end",
        each / 2
    );
    Ok(())
}
