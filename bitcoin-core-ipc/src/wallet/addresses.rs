//! Addresses to be paid to.

use super::{Destination, Wallet, succeeded};
use crate::error::Error;
use crate::message::Message;
use crate::numbered::numbered;
use crate::script::ScriptBuf;

numbered! {
    /// A type of addresses.
    pub enum AddressType {
        /// The hash of a public key, from before witnesses.
        Legacy = 0,
        /// The hash of a script that is a witness program.
        P2shSegwit = 1,
        /// A witness program of version 0.
        Bech32 = 2,
        /// A witness program of version 1: taproot.
        Bech32m = 3,
        /// None of these.
        Unknown = 4,
    }
}

impl Wallet {
    /// Makes an address to be paid to, and gives it a label, which may be empty.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if the wallet has no more keys or cannot make addresses of this type; the connection is
    /// lost.
    pub async fn new_destination(
        &self,
        address_type: AddressType,
        label: &str,
    ) -> Result<Destination, Error> {
        let made = self.0.get_new_destination(address_type.into(), label);
        Destination::must(succeeded(made.await?, "Wallet.getNewDestination")?)
    }

    /// The type of new addresses, unless one is asked for.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn default_address_type(&self) -> Result<AddressType, Error> {
        Ok(self.0.get_default_address_type().await?.into())
    }

    /// Whether the wallet can make addresses.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn can_get_addresses(&self) -> Result<bool, Error> {
        Ok(self.0.can_get_addresses().await?)
    }

    /// Whether the wallet can spend what was paid to an address.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_spendable(&self, destination: &Destination) -> Result<bool, Error> {
        Ok(self.0.is_spendable(destination.wire()).await?)
    }

    /// The public key with a hash, in 33 or 65 bytes; none if the wallet does not know it. Wallets of descriptors look it
    /// up where `script` is that of an output which it is needed for.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn public_key(
        &self,
        script: &ScriptBuf,
        hash: [u8; 20],
    ) -> Result<Option<Vec<u8>>, Error> {
        let found = self.0.get_pub_key(&script.0, hash).await?;
        Ok(found.result.then_some(found.pub_key))
    }

    /// Signs a text with the key that has this hash: the signature in base 64.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if the wallet does not have the private key, is locked, or fails to sign; the connection is
    /// lost.
    pub async fn sign_message(&self, text: &str, hash: [u8; 20]) -> Result<String, Error> {
        const METHOD: &str = "Wallet.signMessage";
        let signed = self.0.sign_message(text, hash).await?;
        match signed.result {
            0 => Ok(signed.signature),
            1 => Err(Error::refused(METHOD, "the private key is not available")),
            _ => Err(Error::refused(METHOD, "signing failed")),
        }
    }

    /// Shows an address on the screen of the signing device.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if there is no such device or it fails; the connection is lost.
    pub async fn display_address(&self, destination: &Destination) -> Result<(), Error> {
        match self.0.display_address(destination.wire()).await?.error {
            None => Ok(()),
            Some(error) => Err(Error::Refused {
                method: "Wallet.displayAddress",
                message: Message::from(error),
            }),
        }
    }
}
