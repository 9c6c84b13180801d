//! The processes that Bitcoin Core starts, and what starts Bitcoin Core.
//!
//! A program can start a node and end it: [`NodeProcess`] starts one of any version with arguments of its own, and talks to
//! it over a socket in its data directory. [`spawn_node`] starts one as Bitcoin Core's own processes start each other: with
//! no arguments but `-ipcfd N`, the number of an inherited socket.
//!
//! A program can also be what a node of the multiprocess branch starts as its `bitcoin-wallet`: [`serve_wallets`].

mod echo;
mod no_wallets;
mod node_log;
mod node_process;
mod running;
mod spawned_node;
mod wallet_process;

pub use no_wallets::NoWallets;
pub use node_process::{NodeProcess, NodeProcessBuilder};
pub use spawned_node::spawn_node;
pub use wallet_process::serve_wallets;
