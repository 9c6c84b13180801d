//! The foreign client ends, or loses us, while calls run.

use ipc_runtime::{Ipc, Threads};

use crate::support::{Served, until};

#[tokio::test]
async fn a_client_is_killed_while_it_waits() {
    for threads in [Threads::Tasks, Threads::Dedicated] {
        let served = Served::start(Ipc::builder().threads(threads)).await;
        let Some(client) = served.client(&["wait"]) else {
            return;
        };
        until(async || *served.seen.waiting.borrow() == 1).await;
        client.kill().await;
        served.is_left().await;
    }
}

#[tokio::test]
async fn a_client_is_killed_while_it_is_called_back() {
    for threads in [Threads::Tasks, Threads::Dedicated] {
        let served = Served::start(Ipc::builder().threads(threads)).await;
        let Some(mut client) = served.client(&["callback-wait"]) else {
            return;
        };
        client.line(&["called back"]).await;
        client.kill().await;
        served.is_left().await;
    }
}

#[tokio::test]
async fn a_client_learns_that_its_server_is_gone() {
    for threads in [Threads::Tasks, Threads::Dedicated] {
        let served = Served::start(Ipc::builder().threads(threads)).await;
        let Some(client) = served.client(&["loss"]) else {
            return;
        };
        until(async || *served.seen.waiting.borrow() == 1).await;
        served.ipc.disconnect_incoming();
        let (status, lines, report) = client.finish().await;
        assert!(status.success(), "{status}{report}");
        assert!(lines.iter().any(|line| line == "ok loss"), "{report}");
        served.is_left().await;
    }
}
