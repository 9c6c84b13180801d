//! The front for build scripts, and for programs that want the generated code in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use quote::ToTokens;

use crate::emit::{self, Generated, JsonRpc, Options};
use crate::error::{Error, Problem, Problems};
use crate::model::{Model, Overrides, Wishes};
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
/// What a schema imports is generated too. Cap'n Proto's own schemas, such as `/capnp/c++.capnp`, as well
/// as `/mp/proxy.capnp` and `/ipc.capnp`, need no import path.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    input: Input,
    out_dir: Option<PathBuf>,
    runtime_path: String,
    serde: bool,
    json_rpc: Option<JsonRpc>,
    extern_modules: BTreeMap<String, String>,
    nullable: Vec<String>,
    partial: Vec<String>,
    type_overrides: Vec<(String, String)>,
    bitcoin_types: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            input: Input::default(),
            out_dir: None,
            runtime_path: "::ipc_runtime".to_owned(),
            serde: false,
            json_rpc: None,
            extern_modules: BTreeMap::new(),
            nullable: Vec::new(),
            partial: Vec::new(),
            type_overrides: Vec::new(),
            bitcoin_types: false,
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

    /// Generates JSON-RPC too, for a crate that depends on `ipc-json-rpc`: the JSON form of structs, unions and enums, the
    /// interfaces as methods (`ipc_json_rpc::module`), and `EchoJsonRpcClient`, which implements the trait `Echo`.
    ///
    /// Methods are named `blockTemplate_waitNext`, and parameters and fields as in the schema. Interfaces with type
    /// parameters are left out. Rust types of one's own need `ipc_json_rpc::JsonValue`.
    pub fn json_rpc(mut self, json_rpc: bool) -> Self {
        self.json_rpc = json_rpc.then_some(JsonRpc::Camel);
        self
    }

    /// As [`json_rpc`](Self::json_rpc), with methods that are named `block_template_wait_next`.
    pub fn json_rpc_in_snake_case(mut self) -> Self {
        self.json_rpc = Some(JsonRpc::Snake);
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

    /// Lets implementations of an interface leave methods out: callers of those are told that they are not
    /// implemented, as by a peer with an older schema. For mocks, and for interfaces that grow; otherwise a
    /// method that was forgotten does not compile.
    ///
    /// The interface is named as in messages of `ipc-gen`, as much of it as is needed:
    /// `multiprocess/wallet.capnp:Wallet`, or `Wallet`; `multiprocess/wallet.capnp` means all that this file
    /// declares. A selector that names nothing is an error.
    pub fn partial(mut self, selector: impl Into<String>) -> Self {
        self.partial.push(selector.into());
        self
    }

    /// Puts a Rust type of one's own in the place of the schema's, in structs, unions, traits and
    /// proxies. For schemas that one does not own; in one's own, annotate with `type` of `/ipc.capnp`.
    ///
    /// The selector names a field, parameter or result, as for [`nullable`](Self::nullable), or a struct or
    /// enum, which means wherever a member or the elements of a list have that type. Constants and type
    /// arguments keep the schema's types. The Rust type is a path that begins with `::` or `crate::`; for a
    /// list, `Vec<crate::Height>` stands for its elements, and anything else for all of it.
    ///
    /// ```
    /// let builder = ipc_gen::Builder::new()
    ///     .type_override("BlockRef.hash", "crate::BlockHash")
    ///     .type_override("mining.capnp:BlockRef", "crate::Tip")
    ///     .type_override("Mining.getTransactions.ids", "Vec<::bitcoin::Txid> with crate::convert::txid");
    /// ```
    ///
    /// The type implements `ipc_runtime::CustomValue`. Where it cannot, since it is another crate's, a
    /// module of functions is named after `with`:
    ///
    /// ```
    /// # mod bitcoin {
    /// #     pub struct Txid(pub [u8; 32]);
    /// #     impl Txid {
    /// #         pub fn from_slice(bytes: &[u8]) -> Result<Self, std::array::TryFromSliceError> {
    /// #             bytes.try_into().map(Self)
    /// #         }
    /// #     }
    /// # }
    /// mod convert {
    ///     pub mod txid {
    /// #       use super::super::bitcoin;
    ///         /// Text comes as `&str`, Data as `&[u8]`, anything else as a value. Any error will do that
    ///         /// can be displayed.
    ///         pub fn from_wire(bytes: &[u8]) -> Result<bitcoin::Txid, impl std::fmt::Display> {
    ///             bitcoin::Txid::from_slice(bytes)
    ///         }
    ///
    ///         /// Whatever is `AsRef<str>` for Text, `AsRef<[u8]>` for Data, and a value otherwise.
    ///         pub fn to_wire(txid: &bitcoin::Txid) -> &[u8] {
    ///             &txid.0
    ///         }
    ///
    ///         /// Needed only for fields of structs, whose default the schema's cannot be made into.
    ///         pub fn default() -> bitcoin::Txid {
    ///             bitcoin::Txid([0; 32])
    ///         }
    ///     }
    /// }
    /// # fn main() {
    /// #     let txid = convert::txid::default();
    /// #     assert!(convert::txid::from_wire(convert::txid::to_wire(&txid)).is_ok());
    /// # }
    /// ```
    ///
    /// The last of several that name the same counts. A selector that names nothing is an error.
    pub fn type_override(mut self, selector: impl Into<String>, ty: impl Into<String>) -> Self {
        self.type_overrides.push((selector.into(), ty.into()));
        self
    }

    /// Puts types of the crate `bitcoin-core-ipc` in the place of Data in Bitcoin Core's schemas, of whichever version:
    /// hashes, transactions, outputs, outpoints, blocks, headers, locators, scripts and fee rates. `BlockRef.hash` is a
    /// `BlockHash` then, which JSON-RPC has as people write it, the last byte first.
    ///
    /// For a crate that depends on `bitcoin-core-ipc`, with its feature `json-rpc` where it generates
    /// [JSON-RPC](Self::json_rpc). [Serde](Self::serde) has them in the same form.
    ///
    /// ```
    /// let builder = ipc_gen::Builder::new().json_rpc(true).bitcoin_types(true);
    /// ```
    ///
    /// Where no bytes mean that there is none, as for a transaction that was not found, it is an `Option`. A
    /// [`type_override`](Self::type_override), or an annotation of the schema, counts more. Members are found by the
    /// names that Bitcoin Core's schemas have, from `mining.capnp` to `wallet.capnp`; that there are none is an error.
    pub fn bitcoin_types(mut self, bitcoin_types: bool) -> Self {
        self.bitcoin_types = bitcoin_types;
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
        let loaded = schema::load_request(request)?;
        Ok(self.run_loaded(&[loaded])?.source_tree())
    }

    /// Compiles schemas to what `capnp compile -o-` writes: a `CodeGeneratorRequest`, for any of Cap'n
    /// Proto's code generators.
    ///
    /// The built-in schema compiler is used, whatever else was chosen.
    ///
    /// # Errors
    ///
    /// Fails with everything that is wrong with the schemas.
    pub fn request(&self, schemas: &[impl AsRef<Path>]) -> Result<Vec<u8>, Error> {
        let mut input = self.input.clone();
        input.files = (schemas.iter().map(|file| file.as_ref().to_owned())).collect();
        schema::request(&input)
    }

    /// Generates all sets, and tells which files were read for it.
    fn run<P: AsRef<Path>>(&self, sets: &[&[P]]) -> Result<(Generated, BTreeSet<PathBuf>), Error> {
        if sets.is_empty() {
            return Err(Problem::new("no schema file was given").into());
        }
        let mut loaded = Vec::new();
        let mut errors = Vec::new();
        for schemas in sets {
            let mut input = self.input.clone();
            input.files = (schemas.iter().map(|file| file.as_ref().to_owned())).collect();
            match schema::load(&input) {
                Ok(set) => loaded.push(set),
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(Error::join(errors));
        }
        let generated = self.run_loaded(&loaded)?;
        let read = loaded.into_iter().flat_map(|set| set.sources.read);
        Ok((generated, read.collect()))
    }

    /// Generates all sets. What the caller says about members and files has to concern one of them.
    fn run_loaded(&self, sets: &[Loaded]) -> Result<Generated, Error> {
        let options = self.options()?;
        let mut problems = Problems::default();
        let mut wishes = Wishes::new(&self.nullable, &self.partial);
        let mut overrides = Overrides::new(&self.type_overrides, self.bitcoin_types);
        let mut models: Vec<_> = (sets.iter())
            .map(|set| model::lower(set, &mut wishes, &mut overrides, &mut problems))
            .collect();
        wishes.check(&mut problems);
        overrides.check(&mut problems);
        self.set_externs(&mut models, &mut problems);
        for model in &models {
            check::check(model, &mut problems);
        }
        if !problems.is_empty() {
            problems.locate(&sets.iter().flat_map(Loaded::positions).collect());
        }
        problems.into_result()?;
        let generated = models.iter().map(|model| emit::emit(model, &options));
        Generated::merge(generated.collect::<Result<_, _>>()?)
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
            serde: self.serde,
            json_rpc: self.json_rpc,
            beside: None,
        })
    }

    /// Takes the files out of the output that another crate has.
    fn set_externs(&self, models: &mut [Model], problems: &mut Problems) {
        for (name, path) in &self.extern_modules {
            let Ok(path) = syn::parse_str::<syn::Path>(path) else {
                let problem = format!("the module `{path}` of another crate is not a Rust path");
                problems.push(
                    Problem::at(name, problem).help("give a path such as `::other_crate::common`"),
                );
                continue;
            };
            let files = models.iter_mut().flat_map(|model| &mut model.files);
            let mut imported = false;
            for file in files.filter(|file| file.name == *name) {
                file.external = Some(path.to_token_stream());
                imported = true;
            }
            if !imported {
                problems.push(
                    Problem::at(
                        name,
                        "no schema imports this file, so it is no other crate's",
                    )
                    .help("name it by its path below the source prefix, or leave it out"),
                );
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
