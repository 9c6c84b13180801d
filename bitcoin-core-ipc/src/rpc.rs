//! JSON-RPC methods, run over the IPC connection.

use generated_examples::multiprocess::node::{NodeExecuteRpcError, NodeProxy};
use generated_examples::v32::rpc::RpcProxy;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;

/// Runs JSON-RPC methods in the node, without HTTP and without a password. See [`Node::rpc`](crate::Node::rpc).
#[derive(Clone, Debug)]
pub struct Rpc {
    object: Object,
    uri: String,
}

#[derive(Clone, Debug)]
enum Object {
    V32(RpcProxy),
    Multiprocess(NodeProxy),
}

/// The name that the node's log gives to us.
const USER: &str = "ipc";

#[derive(Serialize)]
struct Request<'a> {
    method: &'a str,
    params: Value,
    id: u32,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    result: Value,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    code: i64,
    message: String,
}

impl Rpc {
    pub(crate) fn v32(object: RpcProxy) -> Self {
        Self::new(Object::V32(object))
    }

    pub(crate) fn multiprocess(object: NodeProxy) -> Self {
        Self::new(Object::Multiprocess(object))
    }

    fn new(object: Object) -> Self {
        Self {
            object,
            uri: "/".to_owned(),
        }
    }

    /// The same for the methods of a wallet.
    #[must_use = "it is the methods of what this returns that are the wallet's"]
    pub fn wallet(&self, name: &str) -> Self {
        Self {
            object: self.object.clone(),
            uri: format!("/wallet/{}", escaped(name)),
        }
    }

    /// Runs a method, and reads its result as `T`; [`serde_json::Value`] takes any.
    ///
    /// `params` are the method's parameters: `()` for none, a tuple or list for those by position, a map or struct
    /// for those by name.
    ///
    /// Dropping the future leaves the method running.
    ///
    /// # Errors
    ///
    /// [`Error::Rpc`], if the method fails; [`Error::Json`], if the parameters are something else, or the result is
    /// not a `T`; the connection is lost.
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        params: impl Serialize,
    ) -> Result<T, Error> {
        let json = |reason: String| Error::Json {
            method: method.to_owned(),
            reason,
        };
        let params = match serde_json::to_value(params) {
            Ok(Value::Null) => Value::Array(Vec::new()),
            Ok(params @ (Value::Array(_) | Value::Object(_))) => params,
            Ok(other) => {
                let reason = "the parameters are neither a list nor a map";
                return Err(json(format!("{reason}, but {other}")));
            }
            Err(error) => return Err(json(format!("the parameters: {error}"))),
        };
        let result = match &self.object {
            Object::V32(rpc) => {
                let request = Request {
                    method,
                    params,
                    id: 1,
                };
                let request = serde_json::to_string(&request)
                    .map_err(|error| json(format!("the parameters: {error}")))?;
                let response = rpc.execute_rpc(request, &self.uri, USER).await?;
                let response: Response = serde_json::from_str(&response)
                    .map_err(|error| json(format!("the response: {error}")))?;
                match response.error {
                    None => response.result,
                    Some(failure) => return Err(failure.of(method)),
                }
            }
            Object::Multiprocess(node) => {
                let answer = node
                    .execute_rpc(method, params.to_string(), &self.uri)
                    .await;
                let result = answer.map_err(|error| match error {
                    NodeExecuteRpcError::RpcError(text) => {
                        match serde_json::from_str::<Failure>(&text) {
                            Ok(failure) => failure.of(method),
                            Err(error) => json(format!("the error {text}: {error}")),
                        }
                    }
                    NodeExecuteRpcError::Exception(exception) => exception.into(),
                })?;
                serde_json::from_str(&result)
                    .map_err(|error| json(format!("the result: {error}")))?
            }
        };
        serde_json::from_value(result).map_err(|error| json(format!("the result: {error}")))
    }
}

impl Failure {
    fn of(self, method: &str) -> Error {
        Error::Rpc {
            method: method.to_owned(),
            code: self.code,
            message: self.message,
        }
    }
}

/// A wallet's name in a path: everything but letters, digits and a few signs by its number.
fn escaped(name: &str) -> String {
    let mut escaped = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallets_of_any_name_have_a_path() {
        assert_eq!(escaped("my wallet/ä"), "my%20wallet%2F%C3%A4");
    }
}
