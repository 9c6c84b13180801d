//! What kind of wallet to make.

use super::Passphrase;

/// What kind of wallet to make. The default has keys of its own, without a passphrase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalletOptions {
    /// Encrypts the keys with this. Default: not.
    pub passphrase: Option<Passphrase>,
    /// Whether to leave out outputs of addresses that were spent from before. Default: no.
    pub avoid_reuse: bool,
    /// Whether the wallet never has private keys, and only watches. Default: no.
    pub disable_private_keys: bool,
    /// Whether to make no keys yet. Default: no.
    pub blank: bool,
    /// Whether a device signs for the wallet. Default: no.
    pub external_signer: bool,
}

/// The bits that say which kind of wallet it is.
mod flag {
    pub(super) const AVOID_REUSE: u64 = 1;
    pub(super) const DISABLE_PRIVATE_KEYS: u64 = 1 << 32;
    pub(super) const BLANK: u64 = 1 << 33;
    pub(super) const DESCRIPTORS: u64 = 1 << 34;
    pub(super) const EXTERNAL_SIGNER: u64 = 1 << 35;
}

impl WalletOptions {
    /// As they are sent: always for a wallet of output descriptors, as nodes make no others any more.
    pub(super) fn flags(&self) -> u64 {
        let when = |set: bool, flag: u64| if set { flag } else { 0 };
        flag::DESCRIPTORS
            | when(self.avoid_reuse, flag::AVOID_REUSE)
            | when(self.disable_private_keys, flag::DISABLE_PRIVATE_KEYS)
            | when(self.blank, flag::BLANK)
            | when(self.external_signer, flag::EXTERNAL_SIGNER)
    }
}
