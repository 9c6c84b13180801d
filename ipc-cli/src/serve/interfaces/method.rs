//! One method, and its calls.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use ipc_gen::reflection::Id;
use ipc_json_rpc::rt::{Failure as Failed, Kind, Objects as Handles, Params};
use ipc_runtime::rt::{Object, declared as declared_error};
use ipc_runtime::{Exception, ExceptionKind};
use serde_json::{Map, Value};

use super::server::{Server, Unnamed};
use crate::dynamic::{
    DynamicMethod, Objects, Returned, fill, names, needed, parameters, require, results,
};
use crate::failure::Failure;

/// A method of an interface.
#[derive(Debug)]
pub(super) struct Method {
    server: Arc<Server>,
    kinds: Arc<BTreeMap<Id, Kind>>,
    kind: Kind,
    method: DynamicMethod<'static>,
    names: Vec<&'static str>,
    needed: Vec<&'static str>,
    unnamed: Option<Unnamed>,
}

impl Method {
    pub(super) fn new(
        server: &Arc<Server>,
        kinds: &Arc<BTreeMap<Id, Kind>>,
        kind: Kind,
        method: DynamicMethod<'static>,
        unnamed: Option<Unnamed>,
    ) -> Self {
        let (schemas, declared) = (server.known.schemas, method.declared.method);
        Self {
            server: Arc::clone(server),
            kinds: Arc::clone(kinds),
            kind,
            method,
            names: names(schemas, declared),
            needed: needed(schemas, declared),
            unnamed,
        }
    }

    /// Calls it.
    pub(super) async fn run(&self, given: Value, handles: Handles) -> Result<Value, Failed> {
        let objects = Held {
            kinds: Arc::clone(&self.kinds),
            handles,
        };
        let known = self.server.known;
        let declared = self.method.declared.method;
        let (given, handle) = {
            let side = objects.handles.side();
            let (params, handle) = Params::new(given, &self.names, self.unnamed.is_none(), side)?;
            (params.rest(), handle)
        };
        let params = parameters(known.schemas, declared, &given, &objects)
            .and_then(|params| require(&self.needed, &params).map(|()| params))
            .map_err(|failure| malformed(failure.message()))?;
        let object = self.object(handle, &objects.handles).await?;
        let method = self.method.runtime;
        let call = object.call(
            method,
            |builder| fill(known.schemas, declared.params, &params, builder),
            move |reader| {
                let (schemas, interfaces) = (known.schemas, known.interfaces);
                match results(schemas, interfaces, declared.results, &objects, reader)? {
                    Returned::Results(results) => Ok(Ok(shown(results))),
                    Returned::Declared { name, carried } => {
                        let error = io::Error::other(format!("{name}: {carried}"));
                        let exception = declared_error(error, method.full_name());
                        let declared = Map::from_iter([(name.clone(), carried)]);
                        Ok(Err(Failed::Declared(exception, Value::Object(declared))))
                    }
                }
            },
        );
        call.await.map_err(Failed::Call)?
    }

    /// The object that is called.
    async fn object(&self, handle: Option<String>, handles: &Handles) -> Result<Object, Failed> {
        match (handle, self.unnamed) {
            (Some(handle), _) => {
                let object = handles.get(self.kind, &handle)?;
                if self.server.has(&object) {
                    return Ok(object);
                }
                let text =
                    format_args!("the object `{handle}` ended with its connection to the server");
                Err(Failed::Call(Exception::new(
                    ExceptionKind::Disconnected,
                    text,
                )))
            }
            (None, Some(unnamed)) => {
                // What ends a wait ends all waits of the same object.
                let alone = self.method.runtime.canceller().is_some();
                let found = self.server.object(unnamed, alone).await;
                found.map_err(Failed::Call)
            }
            (None, None) => Err(malformed("the handle of an object is missing").into()),
        }
    }
}

/// The objects that a client holds, by its handles.
struct Held {
    kinds: Arc<BTreeMap<Id, Kind>>,
    handles: Handles,
}

impl Objects for Held {
    fn given(&self, interface: Id, json: &Value) -> Result<Object, Failure> {
        let Value::String(handle) = json else {
            return Err(Failure::usage(format!("{json} is no handle of an object")));
        };
        let object = self
            .kind(interface)
            .and_then(|kind| self.handles.get(kind, handle));
        object.map_err(|exception| Failure::usage(exception.message()))
    }

    fn brought(&self, interface: Id, object: Object) -> Result<Value, Exception> {
        let handle = self.handles.insert(self.kind(interface)?, &object)?;
        Ok(Value::String(handle))
    }
}

impl Held {
    fn kind(&self, interface: Id) -> Result<Kind, Exception> {
        let kind = self.kinds.get(&interface).copied();
        kind.ok_or_else(|| Exception::failed("objects of this interface are not served"))
    }
}

/// Results by name; a lone one is itself, and none are null.
fn shown(mut results: Map<String, Value>) -> Value {
    let lone = match results.len() {
        0 => return Value::Null,
        1 => results.keys().next().cloned(),
        _ => None,
    };
    match lone.and_then(|name| results.remove(&name)) {
        Some(result) => result,
        None => Value::Object(results),
    }
}

fn malformed(message: impl std::fmt::Display) -> Exception {
    Exception::new(ExceptionKind::Malformed, message)
}
