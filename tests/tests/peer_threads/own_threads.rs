//! Threads of ours, as a peer uses them.

use ipc_runtime::{Ipc, Stats, Threads};
use ipc_tests::our_foo::CALL_SAVED_LATER;
use ipc_tests::peers::within;

use crate::raw::{a_number, finish, returned};
use crate::rpc::{Cap, Payload, Rpc, Target};
use crate::scripted_client::{Client, on};
use crate::scripted_server::{CALL_FN_ASYNC, CALL_INT_FN_ASYNC, CALLBACK, FOO};

/// The interface of callbacks, and its method.
const FOO_CALLBACK: u64 = 0xb5a2_f89c_9102_38fc;
const CALL: u16 = 1;
/// The numbers of the script's exports.
const OBJECT: u32 = 7;
const THREAD: u32 = 8;

const BOTH: [Threads; 2] = [Threads::Tasks, Threads::Dedicated];

/// Waits until so many calls of `callFnAsync` wait.
async fn waiting(client: &Client, count: usize) {
    let mut waiting = client.seen.waiting.subscribe();
    let reached = waiting.wait_for(|waiting| *waiting == count);
    within("the handlers", reached).await.unwrap();
}

#[tokio::test]
async fn a_thread_has_the_name_that_the_peer_gave_it() {
    for threads in BOTH {
        let mut client = Client::connect(Ipc::builder().threads(threads)).await;
        for name in ["node-1234/b-msghand-5678", "", "ünï"] {
            let thread = client.make_thread(name).await.unwrap();
            assert_eq!(client.name_of(thread).await, name);
            client.call_int_fn_async(7, Some(thread)).await.unwrap();
            let begun = client.seen.begun.lock().unwrap().pop();
            assert_eq!(begun, Some((7, Some(name.to_owned()))));
        }
        assert_eq!(client.server.stats().threads, 3);
    }
}

#[tokio::test]
async fn upstream_06_a_peer_that_makes_a_thread_and_leaves() {
    for threads in BOTH {
        for _ in 0..30 {
            let mut client = Client::connect(Ipc::builder().threads(threads)).await;
            client.begin_thread("").await;
            let Client { raw, server, .. } = client;
            drop(raw);
            let left = async {
                while server.stats() != Stats::default() {
                    tokio::task::yield_now().await;
                }
            };
            within("the end", left).await;
        }
    }
}

/// The thread is a promise when the calls that name it arrive.
#[tokio::test]
async fn upstream_10_calls_on_one_thread_that_is_being_made() {
    for threads in BOTH {
        let mut client = Client::connect(Ipc::builder().threads(threads)).await;
        let made = client.begin_thread("").await;
        let (foo, mut calls) = (client.foo, Vec::new());
        for number in 7..10 {
            let params = Payload {
                caps: vec![Cap::ReceiverAnswer(made, vec![0])],
                ..on(number, Some(0))
            };
            calls.push(client.begin(foo, FOO, CALL_INT_FN_ASYNC, params).await);
        }
        let mut answered = client.answered(4).await;
        answered.retain(|question| *question != made);
        assert_eq!(answered, calls);
        assert_eq!(client.seen.numbers(), [7, 8, 9]);
    }
}

#[tokio::test]
async fn a_peer_that_makes_too_many_threads_is_told_so() {
    for threads in BOTH {
        let server = Ipc::builder().threads(threads).own_threads(3);
        let mut client = Client::connect(server).await;
        let mut made = Vec::new();
        for _ in 0..3 {
            made.push(client.make_thread("").await.unwrap());
        }
        for _ in 0..5 {
            let refused = client.make_thread("").await.unwrap_err();
            let text = "3 threads of this connection exist, which is the limit";
            assert_eq!(refused, text);
        }
        // The others serve, and make room for others when they go.
        client.call_int_fn_async(7, Some(made[0])).await.unwrap();
        client.raw.say(Rpc::Release(made[1], 1)).await;
        let another = client.make_thread("another").await.unwrap();
        client.call_int_fn_async(7, Some(another)).await.unwrap();
        client.make_thread("").await.unwrap_err();
        assert_eq!(client.server.stats().threads, 3);
    }
}

/// Those of a pool count as well, and none of one that is too large is left.
#[tokio::test]
async fn a_pool_that_is_too_large_is_refused() {
    let server = Ipc::builder().threads(Threads::Dedicated).own_threads(3);
    let mut client = Client::connect(server).await;
    let refused = client.make_pool(4).await.unwrap_err();
    assert!(
        refused.contains("3 threads of this connection exist"),
        "{refused}"
    );
    assert_eq!(client.server.stats().threads, 0);
    client.make_pool(2).await.unwrap();
    client.make_thread("").await.unwrap();
    client.make_thread("").await.unwrap_err();
}

#[tokio::test]
async fn calls_of_one_thread_wait_for_each_other() {
    for threads in BOTH {
        let mut client = Client::connect(Ipc::builder().threads(threads)).await;
        let thread = client.make_thread("").await.unwrap();
        let foo = client.foo;
        let on_it = Some(thread);
        let first = client.begin(foo, FOO, CALL_FN_ASYNC, on(0, on_it)).await;
        let second = client
            .begin(foo, FOO, CALL_INT_FN_ASYNC, on(7, on_it))
            .await;
        waiting(&client, 1).await;
        client.hears_nothing_else().await;
        assert_eq!(client.seen.numbers(), []);
        client.seen.let_out();
        client.outcome(first).await.unwrap();
        client.outcome(second).await.unwrap();
    }
}

/// What is given up while it waits for its turn never begins, and holds nothing up.
#[tokio::test]
async fn a_call_that_is_given_up_gives_its_place_up() {
    for threads in BOTH {
        let mut client = Client::connect(Ipc::builder().threads(threads)).await;
        let thread = client.make_thread("").await.unwrap();
        let foo = client.foo;
        let on_it = Some(thread);
        let first = client.begin(foo, FOO, CALL_FN_ASYNC, on(0, on_it)).await;
        let second = client
            .begin(foo, FOO, CALL_INT_FN_ASYNC, on(6, on_it))
            .await;
        let third = client
            .begin(foo, FOO, CALL_INT_FN_ASYNC, on(7, on_it))
            .await;
        waiting(&client, 1).await;
        client.raw.say(finish(second)).await;
        client.hears_nothing_else().await;
        client.seen.let_out();
        client.outcome(first).await.unwrap();
        let Rpc::Return { answer, .. } = client.raw.hear().await else {
            panic!("the second call is not answered");
        };
        assert_eq!(answer, second);
        client.outcome(third).await.unwrap();
        assert_eq!(client.seen.numbers(), [7]);
    }
}

/// Parameters of `callback`, on a thread of the server, with or without one of the client that waits.
fn callback(thread: u32, waits: Option<u32>) -> Payload {
    let mut params = on(5, Some(thread));
    if let Some(waits) = waits {
        params.caps.push(Cap::SenderHosted(waits));
        params.context = Some([Some(0), Some(1)]);
    }
    params.caps.push(Cap::SenderHosted(OBJECT));
    params
}

/// Hears a call of the callback next: its question, and the threads of its Context.
async fn called_back(client: &mut Client) -> (u32, [Option<Cap>; 2]) {
    match client.raw.hear().await {
        Rpc::Call {
            question,
            target: Target::Export(OBJECT),
            interface: FOO_CALLBACK,
            method: CALL,
            params,
            ..
        } => {
            let context = params.context.unwrap_or_default();
            let named = context.map(|place| place.map(|place| params.caps[place].clone()));
            (question, named)
        }
        other => panic!("not called back: {other:?}"),
    }
}

#[tokio::test]
async fn a_thread_that_waits_for_a_callback_serves_other_calls() {
    for threads in BOTH {
        for waits in [None, Some(THREAD)] {
            let mut client = Client::connect(Ipc::builder().threads(threads)).await;
            let thread = client.make_thread("").await.unwrap();
            let foo = client.foo;
            let outer = client
                .begin(foo, FOO, CALLBACK, callback(thread, waits))
                .await;
            let (question, named) = called_back(&mut client).await;
            // On the thread that waits here, and from the one that waits there.
            let from = Cap::SenderHosted(thread);
            assert_eq!(named, [waits.map(Cap::ReceiverHosted), Some(from)]);
            for number in [6, 7] {
                let inner = client.call_int_fn_async(number, Some(thread)).await;
                assert_eq!(inner.unwrap(), number);
            }
            // One that waits for something else holds up those that come then.
            let long = client
                .begin(foo, FOO, CALL_FN_ASYNC, on(0, Some(thread)))
                .await;
            waiting(&client, 1).await;
            let late = client
                .begin(foo, FOO, CALL_INT_FN_ASYNC, on(8, Some(thread)))
                .await;
            client.hears_nothing_else().await;
            assert_eq!(client.seen.numbers(), [6, 7]);
            client.seen.let_out();
            client.outcome(long).await.unwrap();
            client.outcome(late).await.unwrap();
            client
                .raw
                .say(returned(question, a_number(50)).over())
                .await;
            assert_eq!(finished(&mut client, outer).await, 50);
        }
    }
}

/// Hears the answer of a call next, but for the end of the callback that it was given.
async fn finished(client: &mut Client, question: u32) -> u32 {
    loop {
        match client.raw.hear().await {
            Rpc::Call {
                question: destroy,
                target: Target::Export(OBJECT),
                method: 0,
                ..
            } => {
                client
                    .raw
                    .say(returned(destroy, Payload::default()).over())
                    .await
            }
            Rpc::Release(..) | Rpc::Finish { .. } => {}
            Rpc::Return {
                answer,
                outcome: crate::rpc::Outcome::Results(results),
                ..
            } if answer == question => return results.number,
            other => panic!("no answer of call {question}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_no_thread_of_the_connection_is_refused() {
    for threads in BOTH {
        let mut client = Client::connect(Ipc::builder().threads(threads)).await;
        client.make_pool(1).await.unwrap();
        let foo = client.foo;
        for named in [Cap::SenderHosted(THREAD), Cap::ReceiverHosted(foo)] {
            let mut params = on(CALL_SAVED_LATER as u32, Some(0));
            params.caps = vec![named];
            let call = client.begin(foo, FOO, CALL_INT_FN_ASYNC, params).await;
            let refused = loop {
                // What was passed is let go.
                match client.raw.hear().await {
                    Rpc::Release(THREAD, 1) => {}
                    Rpc::Return {
                        answer, outcome, ..
                    } if answer == call => break outcome,
                    other => panic!("no answer: {other:?}"),
                }
            };
            let text = "std::exception: invalid thread handle";
            let crate::rpc::Outcome::Exception(_, reason) = refused else {
                panic!("not refused: {refused:?}");
            };
            assert_eq!(reason, text);
        }
        assert_eq!(client.seen.numbers(), []);
    }
}
