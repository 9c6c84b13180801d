//! Damaged conversations against live connections, in either role: never a panic, a hang, a leak, or
//! harm to another connection.
//!
//! `fuzz/` runs the same with inputs that libFuzzer makes.

use std::alloc::System;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use cap::Cap;
use ipc_tests::hostile::attack::Scene;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::runtime::{Builder, Runtime};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// What the process may hold at any time: a message of the greatest size that is read, and some.
const MOST: usize = 128 << 20;
/// What many attacks may leave behind.
const LEFT: usize = 1 << 20;

/// How many attacks, unless `IPC_HOSTILE_CASES` says so.
const CASES: u32 = 600;

/// Memory is that of the process, so one test runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

#[test]
fn each_message_twice_or_not_at_all() {
    let _alone = ALONE.lock();
    let runtime = runtime();
    let scene = runtime.block_on(Scene::new()).expect("a conversation");
    // More than the conversation has: they begin again at the first.
    for message in 0..60 {
        for side in [0, 1] {
            for what in [3, 4] {
                runtime.block_on(scene.attack(&[side, what, 0, message]));
            }
        }
    }
}

/// The call `wait` gets another one behind it, which carries a promise of what `wait` answers.
#[test]
fn a_call_that_waits_for_what_it_carries_goes_with_the_connection() {
    let _alone = ALONE.lock();
    let runtime = runtime();
    let scene = runtime.block_on(Scene::new()).expect("a conversation");
    let (insert, at, call, wait) = (8, 17, 20, 2);
    runtime.block_on(scene.attack(&[0, insert, 0, at, call, wait]));
}

/// Runs attacks with inputs of random bytes, in the same order every time.
#[test]
fn damaged_conversations_harm_nobody() {
    let _alone = ALONE.lock();
    let cases = std::env::var("IPC_HOSTILE_CASES").ok();
    let cases = cases.map_or(CASES, |cases| cases.parse().expect("a number"));
    let panics: &'static AtomicUsize = Box::leak(Box::default());
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // In tasks, too, where nobody looks.
        panics.fetch_add(1, Ordering::SeqCst);
        report(panic);
    }));
    let runtime = runtime();
    let scene = runtime.block_on(Scene::new()).expect("a conversation");
    let config = Config {
        cases,
        failure_persistence: None,
        // One that hangs takes as long as its deadline.
        max_shrink_iters: 20,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    // Once, so that what is made only once does not count.
    runtime.block_on(scene.attack(&[0]));
    runtime.block_on(scene.attack(&[1]));
    let before = ALLOCATOR.allocated();
    let inputs = prop::collection::vec(any::<u8>(), 0..60);
    let run = runner.run(&inputs, |input| {
        panics.store(0, Ordering::SeqCst);
        runtime.block_on(scene.attack(&input));
        prop_assert_eq!(panics.load(Ordering::SeqCst), 0);
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
    let left = ALLOCATOR.allocated().saturating_sub(before);
    assert!(left < LEFT, "{left} bytes are left after {cases} attacks");
    let most = ALLOCATOR.max_allocated();
    assert!(most < MOST, "{most} bytes at a time");
}
