//! Labels of addresses, and requests for payment.

use generated_examples::multiprocess::wallet::{WalletAddress, WalletGetAddressResults};

use super::account::Account;
use super::sent::AddressChange;
use super::{WalletEvent, change};
use crate::testing::chain::State;
use crate::wallet::Destination;

impl Account {
    /// Always works.
    pub(super) fn set_label(
        &mut self,
        state: &mut State,
        address: &Destination,
        label: String,
        purpose: i32,
    ) -> bool {
        let before = self.book.insert(address.clone(), (label.clone(), purpose));
        let kind = match before {
            None => change::NEW,
            Some(_) => change::UPDATED,
        };
        self.tell(state, address, label, purpose, kind);
        true
    }

    /// Says whether there was one, of an address that is not the wallet's own.
    pub(super) fn remove_label(&mut self, state: &mut State, address: &Destination) -> bool {
        if self.addresses.contains(address) {
            return false;
        }
        let Some((label, purpose)) = self.book.remove(address) else {
            return false;
        };
        self.tell(state, address, label, purpose, change::DELETED);
        true
    }

    pub(super) fn label(&self, address: &Destination) -> WalletGetAddressResults {
        let entry = self.book.get(address).cloned();
        let result = entry.is_some();
        let (name, purpose) = entry.unzip();
        WalletGetAddressResults {
            name,
            purpose,
            result,
        }
    }

    pub(super) fn labels(&self) -> Vec<WalletAddress> {
        let entry = |(address, (label, purpose)): (&Destination, &(String, i32))| WalletAddress {
            dest: address.wire(),
            is_mine: self.addresses.contains(address),
            name: label.clone(),
            purpose: *purpose,
        };
        self.book.iter().map(entry).collect()
    }

    /// Always works. An empty request is removed.
    pub(super) fn set_request(
        &mut self,
        address: Destination,
        id: Vec<u8>,
        request: Vec<u8>,
    ) -> bool {
        match request.is_empty() {
            true => self.requests.remove(&(address, id)),
            false => self.requests.insert((address, id), request),
        };
        true
    }

    fn tell(
        &self,
        state: &mut State,
        address: &Destination,
        label: String,
        purpose: i32,
        kind: i32,
    ) {
        let change = AddressChange {
            address: address.clone(),
            label,
            is_mine: self.addresses.contains(address),
            purpose,
            kind,
        };
        state.tell_wallet(&self.name, WalletEvent::AddressBook(change));
    }
}
