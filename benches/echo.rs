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
use ipc_runtime::EngineKind;

const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let native = Proxies::start(&directory.path().join("native"), EngineKind::Native)?;
    let hops = Proxies::start(&directory.path().join("capnp-rpc"), EngineKind::CapnpRpc)?;
    let raw = RawCapnpRpc::start()?;
    let bare = BareSocket;

    println!(
        "| echo | our proxies | our proxies over capnp-rpc | raw capnp-rpc | bare socket \
         | ours / raw | over capnp-rpc / raw | ours / bare |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for workload in Workload::ALL {
        let mut times = [const { Vec::new() }; 4];
        for _ in 0..ROUNDS {
            times[0].push(native.run(workload)?);
            times[1].push(hops.run(workload)?);
            times[2].push(raw.run(workload)?);
            times[3].push(bare.run(workload)?);
        }
        let [native, hops, raw, bare] = times.map(|times| workload.per_call(median(times)));
        println!(
            "| {workload} | {} | {} | {} | {} | {:.2} | {:.2} | {:.2} |",
            show(native),
            show(hops),
            show(raw),
            show(bare),
            native.div_duration_f64(raw),
            hops.div_duration_f64(raw),
            native.div_duration_f64(bare),
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
