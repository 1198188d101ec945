//! Releases of the time-zone database among the devices of a workspace.

use serde::Serialize;

/// What this device computes times with, and whose devices compute with something else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ZoneDataView {
    /// The release here, such as `2026f`.
    pub version: String,
    /// Members with a device that has another one, by name.
    pub others: Vec<ZoneDataOf>,
    /// What differs and what it can change, in words; empty where nothing does.
    pub text: String,
}

/// A member with a device that has another release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ZoneDataOf {
    /// Member id, hex.
    pub member: String,
    /// Name.
    pub name: String,
    /// The release there.
    pub version: String,
}
