//! What schemas declare, for programs that have to know it at run time.
//!
//! It says where everything is in messages, as the schema compiler laid it out. Numbers of fields, methods and enumerants
//! are their indexes.

use std::path::PathBuf;

use crate::bitcoin_types;
use crate::error::Error;
use crate::model::ends_with;
use crate::schema::{self, Input};

pub use crate::model::types::{Scalar, Value};
pub use crate::schema::{
    Annotation, Base, Binding, Body, Brand, Child, Enumerant, Field, FieldKind, Id, Method, Node,
    Parameter, PointerKind, Schema, Struct, Type,
};

/// Reads schema files, and everything that they import. Imports that begin with `/` are looked up in the import paths.
///
/// # Errors
///
/// What is wrong with the files, in full.
pub fn compile(files: &[PathBuf], import_paths: &[PathBuf]) -> Result<Reflected, Error> {
    let input = Input {
        files: files.to_vec(),
        import_paths: import_paths.to_vec(),
        ..Input::default()
    };
    Ok(Reflected::of(schema::load_own(&input)?))
}

/// Reads a `CodeGeneratorRequest`, which [`Builder::request`](crate::Builder::request) makes.
///
/// # Errors
///
/// Bytes that are none.
pub fn read_request(bytes: &[u8]) -> Result<Reflected, Error> {
    Ok(Reflected::of(schema::load_request(bytes)?))
}

/// Whether a member of a file is a hash of a block or a transaction, or a list of them, as Bitcoin Core's schemas have them,
/// which people write with the last byte first. Its place is as in messages of `ipc-gen`:
/// `v32/mining.capnp:Mining.waitTipChanged.currentTip`.
pub fn is_bitcoin_hash(file: Id, place: &str) -> bool {
    bitcoin_types::FILES.contains(&file)
        && bitcoin_types::hashes().any(|selector| ends_with(place, selector))
}

/// What was read.
#[derive(Debug)]
pub struct Reflected {
    /// Everything that is declared.
    pub schema: Schema,
    /// The files that were asked for.
    pub files: Vec<Id>,
}

impl Reflected {
    fn of(loaded: schema::Loaded) -> Self {
        Self {
            files: loaded.files.iter().map(|file| file.id).collect(),
            schema: loaded.schema,
        }
    }
}
