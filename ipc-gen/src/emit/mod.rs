//! From the model to Rust source: a pure function, so the same model always gives the same text.

mod adapter;
mod beside;
mod consts;
mod custom;
mod descriptions;
mod docs;
mod errors;
mod interface;
mod json;
mod layout;
mod merge;
mod phantom;
mod proxy;
mod rt;
mod serde;
mod structs;
mod tree;
mod unions;
mod values;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::error::{Error, Problem};
use crate::model::{File, Item, Model, Named};
use crate::names;
pub(crate) use beside::{Beside, Kind};
pub(crate) use docs::docs;
pub(crate) use json::Case as JsonRpc;
use layout::Piece;
use rt::Paths;
pub(crate) use rt::idents;
pub(crate) use structs::enumerant_ident;
pub(crate) use tree::Generated;
pub(crate) use unions::unknown_ident;

/// How generated code is to look.
#[derive(Debug)]
pub(crate) struct Options {
    /// The path of the runtime crate.
    pub(crate) runtime: TokenStream,
    /// Whether values are for serde too.
    pub(crate) serde: bool,
    /// Whether interfaces are for JSON-RPC too, and how their methods are named then.
    pub(crate) json_rpc: Option<JsonRpc>,
    /// Where the code goes beside a user's own.
    pub(crate) beside: Option<Beside>,
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
    let generated = |file: &&File| file.external.is_none() && !file.items.is_empty();
    for file in model.files.iter().filter(generated) {
        let pieces = Emitter::new(model, options, file.module.clone(), &file.items).pieces();
        let body = layout::format(pieces).map_err(|error| {
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

/// Writes the items of one module.
pub(crate) struct Emitter<'a> {
    model: &'a Model,
    options: &'a Options,
    /// From the root of the generated modules.
    path: Vec<String>,
    items: &'a [Item],
    paths: Paths,
}

impl<'a> Emitter<'a> {
    fn new(model: &'a Model, options: &'a Options, path: Vec<String>, items: &'a [Item]) -> Self {
        let mut declared = BTreeSet::new();
        for item in items {
            declared.extend(item.type_name().map(str::to_owned));
            if let Item::Interface(item) = item {
                declared.extend([names::proxy(&item.name), names::adapter(&item.name)]);
                declared.extend(options.json_rpc.map(|_| names::json_client(&item.name)));
            }
        }
        Self {
            model,
            options,
            path,
            items,
            paths: Paths::new(&options.runtime, declared),
        }
    }

    /// The items of the module, each formatted on its own later.
    fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for item in self.items {
            let items = match item {
                Item::Const(item) => vec![self.constant(item)],
                Item::Enum(item) => self.enumeration(item),
                Item::Struct(item) => self.structure(item),
                Item::Union(item) => self.union(item),
                Item::Interface(item) => {
                    [self.interface(item), self.proxy(item), self.adapter(item)].concat()
                }
                Item::Module(module) => {
                    pieces.push(self.module(module));
                    continue;
                }
            };
            let items = items.into_iter().chain(self.json(item));
            pieces.extend(items.map(Piece::Item));
        }
        let imports = self
            .paths
            .imports(pieces.iter().filter_map(|piece| match piece {
                Piece::Item(item) => Some(item),
                Piece::Module { .. } => None,
            }));
        if !imports.is_empty() {
            pieces.insert(0, Piece::Item(imports));
        }
        pieces
    }

    /// What JSON-RPC needs of an item, if it is wanted.
    fn json(&self, item: &Item) -> Vec<TokenStream> {
        let Some(case) = self.options.json_rpc else {
            return Vec::new();
        };
        match item {
            Item::Enum(item) => vec![self.json_enum(item)],
            Item::Struct(item) => vec![self.json_struct(item)],
            Item::Union(item) => vec![self.json_union(item)],
            Item::Interface(item) => self.json_interface(item, case),
            Item::Const(_) | Item::Module(_) => Vec::new(),
        }
    }

    fn module(&self, module: &crate::model::Module) -> Piece {
        let name = names::ident(&module.name);
        let docs = format!(" What is declared inside of `{}`.", module.owner);
        let same_name = self.path.last() == Some(&module.name);
        let allow = same_name
            .then(|| quote!(#[allow(clippy::module_inception, reason = "the schema has it so")]));
        let path = [self.path.as_slice(), std::slice::from_ref(&module.name)].concat();
        Piece::Module {
            head: quote!(#[doc = #docs] #allow pub mod #name {}),
            pieces: Emitter::new(self.model, self.options, path, &module.items).pieces(),
        }
    }

    /// The path to a generated type, seen from this module.
    fn path_to(&self, named: &Named, type_name: &str) -> TokenStream {
        if let Some(path) = self.written_path(named, type_name) {
            return path;
        }
        let type_name = names::ident(type_name);
        let Some(file) = self.model.file_of(named) else {
            return quote!(#type_name);
        };
        if let Some(external) = &file.external {
            let modules = named.place.modules.iter().map(|part| names::ident(part));
            return quote!(#external::#(#modules::)*#type_name);
        }
        let target = [file.module.as_slice(), &named.place.modules].concat();
        let common = (self.path.iter().zip(&target))
            .take_while(|(one, other)| one == other)
            .count();
        let up = self.path[common..].iter().map(|_| quote!(super::));
        let down = target[common..].iter().map(|part| names::ident(part));
        quote!(#(#up)* #(#down::)* #type_name)
    }
}
