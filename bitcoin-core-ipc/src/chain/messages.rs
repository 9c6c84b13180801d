//! What a process shows to the user of a node.

use super::Chain;
use crate::error::Error;
use crate::wire::untranslated;

impl Chain {
    /// Shows what start-up is doing.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn init_message(&self, message: &str) -> Result<(), Error> {
        Ok(self.0.init_message(message).await?)
    }

    /// Shows a warning during start-up.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn init_warning(&self, message: &str) -> Result<(), Error> {
        Ok(self.0.init_warning(untranslated(message)).await?)
    }

    /// Shows an error that ends start-up.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn init_error(&self, message: &str) -> Result<(), Error> {
        Ok(self.0.init_error(untranslated(message)).await?)
    }

    /// Shows progress, in percent, and whether it goes on after a restart.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn show_progress(
        &self,
        title: &str,
        percent: u8,
        resume_possible: bool,
    ) -> Result<(), Error> {
        let shown = (self.0).show_progress(title, i32::from(percent), resume_possible);
        Ok(shown.await?)
    }
}
