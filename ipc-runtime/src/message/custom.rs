//! Types of one's own in the place of a schema's.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

/// What a message holds, as a [`CustomValue`] meets it: `str` for Text, `[u8]` for Data, and for
/// everything else the type that `ipc-gen` would use, such as `u32`, `Vec<f64>` or a generated struct.
///
/// Text and Data are borrowed from the message, so that their bytes are copied once, into the custom
/// type; other values are handed over.
pub trait Wire {
    /// How a value is read.
    type Read<'a>
    where
        Self: 'a;
    /// How a value is written.
    type Write<'a>
    where
        Self: 'a;
}

impl Wire for str {
    type Read<'a> = &'a str;
    type Write<'a> = Cow<'a, str>;
}

impl Wire for [u8] {
    type Read<'a> = &'a [u8];
    type Write<'a> = Cow<'a, [u8]>;
}

impl<T> Wire for T {
    type Read<'a>
        = T
    where
        T: 'a;
    type Write<'a>
        = T
    where
        T: 'a;
}

/// A type of one's own that stands in generated code where the schema says something plainer.
///
/// The schema's annotation `type`, or `ipc_gen::Builder::type_override`, names the type; this trait
/// says how it is made from what a message holds, and back. One type can stand for several kinds of
/// [`Wire`]. Types of other crates, for which the trait cannot be implemented, take a module of functions
/// instead: see `ipc_gen::Builder::type_override`.
///
/// ```
/// use std::borrow::Cow;
///
/// use ipc_runtime::CustomValue;
///
/// /// A hash, for which the schema has Data.
/// #[derive(Clone, Debug, Default, PartialEq)]
/// struct Hash([u8; 32]);
///
/// impl CustomValue<[u8]> for Hash {
///     type Error = std::array::TryFromSliceError;
///
///     fn from_wire(bytes: &[u8]) -> Result<Self, Self::Error> {
///         bytes.try_into().map(Self)
///     }
///
///     fn to_wire(&self) -> Cow<'_, [u8]> {
///         Cow::Borrowed(&self.0)
///     }
/// }
///
/// /// A height, for which the schema has UInt32.
/// #[derive(Clone, Debug, Default, PartialEq)]
/// struct Height(u32);
///
/// impl CustomValue<u32> for Height {
///     type Error = std::convert::Infallible;
///
///     fn from_wire(height: u32) -> Result<Self, Self::Error> {
///         Ok(Self(height))
///     }
///
///     fn to_wire(&self) -> u32 {
///         self.0
///     }
/// }
/// # assert!(Hash::from_wire(&[0; 31]).is_err());
/// ```
///
/// Where the type is a field of a struct, it also has to be `Default` and `PartialEq`, and serde's
/// traits where code is generated for serde. The default is what the schema's default becomes, or that
/// of the type if `from_wire` refuses the schema's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how it is made from `{W}`",
    label = "this type stands in the place of the schema's `{W}`",
    note = "implement `ipc_runtime::CustomValue<{W}>` for it; for a type of another crate, name a module of \
            functions with `#[ipc(with = path)]` or `Builder::type_override`"
)]
pub trait CustomValue<W: Wire + ?Sized>: Clone + fmt::Debug + Send + Sync + 'static {
    /// Why a value of the message is none of this type.
    type Error: fmt::Display;

    /// Makes the value from what arrived, which need not be trusted. What is absent arrives as the
    /// schema's default, which is empty or zero if it says nothing else.
    ///
    /// # Errors
    ///
    /// The call that the value is part of fails with this error, with the name of the field in front.
    fn from_wire(wire: W::Read<'_>) -> Result<Self, Self::Error>;

    /// What is sent.
    fn to_wire(&self) -> W::Write<'_>;
}

/// Data of a fixed length.
impl<const N: usize> CustomValue<[u8]> for [u8; N] {
    type Error = String;

    fn from_wire(bytes: &[u8]) -> Result<Self, Self::Error> {
        (bytes.try_into()).map_err(|_| format!("there are {} bytes instead of {N}", bytes.len()))
    }

    fn to_wire(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self)
    }
}

/// Text as it is: for aliases, which look like types of one's own to `#[ipc_interface]`.
#[diagnostic::do_not_recommend]
impl CustomValue<str> for String {
    type Error = Infallible;

    fn from_wire(text: &str) -> Result<Self, Infallible> {
        Ok(text.to_owned())
    }

    fn to_wire(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

/// Data as it is.
#[diagnostic::do_not_recommend]
impl CustomValue<[u8]> for Vec<u8> {
    type Error = Infallible;

    fn from_wire(bytes: &[u8]) -> Result<Self, Infallible> {
        Ok(bytes.to_owned())
    }

    fn to_wire(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self)
    }
}

macro_rules! as_they_are {
    ($($scalar:ty)*) => {$(
        /// The number as it is.
        #[diagnostic::do_not_recommend]
        impl CustomValue<$scalar> for $scalar {
            type Error = Infallible;

            fn from_wire(value: $scalar) -> Result<Self, Infallible> {
                Ok(value)
            }

            fn to_wire(&self) -> $scalar {
                *self
            }
        }
    )*};
}

as_they_are! { bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 }

/// [`CustomValue::from_wire`], by a name that is short to write.
///
/// # Errors
///
/// As the conversion itself.
pub fn from_wire<W: Wire + ?Sized, T: CustomValue<W>>(wire: W::Read<'_>) -> Result<T, T::Error> {
    T::from_wire(wire)
}

/// [`CustomValue::to_wire`], by a name that is short to write.
pub fn to_wire<W: Wire + ?Sized, T: CustomValue<W>>(value: &T) -> W::Write<'_> {
    value.to_wire()
}

/// Compiles for what is a [`CustomValue`], so that a type that is none can be told where it was written.
pub fn is_custom_value<W: Wire + ?Sized, T: CustomValue<W>>() {}
