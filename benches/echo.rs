//! `cargo bench -p ipc-benches --bench echo`: a call's time beside the peers', each ratio taken within
//! one run.
//!
//! A bare socket has one call in flight at most, so its column is the same work done one after the
//! other.

use std::time::Duration;

use ipc_benches::contestant::{BoxError, Kind};
use ipc_benches::rounds;
use ipc_benches::table;
use ipc_benches::workload::Workload;

const ROUNDS: usize = 7;

const CONTESTANTS: [Kind; 6] = [
    Kind::Ours,
    Kind::OursOverCapnpRpc,
    Kind::RawCapnpRpc,
    Kind::Tarpc,
    Kind::Tonic,
    Kind::BareSocket,
];

/// The time of the first divided by that of the second.
const RATIOS: [(Kind, Kind); 5] = [
    (Kind::Ours, Kind::RawCapnpRpc),
    (Kind::Ours, Kind::Tarpc),
    (Kind::Ours, Kind::Tonic),
    (Kind::Ours, Kind::BareSocket),
    (Kind::OursOverCapnpRpc, Kind::RawCapnpRpc),
];

/// The times of a call, in the order of [`CONTESTANTS`].
struct Row {
    workload: Workload,
    times: Vec<Duration>,
}

impl Row {
    fn ratio(&self, (one, other): (Kind, Kind)) -> String {
        let time = |kind| {
            let all = CONTESTANTS.iter().zip(&self.times);
            all.filter(|(each, _)| **each == kind)
                .map(|(_, time)| time.as_secs_f64())
                .sum::<f64>()
        };
        format!("{:.2}", time(one) / time(other))
    }
}

fn main() -> Result<(), BoxError> {
    let contestants = CONTESTANTS
        .into_iter()
        .map(|kind| kind.start(1))
        .collect::<Result<Vec<_>, _>>()?;
    let mut rows = Vec::new();
    for workload in Workload::ECHO {
        let samples = rounds::medians(&contestants, workload, ROUNDS)?;
        let times = samples
            .iter()
            .map(|sample| workload.per_call(sample.elapsed));
        rows.push(Row {
            workload,
            times: times.collect(),
        });
    }

    print("µs a call", &rows, CONTESTANTS, |row| {
        let micros = row.times.iter().map(|time| time.as_secs_f64() * 1e6);
        micros.map(|micros| format!("{micros:.1}")).collect()
    });
    print("calls a second", &rows, CONTESTANTS, |row| {
        let each = row.times.iter().map(|time| 1.0 / time.as_secs_f64());
        each.map(|calls| format!("{calls:.0}")).collect()
    });
    let titles = RATIOS.map(|(one, other)| format!("{one} / {other}"));
    print("ratio of times", &rows, titles, |row| {
        RATIOS.map(|pair| row.ratio(pair)).to_vec()
    });
    Ok(())
}

fn print<T: ToString>(
    title: &str,
    rows: &[Row],
    columns: impl IntoIterator<Item = T>,
    cells: impl Fn(&Row) -> Vec<String>,
) {
    println!();
    let columns = columns.into_iter().map(|column| column.to_string());
    table::head([title.to_owned()].into_iter().chain(columns));
    for row in rows {
        table::row([row.workload.to_string()].into_iter().chain(cells(row)));
    }
}
