//! Checks, surroundings, keys, and what went in and out.

use serde::{Deserialize, Serialize};

/// What a check found.
#[derive(Debug, Clone, Serialize)]
pub struct CheckView {
    /// Items re-hashed.
    pub items: u64,
    /// Damaged rows.
    pub bad: u64,
    /// Rows repaired.
    pub repaired: u64,
    /// Each finding in words.
    pub findings: Vec<String>,
    /// Edits that are kept but do not count, each with author and reason.
    pub set_aside: Vec<String>,
}

/// State of the surroundings.
#[derive(Debug, Clone, Serialize)]
pub struct DoctorView {
    /// Each check.
    pub checks: Vec<DoctorCheck>,
}

/// One check of the surroundings.
#[derive(Debug, Clone, Serialize)]
pub struct DoctorCheck {
    /// `clock`, `zone data`, `disk`, `lan`, `relay`, `node`, `keys`.
    pub name: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found.
    pub text: String,
    /// What to do, empty when nothing.
    pub fix: String,
}

/// Where keys are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeysView {
    /// `keyring`, `passphrase` or `file (not protected)`.
    pub state: String,
    /// Whether something beside this disk is needed to read the key.
    pub protected: bool,
    /// Whether the store itself is locked: nothing on the disk is readable without the passphrase.
    pub locked: bool,
    /// Keys that are awaited, each with whose device could give it.
    pub awaited: Vec<String>,
}

/// Who and where this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AboutView {
    /// Workspace id, hex.
    pub workspace: String,
    /// Title of the workspace.
    pub title: String,
    /// Own member id, hex.
    pub member: String,
    /// Own name.
    pub name: String,
    /// Own role.
    pub role: String,
    /// Own device key, hex.
    pub device: String,
    /// Own zone.
    pub zone: String,
    /// Version of the zone data.
    pub zone_data: String,
}

/// What an import did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ImportReport {
    /// Pages or tasks made.
    pub created: u64,
    /// Pages or tasks changed.
    pub updated: u64,
    /// Files or rows that were here already.
    pub unchanged: u64,
    /// Files kept as attachments or to the letter; rows of which a part is kept as it was written alone.
    pub kept: Vec<ImportLine>,
    /// Files or rows not taken, with the reason.
    pub refused: Vec<ImportLine>,
    /// How a table of tasks was understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks: Option<super::TaskImportView>,
}

/// One file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportLine {
    /// Path within the folder, or the line of a table (`line 12`).
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What an export wrote.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ExportReport {
    /// Files written.
    pub files: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Attachments that are not on this laptop, with who may have them.
    pub missing: Vec<ImportLine>,
}

/// What one meeting of peers did.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SyncReport {
    /// One entry a known peer.
    pub peers: Vec<SyncPeer>,
}

/// One peer of a meeting.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SyncPeer {
    /// Device key, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// Items sent.
    pub items_sent: u64,
    /// Items received.
    pub items_received: u64,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Bytes received.
    pub bytes_received: u64,
    /// Round trips.
    pub round_trips: u64,
    /// Whether both hold the same.
    pub in_sync: bool,
    /// Why not, in words; empty when in sync.
    pub problem: String,
}
