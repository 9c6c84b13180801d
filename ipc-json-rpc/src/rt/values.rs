//! The JSON form of values.

use ipc_runtime::{AnyPointer, AnyProxy, Exception, ExceptionKind};
use serde_json::Value;

use super::side::Side;

/// A value with a JSON form: what parameters, results and fields are.
///
/// Generated types have it. A type of one's own that stands in the place of a schema's needs it too.
pub trait JsonValue: Sized {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// It holds an object that cannot be passed, or what has no JSON form.
    fn to_json(&self, side: Side<'_>) -> Result<Value, Exception>;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// It is of another type ([`ExceptionKind::Malformed`]), or names an object that is not there.
    fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception>;

    /// What a parameter is that is left out; none if it may not be.
    fn absent() -> Option<Self> {
        None
    }

    /// Writes a list of it: an array, unless it is a list of bytes.
    ///
    /// # Errors
    ///
    /// Those of its elements.
    fn list_to_json(list: &[Self], side: Side<'_>) -> Result<Value, Exception> {
        let items = list.iter().map(|item| item.to_json(side));
        items.collect::<Result<_, _>>().map(Value::Array)
    }

    /// Reads a list of it.
    ///
    /// # Errors
    ///
    /// It is none, or an element is of another type.
    fn list_from_json(value: Value, side: Side<'_>) -> Result<Vec<Self>, Exception> {
        let Value::Array(items) = value else {
            return Err(expected("an array", &value));
        };
        let read = |(at, item)| {
            Self::from_json(item, side).map_err(|error| inside(format_args!("element {at}"), error))
        };
        items.into_iter().enumerate().map(read).collect()
    }
}

/// What was expected, and what is there instead.
pub(super) fn expected(what: &str, value: &Value) -> Exception {
    let there = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    malformed(format_args!("expected {what}, not {there}"))
}

pub(super) fn malformed(message: impl std::fmt::Display) -> Exception {
    Exception::new(ExceptionKind::Malformed, message)
}

/// Says where an error was met.
pub(super) fn inside(place: impl std::fmt::Display, error: Exception) -> Exception {
    Exception::new(error.kind(), format_args!("{place}: {}", error.message()))
}

/// The error of a value that has no JSON form.
pub fn no_json(what: &str) -> Exception {
    Exception::new(
        ExceptionKind::Unimplemented,
        format_args!("{what} has no JSON form"),
    )
}

impl JsonValue for () {
    fn to_json(&self, _side: Side<'_>) -> Result<Value, Exception> {
        Ok(Value::Null)
    }

    fn from_json(value: Value, _side: Side<'_>) -> Result<Self, Exception> {
        match value {
            Value::Null => Ok(()),
            other => Err(expected("null", &other)),
        }
    }

    fn absent() -> Option<Self> {
        Some(())
    }
}

impl JsonValue for bool {
    fn to_json(&self, _side: Side<'_>) -> Result<Value, Exception> {
        Ok(Value::Bool(*self))
    }

    fn from_json(value: Value, _side: Side<'_>) -> Result<Self, Exception> {
        value.as_bool().ok_or_else(|| expected("a boolean", &value))
    }
}

impl JsonValue for String {
    fn to_json(&self, _side: Side<'_>) -> Result<Value, Exception> {
        Ok(Value::String(self.clone()))
    }

    fn from_json(value: Value, _side: Side<'_>) -> Result<Self, Exception> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(expected("a string", &other)),
        }
    }
}

impl<T: JsonValue> JsonValue for Vec<T> {
    fn to_json(&self, side: Side<'_>) -> Result<Value, Exception> {
        T::list_to_json(self, side)
    }

    fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception> {
        T::list_from_json(value, side)
    }
}

impl<T: JsonValue> JsonValue for Box<T> {
    fn to_json(&self, side: Side<'_>) -> Result<Value, Exception> {
        T::to_json(self, side)
    }

    fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception> {
        T::from_json(value, side).map(Self::new)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Self::new)
    }
}

/// None is null, and may be left out.
impl<T: JsonValue> JsonValue for Option<T> {
    fn to_json(&self, side: Side<'_>) -> Result<Value, Exception> {
        self.as_ref()
            .map_or(Ok(Value::Null), |value| value.to_json(side))
    }

    fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception> {
        match value {
            Value::Null => Ok(None),
            value => T::from_json(value, side).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// A type that is known by the schema and has no JSON form.
macro_rules! without_json {
    ($($ty:ty),*) => {$(
        impl JsonValue for $ty {
            fn to_json(&self, _side: Side<'_>) -> Result<Value, Exception> {
                Err(no_json(stringify!($ty)))
            }

            fn from_json(_value: Value, _side: Side<'_>) -> Result<Self, Exception> {
                Err(no_json(stringify!($ty)))
            }
        }
    )*};
}

without_json!(AnyPointer, AnyProxy);
