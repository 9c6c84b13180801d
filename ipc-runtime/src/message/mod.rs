//! Messages as the seam between generated code and the RPC engine passes them: encoded structs
//! with a table of the capabilities that they carry, free to move between threads.
//!
//! Generated code reads and writes fields by their place in the struct, as the schema compiler laid
//! them out. The encoding itself is the `capnp` crate's.

mod builder;
mod payload;
mod reader;
mod table;
mod value;

pub use builder::{Builds, StructBuilder};
pub(crate) use payload::Payload;
pub use reader::StructReader;
pub use value::{ListItem, Scalar, Struct};
