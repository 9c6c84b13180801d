//! Capabilities in messages: how each side tells the other which object is meant.

use std::any::Any;
use std::sync::Arc;

use capnp_rpc::rpc_capnp::{cap_descriptor, payload};

use super::answer::{Promised, gone};
use super::envelope::{Envelope, LANDING, MAX_WORDS};
use super::follow::{Broken, Pinned, follow};
use super::import::Import;
use super::peer::Peer;
use super::pipelined::Pipelined;
use super::wire::{self, Addressee};
use crate::capability::{Capability, Target};
use crate::engine::{too_many_here, too_many_there};
use crate::exception::{Exception, ExceptionKind};
use crate::message::Payload;

impl Peer {
    /// Tells the peer which objects parameters or results carry. Returns the exports among them.
    ///
    /// # Errors
    ///
    /// The peer refers to as many objects of ours as it may.
    pub(super) fn describe_all(
        self: &Arc<Self>,
        capabilities: &[Option<Capability>],
        payload: payload::Builder<'_>,
    ) -> Result<Vec<u32>, Exception> {
        let mut exports = Vec::new();
        if capabilities.is_empty() {
            return Ok(exports);
        }
        let length = u32::try_from(capabilities.len()).unwrap_or(u32::MAX);
        let mut table = payload.init_cap_table(length);
        for (index, capability) in (0..).zip(capabilities) {
            let mut descriptor = table.reborrow().get(index);
            match capability {
                Some(capability) => {
                    if let Err(full) = self.describe(capability, descriptor, &mut exports) {
                        self.retract(exports);
                        return Err(full);
                    }
                }
                None => descriptor.set_none(()),
            }
        }
        Ok(exports)
    }

    /// What is around content, and the exports in it, if the message is not too large.
    ///
    /// # Errors
    ///
    /// It is, and the exports are none.
    pub(super) fn fitting(
        &self,
        content: &Payload,
        enclosed: (Envelope, Vec<u32>),
    ) -> Result<(Envelope, Vec<u32>), Exception> {
        let (envelope, exports) = enclosed;
        let limit = self.connection().message_words().min(MAX_WORDS);
        match content.fits(envelope.words() + LANDING, limit) {
            Ok(()) => Ok((envelope, exports)),
            Err(too_large) => {
                self.retract(exports);
                Err(too_large)
            }
        }
    }

    /// Takes back the exports of a message that is not sent. Its payload still holds all that it carries, so
    /// nothing is dropped here.
    fn retract(&self, exports: Vec<u32>) {
        let mut tables = self.lock();
        for export in exports {
            tables.unexport(export, 1);
        }
    }

    fn describe(
        self: &Arc<Self>,
        capability: &Capability,
        mut descriptor: cap_descriptor::Builder<'_>,
        exports: &mut Vec<u32>,
    ) -> Result<(), Exception> {
        let capability = match follow(capability.clone()) {
            Ok(capability) => capability,
            Err(reason) => Broken::capability(self.connection(), reason),
        };
        match self.name_of(&capability) {
            Some(Addressee::Import(id)) => descriptor.set_receiver_hosted(id),
            Some(Addressee::Answer(question, path)) => {
                wire::write_promised(question, &path, descriptor.init_receiver_answer());
            }
            None => {
                let limit = self.connection().objects();
                let id = self.lock().export(&capability, limit);
                let id = id.ok_or_else(|| too_many_here(limit))?;
                exports.push(id);
                descriptor.set_sender_hosted(id);
            }
        }
        Ok(())
    }

    /// How the peer itself knows a capability, if it is the peer's.
    pub(super) fn name_of(self: &Arc<Self>, capability: &Capability) -> Option<Addressee> {
        let Target::Remote(object) = &capability.0 else {
            return None;
        };
        let object: &dyn Any = &**object;
        if let Some(import) = object.downcast_ref::<Import>() {
            return import.addressee(self);
        }
        if let Some(pipelined) = object.downcast_ref::<Pipelined>() {
            return pipelined.addressee(self);
        }
        object.downcast_ref::<Pinned>()?.name(self)
    }

    /// The capabilities of parameters or results.
    ///
    /// # Errors
    ///
    /// The peer breaks the protocol.
    pub(super) fn capabilities(
        self: &Arc<Self>,
        source: payload::Reader<'_>,
    ) -> Result<Vec<Option<Capability>>, Exception> {
        let table = source.get_cap_table().map_err(malformed)?;
        if table.is_empty() {
            return Ok(Vec::new());
        }
        table
            .iter()
            .map(|descriptor| self.capability(descriptor))
            .collect()
    }

    /// The capability that the peer means.
    ///
    /// # Errors
    ///
    /// The peer breaks the protocol.
    pub(super) fn capability(
        self: &Arc<Self>,
        descriptor: cap_descriptor::Reader<'_>,
    ) -> Result<Option<Capability>, Exception> {
        use cap_descriptor::Which;

        let capability = match descriptor.which() {
            Ok(Which::None(())) => return Ok(None),
            Ok(Which::SenderHosted(id)) => self.hosted(id, false),
            Ok(Which::SenderPromise(id)) => self.hosted(id, true),
            Ok(Which::ReceiverHosted(id)) => self.exported(id)?,
            Ok(Which::ReceiverAnswer(promised)) => {
                let promised = promised.map_err(malformed)?;
                let path = wire::read_path(promised).map_err(malformed)?;
                let Some(cell) = self.answer(promised.get_question_id())? else {
                    return Ok(Some(Broken::capability(self.connection(), gone())));
                };
                match cell.capability(&path) {
                    Some(Ok(capability)) => capability,
                    Some(Err(reason)) => Broken::capability(self.connection(), reason),
                    None => Capability::remote(Arc::new(Promised {
                        peer: Arc::clone(self),
                        cell,
                        path,
                    })),
                }
            }
            // A third party's object can be reached through the peer, at its vine.
            Ok(Which::ThirdPartyHosted(third)) => {
                let vine = third.map_err(malformed)?.get_vine_id();
                self.hosted(vine, false)
            }
            // Of a future version of the protocol.
            Err(capnp::NotInSchema(kind)) => Broken::capability(
                self.connection(),
                Exception::new(
                    ExceptionKind::Unimplemented,
                    format_args!("the peer describes this object in an unknown way ({kind})"),
                ),
            ),
        };
        Ok(Some(capability))
    }
}

impl Peer {
    /// What the peer exports under a number, unless there is too much of that already: then it is released at
    /// once, and broken for whoever was to get it.
    fn hosted(self: &Arc<Self>, id: u32, promise: bool) -> Capability {
        let limit = self.connection().objects();
        let is_full = {
            let tables = self.lock();
            tables.imports.len() >= limit && !tables.imports.contains_key(&id)
        };
        if !is_full {
            return Capability::remote(self.import(id, promise));
        }
        self.send_soon(wire::release(id, 1));
        Broken::capability(self.connection(), too_many_there(limit))
    }
}

/// A message that breaks the protocol's rules.
pub(super) fn malformed(error: capnp::Error) -> Exception {
    Exception::new(ExceptionKind::Malformed, error)
}
