//! Scripts.

/// A script, in bytes as the network has them, without their length.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScriptBuf(pub Vec<u8>);

impl From<&[u8]> for ScriptBuf {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}
