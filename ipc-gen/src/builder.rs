//! The front for build scripts, and for programs that want the generated code in memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use quote::ToTokens;

use crate::emit::{self, Generated, Options};
use crate::error::{Error, Problem, Problems};
use crate::model::Model;
use crate::schema::{self, Input, Sources};
use crate::{check, model};

/// Generates Rust from schemas.
///
/// In a build script it writes a module tree that the crate includes with
/// `ipc_runtime::include_generated!()`:
///
/// ```no_run
/// // build.rs
/// fn main() -> Result<(), ipc_gen::Error> {
///     ipc_gen::Builder::new()
///         .src_prefix("schema")
///         .import_path("schema")
///         .compile(&["schema/echo.capnp", "schema/init.capnp"])
/// }
/// ```
///
/// What a schema imports is generated too. The imports `/mp/proxy.capnp`, `/capnp/c++.capnp` and
/// `/capnp/rust.capnp` need no import path.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    input: Input,
    out_dir: Option<PathBuf>,
    runtime_path: String,
    serde: bool,
    extern_modules: BTreeMap<String, String>,
    nullable: Vec<String>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            input: Input::default(),
            out_dir: None,
            runtime_path: "::ipc_runtime".to_owned(),
            serde: false,
            extern_modules: BTreeMap::new(),
            nullable: Vec::new(),
        }
    }
}

impl Builder {
    /// Starts with the defaults: no prefix, no import path, the output folder of the build.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the folder that modules mirror: with the prefix `schema`, `schema/v32/echo.capnp` becomes
    /// the module `v32::echo`. Several can be given.
    pub fn src_prefix(mut self, folder: impl AsRef<Path>) -> Self {
        self.input.src_prefixes.push(folder.as_ref().to_owned());
        self
    }

    /// Adds a folder where imports that begin with `/` are looked up, before they are in the prefixes.
    /// Several can be given; the first that has the file wins.
    pub fn import_path(mut self, folder: impl AsRef<Path>) -> Self {
        self.input.import_paths.push(folder.as_ref().to_owned());
        self
    }

    /// Sets the output folder, which is the environment variable `OUT_DIR` otherwise.
    pub fn out_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.out_dir = Some(folder.as_ref().to_owned());
        self
    }

    /// Runs this `capnp` command instead of the built-in schema compiler. The environment variable
    /// `CAPNP` does the same.
    pub fn capnp(mut self, command: impl AsRef<Path>) -> Self {
        self.input.capnp = Some(command.as_ref().to_owned());
        self
    }

    /// Sets the path by which generated code reaches the runtime crate: `::ipc_runtime` by default.
    pub fn runtime_path(mut self, path: impl Into<String>) -> Self {
        self.runtime_path = path.into();
        self
    }

    /// Derives serde's `Serialize` and `Deserialize` on structs, unions and enums, with the schema's
    /// names, for a crate that depends on `serde` with its feature `derive`. Types that can hold
    /// objects are left out.
    pub fn serde(mut self, serde: bool) -> Self {
        self.serde = serde;
        self
    }

    /// Generates nothing for an imported schema, and refers to the module that another crate has for
    /// it: `extern_module("common.capnp", "::other_crate::common")`.
    pub fn extern_module(mut self, file: impl Into<String>, path: impl Into<String>) -> Self {
        self.extern_modules.insert(file.into(), path.into());
        self
    }

    /// Makes a result, parameter or field an `Option`, where null is a value like others rather than a
    /// mistake of the peer. For schemas that one does not own; in one's own, annotate the member with
    /// `nullable` of `/ipc.capnp`.
    ///
    /// The member is named as in messages of `ipc-gen`, as much of it as is needed:
    /// `v32/mining.capnp:Mining.waitNext.result`, or `Mining.waitNext.result`. A selector that names
    /// nothing is an error.
    pub fn nullable(mut self, selector: impl Into<String>) -> Self {
        self.nullable.push(selector.into());
        self
    }

    /// Generates code from the schemas and writes it to the output folder, for a build script.
    ///
    /// Tells Cargo which files and variables the result depends on, and leaves files untouched that
    /// stay the same.
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with the schemas. Nothing is written then.
    pub fn compile(&self, schemas: &[impl AsRef<Path>]) -> Result<(), Error> {
        let out_dir = match (&self.out_dir, std::env::var_os("OUT_DIR")) {
            (Some(folder), _) => folder.clone(),
            (None, Some(folder)) => folder.into(),
            (None, None) => {
                return Err(Problem::new("there is no output folder: OUT_DIR is not set")
                    .help("call this from a build script, or set the folder with `Builder::out_dir`")
                    .into());
            }
        };
        let (generated, sources) = self.run(schemas)?;
        for file in &sources.read {
            println!("cargo::rerun-if-changed={}", file.display());
        }
        println!("cargo::rerun-if-env-changed=CAPNP");
        write(&out_dir, &generated.include_tree())
    }

    /// Generates code from the schemas and returns it, by the path of each file: a module tree with
    /// `mod.rs` files, to be kept with a crate's own source. The `ipc-gen` command writes the same.
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with the schemas.
    pub fn generate(
        &self,
        schemas: &[impl AsRef<Path>],
    ) -> Result<BTreeMap<String, String>, Error> {
        let (generated, _) = self.run(schemas)?;
        Ok(generated.source_tree())
    }

    fn run(&self, schemas: &[impl AsRef<Path>]) -> Result<(Generated, Sources), Error> {
        let runtime: syn::Path = syn::parse_str(&self.runtime_path).map_err(|_| {
            Problem::new(format!(
                "the runtime path `{}` is not a Rust path",
                self.runtime_path
            ))
            .help("give a path such as `::ipc_runtime` or `crate::runtime`")
        })?;
        let mut input = self.input.clone();
        input.files = schemas
            .iter()
            .map(|file| file.as_ref().to_owned())
            .collect();
        let loaded = schema::load(&input)?;
        let mut problems = Problems::default();
        let mut model = model::lower(&loaded, &self.nullable, &mut problems);
        self.set_externs(&mut model, &mut problems);
        check::check(&model, &mut problems);
        problems.into_result()?;
        let generated = emit::emit(
            &model,
            &Options {
                runtime: runtime.to_token_stream(),
                serde: self.serde,
            },
        )?;
        Ok((generated, loaded.sources))
    }

    /// Takes the files out of the output that another crate has.
    fn set_externs(&self, model: &mut Model, problems: &mut Problems) {
        for (name, path) in &self.extern_modules {
            let Ok(path) = syn::parse_str::<syn::Path>(path) else {
                let problem = format!("the module `{path}` of another crate is not a Rust path");
                problems.push(
                    Problem::at(name, problem).help("give a path such as `::other_crate::common`"),
                );
                continue;
            };
            match model.files.iter_mut().find(|file| file.name == *name) {
                Some(file) => file.external = Some(path.to_token_stream()),
                None => problems.push(
                    Problem::at(
                        name,
                        "no schema imports this file, so it is no other crate's",
                    )
                    .help("name it by its path below the source prefix, or leave it out"),
                ),
            }
        }
    }
}

/// Writes files below a folder, except those that are there with the same contents already.
///
/// # Errors
///
/// Fails with the first file that cannot be written.
pub fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), Error> {
    for (name, contents) in files {
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|present| present == contents.as_bytes()) {
            continue;
        }
        let parents = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        parents
            .and_then(|()| std::fs::write(&path, contents))
            .map_err(|error| {
                Problem::at(
                    path.display().to_string(),
                    format!("cannot write the file: {error}"),
                )
            })?;
    }
    Ok(())
}
