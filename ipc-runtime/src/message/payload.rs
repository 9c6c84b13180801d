//! One encoded struct, owned, with the capabilities that it carries.

use std::fmt;

use capnp::any_pointer;
use capnp::message::{Builder, HeapAllocator, ReaderSegments};
use capnp::private::layout::{self, PointerBuilder, PointerReader};
use capnp::traits::{FromPointerBuilder, FromPointerReader, Imbue, ImbueMut};

use super::builder::{Builds, StructBuilder};
use super::frame::{Frame, WORD};
use super::pointer;
use super::reader::StructReader;
use super::scope::{Budget, Scope};
use super::table::{Hooks, by_index, indexes, with_indexes};
use super::within::Within;
use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};
use crate::interface::StructSize;

/// Room for a small call in the first allocation, so that most messages need no second.
const FIRST_SEGMENT_WORDS: u32 = 64;

/// The parameters or the results of a call, or a value on its own.
pub(crate) struct Payload {
    pub(super) message: Message,
    within: Within,
    /// What the capability pointers in the message are indexes into.
    pub(super) capabilities: Vec<Option<Capability>>,
    /// It keeps to the window of a stream, so it does not wait for room in the connection's queue: the next
    /// part might overtake it there.
    streamed: bool,
}

/// A payload's bytes, and what was around them when they were received.
pub(super) enum Message {
    Built(Builder<HeapAllocator>),
    Received(Frame<'static>),
}

impl Message {
    pub(super) fn built(&mut self) -> Result<&mut Builder<HeapAllocator>, Exception> {
        match self {
            Self::Built(builder) => Ok(builder),
            Self::Received(_) => Err(Exception::failed("what a peer sent cannot be changed")),
        }
    }
}

impl Payload {
    /// A null struct, which reads as one where every field has its default.
    pub(crate) fn empty() -> Self {
        let allocator = HeapAllocator::new().first_segment_words(FIRST_SEGMENT_WORDS);
        Self {
            message: Message::Built(Builder::new(allocator)),
            within: Within::Nothing,
            capabilities: Vec::new(),
            streamed: false,
        }
    }

    /// What a peer sent within a message.
    pub(crate) fn received(
        mut frame: Frame<'static>,
        within: Within,
        capabilities: Vec<Option<Capability>>,
    ) -> Self {
        // So that not every reader has to look for the content.
        let is_bare = frame.begin_with(within.path());
        Self {
            message: Message::Received(frame),
            within: if is_bare { Within::Nothing } else { within },
            capabilities,
            streamed: false,
        }
    }

    /// Makes it part of a stream.
    pub(crate) fn set_streamed(&mut self) {
        self.streamed = true;
    }

    /// Whether it has to be sent at once.
    pub(crate) fn is_streamed(&self) -> bool {
        self.streamed
    }

    /// Encodes a method's parameters or results.
    ///
    /// # Errors
    ///
    /// The first problem that `fill` met.
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
        let message = self.message.built()?;
        let mut hooks = indexes(self.capabilities.len());
        let mut builds = Builds::new(std::mem::take(&mut self.capabilities));
        let mut root: any_pointer::Builder<'_> = message.get_root().map_err(malformed)?;
        root.imbue_mut(&mut hooks);
        let root: RootBuilder<'_> = root.get_as().map_err(malformed)?;
        fill(root.0, &mut builds)?;
        if let Some(failure) = builds.failure {
            return Err(failure);
        }
        self.capabilities = by_index(hooks, &builds.capabilities);
        Ok(())
    }

    /// Whether it may be sent in a message of at most so many words, of which `others` are not its own.
    ///
    /// # Errors
    ///
    /// It is larger.
    pub(crate) fn fits(&self, others: usize, limit: usize) -> Result<(), Exception> {
        let words = others
            + match &self.message {
                Message::Built(builder) => builder.size_in_words(),
                Message::Received(frame) => frame.size_in_words(),
            };
        if words <= limit {
            return Ok(());
        }
        Err(Exception::failed(format_args!(
            "the message has {} bytes; the limit is {} (IpcBuilder::message_size)",
            words.saturating_mul(WORD),
            limit.saturating_mul(WORD)
        )))
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
        with_indexes(self.capabilities.len(), |hooks| {
            self.with_root(hooks, |root| {
                let root: RootReader<'_> = root.get_as().map_err(malformed)?;
                let budget = Budget::new();
                let scope = Scope::new(&self.capabilities, &budget);
                decode(pointer::PointerReader::new(root.0, scope))
            })
        })
    }

    /// Whether the root points at nothing.
    pub(super) fn is_null(&self) -> bool {
        self.with_root(&Hooks::new(), |root| Ok(root.is_null()))
            .unwrap_or(false)
    }

    /// Shows the content to `look`, with hooks for the capabilities in it.
    pub(super) fn with_root<T>(
        &self,
        hooks: &Hooks,
        look: impl FnOnce(any_pointer::Reader<'_>) -> Result<T, Exception>,
    ) -> Result<T, Exception> {
        let show = |root: any_pointer::Reader<'_>| {
            let mut content = self.within.content(root).map_err(malformed)?;
            content.imbue(hooks);
            look(content)
        };
        match &self.message {
            Message::Built(builder) => {
                let root = builder.get_root_as_reader().map_err(malformed)?;
                show(root)
            }
            Message::Received(frame) => {
                let reader = frame.reader();
                let root = reader.get_root().map_err(malformed)?;
                show(root)
            }
        }
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let segments = match &self.message {
            Message::Built(builder) => builder.len(),
            Message::Received(frame) => frame.len(),
        };
        f.debug_struct("Payload")
            .field("within", &self.within)
            .field("segments", &segments)
            .field("capabilities", &self.capabilities.len())
            .finish()
    }
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
