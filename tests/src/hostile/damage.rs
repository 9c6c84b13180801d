//! What an input does to a conversation.

use super::conversation::{Line, Lines, Side};
use super::vocabulary;

/// Decisions, read off the bytes of an input; zeros when they are used up.
#[derive(Clone, Copy, Debug)]
pub struct Damage<'a>(&'a [u8]);

impl<'a> Damage<'a> {
    /// The damage that these bytes stand for.
    pub fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    /// Which side is to be damaged.
    pub fn side(&mut self) -> Side {
        if self.byte().is_multiple_of(2) {
            Side::Client
        } else {
            Side::Server
        }
    }

    /// Does it.
    pub fn inflict(mut self, lines: &mut Lines) {
        while !self.0.is_empty() && !lines.is_empty() {
            self.once(lines);
        }
    }

    fn once(&mut self, lines: &mut Lines) {
        let what = self.byte() % 10;
        let at = self.below(lines.len());
        match what {
            0 => {
                let bit = self.below(8 * lines[at].bytes.len());
                if let Some(byte) = lines[at].bytes.get_mut(bit / 8) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            1 => {
                let length = self.below(lines[at].bytes.len());
                lines[at].bytes.truncate(length);
            }
            2 => {
                let other = self.below(lines.len());
                lines.swap(at, other);
            }
            3 => lines.insert(at, lines[at].clone()),
            4 => drop(lines.remove(at)),
            5 => self.renumber(&mut lines[at].bytes),
            6 => {
                let word = 8 * self.below(lines[at].bytes.len() / 8);
                if let Some(bytes) = lines[at].bytes.get_mut(word..word + 8) {
                    bytes.fill_with(|| self.byte());
                }
            }
            7 => {
                let length = usize::from(self.byte());
                let bytes = (0..length).map(|_| self.byte()).collect();
                self.insert(lines, at, bytes);
            }
            _ => {
                let kind = self.byte() % vocabulary::KINDS;
                let number = u32::from(self.byte() % 16);
                self.insert(lines, at, vocabulary::message(kind, number));
            }
        }
    }

    fn insert(&self, lines: &mut Lines, at: usize, bytes: Vec<u8>) {
        let after = lines[at].after;
        lines.insert(at, Line { after, bytes });
    }

    /// Changes one of the small numbers of a message, which are ids for the most part.
    fn renumber(&mut self, bytes: &mut [u8]) {
        let small: Vec<usize> = (8..bytes.len() / 4 * 4)
            .step_by(4)
            .filter(|at| bytes[at + 1..at + 4] == [0; 3] && bytes[*at] < 32)
            .collect();
        if let Some(at) = small.get(self.below(small.len())) {
            bytes[*at] = self.byte() % 32;
        }
    }

    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((byte, rest)) => {
                self.0 = rest;
                *byte
            }
            None => 0,
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        number % limit.max(1)
    }
}
