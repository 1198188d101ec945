//! Copies of the store that a home keeps of itself.

use serde::{Deserialize, Serialize};

/// One backup of a home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupView {
    /// Its name among the others.
    pub id: String,
    /// When it was taken, RFC 9557 in the member's zone, or in UTC when no store tells it.
    pub taken: String,
    /// Size of the file.
    pub bytes: u64,
}

/// All backups of a home, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupsView {
    /// Newest first.
    pub backups: Vec<BackupView>,
    /// Where they lie.
    pub folder: String,
}

/// A document in which a backup and the home differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupDocView {
    /// Id of the document.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its title in the backup, empty where it has none.
    pub title: String,
    /// `missing`: not in this home; `more`: the backup holds changes that this home lacks; `older`: this home went on.
    pub state: String,
}

/// What a backup holds beside the home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareView {
    /// The backup.
    pub backup: BackupView,
    /// Items in it.
    pub items: u64,
    /// Items in it that this home lacks: what `adopt` would take in.
    pub missing_items: u64,
    /// Documents that differ.
    pub documents: Vec<BackupDocView>,
}

/// What was taken in from a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptView {
    /// The backup.
    pub backup: BackupView,
    /// Items taken in.
    pub taken: u64,
    /// Items that could not be taken in now.
    pub refused: u64,
}

/// A store or a home made from a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredView {
    /// The backup.
    pub backup: BackupView,
    /// The home that holds it now.
    pub home: String,
    /// Where the store that was there before lies now.
    pub aside: Option<String>,
}
