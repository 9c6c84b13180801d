//! Reads schemas: from files on disk to plain facts about what they declare.

mod bundled;
mod compile;
mod disk;
mod excerpts;
mod facts;
mod memory;
mod positions;
mod request;
mod scan;
mod sources;
mod staged;
mod values;

use std::path::{Path, PathBuf};

pub use facts::{
    Annotation, Base, Binding, Body, Brand, Child, Enumerant, Field, FieldKind, Id, Method, Node,
    Parameter, PointerKind, Schema, Struct, Type,
};
pub(crate) use memory::load_text;
pub(crate) use positions::Positions;
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
    /// The compiler's own files, of which it tells what the others refer to.
    pub(crate) standard: Vec<SchemaFile>,
    pub(crate) sources: Sources,
}

impl Loaded {
    /// The name that readers know a file by that code is generated from.
    pub(crate) fn name_of(&self, path: &Path) -> Option<&str> {
        let path = path.canonicalize().ok()?;
        let mut sources = self.sources.files.iter();
        let source = sources.find(|source| source.path == path)?;
        Some(&source.name)
    }

    /// Where everything stands in the files, by their names, as far as they can still be read.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (String, Positions)> {
        self.sources.files.iter().filter_map(|source| {
            let text = std::fs::read_to_string(&source.path).ok()?;
            Some((source.name.clone(), Positions::of(&text)))
        })
    }
}

/// Reads the files of the input and everything that they import.
pub(crate) fn load(input: &Input) -> Result<Loaded, Error> {
    let sources = Sources::find(input)?;
    let compiled = compile::compile(input, &sources)?;
    loaded(sources, compiled)
}

/// Does what [`load`] does, without running any program.
pub(crate) fn load_own(input: &Input) -> Result<Loaded, Error> {
    let sources = Sources::find(input)?;
    let compiled = compile::compile_own(&sources)?;
    loaded(sources, compiled)
}

fn loaded(mut sources: Sources, compiled: compile::Compiled) -> Result<Loaded, Error> {
    sources.read.extend(compiled.read);
    let schema = decode(&compiled.request)?;
    if schema.requested.len() != sources.files.len() {
        return Err(Problem::new("the schema compiler left out some of the files").into());
    }
    let found =
        (sources.files.iter().zip(&schema.requested)).map(|(source, requested)| SchemaFile {
            id: requested.id,
            name: source.name.clone(),
        });
    let (files, standard) = (found.collect(), standard_files(&schema));
    Ok(Loaded {
        schema,
        files,
        standard,
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
    let standard = standard_files(&schema);
    Ok(Loaded {
        schema,
        files,
        standard,
        sources: Sources::default(),
    })
}

/// The file of what streaming methods return, for which generated code needs no type.
const STREAM_FILE: Id = 0x86c3_66a9_1393_f3f8;

/// The standard files that something refers to, by their standard names, wherever they were found.
/// They are not asked for, since not every compiler can be.
fn standard_files(schema: &Schema) -> Vec<SchemaFile> {
    let is_requested = |id| schema.requested.iter().any(|requested| requested.id == id);
    let files = schema.nodes.iter().filter_map(|(id, node)| {
        let is_file = matches!(node.body, Body::File) && *id != STREAM_FILE;
        let name = sources::standard_name(&node.display_name)?;
        (is_file && !is_requested(*id)).then(|| SchemaFile {
            id: *id,
            name: name.to_owned(),
        })
    });
    files.collect()
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
