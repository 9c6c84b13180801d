//! JSON-RPC methods that wait: for other processes, which serve them or are told of the chain.

use std::sync::Arc;

use generated_examples::multiprocess::chain::{
    ActorCallbackCallError, ActorCallbackProxy, JSONRPCRequest, RPCCommand,
};
use generated_examples::multiprocess::handler::HandlerProxy;
use ipc_runtime::Exception;
use serde_json::{Value, json};

use super::notifications;
use super::registry::serve;
use crate::testing::chain::Chain;

/// A method, and who runs it.
#[derive(Debug)]
pub(super) struct RpcMethod {
    pub(super) name: String,
    actor: ActorCallbackProxy,
}

/// Has a method served until the handler ends.
pub(super) fn handle(chain: &Arc<Chain>, command: RPCCommand) -> Result<HandlerProxy, Exception> {
    let actor = command.actor;
    let method = RpcMethod {
        name: command.name,
        actor: actor.ok_or_else(|| Exception::failed("nobody serves the method"))?,
    };
    Ok(serve(chain, |state| &mut state.rpc_methods, method))
}

/// Runs a method that somebody serves, or that waits for somebody; none if it is another.
pub(super) async fn run(
    chain: &Chain,
    method: &str,
    params: &str,
    uri: &str,
) -> Option<Result<Value, Value>> {
    if method == "syncwithvalidationinterfacequeue" {
        notifications::wait(chain).await;
        return Some(Ok(Value::Null));
    }
    let actor = {
        let state = chain.state();
        let mut last_first = state.multiprocess.rpc_methods.iter().rev();
        let served = last_first.find(|served| served.name == method)?;
        served.actor.clone()
    };
    let request = JSONRPCRequest {
        id: "1".to_owned(),
        method: method.to_owned(),
        params: params.to_owned(),
        uri: uri.to_owned(),
        ..JSONRPCRequest::default()
    };
    let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
    Some(match actor.call(request, "null", true).await {
        Ok(answer) => Ok(json(&answer.response)),
        Err(ActorCallbackCallError::RpcError(error)) => Err(json(&error)),
        Err(error) => Err(json!({ "code": -1, "message": error.to_string() })),
    })
}
