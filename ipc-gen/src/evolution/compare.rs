//! Walks both versions side by side.

use std::collections::BTreeMap;

use super::pairs::{Declaration, Pairs, Version};
use super::report::Report;
use super::types::{same_value, value_name};
use crate::model::types::Value;
use crate::schema::{Base, Body, Loaded};

/// A comparison that goes on.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) old: &'a Version<'a>,
    pub(super) new: &'a Version<'a>,
    pub(super) pairs: &'a Pairs,
    pub(super) report: Report,
}

/// Compares everything that the files of both versions declare.
pub(crate) fn compare(old: &Loaded, new: &Loaded) -> Report {
    let (old, new) = (Version::new(old), Version::new(new));
    let pairs = Pairs::new(&old, &new);
    let mut comparison = Comparison {
        old: &old,
        new: &new,
        pairs: &pairs,
        report: Report::default(),
    };
    let others: BTreeMap<_, _> = (new.declarations.iter())
        .map(|other| (other.id, other))
        .collect();
    for one in &old.declarations {
        match pairs.new_id(one.id).and_then(|id| others.get(&id)) {
            Some(other) => comparison.declaration(one, other),
            None => comparison.removed(one),
        }
    }
    for other in new
        .declarations
        .iter()
        .filter(|other| pairs.is_added(other.id))
    {
        let what = format!("{} added", other.kind());
        comparison.report.compatible(other.place(), what);
    }
    comparison.report
}

impl Comparison<'_> {
    fn removed(&mut self, one: &Declaration<'_>) {
        if matches!(one.node.body, Body::Interface { .. }) {
            self.report.breaking(one.place(), "interface removed");
        } else {
            // Where a field or parameter was of this type, the change is told there.
            let what = format!("{} removed", one.kind());
            self.report.compatible(one.place(), what);
        }
    }

    fn declaration(&mut self, one: &Declaration<'_>, other: &Declaration<'_>) {
        let place = one.place();
        if place != other.place() {
            let what = format!("is `{}` now", other.place());
            self.report.compatible(&place, what);
        }
        if one.id != other.id {
            let ids = format!("from {:#018x} to {:#018x}", one.id, other.id);
            if matches!(one.node.body, Body::Interface { .. }) {
                let what = format!("its id changed {ids}, and calls carry it");
                self.report.breaking(&place, what);
            } else {
                let what = format!("its id changed {ids}, which is not on the wire");
                self.report.compatible(&place, what);
            }
        }
        match (&one.node.body, &other.node.body) {
            (Body::Struct(old), Body::Struct(new)) => self.fields(&place, old, new),
            (Body::Enum(old), Body::Enum(new)) => self.enumerants(&place, old, new),
            (
                Body::Interface {
                    methods: old,
                    bases: old_bases,
                },
                Body::Interface {
                    methods: new,
                    bases: new_bases,
                },
            ) => {
                self.bases(&place, old_bases, new_bases);
                self.methods(&place, old, new);
            }
            (Body::Const { value: old, .. }, Body::Const { value: new, .. }) => {
                self.constant(&place, old, new);
            }
            (Body::Annotation, Body::Annotation) => {}
            _ => {
                let what = format!("was {}, is {} now", a(one.kind()), a(other.kind()));
                self.report.breaking(place, what);
            }
        }
    }

    fn bases(&mut self, place: &str, old: &[Base], new: &[Base]) {
        for base in old {
            if !new.iter().any(|other| self.pairs.same(base.id, other.id)) {
                let what = format!("does not extend `{}` any more", self.old.name(base.id));
                self.report.breaking(place, what);
            }
        }
        for base in new {
            if !old.iter().any(|one| self.pairs.same(one.id, base.id)) {
                let what = format!("extends `{}` now", self.new.name(base.id));
                self.report.compatible(place, what);
            }
        }
    }

    fn constant(&mut self, place: &str, old: &Value, new: &Value) {
        if !same_value(old, new) {
            let (old, new) = (value_name(old), value_name(new));
            let what = format!("its value changed from {old} to {new}, which is not on the wire");
            self.report.compatible(place, what);
        }
    }
}

fn a(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {kind}")
}
