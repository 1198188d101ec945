//! What the operator of a node decides: where it listens, who may use it, and how much each workspace may take.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tern_trust::Id;

use crate::api::{ErrorKind, PeerError};
use crate::core::{hex, unhex};
use crate::home::{Home, file_error};

use super::room::Quota;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Settings {
    version: u8,
    secret: String,
    pub listen: SocketAddr,
    /// Room of workspaces that have a quota of their own, by id in hex.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    quotas: BTreeMap<String, Quota>,
    /// Room of all others.
    #[serde(default)]
    default_quota: Quota,
    /// What a later version wrote.
    #[serde(flatten)]
    more: serde_json::Map<String, serde_json::Value>,
}

/// Version of the settings file.
const SETTINGS_VERSION: u8 = 1;

impl Settings {
    /// Settings of a new node.
    pub fn new(secret: &[u8; 32], listen: SocketAddr) -> Settings {
        Settings {
            version: SETTINGS_VERSION,
            secret: hex(secret),
            listen,
            quotas: BTreeMap::new(),
            default_quota: Quota::default(),
            more: serde_json::Map::new(),
        }
    }

    /// What one workspace may take.
    pub fn quota(&self, workspace: &Id) -> Quota {
        self.quotas.get(&hex(workspace)).copied().unwrap_or(self.default_quota)
    }

    /// What a workspace may take that has no quota of its own.
    pub fn default_quota(&self) -> Quota {
        self.default_quota
    }

    /// Sets or removes what one workspace, or any without a quota of its own, may take.
    pub fn set_quota(&mut self, workspace: Option<&Id>, quota: Option<Quota>) {
        match (workspace.map(|id| hex(id)), quota) {
            (Some(id), Some(quota)) => {
                self.quotas.insert(id, quota);
            }
            (Some(id), None) => {
                self.quotas.remove(&id);
            }
            (None, quota) => self.default_quota = quota.unwrap_or_default(),
        }
    }

    pub fn read(home: &Home) -> Result<Settings, PeerError> {
        let path = home.node_settings();
        let bytes = fs::read(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                PeerError::new(ErrorKind::NotFound, format!("There is no node in {}.", home.dir().display()))
                    .next("Make one with `tern node init`.")
            }
            _ => file_error(&path, &e),
        })?;
        let settings: Settings =
            serde_json::from_slice(&bytes).map_err(|e| damaged(&path, &e.to_string()))?;
        if settings.version != SETTINGS_VERSION {
            return Err(damaged(&path, "it was written by a newer Tern"));
        }
        Ok(settings)
    }

    pub fn write(&self, home: &Home) -> Result<(), PeerError> {
        let path = home.node_settings();
        let bytes = serde_json::to_vec_pretty(self).map_err(|e| damaged(&path, &e.to_string()))?;
        let part = path.with_extension("part");
        crate::home::write_private(&part, &bytes)?;
        fs::rename(&part, &path).map_err(|e| file_error(&path, &e))?;
        crate::home::sync_dir(home.dir())
    }

    pub fn secret(&self, home: &Home) -> Result<[u8; 32], PeerError> {
        unhex(&self.secret).ok_or_else(|| damaged(&home.node_settings(), "the secret is not 64 hex digits"))
    }
}

fn damaged(path: &Path, why: &str) -> PeerError {
    PeerError::new(
        ErrorKind::Damaged,
        format!("The node's settings {} cannot be read: {why}.", path.display()),
    )
    .safe("What it carries for others is untouched.")
    .next("Put the file back from a backup, or make a new node and add it to the workspaces.")
}
