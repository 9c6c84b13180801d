//! What only the multiprocess branch has.

mod chain;
mod coins;
mod found;
mod handler;
mod node;
mod notifications;
mod peers;
mod prompts;
mod registry;
mod rpc_methods;
mod settings;
mod wallet;

use std::collections::BTreeMap;

use serde_json::Value;

pub(super) use chain::object as chain;
pub(super) use node::object as node;
pub(super) use prompts::{ask, show};
pub(super) use wallet::{WalletEvent, loader as wallet_loader};

pub use wallet::FakeWallet;

use crate::fee_rate::FeeRate;
use peers::Peers;
use prompts::Prompts;
use registry::Registry;
use rpc_methods::RpcMethod;

/// The state that only the multiprocess branch has.
#[derive(Debug, Default)]
pub(super) struct Multiprocess {
    /// Of the file that the node itself writes.
    settings: BTreeMap<String, Value>,
    rpc_methods: Registry<RpcMethod>,
    prompts: Prompts,
    wallets: wallet::Wallets,
    /// Estimates by the number of blocks for which they are made.
    estimates: BTreeMap<u32, FeeRate>,
    /// Whether fee rates have the size that they are for, as in later code.
    pub(super) sized_fee_rates: bool,
    pub(super) peers: Peers,
    pub(super) warnings: String,
}

impl Multiprocess {
    pub(super) fn set_estimate(&mut self, blocks: u32, rate: FeeRate) {
        self.estimates.insert(blocks, rate);
    }

    /// The estimate for the greatest number of blocks that is not more than this.
    fn estimate(&self, blocks: u32) -> FeeRate {
        let (_, rate) = self.estimates.range(..=blocks).next_back().unzip();
        rate.copied().unwrap_or(FeeRate::ZERO)
    }

    /// A fee rate as it is on the wire.
    fn wire(&self, rate: FeeRate) -> Vec<u8> {
        let bytes = rate.to_byte_array();
        let length = if self.sized_fee_rates { 12 } else { 8 };
        bytes[..length].to_vec()
    }
}
