//! The front for build scripts, and for programs that want the generated code in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use quote::ToTokens;

use crate::emit::{self, Generated, Options};
use crate::error::{Error, Problem, Problems};
use crate::schema::{self, Input, Loaded};
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
/// What a schema imports is generated too. The imports `/mp/proxy.capnp` and `/capnp/c++.capnp` need
/// no import path.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    input: Input,
    out_dir: Option<PathBuf>,
    runtime_path: String,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            input: Input::default(),
            out_dir: None,
            runtime_path: "::ipc_runtime".to_owned(),
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

    /// Generates code from the schemas and writes it to the output folder, for a build script.
    ///
    /// Tells Cargo which files and variables the result depends on, and leaves files untouched that
    /// stay the same.
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with the schemas. Nothing is written then.
    pub fn compile(&self, schemas: &[impl AsRef<Path>]) -> Result<(), Error> {
        self.compile_sets(&[schemas])
    }

    /// Does what [`compile`](Self::compile) does for several sets of schemas that know nothing of each
    /// other, such as the versions of one interface, which share their ids.
    ///
    /// Each set needs a folder of its own, so that its modules do.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ipc_gen::Error> {
    /// ipc_gen::Builder::new()
    ///     .src_prefix("schema")
    ///     .compile_sets(&[
    ///         &["schema/v30/init.capnp"], // v30::init, and what it imports
    ///         &["schema/v31/init.capnp"], // v31::init, …
    ///     ])
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with the schemas of all sets. Nothing is written then.
    pub fn compile_sets<P: AsRef<Path>>(&self, sets: &[&[P]]) -> Result<(), Error> {
        let out_dir = match (&self.out_dir, std::env::var_os("OUT_DIR")) {
            (Some(folder), _) => folder.clone(),
            (None, Some(folder)) => folder.into(),
            (None, None) => {
                return Err(Problem::new("there is no output folder: OUT_DIR is not set")
                    .help("call this from a build script, or set the folder with `Builder::out_dir`")
                    .into());
            }
        };
        let (generated, read) = self.run(sets)?;
        for file in &read {
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
        self.generate_sets(&[schemas])
    }

    /// Does what [`generate`](Self::generate) does for several sets of schemas that know nothing of
    /// each other. See [`compile_sets`](Self::compile_sets).
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with the schemas of all sets.
    pub fn generate_sets<P: AsRef<Path>>(
        &self,
        sets: &[&[P]],
    ) -> Result<BTreeMap<String, String>, Error> {
        let (generated, _) = self.run(sets)?;
        Ok(generated.source_tree())
    }

    /// Generates code from what `capnp compile -o-` has written: a `CodeGeneratorRequest`.
    ///
    /// Modules are named after the files as the compiler was given them, without its source prefixes;
    /// those of this builder do not matter. Code is generated for the files that it was asked for.
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with the schemas.
    pub fn generate_request(&self, request: &[u8]) -> Result<BTreeMap<String, String>, Error> {
        let generated = generate(&schema::load_request(request)?, &self.options()?)?;
        Ok(generated.source_tree())
    }

    /// Generates all sets, and tells which files were read for it.
    fn run<P: AsRef<Path>>(&self, sets: &[&[P]]) -> Result<(Generated, BTreeSet<PathBuf>), Error> {
        let options = self.options()?;
        if sets.is_empty() {
            return Err(Problem::new("no schema file was given").into());
        }
        let mut generated = Vec::new();
        let mut read = BTreeSet::new();
        let mut errors = Vec::new();
        for schemas in sets {
            match self.run_set(schemas, &options, &mut read) {
                Ok(set) => generated.push(set),
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(Error::join(errors));
        }
        Ok((Generated::merge(generated)?, read))
    }

    fn run_set(
        &self,
        schemas: &[impl AsRef<Path>],
        options: &Options,
        read: &mut BTreeSet<PathBuf>,
    ) -> Result<Generated, Error> {
        let mut input = self.input.clone();
        input.files = schemas
            .iter()
            .map(|file| file.as_ref().to_owned())
            .collect();
        let loaded = schema::load(&input)?;
        read.extend(loaded.sources.read.iter().cloned());
        generate(&loaded, options)
    }

    fn options(&self) -> Result<Options, Error> {
        let runtime: syn::Path = syn::parse_str(&self.runtime_path).map_err(|_| {
            Problem::new(format!(
                "the runtime path `{}` is not a Rust path",
                self.runtime_path
            ))
            .help("give a path such as `::ipc_runtime` or `crate::runtime`")
        })?;
        Ok(Options {
            runtime: runtime.to_token_stream(),
        })
    }
}

fn generate(loaded: &Loaded, options: &Options) -> Result<Generated, Error> {
    let mut problems = Problems::default();
    let model = model::lower(loaded, &mut problems);
    check::check(&model, &mut problems);
    problems.into_result()?;
    emit::emit(&model, options)
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
