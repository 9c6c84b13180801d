//! What comes of promises, and the embargoes that keep calls in order then.

use std::sync::Arc;

use capnp_rpc::rpc_capnp::{cap_descriptor, disembargo, message, resolve};

use super::answer::{Outcome, Waiting};
use super::descriptor::malformed;
use super::follow::{self, Link};
use super::peer::{Peer, broken};
use super::promise::{Promise, Resolution};
use super::receive::Addressed;
use super::tables::number;
use super::wire::{self, Addressee};
use crate::capability::Capability;
use crate::exception::{Exception, ExceptionKind};

impl Peer {
    pub(super) fn resolved(
        self: &Arc<Self>,
        resolve: resolve::Reader<'_>,
    ) -> Result<(), Exception> {
        use resolve::Which;

        let (resolution, comes_home) = match resolve.which() {
            Ok(Which::Cap(descriptor)) => {
                let descriptor = descriptor.map_err(malformed)?;
                let capability = self.capability(descriptor)?.ok_or_else(|| {
                    Exception::new(ExceptionKind::Null, "the peer's promise became null")
                });
                (capability, comes_home(descriptor))
            }
            Ok(Which::Exception(exception)) => {
                let exception = wire::read_exception(exception.map_err(malformed)?);
                (Err(exception), false)
            }
            Err(unknown) => return Err(malformed(unknown.into())),
        };
        let import = self
            .lock()
            .imports
            .get(&resolve.get_promise_id())
            .and_then(|imported| imported.import.upgrade());
        // One that was released meanwhile needs no resolution; what came with it is released, too.
        let Some(import) = import else {
            return Ok(());
        };
        let Some(promise) = import.promise() else {
            return Err(broken("it resolves what is no promise"));
        };
        let name = import.addressee(self);
        if self.become_known(promise, name, resolution, comes_home)? {
            Ok(())
        } else {
            Err(broken("it resolves a promise twice"))
        }
    }

    /// The peer's word on what became of a promise of its own: whether that is news.
    pub(super) fn become_known(
        self: &Arc<Self>,
        promise: &Arc<Promise>,
        name: Option<Addressee>,
        resolution: Resolution,
        comes_home: bool,
    ) -> Result<bool, Exception> {
        let resolution = resolution.and_then(follow::follow);
        let is_promise = resolution
            .as_ref()
            .is_ok_and(|it| follow::link(it).is_some());
        let _deciding = is_promise.then(follow::deciding);
        if let Ok(capability) = &resolution {
            let is_itself = |link: &Link<'_>| matches!(link, Link::Theirs(other) if Arc::ptr_eq(other, promise));
            follow::check(capability, promise.depth(), is_itself)?;
        }
        Ok(promise.become_known(resolution, comes_home, || {
            if let Some(name) = name {
                self.embargo(Arc::clone(promise), &name);
            }
        }))
    }

    /// Sends a message after the calls that are on their way back to us.
    fn embargo(&self, promise: Arc<Promise>, name: &Addressee) {
        let embargo = number(self.lock().embargoes.insert(promise));
        self.send(wire::simple(|message| {
            let mut disembargo = message.init_disembargo();
            name.write(disembargo.reborrow().init_target());
            disembargo.init_context().set_sender_loopback(embargo);
        }));
    }

    pub(super) fn disembargoed(
        self: &Arc<Self>,
        disembargo: disembargo::Reader<'_>,
        message: message::Reader<'_>,
    ) -> Result<(), Exception> {
        use disembargo::context::Which;

        match disembargo.get_context().which() {
            Ok(Which::SenderLoopback(embargo)) => {
                let target = self.target(disembargo.get_target().map_err(malformed)?)?;
                match target {
                    Addressed::Object(capability) => self.loop_back(Some(&capability), embargo)?,
                    Addressed::Gone => {
                        return Err(broken("it lifts an embargo on what it was not given"));
                    }
                    Addressed::Answer(_, cell, path) => {
                        let peer = Arc::clone(self);
                        let act = move |outcome: &Outcome| {
                            let results = outcome.as_ref().ok();
                            let target =
                                results.and_then(|results| results.pipelined(&path).ok().flatten());
                            if let Err(violation) = peer.loop_back(target.as_ref(), embargo) {
                                peer.abort(violation);
                            }
                        };
                        cell.want(self, Waiting::Then(Box::new(act)));
                    }
                }
                Ok(())
            }
            Ok(Which::ReceiverLoopback(embargo)) => {
                let promise = self.lock().embargoes.try_remove(embargo as usize);
                let promise = promise.ok_or_else(|| broken("it lifts an embargo that is none"))?;
                promise.lift(self);
                Ok(())
            }
            Ok(Which::Accept(()) | Which::Provide(_)) | Err(_) => self.refuse(message),
        }
    }

    /// Returns a disembargo to the peer, whose object it turned out to be for, after all calls that
    /// were forwarded there.
    fn loop_back(
        self: &Arc<Self>,
        capability: Option<&Capability>,
        embargo: u32,
    ) -> Result<(), Exception> {
        let Some(name) = capability.and_then(|capability| self.name_of(capability)) else {
            return Err(broken("it lifts an embargo on what is not its own object"));
        };
        self.send(wire::simple(|message| {
            let mut disembargo = message.init_disembargo();
            name.write(disembargo.reborrow().init_target());
            disembargo.init_context().set_receiver_loopback(embargo);
        }));
        Ok(())
    }
}

/// Whether a descriptor of the peer names what lies on this side.
pub(super) fn comes_home(descriptor: cap_descriptor::Reader<'_>) -> bool {
    use cap_descriptor::Which;

    matches!(
        descriptor.which(),
        Ok(Which::ReceiverHosted(_) | Which::ReceiverAnswer(_))
    )
}
