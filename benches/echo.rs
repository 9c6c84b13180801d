//! `cargo bench -p ipc-benches`: prints a table of ratios, each taken within one run.
//!
//! A bare socket has one call in flight at most, so its column is the same work done one after the
//! other. Rounds are interleaved, so that a noisy moment of the machine meets every contestant, and the
//! median round counts.

use std::error::Error;
use std::time::Duration;

use ipc_benches::bare_socket::BareSocket;
use ipc_benches::proxies::Proxies;
use ipc_benches::raw_capnp_rpc::RawCapnpRpc;
use ipc_benches::workload::Workload;

const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let proxies = Proxies::start(&directory.path().join("bench.sock"))?;
    let raw = RawCapnpRpc::start()?;
    let bare = BareSocket;

    println!("| echo | our proxies | raw capnp-rpc | bare socket | ours / raw | ours / bare |");
    println!("|---|---|---|---|---|---|");
    for workload in Workload::ALL {
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            times[0].push(proxies.run(workload)?);
            times[1].push(raw.run(workload)?);
            times[2].push(bare.run(workload)?);
        }
        let [ours, raw, bare] = times.map(|times| workload.per_call(median(times)));
        println!(
            "| {workload} | {} | {} | {} | {:.2} | {:.2} |",
            show(ours),
            show(raw),
            show(bare),
            ours.div_duration_f64(raw),
            ours.div_duration_f64(bare),
        );
    }
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A time per call, and calls a second.
fn show(time: Duration) -> String {
    format!(
        "{:.1} µs ({:.0}/s)",
        time.as_secs_f64() * 1e6,
        1.0 / time.as_secs_f64()
    )
}
