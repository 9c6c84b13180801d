//! Whatever happens, nothing is left of it.

use std::time::Duration;

use generated_examples::v32::echo::EchoProxy;
use ipc_runtime::{Proxy, Stats, Threads};
use ipc_tests::service::{FAIL, PANIC, WAIT};

use crate::support::{Pair, answering, begin, calling, counts, pair_of, settled, soon, until};

/// One of everything.
async fn workload(pair: &Pair) {
    let echo = pair.echo().await;
    soon(echo.echo("text")).await.unwrap();
    soon(echo.echo(FAIL)).await.unwrap_err();
    soon(echo.echo(PANIC)).await.unwrap_err();
    soon(pair.init.make_mining()).await.unwrap_err();
    soon(pair.init.make_mining().pipeline().is_test_chain())
        .await
        .unwrap_err();
    soon(pair.init.make_echo().pipeline().echo("text"))
        .await
        .unwrap();
    drop(pair.init.make_echo().pipeline());
    drop(echo.echo("never made"));
    soon(echo.echo(WAIT).timeout(Duration::from_millis(1)))
        .await
        .unwrap_err();
    let mut waiting: Vec<_> = (0..10).map(|_| echo.echo(WAIT)).collect();
    for call in &mut waiting {
        begin(call).await;
    }
    drop(waiting);
    let others: Vec<EchoProxy> = (0..10).map(|_| pair.init.make_echo().pipeline()).collect();
    for other in others {
        soon(other.echo("text")).await.unwrap();
    }
    soon(pair.echo().await.destroy()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_them_return_to_zero() {
    for threads in [Threads::Tasks, Threads::Dedicated] {
        let pair = pair_of(calling(), answering().threads(threads)).await;
        for _ in 0..3 {
            workload(&pair).await;
        }
        soon(pair.watch.echoes(0)).await;
        let Pair {
            ipc,
            server,
            init,
            serving,
            ..
        } = pair;
        drop(init);
        soon(serving).await.unwrap().unwrap();
        until(|| ipc.stats() == Stats::default()).await;
        until(|| server.stats() == Stats::default()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_leaves_nothing_wherever_it_is_dropped() {
    let pair = pair_of(
        calling().peer_threads(1),
        answering().threads(Threads::Dedicated),
    )
    .await;
    let echo = pair.echo().await;
    soon(echo.echo("text")).await.unwrap();
    let before = counts(&pair.ipc);

    // Not polled.
    drop(echo.echo(WAIT));
    assert_eq!(counts(&pair.ipc), before);

    // Sent.
    let mut sent = echo.echo(WAIT);
    begin(&mut sent).await;
    soon(pair.watch.waiting(1)).await;
    // Waiting for a thread.
    let mut waiting = echo.echo("nobody hears it");
    begin(&mut waiting).await;
    drop(waiting);
    drop(sent);
    soon(pair.watch.waiting(0)).await;
    settled(&pair.ipc, before).await;

    // Answered, but not polled since.
    let calls = pair.watch.calls();
    let mut answered = echo.echo(WAIT);
    begin(&mut answered).await;
    soon(pair.watch.waiting(1)).await;
    pair.watch.release();
    soon(pair.watch.waiting(0)).await;
    drop(answered);
    settled(&pair.ipc, before).await;
    assert_eq!(soon(echo.echo("on")).await.unwrap(), "on");
    // Each was heard once, and what waited not at all.
    assert_eq!(pair.watch.calls(), calls + 2);
}
