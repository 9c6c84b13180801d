//! What the wallet keeps about addresses.

use generated_examples::multiprocess::wallet::WalletAddress;

use super::{Destination, Wallet, done};
use crate::error::Error;
use crate::numbered::numbered;

numbered! {
    /// What an address is for.
    pub enum AddressPurpose {
        /// For being paid.
        Receive = 0,
        /// For paying somebody.
        Send = 1,
        /// For giving money back. No wallet has made such since long.
        Refund = 2,
    }
}

/// An address with what the wallet keeps about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressBookEntry {
    /// The address.
    pub destination: Destination,
    /// Whether it is the wallet's own.
    pub is_mine: bool,
    /// The label, which may be empty.
    pub label: String,
    /// What it is for.
    pub purpose: AddressPurpose,
}

impl TryFrom<WalletAddress> for AddressBookEntry {
    type Error = Error;

    fn try_from(entry: WalletAddress) -> Result<Self, Error> {
        Ok(Self {
            destination: Destination::must(entry.dest)?,
            is_mine: entry.is_mine,
            label: entry.name,
            purpose: entry.purpose.into(),
        })
    }
}

impl Wallet {
    /// All addresses of the address book.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn address_book(&self) -> Result<Vec<AddressBookEntry>, Error> {
        let entries = self.0.get_addresses().await?;
        entries
            .into_iter()
            .map(AddressBookEntry::try_from)
            .collect()
    }

    /// The label and the purpose of an address; none if it is not in the address book.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn address(
        &self,
        destination: &Destination,
    ) -> Result<Option<(String, AddressPurpose)>, Error> {
        let found = self.0.get_address(destination.wire(), true, true).await?;
        Ok(found.result.then(|| {
            let purpose = found.purpose.unwrap_or_default();
            (found.name.unwrap_or_default(), purpose.into())
        }))
    }

    /// Puts an address into the address book, or changes what is there.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if it cannot be stored; the connection is lost.
    pub async fn set_address(
        &self,
        destination: &Destination,
        label: &str,
        purpose: AddressPurpose,
    ) -> Result<(), Error> {
        let stored = (self.0).set_address_book(destination.wire(), label, purpose.into());
        done(stored.await?, "Wallet.setAddressBook", || {
            "the address cannot be stored".to_owned()
        })
    }

    /// Removes an address from the address book. Those of the wallet's own stay.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if it cannot be removed; the connection is lost.
    pub async fn remove_address(&self, destination: &Destination) -> Result<(), Error> {
        let removed = self.0.del_address_book(destination.wire()).await?;
        done(removed, "Wallet.delAddressBook", || {
            "the address cannot be removed, or is the wallet's own".to_owned()
        })
    }

    /// All requests for payment that are stored, each in the encoding of the program that stored it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn receive_requests(&self) -> Result<Vec<Vec<u8>>, Error> {
        Ok(self.0.get_address_receive_requests().await?)
    }

    /// Stores a request for payment with an address, under an id that is unique there; an empty one is removed.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`], if it cannot be stored; the connection is lost.
    pub async fn set_receive_request(
        &self,
        destination: &Destination,
        id: &[u8],
        request: &[u8],
    ) -> Result<(), Error> {
        let stored = (self.0).set_address_receive_request(destination.wire(), id, request);
        done(stored.await?, "Wallet.setAddressReceiveRequest", || {
            "the request cannot be stored".to_owned()
        })
    }
}
