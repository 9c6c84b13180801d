//! The schemas that every run can import, under the paths by which it does.

use std::path::{Path, PathBuf};

macro_rules! bundled {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../include/", $name)))),*]
    };
}

const FILES: &[(&str, &str)] = bundled! {
    "capnp/c++.capnp"
    "capnp/compat/json.capnp"
    "capnp/persistent.capnp"
    "capnp/rpc-twoparty.capnp"
    "capnp/rpc.capnp"
    "capnp/rust.capnp"
    "capnp/schema.capnp"
    "capnp/stream.capnp"
    "ipc.capnp"
    "mp/proxy.capnp"
};

/// What the keys of bundled files begin with. Those of others are absolute.
const FOLDER: &str = "<bundled>";

/// All of them, for a compiler that reads them from disk.
pub(super) fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().copied()
}

/// The key of the file that an absolute import names.
pub(super) fn find(path: &str) -> Option<PathBuf> {
    let known = FILES.iter().any(|(name, _)| *name == path);
    known.then(|| Path::new(FOLDER).join(path))
}

/// The name of a file by its key, if it is a bundled one.
pub(super) fn name(key: &Path) -> Option<&str> {
    key.strip_prefix(FOLDER).ok()?.to_str()
}

/// What a file says, by its key, if it is a bundled one.
pub(super) fn read(key: &Path) -> Option<&'static str> {
    let name = name(key)?;
    let (_, text) = FILES.iter().find(|(known, _)| *known == name)?;
    Some(text)
}
