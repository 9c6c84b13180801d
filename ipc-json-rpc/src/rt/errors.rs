//! Exceptions as JSON-RPC errors.

use ipc_runtime::{Exception, ExceptionKind};
use jsonrpsee_server::types::ErrorObjectOwned;
use serde_json::{Value, json};

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

/// An exception as JSON-RPC has it: its kind's code, its message, and in the data its kind and the schema's name of
/// the method that it is about.
pub(crate) fn error_object(exception: &Exception, code: Option<i32>) -> ErrorObjectOwned {
    let known = KINDS.iter().find(|(kind, ..)| *kind == exception.kind());
    let (_, number, kind) = known.unwrap_or(&KINDS[0]);
    let method = match (exception.interface(), exception.method()) {
        (Some(interface), Some(method)) => json!(format!("{interface}.{method}")),
        _ => Value::Null,
    };
    let data = json!({ "kind": kind, "method": method });
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
