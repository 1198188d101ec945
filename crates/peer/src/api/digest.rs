//! What changed while one was away.

use serde::Serialize;

/// Most items whose differences are told in words; of more, only how much changed.
pub const MAX_DIGEST_DIFFS: usize = 200;

/// What others changed since oneself last looked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DigestView {
    /// From when on, RFC 3339 with zone; none for what oneself has not seen.
    pub since: Option<String>,
    /// By group: what needs oneself, decided, docs, tasks, the rest; newest first in each.
    pub items: Vec<DigestItem>,
    /// What is only counted.
    pub counted: Vec<DigestCounted>,
    /// How much is in each group.
    pub counts: DigestCounts,
}

/// How much is in each group of a digest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DigestCounts {
    /// What needs oneself.
    pub needs_you: usize,
    /// What was decided.
    pub decided: usize,
    /// Pages.
    pub docs: usize,
    /// Tasks.
    pub tasks: usize,
    /// The rest.
    pub fyi: usize,
    /// Muted threads with something new.
    pub muted: usize,
}

/// Something that changed; each document is in a digest once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DigestItem {
    /// `needs_you`, `decided`, `docs`, `tasks` or `fyi`.
    pub group: String,
    /// Full id of the document.
    pub id: String,
    /// `page`, `decision`, `handoff`, `meeting`, `incident`, `agreement`, `task`, `thread`, `comments`, `person`, `project`, `space` or `workspace`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// What changed, in a line.
    pub text: String,
    /// Why it is in its group: `owed`, `named`, `assigned`, `decide`, `handoff`, `not_taken`,
    /// `missed` or `excused` for a meeting that is over, `answered` for a comment under one of one's own, `update` where it was told how a project goes, or empty.
    pub why: String,
    /// Who changed it, by name.
    pub authors: Vec<String>,
    /// The newest change, RFC 3339 with zone.
    pub when: String,
    /// Whether oneself has seen nothing of it before.
    pub new: bool,
    /// Changes of others that it stands for.
    pub changes: usize,
    /// By when an answer is expected of oneself, RFC 3339 in UTC.
    pub expected_by: Option<String>,
    /// The version that was seen before.
    pub from_heads: String,
    /// The version that this shows; marked as read when the digest is cleared.
    pub heads: String,
    /// What others changed in the first block that they did, run by run; empty for anything but a page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<DigestPart>,
    /// Full id of the page that comments are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Documents that it stands for as well: the thread in which a hand-off is asked. They are cleared with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<DigestCounted>,
}

/// A stretch of a changed block.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DigestPart {
    /// `same`, `added` or `removed`.
    pub state: String,
    /// Its words.
    pub text: String,
}

/// Something that is counted and not shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DigestCounted {
    /// Full id of the document.
    pub id: String,
    /// `muted` for a muted thread, `quiet` for notes of delivery and the like, `handoff` for the thread of a hand-off,
    /// `unreadable` for what could not be read here.
    pub why: String,
    /// Changes of others that it stands for.
    pub changes: usize,
    /// The version that was seen before.
    pub from_heads: String,
    /// The version up to which it counts.
    pub heads: String,
}
