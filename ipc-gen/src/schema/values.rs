//! Defaults and constants. Those behind pointers are messages of their own inside of the request, and
//! are read by the types that the schema says they have.

use std::collections::BTreeMap;

use capnp::introspect::{Introspect, Type as Introspected, TypeVariant};
use capnp::private::layout::{self, PointerBuilder, PointerReader, PrimitiveElement};
use capnp::schema_capnp::{field, node, value};
use capnp::traits::{
    FromPointerReader, HasStructSize, IntoInternalStructReader, OwnedStruct, SetterInput,
};
use capnp::{any_pointer, any_pointer_list, struct_list};

use super::facts::{Body, FieldKind, Id, Node, Struct, Type};
use crate::model::types::{Scalar, Value};

/// A value that stands in the request itself.
pub(super) fn read_value(value: value::Reader<'_>) -> capnp::Result<Value> {
    Ok(match value.which()? {
        value::Bool(value) => Value::Bool(value),
        value::Int8(value) => Value::Integer(value.into()),
        value::Int16(value) => Value::Integer(value.into()),
        value::Int32(value) => Value::Integer(value.into()),
        value::Int64(value) => Value::Integer(value.into()),
        value::Uint8(value) => Value::Integer(value.into()),
        value::Uint16(value) => Value::Integer(value.into()),
        value::Uint32(value) => Value::Integer(value.into()),
        value::Uint64(value) => Value::Integer(value.into()),
        value::Float32(value) => Value::Float32(value),
        value::Float64(value) => Value::Float64(value),
        value::Text(value) => Value::Text(value?.to_string()?),
        value::Data(value) => Value::Data(value?.to_vec()),
        value::Enum(value) => Value::Enum(value),
        _ => Value::Nothing,
    })
}

/// The values behind pointers that a node has: those of its fields, by number, or its own.
pub(super) fn read_pointers(
    node: node::Reader<'_>,
    nodes: &BTreeMap<Id, Node>,
) -> capnp::Result<BTreeMap<usize, Value>> {
    let mut values = BTreeMap::new();
    let known = nodes.get(&node.get_id()).map(|node| &node.body);
    match (node.which()?, known) {
        (node::Const(item), Some(Body::Const { ty, .. })) => {
            if let Some(pointer) = pointer(item.get_value()?)? {
                values.insert(0, read(pointer, ty, nodes)?);
            }
        }
        (node::Struct(body), Some(Body::Struct(known))) => {
            for (index, (field, known)) in body.get_fields()?.iter().zip(&known.fields).enumerate()
            {
                let (field::Slot(slot), FieldKind::Slot { ty, .. }) = (field.which()?, &known.kind)
                else {
                    continue;
                };
                if !slot.get_had_explicit_default() {
                    continue;
                }
                if let Some(pointer) = pointer(slot.get_default_value()?)? {
                    values.insert(index, read(pointer, ty, nodes)?);
                }
            }
        }
        _ => {}
    }
    Ok(values)
}

impl Node {
    /// Puts the values of pointers into their places.
    pub(super) fn set_pointers(&mut self, mut values: BTreeMap<usize, Value>) {
        match &mut self.body {
            Body::Const { value, .. } => {
                if let Some(pointer) = values.remove(&0) {
                    *value = pointer;
                }
            }
            Body::Struct(body) => {
                for (index, pointer) in values {
                    if let Some(field) = body.fields.get_mut(index)
                        && let FieldKind::Slot { default, .. } = &mut field.kind
                    {
                        *default = pointer;
                    }
                }
            }
            _ => {}
        }
    }
}

fn pointer(value: value::Reader<'_>) -> capnp::Result<Option<any_pointer::Reader<'_>>> {
    Ok(match value.which()? {
        value::List(pointer) | value::Struct(pointer) | value::AnyPointer(pointer) => Some(pointer),
        _ => None,
    })
}

fn read(
    pointer: any_pointer::Reader<'_>,
    ty: &Type,
    nodes: &BTreeMap<Id, Node>,
) -> capnp::Result<Value> {
    if pointer.is_null() {
        return Ok(Value::Nothing);
    }
    let pointer = pointer.get_as::<Raw<'_>>()?.0;
    Ok(match ty {
        Type::Text => Value::Text(pointer.get_text(None)?.to_string()?),
        Type::Data => Value::Data(pointer.get_data(None)?.to_vec()),
        Type::List(element) => Value::List(read_list(pointer, element, nodes)?),
        Type::Struct { id, .. } => read_struct(&pointer.get_struct(None)?, *id, nodes)?,
        _ => Value::Nothing,
    })
}

fn read_list(
    pointer: PointerReader<'_>,
    element: &Type,
    nodes: &BTreeMap<Id, Node>,
) -> capnp::Result<Vec<Value>> {
    fn primitives<T: PrimitiveElement>(
        pointer: PointerReader<'_>,
        value: impl Fn(T) -> Value,
    ) -> capnp::Result<Vec<Value>> {
        let list = pointer.get_list(T::element_size(), None)?;
        Ok((0..list.len())
            .map(|index| value(T::get(&list, index)))
            .collect())
    }
    match element {
        Type::Void => primitives(pointer, |(): ()| Value::Nothing),
        Type::Enum(_) => primitives(pointer, Value::Enum),
        Type::Scalar(scalar) => match scalar {
            Scalar::Bool => primitives(pointer, Value::Bool),
            Scalar::Int8 => primitives(pointer, |value: i8| Value::Integer(value.into())),
            Scalar::Int16 => primitives(pointer, |value: i16| Value::Integer(value.into())),
            Scalar::Int32 => primitives(pointer, |value: i32| Value::Integer(value.into())),
            Scalar::Int64 => primitives(pointer, |value: i64| Value::Integer(value.into())),
            Scalar::UInt8 => primitives(pointer, |value: u8| Value::Integer(value.into())),
            Scalar::UInt16 => primitives(pointer, |value: u16| Value::Integer(value.into())),
            Scalar::UInt32 => primitives(pointer, |value: u32| Value::Integer(value.into())),
            Scalar::UInt64 => primitives(pointer, |value: u64| Value::Integer(value.into())),
            Scalar::Float32 => primitives(pointer, Value::Float32),
            Scalar::Float64 => primitives(pointer, Value::Float64),
        },
        Type::Struct { id, .. } => {
            let list = struct_list::Reader::<'_, Element>::get_from_pointer(&pointer, None)?;
            (0..list.len())
                .map(|index| read_struct(&list.get(index).0, *id, nodes))
                .collect()
        }
        _ => {
            let list = any_pointer_list::Reader::get_from_pointer(&pointer, None)?;
            (0..list.len())
                .map(|index| read(list.get(index), element, nodes))
                .collect()
        }
    }
}

fn read_struct(
    reader: &layout::StructReader<'_>,
    id: Id,
    nodes: &BTreeMap<Id, Node>,
) -> capnp::Result<Value> {
    let Some(Node {
        body: Body::Struct(body),
        ..
    }) = nodes.get(&id)
    else {
        return Ok(Value::Nothing);
    };
    let mut values = BTreeMap::new();
    for field in &body.fields {
        if field.member.is_some() && field.member != member(reader, body) {
            continue;
        }
        let value = match &field.kind {
            FieldKind::Group(id) => read_struct(reader, *id, nodes)?,
            FieldKind::Slot {
                offset,
                ty,
                default,
            } => read_slot(reader, *offset as usize, ty, default, nodes)?,
        };
        values.insert(field.name.clone(), value);
    }
    Ok(Value::Struct(values))
}

fn member(reader: &layout::StructReader<'_>, body: &Struct) -> Option<u16> {
    body.tag.map(|tag| reader.get_data_field(tag as usize))
}

fn read_slot(
    reader: &layout::StructReader<'_>,
    offset: usize,
    ty: &Type,
    default: &Value,
    nodes: &BTreeMap<Id, Node>,
) -> capnp::Result<Value> {
    macro_rules! integer {
        ($ty:ty) => {{
            let default = match default {
                Value::Integer(default) => <$ty>::try_from(*default).unwrap_or_default(),
                _ => 0,
            };
            Value::Integer(reader.get_data_field_mask::<$ty>(offset, default).into())
        }};
    }
    Ok(match ty {
        Type::Void => Value::Nothing,
        Type::Enum(_) => {
            let default = match default {
                Value::Enum(default) => *default,
                _ => 0,
            };
            Value::Enum(reader.get_data_field_mask(offset, default))
        }
        Type::Scalar(scalar) => match scalar {
            Scalar::Bool => {
                let default = matches!(default, Value::Bool(true));
                Value::Bool(reader.get_bool_field_mask(offset, default))
            }
            Scalar::Int8 => integer!(i8),
            Scalar::Int16 => integer!(i16),
            Scalar::Int32 => integer!(i32),
            Scalar::Int64 => integer!(i64),
            Scalar::UInt8 => integer!(u8),
            Scalar::UInt16 => integer!(u16),
            Scalar::UInt32 => integer!(u32),
            Scalar::UInt64 => integer!(u64),
            Scalar::Float32 => {
                let default = match default {
                    Value::Float32(default) => default.to_bits(),
                    _ => 0,
                };
                Value::Float32(reader.get_data_field_mask(offset, default))
            }
            Scalar::Float64 => {
                let default = match default {
                    Value::Float64(default) => default.to_bits(),
                    _ => 0,
                };
                Value::Float64(reader.get_data_field_mask(offset, default))
            }
        },
        _ => {
            let pointer = reader.get_pointer_field(offset);
            read(any_pointer::Reader::new(pointer), ty, nodes)?
        }
    })
}

/// A pointer, taken out of the `capnp` crate's typed wrapper.
struct Raw<'a>(PointerReader<'a>);

impl<'a> FromPointerReader<'a> for Raw<'a> {
    fn get_from_pointer(
        reader: &PointerReader<'a>,
        _default: Option<&'a [capnp::Word]>,
    ) -> capnp::Result<Self> {
        Ok(Self(*reader))
    }
}

/// An element of a list of structs: the `capnp` crate hands out elements by type only.
struct Element;

struct ElementReader<'a>(layout::StructReader<'a>);

struct ElementBuilder;

impl Introspect for Element {
    fn introspect() -> Introspected {
        TypeVariant::AnyPointer.into()
    }
}

impl OwnedStruct for Element {
    type Reader<'a> = ElementReader<'a>;
    type Builder<'a> = ElementBuilder;
}

impl<'a> From<layout::StructReader<'a>> for ElementReader<'a> {
    fn from(layout: layout::StructReader<'a>) -> Self {
        Self(layout)
    }
}

impl<'a> IntoInternalStructReader<'a> for ElementReader<'a> {
    fn into_internal_struct_reader(self) -> layout::StructReader<'a> {
        self.0
    }
}

impl SetterInput<Element> for ElementReader<'_> {
    fn set_pointer_builder(
        mut builder: PointerBuilder<'_>,
        input: Self,
        canonicalize: bool,
    ) -> capnp::Result<()> {
        builder.set_struct(&input.0, canonicalize)
    }
}

impl From<layout::StructBuilder<'_>> for ElementBuilder {
    fn from(_: layout::StructBuilder<'_>) -> Self {
        Self
    }
}

impl HasStructSize for ElementBuilder {
    const STRUCT_SIZE: layout::StructSize = layout::StructSize {
        data: 0,
        pointers: 0,
    };
}
