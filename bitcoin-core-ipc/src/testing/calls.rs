//! What happens to the calls of a fake node: faults, and waits.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use ipc_runtime::Exception;

use super::chain::Chain;

/// What happens to a call instead of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It fails with this text.
    Fail(String),
    /// It is never answered. Until it is given up it counts as a wait.
    Stall,
    /// It is answered after [`FakeNode::release`](super::FakeNode::release). Until then it counts as a wait.
    Hold,
    /// It is answered with nothing: what it should give is null, as from a node that shuts down.
    Null,
    /// Of the bytes in its answer (a hash, a header, a block) the last one is missing. Methods that give no bytes answer
    /// as ever.
    Cut,
    /// All connections are cut.
    Disconnect,
    /// All peers are sent what is no message.
    Garbage,
}

/// How connections end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    End,
    Garbage,
}

/// The faults to come, by the methods that they are for.
#[derive(Debug, Default)]
pub(super) struct Faults(HashMap<String, VecDeque<Fault>>);

impl Faults {
    pub(super) fn add(&mut self, method: &str, fault: Fault) {
        self.0
            .entry(method.to_owned())
            .or_default()
            .push_back(fault);
    }

    fn next(&mut self, method: &str) -> Option<Fault> {
        self.0.get_mut(method)?.pop_front()
    }
}

/// The failure that is made an answer without anything on its way to the peer: handlers have no other way to say null
/// where the schema says that there is something.
pub(super) const NULL: &str = "null, instead of a failure";

pub(super) fn null() -> Exception {
    Exception::failed(NULL)
}

/// A call that has begun to be answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entered {
    cut: bool,
}

impl Entered {
    /// The bytes that the answer has.
    pub(super) fn bytes(self, mut bytes: Vec<u8>) -> Vec<u8> {
        if self.cut {
            bytes.pop();
        }
        bytes
    }
}

impl Chain {
    /// The beginning of every method: a fault, if there is one for it.
    pub(super) async fn enter(self: &Arc<Self>, method: &str) -> Result<Entered, Exception> {
        let (fault, released) = {
            let mut state = self.state();
            (state.faults.next(method), state.released)
        };
        match fault {
            None => return Ok(Entered { cut: false }),
            Some(Fault::Cut) => return Ok(Entered { cut: true }),
            Some(Fault::Fail(text)) => return Err(Exception::failed(text)),
            Some(Fault::Null) => return Err(null()),
            Some(Fault::Hold) => {
                let _waiting = Waiting::new(self);
                self.until(|state| state.released != released).await;
                return Ok(Entered { cut: false });
            }
            Some(Fault::Disconnect) => self.cut(Cut::End),
            Some(Fault::Garbage) => self.cut(Cut::Garbage),
            Some(Fault::Stall) => {}
        }
        let _waiting = Waiting::new(self);
        std::future::pending().await
    }
}

/// Counts a wait as long as it runs.
pub(super) struct Waiting(Arc<Chain>);

impl Waiting {
    pub(super) fn new(chain: &Arc<Chain>) -> Self {
        chain.change(|state| state.waiting += 1);
        Self(Arc::clone(chain))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.change(|state| state.waiting -= 1);
    }
}

/// Ends one wait of an object: it stays until a wait has seen it.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt(Arc<Mutex<bool>>);

impl Interrupt {
    pub(super) fn set(&self, chain: &Chain) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        chain.change(|_| ());
    }

    /// Whether it was set. It is not any more then.
    pub(super) fn take(&self) -> bool {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
