//! Exceptions as JSON-RPC errors.

use ipc_runtime::{Exception, ExceptionKind};
use jsonrpsee_server::types::ErrorObjectOwned;
use serde_json::{Value, json};

use super::side::Side;
use super::unions::{no_member, one_member};

/// JSON-RPC's code for parameters of another number, name or type.
pub(crate) const INVALID_PARAMS: i32 = -32602;

/// The code of each kind, and its name in an error's data.
const KINDS: [(ExceptionKind, i32, &str); 9] = [
    (ExceptionKind::Failed, -32000, "failed"),
    (ExceptionKind::Overloaded, -32001, "overloaded"),
    (ExceptionKind::Disconnected, -32002, "disconnected"),
    (ExceptionKind::Unimplemented, -32003, "unimplemented"),
    (ExceptionKind::Cancelled, -32004, "cancelled"),
    (ExceptionKind::TimedOut, -32005, "timedOut"),
    (ExceptionKind::Null, -32006, "null"),
    (ExceptionKind::Declared, -32007, "declared"),
    (ExceptionKind::Malformed, -32008, "malformed"),
];

/// What a method can fail with: an exception, or an error that the schema declares and that has a value.
pub trait JsonFailure: From<Exception> + Into<Exception> {
    /// Writes a declared error: an object with one field, its name. None if it is another failure.
    ///
    /// # Errors
    ///
    /// It holds what has no JSON form.
    fn declared(&self, side: Side<'_>) -> Result<Option<Value>, Exception>;

    /// Reads a declared error.
    ///
    /// # Errors
    ///
    /// The schema declares none of that name, or it is of another type.
    fn from_declared(value: Value, side: Side<'_>) -> Result<Self, Exception>;
}

/// Of methods that declare no errors with values.
impl JsonFailure for Exception {
    fn declared(&self, _side: Side<'_>) -> Result<Option<Value>, Exception> {
        Ok(None)
    }

    fn from_declared(value: Value, _side: Side<'_>) -> Result<Self, Exception> {
        let (name, _) = one_member(value)?;
        Err(no_member(&name))
    }
}

/// The failure that a JSON-RPC error stands for.
pub(super) fn failure<E: JsonFailure>(mut error: Value, side: Side<'_>) -> E {
    match error.pointer_mut("/data/declared").map(Value::take) {
        None | Some(Value::Null) => exception(&error).into(),
        // Of a newer schema, say.
        Some(declared) => {
            E::from_declared(declared, side).unwrap_or_else(|_| exception(&error).into())
        }
    }
}

/// An exception as JSON-RPC has it: its kind's code, its message, and in the data its kind, the schema's name of
/// the method that it is about, and the error that the schema declares, if it is one.
pub(crate) fn error_object(
    exception: &Exception,
    code: Option<i32>,
    declared: Option<Value>,
) -> ErrorObjectOwned {
    let known = KINDS.iter().find(|(kind, ..)| *kind == exception.kind());
    let (_, number, kind) = known.unwrap_or(&KINDS[0]);
    let method = match (exception.interface(), exception.method()) {
        (Some(interface), Some(method)) => json!(format!("{interface}.{method}")),
        _ => Value::Null,
    };
    let mut data = json!({ "kind": kind, "method": method });
    if let Some(declared) = declared {
        data["declared"] = declared;
    }
    ErrorObjectOwned::owned(code.unwrap_or(*number), exception.message(), Some(data))
}

/// The exception that a JSON-RPC error stands for.
pub(crate) fn exception(error: &Value) -> Exception {
    let code = error["code"].as_i64();
    let name = error["data"]["kind"].as_str();
    let known = KINDS.iter().find(|(_, _, kind)| Some(*kind) == name);
    let kind = match (known, code) {
        (Some((kind, ..)), _) => *kind,
        (None, Some(-32601)) => ExceptionKind::Unimplemented,
        (None, Some(-32602)) => ExceptionKind::Malformed,
        _ => ExceptionKind::Failed,
    };
    match error["message"].as_str() {
        Some(message) => Exception::new(kind, message),
        None => Exception::new(kind, error),
    }
}
