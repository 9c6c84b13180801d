//! How a node is, and its end.

use super::NodeControl;
use crate::error::Error;

impl NodeControl {
    /// What the user should be warned of now. Empty if there is nothing.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn warnings(&self) -> Result<String, Error> {
        Ok(self.0.get_warnings().await?.original)
    }

    /// The kinds of messages that are logged, as a set of bits.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn log_categories(&self) -> Result<u64, Error> {
        Ok(self.0.get_log_categories().await?)
    }

    /// The exit code that the process will end with.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn exit_status(&self) -> Result<i32, Error> {
        Ok(self.0.get_exit_status().await?)
    }

    /// Asks the node to shut down. It ends the connection then.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn start_shutdown(&self) -> Result<(), Error> {
        Ok(self.0.start_shutdown().await?)
    }

    /// Whether the node is about to shut down.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn shutdown_requested(&self) -> Result<bool, Error> {
        Ok(self.0.shutdown_requested().await?)
    }

    /// The names of the signing devices that are attached.
    ///
    /// # Errors
    ///
    /// The node has no support for them, or cannot ask them; the connection is lost.
    pub async fn external_signers(&self) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        for signer in self.0.list_external_signers().await?.into_iter().flatten() {
            names.push(signer.get_name().await?);
        }
        Ok(names)
    }
}
