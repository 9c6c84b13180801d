//! Peers that send what nobody should: recorded conversations, damaged in every way, against live
//! connections.
//!
//! An input is bytes, whoever chose them: [`Damage`](damage::Damage) reads its decisions off them, so
//! that a fuzzer, a property test and a file of a failure all say the same.

pub mod attack;
pub mod conversation;
pub mod damage;
mod vocabulary;
