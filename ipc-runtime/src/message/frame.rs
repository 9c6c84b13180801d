//! A message as it came: the words of the stream's framing, and where its segments are in them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use capnp::Word;
use capnp::message::{Reader, ReaderOptions, ReaderSegments};

use super::scope::MAX_DEPTH;
use super::word::PointerWord;

/// Bytes in a word.
pub(crate) const WORD: usize = 8;
/// As many segments as the C++ library takes.
const MAX_SEGMENTS: u32 = 512;
/// The most words of a message that is read on its own: 64 MiB, as the C++ library takes.
pub(super) const MAX_WORDS: usize = 8 << 20;

/// How deep pointers may lead: a value of the greatest depth, and the RPC message around it.
const NESTING: i32 = MAX_DEPTH as i32 + 8;

/// Where the segments of a frame are, in words from its beginning.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    first: Range<usize>,
    others: Vec<Range<usize>>,
    /// How many words a message may have.
    limit: usize,
}

impl Layout {
    /// Reads the header of a frame that may have `limit` words, as far as there are bytes of it; none if
    /// there are too few.
    ///
    /// # Errors
    ///
    /// What is wrong with a message that is larger than we take.
    pub(crate) fn read(bytes: &[u8], limit: usize) -> Result<Option<Self>, String> {
        let Some((count, lengths)) = bytes.split_first_chunk() else {
            return Ok(None);
        };
        let count = u32::from_le_bytes(*count).saturating_add(1);
        if count > MAX_SEGMENTS {
            return Err(format!(
                "a message of {count} segments; the limit is {MAX_SEGMENTS}"
            ));
        }
        let count = count as usize;
        let header = count / 2 + 1;
        if bytes.len() < header * WORD {
            return Ok(None);
        }
        let mut end = header;
        let mut segments = lengths.as_chunks().0.iter().take(count).map(|length| {
            let start = end;
            end = start.saturating_add(u32::from_le_bytes(*length) as usize);
            start..end
        });
        let layout = Self {
            first: segments.next().unwrap_or_default(),
            others: segments.collect(),
            limit,
        };
        if end - header > limit {
            return Err(format!(
                "a message of {} bytes; the limit is {}",
                (end - header).saturating_mul(WORD),
                limit.saturating_mul(WORD)
            ));
        }
        Ok(Some(layout))
    }

    /// The whole frame's length in words.
    pub(crate) fn words(&self) -> usize {
        self.others.last().unwrap_or(&self.first).end
    }
}

/// A complete message, on its own or still in the buffer that it was read into.
pub(crate) struct Frame<'a> {
    words: Cow<'a, [Word]>,
    layout: Layout,
}

impl<'a> Frame<'a> {
    /// The message in `words`, which its layout was read from.
    pub(crate) fn new(words: impl Into<Cow<'a, [Word]>>, layout: Layout) -> Self {
        let words = words.into();
        Self { words, layout }
    }

    /// How large it is.
    pub(crate) fn bytes(&self) -> usize {
        self.words.len() * WORD
    }

    /// How many words its segments have.
    pub(super) fn size_in_words(&self) -> usize {
        let segments = std::iter::once(&self.layout.first).chain(&self.layout.others);
        segments.map(ExactSizeIterator::len).sum()
    }

    /// The only segment of the message, if it has only one.
    pub(crate) fn only_segment(&self) -> Option<&[u8]> {
        let alone = self.layout.others.is_empty();
        alone.then(|| self.get_segment(0)).flatten()
    }

    /// The message without the buffer.
    pub(crate) fn into_owned(self) -> Frame<'static> {
        Frame {
            words: Cow::Owned(self.words.into_owned()),
            layout: self.layout,
        }
    }

    /// Gives the message another beginning: the pointer at the end of this path. False if that is not a matter
    /// of one word; the message is as it was then.
    pub(super) fn begin_with(&mut self, path: &[u16]) -> bool {
        let Some(words) = self.words.to_mut().get_mut(self.layout.first.clone()) else {
            return false;
        };
        let segment = Word::words_to_bytes_mut(words);
        let pointer = PointerWord::follow(segment, path)
            .and_then(|at| PointerWord::brought_home(segment, at));
        let (Some(pointer), Some(first)) = (pointer, segment.first_chunk_mut()) else {
            return false;
        };
        *first = pointer.0.to_le_bytes();
        true
    }

    /// Reads the message. Each reader may follow pointers to as many words as a message has at most,
    /// so that pointers to one and the same place do not multiply the work.
    pub(crate) fn reader(&self) -> Reader<&Self> {
        let mut options = ReaderOptions::new();
        options
            .traversal_limit_in_words(Some(self.layout.limit))
            .nesting_limit(NESTING);
        Reader::new(self, options)
    }
}

impl ReaderSegments for Frame<'_> {
    fn get_segment(&self, index: u32) -> Option<&[u8]> {
        let range = match index.checked_sub(1) {
            None => &self.layout.first,
            Some(other) => self.layout.others.get(other as usize)?,
        };
        Some(Word::words_to_bytes(self.words.get(range.clone())?))
    }

    fn len(&self) -> usize {
        1 + self.layout.others.len()
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("words", &self.words.len())
            .finish()
    }
}
