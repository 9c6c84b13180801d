//! The parameters of a call, by name or by position.

use std::collections::VecDeque;

use ipc_runtime::Exception;
use serde_json::{Map, Value};

use super::side::Side;
use super::values::{JsonValue, expected, inside, malformed};

/// What names the object that is called, where it is not the first that the server serves.
pub(super) const OBJECT: &str = "object";

/// The parameters of one call, taken one after the other.
#[derive(Debug)]
pub struct Params<'a> {
    given: Given,
    names: std::slice::Iter<'a, &'a str>,
    side: Side<'a>,
}

#[derive(Debug)]
enum Given {
    ByPosition(VecDeque<Value>),
    ByName(Map<String, Value>),
}

impl<'a> Params<'a> {
    /// The parameters, of which the schema has these names, and the handle of the object that is called. That is the
    /// first one, if it is `needed` and they are given by position.
    ///
    /// # Errors
    ///
    /// There are too many, or one of another name; the handle is missing where it is needed, or is none.
    pub fn new(
        given: Value,
        names: &'a [&'a str],
        needed: bool,
        side: Side<'a>,
    ) -> Result<(Self, Option<String>), Exception> {
        let (given, object) = match given {
            Value::Null => (Given::ByPosition(VecDeque::new()), None),
            Value::Array(values) => {
                let mut values = VecDeque::from(values);
                let object = if needed { values.pop_front() } else { None };
                if values.len() > names.len() {
                    let (most, there) = (names.len(), values.len());
                    return Err(malformed(format_args!(
                        "expected {most} parameters, not {there}"
                    )));
                }
                (Given::ByPosition(values), object)
            }
            Value::Object(mut values) => {
                let object = match names.contains(&OBJECT) {
                    false => values.remove(OBJECT),
                    true => values.remove("object_"),
                };
                if let Some(name) = values.keys().find(|name| !names.contains(&name.as_str())) {
                    return Err(malformed(format_args!("there is no parameter `{name}`")));
                }
                (Given::ByName(values), object)
            }
            other => return Err(expected("an array or an object", &other)),
        };
        let object = match object {
            Some(Value::String(handle)) => Some(handle),
            Some(other) => return Err(expected("the handle of an object", &other)),
            None if needed => return Err(malformed("the handle of an object is missing")),
            None => None,
        };
        let names = names.iter();
        Ok((Self { given, names, side }, object))
    }

    /// The next parameter.
    ///
    /// # Errors
    ///
    /// It is missing, or of another type.
    pub fn take<T: JsonValue>(&mut self) -> Result<T, Exception> {
        let (name, given) = self.next();
        match given {
            Some(value) => self.read(name, value),
            None => T::absent().ok_or_else(|| malformed(format_args!("`{name}` is missing"))),
        }
    }

    /// The next parameter, which has a default.
    ///
    /// # Errors
    ///
    /// It is of another type.
    pub fn take_or<T: JsonValue>(&mut self, default: T) -> Result<T, Exception> {
        match self.next() {
            (name, Some(value)) => self.read(name, value),
            (_, None) => Ok(default),
        }
    }

    /// Those that were not taken: an array or an object.
    #[must_use = "they are gone otherwise"]
    pub fn rest(self) -> Value {
        match self.given {
            Given::ByPosition(values) => Value::Array(values.into()),
            Given::ByName(values) => Value::Object(values),
        }
    }

    fn next(&mut self) -> (&'a str, Option<Value>) {
        let name = self.names.next().copied().unwrap_or_default();
        let given = match &mut self.given {
            Given::ByPosition(values) => values.pop_front(),
            Given::ByName(values) => values.remove(name),
        };
        (name, given)
    }

    fn read<T: JsonValue>(&self, name: &str, value: Value) -> Result<T, Exception> {
        T::from_json(value, self.side).map_err(|error| inside(format_args!("`{name}`"), error))
    }
}
