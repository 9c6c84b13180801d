//! The `Node` of the multiprocess branch.

use std::sync::Arc;

use generated_examples::multiprocess::node::{Node as NodeTrait, NodeExecuteRpcError, NodeProxy};
use generated_examples::multiprocess::wallet::WalletLoaderProxy;
use ipc_runtime::Exception;

use super::{rpc_methods, wallet};
use crate::testing::chain::Chain;
use crate::testing::rpc;

pub(in crate::testing) fn object(chain: &Arc<Chain>) -> NodeProxy {
    NodeProxy::new(OurNode(Arc::clone(chain)))
}

struct OurNode(Arc<Chain>);

impl NodeTrait for OurNode {
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
}
