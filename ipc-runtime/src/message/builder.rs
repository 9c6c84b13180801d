//! Writing the fields of a struct.

use std::fmt;

use capnp::private::layout;

use super::table::index_hook;
use super::value::{ListItem, Scalar, Struct};
use crate::capability::Capability;
use crate::exception::Exception;
use crate::interface::StructSize;
use crate::object::Proxy;

/// The most elements of a list, and bytes of text or data, that are worth encoding: more cannot fit
/// in a message of 64 MiB, and far more would overflow the 29-bit length.
const MAX_LENGTH: usize = 64 << 20;

/// What writing a message gathers beside its bytes.
#[derive(Debug, Default)]
pub struct Builds {
    pub(super) capabilities: Vec<Option<Capability>>,
    pub(super) failure: Option<Exception>,
}

impl Builds {
    /// Whether so many bytes or elements fit; remembers the problem if they do not.
    pub(super) fn fits(&mut self, length: usize) -> bool {
        let fits = length <= MAX_LENGTH;
        if !fits {
            self.fail(format_args!(
                "a value of {length} bytes or elements does not fit in a message"
            ));
        }
        fits
    }

    /// Remembers that a field lies outside of its struct.
    fn outside(&mut self) {
        self.fail(format_args!(
            "a field lies outside of its struct: the code was generated wrongly"
        ));
    }

    fn fail(&mut self, message: fmt::Arguments<'_>) {
        if self.failure.is_none() {
            self.failure = Some(Exception::failed(message));
        }
    }
}

/// A struct that is being encoded. Nothing here returns an error: the first problem is kept and
/// fails the whole message once it is complete.
///
/// The `capnp` crate trusts its caller to stay inside the struct; here a place outside is such a
/// problem, so that no use of this type can write beyond it.
pub struct StructBuilder<'a> {
    layout: layout::StructBuilder<'a>,
    size: layout::StructSize,
    builds: &'a mut Builds,
}

impl<'a> StructBuilder<'a> {
    pub(super) fn new(
        layout: layout::StructBuilder<'a>,
        size: layout::StructSize,
        builds: &'a mut Builds,
    ) -> Self {
        Self {
            layout,
            size,
            builds,
        }
    }

    /// A number or truth value at `offset`, counted in its own size (a `bool`: in bits).
    pub fn set_scalar<T: Scalar>(&mut self, offset: usize, value: T, default: T) {
        if (offset + 1) * T::BITS <= usize::from(self.size.data) * 64 {
            T::write(&self.layout, offset, value, default);
        } else {
            self.builds.outside();
        }
    }

    /// Text.
    pub fn set_text(&mut self, index: u16, value: &str) {
        if self.builds.fits(value.len()) {
            self.with_pointer(index, |mut pointer, _| pointer.set_text(value.into()));
        }
    }

    /// Bytes.
    pub fn set_data(&mut self, index: u16, value: &[u8]) {
        if self.builds.fits(value.len()) {
            self.with_pointer(index, |mut pointer, _| pointer.set_data(value));
        }
    }

    /// A list.
    pub fn set_list<T: ListItem>(&mut self, index: u16, value: &[T]) {
        if self.builds.fits(value.len()) {
            self.with_pointer(index, |pointer, builds| {
                T::write_list(pointer, value, builds)
            });
        }
    }

    /// A struct.
    pub fn set_structure<T: Struct>(&mut self, index: u16, value: &T) {
        let size = StructSize::new(T::DATA_WORDS, T::POINTERS);
        self.nested(index, size, |builder| value.write(builder));
    }

    /// An object: a proxy's own, or the one that it stands for.
    pub fn set_object<P: Proxy>(&mut self, index: u16, value: &P) {
        self.set_capability(index, value.object().pass_on());
    }

    pub(crate) fn set_capability(&mut self, index: u16, capability: Capability) {
        self.with_pointer(index, |mut pointer, builds| {
            pointer.set_capability(index_hook(builds.capabilities.len()));
            builds.capabilities.push(Some(capability));
        });
    }

    /// Makes a struct at `index` and fills it.
    pub(crate) fn nested(
        &mut self,
        index: u16,
        size: StructSize,
        fill: impl FnOnce(&mut StructBuilder<'_>),
    ) {
        let size = layout::StructSize {
            data: size.data,
            pointers: size.pointers,
        };
        self.with_pointer(index, |pointer, builds| {
            fill(&mut StructBuilder::new(
                pointer.init_struct(size),
                size,
                builds,
            ));
        });
    }

    fn with_pointer(
        &mut self,
        index: u16,
        write: impl for<'b> FnOnce(layout::PointerBuilder<'b>, &'b mut Builds),
    ) {
        if index < self.size.pointers {
            let pointer = self.layout.reborrow().get_pointer_field(usize::from(index));
            write(pointer, self.builds);
        } else {
            self.builds.outside();
        }
    }
}

impl fmt::Debug for StructBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructBuilder").finish_non_exhaustive()
    }
}
