//! The settings of a node.

use serde_json::Value;

use super::NodeControl;
use crate::chain::read_setting;
use crate::error::Error;

impl NodeControl {
    /// Whether the command line or the configuration file outweighs a setting of the file that the node itself writes.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn is_setting_ignored(&self, name: &str) -> Result<bool, Error> {
        Ok(self.0.is_setting_ignored(name).await?)
    }

    /// A setting of the file that the node itself writes; null if it is not set there.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn persistent_setting(&self, name: &str) -> Result<Value, Error> {
        read_setting(&self.0.get_persistent_setting(name).await?)
    }

    /// Sets a setting in the file that the node itself writes. Null removes it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn update_rw_setting(&self, name: &str, value: &Value) -> Result<(), Error> {
        Ok(self.0.update_rw_setting(name, value.to_string()).await?)
    }

    /// Sets a setting over all files and the command line, until the node ends. Null takes that back.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn force_setting(&self, name: &str, value: &Value) -> Result<(), Error> {
        Ok(self.0.force_setting(name, value.to_string()).await?)
    }

    /// Removes all settings from the file that the node itself writes, and keeps a copy of it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn reset_settings(&self) -> Result<(), Error> {
        Ok(self.0.reset_settings().await?)
    }
}
