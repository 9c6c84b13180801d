//! Locking a wallet, copying it, and closing it.

use super::WalletEvent;
use super::account::Account;
use crate::testing::chain::State;

impl Account {
    /// Says whether it was not encrypted before.
    pub(super) fn encrypt(&mut self, state: &mut State, passphrase: Vec<u8>) -> bool {
        if self.passphrase.is_some() {
            return false;
        }
        self.passphrase = Some(passphrase);
        self.set_locked(state, true);
        true
    }

    /// Says whether it is encrypted.
    pub(super) fn lock(&mut self, state: &mut State) -> bool {
        let encrypted = self.passphrase.is_some();
        if encrypted {
            self.set_locked(state, true);
        }
        encrypted
    }

    /// Says whether it is encrypted with this.
    pub(super) fn unlock(&mut self, state: &mut State, passphrase: &[u8]) -> bool {
        let right = self.passphrase.as_deref() == Some(passphrase);
        if right {
            self.set_locked(state, false);
        }
        right
    }

    /// Says whether it was encrypted with the old one.
    pub(super) fn change_passphrase(&mut self, old: &[u8], new: Vec<u8>) -> bool {
        let right = self.passphrase.as_deref() == Some(old);
        if right {
            self.passphrase = Some(new);
        }
        right
    }

    fn set_locked(&mut self, state: &mut State, locked: bool) {
        self.locked = locked;
        state.tell_wallet(&self.name, WalletEvent::Status);
    }

    /// Copies it to a path, and says whether that is one.
    pub(super) fn back_up(&self, state: &mut State, path: String) -> bool {
        let is_path = !path.is_empty();
        if is_path {
            let backups = &mut state.multiprocess.wallets.backups;
            backups.insert(path, self.clone());
        }
        is_path
    }

    /// Closes it. What peers hold of it still works, as in a node.
    pub(super) fn close(&mut self, state: &mut State) {
        if std::mem::take(&mut self.is_open) {
            state.tell_wallet(&self.name, WalletEvent::Unload);
        }
    }
}
