//! Bytes from anywhere: whatever a message holds, reading it is an error or a value, never a panic,
//! and a value that was read can be written and read again.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ipc_runtime::{AnyPointer, Exception, PointerValue};
use ipc_tests::defaults::{self, Everything};
use ipc_tests::generics::{Map, Outcome, Pair, Uses};
use ipc_tests::inner;
use ipc_tests::lists::{All, Color, Item};
use ipc_tests::objects::{Holder, Shelf};
use ipc_tests::recursive::{Even, Expression, Node};
use ipc_tests::unions::{Account, Setting, Shape};
use ipc_tests::values;

/// Pseudo-random numbers, the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// What can be told of a value read from bytes: nothing, or how it looks.
type Reading = fn(&[u8]) -> Result<(), Exception>;

/// Reads a value, and once more after writing it.
fn read<T: PointerValue>(bytes: &[u8]) -> Result<(), Exception> {
    let any = AnyPointer::from_bytes(bytes)?;
    let value: T = any.get_as()?;
    let again: T = AnyPointer::new(&value)?.get_as()?;
    // NaN is not equal to itself, but looks the same.
    assert_eq!(look(&value), look(&again));
    Ok(())
}

/// What an open value holds differs in size once it is copied.
fn look(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    let mut parts = text.split("words: ");
    let mut look = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        look.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_digit()));
    }
    look
}

const READINGS: &[Reading] = &[
    read::<Shape>,
    read::<Setting>,
    read::<Account>,
    read::<All>,
    read::<Vec<Color>>,
    read::<Vec<()>>,
    read::<Vec<bool>>,
    read::<Vec<f64>>,
    read::<Vec<u8>>,
    read::<Vec<Vec<Item>>>,
    read::<String>,
    read::<Holder>,
    read::<Vec<Shelf>>,
    read::<Uses>,
    read::<Pair<Map<String, Vec<u8>>, Outcome<AnyPointer>>>,
    read::<Node>,
    read::<Even>,
    read::<Expression>,
    read::<Everything>,
    read::<inner::Outer>,
    read::<values::Numbers>,
    read::<values::Lists>,
];

fn samples() -> Vec<Vec<u8>> {
    fn bytes<T: PointerValue>(value: &T) -> Vec<u8> {
        AnyPointer::new(value)
            .and_then(|any| any.to_bytes())
            .expect("the value is fine")
    }
    let node = Node {
        number: 7,
        next: Some(Box::new(Node::default())),
        children: vec![Node::default(); 3],
    };
    let all = All {
        bytes: vec![1, 2, 3],
        blobs: vec![vec![4]],
        colors: vec![Color::Green],
        voids: vec![(); 5],
        palettes: vec![vec![Color::Red]],
        words: vec![9; 4],
        nothing: Some(()),
        structs: vec![vec![Item::default(); 2]],
    };
    vec![
        bytes(&defaults::everything()),
        bytes(&Shape::default()),
        bytes(&Account::default()),
        bytes(&Uses::default()),
        bytes(&vec![node]),
        bytes(&all),
        bytes(&values::Numbers::default()),
        bytes(&AnyPointer::default()),
    ]
}

fn check(reading: Reading, bytes: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| reading(bytes).is_ok()))
        .unwrap_or_else(|_| panic!("these bytes panic: {bytes:?}"))
}

#[test]
fn damaged_messages_are_errors_or_values() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let samples = samples();
    let (mut values, mut errors) = (0, 0);
    for _ in 0..3_000 {
        let mut bytes = samples[random.below(samples.len())].clone();
        for _ in 0..random.below(6) {
            let at = random.below(bytes.len());
            bytes[at] = random.next() as u8;
        }
        let reading = READINGS[random.below(READINGS.len())];
        *(if check(reading, &bytes) {
            &mut values
        } else {
            &mut errors
        }) += 1;
    }
    // Neither is rare, or the test would show nothing.
    assert!(values > 300 && errors > 300, "{values} {errors}");
}

#[test]
fn random_messages_are_errors_or_values() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3_000 {
        let words = 1 + random.below(40);
        // One segment of so many words.
        let mut bytes = vec![0, 0, 0, 0, words as u8, 0, 0, 0];
        for _ in 0..words {
            // Small offsets and sizes, so that many pointers point at something.
            let word = match random.below(3) {
                0 => random.next(),
                1 => random.next() & 0x0000_0007_0000_003f,
                _ => random.next() & 0x0003_0003_0000_001c,
            };
            bytes.extend(word.to_le_bytes());
        }
        check(READINGS[random.below(READINGS.len())], &bytes);
    }
}

#[test]
fn a_small_message_cannot_claim_much() {
    // The root is a list of the most elements of no size that a pointer can claim.
    let list_of_void = 1_u64 | (u64::from(u32::MAX >> 3) << 35);
    let mut bytes = vec![0, 0, 0, 0, 1, 0, 0, 0];
    bytes.extend(list_of_void.to_le_bytes());
    for reading in [read::<Vec<()>>, read::<Vec<Node>>, read::<Vec<Item>>] {
        assert!(reading(&bytes).is_err());
    }
}
