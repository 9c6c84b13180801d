//! Keeps what is made of a schema in proportion to its text.

/// How many words may be made of a schema, however short.
const FLOOR: u64 = 1 << 22;

/// How many words a byte of text may become. A field takes some twenty, and a dozen bytes.
const PER_BYTE: u64 = 16;

/// How deep things may lead to each other: names to names, constants to constants.
const DEPTH: usize = 100;

/// What may still be made.
#[derive(Debug)]
pub(super) struct Budget {
    words: u64,
    depth: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            words: FLOOR,
            depth: 0,
        }
    }

    /// Makes room for what this much text can need.
    pub(super) fn grow(&mut self, bytes: usize) {
        self.words = self
            .words
            .saturating_add((bytes as u64).saturating_mul(PER_BYTE));
    }

    /// Takes this many words, if they are left.
    pub(super) fn spend(&mut self, words: u64) -> bool {
        match self.words.checked_sub(words) {
            Some(left) => {
                self.words = left;
                true
            }
            None => {
                self.words = 0;
                false
            }
        }
    }

    pub(super) fn spend_bytes(&mut self, bytes: usize) -> bool {
        self.spend(bytes as u64 / 8 + 1)
    }

    /// Whether all was spent, at least once.
    pub(super) fn is_spent(&self) -> bool {
        self.words == 0
    }

    /// Goes a step deeper, if that is not too deep.
    pub(super) fn descend(&mut self) -> bool {
        let fits = self.depth < DEPTH;
        if fits {
            self.depth += 1;
        }
        fits
    }

    /// Comes back from a step that was allowed.
    pub(super) fn ascend(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}
