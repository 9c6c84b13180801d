//! Wallets that were just opened.

use generated_examples::multiprocess::common::{self, BilingualStr};
use generated_examples::multiprocess::wallet::WalletProxy;

use super::{Wallet, succeeded};
use crate::error::Error;
use crate::message::Message;

/// A wallet that was just opened, and what the node has to say about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// The wallet.
    pub wallet: Wallet,
    /// What its user should know.
    pub warnings: Vec<Message>,
}

/// What became of a wallet of the old kind.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Migrated {
    /// The new wallet.
    pub wallet: Wallet,
    /// The name of a second wallet with what was only watched, if there was such.
    pub watch_only: Option<String>,
    /// The name of a third wallet with scripts that were known but not watched, if there were such.
    pub solvables: Option<String>,
    /// The path of a copy of the old wallet, on the node's machine.
    pub backup_path: String,
}

impl Loaded {
    pub(super) fn read(
        method: &'static str,
        result: common::Result<Option<WalletProxy>>,
        warnings: Vec<BilingualStr>,
    ) -> Result<Self, Error> {
        let wallet = succeeded(result, method)?.map(Wallet::new);
        Ok(Self {
            wallet: wallet.ok_or_else(|| no_wallet(method))?,
            warnings: warnings.into_iter().map(Message::from).collect(),
        })
    }
}

pub(super) fn no_wallet(method: &'static str) -> Error {
    Error::malformed(method, "neither a wallet nor an error")
}
