//! The settings of a node.

use std::sync::{Mutex, PoisonError};

use generated_examples::multiprocess::chain::SettingsUpdateCallbackCallResults;
use ipc_runtime::Exception;
use serde_json::Value;

use super::Chain;
use crate::error::Error;

/// Whether a change of a setting is written to disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SettingsAction {
    /// The file is written.
    Write,
    /// The file stays as it is until somebody else has it written.
    SkipWrite,
}

impl SettingsAction {
    fn number(self) -> i32 {
        match self {
            Self::Write => 0,
            Self::SkipWrite => 1,
        }
    }
}

impl Chain {
    /// A setting of the command line or the files, by its name without the hyphen; null if it is not set.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn setting(&self, name: &str) -> Result<Value, Error> {
        read_setting(&self.0.get_setting(name).await?)
    }

    /// All values of a setting that can be given several times.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn settings_list(&self, name: &str) -> Result<Vec<Value>, Error> {
        let values = self.0.get_settings_list(name).await?;
        values.iter().map(|text| read_setting(text)).collect()
    }

    /// A setting of the file that the node itself writes; null if it is not set there.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn rw_setting(&self, name: &str) -> Result<Value, Error> {
        read_setting(&self.0.get_rw_setting(name).await?)
    }

    /// Changes a setting of the file that the node itself writes, with nobody else changing it meanwhile. `change` is called
    /// once, with null if it is not set; if it returns none, all stays as it was. Says whether the file was written, if it
    /// was to be.
    ///
    /// The node holds its settings while `change` runs.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn update_rw_setting(
        &self,
        name: &str,
        change: impl FnOnce(&mut Value) -> Option<SettingsAction> + Send + 'static,
    ) -> Result<bool, Error> {
        let change = Mutex::new(Some(change));
        let update = move |text: String| {
            let change = change.lock().unwrap_or_else(PoisonError::into_inner).take();
            let updated = change
                .ok_or_else(|| Exception::failed("a change of a setting was called twice"))
                .and_then(|change| {
                    let mut value: Value =
                        serde_json::from_str(&text).map_err(Exception::failed)?;
                    let result = change(&mut value).map(SettingsAction::number);
                    Ok(SettingsUpdateCallbackCallResults {
                        value: value.to_string(),
                        result,
                    })
                });
            std::future::ready(updated)
        };
        Ok(self.0.update_rw_setting(name, update).await?)
    }

    /// Replaces a setting in the file that the node itself writes. Says whether the file was written, if it was to be.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn overwrite_rw_setting(
        &self,
        name: &str,
        value: &Value,
        action: SettingsAction,
    ) -> Result<bool, Error> {
        let written = (self.0).overwrite_rw_setting(name, value.to_string(), action.number());
        Ok(written.await?)
    }

    /// Removes a setting from the file that the node itself writes. Says whether the file was written, if it was to be.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn delete_rw_settings(
        &self,
        name: &str,
        action: SettingsAction,
    ) -> Result<bool, Error> {
        Ok(self.0.delete_rw_settings(name, action.number()).await?)
    }
}

/// Reads a value.
pub(crate) fn read_setting(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text)
        .map_err(|error| Error::malformed("a setting", format_args!("{text:?}: {error}")))
}
