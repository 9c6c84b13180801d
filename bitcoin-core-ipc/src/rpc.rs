//! JSON-RPC methods, run over the IPC connection.

use generated_examples::multiprocess::node::NodeProxy;
use generated_examples::v32::rpc::RpcProxy;
#[cfg(feature = "gateway")]
use ipc_runtime::Ipc;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::error::Error;
use crate::execute::{Broken, Executed, Execution, Object};

/// Runs JSON-RPC methods in the node, without HTTP and without a password. See [`Node::rpc`](crate::Node::rpc).
#[derive(Clone, Debug)]
pub struct Rpc {
    object: Object,
    uri: String,
}

/// The name that the node's log gives to us.
pub(crate) const USER: &str = "ipc";

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
        let params =
            to_raw_value(&params).map_err(|error| json(format!("the parameters: {error}")))?;
        let params = match params.get().as_bytes() {
            b"null" => None,
            [b'[' | b'{', ..] => Some(&*params),
            _other => {
                let reason = "the parameters are neither a list nor a map";
                return Err(json(format!("{reason}, but {params}")));
            }
        };
        let execution = Execution {
            method,
            params,
            id: RawValue::NULL,
            uri: &self.uri,
            user: USER,
        };
        match self.execute(execution).await {
            Ok(Executed::Result(result)) => serde_json::from_str(result.get())
                .map_err(|error| json(format!("the result: {error}"))),
            Ok(Executed::Error(error)) => match serde_json::from_str::<Failure>(error.get()) {
                Ok(failure) => Err(failure.of(method)),
                Err(unknown) => Err(json(format!("the error {error}: {unknown}"))),
            },
            Ok(Executed::Refused) => Err(json(format!("the node refuses it to the user {USER}"))),
            Err(Broken::Answer(reason)) => Err(json(reason)),
            Err(Broken::Call(exception)) => Err(exception.into()),
        }
    }
}

impl Rpc {
    pub(crate) async fn execute(&self, execution: Execution<'_>) -> Result<Executed, Broken> {
        self.object.execute(execution).await
    }

    /// Has something run when the connection has ended, which was made by this [`Ipc`].
    #[cfg(feature = "gateway")]
    pub(crate) fn when_lost(&self, ipc: &Ipc, run: impl FnOnce() + Send + 'static) {
        match &self.object {
            Object::V32(rpc) => ipc.add_cleanup(rpc, run),
            Object::Multiprocess(node) => ipc.add_cleanup(node, run),
        }
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
