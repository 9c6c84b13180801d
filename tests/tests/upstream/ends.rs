//! Connections that end before, during and after calls.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ipc_runtime::{Call, EngineKind, ExceptionKind, Proxy};
use ipc_tests::foo::{FooCallbackProxy, FooInterfaceProxy};
use ipc_tests::our_foo::CLOSE;
use tokio::sync::mpsc;

use crate::support::{BOTH, Engines, Scene, begin, disconnected, soon, until, waiting};

pairings! {
    upstream_02_a_call_after_the_client_has_closed
    upstream_03_a_call_after_the_server_has_closed
    upstream_04_a_disconnect_during_a_call_without_a_thread
    upstream_05_a_disconnect_during_a_call_on_a_thread
    upstream_05_a_handler_that_runs_to_its_end_after_a_disconnect
    upstream_06_connections_that_make_a_thread_and_leave
    upstream_07_a_disconnect_before_a_call_begins
    upstream_08_a_disconnect_before_the_answer
    upstream_09_destroying_what_went_with_its_connection
    upstream_09_a_saved_callback_goes_with_its_connection
}

async fn upstream_02_a_call_after_the_client_has_closed(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        assert_eq!(soon(scene.foo.add(1, 2)).await.unwrap(), 3);
        soon(scene.client.shutdown(Duration::ZERO)).await;
        disconnected(soon(scene.foo.add(1, 2)).await);
        disconnected(soon(scene.foo.call_int_fn_async(3)).await);
        scene.leave().await;
    }
}

async fn upstream_03_a_call_after_the_server_has_closed(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        assert_eq!(soon(scene.foo.add(1, 2)).await.unwrap(), 3);
        scene.server.disconnect_incoming();
        // The other engine may still answer in the meantime.
        soon(scene.client.disconnected(&scene.foo)).await;
        disconnected(soon(scene.foo.add(1, 2)).await);
        disconnected(soon(scene.foo.call_int_fn_async(3)).await);
        scene.leave().await;
    }
}

/// Either side closes while a call runs.
async fn closed_during(engines: Engines, call: impl Fn(&FooInterfaceProxy) -> Call<()>) {
    for threads in BOTH {
        for by_the_client in [true, false] {
            let scene = Scene::new(engines, threads).await;
            scene.seen.call_fn_waits.store(true, Ordering::SeqCst);
            let call = tokio::spawn(call(&scene.foo));
            waiting(&scene.seen, 1).await;
            close(&scene, by_the_client).await;
            disconnected(soon(call).await.unwrap());
            // Its handler was dropped.
            waiting(&scene.seen, 0).await;
            scene.leave().await;
        }
    }
}

async fn close(scene: &Scene, by_the_client: bool) {
    match by_the_client {
        true => drop(soon(scene.client.shutdown(Duration::ZERO)).await),
        false => scene.server.disconnect_incoming(),
    }
}

async fn upstream_04_a_disconnect_during_a_call_without_a_thread(engines: Engines) {
    closed_during(engines, FooInterfaceProxy::call_fn).await;
}

async fn upstream_05_a_disconnect_during_a_call_on_a_thread(engines: Engines) {
    closed_during(engines, FooInterfaceProxy::call_fn_async).await;
}

async fn upstream_05_a_handler_that_runs_to_its_end_after_a_disconnect(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        scene.seen.runs_to_end.store(true, Ordering::SeqCst);
        let call = tokio::spawn(scene.foo.call_fn_async());
        waiting(&scene.seen, 1).await;
        close(&scene, true).await;
        disconnected(soon(call).await.unwrap());
        until(|| scene.server.stats().connections == 0).await;
        assert_eq!(*scene.seen.waiting.borrow(), 1);
        scene.seen.let_out();
        scene.leave().await;
    }
}

async fn upstream_06_connections_that_make_a_thread_and_leave(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        for round in 0..30 {
            let (client, foo) = scene.another().await;
            soon(foo.init_thread_map()).await.unwrap();
            let mut call = foo.pinned().call_int_fn_async(7);
            // Asks for a thread, and calls on its promise.
            begin(&mut call).await;
            match round % 3 {
                0 => drop(call),
                1 => drop((foo, call)),
                _ => drop(soon(client.shutdown(Duration::ZERO)).await),
            }
        }
        scene.leave().await;
    }
}

async fn upstream_07_a_disconnect_before_a_call_begins(engines: Engines) {
    for threads in BOTH {
        for by_the_client in [true, false] {
            let scene = Scene::new(engines, threads).await;
            let pinned = scene.foo.pinned();
            let first = tokio::spawn(pinned.call_fn_async());
            waiting(&scene.seen, 1).await;
            let before = scene.server.stats().incoming_calls;
            let others: Vec<_> = (0..10)
                .map(|number| tokio::spawn(pinned.call_int_fn_async(number)))
                .collect();
            until(|| scene.server.stats().incoming_calls == before + 10).await;
            close(&scene, by_the_client).await;
            disconnected(soon(first).await.unwrap());
            for call in others {
                disconnected(soon(call).await.unwrap());
            }
            let seen = Arc::clone(&scene.seen);
            drop(pinned);
            scene.leave().await;
            // The other engine drops calls one after the other, and some begin meanwhile.
            if engines.1 == EngineKind::Native {
                assert_eq!(seen.numbers(), []);
            }
        }
    }
}

async fn upstream_08_a_disconnect_before_the_answer(engines: Engines) {
    for threads in BOTH {
        for _ in 0..10 {
            let scene = Scene::new(engines, threads).await;
            // Its handler closes the connection, and returns then. The other engine still sends the answer.
            let outcome = soon(scene.foo.call_int_fn_async(CLOSE)).await;
            if engines.1 == EngineKind::Native || outcome.is_err() {
                disconnected(outcome);
            }
            disconnected(soon(scene.foo.call_int_fn_async(7)).await);
            assert_eq!(scene.seen.numbers(), [CLOSE]);
            scene.leave().await;
        }
    }
}

async fn upstream_09_destroying_what_went_with_its_connection(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let callback = FooCallbackProxy::new(|arg: i32| async move { Ok(arg) });
        soon(scene.foo.save_callback(Some(callback))).await.unwrap();
        close(&scene, true).await;
        until(|| scene.server.stats().connections == 0).await;
        let saved = scene.seen.saved.lock().unwrap().take().unwrap();
        disconnected(soon(saved.clone().destroy()).await);
        // It was destroyed, whatever came of that.
        soon(saved.clone().destroy()).await.unwrap();
        drop(saved);
        scene.leave().await;
    }
}

async fn upstream_09_a_saved_callback_goes_with_its_connection(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        for _ in 0..10 {
            let (client, foo) = scene.another().await;
            soon(foo.init_thread_map()).await.unwrap();
            let (keep, mut gone) = mpsc::unbounded_channel::<()>();
            let callback = FooCallbackProxy::new(move |arg: i32| {
                let _keep = &keep;
                async move { Ok(arg) }
            });
            soon(foo.save_callback(Some(callback))).await.unwrap();
            soon(client.shutdown(Duration::ZERO)).await;
            assert_eq!(soon(gone.recv()).await, None);
            until(|| scene.server.stats().connections == 1).await;
            // The failures of the server's own calls are failures like others to its clients.
            for outcome in [
                soon(scene.foo.callback_saved(1)).await.map(drop),
                soon(scene.foo.save_callback(None)).await,
            ] {
                assert_eq!(outcome.unwrap_err().kind(), ExceptionKind::Failed);
            }
        }
        scene.leave().await;
    }
}
