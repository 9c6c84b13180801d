//! The bundled schemas on disk, for a schema compiler that reads them there.

use std::hash::{BuildHasher, RandomState};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::bundled;

/// How many names are tried.
const ATTEMPTS: u32 = 100;

/// A folder that goes when this does.
#[derive(Debug)]
pub(super) struct Staged(PathBuf);

impl Staged {
    /// Writes the schemas to a new folder, which nobody else can write to.
    pub(super) fn new() -> std::io::Result<Self> {
        let staged = Self(new_folder(&std::env::temp_dir())?);
        for (name, text) in bundled::files() {
            let path = staged.path().join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, text)?;
        }
        Ok(staged)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever cleans the system's folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Makes a folder under a name that cannot be foreseen. What is there already is not touched.
fn new_folder(parent: &Path) -> std::io::Result<PathBuf> {
    let random = RandomState::new();
    #[cfg_attr(not(unix), expect(unused_mut, reason = "it has no mode elsewhere"))]
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    for attempt in 0..ATTEMPTS {
        let folder = parent.join(format!("ipc-gen-{:016x}", random.hash_one(attempt)));
        match builder.create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::new(
        ErrorKind::AlreadyExists,
        format!("{} is full of folders of ours", parent.display()),
    ))
}

#[cfg(test)]
mod tests {
    use super::Staged;

    #[test]
    fn the_folder_is_private_and_goes() {
        let [one, other] = [(); 2].map(|()| Staged::new().expect("it can be written"));
        assert_ne!(one.path(), other.path());
        assert!(one.path().join("mp/proxy.capnp").is_file());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let found = one.path().metadata().expect("it is there");
            assert_eq!(found.permissions().mode() & 0o077, 0);
        }
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists() && other.path().exists());
    }
}
