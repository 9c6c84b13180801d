//! Addresses that a node has nothing to do with.

use std::time::{Duration, SystemTime};

use serde::Deserialize;

use super::NodeControl;
use super::addresses::NetworkAddress;
use crate::error::Error;
use crate::subscription::Subscription;
use crate::wire;

/// Addresses that are banned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ban {
    /// The addresses, such as `203.0.113.0/24`.
    pub subnet: String,
    /// Since when.
    pub created: Option<SystemTime>,
    /// Until when.
    pub until: Option<SystemTime>,
}

/// As nodes write it.
#[derive(Deserialize)]
struct Entry {
    address: String,
    ban_created: i64,
    banned_until: i64,
}

impl NodeControl {
    /// The addresses that are banned; none if the node keeps no list of them.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn banned(&self) -> Result<Option<Vec<Ban>>, Error> {
        let banned = self.0.get_banned().await?;
        if !banned.result {
            return Ok(None);
        }
        let entries: Vec<Entry> = serde_json::from_str(&banned.banmap.json)
            .map_err(|error| Error::malformed("the list of bans", error))?;
        let ban = |entry: Entry| Ban {
            subnet: entry.address,
            created: wire::moment(entry.ban_created),
            until: wire::moment(entry.banned_until),
        };
        Ok(Some(entries.into_iter().map(ban).collect()))
    }

    /// Bans an address for some time from now on, in whole seconds. Says whether the node keeps a list of bans.
    ///
    /// # Errors
    ///
    /// The address is too long; the connection is lost.
    pub async fn ban(
        &self,
        address: impl Into<NetworkAddress>,
        duration: Duration,
    ) -> Result<bool, Error> {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Ok(self.0.ban(address.into().to_bytes()?, seconds).await?)
    }

    /// Lifts the ban of addresses, as [`Ban::subnet`] has them. Says whether they were banned.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn unban(&self, subnet: &str) -> Result<bool, Error> {
        Ok(self.0.unban(subnet).await?)
    }

    /// Is told when the list of bans changes.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub async fn banned_list_changes(&self) -> Result<Subscription<()>, Error> {
        Subscription::begin(|events| {
            let call = move || events.clone().told(Ok(()));
            self.0.handle_banned_list_changed(call)
        })
        .await
    }
}
