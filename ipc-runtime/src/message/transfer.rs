//! Payloads on their way into and out of other messages: an engine's, mostly.

use capnp::any_pointer;
use capnp::private::capability::{ClientHook, PipelineOp};
use capnp::traits::{Imbue, ImbueMut};

use super::payload::{Payload, malformed};
use super::table::{Hooks, by_index, index_hook, indexes};
use crate::capability::Capability;
use crate::exception::Exception;

impl Payload {
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

    /// Copies a struct out of a message whose capabilities are known by their index in its table.
    pub(crate) fn read_from(
        source: any_pointer::Reader<'_>,
        capabilities: &[Option<Capability>],
    ) -> Result<Self, Exception> {
        let hooks = indexes(capabilities.len());
        // Seen for as long as the hooks live.
        let mut source: any_pointer::Reader<'_> = source;
        source.imbue(&hooks);
        let mut payload = Self::empty();
        let mut copied = Hooks::new();
        let mut root: any_pointer::Builder<'_> = payload.message.get_root().map_err(malformed)?;
        root.imbue_mut(&mut copied);
        root.set_as(source).map_err(malformed)?;
        payload.capabilities = by_index(copied, capabilities);
        Ok(payload)
    }

    /// Copies the struct into a message. Returns the capabilities that it carries, by their index
    /// in the message's table.
    pub(crate) fn write_to(
        &self,
        mut target: any_pointer::Builder<'_>,
    ) -> Result<Vec<Option<Capability>>, Exception> {
        let hooks = indexes(self.capabilities.len());
        let mut root = self.root()?;
        root.imbue(&hooks);
        let mut copied = Hooks::new();
        write(target.reborrow(), root, &mut copied)?;
        Ok(by_index(copied, &self.capabilities))
    }

    /// The capability that a chain of pointers leads to: what a pipelined call is for.
    pub(crate) fn pipelined(&self, path: &[PipelineOp]) -> Result<Option<Capability>, Exception> {
        let hooks = indexes(self.capabilities.len());
        let mut root = self.root()?;
        root.imbue(&hooks);
        let hook = root.get_pipelined_cap(path).map_err(malformed)?;
        Ok(self.capabilities.get(hook.get_ptr()).cloned().flatten())
    }

    /// A copy, with the same capabilities.
    pub(crate) fn duplicate(&self) -> Result<Self, Exception> {
        Self::read_from(self.root()?, &self.capabilities)
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
        let mut root: any_pointer::Builder<'_> = payload.message.get_root().map_err(malformed)?;
        root.imbue_mut(&mut hooks);
        root.set_as_capability(index_hook(0));
        payload.capabilities = vec![Some(capability)];
        Ok(payload)
    }
}

/// Copies a struct, gathering the capabilities' hooks.
fn write<'a>(
    mut target: any_pointer::Builder<'a>,
    source: any_pointer::Reader<'_>,
    hooks: &'a mut Hooks,
) -> Result<(), Exception> {
    target.imbue_mut(hooks);
    target.set_as(source).map_err(malformed)
}
