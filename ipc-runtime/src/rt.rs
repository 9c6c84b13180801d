//! What generated code stands on. Not for use by hand: it changes with the generator.

pub use crate::adapter::{Adapter, Dispatched, Serve, ServerCall, unimplemented};
pub use crate::any_proxy::AnyProxy;
pub use crate::capability::Capability;
pub use crate::declared::declared;
pub use crate::interface::{Interface, Method};
pub use crate::into_proxy::{IntoProxy, by};
pub use crate::message::{
    AnyPointer, Builds, ListItem, PointerBuilder, PointerReader, PointerValue, Scalar, Struct,
    StructBuilder, StructReader, default_or, from_wire, is_custom_value, is_struct, to_wire,
};
pub use crate::object::Object;
pub use crate::proxy::{Proxy, is_proxy};
pub use crate::{Call, Exception};

/// Names that generated modules use as they are.
pub mod prelude {
    pub use core::clone::Clone;
    pub use core::cmp::PartialEq;
    pub use core::convert::{AsRef, From};
    pub use core::default::Default;
    pub use core::fmt::Debug;
    pub use core::future::Future;
    pub use core::marker::{PhantomData, Send, Sized, Sync};
    pub use core::ops::Fn;
    pub use core::option::Option::{self, None, Some};
    pub use core::result::Result::{self, Err, Ok};
    pub use std::borrow::ToOwned;
    pub use std::boxed::Box;
    pub use std::string::String;
    pub use std::sync::Arc;
    pub use std::vec::Vec;

    pub use crate::{Call, Exception};
}
