//! Messages as the seam between generated code and the RPC engine passes them: encoded structs
//! with a table of the capabilities that they carry, free to move between threads.
//!
//! Generated code reads and writes fields by their place in the struct, as the schema compiler laid
//! them out. The encoding itself is the `capnp` crate's.

mod any;
mod builder;
mod conversion;
mod custom;
mod dynamic;
mod element;
mod frame;
mod list;
mod payload;
mod pointer;
mod reader;
mod scope;
mod table;
mod transfer;
mod value;
mod within;
mod word;

pub use any::AnyPointer;
pub use builder::{Builds, StructBuilder};
pub use conversion::default_or;
pub use custom::{CustomValue, Wire, from_wire, is_custom_value, to_wire};
pub(crate) use frame::{Frame, Layout, WORD};
pub use list::ListItem;
pub(crate) use payload::Payload;
pub use pointer::{PointerBuilder, PointerReader, PointerValue};
pub use reader::StructReader;
pub use value::{Scalar, Struct, is_struct};
pub(crate) use within::{CALL_PATH, RETURN_PATH, Within};
pub(crate) use word::PointerWord;
