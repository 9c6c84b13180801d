//! Messages: objects as they are on the wire.

mod decode;
mod encode;

pub(super) use decode::decode;
pub(super) use encode::encode;

/// The kinds of pointers, in their lowest two bits.
const STRUCT: u64 = 0;
const LIST: u64 = 1;
const FAR: u64 = 2;

/// The code of lists of pointers.
const POINTERS: u64 = 6;
/// The code of lists of structs, which tell the structs' size in a word before the first.
const COMPOSITE: u64 = 7;

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::{decode, encode};
    use crate::compiler::pointer::{Object, Pointer, StructList};

    fn text(text: &str) -> Rc<Pointer> {
        Rc::new(Pointer::blob(text.as_bytes(), true))
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let mut object = Object::new(2, 3);
        object.set_bits(5, 3, 0xdead_beef);
        object.set_pointer(1, text("one"));
        let list = StructList {
            data_words: 2,
            pointers: 3,
            elements: vec![object.clone(), Object::new(2, 3)],
        };
        object.set_pointer(0, Rc::new(Pointer::Structs(list)));
        let strings = vec![
            text(""),
            Rc::new(Pointer::Null),
            text("long enough for two words"),
        ];
        object.set_pointer(2, Rc::new(Pointer::Pointers(strings)));
        let root = Pointer::Struct(object);
        assert_eq!(decode(&encode(&root)), Ok(root));
        assert_eq!(decode(&encode(&Pointer::Null)), Ok(Pointer::Null));
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        let whole = encode(&text("some words of text, and some more"));
        for length in 0..whole.len() {
            assert!(decode(&whole[..length]).is_err(), "{length} bytes");
        }
        // A struct whose only pointer leads to itself.
        let mut circle = vec![0, 0, 0, 0, 2, 0, 0, 0];
        circle.extend([0, 0, 0, 0, 0, 0, 1, 0]);
        circle.extend([0xf8, 0xff, 0xff, 0xff, 0, 0, 1, 0]);
        assert!(decode(&circle).is_err());
    }
}
