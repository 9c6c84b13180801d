//! A scripted node, so that applications can be tested without a `bitcoind`.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use bitcoin_core_ipc::testing::FakeNode;
//! use bitcoin_core_ipc::{Interfaces, Node};
//!
//! let fake = FakeNode::start(Interfaces::V31)?;
//! let node = Node::connect(&fake.address()).await?;
//! let mining = node.mining().await?;
//! let mined = fake.mine();
//! assert_eq!(mining.tip().await?, Some(mined));
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! ```

mod answers;
mod blocks;
mod calls;
mod chain;
mod events;
mod fake;
mod multiprocess;
mod personalities;
mod rpc;
mod rules;
mod shared_methods;
mod tap;
mod template;
mod tree;

pub use calls::Fault;
pub use fake::FakeNode;
pub use multiprocess::FakeWallet;
pub use tap::Received;
