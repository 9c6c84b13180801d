//! A Python client puts a Rust server through the cases of `tests/interop/client.py`.

use std::collections::HashMap;
use std::future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use generated_examples::v32::common::BlockRef;
use generated_examples::v32::echo::{Echo, EchoProxy};
use generated_examples::v32::init::Init;
use generated_examples::v32::mining::{
    BlockCheckOptions, BlockCreateOptions, BlockTemplateProxy, Mining, MiningCheckBlockResults,
    MiningProxy, MiningSubmitBlockResults,
};
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{Exception, Ipc};
use ipc_tests::peers::within;
use tokio::sync::{Notify, watch};

use crate::{python, run_client};

/// What the objects of one server share.
#[derive(Clone, Default)]
struct Shared {
    signals: Arc<Mutex<HashMap<String, Arc<Notify>>>>,
    /// How many Echo objects are alive.
    alive: watch::Sender<usize>,
}

impl Shared {
    fn signal(&self, key: &str) -> Arc<Notify> {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(signals.entry(key.to_owned()).or_default())
    }
}

struct ServedInit(Shared);

impl Init for ServedInit {
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        Ok(EchoProxy::new(ServedEcho::new(self.0.clone())))
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        Err(Exception::failed(
            "Old mining interface (@2) not supported. Please update your client!",
        ))
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        Ok(MiningProxy::new(ServedMining))
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        Err(Exception::failed("no Rpc here"))
    }
}

/// Follows the texts that `client.py` calls its script.
struct ServedEcho {
    shared: Shared,
    turns: AtomicUsize,
}

impl ServedEcho {
    fn new(shared: Shared) -> Self {
        shared.alive.send_modify(|alive| *alive += 1);
        Self {
            shared,
            turns: AtomicUsize::new(0),
        }
    }
}

impl Drop for ServedEcho {
    fn drop(&mut self) {
        self.shared.alive.send_modify(|alive| *alive -= 1);
    }
}

impl Echo for ServedEcho {
    async fn echo(&self, echo: String) -> Result<String, Exception> {
        match echo.split_once(':') {
            Some(("wait", key)) => self.shared.signal(key).notified().await,
            Some(("signal", key)) => self.shared.signal(key).notify_one(),
            Some(("turn", _)) => {
                return Ok(self.turns.fetch_add(1, Ordering::SeqCst).to_string());
            }
            Some(("fail", text)) => return Err(Exception::failed(text)),
            _ if echo == "hang" => future::pending().await,
            _ => {}
        }
        Ok(echo)
    }
}

struct ServedMining;

fn not_served<T>() -> Result<T, Exception> {
    Err(Exception::failed("not served by this test"))
}

impl Mining for ServedMining {
    async fn is_test_chain(&self) -> Result<bool, Exception> {
        Ok(true)
    }

    async fn is_initial_block_download(&self) -> Result<bool, Exception> {
        Ok(false)
    }

    async fn get_tip(&self) -> Result<Option<BlockRef>, Exception> {
        Ok(Some(BlockRef {
            hash: vec![7; 32],
            height: 1,
        }))
    }

    async fn wait_tip_changed(&self, _: Vec<u8>, _: f64) -> Result<Option<BlockRef>, Exception> {
        not_served()
    }

    async fn create_new_block(
        &self,
        _: BlockCreateOptions,
        _: bool,
    ) -> Result<Option<BlockTemplateProxy>, Exception> {
        not_served()
    }

    async fn check_block(
        &self,
        _: Vec<u8>,
        _: BlockCheckOptions,
    ) -> Result<MiningCheckBlockResults, Exception> {
        not_served()
    }

    async fn interrupt(&self) -> Result<(), Exception> {
        not_served()
    }

    async fn submit_block(&self, _: Vec<u8>) -> Result<MiningSubmitBlockResults, Exception> {
        not_served()
    }

    async fn get_transactions_by_tx_id(&self, _: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, Exception> {
        not_served()
    }

    async fn get_transactions_by_witness_id(
        &self,
        _: Vec<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>, Exception> {
        not_served()
    }
}

async fn serve_case(name: &str) {
    let Some(python) = python() else { return };
    let case = name.replace('_', "-");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let address = format!("unix:{}", folder.path().join("rust.sock").display());
    let shared = Shared::default();
    let mut alive = shared.alive.subscribe();

    let ipc = Ipc::new().expect("an Ipc");
    let listener = within(
        "listening",
        ipc.listen_address(&address, ServedInit(shared)),
    )
    .await
    .expect("the address is free");
    let lines = run_client(&python, &[&address, &case]).await;
    assert_eq!(lines, [format!("ok {case}")]);

    // The client is gone: nothing that it held may live on, pending calls included.
    within(
        "dropping what the client held",
        alive.wait_for(|alive| *alive == 0),
    )
    .await
    .expect("the sender lives in the server");
    drop(listener);
}

macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        const CASES: &[&str] = &[$(stringify!($name)),*];

        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                serve_case(stringify!($name)).await;
            }
        )*
    };
}

cases! {
    construct,
    make_thread,
    pipelined,
    texts,
    large_text,
    many_calls,
    fifo,
    fifo_promised_thread,
    fifo_blocked,
    threads,
    parallel,
    thread_name,
    callback_thread,
    foreign_thread,
    thread_of_other_connection,
    wrong_object_as_thread,
    broken_thread,
    no_thread,
    no_thread_served,
    pool,
    destroy,
    destroy_twice,
    release,
    unimplemented,
    error_text,
    raised,
    cancel,
    disconnect,
    disconnect_early,
    garbage,
    connections,
    mining,
}

/// Cases that a Rust server cannot or need not pass.
const NOT_TESTED: &[&str] = &[
    // A Rust method returns an object or an error, never null.
    "mining-null",
    // The calls of a Thread run in order; Cap'n Proto lets their answers overtake each other.
    "answers-in-order",
    // capnp-rpc may let calls on an object that is still a promise overtake each other; see
    // docs/adr/0003-capnp-rpc-on-a-thread.md.
    "fifo-pipelined",
];

#[tokio::test]
async fn every_case_of_the_client_is_tested() {
    let Some(python) = python() else { return };
    let listed = run_client(&python, &["--list"]).await;
    for line in listed {
        let case = line.split_whitespace().next().unwrap_or_default();
        let tested = CASES.contains(&case.replace('-', "_").as_str()) || NOT_TESTED.contains(&case);
        assert!(tested, "client.py has the case {case}, and no test runs it");
    }
}
