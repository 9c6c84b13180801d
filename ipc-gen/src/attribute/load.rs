//! Finds the declaration that a trait or type is held against.

use std::collections::BTreeSet;
use std::path::PathBuf;

use proc_macro2::{Ident, Span};
use syn::LitStr;

use super::arguments::Arguments;
use super::derived::{Declaration, File, file_id};
use super::errors::Errors;
use crate::compiler::suggest::choice;
use crate::error::Problems;
use crate::model::{self, Item, Model, Overrides, Wishes};
use crate::schema::{self, Input, Loaded};
use crate::{check, evolution};

/// A schema that was read.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) model: Model,
    /// The index of the file that was named.
    pub(super) file: usize,
    /// Whether it was made from one declaration, so that others are there by their names only.
    pub(super) is_derived: bool,
    /// The files that the result depends on.
    pub(super) read: BTreeSet<PathBuf>,
}

/// Reads the schema that the arguments name.
pub(super) fn load(arguments: &Arguments, schema: &LitStr, errors: &mut Errors) -> Option<Schema> {
    let loaded = read(arguments, schema, errors)?;
    let name = loaded.name_of(&below_manifest(schema)).map(str::to_owned);
    understood(loaded, name.as_deref(), schema.span(), errors)
}

/// Makes the schema of a declaration that is its own source, and holds it against the one that peers have, if
/// there is one.
pub(super) fn derive(
    arguments: &Arguments,
    declaration: Declaration,
    ident: &Ident,
    errors: &mut Errors,
) -> Option<Schema> {
    let kept = match &arguments.schema {
        Some(schema) => Some((read(arguments, schema, errors)?, schema)),
        None => None,
    };
    let name = kept
        .as_ref()
        .and_then(|(kept, schema)| kept.name_of(&below_manifest(schema)));
    let name = name.map_or_else(|| format!("{}.capnp", declaration.name()), str::to_owned);
    let declared = declaration.name().to_owned();
    let file = File::new(file_id(0), vec![declaration]);
    let derived = match schema::load_text(&name, &file.with_stubs()) {
        Ok(derived) => derived,
        Err(error) => {
            let message = format!("this makes no schema\n{error}");
            errors.add(syn::Error::new(ident.span(), message));
            return None;
        }
    };
    let mut read = BTreeSet::new();
    if let Some((kept, path)) = kept {
        let breaks = evolution::breaks(&kept, &derived, &declared);
        if !breaks.is_empty() {
            let list: Vec<_> = breaks.iter().map(|one| format!("\n  {one}")).collect();
            let message = format!(
                "this breaks peers that have `{}`:{}\nhelp: undo it, or give the changed declaration another \
                 name and id; where no peer has the old one yet, write the file anew with `ipc-gen export \
                 --break`",
                path.value(),
                list.concat()
            );
            errors.add(syn::Error::new(ident.span(), message));
            return None;
        }
        read = kept.sources.read;
    }
    let mut schema = understood(derived, Some(&name), ident.span(), errors)?;
    schema.read = read;
    schema.is_derived = true;
    Some(schema)
}

fn read(arguments: &Arguments, schema: &LitStr, errors: &mut Errors) -> Option<Loaded> {
    let path = below_manifest(schema);
    let folders = |given: &[LitStr]| given.iter().map(below_manifest).collect::<Vec<_>>();
    let mut src_prefixes = folders(&arguments.src_prefixes);
    if src_prefixes.is_empty() {
        let folder = path.parent().filter(|folder| folder.is_dir());
        src_prefixes.extend(folder.map(PathBuf::from));
    }
    if let Err(error) = std::fs::metadata(&path) {
        let message = format!("cannot read the schema `{}`: {error}", schema.value());
        let help = if arguments.id.is_some() {
            "the path is relative to the folder of Cargo.toml; `ipc-gen export` writes the file"
        } else {
            "the path is relative to the folder of Cargo.toml"
        };
        errors.push(schema, message, help);
        return None;
    }
    let input = Input {
        files: vec![path],
        src_prefixes,
        import_paths: folders(&arguments.import_paths),
        capnp: None,
    };
    let loaded = schema::load_own(&input).map_err(|error| {
        let message = format!("the schema does not compile\n{error}");
        errors.add(syn::Error::new(schema.span(), message));
    });
    loaded.ok()
}

/// What the file of that name declares, in terms of Rust.
fn understood(
    loaded: Loaded,
    name: Option<&str>,
    span: Span,
    errors: &mut Errors,
) -> Option<Schema> {
    let mut problems = Problems::default();
    let mut overrides = Overrides::new(&[], false);
    let mut wishes = Wishes::new(&[], &[]);
    let model = model::lower(&loaded, &mut wishes, &mut overrides, &mut problems);
    check::check(&model, &mut problems);
    if !problems.is_empty() {
        problems.locate(&loaded.positions().collect());
    }
    if let Err(error) = problems.into_result() {
        let message = format!("the schema has no Rust\n{error}");
        errors.add(syn::Error::new(span, message));
        return None;
    }
    let mut names = model.files.iter().map(|file| Some(file.name.as_str()));
    let Some(file) = names.position(|file| file == name) else {
        let message = "the schema declares nothing of its own\nhelp: name another file";
        errors.add(syn::Error::new(span, message));
        return None;
    };
    Some(Schema {
        file,
        is_derived: false,
        read: loaded.sources.read,
        model,
    })
}

impl Schema {
    /// The name of the file that was named.
    pub(super) fn name(&self) -> &str {
        self.model
            .files
            .get(self.file)
            .map_or("", |file| &file.name)
    }

    /// Finds a declaration by its name with those of the scopes around it; `what` is what it has to be.
    pub(super) fn find<'s, T>(
        &'s self,
        name: &str,
        what: &str,
        of: impl Fn(&'s Item) -> Option<(&'s str, T)>,
    ) -> Result<T, (String, String)> {
        let items = self
            .model
            .files
            .get(self.file)
            .map(|file| file.items.as_slice());
        let mut found = Vec::new();
        collect(items.unwrap_or_default(), "", &of, &mut found);
        let names: Vec<_> = found.iter().map(|(name, _)| name.clone()).collect();
        if let Some((_, item)) = found.into_iter().find(|(other, _)| other == name) {
            return Ok(item);
        }
        let file = self.name();
        let message = format!("`{file}` has no {what} `{name}`");
        let help = choice(name, what, names.iter()).map(|help| sentence(&help));
        let help = help
            .unwrap_or_else(|| format!("declare it there, or name the file that has the {what}."));
        Err((message, help))
    }

    /// The names of everything that some file declares, as Rust has them.
    pub(super) fn type_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for file in &self.model.files {
            type_names(&file.items, &mut names);
        }
        names
    }
}

fn collect<'s, T>(
    items: &'s [Item],
    scope: &str,
    of: &impl Fn(&'s Item) -> Option<(&'s str, T)>,
    found: &mut Vec<(String, T)>,
) {
    for item in items {
        if let Item::Module(module) = item {
            let scope = format!("{scope}{}.", module.owner);
            collect(&module.items, &scope, of, found);
        } else if let Some((name, item)) = of(item) {
            found.push((format!("{scope}{name}"), item));
        }
    }
}

fn type_names(items: &[Item], names: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Module(module) => type_names(&module.items, names),
            Item::Interface(item) => {
                names.extend([item.name.clone(), crate::names::proxy(&item.name)]);
            }
            item => names.extend(item.type_name().map(str::to_owned)),
        }
    }
}

/// A path of the user's crate.
fn below_manifest(path: &LitStr) -> PathBuf {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    folder.unwrap_or_default().join(path.value())
}

/// The hint with an end to it.
fn sentence(help: &str) -> String {
    if help.ends_with('?') {
        help.to_owned()
    } else {
        format!("{help}.")
    }
}
