//! Which thread of the peer each call names.

use std::collections::{HashSet, VecDeque};
use std::pin::Pin;
use std::task::Poll;

use ipc_runtime::{Call, Ipc, Proxy};
use ipc_tests::foo::FooInterfaceProxy;
use ipc_tests::peers::within;
use tokio::task::JoinSet;

use crate::scripted_server::{
    ADD, CALL_FN_ASYNC, CALL_INT_FN_ASYNC, Called, Has, Server, connect, greet,
};

/// Polls a call once, after which it was sent, or waits for a thread.
async fn begin<T>(call: &mut Call<T>) {
    let ready = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut *call).poll(cx).is_ready()));
    assert!(!ready.await, "it did not wait");
}

/// Waits for a call.
async fn done<T>(call: Call<T>) -> T {
    within("a call", call).await.unwrap()
}

/// Calls that the server holds, with the threads that they name.
async fn long_calls(
    server: &mut Server,
    foo: &FooInterfaceProxy,
    count: usize,
) -> (Vec<Call<()>>, Vec<Called>) {
    let mut calls: Vec<_> = (0..count).map(|_| foo.call_fn_async()).collect();
    for call in &mut calls {
        begin(call).await;
    }
    let called = server.called_times(count).await;
    assert!(called.iter().all(|call| call.method == CALL_FN_ASYNC));
    (calls, called)
}

#[tokio::test]
async fn threads_are_named_after_the_program() {
    let client = Ipc::builder().exe_name("program");
    let (mut server, foo) = connect(client, Has::Threads).await;
    let (_calls, called) = long_calls(&mut server, &foo, 2).await;
    let threads: Vec<_> = called.iter().map(|call| call.thread).collect();
    assert_eq!(threads, [Some(0), Some(1)]);
    let process = std::process::id();
    assert_eq!(
        server.names,
        [0, 1].map(|n| format!("program-{process}/{n}"))
    );
}

#[tokio::test]
async fn an_idle_thread_is_used_again() {
    let (mut server, foo) = connect(Ipc::builder(), Has::Threads).await;
    for number in 0..10 {
        let mut call = foo.call_int_fn_async(number);
        begin(&mut call).await;
        let called = server.called().await;
        assert_eq!(called.thread, Some(0));
        server.answer(called).await;
        assert_eq!(done(call).await, number);
    }
    assert_eq!(server.names.len(), 1);
}

#[tokio::test]
async fn no_call_waits_behind_a_long_one() {
    let (mut server, foo) = connect(Ipc::builder(), Has::Threads).await;
    let (long, held) = long_calls(&mut server, &foo, 5).await;
    let busy: HashSet<_> = held.iter().map(|call| call.thread).collect();
    assert_eq!(busy.len(), 5);
    for round in 0..10 {
        let mut short: Vec<_> = (0..3).map(|_| foo.call_int_fn_async(round)).collect();
        for call in &mut short {
            begin(call).await;
        }
        let called = server.called_times(3).await;
        let threads: HashSet<_> = called.iter().map(|call| call.thread).collect();
        assert_eq!(threads.len(), 3);
        assert!(threads.is_disjoint(&busy), "{threads:?}");
        for call in called {
            server.answer(call).await;
        }
        for call in short {
            done(call).await;
        }
    }
    assert_eq!(server.names.len(), 8);
    for call in held {
        server.answer(call).await;
    }
    for call in long {
        done(call).await;
    }
}

#[tokio::test]
async fn threads_are_bounded() {
    let client = Ipc::builder().peer_threads(2);
    let (mut server, foo) = connect(client, Has::Threads).await;
    let (mut long, mut held) = long_calls(&mut server, &foo, 2).await;
    let mut third = foo.call_int_fn_async(3);
    begin(&mut third).await;
    server.hears_nothing_else(&foo).await;
    let (ended, thread) = (tokio::spawn(long.remove(1)), held[1].thread);
    server.answer(held.remove(1)).await;
    within("the second", ended).await.unwrap().unwrap();
    let third = tokio::spawn(third);
    let called = server.called().await;
    assert_eq!((called.number, called.thread), (3, thread));
    server.answer(called).await;
    assert_eq!(within("the third", third).await.unwrap().unwrap(), 3);
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_waits_for_a_thread_is_never_made() {
    let client = Ipc::builder().peer_threads(1);
    let (mut server, foo) = connect(client, Has::Threads).await;
    let (mut long, mut held) = long_calls(&mut server, &foo, 1).await;
    let mut waiting: Vec<_> = (0..5).map(|number| foo.call_int_fn_async(number)).collect();
    for call in &mut waiting {
        begin(call).await;
    }
    let last = tokio::spawn(waiting.remove(4));
    drop(waiting);
    let long = tokio::spawn(long.remove(0));
    server.answer(held.remove(0)).await;
    // Its turn has come, since those before it have given theirs up.
    let called = server.called().await;
    assert_eq!((called.number, called.thread), (4, Some(0)));
    server.answer(called).await;
    assert_eq!(within("the last", last).await.unwrap().unwrap(), 4);
    within("the first", long).await.unwrap().unwrap();
    server.hears_nothing_else(&foo).await;
}

#[tokio::test]
async fn a_thread_is_not_used_again_before_the_answer_of_an_abandoned_call() {
    let (mut server, foo) = connect(Ipc::builder(), Has::Threads).await;
    for round in 0..3 {
        let (abandoned, mut held) = long_calls(&mut server, &foo, 1).await;
        let busy = held[0].thread;
        drop(abandoned);
        server.hears_nothing_else(&foo).await;
        let mut others: Vec<_> = (0..4).map(|number| foo.call_int_fn_async(number)).collect();
        for call in &mut others {
            begin(call).await;
        }
        for call in server.called_times(4).await {
            assert_ne!(call.thread, busy);
            server.answer(call).await;
        }
        for call in others {
            done(call).await;
        }
        server.answer(held.remove(0)).await;
        // The answer has been read, so all five threads serve again.
        server.hears_nothing_else(&foo).await;
        let (calls, called) = long_calls(&mut server, &foo, 5).await;
        let threads: HashSet<_> = called.iter().map(|call| call.thread).collect();
        assert_eq!(threads.len(), 5);
        assert_eq!(server.names.len(), 5, "in round {round}");
        for call in called {
            server.answer(call).await;
        }
        for call in calls {
            done(call).await;
        }
    }
}

/// A peer may be done with an abandoned call before it has made the thread for it.
#[tokio::test]
async fn a_thread_is_not_used_again_before_it_is_made() {
    for can_make in [true, false] {
        let client = Ipc::builder().peer_threads(1);
        let (mut server, foo) = connect(client, Has::Threads).await;
        server.is_slow = true;
        let (abandoned, mut held) = long_calls(&mut server, &foo, 1).await;
        drop(abandoned);
        let next = tokio::spawn(foo.call_int_fn_async(7));
        server.cancel(held.remove(0)).await;
        server.hears_nothing_else(&foo).await;
        server.is_slow = false;
        server.make_threads(can_make).await;
        let called = server.called().await;
        let thread = usize::from(!can_make);
        assert_eq!((called.number, called.thread), (7, Some(thread)));
        server.answer(called).await;
        assert_eq!(within("the next", next).await.unwrap().unwrap(), 7);
        server.hears_nothing_else(&foo).await;
        assert!(server.made.is_empty(), "{:?}", server.made);
    }
}

#[tokio::test]
async fn an_abandoned_call_counts_against_the_bound_until_its_answer() {
    let client = Ipc::builder().peer_threads(1);
    let (mut server, foo) = connect(client, Has::Threads).await;
    let (abandoned, mut held) = long_calls(&mut server, &foo, 1).await;
    drop(abandoned);
    let next = tokio::spawn(foo.call_int_fn_async(7));
    server.hears_nothing_else(&foo).await;
    server.answer(held.remove(0)).await;
    let called = server.called().await;
    assert_eq!((called.number, called.thread), (7, Some(0)));
    server.answer(called).await;
    assert_eq!(within("the next", next).await.unwrap().unwrap(), 7);
}

#[tokio::test]
async fn a_pinned_proxy_names_one_thread_in_the_order_of_its_calls() {
    let (mut server, foo) = connect(Ipc::builder(), Has::Pools).await;
    let pinned = foo.pinned();
    let mut calls: Vec<_> = (0..5)
        .map(|number| pinned.clone().call_int_fn_async(number))
        .collect();
    for call in &mut calls {
        begin(call).await;
    }
    let called = server.called_times(5).await;
    let named: Vec<_> = called
        .iter()
        .map(|call| (call.number, call.thread))
        .collect();
    assert_eq!(named, [0, 1, 2, 3, 4].map(|number| (number, Some(0))));

    let others = [foo.clone(), foo.pinned(), pinned.pinned()];
    for (other, thread) in others.iter().zip(1..) {
        let mut call = other.call_int_fn_async(9);
        begin(&mut call).await;
        let called = server.called().await;
        assert_eq!(called.thread, Some(thread));
        server.answer(called).await;
        done(call).await;
    }
    for (call, called) in calls.into_iter().zip(called) {
        let number = called.number;
        server.answer(called).await;
        assert_eq!(done(call).await, number as i32);
    }
}

/// A call of it that was given up keeps its place on the thread.
#[tokio::test]
async fn a_pinned_proxy_keeps_its_thread() {
    let (mut server, foo) = connect(Ipc::builder(), Has::Threads).await;
    let pinned = foo.pinned();
    let (abandoned, _held) = long_calls(&mut server, &pinned, 1).await;
    drop(abandoned);
    let mut next = pinned.call_int_fn_async(7);
    begin(&mut next).await;
    assert_eq!(server.called().await.thread, Some(0));
}

#[tokio::test]
async fn a_peer_without_a_thread_map_gets_calls_without_threads() {
    for exchanged in [true, false] {
        let (mut server, foo) = match exchanged {
            true => connect(Ipc::builder(), Has::Nothing).await,
            false => greet(Ipc::builder(), Has::Nothing).await,
        };
        for foo in [foo.clone(), foo.pinned()] {
            let (calls, called) = long_calls(&mut server, &foo, 100).await;
            for call in called {
                assert_eq!(call.thread, None);
                server.answer(call).await;
            }
            for call in calls {
                done(call).await;
            }
        }
        assert_eq!((server.names.len(), server.pools.len()), (0, 0));
    }
}

/// Nodes before v31 refuse a second call of a busy thread, or end. They have no pools.
#[tokio::test]
async fn an_old_node_never_says_that_a_thread_is_busy() {
    let client = Ipc::builder().peer_threads(6);
    let (mut server, foo) = connect(client, Has::Threads).await;
    let serving = tokio::spawn(async move {
        let mut held: VecDeque<Called> = VecDeque::new();
        loop {
            let called = server.called().await;
            match called.method {
                // So the test says that it goes on.
                ADD => {
                    let last = called.number == 1;
                    server.answer(called).await;
                    if let Some(oldest) = held.pop_front() {
                        server.answer(oldest).await;
                    }
                    if last {
                        break;
                    }
                }
                CALL_INT_FN_ASYNC if held.iter().any(|held| held.thread == called.thread) => {
                    server.refuse(called, "std::exception: thread busy").await;
                }
                _ => held.push_back(called),
            }
        }
        server
    });
    let mut tasks = JoinSet::new();
    for task in 0..12 {
        let foo = foo.clone();
        tasks.spawn(async move {
            for number in 0..30 {
                let mut call = foo.call_int_fn_async(number);
                if (task + number) % 3 == 0 {
                    begin(&mut call).await;
                } else {
                    assert_eq!(call.await.unwrap(), number);
                }
            }
        });
    }
    while !tasks.is_empty() {
        within("a sum", foo.add(0, 0)).await.unwrap();
        while let Some(ended) = tasks.try_join_next() {
            ended.unwrap();
        }
    }
    within("the last sum", foo.add(1, 0)).await.unwrap();
    let server = within("the server", serving).await.unwrap();
    assert!(server.names.len() <= 6, "{:?}", server.names);
}
