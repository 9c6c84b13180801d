//! The schema compiler: from the text of schemas to a `CodeGeneratorRequest`.
//!
//! A file's text becomes tokens, these become a syntax tree, and what is declared in the tree becomes
//! nodes. Files are read when an import leads to them, and declarations are compiled when something
//! needs them, as a schema may well have a mistake where nobody looks. The results are those of the
//! official compiler, to the bit. Nothing here knows of disks: what an import means and what a file
//! says is asked of [`Sources`].

mod annotations;
mod budget;
mod builtin;
mod diagnostic;
mod ids;
mod imports;
mod interfaces;
mod layout;
mod lexer;
mod literal;
mod members;
mod message;
mod naming;
mod node;
mod nodes;
mod ordinals;
mod parser;
mod pointer;
mod reach;
mod request;
mod resolve;
mod scope;
mod structs;
pub(crate) mod suggest;
mod syntax;
mod token;
mod tree;
mod types;
mod typing;
mod values;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use budget::Budget;
pub(crate) use diagnostic::{Diagnostic, FileId, Location};
use diagnostic::{Reporter, Span};
use node::Node;
use nodes::Compiled;
use request::Requested;
use tree::{Alias, Decl, DeclId, ReadFile};

/// Where files come from. A key tells a file from all others, whatever path led to it.
pub(crate) trait Sources {
    /// The file that a path in another file leads to, if there is one.
    fn find(&self, importer: &Path, path: &str) -> Option<PathBuf>;

    /// The name that readers know a file by.
    fn name(&self, key: &Path) -> String;

    /// Where readers find a file, for messages.
    fn place(&self, key: &Path) -> String;

    /// What a file says.
    fn read(&self, key: &Path) -> std::io::Result<Vec<u8>>;
}

/// Where a file is found, and what it says.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) place: String,
    pub(crate) text: Vec<u8>,
}

/// What became of schemas that are right.
#[derive(Debug)]
pub(crate) struct Output {
    /// The bytes of the `CodeGeneratorRequest`.
    pub(crate) request: Vec<u8>,
    /// The keys of all files that were read.
    pub(crate) read: BTreeSet<PathBuf>,
}

/// What is wrong with schemas.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// How many problems there are beside those.
    pub(crate) more: usize,
    /// The files that were read, by the numbers that diagnostics have for them.
    pub(crate) sources: Vec<Source>,
    /// What is wrong without being in a file: one that cannot be read.
    pub(crate) unreadable: Vec<(String, std::io::Error)>,
}

/// Compiles files, and what they import.
pub(crate) fn compile(sources: &dyn Sources, files: &[PathBuf]) -> Result<Output, Failure> {
    let mut compiler = Compiler {
        sources,
        files: Vec::new(),
        decls: Vec::new(),
        aliases: Vec::new(),
        by_id: HashMap::new(),
        compiled: HashMap::new(),
        nodes: HashMap::new(),
        embedded: BTreeSet::new(),
        budget: Budget::new(),
        reporter: Reporter::default(),
    };
    let mut roots = Vec::new();
    let mut unreadable = Vec::new();
    for file in files {
        match compiler.read(file) {
            Ok(root) => roots.push(root),
            Err(error) => unreadable.push((sources.place(file), error)),
        }
    }
    let reached = compiler.reach(&roots);
    let requested = roots.iter().map(|root| compiler.requested(*root));
    let requested: Vec<_> = requested.collect();
    if compiler.reporter.is_empty() && unreadable.is_empty() {
        match request::write(&reached, &requested) {
            Ok(request) => return Ok(compiler.output(request)),
            Err(error) => compiler.report(Diagnostic::new(
                Location {
                    file: FileId(0),
                    span: Span::default(),
                },
                format!("cannot write what was compiled: {error}"),
            )),
        }
    }
    Err(Failure {
        more: compiler.reporter.more(),
        diagnostics: compiler.reporter.into_sorted(),
        sources: compiler.files.into_iter().map(|file| file.source).collect(),
        unreadable,
    })
}

struct Compiler<'a> {
    sources: &'a dyn Sources,
    files: Vec<ReadFile>,
    decls: Vec<Decl>,
    aliases: Vec<Alias>,
    by_id: HashMap<u64, DeclId>,
    compiled: HashMap<DeclId, Compiled>,
    /// All nodes, those of groups and parameters too.
    nodes: HashMap<u64, Rc<Node>>,
    embedded: BTreeSet<PathBuf>,
    budget: Budget,
    reporter: Reporter,
}

impl Compiler<'_> {
    /// What a request says of a file that was asked for.
    fn requested(&self, root: DeclId) -> Requested {
        let found = self.decl(root);
        let id = found.id;
        let name = found.display_name.clone();
        let paths = imports::imports(&Rc::clone(&found.syntax));
        let file = self.files.get(found.file.0);
        let identifiers = file.map(|file| file.identifiers.clone());
        let importer = self.key_of(root);
        // Each was read before, or was reported.
        let imports = paths.into_iter().filter_map(|path| {
            let key = self.sources.find(importer, &path)?;
            let imported = self.files.iter().find(|file| file.key == key)?;
            Some((path, self.decl(imported.root).id))
        });
        Requested {
            id,
            name,
            imports: imports.collect(),
            identifiers: identifiers.unwrap_or_default(),
        }
    }

    fn output(self, request: Vec<u8>) -> Output {
        let mut read = self.embedded;
        read.extend(self.files.into_iter().map(|file| file.key));
        Output { request, read }
    }

    /// The key of the file that a declaration stands in.
    fn key_of(&self, decl: DeclId) -> &Path {
        let file = self.files.get(self.decl(decl).file.0);
        file.map_or(Path::new(""), |file| &file.key)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.reporter.report(diagnostic);
    }

    fn too_deep(&mut self, at: Location) {
        self.report(
            Diagnostic::new(at, "this leads through too many names and values to others")
                .help("name what is meant directly"),
        );
    }

    fn too_much(&mut self, at: Location) {
        self.report(
            Diagnostic::new(at, "the schema becomes too large here")
                .help("keep large values in files of their own, and `embed` them"),
        );
    }
}
