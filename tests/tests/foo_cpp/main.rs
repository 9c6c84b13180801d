//! libmultiprocess itself, over its own test interface, in both directions.
//!
//! `FOO_SERVER` and `FOO_CLIENT` name the programs, of which `tests/README.md` says what they do; without
//! them the tests are skipped with a message.

#![allow(
    clippy::disallowed_names,
    reason = "libmultiprocess calls its test interface so"
)]

mod client_ends;
mod our_callbacks;
mod our_calls;
mod server_ends;
mod support;
mod their_calls;
