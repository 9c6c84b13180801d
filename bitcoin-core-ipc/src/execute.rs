//! Running one JSON-RPC method in the node, with JSON as it is written.

use generated_examples::multiprocess::node::{NodeExecuteRpcError, NodeProxy};
use generated_examples::v32::rpc::RpcProxy;
use ipc_runtime::Exception;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The object whose methods they are.
#[derive(Clone, Debug)]
pub(crate) enum Object {
    V32(RpcProxy),
    Multiprocess(NodeProxy),
}

/// A method, and for whom it runs. Numbers stay as they were written.
#[derive(Clone, Copy)]
pub(crate) struct Execution<'a> {
    pub(crate) method: &'a str,
    /// A list or an object, if there are any.
    pub(crate) params: Option<&'a RawValue>,
    /// What the node's log calls it.
    pub(crate) id: &'a RawValue,
    /// Whose method it is: `/`, or `/wallet/` and the name of a wallet.
    pub(crate) uri: &'a str,
    /// Whose whitelist counts, in v32.
    pub(crate) user: &'a str,
}

/// What became of it.
pub(crate) enum Executed {
    Result(Box<RawValue>),
    /// A JSON-RPC error.
    Error(Box<RawValue>),
    /// The user may not call this method.
    Refused,
}

/// Why nothing became of it.
pub(crate) enum Broken {
    /// The call failed, in the node or on the way.
    Call(Exception),
    /// The node answered with what is no JSON-RPC.
    Answer(String),
}

#[derive(Serialize)]
struct Request<'a> {
    jsonrpc: &'static str,
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<&'a RawValue>,
    id: &'a RawValue,
}

#[derive(Deserialize)]
struct Response {
    result: Option<Box<RawValue>>,
    error: Option<Box<RawValue>>,
}

impl Object {
    pub(crate) async fn execute(&self, execution: Execution<'_>) -> Result<Executed, Broken> {
        match self {
            Self::V32(rpc) => execute_v32(rpc, execution).await,
            Self::Multiprocess(node) => execute_multiprocess(node, execution).await,
        }
    }
}

async fn execute_v32(rpc: &RpcProxy, execution: Execution<'_>) -> Result<Executed, Broken> {
    let request = Request {
        jsonrpc: "2.0",
        method: execution.method,
        params: execution.params,
        id: execution.id,
    };
    let request = serde_json::to_string(&request).map_err(Broken::answer)?;
    let answer = (rpc
        .execute_rpc(request, execution.uri, execution.user)
        .await)
        .map_err(Broken::Call)?;
    // All that has an id is answered, unless it is refused.
    match serde_json::from_str(&answer).map_err(Broken::answer)? {
        None => Ok(Executed::Refused),
        Some(Response {
            error: Some(error), ..
        }) => Ok(Executed::Error(error)),
        Some(Response { result, .. }) => Ok(Executed::Result(
            result.unwrap_or_else(|| RawValue::NULL.to_owned()),
        )),
    }
}

async fn execute_multiprocess(
    node: &NodeProxy,
    execution: Execution<'_>,
) -> Result<Executed, Broken> {
    let Execution {
        method,
        params,
        uri,
        ..
    } = execution;
    let json = |text| RawValue::from_string(text).map_err(Broken::answer);
    let params = params.map_or("[]", RawValue::get);
    match node.execute_rpc(method, params, uri).await {
        Ok(result) => Ok(Executed::Result(json(result)?)),
        Err(NodeExecuteRpcError::RpcError(error)) => Ok(Executed::Error(json(error)?)),
        Err(NodeExecuteRpcError::Exception(exception)) => Err(Broken::Call(exception)),
    }
}

impl Broken {
    fn answer(error: serde_json::Error) -> Self {
        Self::Answer(format!("the node's answer: {error}"))
    }
}
