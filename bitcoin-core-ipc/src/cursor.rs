//! Reads what the network encodes.

/// The bytes that are left.
pub(crate) struct Cursor<'a>(pub(crate) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(count)?;
        self.0 = left;
        Some(taken)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(*self.take(4)?.first_chunk()?))
    }

    /// A number in the network's compact form.
    pub(crate) fn size(&mut self) -> Option<usize> {
        let wide = match self.take(1)?[0] {
            0xfd => 2,
            0xfe => 4,
            0xff => 8,
            small => return Some(usize::from(small)),
        };
        let mut bytes = [0; 8];
        bytes[..wide].copy_from_slice(self.take(wide)?);
        usize::try_from(u64::from_le_bytes(bytes)).ok()
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.size()?;
        self.take(count)
    }

    /// A number in the form that nodes use on disk.
    pub(crate) fn variable(&mut self) -> Option<u64> {
        let mut number: u64 = 0;
        loop {
            let byte = self.take(1)?[0];
            number = number
                .checked_mul(128)?
                .checked_add(u64::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            number = number.checked_add(1)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_of_both_forms() {
        assert_eq!(Cursor(&[0xfd, 0x34, 0x12]).size(), Some(0x1234));
        assert_eq!(Cursor(&[0xfd, 0x34]).size(), None);
        assert_eq!(Cursor(&[0x7f]).variable(), Some(127));
        assert_eq!(Cursor(&[0x80, 0x00]).variable(), Some(128));
        assert_eq!(Cursor(&[0xff, 0x7f]).variable(), Some(16511));
        assert_eq!(Cursor(&[0xff; 20]).variable(), None);
        assert_eq!(Cursor(&[0x80]).variable(), None);
    }
}
