//! From the model to Rust source: a pure function, so the same model always gives the same text.

mod adapter;
mod consts;
mod docs;
mod interface;
mod layout;
mod merge;
mod proxy;
mod rt;
mod structs;
mod tree;
mod values;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::error::{Error, Problem};
use crate::model::{File, Item, Model, Named};
use crate::names;
use rt::Paths;
pub(crate) use tree::Generated;

/// How generated code is to look.
#[derive(Debug)]
pub(crate) struct Options {
    /// The path of the runtime crate.
    pub(crate) runtime: TokenStream,
}

/// A generated module.
#[derive(Debug)]
pub(crate) struct Module {
    /// The schema behind it.
    file: String,
    /// What stands behind each `///` above the module.
    docs: Vec<String>,
    /// From the root of the generated modules: `["v32", "echo"]`.
    path: Vec<String>,
    source: String,
}

/// Writes a module for each file that declares something.
pub(crate) fn emit(model: &Model, options: &Options) -> Result<Generated, Error> {
    let mut modules = Vec::new();
    for file in model.files.iter().filter(|file| !file.items.is_empty()) {
        let items = Emitter::new(model, file, options).items();
        let body = layout::format(items).map_err(|error| {
            Problem::at(
                &file.name,
                format!("the generated code is not Rust: {error}"),
            )
            .help("this is a mistake in ipc-gen: please report it with the schema")
        })?;
        modules.push(Module {
            file: file.name.clone(),
            docs: docs::lines(&file.docs, &format!("Generated from `{}`.", file.name)),
            path: file.module.clone(),
            source: format!("{} from {}. DO NOT EDIT.\n{body}", tree::HEADER, file.name),
        });
    }
    Ok(Generated { modules })
}

/// Writes the items of one file.
struct Emitter<'a> {
    model: &'a Model,
    file: &'a File,
    paths: Paths,
}

impl<'a> Emitter<'a> {
    fn new(model: &'a Model, file: &'a File, options: &Options) -> Self {
        let mut declared = BTreeSet::new();
        for item in &file.items {
            match item {
                Item::Const(_) => {}
                Item::Enum(item) => declared.extend([item.name.clone()]),
                Item::Struct(item) => declared.extend([item.name.clone()]),
                Item::Interface(item) => declared.extend([
                    item.name.clone(),
                    names::proxy(&item.name),
                    names::adapter(&item.name),
                ]),
            }
        }
        Self {
            model,
            file,
            paths: Paths::new(&options.runtime, declared),
        }
    }

    /// The items of the module, each formatted on its own later.
    fn items(&self) -> Vec<TokenStream> {
        let mut items = Vec::new();
        if self
            .file
            .items
            .iter()
            .any(|item| matches!(item, Item::Struct(_) | Item::Interface(_)))
        {
            items.push(self.paths.imports());
        }
        for item in &self.file.items {
            match item {
                Item::Const(item) => items.push(self.constant(item)),
                Item::Enum(item) => items.extend(self.enumeration(item)),
                Item::Struct(item) => items.extend(self.structure(item)),
                Item::Interface(item) => {
                    items.extend(self.interface(item));
                    items.extend(self.proxy(item));
                    items.extend(self.adapter(item));
                }
            }
        }
        items
    }

    /// The path to a generated type, seen from this module.
    fn path_to(&self, named: &Named, type_name: &str) -> TokenStream {
        let type_name = names::ident(type_name);
        let Some(target) = self
            .model
            .file_of(named)
            .filter(|target| target.name != self.file.name)
        else {
            return quote!(#type_name);
        };
        let common = self
            .file
            .module
            .iter()
            .zip(&target.module)
            .take_while(|(one, other)| one == other);
        let common = common.count();
        let up = self.file.module[common..].iter().map(|_| quote!(super::));
        let down = target.module[common..]
            .iter()
            .map(|part| names::ident(part));
        quote!(#(#up)* #(#down::)* #type_name)
    }
}
