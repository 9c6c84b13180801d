//! Objects of the client that the server calls.

use std::pin::Pin;
use std::sync::Arc;

use ipc_runtime::{Exception, Ipc, Threads};
use ipc_tests::foo::{FooCallbackProxy, FooInterfaceProxy};
use ipc_tests::foo_calls::{Multiples, tripled};
use ipc_tests::our_foo::CALL_SAVED_LATER;
use tokio::sync::oneshot::error::TryRecvError;

use crate::support::{BOTH, Engines, Scene, soon};

pairings! {
    upstream_01_thread_maps_are_exchanged
    upstream_01_callbacks_of_every_kind
    upstream_01_a_saved_callback_lives_until_another_is_saved
    upstream_01_a_saved_callback_is_forgotten_for_null
    upstream_01_a_callback_calls_back
    a_callback_is_called_outside_of_calls
    callbacks_nest_to_depth_100
}

async fn upstream_01_thread_maps_are_exchanged(engines: Engines) {
    let serving = Ipc::builder().threads(Threads::Dedicated);
    let scene = Scene::without_threads(engines, serving).await;
    let call = scene.foo.call_int_fn_async(7);
    soon(call).await.expect_err("it has no thread");
    // Once more makes no difference.
    for _ in 0..2 {
        soon(scene.foo.init_thread_map()).await.unwrap();
        assert_eq!(soon(scene.foo.call_int_fn_async(7)).await.unwrap(), 7);
    }
    scene.leave().await;
}

async fn upstream_01_callbacks_of_every_kind(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        soon(call_every_kind(&scene.foo)).await.unwrap();
        scene.leave().await;
    }
}

async fn call_every_kind(foo: &FooInterfaceProxy) -> Result<(), Exception> {
    assert_eq!(foo.callback(Multiples, 1).await?, 2);
    assert_eq!(foo.callback_unique(Multiples, 2).await?, 4);
    let shared = Arc::new(Multiples);
    assert_eq!(foo.callback_shared(Arc::clone(&shared), 3).await?, 6);
    assert_eq!(foo.callback_extended(Multiples, 1).await?, 10);
    assert_eq!(foo.pass_fn(|| async { Ok(10) }).await?, 10);
    foo.call_fn().await?;
    foo.call_int_fn_async(7).await?;
    Ok(())
}

async fn upstream_01_a_saved_callback_lives_until_another_is_saved(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let (callback, mut dropped) = tripled();
        soon(scene.foo.save_callback(Some(callback))).await.unwrap();
        for _ in 0..3 {
            assert_eq!(soon(scene.foo.callback_saved(2)).await.unwrap(), 6);
        }
        assert_eq!(dropped.try_recv(), Err(TryRecvError::Empty));
        let other = FooCallbackProxy::new(Multiples);
        soon(scene.foo.save_callback(Some(other))).await.unwrap();
        // The first one was destroyed, and what it held with it.
        soon(dropped).await.expect_err("nobody keeps it");
        assert_eq!(soon(scene.foo.callback_saved(2)).await.unwrap(), 4);
        scene.leave().await;
    }
}

async fn upstream_01_a_saved_callback_is_forgotten_for_null(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let (callback, mut dropped) = tripled();
        let kept = callback.clone();
        soon(scene.foo.save_callback(Some(callback))).await.unwrap();
        soon(scene.foo.save_callback(None)).await.unwrap();
        let error = soon(scene.foo.callback_saved(2)).await.unwrap_err();
        assert_eq!(error.message(), "nothing was saved");
        // It was destroyed for the server, not for its owner here.
        assert_eq!(dropped.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(soon(kept.call(2)).await.unwrap(), 6);
        drop(kept);
        soon(dropped).await.expect_err("nobody keeps it");
        scene.leave().await;
    }
}

async fn upstream_01_a_callback_calls_back(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let inner = scene.foo.clone();
        let outer = move |arg: i32| {
            let inner = inner.clone();
            async move { inner.callback(Multiples, arg + 1).await }
        };
        assert_eq!(soon(scene.foo.callback(outer, 1)).await.unwrap(), 4);
        scene.leave().await;
    }
}

async fn a_callback_is_called_outside_of_calls(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let (callback, _dropped) = tripled();
        soon(scene.foo.save_callback(Some(callback))).await.unwrap();
        for count in 1..=20 {
            soon(scene.foo.call_int_fn_async(CALL_SAVED_LATER))
                .await
                .unwrap();
            let mut called = scene.seen.called_later.subscribe();
            let called = soon(called.wait_for(|calls| calls.len() == count))
                .await
                .unwrap();
            let last = called.last().unwrap().as_ref();
            assert_eq!(last.map_err(ToString::to_string), Ok(&6));
        }
        scene.leave().await;
    }
}

async fn callbacks_nest_to_depth_100(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let depth = soon(recursive(scene.foo.clone(), 0)).await;
        assert_eq!(depth.unwrap(), 100);
        scene.leave().await;
    }
}

/// Calls the server, which calls back, and so on; the answer is how deep it went.
fn recursive(
    foo: FooInterfaceProxy,
    depth: i32,
) -> Pin<Box<dyn Future<Output = Result<i32, Exception>> + Send>> {
    Box::pin(async move {
        if depth == 100 {
            return Ok(0);
        }
        let inner = foo.clone();
        let next = move |depth: i32| recursive(inner.clone(), depth);
        Ok(foo.callback(next, depth + 1).await? + 1)
    })
}
