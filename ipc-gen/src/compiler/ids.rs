//! The ids of what has none in the schema: hashes of where it stands.

/// All ids that are made have this bit.
const MARK: u64 = 1 << 63;

/// The id of a declaration, from that of the one around it and from its name.
pub(super) fn child_id(parent: u64, name: &str) -> u64 {
    hash(&[&parent.to_le_bytes(), name.as_bytes()])
}

/// The id of a group, from that of the struct around it and from its place among the fields.
pub(super) fn group_id(parent: u64, index: u16) -> u64 {
    hash(&[&parent.to_le_bytes(), &index.to_le_bytes()])
}

/// The id of a struct of parameters or results that is written in place.
pub(super) fn params_id(interface: u64, method: u16, results: bool) -> u64 {
    let which = [u8::from(results)];
    hash(&[&interface.to_le_bytes(), &method.to_le_bytes(), &which])
}

fn hash(parts: &[&[u8]]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = md5::compute(parts.concat()).0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h]) | MARK
}
