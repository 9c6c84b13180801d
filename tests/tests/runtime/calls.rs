//! One call, many calls, failing calls, abandoned calls.

use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::InitProxy;
use ipc_runtime::{Call, Exception, ExceptionKind, Protocol};
use ipc_tests::service::{FAIL, PANIC, TestEcho, WAIT, Watch};

use crate::support::{pair, soon};

#[tokio::test(flavor = "multi_thread")]
async fn text_comes_back_unchanged() {
    let echo = pair().await.echo().await;
    let long = "a".repeat(1 << 20);
    for text in ["hallo", "", "haha", "grüße 你好 🦀", "nul \0 inside", &long] {
        assert_eq!(soon(echo.echo(text)).await.unwrap(), text);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_current_thread_runtime_will_do() {
    let echo = pair().await.echo().await;
    assert_eq!(soon(echo.echo("one thread")).await.unwrap(), "one thread");
}

#[tokio::test]
async fn another_runtime_can_use_a_proxy() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let answer = tokio::task::spawn_blocking(move || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(echo.echo("from elsewhere"))
    });
    assert_eq!(soon(answer).await.unwrap().unwrap(), "from elsewhere");
}

#[test]
fn proxies_and_calls_cross_threads() {
    fn proxy<T: Clone + Send + Sync + std::fmt::Debug + 'static>() {}
    fn call<T: Send + 'static>() {}
    proxy::<InitProxy>();
    proxy::<EchoProxy>();
    proxy::<Exception>();
    call::<Call<String>>();
    call::<Call<EchoProxy>>();
    assert!(size_of::<Exception>() <= size_of::<usize>());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tasks_share_one_handle() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let tasks: Vec<_> = (0..100)
        .map(|task| {
            let echo = echo.clone();
            tokio::spawn(async move {
                for call in 0..20 {
                    let text = format!("{task}.{call}");
                    assert_eq!(echo.echo(&text).await.unwrap(), text);
                }
            })
        })
        .collect();
    for task in tasks {
        soon(task).await.unwrap();
    }
    assert_eq!(pair.watch.calls(), 2000);
}

#[tokio::test]
async fn a_long_wait_holds_up_nobody() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let waiting = tokio::spawn(echo.echo(WAIT));
    soon(pair.watch.waiting(1)).await;
    assert_eq!(soon(echo.echo("quick")).await.unwrap(), "quick");
    pair.watch.release();
    assert_eq!(soon(waiting).await.unwrap().unwrap(), WAIT);
}

#[tokio::test]
async fn a_failing_handler_fails_its_call() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let exception = soon(echo.echo(FAIL)).await.unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Failed);
    assert_eq!(exception.message(), "failed as asked");
    assert_eq!(exception.to_string(), "Echo.echo: failed as asked");
    assert!(exception.is_remote());
    assert_eq!(soon(echo.echo("still there")).await.unwrap(), "still there");
}

#[tokio::test]
async fn kinds_cross_the_wire() {
    let pair = pair().await;
    let overloaded = soon(pair.init.make_mining()).await.unwrap_err();
    assert_eq!(overloaded.kind(), ExceptionKind::Overloaded);
    assert_eq!(overloaded.message(), "no mining today");
    let unimplemented = soon(pair.init.make_rpc()).await.unwrap_err();
    assert_eq!(unimplemented.kind(), ExceptionKind::Unimplemented);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panicking_handler_harms_only_its_call() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let exception = soon(echo.echo(PANIC)).await.unwrap_err();
    assert_eq!(exception.message(), "the handler of Echo.echo panicked");
    assert_eq!(soon(echo.echo("still there")).await.unwrap(), "still there");
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_before_it_is_sent() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let exception = soon(echo.echo("x".repeat(64 << 20))).await.unwrap_err();
    assert!(
        exception.message().contains("the limit is 67108864"),
        "{exception}"
    );
    assert!(!exception.is_remote());
    assert_eq!(pair.watch.calls(), 0);
    assert_eq!(soon(echo.echo("still there")).await.unwrap(), "still there");
}

#[tokio::test]
async fn a_dropped_call_stops_its_handler() {
    let pair = pair().await;
    let echo = pair.echo().await;
    let call = tokio::spawn(echo.echo(WAIT));
    soon(pair.watch.waiting(1)).await;
    call.abort();
    soon(pair.watch.waiting(0)).await;
    assert_eq!(soon(echo.echo("still there")).await.unwrap(), "still there");
}

#[tokio::test]
async fn a_call_that_is_never_awaited_is_never_made() {
    let pair = pair().await;
    let echo = pair.echo().await;
    drop(echo.echo("unheard"));
    soon(echo.echo("heard")).await.unwrap();
    assert_eq!(pair.watch.calls(), 1);
}

#[tokio::test]
async fn an_object_of_another_interface_answers_unimplemented() {
    let pair = pair().await;
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let _serving = pair
        .ipc
        .protocol()
        .serve(theirs, TestEcho::new(&pair.watch));
    let init = soon(pair.ipc.protocol().connect::<InitProxy>(ours)).await;
    let exception = init.unwrap_err();
    assert_eq!(exception.kind(), ExceptionKind::Unimplemented);
    assert!(exception.message().contains("Echo"), "{exception}");
}

#[tokio::test]
async fn an_interface_without_construct_needs_no_handshake() {
    let pair = pair().await;
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let _serving = pair
        .ipc
        .protocol()
        .serve(theirs, TestEcho::new(&pair.watch));
    let echo: EchoProxy = soon(pair.ipc.protocol().connect(ours)).await.unwrap();
    assert_eq!(soon(echo.echo("no threads")).await.unwrap(), "no threads");
}

#[tokio::test]
async fn a_local_proxy_behaves_like_a_remote_one() {
    let watch = Watch::new();
    let echo = EchoProxy::new(TestEcho::new(&watch));
    assert_eq!(soon(echo.echo("here")).await.unwrap(), "here");
    let exception = soon(echo.echo(FAIL)).await.unwrap_err();
    assert_eq!(exception.to_string(), "Echo.echo: failed as asked");
    assert!(!exception.is_remote());
    drop(echo);
    soon(watch.echoes(0)).await;
}
