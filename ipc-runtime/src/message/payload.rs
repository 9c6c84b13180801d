//! One encoded struct, owned, with the capabilities that it carries.

use std::fmt;

use capnp::any_pointer;
use capnp::message::{Builder, HeapAllocator, ReaderOptions};
use capnp::private::capability::ClientHook;
use capnp::private::layout::{self, PointerBuilder, PointerReader};
use capnp::serialize;
use capnp::traits::{FromPointerBuilder, FromPointerReader, Imbue, ImbueMut};

use super::builder::{Builds, StructBuilder};
use super::pointer;
use super::reader::StructReader;
use super::scope::{Budget, MAX_DEPTH, Scope};
use super::table::{Hooks, indexes};
use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};
use crate::interface::StructSize;

/// The most words of eight bytes that a message may have: 64 MiB, beyond which C++ peers refuse to
/// read.
const MAX_MESSAGE_WORDS: usize = 8 * 1024 * 1024;

/// Room for a small call in the first allocation, so that most messages need no second.
const FIRST_SEGMENT_WORDS: u32 = 64;

/// The parameters or the results of a call, or a value on its own.
pub(crate) struct Payload {
    message: Builder<HeapAllocator>,
    capabilities: Vec<Option<Capability>>,
}

impl Payload {
    /// A null struct, which reads as one where every field has its default.
    pub(crate) fn empty() -> Self {
        let allocator = HeapAllocator::new().first_segment_words(FIRST_SEGMENT_WORDS);
        Self {
            message: Builder::new(allocator),
            capabilities: Vec::new(),
        }
    }

    /// Encodes a struct of this size.
    ///
    /// # Errors
    ///
    /// The first problem that `fill` met, or a message over [`MAX_MESSAGE_WORDS`].
    pub(crate) fn build(
        size: StructSize,
        fill: impl FnOnce(&mut StructBuilder<'_>),
    ) -> Result<Self, Exception> {
        let mut payload = Self::empty();
        payload.amend(size, fill)?;
        Ok(payload)
    }

    /// Writes fields of the struct, which is made if there is none yet.
    pub(crate) fn amend(
        &mut self,
        size: StructSize,
        fill: impl FnOnce(&mut StructBuilder<'_>),
    ) -> Result<(), Exception> {
        let size = layout::StructSize {
            data: size.data,
            pointers: size.pointers,
        };
        self.amend_pointer(|mut root, builds| {
            let layout = root.reborrow().get_struct(size, None).map_err(malformed)?;
            fill(&mut StructBuilder::new(layout, size, builds));
            Ok(())
        })
    }

    /// Encodes whatever a pointer can point at.
    ///
    /// # Errors
    ///
    /// As [`Payload::build`].
    pub(super) fn build_pointer(
        fill: impl FnOnce(pointer::PointerBuilder<'_>),
    ) -> Result<Self, Exception> {
        let mut payload = Self::empty();
        payload.amend_pointer(|mut root, builds| {
            fill(pointer::PointerBuilder::new(root.reborrow(), builds));
            Ok(())
        })?;
        Ok(payload)
    }

    fn amend_pointer(
        &mut self,
        fill: impl FnOnce(PointerBuilder<'_>, &mut Builds) -> Result<(), Exception>,
    ) -> Result<(), Exception> {
        let mut hooks = indexes(self.capabilities.len());
        let mut builds = Builds::new(std::mem::take(&mut self.capabilities));
        let mut root: any_pointer::Builder<'_> = self.message.get_root().map_err(malformed)?;
        root.imbue_mut(&mut hooks);
        let root: RootBuilder<'_> = root.get_as().map_err(malformed)?;
        fill(root.0, &mut builds)?;
        if let Some(failure) = builds.failure {
            return Err(failure);
        }
        self.capabilities = meanings(&hooks, &builds.capabilities);

        let words = self.message.size_in_words();
        if words > MAX_MESSAGE_WORDS {
            return Err(Exception::failed(format_args!(
                "the message has {} bytes; the limit is {}",
                words * 8,
                MAX_MESSAGE_WORDS * 8
            )));
        }
        Ok(())
    }

    /// Decodes the struct.
    pub(crate) fn read<T>(
        &self,
        decode: impl FnOnce(&StructReader<'_>) -> Result<T, Exception>,
    ) -> Result<T, Exception> {
        self.read_pointer(|pointer| decode(&pointer.structure()?))
    }

    /// Decodes whatever the root points at.
    pub(super) fn read_pointer<T>(
        &self,
        decode: impl FnOnce(pointer::PointerReader<'_>) -> Result<T, Exception>,
    ) -> Result<T, Exception> {
        let hooks = indexes(self.capabilities.len());
        let mut root = self.root()?;
        root.imbue(&hooks);
        let root: RootReader<'_> = root.get_as().map_err(malformed)?;
        let budget = Budget::new();
        let scope = Scope::new(&self.capabilities, &budget);
        decode(pointer::PointerReader::new(root.0, scope))
    }

    /// Whether the root points at nothing.
    pub(super) fn is_null(&self) -> bool {
        self.root().is_ok_and(|root| root.is_null())
    }

    /// Copies what a pointer of another message points at.
    pub(super) fn copy_of(source: pointer::PointerReader<'_>) -> Result<Self, Exception> {
        let mut payload = Self::empty();
        let mut hooks = Hooks::new();
        let mut root: any_pointer::Builder<'_> = payload.message.get_root().map_err(malformed)?;
        root.imbue_mut(&mut hooks);
        root.set_as(any_pointer::Reader::new(source.layout))
            .map_err(malformed)?;
        payload.capabilities = meanings(&hooks, source.scope.capabilities);
        Ok(payload)
    }

    /// Copies what the root points at into another message.
    pub(super) fn copy_to(&self, target: pointer::PointerBuilder<'_>) {
        match self.root() {
            Ok(root) => target.copy(root, &self.capabilities),
            Err(failure) => target.builds.fail(failure),
        }
    }

    /// The message in its standard framing.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Exception> {
        if !self.capabilities.is_empty() {
            return Err(Exception::failed(
                "a value that refers to objects cannot be bytes",
            ));
        }
        Ok(serialize::write_message_to_words(&self.message))
    }

    /// Copies a message out of its standard framing.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Exception> {
        let mut options = ReaderOptions::new();
        options
            .traversal_limit_in_words(Some(MAX_MESSAGE_WORDS))
            .nesting_limit(MAX_DEPTH.into());
        let message = serialize::read_message(bytes, options).map_err(malformed)?;
        let source: any_pointer::Reader<'_> = message.get_root().map_err(malformed)?;
        let mut payload = Self::empty();
        let mut hooks = Hooks::new();
        let mut root: any_pointer::Builder<'_> = payload.message.get_root().map_err(malformed)?;
        root.imbue_mut(&mut hooks);
        root.set_as(source).map_err(malformed)?;
        // Bytes have no table of objects, so a reference to one means nothing.
        payload.capabilities = hooks.iter().map(|_| None).collect();
        Ok(payload)
    }

    fn root(&self) -> Result<any_pointer::Reader<'_>, Exception> {
        self.message.get_root_as_reader().map_err(malformed)
    }

    /// Copies a struct out of an engine's message, turning hooks into capabilities.
    pub(crate) fn import(
        source: any_pointer::Reader<'_>,
        mut capability: impl FnMut(Box<dyn ClientHook>) -> Capability,
    ) -> Result<Self, Exception> {
        let mut payload = Self::empty();
        let mut hooks = Hooks::new();
        let mut root: any_pointer::Builder<'_> = payload.message.get_root().map_err(malformed)?;
        root.imbue_mut(&mut hooks);
        root.set_as(source).map_err(malformed)?;
        payload.capabilities = hooks
            .into_iter()
            .map(|hook| hook.map(&mut capability))
            .collect();
        Ok(payload)
    }

    /// Copies the struct into an engine's message, turning capabilities into hooks.
    pub(crate) fn export(
        &self,
        mut target: any_pointer::Builder<'_>,
        mut hook: impl FnMut(&Capability) -> Box<dyn ClientHook>,
    ) -> Result<(), Exception> {
        let hooks: Hooks = self
            .capabilities
            .iter()
            .map(|capability| capability.as_ref().map(&mut hook))
            .collect();
        let mut root = self.root()?;
        root.imbue(&hooks);
        target.set_as(root).map_err(malformed)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload")
            .field("words", &self.message.size_in_words())
            .field("capabilities", &self.capabilities.len())
            .finish()
    }
}

/// What the hooks that a message was written with mean: each is an index of a capability.
fn meanings(hooks: &Hooks, capabilities: &[Option<Capability>]) -> Vec<Option<Capability>> {
    let meaning = |hook: &Option<Box<dyn ClientHook>>| {
        let index = hook.as_ref()?.get_ptr();
        capabilities.get(index).cloned().flatten()
    };
    hooks.iter().map(meaning).collect()
}

/// What the `capnp` crate says of bytes that break its rules.
pub(super) fn malformed(error: capnp::Error) -> Exception {
    Exception::new(ExceptionKind::Malformed, error)
}

/// The root pointer, taken out of the `capnp` crate's typed wrapper.
pub(super) struct RootReader<'a>(pub(super) PointerReader<'a>);

impl<'a> FromPointerReader<'a> for RootReader<'a> {
    fn get_from_pointer(
        reader: &PointerReader<'a>,
        _default: Option<&'a [capnp::Word]>,
    ) -> capnp::Result<Self> {
        Ok(Self(*reader))
    }
}

struct RootBuilder<'a>(PointerBuilder<'a>);

impl<'a> FromPointerBuilder<'a> for RootBuilder<'a> {
    fn init_pointer(builder: PointerBuilder<'a>, _length: u32) -> Self {
        Self(builder)
    }

    fn get_from_pointer(
        builder: PointerBuilder<'a>,
        _default: Option<&'a [capnp::Word]>,
    ) -> capnp::Result<Self> {
        Ok(Self(builder))
    }
}
