//! Names that differ in the schema and are the same in Rust.

use std::collections::BTreeMap;

use crate::error::{Problem, Problems};
use crate::model::{Interface, Item, Model, Record};
use crate::names;

pub(super) fn check(model: &Model, problems: &mut Problems) {
    modules(model, problems);
    for file in model.files.iter().filter(|file| file.external.is_none()) {
        items(&format!("{}:", file.name), &file.items, problems);
    }
}

/// Checks a module, and those inside of it.
fn items(place: &str, items_here: &[Item], problems: &mut Problems) {
    types(place, items_here, problems);
    constants(place, items_here, problems);
    for item in items_here {
        match item {
            Item::Const(_) => {}
            Item::Enum(item) => {
                let mut scope = Scope::new(format!("{place}{}.", item.name), problems);
                for enumerant in &item.enumerants {
                    scope.claim(names::camel(&enumerant.name), &enumerant.name);
                }
            }
            Item::Struct(item) => {
                record(format!("{place}{}.", item.name), &item.record, problems);
            }
            Item::Union(item) => {
                let mut scope = Scope::new(format!("{place}{}.", item.name), problems);
                for member in &item.record.fields {
                    scope.claim(names::camel(member.rust_name()), &member.name);
                }
            }
            Item::Interface(item) => interface(place, item, problems),
            Item::Module(module) => {
                items(
                    &format!("{place}{}.", module.owner),
                    &module.items,
                    problems,
                );
            }
        }
    }
}

/// A Rust namespace that is being filled.
struct Scope<'p> {
    /// What a member's name is put behind to name its place.
    place: String,
    problems: &'p mut Problems,
    owners: BTreeMap<String, String>,
}

impl<'p> Scope<'p> {
    fn new(place: String, problems: &'p mut Problems) -> Self {
        Self {
            place,
            problems,
            owners: BTreeMap::new(),
        }
    }

    /// Takes the Rust name of a member of the schema.
    fn claim(&mut self, rust: String, member: &str) {
        self.insert(rust, member, "its Rust name", format!("`{member}`"));
    }

    /// Takes the Rust name of something that is generated for a member: its proxy, say.
    fn claim_for(&mut self, rust: String, member: &str, thing: &str) {
        self.insert(
            rust,
            member,
            &format!("the Rust name of its {thing}"),
            format!("the {thing} of `{member}`"),
        );
    }

    fn insert(&mut self, rust: String, member: &str, role: &str, owner: String) {
        match self.owners.get(&rust) {
            Some(other) => self.problems.push(
                Problem::at(
                    format!("{}{member}", self.place),
                    format!("`{rust}`, {role}, is already taken by {other}"),
                )
                .help("rename one of the two; names are not on the wire, so peers do not notice"),
            ),
            None => {
                self.owners.insert(rust, owner);
            }
        }
    }
}

fn types(place: &str, items: &[Item], problems: &mut Problems) {
    let mut scope = Scope::new(place.to_owned(), problems);
    for item in items {
        if let Some(name) = item.type_name() {
            scope.claim(name.to_owned(), name);
        }
    }
    for item in items {
        let Item::Interface(item) = item else {
            continue;
        };
        scope.claim_for(names::proxy(&item.name), &item.name, "proxy");
        scope.claim_for(names::adapter(&item.name), &item.name, "adapter");
        for method in item.calls().map(|member| member.method) {
            let member = format!("{}.{}", item.name, method.name);
            if method.results.fields.len() > 1 {
                let results = names::results_struct(&item.name, &method.name);
                scope.claim_for(results, &member, "results");
            }
            if method.has_error_type() {
                let errors = names::error_type(&item.name, &method.name);
                scope.claim_for(errors, &member, "errors");
            }
        }
    }
}

fn constants(place: &str, items: &[Item], problems: &mut Problems) {
    let mut scope = Scope::new(place.to_owned(), problems);
    for item in items {
        if let Item::Const(item) = item {
            scope.claim(item.rust_name(), &item.name);
        }
    }
}

fn interface(place: &str, item: &Interface, problems: &mut Problems) {
    let place = format!("{place}{}.", item.name);
    let mut scope = Scope::new(place.clone(), problems);
    for method in &item.methods {
        scope.claim(names::snake(&method.name), &method.name);
    }
    for method in &item.methods {
        record(format!("{place}{}.", method.name), &method.params, problems);
        record(
            format!("{place}{}.", method.name),
            &method.results,
            problems,
        );
        let mut errors = Scope::new(format!("{place}{}.", method.name), problems);
        let others = "every other error";
        (errors.owners).insert("Exception".to_owned(), others.to_owned());
        for error in method.errors.iter().filter(|error| !error.standard) {
            errors.claim(names::camel(&error.field.name), &error.field.name);
        }
    }
}

fn record(place: String, record: &Record, problems: &mut Problems) {
    let mut scope = Scope::new(place, problems);
    for field in &record.fields {
        scope.claim(names::snake(field.rust_name()), &field.name);
    }
}

/// Every module has one file behind it.
fn modules(model: &Model, problems: &mut Problems) {
    let files: Vec<_> = model
        .files
        .iter()
        .filter(|file| file.external.is_none() && !file.items.is_empty())
        .collect();
    let mut scope = Scope::new(String::new(), problems);
    for file in &files {
        scope.claim(file.module.join("::"), &file.name);
    }
    for file in &files {
        for depth in 1..file.module.len() {
            let folder = file.module[..depth].join("::");
            if let Some(other) = files.iter().find(|other| other.module.join("::") == folder) {
                let problem = format!(
                    "the Rust module `{folder}` is both this schema and the folder of `{}`",
                    file.name
                );
                scope.problems.push(
                    Problem::at(&other.name, problem).help("rename the schema or the folder"),
                );
                break;
            }
        }
    }
}
