//! `cargo bench -p ipc-benches --bench generator`: how long `ipc-gen` takes for large schemas.
//!
//! The time is that of reading a schema compiler's answer, checking it and writing the code: what the
//! generator does by itself. The fastest of some rounds counts. On Linux the processor's time is told too,
//! which does not depend on what else the machine does.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const SIZES: [usize; 4] = [250, 500, 1_000, 2_000];
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    println!("| interfaces | time | processor time | an interface | lines of Rust |");
    println!("|---|---|---|---|---|");
    for size in SIZES {
        let request = compile(folder.path(), size)?;
        let (mut best, mut best_processor) = (Duration::MAX, Duration::MAX);
        let mut lines = 0;
        for _ in 0..ROUNDS {
            let (start, processor) = (Instant::now(), processor_time());
            let files = ipc_gen::Builder::new().generate_request(&request)?;
            best = best.min(start.elapsed());
            best_processor = best_processor.min(processor_time().saturating_sub(processor));
            lines = files.values().map(|file| file.lines().count()).sum();
        }
        let each = best_processor.as_secs_f64() * 1e6 / size as f64;
        println!(
            "| {size} | {} ms | {} ms | {each:.0} µs | {lines} |",
            best.as_millis(),
            best_processor.as_millis()
        );
    }
    Ok(())
}

/// How long this thread has had a processor, or zero where the system does not tell.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split_whitespace().next();
    Duration::from_nanos(nanoseconds.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Has a schema of so many interfaces compiled.
fn compile(folder: &Path, interfaces: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let path = folder.join(format!("large{interfaces}.capnp"));
    std::fs::write(&path, schema(interfaces))?;
    Ok(ipc_gen::Builder::new()
        .src_prefix(folder)
        .request(&[path])?)
}

/// Interfaces with the usual mix of members, each with options of its own.
fn schema(interfaces: usize) -> String {
    let mut text = "@0xf1b2c3d4e5f60001;\n".to_owned();
    for index in 0..interfaces {
        // No chain through all of them: the official compiler follows references one inside another.
        let first = index - index % 10;
        let _ = write!(
            text,
            "interface Service{index} {{
               # Serves number {index}.
               name @0 () -> (name :Text);
               # What it is called.
               add @1 (one :Int64, other :Int64) -> (sum :Int64);
               configure @2 (options :Options{index}) -> (accepted :Bool, reason :Text);
               read @3 (offset :UInt64, length :UInt32) -> (data :Data, isLast :Bool);
               first @4 () -> (service :Service{first});
             }}
             struct Options{index} {{
               label @0 :Text;
               limit @1 :UInt32 = {index};
               tags @2 :List(Text);
               strict @3 :Bool = true;
             }}
             "
        );
    }
    text
}
