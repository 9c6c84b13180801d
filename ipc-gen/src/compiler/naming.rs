//! The rules for names, and for what can be declared where.

use std::collections::HashMap;

use super::diagnostic::{Diagnostic, FileId, Location, Reporter, Span};
use super::syntax::{Declaration, DeclarationKind, Expression, ExpressionKind};

/// Checks the names of all that is declared directly in a declaration, or in its groups and unions.
pub(super) fn check(declaration: &Declaration, file: FileId, reporter: &mut Reporter) {
    let mut checker = Checker { file, reporter };
    checker.members(declaration, &mut HashMap::new());
}

/// Says that a name is that of something else already.
pub(super) fn taken(name: &str, at: Location, first: Location) -> Diagnostic {
    Diagnostic::new(at, format!("the name `{name}` is taken"))
        .related(first, "the first one")
        .help(
            "give one of them another name; the members of an unnamed union count as the struct's",
        )
}

struct Checker<'a> {
    file: FileId,
    reporter: &'a mut Reporter,
}

#[derive(Clone, Copy, PartialEq)]
enum Case {
    Upper,
    Lower,
}

impl Checker<'_> {
    fn members<'a>(&mut self, outer: &'a Declaration, names: &mut HashMap<&'a str, Span>) {
        for member in &outer.nested {
            self.unique(member, names);
            self.spelling(member);
            self.place(member, outer);
            if matches!(
                member.kind,
                DeclarationKind::Field { .. } | DeclarationKind::Union | DeclarationKind::Group
            ) {
                if member.name.text.is_empty() {
                    // The members of a union without a name are the struct's own.
                    self.members(member, names);
                } else {
                    self.members(member, &mut HashMap::new());
                }
            }
        }
    }

    fn unique<'a>(&mut self, member: &'a Declaration, names: &mut HashMap<&'a str, Span>) {
        let name = member.name.text.as_str();
        let Some(first) = names.get(name).copied() else {
            names.insert(name, member.name.span);
            return;
        };
        let at = self.at(member.name.span);
        let first = self.at(first);
        self.reporter.report(match member.kind {
            DeclarationKind::Union if name.is_empty() => {
                Diagnostic::new(at, "there is another union without a name")
                    .related(first, "the first one")
            }
            _ => taken(name, at, first),
        });
    }

    fn spelling(&mut self, member: &Declaration) {
        let name = member.name.text.as_str();
        let case = match &member.kind {
            DeclarationKind::File => return,
            DeclarationKind::Enum | DeclarationKind::Struct | DeclarationKind::Interface { .. } => {
                Case::Upper
            }
            DeclarationKind::Using(target) => match target_name(target) {
                Some(target) if target.starts_with(|first: char| first.is_ascii_lowercase()) => {
                    Case::Lower
                }
                _ => Case::Upper,
            },
            _ => Case::Lower,
        };
        let Some(first) = name.chars().next() else {
            return;
        };
        let at = self.at(member.name.span);
        match case {
            Case::Upper if !first.is_ascii_uppercase() => self.reporter.report(
                Diagnostic::new(
                    at,
                    format!("the type `{name}` does not begin with a capital"),
                )
                .help("names of types are written LikeThis"),
            ),
            Case::Lower if !first.is_ascii_lowercase() => self.reporter.report(
                Diagnostic::new(at, format!("`{name}` does not begin with a small letter"))
                    .help("names of members, constants and annotations are written likeThis"),
            ),
            _ => {}
        }
        if name.contains('_') {
            self.reporter.report(
                Diagnostic::new(at, format!("`{name}` has an underscore"))
                    .help("names are written likeThis; generators use the style of their language"),
            );
        }
    }

    fn place(&mut self, member: &Declaration, outer: &Declaration) {
        let outer = &outer.kind;
        let message = match member.kind {
            DeclarationKind::Enumerant => {
                (!matches!(outer, DeclarationKind::Enum)).then_some("this belongs in an enum")
            }
            DeclarationKind::Method { .. } => (!matches!(outer, DeclarationKind::Interface { .. }))
                .then_some("methods belong in interfaces"),
            DeclarationKind::Field { .. } | DeclarationKind::Union | DeclarationKind::Group => {
                (!matches!(
                    outer,
                    DeclarationKind::Struct | DeclarationKind::Union | DeclarationKind::Group
                ))
                .then_some("fields belong in structs")
            }
            _ => (!matches!(
                outer,
                DeclarationKind::File | DeclarationKind::Struct | DeclarationKind::Interface { .. }
            ))
            .then_some("this cannot be declared in a group, union or enum"),
        };
        if let Some(message) = message {
            let problem = Diagnostic::new(self.at(member.span), message);
            self.reporter.report(problem);
        }
    }

    fn at(&self, span: Span) -> Location {
        Location {
            file: self.file,
            span,
        }
    }
}

/// The name of what a `using` declaration names, if it has one.
fn target_name(target: &Expression) -> Option<&str> {
    match &target.kind {
        ExpressionKind::Relative(name) => Some(name),
        ExpressionKind::Absolute(name) | ExpressionKind::Member { name, .. } => Some(&name.text),
        ExpressionKind::Call { function, .. } => target_name(function),
        _ => None,
    }
}
