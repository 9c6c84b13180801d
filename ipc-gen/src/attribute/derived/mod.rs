//! Rust as the source: the schema that a trait or type declares.

mod data;
mod file;
mod interface;
mod ordinals;
mod types;

pub(super) use data::{enumeration, structure};
pub(crate) use file::{File, file_id};
pub(super) use interface::interface;
use types::{Kind, Mentioned};

/// A declaration in the language of schemas.
#[derive(Debug)]
pub(crate) struct Declaration {
    id: u64,
    name: String,
    kind: Kind,
    text: String,
    /// What it refers to, and does not declare itself.
    mentioned: Mentioned,
}

impl Declaration {
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// A Rust comment as a schema has it.
fn comment(attributes: &[syn::Attribute], indent: &str) -> String {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|one| one.path().is_ident("doc")) {
        let syn::Meta::NameValue(meta) = &attribute.meta else {
            continue;
        };
        let syn::Expr::Lit(literal) = &meta.value else {
            continue;
        };
        if let syn::Lit::Str(line) = &literal.lit {
            for line in line.value().lines() {
                let line = format!("{indent}#{line}");
                text.push_str(line.trim_end());
                text.push('\n');
            }
            if line.value().is_empty() {
                text.push_str(&format!("{indent}#\n"));
            }
        }
    }
    text
}
