//! JSON-RPC as bitcoind speaks it: 2.0 where a request asks for it, and otherwise 1.0 with the errors of 1.1.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::fields::Fields;

/// Which JSON-RPC an answer is to be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// 1.0 and 1.1: errors are failures of HTTP too, and a request without an id is answered.
    Legacy,
    V2,
}

/// To whom an answer is.
#[derive(Clone, Copy)]
pub(super) struct Sender<'a> {
    pub(super) version: Version,
    pub(super) id: Option<&'a RawValue>,
}

/// A request that says what it wants.
pub(super) struct Request<'a> {
    pub(super) sender: Sender<'a>,
    pub(super) method: String,
    /// A list or an object.
    pub(super) params: Option<&'a RawValue>,
}

/// The numbers of errors that are not the node's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Parse = -32700,
    InvalidRequest = -32600,
    Internal = -32603,
    /// The node is not ready: what `bitcoin-cli -rpcwait` waits for.
    Warmup = -28,
    /// The method failed without saying how.
    Misc = -1,
}

impl Sender<'_> {
    /// Of what cannot be read.
    pub(super) const UNKNOWN: Self = Self {
        version: Version::Legacy,
        id: Some(RawValue::NULL),
    };

    /// Whether the request is run and not answered.
    pub(super) fn is_notifier(&self) -> bool {
        self.version == Version::V2 && self.id.is_none()
    }

    /// The answer to the request, with a result or a JSON-RPC error.
    pub(super) fn answer(&self, outcome: Result<&RawValue, &RawValue>) -> String {
        let legacy = self.version == Version::Legacy;
        let null = legacy.then_some(RawValue::NULL);
        let (result, error) = match outcome {
            Ok(result) => (Some(result), null),
            Err(error) => (null, Some(error)),
        };
        json(&Answer {
            jsonrpc: (!legacy).then_some("2.0"),
            result,
            error,
            id: self.id,
        })
    }
}

impl<'a> Request<'a> {
    /// Reads a request; if it is none, to whom to say what is wrong.
    pub(super) fn parse(text: &'a RawValue) -> Result<Self, (Sender<'a>, &'static str)> {
        let mut sender = Sender::UNKNOWN;
        let Ok(fields) = serde_json::from_str::<Fields<'_>>(text.get()) else {
            return Err((sender, "Invalid Request object"));
        };
        sender.id = fields.id;
        match fields.jsonrpc.map(read_string) {
            None | Some(Read::Null) => {}
            Some(Read::Other) => return Err((sender, "jsonrpc field must be a string")),
            Some(Read::String(version)) => match version.as_str() {
                "1.0" => {}
                "2.0" => sender.version = Version::V2,
                _ => return Err((sender, "JSON-RPC version not supported")),
            },
        }
        let method = match fields.method.map(read_string) {
            None | Some(Read::Null) => return Err((sender, "Missing method")),
            Some(Read::Other) => return Err((sender, "Method must be a string")),
            Some(Read::String(method)) => method,
        };
        let params = fields.params.filter(|params| params.get() != "null");
        if params.is_some_and(|params| !params.get().starts_with(['[', '{'])) {
            return Err((sender, "Params must be an array or object"));
        }
        Ok(Self {
            sender,
            method,
            params,
        })
    }
}

enum Read {
    String(String),
    Null,
    Other,
}

fn read_string(value: &RawValue) -> Read {
    match serde_json::from_str(value.get()) {
        Ok(Some(text)) => Read::String(text),
        Ok(None) => Read::Null,
        Err(_) => Read::Other,
    }
}

/// A JSON-RPC error of our own.
pub(super) fn error(code: Code, message: &str) -> Box<RawValue> {
    #[derive(Serialize)]
    struct Error<'a> {
        code: i32,
        message: &'a str,
    }
    let code = code as i32;
    to_raw_value(&Error { code, message }).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// What HTTP says of an error of a request of version 1.
pub(super) fn status(error: &RawValue) -> StatusCode {
    #[derive(Deserialize)]
    struct Error {
        code: i64,
    }
    match serde_json::from_str(error.get()) {
        Ok(Error { code: -32600 }) => StatusCode::BAD_REQUEST,
        Ok(Error { code: -32601 }) => StatusCode::NOT_FOUND,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    jsonrpc: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
}

fn json(answer: &Answer<'_>) -> String {
    serde_json::to_string(answer).expect("text and what was JSON before can be written")
}
