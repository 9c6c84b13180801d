//! `ipc call`: methods of a node's objects, or of any schema's.

mod path;
mod plan;

use std::process::ExitCode;
use std::time::Duration;

use bitcoin_core_ipc::Node;
use ipc_gen::reflection::Id;
use ipc_runtime::{Ipc, rt};
use serde_json::{Map, Value};

use crate::args::{Call, Reach};
use crate::dynamic::{Known, Returned, Schemas};
use crate::failure::Failure;
use crate::interrupt::{interrupted, unless_interrupted};
use crate::output::Output;
use crate::progress::waiting;
use path::Path;
use plan::{Planned, plan};

pub(crate) async fn run(arguments: Call, ipc: &Ipc, output: Output) -> Result<ExitCode, Failure> {
    match unless_interrupted(called(&arguments, ipc)).await {
        Some(json) => {
            let _ = output.value(&json?)?;
            Ok(ExitCode::SUCCESS)
        }
        None => Ok(interrupted()),
    }
}

async fn called(arguments: &Call, ipc: &Ipc) -> Result<Value, Failure> {
    let path = Path::read(&arguments.calls)?;
    let (schemas, address) = schemas(arguments, ipc).await?;
    let first = schemas.first_interface(arguments.by.first.as_deref())?;
    let steps = path.from(&schemas, first)?;
    let caller = Caller {
        known: Known::of(schemas),
        timeout: arguments.timeout.map(Duration::from_secs),
    };
    let plan = plan(caller.known, first, steps)?;
    caller.run(ipc, &address, first, &plan).await
}

/// The schema to go by, and the full address.
async fn schemas(arguments: &Call, ipc: &Ipc) -> Result<(Schemas, String), Failure> {
    let reach = &arguments.reach;
    if let Some(schemas) = Schemas::asked_for(&arguments.by)? {
        return Ok((schemas, reach.node().socket()?));
    }
    let node = connect(reach, ipc).await?;
    let schemas = Schemas::of_bitcoin(node.interfaces())?;
    Ok((schemas, node.address().to_owned()))
}

/// Connects to a node.
pub(crate) async fn connect(reach: &Reach, ipc: &Ipc) -> Result<Node, Failure> {
    let connecting = reach.node().ipc(ipc.clone()).connect();
    let connected = waiting("waiting for the node", connecting).await;
    connected.map_err(|error| match error {
        bitcoin_core_ipc::Error::Address(_) => Failure::from(error),
        error => Failure::unreachable(error).advice(format!(
            "`ipc doctor {}` looks for the reason",
            reach.address
        )),
    })
}

struct Caller {
    known: Known,
    timeout: Option<Duration>,
}

impl Caller {
    /// Makes the calls one after the other, and returns what the last one brings.
    async fn run(
        &self,
        ipc: &Ipc,
        address: &str,
        first: Id,
        plan: &[Planned<'_>],
    ) -> Result<Value, Failure> {
        let interface = self.known.interfaces.interface(first);
        let interface = interface.ok_or_else(|| Failure::usage("there is no such interface"))?;
        let object = ipc.connect_object(address, interface).await;
        let mut object = object.map_err(Failure::unreachable)?;
        // Those that are behind us, too: one may end with the object that made it.
        let mut objects = Vec::new();
        let mut last = Value::Null;
        for planned in plan {
            let (json, brought) = self.call(&object, planned).await?;
            last = json;
            if planned.wanted.is_some() {
                let brought = brought.ok_or_else(|| {
                    Failure::failed(format!("{} brought no object: it is null", planned.name))
                })?;
                objects.push(std::mem::replace(&mut object, brought));
            }
        }
        Ok(last)
    }

    /// What a call brings, and the object to go on with.
    async fn call(
        &self,
        object: &rt::Object,
        planned: &Planned<'_>,
    ) -> Result<(Value, Option<rt::Object>), Failure> {
        let wanted = planned.wanted.clone();
        let call = (self.known).call(object, planned.method, &planned.params, wanted);
        let call = match self.timeout {
            Some(limit) => call.timeout(limit),
            None => call,
        };
        match waiting(&format!("waiting for {}", planned.name), call).await? {
            (Returned::Results(results), brought) => Ok((shown(results), brought)),
            (Returned::Declared { name, carried }, _) => {
                let text = format!("{} failed with {name}: {carried}", planned.name);
                Err(Failure::failed(text))
            }
        }
    }
}

/// Results by name; where there is only `result`, that itself.
fn shown(mut results: Map<String, Value>) -> Value {
    match (results.len(), results.remove("result")) {
        (1, Some(result)) => result,
        (_, Some(result)) => {
            results.insert("result".to_owned(), result);
            Value::Object(results)
        }
        (_, None) => Value::Object(results),
    }
}
