//! Objects behind pointers, as trees.

use std::rc::Rc;

/// What a pointer leads to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pointer {
    Null,
    Struct(Object),
    /// Text, bytes, and all lists of what is no pointer and no struct.
    Data(DataList),
    Pointers(Vec<Rc<Pointer>>),
    Structs(StructList),
}

/// The two sections of a struct.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object {
    pub(super) data: Vec<u64>,
    pub(super) pointers: Vec<Rc<Pointer>>,
}

/// A list of plain values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DataList {
    /// How large an element is.
    pub(super) size: ElementSize,
    pub(super) count: u32,
    /// The elements, one after the other.
    pub(super) bytes: Rc<[u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ElementSize {
    Void,
    Bit,
    Byte,
    TwoBytes,
    FourBytes,
    EightBytes,
}

/// A list of structs, all of one size.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StructList {
    pub(super) data_words: u16,
    pub(super) pointers: u16,
    pub(super) elements: Vec<Object>,
}

impl ElementSize {
    /// The code by which pointers tell it.
    pub(super) fn code(self) -> u64 {
        match self {
            Self::Void => 0,
            Self::Bit => 1,
            Self::Byte => 2,
            Self::TwoBytes => 3,
            Self::FourBytes => 4,
            Self::EightBytes => 5,
        }
    }

    pub(super) fn bits(self) -> u64 {
        match self {
            Self::Void => 0,
            Self::Bit => 1,
            Self::Byte => 8,
            Self::TwoBytes => 16,
            Self::FourBytes => 32,
            Self::EightBytes => 64,
        }
    }
}

impl Object {
    /// A struct of this size, all of zeros.
    pub(super) fn new(data_words: u16, pointers: u16) -> Self {
        let null = Rc::new(Pointer::Null);
        Self {
            data: vec![0; usize::from(data_words)],
            pointers: vec![null; usize::from(pointers)],
        }
    }

    /// Puts a value of two to the power of `size` bits into the data section, at a multiple of them.
    pub(super) fn set_bits(&mut self, size: u32, offset: u32, value: u64) {
        let width = 1_u64 << size;
        let position = u64::from(offset) * width;
        let mask = u64::MAX >> (64 - width);
        let shift = position % 64;
        let index = usize::try_from(position / 64).unwrap_or(usize::MAX);
        if let Some(word) = self.data.get_mut(index) {
            *word = *word & !(mask << shift) | (value & mask) << shift;
        }
    }

    pub(super) fn set_pointer(&mut self, offset: u32, pointer: Rc<Pointer>) {
        let index = usize::try_from(offset).unwrap_or(usize::MAX);
        if let Some(place) = self.pointers.get_mut(index) {
            *place = pointer;
        }
    }

    /// Takes over another struct, which can be smaller or larger.
    pub(super) fn overlay(&mut self, other: Self) {
        let data = other.data.len().max(self.data.len());
        let pointers = other.pointers.len().max(self.pointers.len());
        *self = other;
        self.data.resize(data, 0);
        self.pointers.resize(pointers, Rc::new(Pointer::Null));
    }

    fn words(&self) -> u64 {
        let inner = self.pointers.iter().map(|pointer| pointer.words());
        inner.fold(self.data.len() as u64, |sum, words| {
            sum.saturating_add(words).saturating_add(1)
        })
    }
}

impl Pointer {
    /// Text, with the zero byte that ends it, or bytes.
    pub(super) fn blob(bytes: &[u8], is_text: bool) -> Self {
        let mut bytes = bytes.to_vec();
        if is_text {
            bytes.push(0);
        }
        Self::Data(DataList {
            size: ElementSize::Byte,
            count: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            bytes: bytes.into(),
        })
    }

    /// How many words the object and all that belongs to it take, written out.
    pub(super) fn words(&self) -> u64 {
        match self {
            Self::Null => 0,
            Self::Struct(object) => object.words(),
            Self::Data(list) => (u64::from(list.count) * list.size.bits()).div_ceil(64),
            Self::Pointers(pointers) => pointers.iter().fold(0, |sum: u64, pointer| {
                sum.saturating_add(pointer.words()).saturating_add(1)
            }),
            Self::Structs(list) => list
                .elements
                .iter()
                .fold(1, |sum: u64, element| sum.saturating_add(element.words())),
        }
    }
}
