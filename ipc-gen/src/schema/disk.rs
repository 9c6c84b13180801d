//! Schemas on disk, for the schema compiler.

use std::path::{Path, PathBuf};

use super::bundled;
use super::sources::{Sources, canonical_file, relative_name};
use crate::compiler;

/// Where Cap'n Proto installs its own schemas.
const SYSTEM: &[&str] = &["/usr/local/include", "/usr/include"];

/// The folders of a run, then what is bundled, then the system's folders.
pub(super) struct Disk<'a> {
    sources: &'a Sources,
    system: Vec<PathBuf>,
}

impl<'a> Disk<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        let system = SYSTEM.iter().map(|folder| Path::new(folder).canonicalize());
        Self {
            sources,
            system: system.filter_map(Result::ok).collect(),
        }
    }
}

fn first(folders: &[PathBuf], path: &str) -> Option<PathBuf> {
    folders
        .iter()
        .find_map(|folder| canonical_file(&folder.join(path)).ok())
}

impl compiler::Sources for Disk<'_> {
    fn find(&self, importer: &Path, path: &str) -> Option<PathBuf> {
        if let Some(absolute) = path.strip_prefix('/') {
            return first(&self.sources.import_paths, absolute)
                .or_else(|| bundled::find(absolute))
                .or_else(|| first(&self.system, absolute));
        }
        match bundled::name(importer) {
            Some(name) => {
                let sibling = Path::new(name).with_file_name(path);
                bundled::find(sibling.to_str()?)
            }
            None => canonical_file(&importer.parent()?.join(path)).ok(),
        }
    }

    fn name(&self, key: &Path) -> String {
        if let Some(name) = bundled::name(key) {
            return name.to_owned();
        }
        let known = self.sources.files.iter().find(|file| file.path == key);
        match known {
            Some(file) => file.name.clone(),
            None => relative_name(
                key,
                self.sources
                    .src_prefixes
                    .iter()
                    .chain(&self.sources.import_paths)
                    .chain(&self.system),
            ),
        }
    }

    fn place(&self, key: &Path) -> String {
        let here = std::env::current_dir().and_then(|folder| folder.canonicalize());
        match here.ok().and_then(|here| key.strip_prefix(here).ok()) {
            Some(below) => below.display().to_string(),
            None => self.name(key),
        }
    }

    fn read(&self, key: &Path) -> std::io::Result<Vec<u8>> {
        match bundled::read(key) {
            Some(text) => Ok(text.into()),
            None => std::fs::read(key),
        }
    }
}
