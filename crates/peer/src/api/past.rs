//! Answers about the past of a document: history, differences, what was combined while apart.

use serde::Serialize;
use tern_model::block::{Block, Inline};

/// A person behind a change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuthorView {
    /// Member id, hex; empty when the log does not name who it was.
    pub member: String,
    /// Name.
    pub name: String,
    /// Whether it is oneself.
    pub mine: bool,
    /// When, by their clock, RFC 3339 with zone.
    pub when: String,
}

/// Who changed a document when.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HistoryView {
    /// Edits by one author with short gaps, oldest first.
    pub sessions: Vec<SessionView>,
}

/// One sitting of one author.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SessionView {
    /// Name.
    pub author: String,
    /// Member id, hex; empty when the log does not name who it was.
    pub author_id: String,
    /// Whether it is oneself.
    pub mine: bool,
    /// First change, RFC 3339.
    pub from: String,
    /// Last change, RFC 3339.
    pub to: String,
    /// Heads after it.
    pub heads: String,
    /// Heads of the same document without this session: from these to `heads` is what the session did.
    pub from_heads: String,
    /// Changes in it.
    pub changes: usize,
    /// What it came to in a few words; empty for sessions beyond the newest [`SUMMARIES`].
    pub summary: String,
}

/// Sessions of a history that carry a summary: the newest ones.
pub const SUMMARIES: usize = 200;

/// What changed between two heads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DiffView {
    /// Block by block, in reading order; blocks that moved stand where they are in the newer version.
    pub blocks: Vec<DiffBlockView>,
    /// Fields: name, before, after.
    pub fields: Vec<(String, String, String)>,
    /// Who changed each of `fields`, in the same order, where the document knows.
    pub field_authors: Vec<Option<AuthorView>>,
    /// Older heads.
    pub from_heads: String,
    /// Newer heads.
    pub to_heads: String,
}

/// One block of a difference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DiffBlockView {
    /// `same`, `changed`, `added`, `removed`, `moved`.
    pub state: String,
    /// Runs: `keep`, `insert` or `delete`, and the text.
    pub runs: Vec<(String, String)>,
    /// Marker of the block in the newer version; in the older one for `removed`.
    pub marker: String,
    /// The block as it is; none for `removed`.
    pub block: Option<Block>,
    /// The block as it was; for `changed` and `removed` only.
    pub was: Option<Block>,
    /// The runs with marks and authors; empty for tables and dividers, whose content is in `block` and `was`.
    pub rich: Vec<DiffRunView>,
    /// Who added, removed or moved it, or made it another kind of block, where the document knows.
    pub by: Option<AuthorView>,
    /// For `moved`: where it was.
    pub moved_from: Option<MovedFromView>,
}

/// A stretch of a block's content in a difference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DiffRunView {
    /// `keep`, `insert`, `delete`, or `format` for the same characters with other marks.
    pub state: String,
    /// As it is, or what went.
    pub content: Vec<Inline>,
    /// For `format`: as it was.
    pub was: Vec<Inline>,
    /// Whose hand it is, where the document knows.
    pub by: Option<AuthorView>,
}

/// Where a block was before it moved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MovedFromView {
    /// Its place among the blocks of the older version, from 0.
    pub index: usize,
    /// First words of the block before it there; empty when it was the first.
    pub after: String,
}

/// What changed since oneself last read a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SinceReadView {
    /// Whether oneself has ever read it; if not, the difference is the whole document.
    pub read_before: bool,
    /// Whether something changed since.
    pub changed: bool,
    /// What changed; its `from_heads` are the last that were read, its `to_heads` the present ones.
    pub diff: DiffView,
}

/// What was combined while people were apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MergesView {
    /// Newest separation first.
    pub merges: Vec<MergeView>,
    /// Present heads: what to hand to [`Command::MergeReviewed`](super::Command::MergeReviewed) after a look.
    pub heads: String,
}

/// One separation with what both sides changed in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MergeView {
    /// Heads that both sides began with.
    pub base_heads: String,
    /// Heads in which both are.
    pub merged_heads: String,
    /// One's own side.
    pub mine: MergeSideView,
    /// The others.
    pub theirs: MergeSideView,
    /// Blocks that both changed.
    pub blocks: Vec<MergeBlockView>,
    /// Fields that both changed.
    pub fields: Vec<MergeFieldView>,
}

/// One side of a separation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MergeSideView {
    /// The document as this side had it: for [`Command::PageRestoreBlock`](super::Command::PageRestoreBlock).
    pub heads: String,
    /// Who wrote on this side, each once; `when` is the side's last change.
    pub authors: Vec<AuthorView>,
    /// First change of the side while apart, RFC 3339 with zone.
    pub from: String,
    /// Last change.
    pub to: String,
}

/// A block that both sides changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MergeBlockView {
    /// Its marker.
    pub marker: String,
    /// Its place on the present page, from 0; none where it is gone.
    pub index: Option<usize>,
    /// As both had it before.
    pub base: Option<Block>,
    /// As one's own side had it; none where it was deleted.
    pub mine: Option<Block>,
    /// As the others had it.
    pub theirs: Option<Block>,
    /// What came of it.
    pub merged: Option<Block>,
}

/// A field that both sides changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MergeFieldView {
    /// The field.
    pub field: String,
    /// Its values in words.
    pub base: String,
    /// One's own.
    pub mine: String,
    /// The others'.
    pub theirs: String,
    /// Which won.
    pub merged: String,
}
