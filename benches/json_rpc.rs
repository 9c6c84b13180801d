//! `cargo bench -p ipc-benches --bench json_rpc`: requests a second of JSON-RPC over HTTP, beside a plain server of
//! `jsonrpsee` with the same method.

use ipc_benches::contestant::{BoxError, Contestant};
use ipc_benches::http::{Http, Kind};
use ipc_benches::workload::Workload;
use ipc_benches::{rounds, table};

const ROUNDS: usize = 7;

const CONTESTANTS: [Kind; 4] = [
    Kind::Jsonrpsee,
    Kind::Ours,
    Kind::OursOverUnix,
    Kind::Interface,
];

fn main() -> Result<(), BoxError> {
    let contestants: Vec<Box<dyn Contestant>> = CONTESTANTS
        .into_iter()
        .map(|kind| Http::start(kind).map(|server| Box::new(server) as Box<dyn Contestant>))
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
        for (kind, sample) in CONTESTANTS.iter().zip(samples) {
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
