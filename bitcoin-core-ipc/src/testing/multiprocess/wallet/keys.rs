//! Keys and addresses of a wallet: numbers, hashed with its name.

use bitcoin::hashes::{Hash, hash160, sha256};

use super::account::Account;
use crate::wallet::{AddressType, Destination};

impl Account {
    /// A new address of a type; none if the wallet has no such.
    pub(super) fn new_address(&mut self, kind: AddressType) -> Option<Destination> {
        self.keys += 1;
        let seed = format!("{}/{}", self.name, self.keys);
        let short = hash160::Hash::hash(seed.as_bytes()).to_byte_array();
        let address = match kind {
            AddressType::Legacy => Destination::PubKeyHash(short),
            AddressType::P2shSegwit => Destination::ScriptHash(short),
            AddressType::Bech32 => Destination::WitnessPubKeyHash(short),
            AddressType::Bech32m => {
                let long = sha256::Hash::hash(seed.as_bytes()).to_byte_array();
                Destination::Taproot(long)
            }
            _ => return None,
        };
        self.addresses.push(address.clone());
        Some(address)
    }

    /// A new address for change.
    pub(super) fn new_change(&mut self) -> Option<Destination> {
        let address = self.new_address(AddressType::Bech32)?;
        self.change.push(address.clone());
        Some(address)
    }

    /// Whether a key of the wallet has this hash.
    pub(super) fn has_key(&self, hash: &[u8]) -> bool {
        self.addresses.iter().any(|address| match address {
            Destination::PubKeyHash(own) | Destination::WitnessPubKeyHash(own) => own[..] == *hash,
            _ => false,
        })
    }

    /// Whether the wallet can sign now.
    pub(super) fn can_sign(&self) -> bool {
        !self.locked
    }
}
