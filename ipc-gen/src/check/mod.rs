//! Finds what would not compile as Rust, so that the message speaks of the schema and not of the
//! generated code.

mod growth;
mod methods;
mod names;

use crate::error::Problems;
use crate::model::Model;

/// Collects every problem of the model.
pub(crate) fn check(model: &Model, problems: &mut Problems) {
    names::check(model, problems);
    methods::check(model, problems);
    growth::check(model, problems);
}
