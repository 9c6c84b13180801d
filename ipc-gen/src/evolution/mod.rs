//! What a change of schemas means for peers that still have the old ones.

mod compare;
mod enums;
mod fields;
mod front;
mod methods;
mod pairs;
mod report;
mod types;

pub use front::Diff;
pub use report::Report;
