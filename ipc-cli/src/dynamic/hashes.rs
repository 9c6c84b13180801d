//! Hashes of blocks and transactions, which are the other way round in messages than people write them.

use serde_json::Value as Json;

/// How many bytes a hash has.
const LENGTH: usize = 32;

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
