//! The file with a password that is made anew at each start.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The name of the user whose password it is.
pub(super) const USER: &str = "__cookie__";

/// Dropping it removes the file, unless another one has taken its place.
#[derive(Debug)]
pub(crate) struct CookieFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl CookieFile {
    /// Makes the file, and returns the password in it.
    pub(super) fn create(path: &Path) -> Result<(Self, String), Error> {
        let mut password = [0; 32];
        getrandom::fill(&mut password)?;
        let password = hex::encode(password);
        match Self::write(path, &format!("{USER}:{password}")) {
            Ok(file) => Ok((file, password)),
            Err(source) => Err(Error::Cookie {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Readers find the whole text or what was there before: it is written aside, and moved.
    fn write(path: &Path, text: &str) -> io::Result<Self> {
        // The working directory may be another one when the file has to be removed.
        let path = std::path::absolute(path)?;
        let mut aside = path.clone().into_os_string();
        aside.push(".tmp");
        match fs::remove_file(&aside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _removed_or_not_there => {}
        }
        let mut file = (OpenOptions::new().write(true).create_new(true))
            .mode(0o600)
            .open(&aside)?;
        file.write_all(text.as_bytes())?;
        let identity = identity(&file.metadata()?);
        fs::rename(&aside, &path)?;
        Ok(Self { path, identity })
    }
}

impl Drop for CookieFile {
    fn drop(&mut self) {
        let ours = fs::symlink_metadata(&self.path)
            .is_ok_and(|metadata| identity(&metadata) == self.identity);
        if ours && let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "the cookie file stays behind");
        }
    }
}

/// Device and inode.
fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}
