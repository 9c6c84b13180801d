//! Keys and addresses of a wallet: numbers, hashed with its name.

use bitcoin::hashes::{Hash, hash160, sha256};

use generated_examples::multiprocess::common::ResultVoid;
use generated_examples::multiprocess::wallet::{
    TxDestination, WalletGetPubKeyResults, WalletSignMessageResults,
};

use super::account::Account;
use crate::message::Message;
use crate::testing::chain::State;
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

    /// A new address with a label, or why there is none.
    pub(super) fn new_destination(
        &mut self,
        state: &mut State,
        kind: AddressType,
        label: String,
    ) -> Result<TxDestination, String> {
        if self.no_addresses {
            return Err("Error: This wallet has no available keys".to_owned());
        }
        let made = self.new_address(kind);
        let address = made.ok_or("Error: There are no addresses of this type")?;
        self.set_label(state, &address, label, RECEIVE);
        Ok(address.wire())
    }

    pub(super) fn public_key(&self, hash: &[u8]) -> WalletGetPubKeyResults {
        let result = self.has_key(hash);
        let pub_key = match result {
            true => [&[2], hash, &[0; 12]].concat(),
            false => Vec::new(),
        };
        WalletGetPubKeyResults { pub_key, result }
    }

    pub(super) fn sign_message(&self, message: &str, hash: &[u8]) -> WalletSignMessageResults {
        let (signature, result) = match (self.has_key(hash), self.can_sign()) {
            (true, true) => (format!("signed: {message}"), 0),
            (false, _) => (String::new(), KEY_NOT_AVAILABLE),
            (true, false) => (String::new(), SIGNING_FAILED),
        };
        WalletSignMessageResults { signature, result }
    }
}

/// The purpose of addresses to be paid to.
const RECEIVE: i32 = 0;
const KEY_NOT_AVAILABLE: i32 = 1;
const SIGNING_FAILED: i32 = 2;

pub(super) fn no_device() -> ResultVoid {
    ResultVoid {
        error: Some(Message::new("There is no signing device").into()),
    }
}
