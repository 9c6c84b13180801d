//! Members of structs made up at random: fields, groups and unions in any order of their numbers.

use super::types::Type;
use super::{Field, FieldKind, Maker};

/// What will be in a struct, before its fields have numbers.
enum Plan {
    Field(Type),
    Group(Vec<(String, Plan)>),
    /// A union, with a name or without.
    Union(Vec<(String, Plan)>),
}

/// What members are in.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    /// A struct, or a group that is in no union.
    Struct,
    Union,
    /// A group in a union.
    Group,
}

impl Maker {
    /// Writes the members of a struct, and returns them.
    pub(super) fn members(&mut self, depth: usize) -> Vec<Field> {
        let mut budget = self.rng.below(20);
        let mut count = 0;
        let plan = self.plan(&mut budget, &mut count, 0, Around::Struct);
        let mut numbers: Vec<usize> = (0..count).collect();
        match self.rng.below(8) {
            _ if !self.shuffles => {}
            // Groups and unions that were extended later.
            0..=6 => {
                for _ in 0..1 + count / 6 {
                    let (one, other) = (self.rng.below(count), self.rng.below(count));
                    if count > 0 {
                        numbers.swap(one, other);
                    }
                }
            }
            _ => self.rng.shuffle(&mut numbers),
        }
        // They are taken from the end.
        numbers.reverse();
        self.write_plan(&plan, &mut numbers, depth)
    }

    fn plan(
        &mut self,
        budget: &mut usize,
        count: &mut usize,
        depth: usize,
        around: Around,
    ) -> Vec<(String, Plan)> {
        let mut members = Vec::new();
        let mut unnamed = around != Around::Union;
        let wanted = 1 + self.rng.below(1 + *budget);
        // Unions in unions are rejected for most orders of their fields.
        let unions = around == Around::Struct || self.rng.once_in(6);
        while *budget > 0 && members.len() < wanted {
            *budget -= 1;
            let kind = if depth < 4 { self.rng.below(9) } else { 8 };
            match kind {
                0 => {
                    let around = if around == Around::Struct {
                        around
                    } else {
                        Around::Group
                    };
                    let inner = self.plan(budget, count, depth + 1, around);
                    if !inner.is_empty() {
                        members.push((self.name("group"), Plan::Group(inner)));
                    }
                }
                1 | 2 if unions => {
                    let mut inner = self.plan(budget, count, depth + 1, Around::Union);
                    while inner.len() < 2 {
                        *count += 1;
                        inner.push((self.name("member"), Plan::Field(self.field_type())));
                    }
                    let name = if unnamed && self.rng.once_in(2) {
                        unnamed = false;
                        String::new()
                    } else {
                        self.name("union")
                    };
                    members.push((name, Plan::Union(inner)));
                }
                _ => {
                    *count += 1;
                    let ty = self.field_type();
                    members.push((self.name("field"), Plan::Field(ty)));
                }
            }
        }
        members
    }

    fn write_plan(
        &mut self,
        plan: &[(String, Plan)],
        numbers: &mut Vec<usize>,
        depth: usize,
    ) -> Vec<Field> {
        let mut fields = Vec::new();
        for (name, member) in plan {
            match member {
                Plan::Field(ty) => {
                    let number = numbers.pop().expect("each field has a number");
                    let default = if ty.has_values() && self.rng.once_in(3) {
                        format!(" = {}", self.value(ty, 0))
                    } else {
                        String::new()
                    };
                    let annotation = self.annotation_for("field");
                    let ty_text = ty.text();
                    self.line(
                        depth,
                        &format!("{name} @{number} : {ty_text}{default}{annotation};"),
                    );
                    self.comment(depth);
                    fields.push(Field {
                        name: name.clone(),
                        kind: FieldKind::Slot(ty.clone()),
                    });
                }
                Plan::Group(inner) | Plan::Union(inner) => {
                    let is_union = matches!(member, Plan::Union(_));
                    let keyword = if is_union { "union" } else { "group" };
                    if name.is_empty() {
                        self.line(depth, "union {");
                    } else {
                        let annotation = self.annotation_for(keyword);
                        self.line(depth, &format!("{name} :{keyword}{annotation} {{"));
                    }
                    self.comment(depth + 1);
                    let inner = self.write_plan(inner, numbers, depth + 1);
                    self.line(depth, "}");
                    self.comment(depth);
                    if name.is_empty() {
                        fields.extend(inner);
                    } else {
                        fields.push(Field {
                            name: name.clone(),
                            kind: FieldKind::Group(inner),
                        });
                    }
                }
            }
        }
        fields
    }
}
