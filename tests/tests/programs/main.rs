//! Random programs of calls between two processes' worth of objects, which must mean the same whichever
//! engine is on either side.
//!
//! `IPC_PROGRAMS=10000` runs so many; `IPC_PROGRAMS_SEED=7` runs those of another seed. What fails is
//! made smaller and printed, with the seed.
//!
//! Calls of nodes that are not there yet are pipelined. Programs with such have to end and leave nothing
//! behind over every pairing, and keep the order of calls over our own engine; their results may differ.
//!
//! What is left out of the comparison, since it has no one meaning: what a call that was given up did; the order in which an
//! object is reached over two ways; calls of promises over `capnp-rpc`, which may reorder them (see
//! `docs/adr/0003`); results of a node that waits at the gate, which depend on when it is opened.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;
mod run;

use std::env;

use ipc_runtime::EngineKind::{CapnpRpc, Native};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};

use crate::run::Pairing;

/// How many programs run when nobody says how many.
const PROGRAMS: u32 = 300;

#[test]
fn programs_mean_the_same_over_every_pairing_of_engines() {
    let setting = |name| env::var(name).ok().map(|value| value.parse().unwrap());
    let programs = setting("IPC_PROGRAMS").map_or(PROGRAMS, |count: u64| count as u32);
    let seed = setting("IPC_PROGRAMS_SEED").unwrap_or(1);

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let pairings = [
        Pairing(Native, Native),
        Pairing(Native, CapnpRpc),
        Pairing(CapnpRpc, Native),
        Pairing(CapnpRpc, CapnpRpc),
    ];

    let config = Config {
        cases: programs,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 500,
        max_shrink_time: 60_000,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&program::programs(), |program| {
        let records = pairings.iter().map(|pairing| {
            let record = runtime.block_on(pairing.run(&program));
            record.map_err(|why| TestCaseError::fail(format!("{pairing}: {why}")))
        });
        let records: Vec<_> = records.collect::<Result<_, _>>()?;
        for (pairing, record) in pairings.iter().zip(&records) {
            if record.is_certain && records[0].is_certain && *record != records[0] {
                return Err(TestCaseError::fail(format!(
                    "{}: {:#?}\n{pairing}: {record:#?}",
                    pairings[0], records[0]
                )));
            }
        }
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, program)) => {
            panic!("seed {seed}, after making it smaller: {program:#?}\n{why}")
        }
        Err(TestError::Abort(why)) => panic!("seed {seed}: {why}"),
    }
}
