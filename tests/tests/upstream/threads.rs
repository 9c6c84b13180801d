//! Calls on one thread, on a pool, and on none.

use ipc_runtime::{ExceptionKind, Ipc, Proxy, Threads};
use tokio::task::JoinSet;

use crate::support::{BOTH, Engines, Scene, soon, waiting};

pairings! {
    upstream_10_calls_on_one_thread
    upstream_11_calls_on_a_pool
    upstream_12_calls_without_a_thread_or_a_pool
}

async fn upstream_10_calls_on_one_thread(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let pinned = scene.foo.pinned();
        let first = tokio::spawn(pinned.call_fn_async());
        waiting(&scene.seen, 1).await;
        let second = tokio::spawn(pinned.call_fn_async());
        let others: Vec<_> = (10..30)
            .map(|number| tokio::spawn(pinned.call_int_fn_async(number)))
            .collect();
        // Other threads have nothing to do with it.
        assert_eq!(soon(scene.foo.call_int_fn_async(6)).await.unwrap(), 6);
        assert_eq!(soon(scene.foo.add(1, 2)).await.unwrap(), 3);
        assert!(!second.is_finished());
        assert_eq!(*scene.seen.waiting.borrow(), 1);
        scene.seen.let_out();
        soon(first).await.unwrap().unwrap();
        waiting(&scene.seen, 1).await;
        assert_eq!(scene.seen.numbers(), [6]);
        scene.seen.let_out();
        soon(second).await.unwrap().unwrap();
        for call in others {
            soon(call).await.unwrap().unwrap();
        }
        let expected: Vec<_> = std::iter::once(6).chain(10..30).collect();
        assert_eq!(scene.seen.numbers(), expected);
        drop(pinned);
        scene.leave().await;
    }
}

/// A client asks for a pool when it needs a second thread.
async fn upstream_11_calls_on_a_pool(engines: Engines) {
    let scene = Scene::new(engines, Threads::Dedicated).await;
    let mut long = JoinSet::new();
    for _ in 0..3 {
        long.spawn(scene.foo.call_fn_async());
    }
    waiting(&scene.seen, 3).await;
    let names = soon(async {
        loop {
            scene.foo.call_int_fn_async(7).await.unwrap();
            let last = scene.seen.begun.lock().unwrap().pop().unwrap();
            match last.1 {
                Some(name) if name.starts_with("pool/") => break name,
                _ => tokio::task::yield_now().await,
            }
        }
    });
    names.await;
    scene.seen.let_out();
    while let Some(outcome) = soon(long.join_next()).await {
        outcome.unwrap().unwrap();
    }
    scene.leave().await;
}

async fn upstream_12_calls_without_a_thread_or_a_pool(engines: Engines) {
    let serving = Ipc::builder().threads(Threads::Dedicated);
    let scene = Scene::without_threads(engines, serving).await;
    let error = soon(scene.foo.call_int_fn_async(7)).await.unwrap_err();
    let text = "no thread specified and no pool configured";
    assert_eq!(error.kind(), ExceptionKind::Failed);
    assert!(error.message().ends_with(text), "{error}");
    scene.leave().await;
    // Tasks need no threads.
    let scene = Scene::without_threads(engines, Ipc::builder()).await;
    assert_eq!(soon(scene.foo.call_int_fn_async(7)).await.unwrap(), 7);
    scene.leave().await;
}
