//! Programs without async: calls that block their thread, and threads that must not be blocked.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use generated_examples::v32::init::InitProxy;
use ipc_runtime::{ExceptionKind, blocking};
use ipc_tests::service::{FAIL, TestInit, WAIT, Watch};
use tempfile::TempDir;

/// A server and a client of it, neither of which has an async line.
struct Both {
    init: InitProxy,
    client: blocking::Ipc,
    _server: blocking::Ipc,
    _listener: ipc_runtime::Listener,
    _directory: TempDir,
}

fn both() -> Both {
    let directory = tempfile::tempdir().unwrap();
    let address = format!("unix:{}", directory.path().join("test.sock").display());
    let server = blocking::Ipc::new().unwrap();
    let listener = (server.listen_address(&address, TestInit(Watch::new()))).unwrap();
    let client = blocking::Ipc::new().unwrap();
    Both {
        init: client.connect_address(&address).unwrap(),
        client,
        _server: server,
        _listener: listener,
        _directory: directory,
    }
}

/// Runs a test on a thread of its own, but not for ever.
fn within(test: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel();
    let thread = thread::spawn(move || {
        test();
        done.send(()).unwrap();
    });
    match ended.recv_timeout(Duration::from_secs(60)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => thread.join().unwrap(),
    }
}

#[test]
fn a_thread_waits_for_its_calls() {
    within(|| {
        let both = both();
        let echo = both.init.make_echo().wait().unwrap();
        assert_eq!(echo.echo("hello").wait().unwrap(), "hello");
        let failed = echo.echo(FAIL).wait().unwrap_err();
        assert_eq!(failed.to_string(), "Echo.echo: failed as asked");
        let early = both.init.make_echo().pipeline();
        assert_eq!(early.echo("early").wait().unwrap(), "early");
    });
}

#[test]
fn many_threads_share_one_proxy() {
    within(|| {
        let both = both();
        let echo = both.init.make_echo().wait().unwrap();
        let threads: Vec<_> = (0..16)
            .map(|thread| {
                let echo = echo.clone();
                thread::spawn(move || {
                    for call in 0..50 {
                        let text = format!("{thread}.{call}");
                        assert_eq!(echo.echo(&text).wait().unwrap(), text);
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

#[test]
fn a_wait_ends_in_time() {
    within(|| {
        let both = both();
        let echo = both.init.make_echo().wait().unwrap();
        let limited = echo.echo(WAIT).timeout(Duration::from_millis(5));
        assert_eq!(limited.wait().unwrap_err().kind(), ExceptionKind::TimedOut);
        assert_eq!(echo.echo("still there").wait().unwrap(), "still there");
    });
}

#[test]
fn a_lost_connection_ends_a_wait() {
    within(|| {
        let both = both();
        let echo = both.init.make_echo().wait().unwrap();
        let waiting = thread::spawn(move || echo.echo(WAIT).wait());
        drop(both);
        let lost = waiting.join().unwrap().unwrap_err();
        assert_eq!(lost.kind(), ExceptionKind::Disconnected, "{lost}");
    });
}

/// What a wait on a thread of a runtime says.
async fn refusal(both: Both) -> (String, String) {
    let call = both.init.make_echo().wait().unwrap_err().to_string();
    let connection = both
        .client
        .connect_address::<InitProxy>("unix:nowhere.sock");
    (call, connection.unwrap_err().to_string())
}

#[test]
fn a_thread_of_a_runtime_is_not_blocked() {
    within(|| {
        for builder in [
            tokio::runtime::Builder::new_current_thread,
            tokio::runtime::Builder::new_multi_thread,
        ] {
            let runtime = builder().enable_all().build().unwrap();
            let (call, connection) = runtime.block_on(refusal(both()));
            assert!(
                call.starts_with("this thread belongs to a tokio runtime"),
                "{call}"
            );
            assert_eq!(call, connection);
        }
    });
}
