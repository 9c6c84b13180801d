//! Hexadecimal digits.

/// Two digits for each byte.
pub(crate) fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";

    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    text
}

/// What the digits say; none if there are others among them, or half a byte.
pub(crate) fn decode(digits: &str) -> Option<Vec<u8>> {
    let half = |digit: u8| char::from(digit).to_digit(16);
    let mut pairs = digits.as_bytes().chunks_exact(2);
    let bytes = (pairs.by_ref())
        .map(|pair| u8::try_from(half(pair[0])? << 4 | half(pair[1])?).ok())
        .collect();
    if pairs.remainder().is_empty() {
        bytes
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_mean_bytes() {
        assert_eq!(encode(&[0, 0x1f, 0xff]), "001fff");
        assert_eq!(decode("001fFF"), Some(vec![0, 0x1f, 0xff]));
        assert_eq!(decode(""), Some(Vec::new()));
        for wrong in ["0", "0g", "001", "ä", "0x00", "+1"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
