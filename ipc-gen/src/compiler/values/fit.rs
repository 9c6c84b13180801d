//! Whether a value is one of a type, and the value as one.

use super::Plain;
use crate::compiler::Compiler;
use crate::compiler::diagnostic::{Diagnostic, Location};
use crate::compiler::node::Value;
use crate::compiler::pointer::Pointer;
use crate::compiler::types::Type;
use std::rc::Rc;

/// The least and the largest value of a type of integers.
fn range(ty: &Type) -> Option<(i64, u64)> {
    fn signed<T: Into<i64>>(least: T, largest: T) -> Option<(i64, u64)> {
        Some((least.into(), largest.into().cast_unsigned()))
    }
    match ty {
        Type::Int8 => signed(i8::MIN, i8::MAX),
        Type::Int16 => signed(i16::MIN, i16::MAX),
        Type::Int32 => signed(i32::MIN, i32::MAX),
        Type::Int64 => signed(i64::MIN, i64::MAX),
        Type::UInt8 => Some((0, u8::MAX.into())),
        Type::UInt16 => Some((0, u16::MAX.into())),
        Type::UInt32 => Some((0, u32::MAX.into())),
        Type::UInt64 => Some((0, u64::MAX)),
        // Any integer can stand for a number with a fraction.
        Type::Float32 | Type::Float64 => Some((i64::MIN, u64::MAX)),
        _ => None,
    }
}

impl Compiler<'_> {
    /// Whether a value is one of a type. One that is but for its size is reported and made to fit.
    pub(super) fn fits(&mut self, plain: &mut Plain, ty: &Type, at: Location) -> bool {
        match plain {
            Plain::Void => *ty == Type::Void,
            Plain::Bool(_) => *ty == Type::Bool,
            Plain::Signed(value) => {
                let value = *value;
                let Some((least, largest)) = range(ty) else {
                    return false;
                };
                let too_large = u64::try_from(value).is_ok_and(|value| value > largest);
                if value < least || too_large {
                    self.out_of_range(ty, at);
                    *plain = Plain::Signed(0);
                }
                true
            }
            Plain::Unsigned(value) => {
                let Some((_, largest)) = range(ty) else {
                    return false;
                };
                if *value > largest {
                    self.out_of_range(ty, at);
                    *plain = Plain::Unsigned(0);
                }
                true
            }
            Plain::Float(_) => matches!(ty, Type::Float32 | Type::Float64),
            Plain::Text(_) => *ty == Type::Text,
            Plain::Data(_) => *ty == Type::Data,
            Plain::Enum { id, .. } => matches!(ty, Type::Enum(named) if named.id == *id),
            Plain::List { ty: own, .. } => match ty {
                Type::List(_) => own == ty,
                other => matches!(other, Type::AnyPointer | Type::AnyList),
            },
            Plain::Struct { ty: own, .. } => match ty {
                Type::Struct(named) => own == named,
                other => matches!(other, Type::AnyPointer | Type::AnyStruct),
            },
            Plain::AnyPointer => false,
        }
    }

    fn out_of_range(&mut self, ty: &Type, at: Location) {
        let name = format!("{ty:?}");
        let mut problem = Diagnostic::new(at, format!("the number does not fit in {name}"));
        if let Some((least, largest)) = range(ty) {
            problem = problem.help(format!("{name} holds {least} to {largest}"));
        }
        self.report(problem);
    }
}

/// A value that fits a type as one of it.
pub(super) fn convert(plain: Plain, ty: &Type) -> Value {
    let integer = |bits: u64| match ty {
        Type::Int8 => Value::Int8(bits as i8),
        Type::Int16 => Value::Int16(bits as i16),
        Type::Int32 => Value::Int32(bits as i32),
        Type::Int64 => Value::Int64(bits.cast_signed()),
        Type::UInt8 => Value::UInt8(bits as u8),
        Type::UInt16 => Value::UInt16(bits as u16),
        Type::UInt32 => Value::UInt32(bits as u32),
        _ => Value::UInt64(bits),
    };
    match (plain, ty) {
        (Plain::Bool(value), _) => Value::Bool(value),
        (Plain::Signed(value), Type::Float32) => Value::Float32(value as f32),
        (Plain::Signed(value), Type::Float64) => Value::Float64(value as f64),
        (Plain::Signed(value), _) => integer(value.cast_unsigned()),
        (Plain::Unsigned(value), Type::Float32) => Value::Float32(value as f32),
        (Plain::Unsigned(value), Type::Float64) => Value::Float64(value as f64),
        (Plain::Unsigned(value), _) => integer(value),
        (Plain::Float(value), Type::Float32) => Value::Float32(value as f32),
        (Plain::Float(value), _) => Value::Float64(value),
        (Plain::Text(text), _) => Value::Text(Some(text)),
        (Plain::Data(bytes), _) => Value::Data(Some(bytes)),
        (Plain::Enum { value, .. }, _) => Value::Enum(value),
        (Plain::List { object, .. }, Type::List(_)) => Value::List(object),
        (Plain::Struct { object, .. }, Type::Struct(_)) => Value::Struct(object),
        (Plain::List { object, .. } | Plain::Struct { object, .. }, _) => Value::AnyPointer(object),
        (Plain::Void | Plain::AnyPointer, _) => Value::default_of(ty),
    }
}

/// What a pointer to a value leads to.
pub(super) fn to_pointer(value: &Value) -> Rc<Pointer> {
    match value {
        Value::Text(Some(text)) => Rc::new(Pointer::blob(text, true)),
        Value::Data(Some(bytes)) => Rc::new(Pointer::blob(bytes, false)),
        Value::List(object) | Value::Struct(object) | Value::AnyPointer(object) => {
            Rc::clone(object)
        }
        _ => Rc::new(Pointer::Null),
    }
}
