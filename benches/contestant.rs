//! Who takes part, and how each is started and run.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use ipc_runtime::EngineKind;

use crate::bare_socket::BareSocket;
use crate::proxies::Proxies;
use crate::raw_capnp_rpc::{RawCapnpRpc, Threads};
use crate::tarpc::Tarpc;
use crate::tonic::Tonic;
use crate::workload::Workload;

/// Whatever made a contestant fail.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A server, and clients that are connected to it.
pub trait Contestant {
    /// The time that the workload takes. Its callers are spread over the connections evenly.
    ///
    /// # Errors
    ///
    /// A call that failed.
    fn run(&self, workload: Workload) -> Result<Duration, BoxError>;
}

/// A contestant that can be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Generated proxies and adapters over our own engine.
    Ours,
    /// Generated proxies and adapters over the `capnp-rpc` engine.
    OursOverCapnpRpc,
    /// `capnp-rpc` by hand, with a thread for the clients and one for the server.
    RawCapnpRpc,
    /// `capnp-rpc` by hand, with clients and server on the same thread.
    RawCapnpRpcOneThread,
    /// tarpc, with bincode.
    Tarpc,
    /// gRPC.
    Tonic,
    /// Bytes, without any protocol.
    BareSocket,
}

impl Kind {
    /// Starts a server and connects to it so many times. Every connection has answered a call then.
    ///
    /// # Errors
    ///
    /// No sockets or threads to be had, or a first call that failed.
    pub fn start(self, connections: usize) -> Result<Box<dyn Contestant>, BoxError> {
        Ok(match self {
            Self::Ours => Box::new(Proxies::start(EngineKind::Native, connections)?),
            Self::OursOverCapnpRpc => Box::new(Proxies::start(EngineKind::CapnpRpc, connections)?),
            Self::RawCapnpRpc => Box::new(RawCapnpRpc::start(Threads::Two, connections)?),
            Self::RawCapnpRpcOneThread => Box::new(RawCapnpRpc::start(Threads::One, connections)?),
            Self::Tarpc => Box::new(Tarpc::start(connections)?),
            Self::Tonic => Box::new(Tonic::start(connections)?),
            Self::BareSocket => Box::new(BareSocket),
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "ours",
            Self::OursOverCapnpRpc => "ours over capnp-rpc",
            Self::RawCapnpRpc => "raw capnp-rpc",
            Self::RawCapnpRpcOneThread => "raw capnp-rpc, one thread",
            Self::Tarpc => "tarpc",
            Self::Tonic => "tonic",
            Self::BareSocket => "bare socket",
        })
    }
}
