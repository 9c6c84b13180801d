//! The few JSON-RPC methods of the fake node.

use std::sync::Arc;

use bitcoin::consensus::encode::serialize_hex;
use generated_examples::v32::rpc::{Rpc, RpcProxy};
use ipc_runtime::Exception;
use serde_json::{Value, json};

use super::chain::Chain;

/// What v32 serves.
pub(super) fn object(chain: &Arc<Chain>) -> RpcProxy {
    RpcProxy::new(OurRpc(Arc::clone(chain)))
}

struct OurRpc(Arc<Chain>);

impl Rpc for OurRpc {
    async fn execute_rpc(
        &self,
        request: String,
        _uri: String,
        _user: String,
    ) -> Result<String, Exception> {
        self.0.enter("Rpc.executeRpc").await?;
        let request: Value = serde_json::from_str(&request).map_err(Exception::failed)?;
        let method = request["method"].as_str().unwrap_or_default();
        let (result, error) = match run(&self.0, method, &request["params"]) {
            Ok(result) => (result, Value::Null),
            Err(error) => (Value::Null, error),
        };
        Ok(json!({ "result": result, "error": error, "id": request["id"] }).to_string())
    }
}

/// The names of the methods.
pub(super) const METHODS: [&str; 3] = ["getblockcount", "getbestblockhash", "getblockhash"];

/// Runs a method: its result, or the error as JSON-RPC has it.
pub(super) fn run(chain: &Chain, method: &str, params: &Value) -> Result<Value, Value> {
    let tip = chain.tip();
    match (method, params.as_array().map_or(&[][..], Vec::as_slice)) {
        ("getblockcount", []) => Ok(json!(tip.height)),
        ("getblockchaininfo", []) => {
            let catching_up = chain.state().catching_up;
            Ok(json!({
                "chain": "regtest",
                "blocks": tip.height,
                "headers": tip.height,
                "bestblockhash": tip.hash.to_string(),
                // As if it had half of them.
                "verificationprogress": if catching_up { 0.5 } else { 1.0 },
                "initialblockdownload": catching_up,
            }))
        }
        ("getbestblockhash", []) => Ok(json!(tip.hash.to_string())),
        ("getblockhash", [height]) => {
            let height = height
                .as_u64()
                .and_then(|height| usize::try_from(height).ok());
            match height.and_then(|height| chain.state().hash_at(height)) {
                Some(hash) => Ok(json!(hash.to_string())),
                None => Err(json!({ "code": -8, "message": "Block height out of range" })),
            }
        }
        ("getblock", [hash, verbosity]) if *verbosity == 0 => {
            let hash = hash.as_str().and_then(|hash| hash.parse().ok());
            match hash.and_then(|hash| chain.state().block(hash).map(serialize_hex)) {
                Some(block) => Ok(json!(block)),
                None => Err(json!({ "code": -5, "message": "Block not found" })),
            }
        }
        ("getrawmempool", [verbose, sequence]) if *verbose == false && *sequence == true => {
            let state = chain.state();
            let txids = state.mempool.iter().map(|(it, _)| it.compute_txid());
            Ok(json!({
                "txids": txids.map(|txid| txid.to_string()).collect::<Vec<_>>(),
                "mempool_sequence": state.mempool_sequence,
            }))
        }
        _ => Err(json!({ "code": -32601, "message": "Method not found" })),
    }
}
