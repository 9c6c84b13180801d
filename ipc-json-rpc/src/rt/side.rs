//! What stands for objects in JSON: handles, which each side understands in its way.

use std::sync::Weak;

use ipc_runtime::{Exception, Proxy};
use serde_json::Value;

use super::kind::Kind;
use super::methods::Methods;
use super::remote::Remote;
use super::table::Table;
use super::values::{expected, malformed};
use crate::client::{Client, Handle, Session};

/// On which side of a connection something is written or read.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a>(pub(super) Which<'a>);

#[derive(Clone, Copy, Debug)]
pub(super) enum Which<'a> {
    /// The objects are here, and clients have handles on them.
    Server(&'a Table),
    /// The objects are there, those that are read in this session.
    Client(&'a Client, &'a Weak<Session>),
    /// There is no connection that objects could be tied to.
    Nowhere,
}

/// An interface in JSON-RPC: what generated proxies implement.
pub trait JsonObject: Proxy {
    /// What its methods begin with, before the `_`: `echo`.
    const NAME: &'static str;
    /// The schema's name of the interface.
    const INTERFACE_NAME: &'static str;
    /// The ids of the interface and of those that it extends. Its own is the first.
    const IDS: &'static [u64];

    /// Tells all methods.
    fn methods(methods: &mut Methods<'_, Self>);

    /// A proxy whose calls go to an object of a server.
    fn remote(remote: Remote) -> Self;
}

/// Writes an object: its handle.
///
/// # Errors
///
/// A client passes an object that it does not have from its server; a connection has too many objects.
pub fn object_to_json<P: JsonObject>(proxy: &P, side: Side<'_>) -> Result<Value, Exception> {
    match side.0 {
        Which::Server(table) => (table.insert(Kind::of::<P>(), proxy.object())).map(Value::String),
        Which::Client(client, _) => client.handle_of(proxy.object()).map(Value::String),
        Which::Nowhere => Err(no_connection()),
    }
}

/// Reads an object from its handle.
///
/// # Errors
///
/// There is no such object, or it is of another interface.
pub fn object_from_json<P: JsonObject>(value: Value, side: Side<'_>) -> Result<P, Exception> {
    let Value::String(handle) = value else {
        let error = expected("the handle of an object", &value);
        return Err(match side.0 {
            Which::Client(..) => error,
            _ => {
                let own = "a client cannot pass objects of its own";
                malformed(format_args!("{}: {own}", error.message()))
            }
        });
    };
    match side.0 {
        Which::Server(table) => (table.get(Kind::of::<P>(), &handle)).map(P::from_object),
        Which::Client(client, session) => Ok(client.adopt(Handle {
            text: handle,
            session: session.clone(),
        })),
        Which::Nowhere => Err(no_connection()),
    }
}

pub(super) fn no_connection() -> Exception {
    Exception::failed("objects are tied to a connection, and this server tells of none")
}
