//! What a promise of the peer becomes, and the order of the calls that are made on it meanwhile.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::answer::PipelinedCall;
use super::follow::{self, Broken};
use super::peer::Peer;
use super::wire::{Addressee, PointerIndex};
use crate::capability::{Capability, Target};
use crate::connection::Connection;
use crate::engine::{Answer, Later, Request};
use crate::exception::{Exception, ExceptionKind};

/// The promise of an object.
///
/// Calls go to the peer as long as it is one. If it becomes an object of ours, those calls are on
/// their way back: later ones wait for them, behind an embargo.
pub(super) struct Promise {
    state: Mutex<State>,
    /// Held while a call is sent to the promise, and while it becomes known, so that the message of
    /// an embargo comes after such calls. Apart from `state`, since a call may name the promise itself.
    sending: Mutex<()>,
    known: watch::Sender<bool>,
    depth: Depth,
}

enum State {
    /// A promise; whether calls were sent to it.
    Open {
        called: bool,
    },
    /// An object of ours, while calls are still coming back: new ones wait for them.
    Embargoed(Capability, Vec<PipelinedCall>),
    Known(Resolution),
}

/// What a promise became.
pub(super) type Resolution = Result<Capability, Exception>;

impl Promise {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State::Open { called: false }),
            sending: Mutex::default(),
            known: watch::Sender::new(false),
            depth: Depth::default(),
        })
    }

    /// What it became, if that is known and may be used.
    pub(super) fn known(&self) -> Option<Resolution> {
        match &*self.state() {
            State::Open { .. } | State::Embargoed(..) => None,
            State::Known(resolution) => Some(resolution.clone()),
        }
    }

    /// What it leads to, if that is decided.
    pub(super) fn decided(&self) -> Option<Capability> {
        match &*self.state() {
            State::Open { .. } | State::Known(Err(_)) => None,
            State::Embargoed(capability, _) | State::Known(Ok(capability)) => {
                Some(capability.clone())
            }
        }
    }

    pub(super) fn depth(&self) -> &Depth {
        &self.depth
    }

    /// Calls what it became, or the promise, which the peer knows by this name.
    pub(super) fn call(&self, peer: &Arc<Peer>, name: Addressee, request: Request) -> Answer {
        self.send(
            peer,
            request,
            |request| peer.call(name, request),
            |waiting| waiting,
            |known, request| known.call(request),
            Answer::failed,
        )
    }

    /// As [`Promise::call`], for the sake of an object in the results.
    pub(super) fn call_for(
        &self,
        peer: &Arc<Peer>,
        name: &Addressee,
        request: Request,
        path: &[PointerIndex],
    ) -> (Answer, Capability) {
        self.send(
            peer,
            request,
            |request| peer.call_for(name, request, path),
            |waiting| Later::of(waiting, path),
            |known, request| known.call_for(request, path),
            |exception| Broken::answer(peer.connection(), exception),
        )
    }

    /// Makes a call of a promise, of an object that calls are still coming back to, of what is known,
    /// or of what failed.
    fn send<T>(
        &self,
        peer: &Arc<Peer>,
        request: Request,
        open: impl FnOnce(Request) -> T,
        embargoed: impl FnOnce(Answer) -> T,
        known: impl FnOnce(Capability, Request) -> T,
        failed: impl FnOnce(Exception) -> T,
    ) -> T {
        let sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.state();
        match &mut *state {
            State::Open { called } => {
                *called = true;
                drop(state);
                let answer = open(request);
                drop(sending);
                answer
            }
            State::Embargoed(_, waiting) => {
                let (call, answer) = PipelinedCall::new(request, Arc::clone(peer.connection()));
                waiting.push(call);
                drop(state);
                drop(sending);
                embargoed(answer)
            }
            State::Known(resolution) => {
                let resolution = resolution.clone();
                drop(state);
                drop(sending);
                match resolution {
                    Ok(capability) => known(capability, request),
                    Err(exception) => failed(exception),
                }
            }
        }
    }

    /// Calls of another promise, which became this one, count as calls of this one.
    pub(super) fn inherit_calls(&self) {
        if let State::Open { called } = &mut *self.state() {
            *called = true;
        }
    }

    /// The peer's word on what it became: whether that is news.
    ///
    /// `comes_home` is whether it is an object of this side. If calls were sent they are on their way
    /// back then, so `embargo` is called to send a message after them that comes back, too.
    pub(super) fn become_known(
        &self,
        resolution: Resolution,
        comes_home: bool,
        embargo: impl FnOnce(),
    ) -> bool {
        {
            let _sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
            let mut state = self.state();
            let State::Open { called } = *state else {
                return false;
            };
            match resolution {
                Ok(capability) if called && comes_home => {
                    *state = State::Embargoed(capability, Vec::new());
                    drop(state);
                    embargo();
                    return true;
                }
                resolution => {
                    if let (true, Ok(capability)) = (called, &resolution) {
                        follow::inherit_calls(capability);
                    }
                    *state = State::Known(resolution);
                }
            }
        }
        self.known.send_replace(true);
        true
    }

    /// All calls that were sent to the promise have come back: lets the others go.
    pub(super) fn lift(self: &Arc<Self>, peer: &Arc<Peer>) {
        if let Some(capability) = self.decided()
            && !self.goes_on_later(peer, &capability)
        {
            self.go_on(peer);
        }
    }

    /// Waits until the calls that have arrived have begun, since what is known is called at once. False if they have.
    fn goes_on_later(self: &Arc<Self>, peer: &Arc<Peer>, capability: &Capability) -> bool {
        let Target::Local(object) = &capability.0 else {
            return false;
        };
        let (this, waiting_peer) = (Arc::clone(self), Arc::clone(peer));
        let go_on = Box::new(move || this.go_on(&waiting_peer));
        peer.connection().when_begun(object, go_on).is_none()
    }

    /// Lets calls go that have waited, and those after them when these have begun.
    fn go_on(self: &Arc<Self>, peer: &Arc<Peer>) {
        loop {
            let (capability, waiting) = {
                let mut state = self.state();
                let State::Embargoed(capability, waiting) = &mut *state else {
                    return;
                };
                let capability = capability.clone();
                if waiting.is_empty() {
                    *state = State::Known(Ok(capability));
                    break;
                }
                (capability, std::mem::take(waiting))
            };
            for mut call in waiting {
                if !call.reply.is_abandoned() {
                    peer.dispatch(&capability, call);
                }
            }
            if self.goes_on_later(peer, &capability) {
                return;
            }
        }
        self.known.send_replace(true);
    }

    /// It will not become anything, for this reason.
    pub(super) fn fail(&self, reason: &Exception) {
        let before = {
            let mut state = self.state();
            if let State::Known(_) = &*state {
                return;
            }
            std::mem::replace(&mut *state, State::Known(Err(reason.clone())))
        };
        if let State::Embargoed(_, waiting) = before {
            for call in waiting {
                call.reply.send(Err(reason.clone()));
            }
        }
        self.known.send_replace(true);
    }

    /// Waits until it is known.
    pub(super) fn resolve(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
    ) -> BoxFuture<'static, Resolution> {
        let this = Arc::clone(self);
        let connection = Arc::clone(connection);
        Box::pin(async move {
            // The sender is in `this`, so waiting cannot fail.
            let _ = this.known.subscribe().wait_for(|known| *known).await;
            match this.known() {
                Some(resolution) => resolution?.resolve().await,
                None => Err(connection.disconnected()),
            }
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many promises may become each other in a row. A call on the first goes through all of them.
const MAX_DEPTH: u32 = 64;

/// How many promises in a row have become the one that this belongs to.
#[derive(Default)]
pub(super) struct Depth(AtomicU32);

impl Depth {
    /// Notes that a promise with another depth became this one.
    pub(super) fn below(&self, other: &Self) -> Result<(), Exception> {
        let depth = other.0.load(Ordering::Relaxed) + 1;
        if depth > MAX_DEPTH {
            return Err(Exception::new(
                ExceptionKind::Malformed,
                format_args!("{MAX_DEPTH} promises in a row became another promise"),
            ));
        }
        self.0.fetch_max(depth, Ordering::Relaxed);
        Ok(())
    }
}
