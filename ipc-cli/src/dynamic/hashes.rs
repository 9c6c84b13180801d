//! Hashes of blocks and transactions, which are the other way round in messages than people write them.

use std::collections::{BTreeMap, BTreeSet};

use ipc_gen::reflection::{self, Body, Id, Schema};
use serde_json::Value as Json;

/// How many bytes a hash has.
const LENGTH: usize = 32;

/// The fields of structs that are hashes of Bitcoin. Parameters and results are structs named after their method.
pub(super) fn hashes(schema: &Schema) -> BTreeSet<(Id, String)> {
    let files: BTreeMap<&str, Id> = (schema.nodes.iter())
        .filter(|(_, node)| matches!(node.body, Body::File))
        .map(|(id, node)| (node.display_name.as_str(), *id))
        .collect();
    let mut hashes = BTreeSet::new();
    for (id, node) in &schema.nodes {
        let (Body::Struct(body), Some((file, _))) = (&node.body, node.display_name.split_once(':'))
        else {
            continue;
        };
        let Some(file) = files.get(file) else {
            continue;
        };
        let name = node.display_name.as_str();
        let owner = ["$Params", "$Results"]
            .iter()
            .find_map(|list| name.strip_suffix(list))
            .unwrap_or(name);
        let names = body.fields.iter().map(|field| &field.name);
        let named =
            names.filter(|name| reflection::is_bitcoin_hash(*file, &format!("{owner}.{name}")));
        hashes.extend(named.map(|name| (*id, name.clone())));
    }
    hashes
}

/// A hash, or a list of them, the other way round; none if it is anything else.
pub(super) fn turned(json: &Json) -> Option<Json> {
    match json {
        Json::String(digits) => {
            let mut bytes = hex::decode(digits).ok()?;
            bytes.reverse();
            (bytes.len() == LENGTH).then(|| Json::String(hex::encode(bytes)))
        }
        Json::Array(items) => items.iter().map(turned).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hashes_are_turned_round() {
        let ends = |first: &str, last: &str| format!("{first}{}{last}", "00".repeat(30));
        let (there, back) = (ends("0a", "ff"), ends("ff", "0a"));
        assert_eq!(turned(&json!(there)), Some(json!(back)));
        assert_eq!(turned(&json!([there, back])), Some(json!([back, there])));
        assert_eq!(turned(&json!([])), Some(json!([])));
        for other in [json!("ff"), json!("x".repeat(64)), json!(["ff"]), json!(7)] {
            assert_eq!(turned(&other), None, "{other}");
        }
    }
}
