//! Notes on a transaction, by name.

use generated_examples::multiprocess::common::Pair;

/// As we have them.
pub(super) fn read(sent: Vec<Pair<String, String>>) -> Vec<(String, String)> {
    sent.into_iter()
        .map(|Pair { key, value }| (key, value))
        .collect()
}

/// As they are sent.
pub(super) fn wire(notes: &[(String, String)]) -> Vec<Pair<String, String>> {
    let pair = |(key, value): &(String, String)| Pair {
        key: key.clone(),
        value: value.clone(),
    };
    notes.iter().map(pair).collect()
}
