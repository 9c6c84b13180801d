//! What a change of schemas means for peers that still have the old ones.

mod breaks;
mod compare;
mod enums;
mod fields;
mod front;
mod methods;
mod pairs;
mod report;
mod types;

pub(crate) use breaks::breaks;
pub(crate) use compare::compare;
pub use front::Diff;
pub use report::Report;
