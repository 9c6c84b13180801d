//! Reads messages that somebody else wrote.

use std::rc::Rc;

use super::{COMPOSITE, FAR, LIST, POINTERS, STRUCT};
use crate::compiler::pointer::{DataList, ElementSize, Object, Pointer, StructList};

/// How deep objects can be in each other.
const DEPTH: usize = 64;

/// How many segments a message can have, as in other implementations.
const SEGMENTS: usize = 512;

/// What is read is not a message.
#[derive(Debug, PartialEq)]
pub(in crate::compiler) struct Malformed;

/// Reads the object that a message is.
pub(in crate::compiler) fn decode(bytes: &[u8]) -> Result<Pointer, Malformed> {
    let mut numbers = bytes.chunks_exact(4).map(|number| {
        number
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    });
    let count = numbers.next().ok_or(Malformed)?.saturating_add(1);
    if count > SEGMENTS {
        return Err(Malformed);
    }
    let sizes: Vec<usize> = numbers.by_ref().take(count).collect();
    if sizes.len() < count {
        return Err(Malformed);
    }
    let header = (count / 2 + 1) * 8;
    let mut rest: Vec<u64> = bytes
        .get(header..)
        .ok_or(Malformed)?
        .chunks_exact(8)
        .map(|word| {
            word.iter()
                .rev()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        })
        .collect();
    let mut reader = Reader {
        // As much as there is, with every byte read once and pointers to nothing on top.
        budget: 4 * rest.len() + 16,
        segments: Vec::new(),
    };
    for size in sizes {
        if size > rest.len() {
            return Err(Malformed);
        }
        let after = rest.split_off(size);
        reader.segments.push(std::mem::replace(&mut rest, after));
    }
    reader.pointer(0, 0, 0)
}

struct Reader {
    segments: Vec<Vec<u64>>,
    budget: usize,
}

impl Reader {
    fn word(&self, segment: usize, place: usize) -> Result<u64, Malformed> {
        let segment = self.segments.get(segment).ok_or(Malformed)?;
        segment.get(place).copied().ok_or(Malformed)
    }

    fn pointer(
        &mut self,
        segment: usize,
        place: usize,
        depth: usize,
    ) -> Result<Pointer, Malformed> {
        let word = self.word(segment, place)?;
        if word == 0 {
            return Ok(Pointer::Null);
        }
        if depth >= DEPTH {
            return Err(Malformed);
        }
        if word & 3 != FAR {
            return self.object(word, segment, target(word, place)?, depth);
        }
        let far_segment = usize::try_from(word >> 32).map_err(|_| Malformed)?;
        let landing = usize::try_from(word >> 3 & 0x1fff_ffff).map_err(|_| Malformed)?;
        let pad = self.word(far_segment, landing)?;
        if word & 4 == 0 {
            if pad == 0 || pad & 3 == FAR {
                return Err(Malformed);
            }
            return self.object(pad, far_segment, target(pad, landing)?, depth);
        }
        // The landing pad says where the object is, and the word after it what it is.
        let tag = self.word(far_segment, landing + 1)?;
        if pad & 7 != FAR || tag & 3 == FAR {
            return Err(Malformed);
        }
        let segment = usize::try_from(pad >> 32).map_err(|_| Malformed)?;
        let place = usize::try_from(pad >> 3 & 0x1fff_ffff).map_err(|_| Malformed)?;
        self.object(tag, segment, place, depth)
    }

    fn object(
        &mut self,
        pointer: u64,
        segment: usize,
        place: usize,
        depth: usize,
    ) -> Result<Pointer, Malformed> {
        match pointer & 3 {
            STRUCT => {
                let (data, pointers) = sizes(pointer);
                let object = self.struct_at(segment, place, data, pointers, depth)?;
                Ok(Pointer::Struct(object))
            }
            LIST => self.list(pointer, segment, place, depth),
            // Capabilities cannot be in files.
            _ => Err(Malformed),
        }
    }

    fn struct_at(
        &mut self,
        segment: usize,
        place: usize,
        data: u16,
        pointers: u16,
        depth: usize,
    ) -> Result<Object, Malformed> {
        let middle = place + usize::from(data);
        let mut object = Object {
            data: self.slice(segment, place, usize::from(data))?.to_vec(),
            pointers: Vec::new(),
        };
        self.slice(segment, middle, usize::from(pointers))?;
        for index in 0..usize::from(pointers) {
            let pointer = self.pointer(segment, middle + index, depth + 1)?;
            object.pointers.push(Rc::new(pointer));
        }
        Ok(object)
    }

    fn list(
        &mut self,
        pointer: u64,
        segment: usize,
        place: usize,
        depth: usize,
    ) -> Result<Pointer, Malformed> {
        let count = u32::try_from(pointer >> 35).map_err(|_| Malformed)?;
        let length = usize::try_from(count).map_err(|_| Malformed)?;
        let size = match pointer >> 32 & 7 {
            0 => ElementSize::Void,
            1 => ElementSize::Bit,
            2 => ElementSize::Byte,
            3 => ElementSize::TwoBytes,
            4 => ElementSize::FourBytes,
            5 => ElementSize::EightBytes,
            POINTERS => {
                self.slice(segment, place, length)?;
                let mut pointers = Vec::new();
                for index in 0..length {
                    let pointer = self.pointer(segment, place + index, depth + 1)?;
                    pointers.push(Rc::new(pointer));
                }
                return Ok(Pointer::Pointers(pointers));
            }
            COMPOSITE => return self.structs(segment, place, length, depth),
            _ => return Err(Malformed),
        };
        let bits = u64::from(count) * size.bits();
        let words = usize::try_from(bits.div_ceil(64)).map_err(|_| Malformed)?;
        let bytes = self.slice(segment, place, words)?.iter();
        let bytes = bytes.flat_map(|word| word.to_le_bytes());
        let bytes = bytes.take(usize::try_from(bits.div_ceil(8)).map_err(|_| Malformed)?);
        Ok(Pointer::Data(DataList {
            size,
            count,
            bytes: bytes.collect(),
        }))
    }

    fn structs(
        &mut self,
        segment: usize,
        place: usize,
        words: usize,
        depth: usize,
    ) -> Result<Pointer, Malformed> {
        let tag = self.word(segment, place)?;
        if tag & 3 != STRUCT {
            return Err(Malformed);
        }
        let count = usize::try_from(tag >> 2 & 0x3fff_ffff).map_err(|_| Malformed)?;
        let (data_words, pointers) = sizes(tag);
        let size = usize::from(data_words) + usize::from(pointers);
        if count.saturating_mul(size) > words {
            return Err(Malformed);
        }
        // Structs of no size cost something, too.
        self.budget = self.budget.checked_sub(count).ok_or(Malformed)?;
        let mut elements = Vec::new();
        for index in 0..count {
            let place = place + 1 + index * size;
            elements.push(self.struct_at(segment, place, data_words, pointers, depth)?);
        }
        Ok(Pointer::Structs(StructList {
            data_words,
            pointers,
            elements,
        }))
    }

    /// Some words, which are paid for: pointers can lead to the same ones again and again.
    fn slice(&mut self, segment: usize, place: usize, length: usize) -> Result<&[u64], Malformed> {
        self.budget = self.budget.checked_sub(length).ok_or(Malformed)?;
        let segment = self.segments.get(segment).ok_or(Malformed)?;
        let end = place.checked_add(length).ok_or(Malformed)?;
        segment.get(place..end).ok_or(Malformed)
    }
}

/// Where a pointer leads that stands at a place.
fn target(pointer: u64, place: usize) -> Result<usize, Malformed> {
    // The offset is the upper 30 of the lower 32 bits, with a sign.
    let offset = i64::from((pointer & 0xffff_ffff) as u32 as i32 >> 2);
    let place = i64::try_from(place).map_err(|_| Malformed)?;
    usize::try_from(place + 1 + offset).map_err(|_| Malformed)
}

fn sizes(pointer: u64) -> (u16, u16) {
    ((pointer >> 32) as u16, (pointer >> 48) as u16)
}
