//! Interfaces: on the wire, a method is its ordinal, with the structs of its parameters and results.

use super::compare::Comparison;
use super::report::Report;
use crate::schema::{Body, Id, Method};

impl Comparison<'_> {
    pub(super) fn methods(&mut self, place: &str, old: &[Method], new: &[Method]) {
        for (ordinal, one) in old.iter().enumerate() {
            let at = format!("{place}.{}", one.name);
            match new.get(ordinal) {
                Some(other) if other.name == one.name => {
                    let signature = self.signature(&at, one, other);
                    self.report.append(signature);
                }
                Some(other) => self.replaced(&at, ordinal, other, old, new),
                None => {
                    let what = format!("@{ordinal} was removed{}", moved(&one.name, new));
                    self.report.breaking(at, what);
                }
            }
        }
        for (ordinal, other) in new.iter().enumerate().skip(old.len()) {
            let at = format!("{place}.{}", other.name);
            self.report.compatible(at, format!("added as @{ordinal}"));
        }
    }

    /// Tells of an ordinal that has another name now: a method was renamed, or the ordinal was reused.
    fn replaced(
        &mut self,
        at: &str,
        ordinal: usize,
        other: &Method,
        old: &[Method],
        new: &[Method],
    ) {
        let one = &old[ordinal];
        let elsewhere = moved(&one.name, new);
        if self.signature(at, one, other).breaks() {
            let now = format!("@{ordinal} is `{}` now, with another signature", other.name);
            self.report.breaking(at, format!("{now}{elsewhere}"));
            return;
        }
        // A method that is kept for older peers, beside a newer one of its name, is called `nameOld7` or so.
        let was_another = old.iter().any(|method| method.name == other.name);
        if was_another || (!elsewhere.is_empty() && !other.name.starts_with(&one.name)) {
            let what = format!("@{ordinal} is `{}` now{elsewhere}", other.name);
            self.report.breaking(at, what);
        } else {
            let now = format!("@{ordinal} is called `{}` now", other.name);
            let what = format!("{now}, with the same signature{elsewhere}");
            self.report.compatible(at, what);
        }
    }

    /// Compares what two methods take and return.
    fn signature(&mut self, at: &str, one: &Method, other: &Method) -> Report {
        let before = std::mem::take(&mut self.report);
        self.record(at, "parameters", one.params, other.params);
        self.record(at, "results", one.results, other.results);
        std::mem::replace(&mut self.report, before)
    }

    fn record(&mut self, at: &str, role: &str, old: Id, new: Id) {
        // A struct with a declaration of its own is compared there.
        if self.old.is_declared(old) && self.new.is_declared(new) && self.pairs.same(old, new) {
            return;
        }
        match (self.old.body(old), self.new.body(new)) {
            (Some(Body::Struct(old)), Some(Body::Struct(new))) => self.fields(at, old, new),
            _ => self.report.breaking(at, format!("its {role} are not told")),
        }
    }
}

/// Where the method of this name is now, if there is one.
fn moved(name: &str, new: &[Method]) -> String {
    let ordinal = new.iter().position(|method| method.name == name);
    ordinal.map_or_else(String::new, |ordinal| {
        format!("; `{name}` is @{ordinal} now")
    })
}
