//! What kind of wallet it is.

use super::account::Account;

/// Of a wallet without private keys.
const NO_PRIVATE_KEYS: u64 = 1 << 32;
/// Of one that is made without keys.
const BLANK: u64 = 1 << 33;
/// Of one of output descriptors.
const DESCRIPTORS: u64 = 1 << 34;
/// Of one that a device signs for.
const EXTERNAL_SIGNER: u64 = 1 << 35;

impl Account {
    /// One that is made with these bits.
    pub(super) fn of_kind(flags: u64) -> Self {
        Self {
            flags,
            no_addresses: flags & BLANK != 0,
            ..Self::default()
        }
    }

    pub(super) fn has_no_private_keys(&self) -> bool {
        self.flags & NO_PRIVATE_KEYS != 0
    }

    pub(super) fn has_external_signer(&self) -> bool {
        self.flags & EXTERNAL_SIGNER != 0
    }

    /// Whether it is of the old kind.
    pub(super) fn is_legacy(&self) -> bool {
        self.flags & DESCRIPTORS == 0
    }

    pub(super) fn set_descriptors(&mut self) {
        self.flags |= DESCRIPTORS;
    }
}
