//! `cargo bench -p ipc-benches --bench idle`: the memory that a connection takes while nobody uses it.
//!
//! Each contestant gets a process of its own, so that none fills what another has freed. Both ends are
//! in that process; the kernel's part is not counted.

use std::process::{Command, Stdio};

use ipc_benches::contestant::{BoxError, Kind};
use ipc_benches::{resources, table};

const CONNECTIONS: usize = 2_000;

/// Connections that come first, so that what is there once for all is not counted.
const WARM_UP: usize = 16;

const CONTESTANTS: [Kind; 4] = [Kind::Ours, Kind::RawCapnpRpc, Kind::Tarpc, Kind::Tonic];

/// Before the contestant's name, tells a process to measure it.
const MEASURE: &str = "--measure";

fn main() -> Result<(), BoxError> {
    let mut arguments = std::env::args().skip_while(|argument| argument != MEASURE);
    if let Some(name) = arguments.nth(1) {
        let kind = CONTESTANTS
            .into_iter()
            .find(|kind| kind.to_string() == name);
        let kind = kind.ok_or_else(|| format!("no contestant is called {name:?}"))?;
        println!("{}", measure(kind)?);
        return Ok(());
    }

    let title = format!("{CONNECTIONS} idle connections");
    table::head([&title, "KiB for an end"]);
    for kind in CONTESTANTS {
        let child = Command::new(std::env::current_exe()?)
            .args([MEASURE, &kind.to_string()])
            .stderr(Stdio::inherit())
            .output()?;
        if !child.status.success() {
            return Err(format!("measuring {kind} ended with {}", child.status).into());
        }
        let bytes: f64 = String::from_utf8(child.stdout)?.trim().parse()?;
        let kib = bytes / 1024.0 / (2 * CONNECTIONS) as f64;
        table::row([kind.to_string(), format!("{kib:.1}")]);
    }
    Ok(())
}

/// The memory that the connections take.
fn measure(kind: Kind) -> Result<u64, BoxError> {
    resources::allow_connections(WARM_UP + CONNECTIONS)?;
    let _first = kind.start(WARM_UP)?;
    let before = resources::resident_memory()?;
    let _idle = kind.start(CONNECTIONS)?;
    Ok(resources::resident_memory()?.saturating_sub(before))
}
