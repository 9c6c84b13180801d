//! Programs that a client runs against a server.

use proptest::collection::vec;
use proptest::prelude::*;

/// A number that stands for one of the nodes that the client holds, or of the calls that it waits
/// for, whatever their count is by then.
pub(crate) type Index = u8;

/// What the client does next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Calls a node with the step's number.
    Ping(Index),
    /// Lets a node call the node that it keeps.
    PingKept(Index),
    /// Gets a new node of a node.
    Child(Index),
    /// Gets a new node of a node, and calls it before it is there.
    EarlyChild(Index),
    /// Gets what a node keeps, and calls it before it is there.
    EarlyKept(Index),
    /// Gives the second node to the first.
    Keep(Index, Index),
    /// Takes from a node what it keeps.
    Forget(Index),
    /// Gets what a node keeps.
    Kept(Index),
    /// Lets a node give a new one to the one that it keeps.
    Introduce(Index),
    /// Lets a node get what the node that it keeps does.
    Fetch(Index),
    /// Calls a node that fails.
    Fail(Index, u16),
    /// Calls a node that answers when the gate is opened, at the end.
    Wait(Index),
    /// Gives a waiting call up.
    Cancel(Index),
    /// Waits for the answer to a call.
    Await(Index),
    /// Lets go of a node.
    Drop(Index),
}

impl Step {
    /// Whether it brings a node that is called before it is there.
    pub(crate) fn is_early(self) -> bool {
        matches!(self, Self::EarlyChild(_) | Self::EarlyKept(_))
    }
}

pub(crate) fn programs() -> impl Strategy<Value = Vec<Step>> {
    // Half of them without nodes that are not there yet, since only what comes of those is certain.
    prop_oneof![
        vec(steps(), 1..40),
        vec(prop_oneof![8 => steps(), 1 => early_steps()], 1..40)
    ]
}

fn early_steps() -> impl Strategy<Value = Step> {
    let one = any::<Index>;
    prop_oneof![
        one().prop_map(Step::EarlyChild),
        one().prop_map(Step::EarlyKept)
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let one = any::<Index>;
    prop_oneof![
        6 => one().prop_map(Step::Ping),
        6 => one().prop_map(Step::PingKept),
        3 => one().prop_map(Step::Child),
        6 => (one(), one()).prop_map(|(node, kept)| Step::Keep(node, kept)),
        1 => one().prop_map(Step::Forget),
        4 => one().prop_map(Step::Kept),
        2 => one().prop_map(Step::Introduce),
        2 => one().prop_map(Step::Fetch),
        1 => (one(), 0..4_u16).prop_map(|(node, kind)| Step::Fail(node, kind)),
        2 => one().prop_map(Step::Wait),
        3 => one().prop_map(Step::Cancel),
        3 => one().prop_map(Step::Await),
        3 => one().prop_map(Step::Drop),
    ]
}
