//! `ipc call`: methods of a node's objects, or of any schema's.

mod path;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ipc_gen::reflection::Id;
use ipc_runtime::{Ipc, rt};
use serde_json::{Value, json};

use crate::args::{Call, Reach};
use crate::dynamic::{Answer, Interfaces, Returned, Schemas, fill, parameters, results};
use crate::failure::Failure;
use crate::interrupt::{interrupted, unless_interrupted};
use crate::output::Output;
use crate::progress::waiting;
use path::{Path, Step};

/// How long a node has to take leave: it may have to end what it began for us.
const LEAVE: Duration = Duration::from_secs(2);

pub(crate) async fn run(arguments: Call, output: Output) -> Result<ExitCode, Failure> {
    let path = Path::read(&arguments.calls)?;
    let ipc = Ipc::new()?;
    let (schemas, address) = schemas(&arguments, &ipc).await?;
    let first = schemas.first_interface(arguments.first.as_deref())?;
    let steps = path.from(&schemas, first)?;
    let caller = Caller {
        interfaces: Arc::new(Interfaces::of(&schemas)),
        schemas: Arc::new(schemas),
        timeout: arguments.timeout.map(Duration::from_secs),
    };
    let called = unless_interrupted(caller.run(&ipc, &address, first, &steps)).await;
    // What was dropped is ended in the node before the connection is.
    ipc.shutdown(LEAVE).await;
    match called {
        Some(json) => {
            let _ = output.value(&json?)?;
            Ok(ExitCode::SUCCESS)
        }
        None => Ok(interrupted()),
    }
}

/// The schema to go by, and the full address.
async fn schemas(arguments: &Call, ipc: &Ipc) -> Result<(Schemas, String), Failure> {
    let reach = &arguments.reach;
    if !arguments.schema.is_empty() {
        let schemas = Schemas::of_files(&arguments.schema, &arguments.import_paths)?;
        return Ok((schemas, reach.node().socket()?));
    }
    let node = connect(reach, ipc).await?;
    Ok((
        Schemas::of_bitcoin(node.interfaces())?,
        node.address().to_owned(),
    ))
}

/// Connects to a node.
pub(crate) async fn connect(reach: &Reach, ipc: &Ipc) -> Result<bitcoin_core_ipc::Node, Failure> {
    let connecting = reach.node().ipc(ipc.clone()).connect();
    let connected = waiting("waiting for the node", connecting).await;
    connected.map_err(|error| {
        let advice = format!("`ipc doctor {}` looks for the reason", reach.address);
        match error {
            bitcoin_core_ipc::Error::Address(_) => Failure::from(error),
            error => Failure::unreachable(error).advice(advice),
        }
    })
}

struct Caller {
    schemas: Arc<Schemas>,
    interfaces: Arc<Interfaces>,
    timeout: Option<Duration>,
}

impl Caller {
    /// Makes the calls one after the other, and returns what the last one brings.
    async fn run(
        &self,
        ipc: &Ipc,
        address: &str,
        first: Id,
        steps: &[Step],
    ) -> Result<Value, Failure> {
        let interface = self.interfaces.interface(first);
        let interface = interface.ok_or_else(|| Failure::usage("there is no such interface"))?;
        let object = ipc.connect_object(address, interface).await;
        let mut object = object.map_err(Failure::unreachable)?;
        let mut interface = first;
        // Those that are behind us, too: one may end with the object that made it.
        let mut objects = Vec::new();
        let mut last = Value::Null;
        for (at, step) in steps.iter().enumerate() {
            let further = steps.get(at + 1);
            let answer = self
                .call(&object, interface, step, further.is_some())
                .await?;
            last = answer.json;
            if further.is_none() {
                break;
            }
            let brought = answer.object.ok_or_else(|| {
                Failure::failed(format!("{} brought no object: it is null", step.name))
            })?;
            interface = path::next(&self.schemas, interface, step)?;
            objects.push(std::mem::replace(&mut object, brought));
        }
        Ok(last)
    }

    async fn call(
        &self,
        object: &rt::Object,
        interface: Id,
        step: &Step,
        goes_on: bool,
    ) -> Result<Answer, Failure> {
        let found = self.interfaces.method(&self.schemas, interface, &step.name);
        let method = found.ok_or_else(|| path::no_method(&self.schemas, interface, &step.name))?;
        let declared = method.declared.method;
        let none = json!({});
        let values = parameters(
            &self.schemas,
            declared,
            step.params.as_ref().unwrap_or(&none),
        )?;
        let wanted = goes_on.then(|| self.schemas.object(declared)).flatten();
        let wanted = wanted.map(|(name, _)| name.to_owned());
        let (schemas, interfaces) = (Arc::clone(&self.schemas), Arc::clone(&self.interfaces));
        let result_struct = declared.results;
        let call = object.call(
            method.runtime,
            |builder| fill(&self.schemas, declared.params, &values, builder),
            move |reader| {
                let wanted = wanted.as_deref();
                results(&schemas, &interfaces, result_struct, wanted, reader)
            },
        );
        let call = match self.timeout {
            Some(limit) => call.timeout(limit),
            None => call,
        };
        match waiting(&format!("waiting for {}", step.name), call).await? {
            Returned::Results(answer) => Ok(answer),
            Returned::Declared { name, carried } => Err(Failure::failed(format!(
                "{} failed with {name}: {carried}",
                step.name
            ))),
        }
    }
}
