//! The settings of the file that the node itself writes.

use std::sync::Arc;

use generated_examples::multiprocess::chain::SettingsUpdateCallbackProxy;
use ipc_runtime::Exception;
use serde_json::Value;

use super::Multiprocess;
use crate::testing::chain::Chain;

impl Multiprocess {
    /// As JSON text; null where it is not set.
    pub(super) fn setting(&self, name: &str) -> String {
        self.settings.get(name).unwrap_or(&Value::Null).to_string()
    }

    pub(super) fn reset_settings(&mut self) {
        self.settings.clear();
    }

    /// The values of a setting that can be given several times.
    pub(super) fn settings_list(&self, name: &str) -> Vec<String> {
        match self.settings.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(values)) => values.iter().map(Value::to_string).collect(),
            Some(value) => vec![value.to_string()],
        }
    }

    /// Null removes it. What is no JSON is null, for nodes.
    pub(super) fn set(&mut self, name: String, value: &str) {
        match serde_json::from_str(value).unwrap_or_default() {
            Value::Null => _ = self.settings.remove(&name),
            value => _ = self.settings.insert(name, value),
        }
    }
}

/// Lets a callback change a setting. A file that is not to be written counts as one that was.
pub(super) async fn update(
    chain: &Arc<Chain>,
    name: String,
    update: SettingsUpdateCallbackProxy,
) -> Result<bool, Exception> {
    let value = chain.state().multiprocess.setting(&name);
    let updated = update.call(value).await?;
    if updated.result.is_none() {
        return Ok(false);
    }
    chain.change(|state| state.multiprocess.set(name, &updated.value));
    Ok(true)
}
