//! Blocks that may be missing, in code that `ipc-gen` generates: nodes write no bytes, or a block whose header is zero.
//!
//! It is named behind a type, as in `::core::option::Option<::bitcoin_core_ipc::Block> with
//! ::bitcoin_core_ipc::none_if_null`.

use std::convert::Infallible;

use crate::encoded::Block;

pub use crate::none_if_empty::{default, to_wire};

/// Reads a block, or none where there is none.
///
/// # Errors
///
/// Never.
pub fn from_wire(bytes: &[u8]) -> Result<Option<Block>, Infallible> {
    let header = bytes.get(..80).unwrap_or_default();
    let is_there = header.iter().any(|byte| *byte != 0);
    Ok(is_there.then(|| Block(bytes.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_whose_header_is_zero_is_none() {
        let read = |bytes: &[u8]| from_wire(bytes).unwrap();
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0; 81]), None);
        let mut block = [0; 81];
        block[79] = 1;
        assert_eq!(read(&block), Some(Block(block.to_vec())));
        block[79] = 0;
        block[80] = 1;
        assert_eq!(read(&block), None);
        assert!(to_wire::<Block>(&None).is_empty());
    }
}
