//! An object of a server, as its clients hold it.

use ipc_runtime::rt::Object;
use serde_json::Value;

use super::errors::{JsonFailure, failure};
use super::fields::{Writer, write};
use super::params::OBJECT;
use super::side::{JsonObject, Side, Which};
use super::values::JsonValue;
use crate::client::Client;

/// An object of a server. Dropping it has the server let go of the object.
#[derive(Debug)]
pub struct Remote {
    client: Client,
    handle: Option<Handle>,
}

#[derive(Debug)]
struct Handle {
    text: String,
    /// The method that has the server let go.
    destroy: String,
}

impl Remote {
    /// The object that a server serves first.
    pub fn root(client: &Client) -> Self {
        Self {
            client: client.clone(),
            handle: None,
        }
    }

    pub(crate) fn of<P: JsonObject>(client: &Client, handle: String) -> Self {
        let destroy = format!("{}_destroy", P::NAME);
        Self {
            client: client.clone(),
            handle: Some(Handle {
                text: handle,
                destroy,
            }),
        }
    }

    /// Begins the parameters of a call.
    pub fn params(&self) -> Writer<'_> {
        write(Side(Which::Client(&self.client)))
    }

    /// Calls a method.
    ///
    /// # Errors
    ///
    /// The method's; there is no connection; the result is of another type.
    pub async fn call<T: JsonValue, E: JsonFailure>(
        &self,
        method: &str,
        params: Writer<'_>,
    ) -> Result<T, E> {
        let mut params = params.end();
        if let (Some(handle), Value::Object(params)) = (&self.handle, &mut params) {
            let key = match params.contains_key(OBJECT) {
                false => OBJECT,
                true => "object_",
            };
            params.insert(key.to_owned(), Value::from(handle.text.as_str()));
        }
        let side = Side(Which::Client(&self.client));
        match self.client.ask(method, params).await? {
            Ok(result) => Ok(T::from_json(result, side)?),
            Err(error) => Err(failure(error, side)),
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            self.client.forget(handle.text, handle.destroy);
        }
    }
}

/// What tells one object of this process from others.
pub(crate) fn identity(object: &Object) -> Option<usize> {
    object.local_identity()
}
