//! `node quota`: how much each workspace may take, set by the operator, also while the node runs.

use std::path::Path;

use serde::Serialize;
use tern_trust::Id;

use crate::api::{ErrorKind, PeerError};
use crate::core::{hex, unhex};
use crate::home::Home;
use crate::host::wall_ms;
use crate::hub::{Hub, Tenant as _};

use super::room::Quota;
use super::{HostedView, Node, NodeCore, Settings};

/// A change to a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaChange {
    /// Other bounds; what is not named stays.
    Set {
        /// Bytes of items and attachments.
        bytes: Option<u64>,
        /// Items.
        items: Option<u64>,
    },
    /// As if nothing had been said.
    Clear,
}

/// One quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotaView {
    /// Bytes of items and attachments.
    pub bytes: u64,
    /// Items, where they are bounded.
    pub items: Option<u64>,
}

/// All quotas, and what was taken.
#[derive(Debug, Clone, Serialize)]
pub struct QuotasView {
    /// What a workspace may take that has no quota of its own.
    pub default: QuotaView,
    /// The workspaces here.
    pub workspaces: Vec<HostedView>,
}

impl Node {
    /// The quotas of a node.
    pub fn quotas(home: &Path) -> Result<QuotasView, PeerError> {
        let settings = Settings::read(&Home::at(home))?;
        let default = settings.default_quota();
        Ok(QuotasView {
            default: QuotaView { bytes: default.bytes, items: default.items },
            workspaces: Node::status(home)?.workspaces,
        })
    }

    /// Sets what one workspace may take, or any without a quota of its own. A running node sees it by itself.
    pub fn set_quota(
        home: &Path,
        workspace: Option<&str>,
        change: QuotaChange,
    ) -> Result<QuotasView, PeerError> {
        let at = Home::at(home);
        let mut settings = Settings::read(&at)?;
        let workspace = workspace.map(|name| find(home, name)).transpose()?;
        let quota = match change {
            QuotaChange::Clear => None,
            QuotaChange::Set { bytes, items } => {
                let before = match &workspace {
                    Some(id) => settings.quota(id),
                    None => settings.default_quota(),
                };
                Some(Quota { bytes: bytes.unwrap_or(before.bytes), items: items.or(before.items) })
            }
        };
        settings.set_quota(workspace.as_ref(), quota);
        settings.write(&at)?;
        Node::quotas(home)
    }
}

/// The hosted workspace of an id or a prefix of one.
fn find(home: &Path, name: &str) -> Result<Id, PeerError> {
    let all = Node::status(home)?.workspaces;
    let found: Vec<&HostedView> = all.iter().filter(|w| w.id.starts_with(&name.to_lowercase())).collect();
    match found.as_slice() {
        [one] => Ok(unhex(&one.id).unwrap_or_default()),
        [] => Err(PeerError::new(ErrorKind::NotFound, format!("This node hosts no workspace {name}."))
            .safe("Nothing was changed.")
            .next("`tern node status` lists what it hosts.")),
        _ => Err(PeerError::new(ErrorKind::Usage, format!("{} workspaces begin with {name}.", found.len()))
            .safe("Nothing was changed.")
            .next("Give more digits.")),
    }
}

/// Applies what the operator decided. Where there is room again, whoever is connected is sent away to come again: with
/// one item it asks whether there is room, and then goes on.
pub(super) fn apply(home: &Home, hub: &mut Hub<NodeCore>) {
    let settings = match Settings::read(home) {
        Ok(settings) => settings,
        Err(error) => {
            tracing::warn!(%error, "the quotas stay as they were");
            return;
        }
    };
    let mut freed = Vec::new();
    for core in hub.tenants_mut() {
        let workspace = core.workspace();
        if core.set_quota(settings.quota(&workspace)) {
            tracing::info!(workspace = %&hex(&workspace)[..8], "there is room again");
            freed.push(workspace);
        }
    }
    for workspace in freed {
        hub.bye_to(wall_ms(), &workspace);
    }
}
