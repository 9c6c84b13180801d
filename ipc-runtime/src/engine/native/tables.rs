//! What the two sides of a connection know of each other.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use foldhash::fast::RandomState;
use slab::Slab;
use tokio::sync::oneshot;

use super::answer::AnswerCell;
use super::import::Import;
use super::peer::Asking;
use super::pipelined::Pipelined;
use super::promise::Promise;
use crate::adapter::LocalObject;
use crate::capability::{Capability, Target};
use crate::engine::{Cancelled, Interest};
use crate::exception::Exception;
use crate::message::Payload;
use crate::stats::Stats;

/// The four tables of the protocol, and the embargoes.
#[derive(Default)]
pub(super) struct Tables {
    /// What we offer first, if the peer connected to us. It goes with the rest when the connection
    /// ends, since it may itself hold objects of the peer.
    pub(super) offered: Option<Arc<LocalObject>>,
    /// Calls that we made.
    pub(super) questions: Slab<Question>,
    /// Calls that the peer made, by its numbers.
    pub(super) answers: HashMap<u32, Answer, RandomState>,
    /// Objects that the peer may call.
    pub(super) exports: Slab<Export>,
    /// Their numbers by what tells them apart, so that one object has one number.
    exported: HashMap<usize, u32, RandomState>,
    /// Objects of the peer, by its numbers.
    pub(super) imports: HashMap<u32, Imported, RandomState>,
    /// Objects of ours that came back through the peer, until the calls before that have, too.
    pub(super) embargoes: Slab<Arc<Promise>>,
    /// How many questions there were.
    pub(super) asked: u64,
    /// How many of our questions have no answer yet.
    pub(super) awaited: usize,
    /// How many answers we owe.
    pub(super) owed: usize,
    /// Bytes that the peer's calls hold here.
    pub(super) held: usize,
    /// Why the connection ended, once it has: the tables are empty then and stay so.
    pub(super) closed: Option<Exception>,
}

pub(super) struct Question {
    /// Tells it from others that had or will have its number.
    pub(super) serial: u64,
    pub(super) waiter: Waiter,
    /// Told when the answer of a question that was given up has come.
    pub(super) settled: Option<oneshot::Sender<Cancelled>>,
    /// Exports that the parameters carried.
    pub(super) params: Vec<u32>,
    pub(super) finish: Finish,
    pub(super) returned: bool,
    /// The answer's capabilities were taken over, so they are ours to release.
    pub(super) imported: bool,
}

/// Who waits for a question's answer.
#[derive(Default)]
pub(super) struct Waiter {
    /// Wants the answer.
    pub(super) caller: Option<oneshot::Sender<Result<Payload, Exception>>>,
    /// Becomes an object in the answer.
    pub(super) object: Option<Weak<Pipelined>>,
}

impl Waiter {
    pub(super) fn is_waiting(&self) -> bool {
        (self.caller.as_ref()).is_some_and(|caller| !caller.is_closed())
            || (self.object.as_ref()).is_some_and(|object| object.strong_count() > 0)
    }
}

/// How far we are with telling the peer that a question is done with. Its number is free again
/// when that was told and the answer has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    NotSent,
    Sending,
    Sent,
}

pub(super) struct Answer {
    /// Where it will be for those who want something of it; none as long as nobody does.
    pub(super) cell: Option<Arc<AnswerCell>>,
    /// The peer has given the call up, and nothing else wants its answer.
    pub(super) abandoned: bool,
    /// Dropped then, if somebody asked for it.
    pub(super) interest: Option<Interest>,
    /// The peer wants to take the results from here later, instead of getting them.
    pub(super) redirected: bool,
    /// They were taken.
    pub(super) taken: bool,
    /// The call of the peer whose answer this one is addressed to.
    pub(super) waits_for: Option<u32>,
    pub(super) returned: bool,
    /// The peer's Finish, with its word on the results' capabilities.
    pub(super) finished: Option<ReleaseResults>,
    /// Exports that the results carried.
    pub(super) results: Vec<u32>,
    /// Bytes of the parameters, and then of results that are kept.
    pub(super) bytes: usize,
}

impl Answer {
    pub(super) fn cell(&mut self) -> Arc<AnswerCell> {
        Arc::clone(self.cell.get_or_insert_with(AnswerCell::new))
    }
}

/// Whether the peer released the capabilities of an answer's results together with it.
pub(super) type ReleaseResults = bool;

pub(super) struct Export {
    pub(super) capability: Capability,
    pub(super) count: u32,
}

pub(super) struct Imported {
    pub(super) import: Weak<Import>,
    /// How often the peer has passed it to us.
    pub(super) count: u32,
}

impl Tables {
    /// Empty but for what we offer first.
    pub(super) fn new(offered: Option<Arc<LocalObject>>) -> Self {
        Self {
            offered,
            ..Self::default()
        }
    }

    pub(super) fn stats(&self) -> Stats {
        Stats {
            outgoing_calls: self.questions.len(),
            incoming_calls: self.answers.len(),
            remote_objects: self.imports.len(),
            exported_objects: self.exports.len(),
            ..Stats::default()
        }
    }

    /// A question, unless its number was given to another one.
    pub(super) fn question(&mut self, asking: Asking) -> Option<&mut Question> {
        self.questions
            .get_mut(asking.question as usize)
            .filter(|question| question.serial == asking.serial)
    }

    /// The number under which the peer can call an object, counted once more; none if that would be one
    /// object more than `limit`.
    pub(super) fn export(&mut self, capability: &Capability, limit: usize) -> Option<u32> {
        let key = address(capability);
        if let Some(id) = self.exported.get(&key)
            && let Some(export) = self.exports.get_mut(*id as usize)
        {
            export.count += 1;
            return Some(*id);
        }
        if self.exports.len() >= limit {
            return None;
        }
        let id = self.exports.insert(Export {
            capability: capability.clone(),
            count: 1,
        });
        let id = number(id);
        self.exported.insert(key, id);
        Some(id)
    }

    /// Takes an answer off the table that was both given and finished.
    pub(super) fn forget_answer(
        &mut self,
        question: u32,
        release_results: ReleaseResults,
    ) -> Forgotten {
        let answer = self.answers.remove(&question)?;
        self.held -= answer.bytes;
        let mut released = Vec::new();
        if release_results {
            for export in &answer.results {
                released.extend(self.unexport(*export, 1).flatten());
            }
        }
        Some((answer, released))
    }

    /// Takes back so many counts of an export. Returns the capability if that was the last, for the
    /// caller to drop outside of the lock; none if the peer takes back more than it got.
    pub(super) fn unexport(&mut self, id: u32, count: u32) -> Option<Released> {
        let export = self.exports.get_mut(id as usize)?;
        export.count = export.count.checked_sub(count)?;
        if export.count > 0 {
            return Some(None);
        }
        let export = self.exports.remove(id as usize);
        self.exported.remove(&address(&export.capability));
        Some(Some(export.capability))
    }
}

/// An answer off the table, and what was only kept for it: for the caller to drop outside of the lock.
pub(super) type Forgotten = Option<(Answer, Vec<Capability>)>;

/// A capability that nobody refers to by number any more, if it came to that.
pub(super) type Released = Option<Capability>;

/// What tells objects apart as long as they live.
fn address(capability: &Capability) -> usize {
    match &capability.0 {
        Target::Local(object) => Arc::as_ptr(object).addr(),
        Target::Remote(object) => Arc::as_ptr(object).cast::<()>().addr(),
        Target::Later(object) => Arc::as_ptr(object).addr(),
    }
}

/// A number on the wire. Four thousand million entries do not fit into memory.
pub(super) fn number(key: usize) -> u32 {
    u32::try_from(key).unwrap_or(u32::MAX)
}
