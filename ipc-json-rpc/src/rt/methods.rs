//! Interfaces as methods of `jsonrpsee`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use ipc_runtime::{Call, Exception};
use jsonrpsee_server::types::{ErrorObjectOwned, Params as RawParams};
use jsonrpsee_server::{Extensions, RegisterMethodError, RpcModule};
use serde_json::Value;

use super::errors::{INVALID_PARAMS, error_object};
use super::params::Params;
use super::side::{JsonObject, Side, Which};
use super::table::Table;
use super::values::JsonValue;

/// The methods of `root`, and those of the objects that its methods bring, directly or not.
///
/// Objects go by handles, which are texts that mean something on the connection that brought them, and are let go with
/// it, or before by the method `destroy` of their interface.
///
/// # Errors
///
/// Two interfaces have methods of the same name.
pub fn module<P: JsonObject>(root: P) -> Result<RpcModule<()>, RegisterMethodError> {
    let mut all = All {
        module: RpcModule::new(()),
        told: BTreeSet::new(),
        failed: None,
    };
    all.tell(Some(root));
    match all.failed {
        None => Ok(all.module),
        Some(error) => Err(error),
    }
}

struct All {
    module: RpcModule<()>,
    /// The interfaces whose methods are in the module.
    told: BTreeSet<&'static [u64]>,
    /// The first method that could not be added.
    failed: Option<RegisterMethodError>,
}

impl All {
    fn tell<P: JsonObject>(&mut self, root: Option<P>) {
        if self.told.insert(P::IDS) {
            P::methods(&mut Methods { all: self, root });
        }
    }
}

/// Takes the methods of one interface.
pub struct Methods<'a, P> {
    all: &'a mut All,
    root: Option<P>,
}

/// Calls the object with the parameters.
type Run<P, T, E> = fn(&P, &mut Params<'_>) -> Result<Call<T, E>, Exception>;

impl<P: JsonObject> Methods<'_, P> {
    /// A method, its parameters, and how to call it.
    pub fn method<T, E>(
        &mut self,
        name: &'static str,
        params: &'static [&'static str],
        run: Run<P, T, E>,
    ) where
        T: JsonValue + Send + 'static,
        E: Into<Exception> + Send + 'static,
    {
        let root = self.root.clone();
        self.register(name, move |given, table| {
            let root = root.clone();
            async move {
                let side = Side(Which::of(table.as_deref()));
                let call = {
                    let (mut params, object) = Params::new(given, params, root.is_none(), side)?;
                    let object = match (object, root) {
                        (Some(handle), _) => side.object(&handle)?,
                        (None, Some(root)) => root,
                        (None, None) => return Err(Failure::params("the object is missing")),
                    };
                    run(&object, &mut params)?
                };
                let result = call.await.map_err(|error| Failure::Call(error.into()))?;
                result.to_json(side).map_err(Failure::Call)
            }
        });
    }

    /// The method that lets an object go, and waits until it has ended.
    pub fn destroy(&mut self, name: &'static str) {
        self.register(name, move |given, table| async move {
            let side = Side(Which::of(table.as_deref()));
            let (_none, object) = Params::new(given, &[], true, side)?;
            let removed: P = match (&table, object) {
                (Some(table), Some(handle)) => table.remove(&handle)?,
                _ => return Err(Failure::params("there is no such object")),
            };
            removed.destroy().await.map_err(Failure::Call)?;
            Ok(Value::Null)
        });
    }

    /// An interface that this one extends. Its methods are those of the same object.
    pub fn base<Q: JsonObject>(&mut self) {
        let root = self.root.as_ref().map(|root| root.object().cast());
        self.all.tell::<Q>(root);
    }

    /// An interface whose objects the methods bring or take.
    pub fn interface<Q: JsonObject>(&mut self) {
        self.all.tell::<Q>(None);
    }

    fn register<F>(
        &mut self,
        name: &'static str,
        run: impl Fn(Value, Option<Arc<Table>>) -> F + Clone + Send + Sync + 'static,
    ) where
        F: Future<Output = Result<Value, Failure>> + Send,
    {
        let run = move |params: RawParams<'static>, _: Arc<()>, extensions: Extensions| {
            let run = run.clone();
            async move {
                let given = params.parse::<Value>()?;
                let table = extensions.get::<Arc<Table>>().cloned();
                run(given, table).await.map_err(ErrorObjectOwned::from)
            }
        };
        if let Err(error) = self.all.module.register_async_method(name, run) {
            self.all.failed.get_or_insert(error);
        }
    }
}

impl<P> fmt::Debug for Methods<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Methods").finish_non_exhaustive()
    }
}

impl<'a> Which<'a> {
    fn of(table: Option<&'a Table>) -> Self {
        table.map_or(Self::Nowhere, Self::Server)
    }
}

impl Side<'_> {
    fn object<P: JsonObject>(self, handle: &str) -> Result<P, Exception> {
        super::object_from_json(Value::from(handle), self)
    }
}

/// Why a call has no result.
enum Failure {
    /// The parameters are wrong.
    Params(Exception),
    Call(Exception),
}

impl Failure {
    fn params(message: &str) -> Self {
        Self::Params(super::values::malformed(message))
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
            Failure::Params(exception) => error_object(&exception, Some(INVALID_PARAMS)),
            Failure::Call(exception) => error_object(&exception, None),
        }
    }
}
