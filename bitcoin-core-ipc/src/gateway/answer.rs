//! From the body of an HTTP request to the status and the body of its answer.

use http::StatusCode;
use serde_json::value::RawValue;

use super::connection::{Asked, Connection};
use super::dialect::{self, Code, Request, Sender, Version};
use crate::execute::Executed;

/// The status, and the body if there is one.
type Answer = (StatusCode, Option<String>);

pub(super) async fn answer(connection: &Connection, asked: Asked<'_>, body: &[u8]) -> Answer {
    match serde_json::from_slice::<&RawValue>(body) {
        Err(_) => unreadable("Parse error"),
        Ok(text) if text.get().starts_with('{') => single(connection, asked, text).await,
        Ok(text) => match serde_json::from_str::<Vec<&RawValue>>(text.get()) {
            Ok(requests) => batch(connection, asked, &requests).await,
            Err(_) => unreadable("Top-level object parse error"),
        },
    }
}

fn unreadable(message: &str) -> Answer {
    let error = dialect::error(Code::Parse, message);
    let body = Sender::UNKNOWN.answer(Err(&error));
    (dialect::status(&error), Some(body))
}

async fn single(connection: &Connection, asked: Asked<'_>, text: &RawValue) -> Answer {
    let request = match Request::parse(text) {
        Ok(request) => request,
        Err((sender, message)) => {
            let error = dialect::error(Code::InvalidRequest, message);
            return (dialect::status(&error), Some(sender.answer(Err(&error))));
        }
    };
    let sender = request.sender;
    match connection.execute(&request, asked).await {
        Executed::Refused => refused(asked, &request),
        _ if sender.is_notifier() => (StatusCode::NO_CONTENT, None),
        Executed::Result(result) => (StatusCode::OK, Some(sender.answer(Ok(&result)))),
        Executed::Error(error) => {
            let status = match sender.version {
                Version::Legacy => dialect::status(&error),
                Version::V2 => StatusCode::OK,
            };
            (status, Some(sender.answer(Err(&error))))
        }
    }
}

async fn batch(connection: &Connection, asked: Asked<'_>, requests: &[&RawValue]) -> Answer {
    let mut answers = Vec::new();
    for text in requests {
        match Request::parse(text) {
            Ok(request) => match connection.execute(&request, asked).await {
                Executed::Refused => return refused(asked, &request),
                _ if request.sender.is_notifier() => {}
                Executed::Result(result) => answers.push(request.sender.answer(Ok(&result))),
                Executed::Error(error) => answers.push(request.sender.answer(Err(&error))),
            },
            Err((sender, message)) => {
                let error = dialect::error(Code::InvalidRequest, message);
                answers.push(sender.answer(Err(&error)));
            }
        }
    }
    // A batch without requests has no notifications either, and is answered as it always was.
    match answers.is_empty() && !requests.is_empty() {
        true => (StatusCode::NO_CONTENT, None),
        false => (StatusCode::OK, Some(format!("[{}]", answers.join(",")))),
    }
}

fn refused(asked: Asked<'_>, request: &Request<'_>) -> Answer {
    tracing::warn!(
        asked.user,
        request.method,
        "the node refuses a method to the user"
    );
    (StatusCode::FORBIDDEN, None)
}
