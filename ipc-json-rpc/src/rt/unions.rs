//! Enums and unions.

use ipc_runtime::Exception;
use serde_json::{Map, Value};

use super::side::Side;
use super::values::{JsonValue, expected, inside, malformed};

/// An enumerant by its name, or by its number if the schema does not name it.
#[must_use = "this is what was written"]
pub fn enumerant(names: &[&str], number: u16) -> Value {
    match names.get(usize::from(number)) {
        Some(name) => Value::from(*name),
        None => Value::from(number),
    }
}

/// The number of an enumerant that is written by its name or its number.
///
/// # Errors
///
/// There is none of that name.
pub fn number(names: &[&str], value: &Value) -> Result<u16, Exception> {
    if let Some(number) = value.as_u64() {
        return u16::try_from(number)
            .map_err(|_| malformed("an enumerant has a number of 16 bits"));
    }
    let Some(wanted) = value.as_str() else {
        return Err(expected("the name of an enumerant", value));
    };
    let known = (0..).zip(names).find(|(_, name)| **name == wanted);
    known
        .map(|(number, _)| number)
        .ok_or_else(|| no_member(wanted))
}

/// A union: an object with one field, the member that is there.
///
/// # Errors
///
/// Its value has no JSON form.
pub fn member(name: &str, value: &impl JsonValue, side: Side<'_>) -> Result<Value, Exception> {
    let value = value
        .to_json(side)
        .map_err(|error| inside(format_args!("`{name}`"), error))?;
    Ok(Value::Object(Map::from_iter([(name.to_owned(), value)])))
}

/// The member that is there, and its value.
///
/// # Errors
///
/// It is no object with one field.
pub fn one_member(value: Value) -> Result<(String, Value), Exception> {
    let Value::Object(members) = value else {
        return Err(expected("an object with one field", &value));
    };
    let count = members.len();
    match members.into_iter().next() {
        Some(member) if count == 1 => Ok(member),
        _ => Err(malformed(format_args!(
            "expected one member of a union, not {count}"
        ))),
    }
}

/// The value of a member.
///
/// # Errors
///
/// It is of another type.
pub fn named<T: JsonValue>(name: &str, value: Value, side: Side<'_>) -> Result<T, Exception> {
    T::from_json(value, side).map_err(|error| inside(format_args!("`{name}`"), error))
}

/// The error of a name that the schema does not have there.
pub fn no_member(name: &str) -> Exception {
    malformed(format_args!("there is no `{name}`"))
}
