//! `cargo bench -p ipc-benches --bench connections`: many connections to one server, each with a caller
//! that goes call after call.

use ipc_benches::contestant::{BoxError, Kind};
use ipc_benches::workload::Workload;
use ipc_benches::{resources, rounds, table};

const ROUNDS: usize = 7;

const CONTESTANTS: [Kind; 5] = [
    Kind::Ours,
    Kind::RawCapnpRpc,
    Kind::RawCapnpRpcOneThread,
    Kind::Tarpc,
    Kind::Tonic,
];

fn main() -> Result<(), BoxError> {
    let workload = Workload::CONNECTIONS;
    let connections = workload.in_flight;
    resources::allow_connections(connections * CONTESTANTS.len())?;
    let contestants = CONTESTANTS
        .into_iter()
        .map(|kind| kind.start(connections))
        .collect::<Result<Vec<_>, _>>()?;
    let samples = rounds::medians(&contestants, workload, ROUNDS)?;

    let title = format!("{connections} busy connections");
    table::head([&title, "calls a second", "processors busy", "CPU µs a call"]);
    for (kind, sample) in CONTESTANTS.iter().zip(samples) {
        table::row([
            kind.to_string(),
            format!("{:.0}", workload.per_second(sample.elapsed)),
            format!("{:.2}", sample.cpu.div_duration_f64(sample.elapsed)),
            format!("{:.1}", workload.per_call(sample.cpu).as_secs_f64() * 1e6),
        ]);
    }
    Ok(())
}
