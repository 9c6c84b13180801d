//! `ipc serve json-rpc --interfaces` and `--schema`: the interfaces of a server as methods of JSON-RPC 2.0, by the schema.
//!
//! What [`ipc_json_rpc::module`] makes of generated proxies, made of a schema that is known at run time only.

mod method;
mod names;
mod server;

use std::sync::Arc;

use ipc_gen::reflection::Id;
use ipc_json_rpc::rt::Registry;
use ipc_json_rpc::{MethodHandler, RpcModule};
use ipc_runtime::Ipc;

use crate::args::JsonRpc;
use crate::call::connect;
use crate::dynamic::{Known, Schemas, needed, reachable};
use crate::failure::Failure;
use method::Method;
use names::Names;
use server::{Address, Server, Unnamed};

/// What answers requests with the methods of the server, which is there.
pub(super) async fn handler(arguments: &JsonRpc, ipc: &Ipc) -> Result<MethodHandler, Failure> {
    let (schemas, address) = match Schemas::asked_for(&arguments.by)? {
        Some(schemas) => (schemas, Address::Server(arguments.reach.node().socket()?)),
        None => {
            let node = connect(&arguments.reach, ipc).await?;
            let interfaces = node.interfaces();
            let schemas = Schemas::of_bitcoin(interfaces)?;
            let builder = arguments.reach.node().ipc(ipc.clone());
            (schemas, Address::Node(Box::new(builder), interfaces))
        }
    };
    let first = schemas.first_interface(arguments.by.first.as_deref())?;
    let known = Known::of(schemas);
    let runtime = known.interfaces.interface(first);
    let runtime = runtime.ok_or_else(|| Failure::usage("there is no such interface"))?;
    let server = Arc::new(Server::new(ipc, address, runtime, known));
    let module = module(
        &server,
        first,
        Names::new(known.schemas, arguments.snake_case),
    );
    let module = module.map_err(Failure::usage)?;
    // An address where nobody listens is told now, rather than to each client.
    server.connected().await?;
    Ok(MethodHandler::new(module))
}

/// The methods of all interfaces that the first one leads to.
fn module(
    server: &Arc<Server>,
    first: Id,
    names: Names,
) -> Result<RpcModule<()>, impl std::fmt::Display + use<>> {
    let Known {
        schemas,
        interfaces,
    } = server.known;
    let mut registry = Registry::default();
    let kinds = Arc::new(names.kinds(&reachable(schemas, first)));
    for (id, kind) in kinds.iter() {
        let unnamed = unnamed(server.known, first, *id);
        let own = schemas.callable(*id).into_iter();
        for declared in own.filter(|declared| declared.interface == *id) {
            let name = declared.method.name.as_str();
            let Some(method) = interfaces.method(schemas, *id, name) else {
                continue;
            };
            let method = Arc::new(Method::new(server, &kinds, *kind, method, unnamed));
            registry.method(names.method(*kind, name), move |given, objects| {
                let method = Arc::clone(&method);
                async move { method.run(given, objects).await }
            });
        }
        registry.destroy(names.method(*kind, "destroy"), *kind);
    }
    registry.module()
}

/// What is called where no handle says it: the first object, and of an `Init` what its methods make. These are there once for
/// a node, where other servers' may be made for each who asks.
fn unnamed(known: Known, first: Id, interface: Id) -> Option<Unnamed> {
    let Known {
        schemas,
        interfaces,
    } = known;
    if schemas.lineage(first).contains(&interface) {
        return Some(Unnamed::First);
    }
    if schemas.name(first) != "Init" {
        return None;
    }
    let mut makers = schemas
        .makers(first)
        .into_iter()
        .filter(|(declared, made)| {
            schemas.lineage(*made).contains(&interface)
                && needed(schemas, declared.method).is_empty()
        });
    let (maker, _) = makers.next()?;
    let maker = interfaces.method(schemas, first, &maker.method.name)?;
    Some(Unnamed::Made(maker))
}
