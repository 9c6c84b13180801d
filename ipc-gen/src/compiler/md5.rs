//! MD5, by which Cap'n Proto makes ids. Nothing here needs to be secret or safe from forgery.

/// By how much each of the four steps of a round turns its result.
const TURNS: [[u32; 4]; 4] = [
    [7, 12, 17, 22],
    [5, 9, 14, 20],
    [4, 11, 16, 23],
    [6, 10, 15, 21],
];

/// The digest of some bytes.
pub(super) fn digest(bytes: &[u8]) -> [u8; 16] {
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    let bits = (bytes.len() as u64).wrapping_mul(8);
    padded.extend_from_slice(&bits.to_le_bytes());

    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for chunk in padded.chunks_exact(64) {
        let mut words = [0; 16];
        for (word, bytes) in words.iter_mut().zip(chunk.chunks_exact(4)) {
            *word = bytes
                .iter()
                .rev()
                .fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        mix(&mut state, &words);
    }

    let mut result = [0; 16];
    let bytes = state.iter().flat_map(|word| word.to_le_bytes());
    for (place, byte) in result.iter_mut().zip(bytes) {
        *place = byte;
    }
    result
}

fn mix(state: &mut [u32; 4], words: &[u32; 16]) {
    let [mut a, mut b, mut c, mut d] = *state;
    for (round, turns) in TURNS.iter().enumerate() {
        for (step, turn) in (0..16).zip(turns.iter().cycle()) {
            let (mixed, word) = match round {
                0 => (d ^ (b & (c ^ d)), step),
                1 => (c ^ (d & (b ^ c)), 5 * step + 1),
                2 => (b ^ c ^ d, 3 * step + 5),
                _ => (c ^ (b | !d), 7 * step),
            };
            let word = words.get(word % 16).copied().unwrap_or_default();
            let sum = a
                .wrapping_add(mixed)
                .wrapping_add(word)
                .wrapping_add(constant(16 * round + step));
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(*turn));
        }
    }
    for (word, mixed) in state.iter_mut().zip([a, b, c, d]) {
        *word = word.wrapping_add(mixed);
    }
}

/// The first 32 bits behind the point of the sine of a step's number.
fn constant(step: usize) -> u32 {
    (((step + 1) as f64).sin().abs() * 4_294_967_296.0) as u32
}

#[cfg(test)]
mod tests {
    use super::digest;

    fn hex(bytes: &[u8]) -> String {
        let digits = digest(bytes).map(|byte| format!("{byte:02x}"));
        digits.concat()
    }

    #[test]
    fn gives_the_published_digests() {
        assert_eq!(hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
        let digits = b"1234567890".repeat(8);
        assert_eq!(hex(&digits), "57edf4a22be3c955ac49da2e2107b67a");
    }
}
