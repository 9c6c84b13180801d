//! Reads schemas: from files on disk to plain facts about what they declare.

mod bundled;
mod compile;
mod disk;
mod excerpts;
mod facts;
mod request;
mod scan;
mod sources;
mod values;

use std::path::PathBuf;

pub(crate) use facts::{
    Annotation, Base, Binding, Body, Brand, Child, Enumerant, Field, FieldKind, Id, Method, Node,
    Parameter, PointerKind, Schema, Struct, Type,
};
pub(crate) use sources::Sources;

use crate::error::{Error, Problem};

/// What to read, and how.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) src_prefixes: Vec<PathBuf>,
    pub(crate) import_paths: Vec<PathBuf>,
    /// The schema compiler to run instead of the one that the environment or the build chose.
    pub(crate) capnp: Option<PathBuf>,
}

/// A schema file by its id and by the name that readers know it by.
#[derive(Debug)]
pub(crate) struct SchemaFile {
    pub(crate) id: Id,
    pub(crate) name: String,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) schema: Schema,
    /// The files to generate code from, by name.
    pub(crate) files: Vec<SchemaFile>,
    pub(crate) sources: Sources,
}

/// Reads the files of the input and everything that they import.
pub(crate) fn load(input: &Input) -> Result<Loaded, Error> {
    let mut sources = Sources::find(input)?;
    let compiled = compile::compile(input, &sources)?;
    sources.read.extend(compiled.read);
    let schema = decode(&compiled.request)?;
    if schema.requested.len() != sources.files.len() {
        return Err(Problem::new("the schema compiler left out some of the files").into());
    }
    let files = (sources.files.iter().zip(&schema.requested))
        .map(|(source, requested)| SchemaFile {
            id: requested.id,
            name: source.name.clone(),
        })
        .collect();
    Ok(Loaded {
        schema,
        files,
        sources,
    })
}

/// Compiles the files of the input, and only those, to the bytes of a `CodeGeneratorRequest`.
pub(crate) fn request(input: &Input) -> Result<Vec<u8>, Error> {
    let (sources, files) = Sources::given(input)?;
    Ok(compile::run_own(&sources, &files)?.request)
}

/// Reads what a schema compiler has said about the files that it was asked for.
pub(crate) fn load_request(bytes: &[u8]) -> Result<Loaded, Error> {
    let schema = decode(bytes)?;
    let mut files: Vec<_> = (schema.requested.iter())
        .map(|requested| SchemaFile {
            id: requested.id,
            name: requested.name.clone(),
        })
        .collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Loaded {
        schema,
        files,
        sources: Sources::default(),
    })
}

fn decode(bytes: &[u8]) -> Result<Schema, Error> {
    request::read(bytes).map_err(|error| {
        Problem::new(format!(
            "cannot make sense of what the schema compiler said: {error}"
        ))
        .help("the compiler must be `capnp` 0.9.2 or newer")
        .into()
    })
}
