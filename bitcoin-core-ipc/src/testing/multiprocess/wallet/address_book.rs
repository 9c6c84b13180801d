//! Labels of addresses.

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
