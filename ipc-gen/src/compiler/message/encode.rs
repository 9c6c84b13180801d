//! Writes messages.

use std::collections::VecDeque;
use std::rc::Rc;

use super::{COMPOSITE, LIST, POINTERS, STRUCT};
use crate::compiler::pointer::{DataList, Object, Pointer, StructList};

/// Writes a message of one segment with this root.
pub(in crate::compiler) fn encode(root: &Pointer) -> Vec<u8> {
    let mut words = vec![0];
    let mut queue = VecDeque::from([(0, Rc::new(root.clone()))]);
    while let Some((place, pointer)) = queue.pop_front() {
        let start = words.len();
        // Offsets count from the word after the pointer.
        let offset = (start - place - 1) as u64;
        let target = match &*pointer {
            Pointer::Null => continue,
            Pointer::Struct(object) => {
                write_object(object, &mut words, &mut queue);
                if words.len() == start {
                    // A struct of no size is told from null by leading back.
                    STRUCT | 0xffff_fffc
                } else {
                    STRUCT | offset << 2 | size(object.data.len(), object.pointers.len())
                }
            }
            Pointer::Data(list) => {
                write_data(list, &mut words);
                LIST | offset << 2 | list.size.code() << 32 | u64::from(list.count) << 35
            }
            Pointer::Pointers(pointers) => {
                words.resize(start + pointers.len(), 0);
                queue.extend((start..).zip(pointers.iter().cloned()));
                LIST | offset << 2 | POINTERS << 32 | (pointers.len() as u64) << 35
            }
            Pointer::Structs(list) => {
                write_structs(list, &mut words, &mut queue);
                let content = (words.len() - start - 1) as u64;
                LIST | offset << 2 | COMPOSITE << 32 | content << 35
            }
        };
        if let Some(word) = words.get_mut(place) {
            *word = target;
        }
    }
    let count = u32::try_from(words.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(8 * words.len() + 8);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    bytes
}

fn size(data: usize, pointers: usize) -> u64 {
    (data as u64) << 32 | (pointers as u64) << 48
}

fn write_object(object: &Object, words: &mut Vec<u64>, queue: &mut VecDeque<(usize, Rc<Pointer>)>) {
    words.extend_from_slice(&object.data);
    let start = words.len();
    words.resize(start + object.pointers.len(), 0);
    queue.extend((start..).zip(object.pointers.iter().cloned()));
}

fn write_data(list: &DataList, words: &mut Vec<u64>) {
    for bytes in list.bytes.chunks(8) {
        let word = bytes
            .iter()
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte));
        words.push(word);
    }
}

fn write_structs(
    list: &StructList,
    words: &mut Vec<u64>,
    queue: &mut VecDeque<(usize, Rc<Pointer>)>,
) {
    let count = list.elements.len() as u64;
    words.push(count << 2 | size(list.data_words.into(), list.pointers.into()));
    for element in &list.elements {
        write_object(element, words, queue);
    }
}
