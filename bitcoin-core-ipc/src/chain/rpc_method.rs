//! JSON-RPC methods that another process serves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use generated_examples::multiprocess::chain::{
    ActorCallbackCallError, ActorCallbackCallResults, ActorCallbackProxy, HelpResult,
    JSONRPCRequest, RPCArg, RPCCommand,
};
use serde_json::{Value, json};

use super::Chain;
use crate::error::Error;
use crate::handler::Handler;

/// A JSON-RPC method to be served. See [`Chain::handle_rpc`].
#[derive(Clone, Debug)]
#[must_use = "a method is served by `Chain::handle_rpc`"]
pub struct RpcMethod {
    category: String,
    name: String,
    help: String,
    params: Vec<RPCArg>,
}

/// A call of a JSON-RPC method.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RpcRequest {
    /// The id of the request.
    pub id: Value,
    /// The method.
    pub method: String,
    /// The parameters: a list in the order of [`RpcMethod::param`], or as the caller gave them.
    pub params: Value,
    /// The path that the request named, such as `/` or `/wallet/NAME`.
    pub uri: String,
    /// The user who sent it.
    pub user: String,
    /// The address that it came from; empty if it did not come from one.
    pub peer_address: String,
}

/// Why a JSON-RPC method fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcFailure {
    /// The number for failures of this kind, such as -8 for a parameter that is none.
    pub code: i64,
    /// What to say about it.
    pub message: String,
}

/// What a node wants to be done with a request.
const HELP: i32 = 1;
const ARGUMENTS: i32 = 2;

/// Tells apart methods of the same name.
static NEXT_ID: AtomicI64 = AtomicI64::new(1);

impl RpcMethod {
    /// A method without parameters, listed below the heading of a category.
    pub fn new(category: &str, name: &str) -> Self {
        Self {
            category: category.to_owned(),
            name: name.to_owned(),
            help: name.to_owned(),
            params: Vec::new(),
        }
    }

    /// The text for `help NAME`. Its first line is listed. Default: the name.
    pub fn help(mut self, text: &str) -> Self {
        self.help = text.to_owned();
        self
    }

    /// One more parameter, by position or by name. Several names are separated by `|`.
    pub fn param(self, name: &str) -> Self {
        self.with_param(name, false)
    }

    /// One more parameter, by name only.
    pub fn named_param(self, name: &str) -> Self {
        self.with_param(name, true)
    }

    fn with_param(mut self, name: &str, named_only: bool) -> Self {
        self.params.push(RPCArg {
            name: name.to_owned(),
            named_only,
        });
        self
    }
}

impl RpcFailure {
    /// A failure of a kind.
    pub fn new(code: i64, message: impl ToString) -> Self {
        Self {
            code,
            message: message.to_string(),
        }
    }
}

impl Chain {
    /// Serves a JSON-RPC method to whoever calls it at the node, for as long as what is returned is kept.
    ///
    /// `run` is called for each request, side by side with others.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn handle_rpc<F>(
        &self,
        method: RpcMethod,
        run: impl Fn(RpcRequest) -> F + Send + Sync + 'static,
    ) -> Result<Handler, Error>
    where
        F: Future<Output = Result<Value, RpcFailure>> + Send + 'static,
    {
        let RpcMethod {
            category,
            name,
            help,
            params,
        } = method;
        let (run, help) = (Arc::new(run), Arc::<str>::from(help));
        let actor = move |request: JSONRPCRequest, response: String, _last: bool| {
            let (run, help) = (Arc::clone(&run), Arc::clone(&help));
            async move {
                let response = match request.mode {
                    HELP => {
                        let message = help.to_string();
                        return Err(ActorCallbackCallError::HelpResult(HelpResult { message }));
                    }
                    // There are none to tell of.
                    ARGUMENTS => response,
                    _ => {
                        let request = read(request).map_err(declared)?;
                        run(request).await.map_err(declared)?.to_string()
                    }
                };
                Ok(ActorCallbackCallResults {
                    response,
                    result: true,
                })
            }
        };
        let command = RPCCommand {
            category,
            name,
            actor: Some(ActorCallbackProxy::new(actor)),
            arg_names: params,
            unique_id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
        };
        Ok(Handler::new(self.0.handle_rpc(command).await?))
    }

    /// Whether the node is set to offer a deprecated JSON-RPC method.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn rpc_enable_deprecated(&self, method: &str) -> Result<bool, Error> {
        Ok(self.0.rpc_enable_deprecated(method).await?)
    }
}

fn read(request: JSONRPCRequest) -> Result<RpcRequest, RpcFailure> {
    let json = |text: &str| {
        // Requests without an id have none.
        let text = if text.is_empty() { "null" } else { text };
        serde_json::from_str(text).map_err(|error| RpcFailure::new(-32700, error))
    };
    Ok(RpcRequest {
        id: json(&request.id)?,
        method: request.method,
        params: json(&request.params)?,
        uri: request.uri,
        user: request.auth_user,
        peer_address: request.peer_addr,
    })
}

fn declared(failure: RpcFailure) -> ActorCallbackCallError {
    let error = json!({ "code": failure.code, "message": failure.message });
    ActorCallbackCallError::RpcError(error.to_string())
}
