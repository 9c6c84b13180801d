//! The unused bits between fields.

/// How many sizes of holes there are: from one bit to 32.
const SIZES: usize = 6;

/// Unused space, at most one piece of each size.
///
/// More can never be there: a new field goes into the smallest hole that it fits in and leaves smaller
/// ones behind, and only when there is none a word is added. Offsets are multiples of the hole's size.
/// None is at zero, where the first field stands.
#[derive(Debug, Default)]
pub(super) struct Holes([Option<u32>; SIZES]);

impl Holes {
    fn at(&self, size: u32) -> Option<u32> {
        *self.0.get(size as usize)?
    }

    fn set(&mut self, size: u32, hole: Option<u32>) {
        if let Some(place) = self.0.get_mut(size as usize) {
            *place = hole;
        }
    }

    /// Takes room for two to the power of `size` bits out of a hole, and tells where.
    pub(super) fn take(&mut self, size: u32) -> Option<u32> {
        if size as usize >= SIZES {
            return None;
        }
        if let Some(hole) = self.at(size) {
            self.set(size, None);
            return Some(hole);
        }
        let place = self.take(size + 1)? * 2;
        self.set(size, Some(place + 1));
        Some(place)
    }

    /// Adds the holes that remain when a field is put at the start of free space: from the size of
    /// the field to below that of the space. The first is at `offset`.
    pub(super) fn add_after(&mut self, size: u32, offset: u32, space: u32) {
        let mut offset = offset;
        for size in size..space {
            self.set(size, Some(offset));
            offset = offset.div_ceil(2);
        }
    }

    /// Makes a field larger by the holes right after it, if they are there: two to the power of
    /// `factor` times.
    pub(super) fn expand(&mut self, size: u32, offset: u32, factor: u32) -> bool {
        if factor == 0 {
            return true;
        }
        if size as usize >= SIZES || self.at(size) != Some(offset + 1) {
            return false;
        }
        let fits = self.expand(size + 1, offset >> 1, factor - 1);
        if fits {
            self.set(size, None);
        }
        fits
    }

    /// The smallest hole of at least this size.
    pub(super) fn smallest(&self, size: u32) -> Option<u32> {
        (size..SIZES as u32).find(|size| self.at(*size).is_some())
    }
}
