//! Bytes in hexadecimal.

/// Two digits for each byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    use std::fmt::Write;

    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // A string takes whatever is written.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// Reads digits of either case, with or without `0x`.
pub(crate) fn decode(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let digit = |digit: u8| char::from(digit).to_digit(16);
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_bytes() {
        assert_eq!(decode("0x00fF"), Some(vec![0, 255]));
        assert_eq!(decode(""), Some(vec![]));
        assert_eq!(encode(&[0, 255]), "00ff");
        for wrong in ["0", "0g", "0x0", "é"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
