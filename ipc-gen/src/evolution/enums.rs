//! Enums: on the wire, an enumerant is its number.

use super::compare::Comparison;
use crate::schema::Enumerant;

impl Comparison<'_> {
    pub(super) fn enumerants(&mut self, place: &str, old: &[Enumerant], new: &[Enumerant]) {
        let number = |list: &[Enumerant], name: &str| list.iter().position(|one| one.name == name);
        for (index, one) in old.iter().enumerate() {
            let place = format!("{place}.{}", one.name);
            match (new.get(index), number(new, &one.name)) {
                (Some(other), _) if other.name == one.name => {}
                (_, Some(moved)) => {
                    let what = format!("its number changed from {index} to {moved}");
                    self.report.breaking(place, what);
                }
                (None, None) => self.report.breaking(place, format!("{index} was removed")),
                (Some(other), None) if number(old, &other.name).is_some() => {
                    let what = format!("{index} means `{}` now", other.name);
                    self.report.breaking(place, what);
                }
                (Some(other), None) => {
                    let what = format!("{index} is called `{}` now", other.name);
                    self.report.compatible(place, what);
                }
            }
        }
        for (index, other) in new.iter().enumerate().skip(old.len()) {
            if number(old, &other.name).is_none() {
                let place = format!("{place}.{}", other.name);
                self.report.compatible(place, format!("added as {index}"));
            }
        }
    }
}
