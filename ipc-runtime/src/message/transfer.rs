//! Payloads on their way into and out of other messages, and onto the wire.

use capnp::message::{ReaderOptions, ReaderSegments};
use capnp::private::capability::{ClientHook, PipelineOp};
use capnp::traits::ImbueMut;
use capnp::{ErrorKind, OutputSegments, any_pointer, serialize};

use super::frame::{MAX_WORDS, WORD};
use super::payload::{Message, Payload, malformed};
use super::pointer::{PointerBuilder, PointerReader};
use super::scope::MAX_DEPTH;
use super::table::{Hooks, by_index, index_hook, indexes_from, with_indexes};
use crate::capability::Capability;
use crate::exception::Exception;

impl Payload {
    /// Copies a struct out of an engine's message, turning hooks into capabilities.
    pub(crate) fn import(
        source: any_pointer::Reader<'_>,
        mut capability: impl FnMut(Box<dyn ClientHook>) -> Capability,
    ) -> Result<Self, Exception> {
        let mut payload = Self::empty();
        let hooks = payload.fill(source)?;
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
        mut hook: impl FnMut(&Capability) -> Result<Box<dyn ClientHook>, Exception>,
    ) -> Result<(), Exception> {
        let hooks: Hooks = self
            .capabilities
            .iter()
            .map(|capability| capability.as_ref().map(&mut hook).transpose())
            .collect::<Result<_, _>>()?;
        self.with_root(&hooks, |root| target.set_as(root).map_err(malformed))
    }

    /// Makes it a message that was built here, by a copy unless it was.
    pub(crate) fn rebuild(&mut self) -> Result<(), Exception> {
        if let Message::Received(_) = self.message {
            *self = self.duplicate()?;
        }
        Ok(())
    }

    /// A copy, with the same capabilities.
    pub(crate) fn duplicate(&self) -> Result<Self, Exception> {
        with_indexes(self.capabilities.len(), |hooks| {
            self.with_root(hooks, |root| Self::copy(root, &self.capabilities))
        })
    }

    /// Copies what a pointer of another message points at.
    pub(super) fn copy_of(source: PointerReader<'_>) -> Result<Self, Exception> {
        let root = any_pointer::Reader::new(source.layout);
        Self::copy(root, source.scope.capabilities)
    }

    /// Copies what the root points at into another message.
    pub(super) fn copy_to(&self, target: PointerBuilder<'_>) {
        let PointerBuilder { layout, builds } = target;
        let hooks = indexes_from(builds.capabilities.len(), self.capabilities.len());
        let copied = self.with_root(&hooks, |root| {
            any_pointer::Builder::new(layout)
                .set_as(root)
                .map_err(malformed)
        });
        match copied {
            Ok(()) => builds.capabilities.extend_from_slice(&self.capabilities),
            Err(failure) => builds.fail(failure),
        }
    }

    fn copy(
        source: any_pointer::Reader<'_>,
        capabilities: &[Option<Capability>],
    ) -> Result<Self, Exception> {
        let mut payload = Self::empty();
        let copied = payload.fill(source)?;
        payload.capabilities = by_index(copied, capabilities);
        Ok(payload)
    }

    /// Copies the content of another message. Returns the hooks of the capabilities in it.
    fn fill(&mut self, source: any_pointer::Reader<'_>) -> Result<Hooks, Exception> {
        let mut hooks = Hooks::new();
        let mut root: any_pointer::Builder<'_> =
            (self.message.built()?.get_root()).map_err(malformed)?;
        root.imbue_mut(&mut hooks);
        root.set_as(source).map_err(malformed)?;
        Ok(hooks)
    }

    /// The segments of the message.
    pub(crate) fn segments(&self) -> OutputSegments<'_> {
        match &self.message {
            Message::Built(builder) => builder.get_segments_for_output(),
            Message::Received(frame) => {
                let segments = (0..).map_while(|index| frame.get_segment(index));
                OutputSegments::MultiSegment(segments.collect())
            }
        }
    }

    /// How many bytes it has; what was received counts with the message that it came in.
    pub(crate) fn bytes(&self) -> usize {
        match &self.message {
            Message::Built(builder) => builder.size_in_words() * WORD,
            Message::Received(frame) => frame.bytes(),
        }
    }

    pub(crate) fn has_capabilities(&self) -> bool {
        !self.capabilities.is_empty()
    }

    /// The capability that a chain of pointers leads to: what a pipelined call is for.
    pub(crate) fn pipelined(&self, path: &[PipelineOp]) -> Result<Option<Capability>, Exception> {
        let slot = self.slot(path)?;
        Ok(slot.and_then(|slot| self.capabilities.get(slot).cloned().flatten()))
    }

    /// [`Payload::pipelined`], for a chain that does nothing but follow pointers of structs.
    pub(crate) fn capability_at(&self, path: &[u16]) -> Result<Option<Capability>, Exception> {
        self.pipelined(&steps(path))
    }

    /// The place in the table of capabilities that a chain of pointers leads to; none for null.
    pub(crate) fn slot_at(&self, path: &[u16]) -> Result<Option<usize>, Exception> {
        self.slot(&steps(path))
    }

    fn slot(&self, path: &[PipelineOp]) -> Result<Option<usize>, Exception> {
        with_indexes(self.capabilities.len(), |hooks| {
            self.with_root(hooks, |root| match root.get_pipelined_cap(path) {
                Ok(hook) => Ok(Some(hook.get_ptr())),
                Err(error) if error.kind == ErrorKind::MessageContainsNullCapabilityPointer => {
                    Ok(None)
                }
                Err(error) => Err(malformed(error)),
            })
        })
    }

    /// The table of the capabilities that it carries, which pointers in it are indexes into.
    pub(crate) fn table(&self) -> &[Option<Capability>] {
        &self.capabilities
    }

    /// The capabilities that it carries.
    pub(crate) fn capabilities(&self) -> impl Iterator<Item = &Capability> {
        self.capabilities.iter().flatten()
    }

    /// Puts another capability in the place of each.
    pub(crate) fn replace_capabilities(&mut self, mut by: impl FnMut(Capability) -> Capability) {
        for place in &mut self.capabilities {
            *place = place.take().map(&mut by);
        }
    }

    /// Results that are nothing but one capability.
    pub(crate) fn of_capability(capability: Capability) -> Result<Self, Exception> {
        let mut payload = Self::empty();
        let mut hooks = Hooks::new();
        let mut root: any_pointer::Builder<'_> =
            (payload.message.built()?.get_root()).map_err(malformed)?;
        root.imbue_mut(&mut hooks);
        root.set_as_capability(index_hook(0));
        payload.capabilities = vec![Some(capability)];
        Ok(payload)
    }

    /// The message in its standard framing.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Exception> {
        if self.has_capabilities() {
            return Err(Exception::failed(
                "a value that refers to objects cannot be bytes",
            ));
        }
        Ok(serialize::write_message_segments_to_words(&self.segments()))
    }

    /// Copies a message out of its standard framing.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Exception> {
        let mut options = ReaderOptions::new();
        options
            .traversal_limit_in_words(Some(MAX_WORDS))
            .nesting_limit(MAX_DEPTH.into());
        let message = serialize::read_message(bytes, options).map_err(malformed)?;
        let source: any_pointer::Reader<'_> = message.get_root().map_err(malformed)?;
        let mut payload = Self::empty();
        let hooks = payload.fill(source)?;
        // Bytes have no table of objects, so a reference to one means nothing.
        payload.capabilities = hooks.iter().map(|_| None).collect();
        Ok(payload)
    }
}

fn steps(path: &[u16]) -> Vec<PipelineOp> {
    path.iter()
        .map(|pointer| PipelineOp::GetPointerField(*pointer))
        .collect()
}
