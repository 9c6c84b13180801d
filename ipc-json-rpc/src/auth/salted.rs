//! Passwords as salted hashes.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use crate::error::Error;

type HmacSha256 = Hmac<Sha256>;

/// A user, and what is known of the password.
pub(super) struct Salted {
    user: String,
    /// With the salt for its key, before the password.
    hmac: HmacSha256,
    hash: [u8; 32],
}

impl Salted {
    /// Hashes a password with a salt of its own.
    pub(super) fn new(user: &str, password: &str) -> Result<Self, Error> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)?;
        let hmac = keyed(&hex::encode(salt));
        let hash = hash(&hmac, password.as_bytes());
        let user = user.to_owned();
        Ok(Self { user, hmac, hash })
    }

    /// Reads `USER:SALT$HASH`.
    pub(super) fn parse(entry: &str) -> Result<Self, Error> {
        let parse = || {
            let (user, salted) = entry.split_once(':')?;
            let (salt, hash) = salted.split_once('$')?;
            Some(Self {
                user: user.to_owned(),
                hmac: keyed(salt),
                hash: hex::decode(hash).ok()?.try_into().ok()?,
            })
        };
        parse().ok_or(Error::Rpcauth)
    }

    /// Takes as long whether it does or not, but for the length of the name.
    pub(super) fn matches(&self, user: &[u8], password: &[u8]) -> Choice {
        self.user.as_bytes().ct_eq(user) & self.hash.ct_eq(&hash(&self.hmac, password))
    }
}

fn keyed(salt: &str) -> HmacSha256 {
    HmacSha256::new_from_slice(salt.as_bytes()).expect("HMAC takes keys of any length")
}

fn hash(hmac: &HmacSha256, password: &[u8]) -> [u8; 32] {
    hmac.clone()
        .chain_update(password)
        .finalize()
        .into_bytes()
        .into()
}

impl fmt::Debug for Salted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Salted").field(&self.user).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_bitcoind_does() {
        // Python: hmac.new(b"d0f1", b"pass word", "sha256").hexdigest()
        let hash = "06f2196aea0672a3bd731634384470bcb65b119ffdd72bd41dbdcbbc3ced0d14";
        let salted = Salted::parse(&format!("alice:d0f1${hash}")).unwrap();
        let matches = |user: &str, password: &str| {
            bool::from(salted.matches(user.as_bytes(), password.as_bytes()))
        };
        assert!(matches("alice", "pass word"));
        assert!(!matches("alice", "pass words"));
        assert!(!matches("alicf", "pass word"));
        assert!(!matches("", ""));
    }

    #[test]
    fn entries_of_other_forms_are_refused() {
        for entry in [
            "",
            "alice",
            "alice:salt",
            "alice:salt$",
            "alice$00",
            "alice:salt$zz",
        ] {
            let refused = Salted::parse(entry);
            assert!(matches!(refused, Err(Error::Rpcauth)), "{entry}");
        }
    }

    #[test]
    fn nothing_of_a_password_is_printed() {
        let salted = Salted::new("alice", "secret").unwrap();
        assert_eq!(format!("{salted:?}"), "Salted(\"alice\")");
    }
}
