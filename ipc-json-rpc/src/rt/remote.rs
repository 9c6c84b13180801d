//! An object of a server, as its clients hold it.

use std::sync::Weak;

use ipc_runtime::rt::Object;
use serde_json::Value;

use super::errors::{JsonFailure, failure};
use super::fields::{Writer, write};
use super::params::OBJECT;
use super::side::{JsonObject, Side, Which};
use super::values::JsonValue;
use crate::client::{Client, Handle, Session};

/// An object of a server. Dropping it has the server let go of the object.
#[derive(Debug)]
pub struct Remote {
    client: Client,
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    handle: Handle,
    /// The method that has the server let go.
    destroy: String,
}

/// Where nothing is read.
static NO_SESSION: Weak<Session> = Weak::new();

impl Remote {
    /// The object that a server serves first.
    pub fn root(client: &Client) -> Self {
        Self {
            client: client.clone(),
            held: None,
        }
    }

    pub(crate) fn of<P: JsonObject>(client: &Client, handle: Handle) -> Self {
        let destroy = format!("{}_destroy", P::NAME);
        Self {
            client: client.clone(),
            held: Some(Held { handle, destroy }),
        }
    }

    /// Begins the parameters of a call.
    pub fn params(&self) -> Writer<'_> {
        write(Side(Which::Client(&self.client, &NO_SESSION)))
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
        if let (Some(held), Value::Object(params)) = (&self.held, &mut params) {
            let key = match params.contains_key(OBJECT) {
                false => OBJECT,
                true => "object_",
            };
            params.insert(key.to_owned(), Value::from(held.handle.text.as_str()));
        }
        let session = self.held.as_ref().map(|held| &held.handle.session);
        let answer = self.client.ask(method, params, session).await?;
        let side = Side(Which::Client(&self.client, &answer.session));
        match answer.outcome {
            Ok(result) => Ok(T::from_json(result, side)?),
            Err(error) => Err(failure(error, side)),
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if let Some(Held { handle, destroy }) = self.held.take() {
            self.client.forget(handle, destroy);
        }
    }
}

/// What tells one object of this process from others.
pub(crate) fn identity(object: &Object) -> Option<usize> {
    object.local_identity()
}
