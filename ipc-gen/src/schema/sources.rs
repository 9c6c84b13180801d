//! The schema files of a run: the ones asked for and, through their imports, the ones they need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Input;
use super::scan::scan;
use crate::error::{Error, Problem, Problems};

/// What the schema compiler brings along. Programs have their own code for these, if they need any.
const STANDARD: &[&str] = &[
    "/capnp/c++.capnp",
    "/capnp/compat/json.capnp",
    "/capnp/persistent.capnp",
    "/capnp/rpc-twoparty.capnp",
    "/capnp/rpc.capnp",
    "/capnp/rust.capnp",
    "/capnp/schema.capnp",
    "/capnp/stream.capnp",
];

/// The name of a standard file, which may have been found in a folder of any name.
pub(super) fn standard_name(path: &str) -> Option<&'static str> {
    let names = STANDARD.iter().filter_map(|name| name.strip_prefix('/'));
    let is_at = |name: &&str| {
        let folder = path.strip_suffix(*name);
        folder.is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
    };
    names.into_iter().find(is_at)
}

/// A schema file on disk.
#[derive(Debug)]
pub(crate) struct Source {
    /// The file, absolute and free of symbolic links.
    pub(super) path: PathBuf,
    /// The file as readers know it, `v32/echo.capnp`: relative to the first folder of the input that
    /// holds it.
    pub(super) name: String,
}

/// Every schema file that code is generated from, and what else the result depends on.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(super) files: Vec<Source>,
    /// The folders that names are relative to.
    pub(super) src_prefixes: Vec<PathBuf>,
    /// The folders that absolute imports are relative to.
    pub(super) import_paths: Vec<PathBuf>,
    /// All files that were read: when one changes, the output may change.
    pub(crate) read: BTreeSet<PathBuf>,
}

impl Sources {
    /// Finds the files of the input and, transitively, those that they import.
    pub(super) fn find(input: &Input) -> Result<Self, Error> {
        let (mut sources, queue) = Self::given(input)?;
        sources.follow(queue)?;
        Ok(sources)
    }

    /// Finds the folders and the files of the input, and leaves the files' imports alone.
    pub(super) fn given(input: &Input) -> Result<(Self, Vec<PathBuf>), Error> {
        let mut problems = Problems::default();
        let src_prefixes = folders("source prefix", &input.src_prefixes, &mut problems);
        let mut import_paths = folders("import path", &input.import_paths, &mut problems);
        // Schemas of one tree can import each other by their paths in it.
        import_paths.extend(src_prefixes.clone());
        let sources = Self {
            src_prefixes,
            import_paths,
            ..Self::default()
        };
        if input.files.is_empty() {
            problems.push(Problem::new("no schema file was given"));
        }
        let mut queue = Vec::new();
        for file in &input.files {
            match canonical_file(file) {
                Ok(path) => queue.push(path),
                Err(error) => problems.push(
                    Problem::at(
                        file.display().to_string(),
                        format!("cannot read the schema: {error}"),
                    )
                    .help(relative_to_working_directory()),
                ),
            }
        }
        problems.into_result()?;
        Ok((sources, queue))
    }

    /// Reads the queued files and everything that they mention.
    ///
    /// An import that leads nowhere is left to the schema compiler, which tells its line and column.
    fn follow(&mut self, queue: Vec<PathBuf>) -> Result<(), Error> {
        let mut found = BTreeMap::new();
        let mut queue = std::collections::VecDeque::from(queue);
        while let Some(path) = queue.pop_front() {
            if found.contains_key(&path) {
                continue;
            }
            let name = self.name(&path);
            let text = std::fs::read_to_string(&path)
                .map_err(|error| Problem::at(&name, format!("cannot read the schema: {error}")))?;
            let mentions = scan(&text);
            queue.extend(
                mentions
                    .imports
                    .iter()
                    .filter_map(|import| self.resolve(&path, import)),
            );
            let embeds = mentions
                .embeds
                .iter()
                .filter_map(|embed| self.resolve(&path, embed));
            let embeds: Vec<_> = embeds.collect();
            self.read.extend(embeds);
            self.read.insert(path.clone());
            found.insert(path, name);
        }
        // By name, so that neither the order on the command line nor the place on disk shows in the output.
        self.files = found
            .into_iter()
            .map(|(path, name)| Source { path, name })
            .collect();
        self.files.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(())
    }

    /// The file behind an import, unless it is one of ours, the compiler's, or missing.
    fn resolve(&self, importer: &Path, import: &str) -> Option<PathBuf> {
        if STANDARD.contains(&import) {
            return None;
        }
        match import.strip_prefix('/') {
            Some(absolute) => self
                .import_paths
                .iter()
                .find_map(|folder| canonical_file(&folder.join(absolute)).ok()),
            None => canonical_file(&importer.parent()?.join(import)).ok(),
        }
    }

    fn name(&self, path: &Path) -> String {
        relative_name(path, self.src_prefixes.iter().chain(&self.import_paths))
    }
}

/// The path below the first of the folders that holds it, or below the working directory.
pub(super) fn relative_name<'a>(
    path: &Path,
    folders: impl IntoIterator<Item = &'a PathBuf>,
) -> String {
    let working_directory = std::env::current_dir()
        .ok()
        .and_then(|folder| folder.canonicalize().ok());
    let relative = folders
        .into_iter()
        .find_map(|root| path.strip_prefix(root).ok())
        .or_else(|| path.strip_prefix(working_directory.as_ref()?).ok());
    let relative = relative
        .or_else(|| path.file_name().map(Path::new))
        .unwrap_or(path);
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn folders(role: &str, given: &[PathBuf], problems: &mut Problems) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in given {
        match folder.canonicalize() {
            Ok(path) if path.is_dir() => found.push(path),
            Ok(_) => problems.push(Problem::at(
                folder.display().to_string(),
                format!("the {role} is not a folder"),
            )),
            Err(error) => problems.push(
                Problem::at(
                    folder.display().to_string(),
                    format!("cannot open the {role}: {error}"),
                )
                .help(relative_to_working_directory()),
            ),
        }
    }
    found
}

pub(super) fn canonical_file(path: &Path) -> std::io::Result<PathBuf> {
    let path = path.canonicalize()?;
    if path.is_file() {
        Ok(path)
    } else {
        Err(std::io::Error::other("not a file"))
    }
}

fn relative_to_working_directory() -> String {
    match std::env::current_dir() {
        Ok(folder) => format!(
            "paths are relative to the working directory, {}",
            folder.display()
        ),
        Err(_) => "paths are relative to the working directory".to_owned(),
    }
}
