//! The HTTP server below all handlers: it listens, authenticates and limits.

mod accept;
mod answer;
mod builder;
mod connection;
mod limits;
mod listener;
mod patience;
mod server;

pub use builder::ServerBuilder;
pub use server::Server;
