//! Long histories folded together.

use serde::{Deserialize, Serialize};

/// What folding did and what is left. See [`Command::Compact`](super::Command::Compact).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CompactView {
    /// Whether this workspace counts packs; without it nothing is folded.
    pub counted: bool,
    /// Documents folded now.
    pub packed: u64,
    /// Packs of others that this laptop gave its word for now.
    pub attested: u64,
    /// Covered items dropped now, after a look that a pack holds them.
    pub dropped: u64,
    /// Covered items that no pack holds though it lists them; they stay on this disk.
    pub left_out: u64,
    /// Items of the workspace that are held.
    pub items: u64,
    /// Covered items that still lie here.
    pub waiting: u64,
    /// Bytes of those.
    pub waiting_bytes: u64,
}
