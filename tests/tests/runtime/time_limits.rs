//! Calls that do not wait for ever.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use generated_examples::v32::echo::EchoProxy;
use ipc_runtime::{ExceptionKind, Proxy};
use ipc_tests::service::{TestEcho, WAIT, Watch};
use tokio::runtime::Builder;

use crate::support::{counts, pair, settled, soon, until};

/// Of calls that are never answered.
const SHORT: Duration = Duration::from_millis(5);
/// Of calls that are.
const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn a_call_has_a_limit() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let before = counts(&pair.ipc);
    let late = soon(echo.echo(WAIT).timeout(SHORT)).await.unwrap_err();
    assert_eq!(late.kind(), ExceptionKind::TimedOut);
    assert_eq!(
        late.to_string(),
        "Echo.echo: there was no answer within 5ms"
    );
    assert!(!late.is_remote());
    // The handler was dropped.
    soon(pair.watch.waiting(0)).await;
    assert_eq!(soon(echo.echo("on").timeout(LONG)).await.unwrap(), "on");
    settled(&pair.ipc, before).await;
}

#[tokio::test]
async fn a_proxy_has_a_limit_for_all_its_calls() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let hasty = echo.with_timeout(SHORT);
    for _ in 0..2 {
        let late = soon(hasty.clone().echo(WAIT)).await.unwrap_err();
        assert_eq!(late.kind(), ExceptionKind::TimedOut);
        soon(pair.watch.waiting(0)).await;
    }
}

#[tokio::test]
async fn the_limit_of_a_call_comes_before_that_of_its_proxy() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let hasty = echo.with_timeout(SHORT);
    let patient = tokio::spawn(hasty.echo(WAIT).timeout(LONG));
    soon(pair.watch.waiting(1)).await;
    pair.watch.release();
    assert_eq!(soon(patient).await.unwrap().unwrap(), WAIT);
    // Other handles have none.
    let unlimited = tokio::spawn(echo.echo(WAIT));
    soon(pair.watch.waiting(1)).await;
    pair.watch.release();
    assert_eq!(soon(unlimited).await.unwrap().unwrap(), WAIT);
}

#[tokio::test]
async fn an_object_of_this_process_has_limits_too() {
    let watch = Watch::new();
    let echo = EchoProxy::new(TestEcho::new(&watch));
    let late = soon(echo.echo(WAIT).timeout(SHORT)).await.unwrap_err();
    assert_eq!(late.kind(), ExceptionKind::TimedOut);
    soon(watch.waiting(0)).await;
    let late = soon(echo.with_timeout(SHORT).echo(WAIT)).await.unwrap_err();
    assert_eq!(late.kind(), ExceptionKind::TimedOut);
}

#[tokio::test]
async fn a_limit_needs_no_clock_of_the_callers_runtime() {
    let pair = pair().await;
    let remote = pair.echo().await;
    let local = EchoProxy::new(TestEcho::new(&pair.watch));
    let brought = pair.init.make_echo().timeout(LONG).pipeline();
    for echo in [remote, local, brought] {
        let elsewhere = echo.clone();
        let late = tokio::task::spawn_blocking(move || {
            let without_clock = Builder::new_current_thread().build().unwrap();
            without_clock.block_on(elsewhere.echo(WAIT).timeout(SHORT))
        });
        let late = soon(late).await.unwrap().unwrap_err();
        assert_eq!(late.kind(), ExceptionKind::TimedOut);
        // A thread without any runtime.
        let late = std::thread::spawn(move || echo.echo(WAIT).timeout(SHORT).wait());
        until(|| late.is_finished()).await;
        let late = late.join().unwrap().unwrap_err();
        assert_eq!(late.kind(), ExceptionKind::TimedOut, "{late}");
    }
    soon(pair.watch.waiting(0)).await;
}

#[tokio::test]
async fn a_limit_counts_for_what_waits_for_another_call() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let late = soon(pair.init.make_echo().pipeline().echo(WAIT).timeout(SHORT));
    assert_eq!(late.await.unwrap_err().kind(), ExceptionKind::TimedOut);
    soon(pair.watch.waiting(0)).await;
    assert_eq!(soon(echo.echo("on")).await.unwrap(), "on");
}

#[test]
fn a_runtime_without_a_clock_is_not_asked_for_one() {
    const NAME: &str = "no clock here";
    static PANICS: AtomicUsize = AtomicUsize::new(0);

    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some(NAME) {
            PANICS.fetch_add(1, Ordering::SeqCst);
        }
        before(panic);
    }));
    let calling = std::thread::Builder::new().name(NAME.to_owned()).spawn(|| {
        let echo = EchoProxy::new(TestEcho::new(&Watch::new()));
        let without_clock = Builder::new_current_thread().build().unwrap();
        without_clock.block_on(echo.echo(WAIT).timeout(SHORT))
    });
    let late = calling.unwrap().join().unwrap().unwrap_err();
    assert_eq!(late.kind(), ExceptionKind::TimedOut);
    assert_eq!(PANICS.load(Ordering::SeqCst), 0, "something panicked");
}
