//! Bitcoin Core over its IPC socket: one typed API for the nodes of all versions.
//!
//! ```no_run
//! # async fn example() -> Result<(), bitcoin_core_ipc::Error> {
//! use bitcoin_core_ipc::{Network, Node, TemplateOptions, WaitOptions};
//!
//! let node = Node::builder().network(Network::Regtest).connect().await?;
//! let mining = node.mining().await?;
//! let template = mining.create_new_block(TemplateOptions::default()).await?;
//! while let Some(next) = template.wait_next(WaitOptions::default()).await? {
//!     println!("better than before: {:?}", next.header().await?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Which interfaces a node speaks is found out when it is connected to: see [`Interfaces`]. What a version does not
//! have is an [`Error::Missing`] that says which one has it; nothing is sent to the node then.
//!
//! Hashes, blocks, headers and transactions are bytes in types of their own, which can stand in the place of Data in code
//! that `ipc-gen` generates of Bitcoin Core's schemas: `ipc_gen::Builder::bitcoin_types` puts them there. Serde, and with the
//! feature `json-rpc` such code's JSON-RPC, has them in the form that people expect. With the feature `bitcoin` they convert
//! into the types of the crate `bitcoin` 0.32 and back, and
#![cfg_attr(feature = "bitcoin", doc = "[`Template::work`]")]
#![cfg_attr(not(feature = "bitcoin"), doc = "`Template::work`")]
//! makes a coinbase transaction and a header to mine with. With the feature `gateway`,
#![cfg_attr(feature = "gateway", doc = "[`Gateway`]")]
#![cfg_attr(not(feature = "gateway"), doc = "`Gateway`")]
//! serves the node's JSON-RPC over HTTP. The feature `testing` has a scripted node for tests,
#![cfg_attr(feature = "testing", doc = "[`testing::FakeNode`].")]
#![cfg_attr(not(feature = "testing"), doc = "`testing::FakeNode`.")]

mod advice;
pub mod chain;
mod coinbase;
pub mod control;
#[cfg(feature = "bitcoin")]
mod convert;
mod cursor;
mod custom;
mod detect;
mod encoded;
mod error;
mod execute;
mod fee_rate;
#[cfg(feature = "gateway")]
mod gateway;
mod handler;
mod hash;
mod hexadecimal;
mod interfaces;
#[cfg(feature = "json-rpc")]
mod json;
mod locator;
mod message;
mod mining;
mod network;
mod node;
pub mod none_if_empty;
pub mod none_if_null;
mod numbered;
mod options;
mod out_point;
mod progress;
pub mod roles;
mod rpc;
mod script;
mod session;
mod stream;
mod subscription;
mod template;
mod templates;
#[cfg(feature = "testing")]
pub mod testing;
mod tips;
pub mod wallet;
mod wire;
#[cfg(feature = "bitcoin")]
mod work;

#[cfg(feature = "bitcoin")]
pub use bitcoin;
pub use chain::Chain;
pub use coinbase::Coinbase;
pub use control::NodeControl;
pub use encoded::{Amount, Block, Header, Transaction, TxOut};
pub use error::Error;
pub use fee_rate::FeeRate;
#[cfg(feature = "gateway")]
pub use gateway::Gateway;
pub use handler::Handler;
pub use hash::{BlockHash, MerkleNode, Txid, Wtxid};
pub use interfaces::Interfaces;
#[cfg(any(feature = "gateway", feature = "json-rpc"))]
pub use ipc_json_rpc;
pub use locator::Locator;
pub use message::Message;
pub use mining::Mining;
pub use network::{Network, default_datadir};
pub use node::{Node, NodeBuilder};
pub use options::{BlockRef, CheckOptions, Solution, TemplateOptions, Verdict, WaitOptions};
pub use out_point::OutPoint;
pub use progress::SyncProgress;
pub use rpc::Rpc;
pub use script::ScriptBuf;
pub use session::{Event, Reconnect, Session};
pub use stream::Updates;
pub use subscription::Subscription;
pub use template::Template;
pub use wallet::{Wallet, WalletLoader};
#[cfg(feature = "bitcoin")]
pub use work::Work;
