//! JSON objects that stand for structs.

use ipc_runtime::Exception;
use serde_json::{Map, Value};

use super::side::Side;
use super::values::{JsonValue, expected, inside, malformed};

/// Fields that are written one after the other.
#[derive(Debug)]
pub struct Writer<'a> {
    fields: Map<String, Value>,
    side: Side<'a>,
}

/// Begins an object.
pub fn write(side: Side<'_>) -> Writer<'_> {
    Writer {
        fields: Map::new(),
        side,
    }
}

impl Writer<'_> {
    /// Adds a field.
    ///
    /// # Errors
    ///
    /// The value has no JSON form.
    pub fn put(mut self, name: &str, value: &impl JsonValue) -> Result<Self, Exception> {
        let value = value.to_json(self.side);
        let value = value.map_err(|error| inside(format_args!("`{name}`"), error))?;
        self.fields.insert(name.to_owned(), value);
        Ok(self)
    }

    /// Adds the member of a union that stands among the fields.
    ///
    /// # Errors
    ///
    /// The member has no JSON form.
    pub fn put_member(mut self, union: &impl JsonValue) -> Result<Self, Exception> {
        if let Value::Object(member) = union.to_json(self.side)? {
            self.fields.extend(member);
        }
        Ok(self)
    }

    /// The object.
    #[must_use = "this is what was written"]
    pub fn end(self) -> Value {
        Value::Object(self.fields)
    }
}

/// Fields to be read. What is not read is an error at the [end](Reader::end).
#[derive(Debug)]
pub struct Reader<'a> {
    fields: Map<String, Value>,
    side: Side<'a>,
}

/// The fields of an object.
///
/// # Errors
///
/// It is none.
pub fn read(value: Value, side: Side<'_>) -> Result<Reader<'_>, Exception> {
    match value {
        Value::Object(fields) => Ok(Reader { fields, side }),
        other => Err(expected("an object", &other)),
    }
}

impl Reader<'_> {
    /// Reads a field, if it is there.
    ///
    /// # Errors
    ///
    /// It is of another type.
    pub fn take<T: JsonValue>(&mut self, name: &str, into: &mut T) -> Result<(), Exception> {
        if let Some(value) = self.fields.remove(name) {
            *into = self.value(name, value)?;
        }
        Ok(())
    }

    /// Reads a field.
    ///
    /// # Errors
    ///
    /// It is of another type, or not there.
    pub fn need<T: JsonValue>(&mut self, name: &str) -> Result<T, Exception> {
        match self.fields.remove(name) {
            Some(value) => self.value(name, value),
            None => T::absent().ok_or_else(|| malformed(format_args!("`{name}` is missing"))),
        }
    }

    /// Reads the member of a union that stands among the fields, if it is there. It is what is left when all fields
    /// have been read.
    ///
    /// # Errors
    ///
    /// It is of another type.
    pub fn take_member<T: JsonValue>(&mut self, into: &mut T) -> Result<(), Exception> {
        if !self.fields.is_empty() {
            let member = Value::Object(std::mem::take(&mut self.fields));
            *into = T::from_json(member, self.side)?;
        }
        Ok(())
    }

    /// Ends reading.
    ///
    /// # Errors
    ///
    /// There is a field that was not read.
    pub fn end<T>(self, value: T) -> Result<T, Exception> {
        match self.fields.keys().next() {
            Some(name) => Err(malformed(format_args!("there is no field `{name}`"))),
            None => Ok(value),
        }
    }

    fn value<T: JsonValue>(&self, name: &str, value: Value) -> Result<T, Exception> {
        T::from_json(value, self.side).map_err(|error| inside(format_args!("`{name}`"), error))
    }
}
