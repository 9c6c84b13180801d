//! Calls of a raw peer that name threads.

use std::time::Duration;

use ipc_runtime::{Ipc, Protocol};
use ipc_tests::our_partner::{OurPartner, Shared};
use tokio::task::JoinHandle;

use crate::raw::{Raw, finish};
use crate::rpc::{Cap, Outcome, Payload, ResultsTo, Rpc, Target};

const PARTNER: u64 = 0xef6f_009b_ae84_f883;
const CONSTRUCT: u16 = 0;
const BLOB: u16 = 2;
const ON_THREAD: u16 = 13;
const THREAD_MAP: u64 = 0xee5e_3717_9ad9_dc9d;
const MAKE_THREAD: u16 = 0;

fn call(question: u32, target: u32, interface: u64, method: u16) -> Rpc {
    Rpc::Call {
        question,
        target: Target::Export(target),
        interface,
        method,
        params: Payload::default(),
        results_to: ResultsTo::Caller,
    }
}

/// A call that names this thread.
fn call_on(thread: Cap, question: u32, root: u32) -> Rpc {
    Rpc::Call {
        question,
        target: Target::Export(root),
        interface: PARTNER,
        method: ON_THREAD,
        params: Payload {
            caps: vec![thread],
            context: Some([Some(0), None]),
            ..Payload::default()
        },
        results_to: ResultsTo::Caller,
    }
}

/// A partner that our engine serves, and a thread of ours that the peer has had made.
struct Served {
    raw: Raw,
    root: u32,
    thread: u32,
    _serving: JoinHandle<()>,
}

async fn served(patience: Duration) -> Served {
    let ipc = Ipc::builder().handshake_timeout(patience).build().unwrap();
    let (mut raw, ours) = Raw::pair();
    let partner = OurPartner::new(&ipc, &Shared::default());
    let serving = tokio::spawn(async move {
        ipc.protocol().serve(ours, partner).await.unwrap();
    });
    raw.say(Rpc::Bootstrap(0)).await;
    let root = hosted(raw.results(0).await);
    raw.say(call(1, root, PARTNER, CONSTRUCT)).await;
    let map = hosted(raw.results(1).await);
    raw.say(call(2, map, THREAD_MAP, MAKE_THREAD)).await;
    let thread = hosted(raw.results(2).await);
    Served {
        raw,
        root,
        thread,
        _serving: serving,
    }
}

fn hosted(results: Payload) -> u32 {
    match results.caps[..] {
        [Cap::SenderHosted(id)] => id,
        ref other => panic!("not one object: {other:?}"),
    }
}

/// Hears so many calls end, in whatever order: the questions, and how each failed if it did.
async fn ends(raw: &mut Raw, count: usize) -> Vec<(u32, Option<String>)> {
    let mut ends = Vec::new();
    while ends.len() < count {
        match raw.hear().await {
            Rpc::Return {
                answer, outcome, ..
            } => ends.push((
                answer,
                match outcome {
                    Outcome::Exception(_, reason) => Some(reason),
                    _ => None,
                },
            )),
            // Of the promises.
            Rpc::Release(..) => {}
            other => panic!("no end of a call: {other:?}"),
        }
    }
    ends
}

#[tokio::test]
async fn a_promise_that_is_never_kept_holds_others_up_for_a_while_only() {
    let Served {
        mut raw,
        root,
        thread,
        ..
    } = served(Duration::from_millis(50)).await;
    for question in [10, 11] {
        let never = Cap::SenderPromise(question);
        raw.say(call_on(never, question, root)).await;
    }
    raw.say(call_on(Cap::ReceiverHosted(thread), 12, root))
        .await;
    let too_late = "the thread that the call names was not known within 50ms".to_owned();
    assert_eq!(
        ends(&mut raw, 3).await,
        [
            (10, Some(too_late.clone())),
            (11, Some(too_late)),
            (12, None)
        ]
    );
    // As before.
    raw.say(call_on(Cap::ReceiverHosted(thread), 13, root))
        .await;
    assert_eq!(ends(&mut raw, 1).await, [(13, None)]);
}

#[tokio::test]
async fn calls_that_name_no_thread_do_not_wait_for_it() {
    let Served {
        mut raw,
        root,
        thread,
        ..
    } = served(Duration::from_secs(600)).await;
    raw.say(call_on(Cap::SenderPromise(10), 10, root)).await;
    raw.say(call_on(Cap::ReceiverHosted(thread), 11, root))
        .await;
    raw.say(call(12, root, PARTNER, BLOB)).await;
    assert_eq!(ends(&mut raw, 1).await, [(12, None)]);
    // Both go on when it is kept: with the same thread, so in their order.
    let kept = crate::rpc::Resolution::Cap(Cap::ReceiverHosted(thread));
    raw.say(Rpc::Resolve(10, kept)).await;
    assert_eq!(ends(&mut raw, 2).await, [(10, None), (11, None)]);
    raw.say(finish(10)).await;
}
