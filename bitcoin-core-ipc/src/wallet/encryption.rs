//! Keys under a passphrase.

use super::{Passphrase, Wallet, done};
use crate::error::Error;

/// Passphrases are never part of an error.
impl Wallet {
    /// Whether the keys are encrypted.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_encrypted(&self) -> Result<bool, Error> {
        Ok(self.0.is_crypted().await?)
    }

    /// Whether the keys are encrypted, and the wallet has to be unlocked before it can sign.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_locked(&self) -> Result<bool, Error> {
        Ok(self.0.is_locked().await?)
    }

    /// Encrypts the keys, and locks the wallet.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if it is encrypted already or cannot be; the connection is lost.
    pub async fn encrypt(&self, passphrase: &Passphrase) -> Result<(), Error> {
        let encrypted = self.0.encrypt_wallet(passphrase.bytes()).await?;
        done(encrypted, "Wallet.encryptWallet", || {
            "the wallet is encrypted already, or cannot be".to_owned()
        })
    }

    /// Forgets the keys until the wallet is unlocked.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if it is not encrypted; the connection is lost.
    pub async fn lock(&self) -> Result<(), Error> {
        let locked = self.0.lock().await?;
        done(locked, "Wallet.lock", || {
            "the wallet is not encrypted".to_owned()
        })
    }

    /// Unlocks the wallet, until it is locked or closed.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if the passphrase is wrong or it is not encrypted; the connection is lost.
    pub async fn unlock(&self, passphrase: &Passphrase) -> Result<(), Error> {
        let unlocked = self.0.unlock(passphrase.bytes()).await?;
        done(unlocked, "Wallet.unlock", || {
            "the passphrase is wrong, or the wallet is not encrypted".to_owned()
        })
    }

    /// Changes the passphrase.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if the old one is wrong; the connection is lost.
    pub async fn change_passphrase(&self, old: &Passphrase, new: &Passphrase) -> Result<(), Error> {
        let changed = self.0.change_wallet_passphrase(old.bytes(), new.bytes());
        done(changed.await?, "Wallet.changeWalletPassphrase", || {
            "the old passphrase is wrong".to_owned()
        })
    }
}
