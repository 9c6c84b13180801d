//! How Rust values stand in structs, and what a struct is.

use std::fmt;

use capnp::private::layout;

use super::builder::StructBuilder;
use super::reader::StructReader;
use crate::exception::Exception;

mod sealed {
    /// Only the types of Cap'n Proto have a place on its wire.
    pub trait Sealed {}
}

/// A value that stands in a struct's data section.
pub trait Scalar: sealed::Sealed + Copy {
    /// The space that it takes.
    const BITS: usize;
    #[doc(hidden)]
    fn read(layout: &layout::StructReader<'_>, offset: usize, default: Self) -> Self;
    #[doc(hidden)]
    fn write(layout: &layout::StructBuilder<'_>, offset: usize, value: Self, default: Self);
}

/// A Rust type that a schema's struct became, or a union or group in one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no struct of a schema",
    label = "messages do not know this type",
    note = "generate it with `ipc-gen`, derive `ipc_runtime::IpcStruct` for it, or say with \
            `#[ipc(from = Type)]` what it is converted from"
)]
pub trait Struct: Clone + fmt::Debug + Default + Send + Sync + 'static {
    /// What the schema calls it, where it may have another name in Rust.
    #[doc(hidden)]
    const SCHEMA_NAME: Option<&'static str> = None;
    /// Words of eight bytes in the data section.
    const DATA_WORDS: u16;
    /// Pointers in the pointer section.
    const POINTERS: u16;
    #[doc(hidden)]
    const SIZE: layout::StructSize = layout::StructSize {
        data: Self::DATA_WORDS,
        pointers: Self::POINTERS,
    };

    /// Decodes the fields.
    ///
    /// # Errors
    ///
    /// The first field that cannot be read, by name.
    fn read(reader: &StructReader<'_>) -> Result<Self, Exception>;

    /// Encodes the fields.
    fn write(&self, builder: &mut StructBuilder<'_>);
}

/// Compiles for what is a [`Struct`], so that a type that is none can be told where it was written. Says whether it
/// can be the one that the schema calls so.
pub const fn is_struct<T: Struct>(name: &str) -> bool {
    let Some(own) = T::SCHEMA_NAME else {
        return true;
    };
    let (own, name) = (own.as_bytes(), name.as_bytes());
    if own.len() != name.len() {
        return false;
    }
    let mut at = 0;
    while at < own.len() {
        if own[at] != name[at] {
            return false;
        }
        at += 1;
    }
    true
}

macro_rules! scalars {
    ($($scalar:ty, $mask:expr;)*) => {$(
        impl sealed::Sealed for $scalar {}

        impl Scalar for $scalar {
            const BITS: usize = 8 * size_of::<$scalar>();

            fn read(layout: &layout::StructReader<'_>, offset: usize, default: Self) -> Self {
                layout.get_data_field_mask(offset, $mask(default))
            }

            fn write(
                layout: &layout::StructBuilder<'_>,
                offset: usize,
                value: Self,
                default: Self,
            ) {
                layout.set_data_field_mask(offset, value, $mask(default));
            }
        }
    )*};
}

// A field is combined with its default by exclusive or, so that the default is all zeros on the
// wire; a float's default is taken by its bits.
scalars! {
    i8, std::convert::identity;
    i16, std::convert::identity;
    i32, std::convert::identity;
    i64, std::convert::identity;
    u8, std::convert::identity;
    u16, std::convert::identity;
    u32, std::convert::identity;
    u64, std::convert::identity;
    f32, f32::to_bits;
    f64, f64::to_bits;
}

impl sealed::Sealed for bool {}

impl Scalar for bool {
    const BITS: usize = 1;

    fn read(layout: &layout::StructReader<'_>, offset: usize, default: Self) -> Self {
        layout.get_bool_field_mask(offset, default)
    }

    fn write(layout: &layout::StructBuilder<'_>, offset: usize, value: Self, default: Self) {
        layout.set_bool_field_mask(offset, value, default);
    }
}
