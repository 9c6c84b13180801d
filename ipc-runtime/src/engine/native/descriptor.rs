//! Capabilities in messages: how each side tells the other which object is meant.

use std::any::Any;
use std::sync::Arc;

use capnp_rpc::rpc_capnp::{cap_descriptor, payload};

use super::answer::{AnswerCell, Promised, gone};
use super::first::First;
use super::import::Import;
use super::peer::Peer;
use super::wire::{self, Addressee};
use crate::capability::{Capability, Target};
use crate::exception::{Exception, ExceptionKind};

impl Peer {
    /// Tells the peer which objects parameters or results carry. Returns the exports among them.
    pub(super) fn describe_all(
        self: &Arc<Self>,
        capabilities: &[Option<Capability>],
        payload: payload::Builder<'_>,
    ) -> Vec<u32> {
        let mut exports = Vec::new();
        if capabilities.is_empty() {
            return exports;
        }
        let length = u32::try_from(capabilities.len()).unwrap_or(u32::MAX);
        let mut table = payload.init_cap_table(length);
        for (index, capability) in (0..).zip(capabilities) {
            let mut descriptor = table.reborrow().get(index);
            match capability {
                Some(capability) => self.describe(capability, descriptor, &mut exports),
                None => descriptor.set_none(()),
            }
        }
        exports
    }

    fn describe(
        self: &Arc<Self>,
        capability: &Capability,
        mut descriptor: cap_descriptor::Builder<'_>,
        exports: &mut Vec<u32>,
    ) {
        match self.own_name(capability) {
            Own::Named(Addressee::Import(id)) => descriptor.set_receiver_hosted(id),
            Own::Named(Addressee::Answer(question, path)) => {
                wire::write_promised(question, &path, descriptor.init_receiver_answer());
            }
            Own::Became(capability) => self.describe(&capability, descriptor, exports),
            Own::Not => {
                let id = self.lock().export(capability);
                exports.push(id);
                descriptor.set_sender_hosted(id);
            }
        }
    }

    /// How the peer itself knows the capability, if it is the peer's.
    fn own_name(self: &Arc<Self>, capability: &Capability) -> Own {
        let Target::Remote(object) = &capability.0 else {
            return Own::Not;
        };
        let object: &dyn Any = &**object;
        if let Some(import) = object.downcast_ref::<Import>() {
            return match import.name() {
                Ok(addressee) if import.is_of(self) => Own::Named(addressee),
                Err(Ok(capability)) => Own::Became(capability),
                _ => Own::Not,
            };
        }
        if let Some(first) = object.downcast_ref::<First>() {
            return match first.known() {
                Some(Ok(capability)) => Own::Became(capability),
                Some(Err(_)) => Own::Not,
                None => first.addressee(self).map_or(Own::Not, Own::Named),
            };
        }
        Own::Not
    }

    /// The number by which the peer knows a capability that is its own.
    pub(super) fn import_id(self: &Arc<Self>, capability: &Capability) -> Option<u32> {
        match self.own_name(capability) {
            Own::Named(Addressee::Import(id)) => Some(id),
            Own::Became(capability) => self.import_id(&capability),
            _ => None,
        }
    }

    /// The capabilities that parameters or results carry, by their index in the message.
    pub(super) fn capabilities(
        self: &Arc<Self>,
        payload: payload::Reader<'_>,
    ) -> Result<Vec<Option<Capability>>, Exception> {
        let table = payload.get_cap_table().map_err(malformed)?;
        table
            .iter()
            .map(|descriptor| self.capability(descriptor))
            .collect()
    }

    /// The capability that the peer means.
    pub(super) fn capability(
        self: &Arc<Self>,
        descriptor: cap_descriptor::Reader<'_>,
    ) -> Result<Option<Capability>, Exception> {
        use cap_descriptor::Which;

        let capability = match descriptor.which() {
            Ok(Which::None(())) => return Ok(None),
            Ok(Which::SenderHosted(id)) => Capability::remote(self.import(id, false)),
            Ok(Which::SenderPromise(id)) => Capability::remote(self.import(id, true)),
            Ok(Which::ReceiverHosted(id)) => self.exported(id)?,
            Ok(Which::ReceiverAnswer(promised)) => {
                let promised = promised.map_err(malformed)?;
                let path = wire::read_path(promised).map_err(malformed)?;
                let cell = self.answer(promised.get_question_id());
                let cell = cell.unwrap_or_else(|| AnswerCell::failed(gone()));
                match cell.capability(&path) {
                    Some(Ok(capability)) => capability,
                    _ => Capability::remote(Arc::new(Promised {
                        peer: Arc::clone(self),
                        cell,
                        path,
                    })),
                }
            }
            // A third party's object can be reached through the peer, at its vine.
            Ok(Which::ThirdPartyHosted(third)) => {
                let vine = third.map_err(malformed)?.get_vine_id();
                Capability::remote(self.import(vine, false))
            }
            Err(unknown) => return Err(malformed(unknown.into())),
        };
        Ok(Some(capability))
    }
}

/// Whether a capability is the peer's own.
enum Own {
    Named(Addressee),
    /// It was a promise of the peer, and became this.
    Became(Capability),
    Not,
}

/// A message that breaks the protocol's rules.
pub(super) fn malformed(error: capnp::Error) -> Exception {
    Exception::new(ExceptionKind::Malformed, error)
}
