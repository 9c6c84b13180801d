//! Methods of `jsonrpsee` that know the objects of their connection.

use std::fmt;
use std::sync::Arc;

use ipc_runtime::rt::Object;
use ipc_runtime::{AnyProxy, Exception, Proxy as _};
use jsonrpsee_server::types::{ErrorObjectOwned, Params as RawParams};
use jsonrpsee_server::{Extensions, RegisterMethodError, RpcModule};
use serde_json::Value;

use super::errors::{INVALID_PARAMS, JsonFailure, error_object};
use super::kind::Kind;
use super::params::Params;
use super::side::{Side, Which, no_connection};
use super::table::Table;
use super::values::malformed;

/// Collects methods.
pub struct Registry {
    module: RpcModule<()>,
    /// The first method that could not be added.
    failed: Option<RegisterMethodError>,
}

impl Registry {
    /// A method: what it makes of its parameters, as they were sent, and of the objects of the connection that they came
    /// on.
    pub fn method<F>(
        &mut self,
        name: &'static str,
        run: impl Fn(Value, Objects) -> F + Clone + Send + Sync + 'static,
    ) where
        F: Future<Output = Result<Value, Failure>> + Send,
    {
        let run = move |params: RawParams<'static>, _: Arc<()>, extensions: Extensions| {
            let run = run.clone();
            async move {
                let given = params.parse::<Value>()?;
                let objects = Objects(extensions.get::<Arc<Table>>().cloned());
                run(given, objects).await.map_err(ErrorObjectOwned::from)
            }
        };
        if let Err(error) = self.module.register_async_method(name, run) {
            self.failed.get_or_insert(error);
        }
    }

    /// The method that lets an object of this interface go, and waits until it has ended.
    pub fn destroy(&mut self, name: &'static str, kind: Kind) {
        self.method(name, move |given, objects| async move {
            let (_none, handle) = Params::new(given, &[], true, objects.side())?;
            let handle = handle.ok_or_else(|| Failure::params("there is no such object"))?;
            let removed = AnyProxy::from_object(objects.remove(kind, &handle)?);
            removed.destroy().await.map_err(Failure::Call)?;
            Ok(Value::Null)
        });
    }

    /// The methods that were collected.
    ///
    /// # Errors
    ///
    /// Two have the same name.
    pub fn module(self) -> Result<RpcModule<()>, RegisterMethodError> {
        match self.failed {
            None => Ok(self.module),
            Some(error) => Err(error),
        }
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            module: RpcModule::new(()),
            failed: None,
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}

/// The objects that a client holds on the connection of a call.
#[derive(Clone, Debug)]
pub struct Objects(Option<Arc<Table>>);

impl Objects {
    /// How values are written and read.
    #[must_use = "it does nothing by itself"]
    pub fn side(&self) -> Side<'_> {
        Side(match &self.0 {
            Some(table) => Which::Server(table),
            None => Which::Nowhere,
        })
    }

    /// Keeps an object of this interface, and returns its handle.
    ///
    /// # Errors
    ///
    /// The connection has too many.
    pub fn insert(&self, kind: Kind, object: &Object) -> Result<String, Exception> {
        self.table()?.insert(kind, object)
    }

    /// The object of a handle.
    ///
    /// # Errors
    ///
    /// There is none, or one of another interface.
    pub fn get(&self, kind: Kind, handle: &str) -> Result<Object, Exception> {
        self.table()?.get(kind, handle)
    }

    fn remove(&self, kind: Kind, handle: &str) -> Result<Object, Exception> {
        self.table()?.remove(kind, handle)
    }

    fn table(&self) -> Result<&Table, Exception> {
        self.0.as_deref().ok_or_else(no_connection)
    }
}

/// Why a call has no result.
#[derive(Debug)]
pub enum Failure {
    /// The parameters are wrong.
    Params(Exception),
    /// The call failed.
    Call(Exception),
    /// The call failed with an error that the schema declares: an object with one field, its name.
    Declared(Exception, Value),
}

impl Failure {
    pub(super) fn params(message: &str) -> Self {
        Self::Params(malformed(message))
    }

    pub(super) fn of(error: impl JsonFailure, side: Side<'_>) -> Self {
        match error.declared(side) {
            Ok(Some(declared)) => Self::Declared(error.into(), declared),
            // That a value has no JSON form hides no failure.
            Ok(None) | Err(_) => Self::Call(error.into()),
        }
    }
}

/// What is said before there is a call is about its parameters.
impl From<Exception> for Failure {
    fn from(exception: Exception) -> Self {
        Self::Params(exception)
    }
}

impl From<Failure> for ErrorObjectOwned {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Params(exception) => error_object(&exception, Some(INVALID_PARAMS), None),
            Failure::Call(exception) => error_object(&exception, None, None),
            Failure::Declared(exception, error) => error_object(&exception, None, Some(error)),
        }
    }
}
