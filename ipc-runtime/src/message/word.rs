//! Pointers as words: what it takes to give a message another beginning, while what it holds stays where it is.
//!
//! The layout is that of <https://capnproto.org/encoding.html>; offsets and sizes are in words of 8 bytes.

use super::frame::WORD;

/// The kinds of pointers, by their lowest two bits.
const KIND: u64 = 3;
const STRUCT: u64 = 0;
const LIST: u64 = 1;
const FAR: u64 = 2;

/// The bit of a far pointer that leads to two words: another far pointer, and a tag.
const DOUBLE: u64 = 4;

/// An empty struct's pointer, which leads nowhere.
const EMPTY: u64 = 0xffff_fffc;

/// A pointer of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PointerWord(pub(crate) u64);

impl PointerWord {
    pub(crate) const NULL: Self = Self(0);

    /// A pointer to a struct of these sizes that begins so many words behind it.
    pub(crate) const fn to_struct(offset: u32, data: u16, pointers: u16) -> Self {
        Self((offset as u64) << 2 | (data as u64) << 32 | (pointers as u64) << 48)
    }

    /// A pointer to a pointer in another segment.
    ///
    /// # Errors
    ///
    /// None if the place has too large a number.
    pub(crate) fn far(segment: usize, word: usize) -> Option<Self> {
        let segment = u64::try_from(segment).ok().filter(|it| *it < 1 << 32)?;
        let word = u64::try_from(word).ok().filter(|it| *it < 1 << 29)?;
        Some(Self(FAR | word << 3 | segment << 32))
    }

    /// The same, to a far pointer that is followed by a tag.
    pub(crate) fn double_far(segment: usize, word: usize) -> Option<Self> {
        Some(Self(Self::far(segment, word)?.0 | DOUBLE))
    }

    /// The tag that says of what kind and size the pointer's target is.
    pub(crate) fn tag(self) -> Self {
        Self(self.0 & !EMPTY)
    }

    /// Whether it means the same wherever it stands: it is null, or leads to another segment, or to an object
    /// by its number, or to nothing of any size.
    pub(crate) fn is_absolute(self) -> bool {
        let kind = self.0 & KIND;
        self.0 == 0 || self.0 == EMPTY || (kind != STRUCT && kind != LIST)
    }

    /// Where its target begins if it stands at this word; none if that is before its segment.
    pub(crate) fn target(self, at: usize) -> Option<usize> {
        // The offset is a number of 30 bits with a sign.
        let offset = (self.0 as u32).cast_signed() >> 2;
        (at + 1).checked_add_signed(isize::try_from(offset).ok()?)
    }

    /// The pointer that leads there if it stands at this word; none if that is too far away.
    pub(crate) fn aimed(self, target: usize, at: usize) -> Option<Self> {
        let offset = i64::try_from(target).ok()? - i64::try_from(at).ok()? - 1;
        let fits = (-(1 << 29)..1 << 29).contains(&offset);
        let offset = u64::from((offset as u32) << 2);
        fits.then_some(Self(self.tag().0 | offset))
    }

    /// Where the pointer of this number is in the struct that it leads to, if it stands at this word.
    fn pointer(self, number: u16, at: usize) -> Option<usize> {
        let data = (self.0 >> 32) as u16;
        let pointers = (self.0 >> 48) as u16;
        if self.0 & KIND != STRUCT || number >= pointers {
            return None;
        }
        (self.target(at)?).checked_add(usize::from(data) + usize::from(number))
    }

    /// Reads the word at this place of a segment.
    pub(crate) fn read(segment: &[u8], at: usize) -> Option<Self> {
        let bytes = segment.get(at.checked_mul(WORD)?..)?.first_chunk()?;
        Some(Self(u64::from_le_bytes(*bytes)))
    }

    /// Where the last pointer of a path stands that begins at a segment's first word; none if it leads
    /// elsewhere, or through anything but structs that have such pointers.
    pub(crate) fn follow(segment: &[u8], path: &[u16]) -> Option<usize> {
        path.iter().try_fold(0, |at, number| {
            Self::read(segment, at)?.pointer(*number, at)
        })
    }

    /// The pointer at this word, for a segment's first word to lead to the same.
    pub(crate) fn brought_home(segment: &[u8], at: usize) -> Option<Self> {
        let pointer = Self::read(segment, at)?;
        match pointer.is_absolute() {
            true => Some(pointer),
            false => pointer.aimed(pointer.target(at)?, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn offsets_have_a_sign() {
        for (at, target) in [(0, 1), (7, 3), (3, 900), (1 << 28, 0)] {
            let pointer = PointerWord::to_struct(0, 5, 6).aimed(target, at).unwrap();
            assert_eq!(pointer.target(at), Some(target));
            assert_eq!(pointer.tag(), PointerWord::to_struct(0, 5, 6));
        }
        let pointer = PointerWord::to_struct(0, 1, 0);
        assert_eq!(pointer.aimed(1 << 30, 0), None);
        assert_eq!(pointer.aimed(0, 1 << 30), None);
        assert_eq!(pointer.aimed(0, 3).unwrap().target(1), None);
    }

    #[test]
    fn paths_end_where_they_cannot_be_followed() {
        let words = [
            PointerWord::to_struct(0, 1, 2).0,
            0,
            PointerWord::to_struct(1, 0, 1).0,
            PointerWord::far(3, 4).unwrap().0,
            PointerWord::to_struct(40, 0, 1).0,
        ];
        let segment: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let follow = |path: &[u16]| PointerWord::follow(&segment, path);
        assert_eq!(follow(&[]), Some(0));
        assert_eq!(follow(&[0]), Some(2));
        assert_eq!(follow(&[2]), None, "no such pointer");
        assert_eq!(follow(&[0, 0]), Some(4));
        assert_eq!(follow(&[1, 0]), None, "a far pointer");
        assert_eq!(follow(&[0, 0, 0, 0]), None, "outside of the segment");
        assert_eq!(PointerWord::read(&segment, 5), None);
        assert_eq!(PointerWord::read(&segment, usize::MAX), None);
    }
}
