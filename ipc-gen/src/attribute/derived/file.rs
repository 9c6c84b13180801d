//! Declarations as a whole schema file.

use std::fmt::Write;

use super::Declaration;
use super::types::{Kind, Mentioned};

/// A schema file that is made from Rust.
#[derive(Debug)]
pub(crate) struct File {
    id: u64,
    declarations: Vec<Declaration>,
}

impl File {
    pub(crate) fn new(id: u64, declarations: Vec<Declaration>) -> Self {
        Self { id, declarations }
    }

    /// What the declarations refer to and none of them is.
    pub(crate) fn missing(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.open().into_iter().map(|(name, kind)| {
            let kind = match kind {
                Kind::Struct => "struct",
                Kind::Enum => "enum",
                Kind::Interface => "interface",
            };
            (name, kind)
        })
    }

    fn open(&self) -> Vec<(&str, Kind)> {
        let mut open = Vec::new();
        let mentioned = self.declarations.iter().flat_map(|one| &one.mentioned);
        for (name, kind) in mentioned {
            let declared = self.declarations.iter().any(|one| one.name == *name);
            if !declared && !open.iter().any(|(other, _)| other == name) {
                open.push((name.as_str(), *kind));
            }
        }
        open
    }

    /// Declarations that others take for something else: an enum for a struct, say.
    pub(crate) fn mistaken(&self) -> impl Iterator<Item = (&str, bool)> {
        let mentioned: Vec<&Mentioned> =
            self.declarations.iter().map(|one| &one.mentioned).collect();
        self.declarations.iter().filter_map(move |one| {
            let other = mentioned.iter().find_map(|all| all.get(&one.name))?;
            (*other != one.kind).then_some((one.name.as_str(), one.kind == Kind::Enum))
        })
    }

    /// The file's text. What the declarations refer to is declared without anything in it, for a look at one
    /// of them alone.
    pub(crate) fn with_stubs(&self) -> String {
        let mut text = self.text();
        for (name, kind) in self.open() {
            let _ = match kind {
                Kind::Struct => writeln!(text, "\nstruct {name} {{}}"),
                Kind::Enum => writeln!(text, "\nenum {name} {{ first @0; }}"),
                Kind::Interface => writeln!(text, "\ninterface {name} {{}}"),
            };
        }
        text
    }

    /// The file's text.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("@{:#018x};\n", self.id);
        let uses = |name: &str| self.declarations.iter().any(|one| one.text.contains(name));
        let mut imports = String::new();
        if uses("Proxy.") {
            imports.push_str("using Proxy = import \"/mp/proxy.capnp\";\n");
        }
        if uses("$Ipc.") {
            imports.push_str("using Ipc = import \"/ipc.capnp\";\n");
        }
        if !imports.is_empty() {
            text.push('\n');
            text.push_str(&imports);
        }
        for declaration in &self.declarations {
            text.push('\n');
            text.push_str(&declaration.text);
        }
        text
    }
}

/// The id of a file whose first declaration has this id.
pub(crate) fn file_id(declaration: u64) -> u64 {
    let digest = md5::compute(format!("file of {declaration:#018x}")).0;
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(bytes) | 1 << 63
}
