//! Schemas with a mistake in them.

use super::random::Rng;

/// What stands in place of something else now and then.
const REPLACEMENTS: &[&str] = &[
    ";",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    "=",
    "@",
    "$",
    ".",
    "->",
    "-",
    "*",
    "!",
    "0",
    "1",
    "2",
    "99999",
    "-1",
    "1.5",
    "0x\"00\"",
    "\"text\"",
    "void",
    "true",
    "null",
    "inf",
    "stream",
    "struct",
    "enum",
    "union",
    "group",
    "interface",
    "const",
    "annotation",
    "using",
    "import",
    "embed",
    "extends",
    "List",
    "Text",
    "Data",
    "Void",
    "Bool",
    "Int8",
    "UInt64",
    "Float32",
    "AnyPointer",
    "AnyStruct",
    "AnyList",
    "Capability",
    "Nothing",
    "nothing",
    "List(Bool)",
    "import \"/capnp/stream.capnp\"",
    ".Nothing",
    "Upper",
    "lower",
    "with_underscore",
    "@0",
    "@1",
    "@0x8000000000000001",
    "= 1",
    "= ()",
    "= []",
    "= (a = 1)",
    ":Text",
    ":union",
    ":group",
    "#",
];

/// A schema with one of its words changed, taken away, doubled, or moved.
pub(crate) fn mutate(text: &str, rng: &mut Rng) -> String {
    let words = words(text);
    let mut changed: Vec<&str> = words.clone();
    // The id stays, so that files do not get in each other's way.
    let place = 4 + rng.below(words.len().saturating_sub(4));
    if place >= words.len() {
        return text.to_owned();
    }
    match rng.below(6) {
        0 => {
            changed.remove(place);
        }
        1 => changed.insert(place, words[place]),
        2 => {
            let other = 4 + rng.below(words.len() - 4);
            changed.swap(place, other);
        }
        3 => changed[place] = words[4 + rng.below(words.len() - 4)],
        4 => changed.insert(place, rng.pick::<&str>(REPLACEMENTS)),
        _ => changed[place] = rng.pick::<&str>(REPLACEMENTS),
    }
    let mut result = String::new();
    for (index, word) in changed.iter().enumerate() {
        // Only where a word was put next to one that it would become one with.
        if index > 0 && (place..=place + 1).contains(&index) {
            result.push(' ');
        }
        result.push_str(word);
    }
    result
}

/// The words and signs of a text, with the space between them as words of their own.
fn words(text: &str) -> Vec<&str> {
    let kind = |letter: char| match letter {
        letter if letter.is_alphanumeric() || letter == '_' => 0,
        letter if letter.is_whitespace() => 1,
        _ => 2,
    };
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match kind(first) {
            2 => first.len_utf8(),
            same => rest
                .find(|letter| kind(letter) != same)
                .unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}
