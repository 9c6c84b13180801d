//! Structs: on the wire, a field is its place, its type and its default.

use std::fmt;

use super::compare::Comparison;
use super::pairs::Version;
use super::types::{same_value, type_name, value_name};
use crate::model::types::{Scalar, Value};
use crate::schema::{Body, FieldKind, Struct, Type};

/// Groups in groups, deeper than any schema has them.
const MAX_DEPTH: usize = 64;

/// A field, seen through the groups around it: they leave no trace on the wire.
#[derive(Clone, Debug)]
struct Leaf<'a> {
    /// `group.field`
    name: String,
    place: Place,
    /// The unions that it is a member of: where the number stands, and the member's number.
    unions: Vec<(u32, u16)>,
    ty: &'a Type,
    default: &'a Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Void takes no room.
    Nowhere,
    Data {
        bit: u64,
        bits: u64,
    },
    Pointer(u32),
}

impl Comparison<'_> {
    pub(super) fn fields(&mut self, place: &str, old: &Struct, new: &Struct) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        leaves(self.old, old, "", &[], 0, &mut before);
        leaves(self.new, new, "", &[], 0, &mut after);
        let named = |leaves: &[Leaf<'_>], name: &str| leaves.iter().any(|leaf| leaf.name == name);
        let mut added: Vec<_> = (after.iter())
            .filter(|leaf| !named(&before, &leaf.name))
            .collect();
        for one in &before {
            let at = format!("{place}.{}", one.name);
            if let Some(other) = after.iter().find(|other| other.name == one.name) {
                self.field(at, one, other, &before);
                continue;
            }
            let renamed = added.iter().position(|other| {
                one.place == other.place
                    && union_change(one, other, &before).is_none()
                    && self.same_type(one.ty, other.ty)
                    && same_value(one.default, other.default)
            });
            if let Some(index) = renamed {
                let what = format!("is called `{}` now", added.remove(index).name);
                self.report.compatible(at, what);
            } else if let Some(other) = after.iter().find(|other| other.overlaps(one)) {
                let what = format!("{} is `{}` now", one.spot(), other.name);
                self.report.breaking(at, what);
            } else if one.place == Place::Nowhere && one.unions.is_empty() {
                self.report.compatible(at, "removed; Void takes no room");
            } else {
                self.report.breaking(at, "removed");
            }
        }
        // A new field in the place of another one has been told of there.
        for leaf in added
            .iter()
            .filter(|leaf| !before.iter().any(|one| one.overlaps(leaf)))
        {
            let at = format!("{place}.{}", leaf.name);
            self.report.compatible(at, "added");
        }
    }

    /// Compares a field that has kept its name.
    fn field(&mut self, at: String, one: &Leaf<'_>, other: &Leaf<'_>, before: &[Leaf<'_>]) {
        if !self.same_type(one.ty, other.ty) {
            let old = type_name(self.old, one.ty);
            let new = type_name(self.new, other.ty);
            let what = if old == new {
                format!("its type is another `{new}` now")
            } else {
                format!("its type changed from {old} to {new}")
            };
            self.report.breaking(&at, what);
        } else if one.place != other.place {
            let what = format!("moved from {} to {}", one.place, other.place);
            self.report.breaking(&at, what);
        }
        if let Some(what) = union_change(one, other, before) {
            self.report.breaking(&at, what);
        }
        if self.same_type(one.ty, other.ty) && !same_value(one.default, other.default) {
            let (old, new) = (value_name(one.default), value_name(other.default));
            let what = format!("its default changed from {old} to {new}");
            self.report.breaking(at, what);
        }
    }
}

/// Collects the fields of a struct, with those of its groups.
fn leaves<'a>(
    version: &Version<'a>,
    body: &'a Struct,
    prefix: &str,
    unions: &[(u32, u16)],
    depth: usize,
    found: &mut Vec<Leaf<'a>>,
) {
    for field in &body.fields {
        let name = format!("{prefix}{}", field.name);
        let mut unions = unions.to_vec();
        if let (Some(tag), Some(member)) = (body.tag, field.member) {
            unions.push((tag, member));
        }
        match &field.kind {
            FieldKind::Slot {
                offset,
                ty,
                default,
            } => found.push(Leaf {
                name,
                place: Place::new(ty, *offset),
                unions,
                ty,
                default,
            }),
            FieldKind::Group(id) => {
                if let (Some(Body::Struct(group)), true) = (version.body(*id), depth < MAX_DEPTH) {
                    let prefix = format!("{name}.");
                    leaves(version, group, &prefix, &unions, depth + 1, found);
                }
            }
        }
    }
}

/// What changed about the unions that a field is in. A field that was by itself may become the member
/// number 0 of a union that is new.
fn union_change(one: &Leaf<'_>, other: &Leaf<'_>, before: &[Leaf<'_>]) -> Option<String> {
    let is_new = |tag: u32| {
        let mut unions = before.iter().flat_map(|leaf| &leaf.unions);
        !unions.any(|(known, _)| *known == tag)
    };
    let unions = other.unions.iter();
    let kept: Vec<_> = unions
        .filter(|(tag, member)| !(*member == 0 && is_new(*tag)))
        .copied()
        .collect();
    if one.unions == other.unions || one.unions == kept {
        return None;
    }
    match (one.unions.last(), other.unions.last()) {
        (Some((tag, old)), Some((other, new))) if tag == other && old != new => Some(format!(
            "its number in the union changed from {old} to {new}"
        )),
        (Some((old, _)), Some((new, _))) if old != new => {
            Some("the number of its union has moved".to_owned())
        }
        (None, Some(_)) => Some("moved into a union".to_owned()),
        (Some(_), None) => Some("moved out of its union".to_owned()),
        _ => Some("moved between unions".to_owned()),
    }
}

impl Leaf<'_> {
    /// What a peer may take for this field, although it is another one.
    fn overlaps(&self, other: &Self) -> bool {
        // Only one member of a union is there at a time.
        let apart = self.unions.iter().any(|(tag, one)| {
            let mut others = other.unions.iter();
            others.any(|(union, member)| union == tag && member != one)
        });
        if apart {
            return false;
        }
        match (self.place, other.place) {
            (Place::Pointer(one), Place::Pointer(other)) => one == other,
            (
                Place::Data { bit, bits },
                Place::Data {
                    bit: start,
                    bits: length,
                },
            ) => bit < start + length && start < bit + bits,
            (Place::Nowhere, Place::Nowhere) => {
                !self.unions.is_empty() && self.unions == other.unions
            }
            _ => false,
        }
    }

    /// Where it is, for Void by the number of the member.
    fn spot(&self) -> String {
        match (self.place, self.unions.last()) {
            (Place::Nowhere, Some((_, member))) => format!("member {member} of the union"),
            (place, _) => place.to_string(),
        }
    }
}

impl Place {
    fn new(ty: &Type, offset: u32) -> Self {
        let bits = match ty {
            Type::Void => return Self::Nowhere,
            Type::Scalar(Scalar::Bool) => 1,
            Type::Scalar(Scalar::Int8 | Scalar::UInt8) => 8,
            Type::Scalar(Scalar::Int16 | Scalar::UInt16) | Type::Enum(_) => 16,
            Type::Scalar(Scalar::Int32 | Scalar::UInt32 | Scalar::Float32) => 32,
            Type::Scalar(Scalar::Int64 | Scalar::UInt64 | Scalar::Float64) => 64,
            _ => return Self::Pointer(offset),
        };
        Self::Data {
            bit: u64::from(offset) * bits,
            bits,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => write!(f, "nowhere"),
            Self::Pointer(index) => write!(f, "pointer {index}"),
            Self::Data { bit, bits: 1 } => write!(f, "bit {bit}"),
            Self::Data { bit, .. } => write!(f, "byte {}", bit / 8),
        }
    }
}
