//! A foreign client calls our server.

use std::sync::PoisonError;

use ipc_runtime::{Ipc, Threads};

use crate::support::Served;

macro_rules! cases {
    ($($test:ident: $($case:literal),+;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            for threads in [Threads::Tasks, Threads::Dedicated] {
                let served = Served::start(Ipc::builder().threads(threads)).await;
                served.run(&[$($case),+]).await;
            }
        }
    )+};
}

cases! {
    upstream_01_methods: "methods";
    upstream_02_a_connection_that_the_client_closes: "after-client-close";
    upstream_03_a_connection_that_the_server_closes: "server-closes";
    upstream_04_a_disconnect_during_a_call: "disconnect-during-call";
    upstream_05_a_disconnect_during_a_wait: "disconnect-during-wait";
    upstream_06_threads_of_clients_that_leave: "make-thread-and-leave";
    upstream_09_a_saved_callback_of_a_client_that_leaves: "saved-then-gone";
    upstream_10_calls_on_one_thread: "in-order";
    upstream_11_calls_on_a_pool: "pool";
    names_of_threads: "thread-name";
    callbacks_nest_to_depth_100: "recursion";
    failures: "callback-fails", "call-fails";
    callbacks_that_are_dropped: "dropped";
    many_threads: "many-threads";
    all_in_one_process: "methods", "pool", "recursion", "many-threads", "methods";
}

#[tokio::test]
async fn upstream_12_calls_without_a_thread() {
    let served = Served::start(Ipc::builder().threads(Threads::Dedicated)).await;
    served.run(&["no-thread-error"]).await;
    let served = Served::start(Ipc::builder()).await;
    served.run(&["no-thread"]).await;
}

#[tokio::test]
async fn a_saved_callback_is_called_from_a_task() {
    for threads in [Threads::Tasks, Threads::Dedicated] {
        let served = Served::start(Ipc::builder().threads(threads)).await;
        let Some(client) = served.client(&["saved-elsewhere"]) else {
            return;
        };
        let (status, _, report) = client.finish().await;
        assert!(status.success(), "{status}{report}");
        served.is_left().await;
        let calls = served.seen.called_later.borrow();
        assert_eq!(calls.len(), 20);
        // The callback answers with 0; some may have been destroyed before their answer was sent.
        assert!(
            calls.iter().flatten().all(|answer| *answer == 0),
            "{calls:?}"
        );
    }
}

#[tokio::test]
async fn the_caller_is_known() {
    for threads in [Threads::Tasks, Threads::Dedicated] {
        let served = Served::start(Ipc::builder().threads(threads)).await;
        let Some(mut client) = served.client(&["thread-name"]) else {
            return;
        };
        let id = client.id();
        let line = client.line(&["name ", " of "]).await;
        let (status, _, report) = client.finish().await;
        assert!(status.success(), "{status}{report}");
        let caller = (served.seen.caller.lock())
            .unwrap_or_else(PoisonError::into_inner)
            .take()
            .expect("a peer has called");
        assert_eq!(caller.method(), "FooInterface.callIntFnAsync");
        let name = caller.thread_name().expect("it named a thread");
        assert!(line.ends_with(&format!(" of {name}")), "{line}, not {name}");
        assert!(name.contains(&id.to_string()), "{name}, of process {id}");
        let credentials = caller.credentials().expect("the system tells");
        assert_eq!(credentials.process, i32::try_from(id).ok());
        drop(caller);
        served.is_left().await;
    }
}
