//! JSON-RPC over HTTP, on loopback and unix sockets, with the kind of authentication that Bitcoin Core has.
//!
//! A [`Server`] listens, authenticates and limits. What it lets through is answered by a [`Handler`]: [`MethodHandler`]
//! for methods of `jsonrpsee`, in plain JSON-RPC 2.0, or one with a dialect of its own.
//!
//! ```no_run
//! use ipc_json_rpc::{Auth, MethodHandler, RpcModule, Server};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut module = RpcModule::new(());
//! module.register_method("say_hello", |_params, _context, _extensions| "hello")?;
//!
//! let server = Server::builder()
//!     .listen("127.0.0.1:8545")
//!     .listen("unix:/run/user/1000/rpc.sock")
//!     .auth(Auth::new().cookie_file("/run/user/1000/rpc.cookie")?)
//!     .start(MethodHandler::new(module))
//!     .await?;
//! tokio::signal::ctrl_c().await?;
//! server.shutdown(std::time::Duration::from_secs(5)).await;
//! # Ok(())
//! # }
//! ```
//!
//! ```sh
//! curl --user "$(cat /run/user/1000/rpc.cookie)" --json '{"jsonrpc":"2.0","id":1,"method":"say_hello"}' \
//!     --unix-socket /run/user/1000/rpc.sock http://localhost/
//! ```
//!
//! Interfaces of a schema become methods with `ipc_gen::Builder::json_rpc`: [`module`] makes them of a generated proxy,
//! and a [`Client`] has proxies whose calls go to such a server.

mod address;
mod auth;
mod client;
mod error;
mod handler;
mod http;
mod methods;
#[doc(hidden)]
pub mod rt;
mod session;

pub use address::Address;
pub use auth::{Auth, User};
pub use client::Client;
pub use error::Error;
pub use handler::{Handler, Request, Response};
pub use http::{Server, ServerBuilder};
pub use jsonrpsee_server;
pub use jsonrpsee_server::RpcModule;
pub use methods::MethodHandler;
pub use rt::{JsonObject, JsonValue, Side, module};
