//! Destinations as addresses of the crate `bitcoin`, and back.

use bitcoin::address::{Address, FromScriptError, NetworkChecked};
use bitcoin::params::Params;

use super::Destination;
use crate::error::Error;
use crate::script::ScriptBuf;

impl Destination {
    /// As the address that a network has for it.
    ///
    /// # Errors
    ///
    /// It has none: a public key has no address, nor has a witness program of a length that its version does not allow.
    pub fn to_address(&self, network: impl AsRef<Params>) -> Result<Address, Error> {
        let script = bitcoin::ScriptBuf::from(self.script_pubkey());
        Address::from_script(&script, network)
            .map_err(|error: FromScriptError| Error::malformed("an address", error))
    }
}

impl TryFrom<&Address<NetworkChecked>> for Destination {
    type Error = Error;

    fn try_from(address: &Address<NetworkChecked>) -> Result<Self, Error> {
        let script = ScriptBuf::from(address.script_pubkey());
        Self::of_script(&script).ok_or_else(|| {
            Error::malformed("an address", format_args!("{address} is of no known kind"))
        })
    }
}

impl TryFrom<Address<NetworkChecked>> for Destination {
    type Error = Error;

    fn try_from(address: Address<NetworkChecked>) -> Result<Self, Error> {
        Self::try_from(&address)
    }
}

#[cfg(test)]
mod tests {
    use bitcoin::Network;
    use bitcoin::address::NetworkUnchecked;

    use super::*;

    #[test]
    fn addresses_come_back_the_same() {
        for text in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3",
            "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
            "bc1sw50qgdz25j",
        ] {
            let address: Address<NetworkUnchecked> = text.parse().unwrap();
            let address = address.require_network(Network::Bitcoin).unwrap();
            let destination = Destination::try_from(&address).unwrap();
            let back = destination.to_address(Network::Bitcoin).unwrap();
            assert_eq!(back.to_string(), text);
        }
    }

    #[test]
    fn public_keys_have_no_address() {
        let key = Destination::PubKey(vec![2; 33]);
        assert!(key.to_address(Network::Regtest).is_err());
    }
}
