//! `cargo bench -p ipc-benches --bench json_rpc`: requests a second of JSON-RPC over HTTP, beside a plain server and a client
//! of `jsonrpsee` with the same method.

use std::fmt::Display;

use ipc_benches::contestant::{BoxError, Contestant};
use ipc_benches::http::Http;
use ipc_benches::json_rpc_clients::{ClientKind, Clients};
use ipc_benches::json_rpc_servers::Kind;
use ipc_benches::workload::Workload;
use ipc_benches::{rounds, table};

const ROUNDS: usize = 7;

const SERVERS: [Kind; 4] = [
    Kind::Jsonrpsee,
    Kind::Ours,
    Kind::OursOverUnix,
    Kind::Interface,
];

const CLIENTS: [ClientKind; 3] = [
    ClientKind::Jsonrpsee,
    ClientKind::Ours,
    ClientKind::OursOverUnix,
];

fn main() -> Result<(), BoxError> {
    compare(&SERVERS, |kind| Ok(Box::new(Http::start(kind)?)))?;
    compare(&CLIENTS, |kind| Ok(Box::new(Clients::start(kind)?)))
}

/// Prints a table for each workload. The first of the kinds is `jsonrpsee`.
fn compare<K: Copy + Display>(
    kinds: &[K],
    start: impl Fn(K) -> Result<Box<dyn Contestant>, BoxError>,
) -> Result<(), BoxError> {
    let contestants: Vec<_> = kinds
        .iter()
        .map(|kind| start(*kind))
        .collect::<Result<_, _>>()?;
    for workload in Workload::HTTP {
        let samples = rounds::medians(&contestants, workload, ROUNDS)?;
        let title = workload.to_string();
        table::head([
            &title,
            "requests a second",
            "of jsonrpsee's",
            "CPU µs a request",
        ]);
        let plain = workload.per_second(samples[0].elapsed);
        for (kind, sample) in kinds.iter().zip(samples) {
            let per_second = workload.per_second(sample.elapsed);
            table::row([
                kind.to_string(),
                format!("{per_second:.0}"),
                format!("{:.2}", per_second / plain),
                format!("{:.1}", workload.per_call(sample.cpu).as_secs_f64() * 1e6),
            ]);
        }
        println!();
    }
    Ok(())
}
