//! Values that may be missing, in code that `ipc-gen` generates: nodes write no bytes where there is none.
//!
//! It is named behind a type, as in `::core::option::Option<::bitcoin_core_ipc::Txid> with
//! ::bitcoin_core_ipc::none_if_empty`.

use std::borrow::Cow;

use ipc_runtime::CustomValue;

/// Reads a value, or none where there are no bytes.
///
/// # Errors
///
/// There are bytes, which are none of that type.
pub fn from_wire<T: CustomValue<[u8]>>(bytes: &[u8]) -> Result<Option<T>, T::Error> {
    match bytes {
        [] => Ok(None),
        bytes => T::from_wire(bytes).map(Some),
    }
}

/// The bytes of a value, or none.
pub fn to_wire<T: CustomValue<[u8]>>(value: &Option<T>) -> Cow<'_, [u8]> {
    value.as_ref().map_or(Cow::Borrowed(&[]), T::to_wire)
}

/// No value.
pub fn default<T>() -> Option<T> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Txid;

    #[test]
    fn no_bytes_are_none() {
        assert_eq!(from_wire::<Txid>(&[]).unwrap(), None);
        assert!(to_wire::<Txid>(&None).is_empty());
        let txid = Some(Txid::from_byte_array([7; 32]));
        assert_eq!(from_wire(&to_wire(&txid)).unwrap(), txid);
        assert!(from_wire::<Txid>(&[0; 31]).is_err());
    }
}
