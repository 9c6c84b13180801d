//! Finds the declaration that a trait or type is held against.

use std::collections::BTreeSet;
use std::path::PathBuf;

use syn::LitStr;

use super::arguments::Arguments;
use super::errors::Errors;
use crate::check;
use crate::compiler::suggest::choice;
use crate::error::Problems;
use crate::model::{self, Item, Model, Overrides, Selectors};
use crate::schema::{self, Input};

/// A schema that was read.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) model: Model,
    /// The index of the file that was named.
    pub(super) file: usize,
    /// The files that the result depends on.
    pub(super) read: BTreeSet<PathBuf>,
}

/// Reads the schema that the arguments name.
pub(super) fn load(arguments: &Arguments, schema: &LitStr, errors: &mut Errors) -> Option<Schema> {
    let path = below_manifest(schema);
    let folders = |given: &[LitStr]| given.iter().map(below_manifest).collect::<Vec<_>>();
    let mut src_prefixes = folders(&arguments.src_prefixes);
    if src_prefixes.is_empty() {
        src_prefixes.extend(
            path.parent()
                .filter(|folder| folder.is_dir())
                .map(PathBuf::from),
        );
    }
    let input = Input {
        files: vec![path.clone()],
        src_prefixes,
        import_paths: folders(&arguments.import_paths),
        capnp: None,
    };
    if let Err(error) = std::fs::metadata(&path) {
        let message = format!("cannot read the schema `{}`: {error}", path.display());
        errors.push(
            schema,
            message,
            "the path is relative to the folder of Cargo.toml",
        );
        return None;
    }
    let loaded = match schema::load_own(&input) {
        Ok(loaded) => loaded,
        Err(error) => {
            let message = format!("the schema does not compile\n{error}");
            errors.add(syn::Error::new(schema.span(), message));
            return None;
        }
    };
    let mut problems = Problems::default();
    let mut overrides = Overrides::new(&[]);
    let model = model::lower(
        &loaded,
        &mut Selectors::new([]),
        &mut overrides,
        &mut problems,
    );
    check::check(&model, &mut problems);
    if !problems.is_empty() {
        problems.locate(&loaded.positions().collect());
    }
    if let Err(error) = problems.into_result() {
        let message = format!("the schema has no Rust\n{error}");
        errors.add(syn::Error::new(schema.span(), message));
        return None;
    }
    let name = loaded.name_of(&path);
    let file = model
        .files
        .iter()
        .position(|file| Some(file.name.as_str()) == name);
    let Some(file) = file else {
        errors.push(
            schema,
            "the schema declares nothing of its own",
            "name another file",
        );
        return None;
    };
    Some(Schema {
        file,
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
