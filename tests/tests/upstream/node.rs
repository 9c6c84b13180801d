//! What Core's functional test asks of a node's first objects, asked of a small one of ours.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use generated_examples::v32::init::InitProxy;
use generated_examples::v32::mining::{
    BlockCreateOptions, BlockTemplateProxy, BlockWaitOptions, MiningProxy,
};
use ipc_runtime::{ExceptionKind, Ipc, Protocol, Proxy, Stats, Threads};
use ipc_tests::service::Watch;

use crate::mini_node::{Chain, MiniNode};
use crate::support::{BOTH, Engines, disconnected, soon, until};

pairings! {
    upstream_29_echo
    upstream_30_mining
    upstream_31_deprecated_mining
    upstream_32_an_unclean_disconnect_during_a_wait
    upstream_33_three_waits_on_one_thread
}

/// A node, and a client of it.
struct Scene {
    chain: Arc<Chain>,
    watch: Arc<Watch>,
    node: Ipc,
    client: Ipc,
    init: InitProxy,
}

impl Scene {
    async fn new(engines: Engines, threads: Threads) -> Self {
        let node = Ipc::builder()
            .engine(engines.1)
            .threads(threads)
            .build()
            .unwrap();
        let (chain, watch) = (Arc::default(), Watch::new());
        let first = MiniNode {
            chain: Arc::clone(&chain),
            watch: Arc::clone(&watch),
        };
        let (ours, theirs) = UnixStream::pair().unwrap();
        let serving = node.clone();
        tokio::spawn(async move { serving.protocol().serve(theirs, first).await });
        let client = Ipc::builder().engine(engines.0).build().unwrap();
        let init = soon(client.protocol().connect(ours)).await.unwrap();
        Self {
            chain,
            watch,
            node,
            client,
            init,
        }
    }

    async fn mining(&self) -> MiningProxy {
        soon(self.init.make_mining()).await.unwrap()
    }

    async fn template(&self) -> BlockTemplateProxy {
        let options = BlockCreateOptions::default();
        soon(self.mining().await.create_new_block(options, false))
            .await
            .unwrap()
    }

    /// Leaves the node: nothing is left there then.
    async fn leave(self) {
        drop(self.init);
        soon(self.watch.echoes(0)).await;
        until(|| self.chain.templates.load(Ordering::SeqCst) == 0).await;
        for ipc in [&self.client, &self.node] {
            until(|| ipc.stats() == Stats::default()).await;
        }
    }
}

async fn upstream_29_echo(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let echo = soon(scene.init.make_echo()).await.unwrap();
        for text in ["hallo", "", "haha"] {
            assert_eq!(soon(echo.echo(text)).await.unwrap(), text);
        }
        soon(echo.destroy()).await.unwrap();
        soon(scene.watch.echoes(0)).await;
        scene.leave().await;
    }
}

async fn upstream_30_mining(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let mining = scene.mining().await;
        assert!(soon(mining.is_test_chain()).await.unwrap());
        assert!(!soon(mining.is_initial_block_download()).await.unwrap());
        scene.chain.mine();
        let tip = soon(mining.get_tip()).await.unwrap().unwrap();
        assert_eq!((tip.hash, tip.height), (vec![1; 32], 1));
        drop(mining);
        scene.leave().await;
    }
}

async fn upstream_31_deprecated_mining(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let error = soon(scene.init.make_mining_old2()).await.unwrap_err();
        assert_eq!(error.kind(), ExceptionKind::Failed);
        assert!(error.is_remote());
        assert_eq!(
            error.message(),
            "std::exception: Old mining interface (@2) not supported. Please update your client!"
        );
        scene.leave().await;
    }
}

async fn upstream_32_an_unclean_disconnect_during_a_wait(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let template = scene.template().await;
        let wait = tokio::spawn(template.wait_next(BlockWaitOptions::default()));
        until(|| *scene.chain.waiting.borrow() == 1).await;
        soon(scene.client.shutdown(Duration::ZERO)).await;
        disconnected(soon(wait).await.unwrap());
        until(|| scene.node.stats().connections == 0).await;
        // It waits on, and what it brings then goes to nobody.
        assert_eq!(*scene.chain.waiting.borrow(), 1);
        scene.chain.mine();
        until(|| *scene.chain.waiting.borrow() == 0).await;
        drop(template);
        scene.leave().await;
    }
}

async fn upstream_33_three_waits_on_one_thread(engines: Engines) {
    for threads in BOTH {
        let scene = Scene::new(engines, threads).await;
        let template = scene.template().await;
        let pinned = template.pinned();
        let before = scene.node.stats().incoming_calls;
        let waits = [(); 3].map(|()| tokio::spawn(pinned.wait_next(BlockWaitOptions::default())));
        until(|| scene.node.stats().incoming_calls == before + 3).await;
        scene.chain.mine();
        let mut found = Vec::new();
        for wait in waits {
            found.push(soon(wait).await.unwrap().unwrap().unwrap());
        }
        assert_eq!(scene.chain.templates.load(Ordering::SeqCst), 4);
        for template in found {
            soon(template.destroy()).await.unwrap();
        }
        drop(pinned);
        soon(template.destroy()).await.unwrap();
        assert_eq!(scene.chain.templates.load(Ordering::SeqCst), 0);
        scene.leave().await;
    }
}
