//! As much of a node as the upstream tests of its interfaces ask for: a chain of numbers, whose templates wait for
//! the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use generated_examples::v32::common::BlockRef;
use generated_examples::v32::echo::EchoProxy;
use generated_examples::v32::init::Init;
use generated_examples::v32::mining::{
    BlockCheckOptions, BlockCreateOptions, BlockTemplate, BlockTemplateProxy,
    BlockTemplateSubmitSolutionResults, BlockWaitOptions, CoinbaseTx, Mining,
    MiningCheckBlockResults, MiningProxy, MiningSubmitBlockResults,
};
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::{Caller, Exception};
use ipc_tests::service::{TestEcho, Watch};
use tokio::sync::watch;

/// What a test sees and does of a node.
#[derive(Default)]
pub(crate) struct Chain {
    pub(crate) height: watch::Sender<i32>,
    /// Calls of `waitNext` that wait.
    pub(crate) waiting: watch::Sender<usize>,
    /// Templates that live.
    pub(crate) templates: Arc<AtomicUsize>,
}

impl Chain {
    /// Finds a block.
    pub(crate) fn mine(&self) {
        self.height.send_modify(|height| *height += 1);
    }

    /// What the first byte of a hash says.
    fn tip(&self) -> BlockRef {
        let height = *self.height.borrow();
        BlockRef {
            hash: vec![height as u8; 32],
            height,
        }
    }

    fn template(self: &Arc<Self>) -> BlockTemplateProxy {
        self.templates.fetch_add(1, Ordering::SeqCst);
        BlockTemplateProxy::new(Template {
            chain: Arc::clone(self),
            height: *self.height.borrow(),
        })
    }
}

/// The node's first object.
pub(crate) struct MiniNode {
    pub(crate) chain: Arc<Chain>,
    pub(crate) watch: Arc<Watch>,
}

impl Init for MiniNode {
    async fn make_echo(&self) -> Result<EchoProxy, Exception> {
        Ok(EchoProxy::new(TestEcho::new(&self.watch)))
    }

    async fn make_mining_old2(&self) -> Result<(), Exception> {
        Err(Exception::failed(
            "std::exception: Old mining interface (@2) not supported. Please update your client!",
        ))
    }

    async fn make_mining(&self) -> Result<MiningProxy, Exception> {
        Ok(MiningProxy::new(Miner(Arc::clone(&self.chain))))
    }

    async fn make_rpc(&self) -> Result<RpcProxy, Exception> {
        not_served()
    }
}

fn not_served<T>() -> Result<T, Exception> {
    Err(Exception::failed("not served by this node"))
}

struct Miner(Arc<Chain>);

impl Mining for Miner {
    async fn is_test_chain(&self) -> Result<bool, Exception> {
        Ok(true)
    }

    async fn is_initial_block_download(&self) -> Result<bool, Exception> {
        Ok(false)
    }

    async fn get_tip(&self) -> Result<Option<BlockRef>, Exception> {
        Ok(Some(self.0.tip()))
    }

    async fn wait_tip_changed(&self, _: Vec<u8>, _: f64) -> Result<Option<BlockRef>, Exception> {
        not_served()
    }

    async fn create_new_block(
        &self,
        _: BlockCreateOptions,
        _: bool,
    ) -> Result<BlockTemplateProxy, Exception> {
        Ok(self.0.template())
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

struct Template {
    chain: Arc<Chain>,
    height: i32,
}

impl Drop for Template {
    fn drop(&mut self) {
        self.chain.templates.fetch_sub(1, Ordering::SeqCst);
    }
}

impl BlockTemplate for Template {
    async fn get_block_header(&self) -> Result<Vec<u8>, Exception> {
        not_served()
    }

    async fn get_block(&self) -> Result<Vec<u8>, Exception> {
        not_served()
    }

    async fn get_tx_fees(&self) -> Result<Vec<i64>, Exception> {
        not_served()
    }

    async fn get_tx_sigops(&self) -> Result<Vec<i64>, Exception> {
        not_served()
    }

    async fn get_coinbase_tx(&self) -> Result<CoinbaseTx, Exception> {
        not_served()
    }

    async fn get_coinbase_merkle_path(&self) -> Result<Vec<Vec<u8>>, Exception> {
        not_served()
    }

    async fn submit_solution_old7(
        &self,
        _: u32,
        _: u32,
        _: u32,
        _: Vec<u8>,
    ) -> Result<bool, Exception> {
        not_served()
    }

    /// Runs to its end like one of the node's.
    async fn wait_next(
        &self,
        _: BlockWaitOptions,
    ) -> Result<Option<BlockTemplateProxy>, Exception> {
        if let Some(caller) = Caller::current() {
            caller.run_to_end();
        }
        self.chain.waiting.send_modify(|waiting| *waiting += 1);
        let mut height = self.chain.height.subscribe();
        let found = height.wait_for(|height| *height > self.height).await;
        let found = found.map(drop).map_err(Exception::failed);
        self.chain.waiting.send_modify(|waiting| *waiting -= 1);
        found.map(|()| Some(self.chain.template()))
    }

    async fn interrupt_wait(&self) -> Result<(), Exception> {
        not_served()
    }

    async fn submit_solution(
        &self,
        _: u32,
        _: u32,
        _: u32,
        _: Vec<u8>,
    ) -> Result<BlockTemplateSubmitSolutionResults, Exception> {
        not_served()
    }
}
