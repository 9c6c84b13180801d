//! Answers that depend on each other are given one after the other, not one inside of the other: a peer may make
//! a long chain of calls, each of what the one before it will bring, and the stack is short.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use super::peer::Peer;
use crate::exception::Exception;
use crate::message::Payload;

thread_local! {
    /// Answers to be given when this thread has served what waited for another, if it does that.
    static NEXT: RefCell<Option<VecDeque<Given>>> = const { RefCell::new(None) };
}

/// The outcome of a call of the peer.
struct Given {
    peer: Arc<Peer>,
    question: u32,
    outcome: Result<Payload, Exception>,
}

/// Serves what waited for an answer, and then gives the answers that came of it.
pub(super) fn serve(waiting: impl FnOnce()) {
    if NEXT.with_borrow(Option::is_some) {
        return waiting();
    }
    NEXT.set(Some(VecDeque::new()));
    let _serving = Serving;
    waiting();
    while let Some(next) = NEXT.with_borrow_mut(|next| next.as_mut()?.pop_front()) {
        next.peer.answer_now(next.question, next.outcome);
    }
}

/// Leaves an answer to [`serve`] further up the stack. Returns the outcome if that does not run.
pub(super) fn postpone(
    peer: &Arc<Peer>,
    question: u32,
    outcome: Result<Payload, Exception>,
) -> Option<Result<Payload, Exception>> {
    NEXT.with_borrow_mut(|next| {
        let Some(next) = next else {
            return Some(outcome);
        };
        next.push_back(Given {
            peer: Arc::clone(peer),
            question,
            outcome,
        });
        None
    })
}

/// Ends with [`serve`], however that ends.
struct Serving;

impl Drop for Serving {
    fn drop(&mut self) {
        drop(NEXT.take());
    }
}
