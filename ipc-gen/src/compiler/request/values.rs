//! Values in a request.

use capnp::message::ReaderOptions;
use capnp::schema_capnp::{annotation, field, node, value};
use capnp::{any_pointer, serialize, text};

use crate::compiler::message::encode;
use crate::compiler::node::{Value, ValueCell};
use crate::compiler::pointer::{Object, Pointer};

/// The numbers of two members of the union that `Value` is.
const TEXT: u64 = 12;
const DATA: u64 = 13;

/// Something in a request that holds a value.
pub(super) trait Holder {
    fn init(&mut self) -> value::Builder<'_>;
    fn set(&mut self, value: value::Reader<'_>) -> capnp::Result<()>;
}

impl Holder for field::slot::Builder<'_> {
    fn init(&mut self) -> value::Builder<'_> {
        self.reborrow().init_default_value()
    }

    fn set(&mut self, value: value::Reader<'_>) -> capnp::Result<()> {
        self.set_default_value(value)
    }
}

impl Holder for node::const_::Builder<'_> {
    fn init(&mut self) -> value::Builder<'_> {
        self.reborrow().init_value()
    }

    fn set(&mut self, value: value::Reader<'_>) -> capnp::Result<()> {
        self.set_value(value)
    }
}

impl Holder for annotation::Builder<'_> {
    fn init(&mut self) -> value::Builder<'_> {
        self.reborrow().init_value()
    }

    fn set(&mut self, value: value::Reader<'_>) -> capnp::Result<()> {
        self.set_value(value)
    }
}

pub(super) fn write_cell(to: &mut impl Holder, cell: &ValueCell) -> capnp::Result<()> {
    match cell.get() {
        Some(Value::Text(None)) => write_null(to, TEXT),
        Some(Value::Data(None)) => write_null(to, DATA),
        Some(value) => write_value(to.init(), value),
        None => Err(capnp::Error::failed(
            "a value has not been worked out".to_owned(),
        )),
    }
}

/// Writes that there is text or data, and a null pointer to it. The builder cannot say that.
fn write_null(to: &mut impl Holder, member: u64) -> capnp::Result<()> {
    let mut object = Object::new(2, 1);
    object.set_bits(4, 0, member);
    let bytes = encode(&Pointer::Struct(object));
    let message = serialize::read_message(bytes.as_slice(), ReaderOptions::new())?;
    to.set(message.get_root()?)
}

fn write_value(mut to: value::Builder<'_>, value: &Value) -> capnp::Result<()> {
    match value {
        Value::Void => to.set_void(()),
        Value::Bool(value) => to.set_bool(*value),
        Value::Int8(value) => to.set_int8(*value),
        Value::Int16(value) => to.set_int16(*value),
        Value::Int32(value) => to.set_int32(*value),
        Value::Int64(value) => to.set_int64(*value),
        Value::UInt8(value) => to.set_uint8(*value),
        Value::UInt16(value) => to.set_uint16(*value),
        Value::UInt32(value) => to.set_uint32(*value),
        Value::UInt64(value) => to.set_uint64(*value),
        Value::Float32(value) => to.set_float32(*value),
        Value::Float64(value) => to.set_float64(*value),
        Value::Text(text) => to.set_text(text::Reader(text.as_deref().unwrap_or_default())),
        Value::Data(bytes) => to.set_data(bytes.as_deref().unwrap_or_default()),
        Value::List(pointer) => set_pointer(to.init_list(), pointer)?,
        Value::Enum(value) => to.set_enum(*value),
        Value::Struct(pointer) => set_pointer(to.init_struct(), pointer)?,
        Value::Interface => to.set_interface(()),
        Value::AnyPointer(pointer) => set_pointer(to.init_any_pointer(), pointer)?,
    }
    Ok(())
}

fn set_pointer(mut to: any_pointer::Builder<'_>, pointer: &Pointer) -> capnp::Result<()> {
    if *pointer == Pointer::Null {
        return Ok(());
    }
    let bytes = encode(pointer);
    let options = ReaderOptions {
        traversal_limit_in_words: None,
        nesting_limit: i32::MAX,
    };
    let message = serialize::read_message(bytes.as_slice(), options)?;
    to.set_as::<any_pointer::Owned>(message.get_root::<any_pointer::Reader<'_>>()?)
}
