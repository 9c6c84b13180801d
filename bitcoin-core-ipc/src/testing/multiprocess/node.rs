//! The `Node` of the multiprocess branch.

use std::net::IpAddr;
use std::sync::Arc;

use bitcoin::consensus::deserialize;
use generated_examples::multiprocess::common::{BilingualStr, Pair};
use generated_examples::multiprocess::handler::HandlerProxy;
use generated_examples::multiprocess::node::{
    Banmap, BannedListChangedCallbackProxy, BlockTip, ExternalSignerProxy,
    InitMessageCallbackProxy, InitWalletCallbackProxy, LocalServiceInfo, MessageBoxCallbackProxy,
    Node as NodeTrait, NodeBroadcastTransactionResults, NodeExecuteRpcError, NodeGetBannedResults,
    NodeGetHeaderTipResults, NodeGetNodesStatsResults, NodeGetProxyResults, NodeProxy,
    NotifyAlertChangedCallbackProxy, NotifyBlockTipCallbackProxy, NotifyHeaderTipCallbackProxy,
    NotifyNetworkActiveChangedCallbackProxy, NotifyNumConnectionsChangedCallbackProxy, ProxyInfo,
    QuestionCallbackProxy, ShowNodeProgressCallbackProxy,
};
use generated_examples::multiprocess::wallet::WalletLoaderProxy;
use ipc_runtime::Exception;

use super::chain::DUST_FEE;
use super::coins::coin;
use super::found::wire_height;
use super::handler::subscribe_calls;
use super::registry::serve;
use super::{rpc_methods, wallet};
use crate::control::NetworkAddress;
use crate::options::BlockRef;
use crate::testing::chain::{Chain, State};
use crate::testing::events::Event;
use crate::testing::rpc;
use crate::testing::template::read;
use crate::wire::untranslated;

/// A node that has caught up, as the number of the node's enum, and one that has not.
const DONE: i32 = 2;
const DOWNLOAD: i32 = 1;
/// Why a transaction is not taken, as the number of the node's enum.
const MEMPOOL_REJECTED: i32 = 3;
/// How many bytes of memory the mempool may take.
const MAX_MEMPOOL: u64 = 300_000_000;

pub(in crate::testing) fn object(chain: &Arc<Chain>) -> NodeProxy {
    NodeProxy::new(OurNode(Arc::clone(chain)))
}

struct OurNode(Arc<Chain>);

impl OurNode {
    /// The state for a method: after a fault, if there is one for it.
    async fn state<T>(&self, method: &str, look: impl FnOnce(&State) -> T) -> Result<T, Exception> {
        self.0.enter(method).await?;
        Ok(look(&self.0.state()))
    }

    /// Changes the state, and tells what happened by that.
    async fn change<T>(
        &self,
        method: &str,
        change: impl FnOnce(&mut State) -> (T, Option<Event>),
    ) -> Result<T, Exception> {
        self.0.enter(method).await?;
        Ok(self.0.change(|state| {
            let (changed, event) = change(state);
            if let Some(event) = event {
                state.listeners.tell(&event);
            }
            changed
        }))
    }

    /// Tells of tips, by a callback that takes what those of blocks and of headers take.
    fn tips(
        &self,
        call: impl Fn(i32, BlockTip, f64) -> ipc_runtime::Call<()> + Send + 'static,
    ) -> HandlerProxy {
        let chain = Arc::clone(&self.0);
        subscribe_calls(&self.0, move |event| match event {
            Event::UpdatedTip(tip, time) => {
                let catching_up = chain.state().catching_up;
                let state = if catching_up { DOWNLOAD } else { DONE };
                Some(call(state, block_tip(tip, time), 1.0))
            }
            _ => None,
        })
    }
}

fn block_tip(tip: BlockRef, time: u32) -> BlockTip {
    BlockTip {
        block_height: i32::try_from(tip.height).unwrap_or(i32::MAX),
        block_time: i64::from(time),
        block_hash: tip.hash.as_bytes().to_vec(),
    }
}

/// The text of an address that a peer sent.
fn ip(bytes: &[u8]) -> Result<IpAddr, Exception> {
    match NetworkAddress::try_from(bytes).map_err(Exception::failed)? {
        NetworkAddress::Ip(address) => Ok(address),
        other => Err(Exception::failed(format_args!("{other} is nowhere"))),
    }
}

impl NodeTrait for OurNode {
    async fn get_warnings(&self) -> Result<BilingualStr, Exception> {
        let warnings = |state: &State| untranslated(&state.multiprocess.warnings);
        self.state("Node.getWarnings", warnings).await
    }

    async fn get_log_categories(&self) -> Result<u64, Exception> {
        self.state("Node.getLogCategories", |_| 0).await
    }

    async fn get_exit_status(&self) -> Result<i32, Exception> {
        self.state("Node.getExitStatus", |_| 0).await
    }

    async fn start_shutdown(&self) -> Result<(), Exception> {
        let stop = |state: &mut State| (state.stopping = true, None);
        self.change("Node.startShutdown", stop).await
    }

    async fn shutdown_requested(&self) -> Result<bool, Exception> {
        self.state("Node.shutdownRequested", |state| state.stopping)
            .await
    }

    async fn is_setting_ignored(&self, _name: String) -> Result<bool, Exception> {
        self.state("Node.isSettingIgnored", |_| false).await
    }

    async fn get_persistent_setting(&self, name: String) -> Result<String, Exception> {
        let setting = |state: &State| state.multiprocess.setting(&name);
        self.state("Node.getPersistentSetting", setting).await
    }

    async fn update_rw_setting(&self, name: String, value: String) -> Result<(), Exception> {
        let set = |state: &mut State| (state.multiprocess.set(name, &value), None);
        self.change("Node.updateRwSetting", set).await
    }

    async fn force_setting(&self, name: String, value: String) -> Result<(), Exception> {
        let set = |state: &mut State| (state.multiprocess.set(name, &value), None);
        self.change("Node.forceSetting", set).await
    }

    async fn reset_settings(&self) -> Result<(), Exception> {
        let reset = |state: &mut State| (state.multiprocess.reset_settings(), None);
        self.change("Node.resetSettings", reset).await
    }

    async fn map_port(&self, _use_nat_pn_p: bool) -> Result<(), Exception> {
        self.0.enter("Node.mapPort").await?;
        Ok(())
    }

    async fn get_proxy(&self, _net: i32) -> Result<NodeGetProxyResults, Exception> {
        let none = NodeGetProxyResults {
            proxy_info: ProxyInfo::default(),
            result: false,
        };
        self.state("Node.getProxy", |_| none).await
    }

    async fn get_node_count(&self, flags: i32) -> Result<u64, Exception> {
        let count = |state: &State| state.multiprocess.peers.count_of(flags);
        let count = self.state("Node.getNodeCount", count).await?;
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    async fn get_nodes_stats(&self) -> Result<NodeGetNodesStatsResults, Exception> {
        self.state("Node.getNodesStats", |state| NodeGetNodesStatsResults {
            stats: state.multiprocess.peers.stats(),
            result: true,
        })
        .await
    }

    async fn get_banned(&self) -> Result<NodeGetBannedResults, Exception> {
        self.state("Node.getBanned", |state| NodeGetBannedResults {
            banmap: Banmap {
                json: state.multiprocess.peers.banned(),
            },
            result: true,
        })
        .await
    }

    async fn ban(&self, net_addr: Vec<u8>, ban_time_offset: i64) -> Result<bool, Exception> {
        let address = ip(&net_addr)?;
        let length = if address.is_ipv4() { 32 } else { 128 };
        let subnet = format!("{address}/{length}");
        self.change("Node.ban", |state| {
            state.multiprocess.peers.ban(subnet, ban_time_offset);
            (true, Some(Event::BannedList))
        })
        .await
    }

    async fn unban(&self, ip: Vec<u8>) -> Result<bool, Exception> {
        let subnet = String::from_utf8(ip).map_err(Exception::failed)?;
        self.change("Node.unban", |state| {
            let was = state.multiprocess.peers.unban(&subnet);
            (was, was.then_some(Event::BannedList))
        })
        .await
    }

    async fn disconnect_by_address(&self, address: Vec<u8>) -> Result<bool, Exception> {
        let address = ip(&address)?;
        self.change("Node.disconnectByAddress", |state| {
            state.disconnect_peer(|name, _| name.ip() == address)
        })
        .await
    }

    async fn disconnect_by_id(&self, id: i64) -> Result<bool, Exception> {
        self.change("Node.disconnectById", |state| {
            state.disconnect_peer(|_, peer| peer == id)
        })
        .await
    }

    async fn list_external_signers(&self) -> Result<Vec<Option<ExternalSignerProxy>>, Exception> {
        self.state("Node.listExternalSigners", |_| Vec::new()).await
    }

    async fn get_total_bytes_recv(&self) -> Result<i64, Exception> {
        self.state("Node.getTotalBytesRecv", |_| 0).await
    }

    async fn get_total_bytes_sent(&self) -> Result<i64, Exception> {
        self.state("Node.getTotalBytesSent", |_| 0).await
    }

    async fn get_mempool_size(&self) -> Result<u64, Exception> {
        let size = |state: &State| state.mempool.len();
        let size = self.state("Node.getMempoolSize", size).await?;
        Ok(u64::try_from(size).unwrap_or(u64::MAX))
    }

    async fn get_mempool_dynamic_usage(&self) -> Result<u64, Exception> {
        let usage = |state: &State| state.mempool.iter().map(|(it, _)| it.total_size()).sum();
        let usage: usize = self.state("Node.getMempoolDynamicUsage", usage).await?;
        Ok(u64::try_from(usage).unwrap_or(u64::MAX))
    }

    async fn get_mempool_max_usage(&self) -> Result<u64, Exception> {
        self.state("Node.getMempoolMaxUsage", |_| MAX_MEMPOOL).await
    }

    async fn get_header_tip(&self) -> Result<NodeGetHeaderTipResults, Exception> {
        self.state("Node.getHeaderTip", |state| NodeGetHeaderTipResults {
            height: wire_height(state.blocks.len() - 1),
            block_time: i64::from(state.tip_time()),
            result: !state.loading,
        })
        .await
    }

    async fn get_num_blocks(&self) -> Result<i32, Exception> {
        let height = |state: &State| wire_height(state.blocks.len() - 1);
        self.state("Node.getNumBlocks", height).await
    }

    async fn get_net_local_addresses(
        &self,
    ) -> Result<Vec<Pair<Vec<u8>, LocalServiceInfo>>, Exception> {
        self.state("Node.getNetLocalAddresses", |_| Vec::new())
            .await
    }

    async fn get_best_block_hash(&self) -> Result<Vec<u8>, Exception> {
        let hash = |state: &State| state.tip().hash.as_bytes().to_vec();
        self.state("Node.getBestBlockHash", hash).await
    }

    async fn get_last_block_time(&self) -> Result<i64, Exception> {
        let time = |state: &State| i64::from(state.tip_time());
        self.state("Node.getLastBlockTime", time).await
    }

    async fn get_verification_progress(&self) -> Result<f64, Exception> {
        self.state("Node.getVerificationProgress", |_| 1.0).await
    }

    async fn is_initial_block_download(&self) -> Result<bool, Exception> {
        let catching_up = |state: &State| state.catching_up;
        self.state("Node.isInitialBlockDownload", catching_up).await
    }

    async fn is_loading_blocks(&self) -> Result<bool, Exception> {
        self.state("Node.isLoadingBlocks", |state| state.loading)
            .await
    }

    async fn set_network_active(&self, active: bool) -> Result<(), Exception> {
        self.change("Node.setNetworkActive", |state| {
            let off = std::mem::replace(&mut state.multiprocess.peers.off, !active);
            let changed = off == active;
            ((), changed.then_some(Event::NetworkActive(active)))
        })
        .await
    }

    async fn get_network_active(&self) -> Result<bool, Exception> {
        let active = |state: &State| !state.multiprocess.peers.off;
        self.state("Node.getNetworkActive", active).await
    }

    async fn get_dust_relay_fee(&self) -> Result<Vec<u8>, Exception> {
        let fee = |state: &State| state.multiprocess.wire(DUST_FEE);
        self.state("Node.getDustRelayFee", fee).await
    }

    async fn execute_rpc(
        &self,
        command: String,
        params: String,
        uri: String,
    ) -> Result<String, NodeExecuteRpcError> {
        self.0.enter("Node.executeRpc").await?;
        let result = match rpc_methods::run(&self.0, &command, &params, &uri).await {
            Some(result) => result,
            None => {
                let params = serde_json::from_str(&params).map_err(Exception::failed)?;
                rpc::run(&self.0, &command, &params)
            }
        };
        match result {
            Ok(result) => Ok(result.to_string()),
            Err(error) => Err(NodeExecuteRpcError::RpcError(error.to_string())),
        }
    }

    async fn custom_wallet_loader(&self) -> Result<WalletLoaderProxy, Exception> {
        self.0.enter("Node.customWalletLoader").await?;
        Ok(wallet::loader(&self.0))
    }

    async fn list_rpc_commands(&self) -> Result<Vec<String>, Exception> {
        self.state("Node.listRpcCommands", |state| {
            let served = state.multiprocess.rpc_methods.iter();
            let served = served.map(|method| method.name.clone());
            rpc::METHODS
                .iter()
                .map(ToString::to_string)
                .chain(served)
                .collect()
        })
        .await
    }

    async fn get_unspent_output(&self, output: Vec<u8>) -> Result<Vec<u8>, Exception> {
        let output = deserialize(&output).map_err(Exception::failed)?;
        self.state("Node.getUnspentOutput", |state| coin(state, &output))
            .await
    }

    async fn broadcast_transaction(
        &self,
        tx: Vec<u8>,
        _max_tx_fee: i64,
    ) -> Result<NodeBroadcastTransactionResults, Exception> {
        self.0.enter("Node.broadcastTransaction").await?;
        let taken = self.0.broadcast(read(&tx)?);
        Ok(NodeBroadcastTransactionResults {
            result: taken.map_or(MEMPOOL_REJECTED, |()| 0),
            error: taken.err().unwrap_or_default().to_owned(),
        })
    }

    async fn handle_init_message(
        &self,
        callback: InitMessageCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("Node.handleInitMessage").await?;
        Ok(subscribe_calls(&self.0, move |event| match event {
            Event::InitMessage(message) => Some(callback.call(message)),
            _ => None,
        }))
    }

    async fn handle_message_box(
        &self,
        callback: MessageBoxCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("Node.handleMessageBox").await?;
        Ok(serve(
            &self.0,
            |state| &mut state.prompts.message_boxes,
            callback,
        ))
    }

    async fn handle_question(
        &self,
        callback: QuestionCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("Node.handleQuestion").await?;
        Ok(serve(
            &self.0,
            |state| &mut state.prompts.questions,
            callback,
        ))
    }

    async fn handle_show_progress(
        &self,
        callback: ShowNodeProgressCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("Node.handleShowProgress").await?;
        Ok(subscribe_calls(&self.0, move |event| match event {
            Event::Progress(title, percent, resumes) => {
                Some(callback.call(title, percent, resumes))
            }
            _ => None,
        }))
    }

    async fn handle_init_wallet(
        &self,
        _callback: InitWalletCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("Node.handleInitWallet").await?;
        // They are set up before anybody can ask.
        Ok(subscribe_calls(&self.0, |_| None))
    }

    async fn handle_notify_num_connections_changed(
        &self,
        callback: NotifyNumConnectionsChangedCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0
            .enter("Node.handleNotifyNumConnectionsChanged")
            .await?;
        Ok(subscribe_calls(&self.0, move |event| match event {
            Event::Connections(count) => Some(callback.call(count)),
            _ => None,
        }))
    }

    async fn handle_notify_network_active_changed(
        &self,
        callback: NotifyNetworkActiveChangedCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0
            .enter("Node.handleNotifyNetworkActiveChanged")
            .await?;
        Ok(subscribe_calls(&self.0, move |event| match event {
            Event::NetworkActive(active) => Some(callback.call(active)),
            _ => None,
        }))
    }

    async fn handle_notify_alert_changed(
        &self,
        callback: NotifyAlertChangedCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("Node.handleNotifyAlertChanged").await?;
        Ok(subscribe_calls(&self.0, move |event| match event {
            Event::Warnings => Some(callback.call()),
            _ => None,
        }))
    }

    async fn handle_banned_list_changed(
        &self,
        callback: BannedListChangedCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("Node.handleBannedListChanged").await?;
        Ok(subscribe_calls(&self.0, move |event| match event {
            Event::BannedList => Some(callback.call()),
            _ => None,
        }))
    }

    async fn handle_notify_block_tip(
        &self,
        callback: NotifyBlockTipCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("Node.handleNotifyBlockTip").await?;
        Ok(self.tips(move |state, tip, progress| callback.call(state, tip, progress)))
    }

    async fn handle_notify_header_tip(
        &self,
        callback: NotifyHeaderTipCallbackProxy,
    ) -> Result<HandlerProxy, Exception> {
        self.0.enter("Node.handleNotifyHeaderTip").await?;
        Ok(self.tips(move |state, tip, progress| callback.call(state, tip, progress)))
    }
}
