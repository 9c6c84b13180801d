//! Many connections, and many calls, one after the other: memory and descriptors stay where they were.
//!
//! `cargo run --release -p ipc-benches --example soak` does far more of them, and tells resident memory.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::System;
use std::sync::Mutex;

use cap::Cap;
use ipc_runtime::{Ipc, Stats};
use ipc_tests::our_partner::{OurCounter, OurPartner, Shared, reach};
use ipc_tests::partner::PartnerProxy;
use ipc_tests::peers::within;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// What may be left behind: tables that have grown, and room in queues.
const LEFT: usize = 256 << 10;

/// Memory and descriptors are those of the process, so one test runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn count(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |count| count.parse().unwrap())
}

fn descriptors() -> usize {
    std::fs::read_dir("/dev/fd").unwrap().count()
}

/// Runs `work` many times, and checks that the later ones left nothing behind.
async fn soak(ipc: &Ipc, times: usize, before: Stats, mut work: impl AsyncFnMut()) {
    let settled = async || {
        let settling = async {
            while ipc.stats() != before {
                tokio::task::yield_now().await;
            }
        };
        within("the end of everything", settling).await;
        (ALLOCATOR.allocated(), descriptors())
    };
    // What is made only once does not count, nor does what tables need for so many at a time.
    for _ in 0..times / 10 {
        work().await;
    }
    let (memory, open) = settled().await;
    for _ in 0..times {
        work().await;
    }
    let (later, still_open) = settled().await;
    let left = later.saturating_sub(memory);
    assert!(left < LEFT, "{left} bytes are left of {times} rounds");
    assert_eq!(still_open, open, "descriptors are left of {times} rounds");
}

#[tokio::test]
async fn connections_opened_and_dropped() {
    let _alone = ALONE.lock();
    let directory = tempfile::tempdir().unwrap();
    let address = format!("unix:{}", directory.path().join("s").display());
    let (ipc, shared) = (Ipc::new().unwrap(), Shared::default());
    let partner = OurPartner::new(&ipc, &shared);
    let _listener = ipc.listen_address(&address, partner).await.unwrap();
    let times = count("IPC_SOAK_CONNECTIONS", 1_000);
    soak(&ipc, times, Stats::default(), async || {
        let connecting = ipc.connect_address::<PartnerProxy>(&address);
        let partner = within("connecting", connecting).await.unwrap();
        let answer = within("a call", partner.blob([1])).await;
        assert_eq!(answer.unwrap(), [1]);
    })
    .await;
}

#[tokio::test]
async fn calls_objects_callbacks_and_abandoned_calls() {
    let _alone = ALONE.lock();
    let directory = tempfile::tempdir().unwrap();
    let address = format!("unix:{}", directory.path().join("s").display());
    let (ipc, shared) = (Ipc::new().unwrap(), Shared::default());
    let served = OurPartner::new(&ipc, &shared);
    let _listener = ipc.listen_address(&address, served).await.unwrap();
    let partner: PartnerProxy = within("connecting", ipc.connect_address(&address))
        .await
        .unwrap();
    partner.blob([1]).await.unwrap();
    let before = ipc.stats();
    let times = count("IPC_SOAK_CALLS", 10_000) / 5;
    soak(&ipc, times, before, async || {
        let calls = async {
            partner.blob([7; 100]).await?;
            partner
                .fail(ipc_tests::partner::Kind::Failed, "as asked")
                .await
                .unwrap_err();
            let theirs = partner.counter(5).await?;
            assert_eq!(theirs.add(1).await?, 6);
            let ours = OurCounter::new(&shared, 0).proxy();
            assert_eq!(partner.add_to(ours, 1, 1).await?, 1);
            Ok::<_, ipc_runtime::Exception>(())
        };
        within("the calls", calls).await.unwrap();
        let abandoned = tokio::spawn(partner.wait("key"));
        within("a call", reach(&shared.waiting, 1)).await;
        abandoned.abort();
        within("its end", reach(&shared.waiting, 0)).await;
    })
    .await;
}
