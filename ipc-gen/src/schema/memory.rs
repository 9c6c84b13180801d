//! A schema that stands in no file.

use std::path::{Path, PathBuf};

use super::{Loaded, SchemaFile, Sources, bundled, decode, excerpts, standard_files};
use crate::compiler;
use crate::error::{Error, Problem};

struct Memory<'a> {
    name: &'a str,
    text: &'a str,
}

impl compiler::Sources for Memory<'_> {
    fn find(&self, _: &Path, path: &str) -> Option<PathBuf> {
        bundled::find(path.strip_prefix('/')?)
    }

    fn name(&self, key: &Path) -> String {
        bundled::name(key).unwrap_or(self.name).to_owned()
    }

    fn place(&self, key: &Path) -> String {
        self.name(key)
    }

    fn read(&self, key: &Path) -> std::io::Result<Vec<u8>> {
        Ok(bundled::read(key).unwrap_or(self.text).into())
    }
}

/// Reads a schema by its text, under this name.
pub(crate) fn load_text(name: &str, text: &str) -> Result<Loaded, Error> {
    let memory = Memory { name, text };
    let compiled = compiler::compile(&memory, &[PathBuf::from(name)]);
    let compiled = compiled.map_err(|failure| excerpts::show(&failure))?;
    let schema = decode(&compiled.request)?;
    let Some(requested) = schema.requested.first() else {
        return Err(Problem::new("the schema compiler left out the file").into());
    };
    let file = SchemaFile {
        id: requested.id,
        name: name.to_owned(),
    };
    let standard = standard_files(&schema);
    Ok(Loaded {
        schema,
        files: vec![file],
        standard,
        sources: Sources::default(),
    })
}
