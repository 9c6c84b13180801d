//! JSON-RPC methods that other processes serve.

use std::sync::Arc;

use generated_examples::multiprocess::chain::{
    ActorCallbackCallError, ActorCallbackProxy, JSONRPCRequest, RPCCommand,
};
use generated_examples::multiprocess::handler::{Handler, HandlerProxy};
use ipc_runtime::Exception;
use serde_json::{Value, json};

use crate::testing::chain::Chain;

/// What is served, in the order in which it came.
#[derive(Debug, Default)]
pub(super) struct RpcMethods {
    served: Vec<RpcMethod>,
    next_id: u64,
}

#[derive(Debug)]
struct RpcMethod {
    name: String,
    id: u64,
    actor: ActorCallbackProxy,
}

impl RpcMethods {
    /// Who serves a method: the last one who said so.
    fn actor(&self, name: &str) -> Option<ActorCallbackProxy> {
        let mut served = self.served.iter().rev();
        let method = served.find(|method| method.name == name)?;
        Some(method.actor.clone())
    }

    fn add(&mut self, name: String, actor: ActorCallbackProxy) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.served.push(RpcMethod { name, id, actor });
        id
    }

    fn remove(&mut self, id: u64) -> Option<RpcMethod> {
        let at = self.served.iter().position(|method| method.id == id)?;
        Some(self.served.remove(at))
    }
}

/// Has a method served until the handler ends.
pub(super) fn handle(chain: &Arc<Chain>, command: RPCCommand) -> Result<HandlerProxy, Exception> {
    let actor = command
        .actor
        .ok_or_else(|| Exception::failed("nobody serves the method"))?;
    let id = chain.change(|state| state.multiprocess.rpc_methods.add(command.name, actor));
    let chain = Arc::clone(chain);
    Ok(HandlerProxy::new(Served { chain, id }))
}

struct Served {
    chain: Arc<Chain>,
    id: u64,
}

impl Served {
    fn end(&self) {
        let ended = (self.chain).change(|state| state.multiprocess.rpc_methods.remove(self.id));
        // Not before the state is let go of: it is the end of a proxy.
        drop(ended);
    }
}

impl Handler for Served {
    async fn disconnect(&self) -> Result<(), Exception> {
        self.end();
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs a method that somebody serves; none if nobody does.
pub(super) async fn run(
    chain: &Chain,
    method: &str,
    params: &str,
    uri: &str,
) -> Option<Result<Value, Value>> {
    let actor = chain.state().multiprocess.rpc_methods.actor(method)?;
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
