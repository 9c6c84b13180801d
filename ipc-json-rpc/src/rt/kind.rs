//! What tells interfaces apart.

use super::side::JsonObject;

/// An interface in JSON-RPC.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What its methods and handles begin with: `echo`.
    pub prefix: &'static str,
    /// The schema's name.
    pub name: &'static str,
    /// The ids of the interface and of those that it extends. Its own is the first.
    pub ids: &'static [u64],
}

impl Kind {
    pub(super) const fn of<P: JsonObject>() -> Self {
        Self {
            prefix: P::NAME,
            name: P::INTERFACE_NAME,
            ids: P::IDS,
        }
    }
}
