//! The JSON form of numbers, and of bytes.

use ipc_runtime::Exception;
use serde_json::{Number, Value};

use super::side::Side;
use super::values::{JsonValue, expected, malformed};

/// Integers are numbers with all their digits. They are also read from text, for clients whose numbers have 53 bits.
macro_rules! integers {
    ($($ty:ident)*) => {$(
        impl JsonValue for $ty {
            fn to_json(&self, _side: Side<'_>) -> Result<Value, Exception> {
                Ok(Value::from(*self))
            }

            fn from_json(value: Value, _side: Side<'_>) -> Result<Self, Exception> {
                integer(&value, concat!("an integer of the type ", stringify!($ty)))
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 u16 u32 u64);

fn integer<T>(value: &Value, what: &str) -> Result<T, Exception>
where
    T: TryFrom<i64> + TryFrom<u64> + std::str::FromStr,
{
    let read = match value {
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => T::try_from(number).ok(),
            (None, Some(number)) => T::try_from(number).ok(),
            (None, None) => None,
        },
        Value::String(text) => text.parse().ok(),
        other => return Err(expected(what, other)),
    };
    read.ok_or_else(|| malformed(format_args!("expected {what}, not {value}")))
}

/// A list of it is hexadecimal text.
impl JsonValue for u8 {
    fn to_json(&self, _side: Side<'_>) -> Result<Value, Exception> {
        Ok(Value::from(*self))
    }

    fn from_json(value: Value, _side: Side<'_>) -> Result<Self, Exception> {
        integer(&value, "an integer of the type u8")
    }

    fn list_to_json(list: &[Self], _side: Side<'_>) -> Result<Value, Exception> {
        Ok(Value::String(hex::encode(list)))
    }

    fn list_from_json(value: Value, _side: Side<'_>) -> Result<Vec<Self>, Exception> {
        let bytes = value.as_str().map(hex::decode);
        let what = "hexadecimal text of whole bytes";
        match bytes {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(_)) => Err(malformed(format_args!("expected {what}"))),
            None => Err(expected(what, &value)),
        }
    }
}

/// What JSON has no numbers for is text: `NaN`, `Infinity` and `-Infinity`.
impl JsonValue for f64 {
    fn to_json(&self, _side: Side<'_>) -> Result<Value, Exception> {
        let text = match self {
            _ if self.is_nan() => "NaN",
            _ if *self == f64::INFINITY => "Infinity",
            _ if *self == f64::NEG_INFINITY => "-Infinity",
            _ => "",
        };
        Ok(Number::from_f64(*self).map_or_else(|| Value::from(text), Value::Number))
    }

    fn from_json(value: Value, _side: Side<'_>) -> Result<Self, Exception> {
        let read = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => match text.as_str() {
                "NaN" => Some(f64::NAN),
                "Infinity" => Some(f64::INFINITY),
                "-Infinity" => Some(f64::NEG_INFINITY),
                _ => None,
            },
            _ => None,
        };
        read.ok_or_else(|| expected("a number", &value))
    }
}

impl JsonValue for f32 {
    fn to_json(&self, side: Side<'_>) -> Result<Value, Exception> {
        // By the shortest text that means it: 0.1, not 0.10000000149011612.
        let wide: f64 = self
            .to_string()
            .parse()
            .unwrap_or_else(|_| f64::from(*self));
        wide.to_json(side)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the nearest one is meant")]
    fn from_json(value: Value, side: Side<'_>) -> Result<Self, Exception> {
        f64::from_json(value, side).map(|wide| wide as f32)
    }
}
