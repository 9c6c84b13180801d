//! Ends that let running calls finish, and what runs when a connection has ended.

use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::{ExceptionKind, Ipc, Protocol, Stats};
use ipc_tests::peers::DEADLINE;
use ipc_tests::service::{TestInit, WAIT, Watch};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::support::{directory, listen, soon};

async fn echo(address: &str) -> EchoProxy {
    let ipc = Ipc::new().unwrap();
    let init: InitProxy = soon(ipc.connect_address(address)).await.unwrap();
    soon(init.make_echo()).await.unwrap()
}

/// Waits until nothing is left of an Ipc's connections.
async fn nothing_left(ipc: &Ipc) {
    soon(async {
        while ipc.stats() != Stats::default() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn running_calls_are_answered_before_the_end() {
    let directory = directory();
    let (ipc, watch) = (Ipc::new().unwrap(), Watch::new());
    let listener = listen(&ipc, &directory, &watch).await;
    let echo = echo(&listener.address()).await;
    let waiting = tokio::spawn(echo.echo(WAIT));
    soon(watch.waiting(1)).await;
    let address = listener.address();
    let ending = tokio::spawn(listener.shutdown(DEADLINE));
    // What comes meanwhile is served, and nobody new is let in.
    assert_eq!(soon(echo.echo("still there")).await.unwrap(), "still there");
    let later = Ipc::new().unwrap();
    assert!(
        soon(later.connect_address::<InitProxy>(&address))
            .await
            .is_err()
    );
    assert!(!ending.is_finished());
    watch.release();
    assert_eq!(soon(waiting).await.unwrap().unwrap(), WAIT);
    assert_eq!(soon(ending).await.unwrap(), 0);
    let late = soon(echo.echo("too late")).await.unwrap_err();
    assert_eq!(late.kind(), ExceptionKind::Disconnected, "{late}");
    nothing_left(&ipc).await;
}

#[tokio::test]
async fn the_deadline_cuts_off_what_does_not_end() {
    let directory = directory();
    let (ipc, watch) = (Ipc::new().unwrap(), Watch::new());
    let listener = listen(&ipc, &directory, &watch).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        waiting.push(tokio::spawn(echo(&listener.address()).await.echo(WAIT)));
    }
    soon(watch.waiting(3)).await;
    let idle = echo(&listener.address()).await;
    let cut_off = soon(listener.shutdown(Duration::from_millis(10))).await;
    assert_eq!(cut_off, 3);
    for call in waiting {
        let exception = soon(call).await.unwrap().unwrap_err();
        assert_eq!(exception.kind(), ExceptionKind::Disconnected, "{exception}");
    }
    assert!(soon(idle.echo("late")).await.is_err());
    soon(watch.waiting(0)).await;
    soon(watch.echoes(0)).await;
    nothing_left(&ipc).await;
}

#[tokio::test]
async fn an_ipc_ends_all_that_it_has() {
    let directory = directory();
    let (ipc, watch) = (Ipc::new().unwrap(), Watch::new());
    let listener = listen(&ipc, &directory, &watch).await;
    let incoming = echo(&listener.address()).await;
    let (ours, theirs) = UnixStream::pair().unwrap();
    let served = TestInit(Arc::clone(&watch));
    let parent = ipc.clone();
    let serving = tokio::spawn(async move { parent.protocol().serve(theirs, served).await });
    let elsewhere = Ipc::new().unwrap();
    let parent: InitProxy = soon(elsewhere.protocol().connect(ours)).await.unwrap();
    let outgoing: InitProxy = soon(ipc.connect_address(&listener.address()))
        .await
        .unwrap();

    assert_eq!(soon(ipc.shutdown(DEADLINE)).await, 0);
    assert!(soon(incoming.echo("late")).await.is_err());
    assert!(soon(parent.make_echo()).await.is_err());
    assert!(soon(outgoing.make_echo()).await.is_err());
    soon(serving).await.unwrap().unwrap();
    drop((incoming, parent, outgoing));
    nothing_left(&ipc).await;
    // There is nothing left to end.
    assert_eq!(soon(ipc.shutdown(Duration::MAX)).await, 0);
}

#[tokio::test]
async fn upstream_20_a_socket_pair_from_the_first_call_to_an_orderly_end() {
    let (ipc, watch) = (Ipc::new().unwrap(), Watch::new());
    let (ours, theirs) = UnixStream::pair().unwrap();
    let serving = ipc.protocol().serve(theirs, TestInit(Arc::clone(&watch)));
    let init: InitProxy = soon(ipc.protocol().connect(ours)).await.unwrap();
    let echo = soon(init.make_echo()).await.unwrap();
    assert_eq!(soon(echo.echo("echo")).await.unwrap(), "echo");
    drop((echo, init));
    soon(serving).await.unwrap();
    soon(watch.echoes(0)).await;
    nothing_left(&ipc).await;
}

#[tokio::test]
async fn disconnecting_peers_leaves_the_parent_and_the_listener() {
    let directory = directory();
    let (ipc, watch) = (Ipc::new().unwrap(), Watch::new());
    let listener = listen(&ipc, &directory, &watch).await;
    let incoming = echo(&listener.address()).await;
    let (ours, theirs) = UnixStream::pair().unwrap();
    drop(ipc.protocol().serve(theirs, TestInit(Arc::clone(&watch))));
    let elsewhere = Ipc::new().unwrap();
    let parent: InitProxy = soon(elsewhere.protocol().connect(ours)).await.unwrap();
    let waiting = tokio::spawn(incoming.echo(WAIT));
    soon(watch.waiting(1)).await;

    ipc.disconnect_incoming();
    assert!(soon(waiting).await.unwrap().is_err());
    soon(parent.make_echo()).await.unwrap();
    soon(echo(&listener.address()).await.echo("again"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_cleanup_that_panics_does_not_stop_the_others() {
    let directory = directory();
    let listener = listen(&Ipc::new().unwrap(), &directory, &Watch::new()).await;
    let ipc = Ipc::new().unwrap();
    let init: InitProxy = soon(ipc.connect_address(&listener.address()))
        .await
        .unwrap();
    let (done, last) = oneshot::channel();
    ipc.add_cleanup(&init, || panic!("as a test wants it"));
    ipc.add_cleanup(&init, move || done.send("the last").unwrap());
    drop(init);
    assert_eq!(soon(last).await.unwrap(), "the last");
}

#[tokio::test]
async fn a_late_cleanup_waits_for_earlier_ones() {
    let directory = directory();
    let listener = listen(&Ipc::new().unwrap(), &directory, &Watch::new()).await;
    let ipc = Ipc::new().unwrap();
    let init: InitProxy = soon(ipc.connect_address(&listener.address()))
        .await
        .unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let (begun, running) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let (done, last) = oneshot::channel();
    let first = Arc::clone(&order);
    ipc.add_cleanup(&init, move || {
        begun.send(()).unwrap();
        released.blocking_recv().unwrap();
        first.lock().unwrap().push("first");
    });
    soon(listener.close()).await;
    soon(running).await.unwrap();
    let second = Arc::clone(&order);
    ipc.add_cleanup(&init, move || {
        second.lock().unwrap().push("second");
        done.send(()).unwrap();
    });
    assert!(order.lock().unwrap().is_empty());
    release.send(()).unwrap();
    soon(last).await.unwrap();
    assert_eq!(*order.lock().unwrap(), ["first", "second"]);
}

#[test]
fn a_runtime_goes_while_everything_is_in_use() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let directory = directory();
    let (ended, end) = std::sync::mpsc::channel();
    let kept = runtime.block_on(async {
        let (ipc, watch) = (Ipc::new().unwrap(), Watch::new());
        let listener = listen(&ipc, &directory, &watch).await;
        let init: InitProxy = soon(ipc.connect_address(&listener.address()))
            .await
            .unwrap();
        let echo = soon(init.make_echo()).await.unwrap();
        ipc.add_cleanup(&init, move || ended.send(()).unwrap());
        let waiting = tokio::spawn(echo.echo(WAIT));
        soon(watch.waiting(1)).await;
        (ipc, listener, init, echo, waiting)
    });
    runtime.shutdown_timeout(DEADLINE);
    end.recv_timeout(DEADLINE).unwrap();
    drop(kept);
}
