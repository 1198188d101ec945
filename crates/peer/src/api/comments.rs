//! Comments on pages.

use serde::Serialize;

/// Longest message of a comment, bytes.
pub const MAX_COMMENT_BYTES: usize = 16 * 1024;
/// Most messages of one thread that are shown.
pub const MAX_MESSAGES: usize = 1_000;
/// Most threads of one page that are shown.
pub const MAX_THREADS: usize = 1_000;

/// What a comment is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommentOn {
    /// The page as a whole.
    Page,
    /// A whole block, by its marker or its place on the page from 0.
    Block(String),
    /// Positions `from..to` of the page's text, a block marker and an image being one each.
    Range {
        /// First position.
        from: usize,
        /// Position after the last.
        to: usize,
        /// Heads for which the positions hold; the present ones when `None`.
        base: Option<String>,
    },
    /// The first place where these words stand within a block.
    Words(String),
}

/// Comments on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CommentsView {
    /// In the order of the page: first those on the page as a whole, last those whose text is gone.
    pub threads: Vec<CommentView>,
    /// Heads of the page for which the positions hold.
    pub heads: String,
}

/// One thread of comments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CommentView {
    /// Id of the thread.
    pub id: String,
    /// The words it was put on, at that time; empty for the page as a whole.
    pub quote: String,
    /// All of its text was deleted: it has no place, and the quote stands in.
    pub gone: bool,
    /// Where it stands; none when `gone`, and for a comment on the page as a whole.
    pub place: Option<CommentPlace>,
    /// Whether it is resolved.
    pub resolved: bool,
    /// In the order they were written.
    pub messages: Vec<MessageView>,
}

/// Where a comment stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CommentPlace {
    /// First position in the page's text.
    pub from: usize,
    /// Position after the last.
    pub to: usize,
    /// Marker of the block in which it begins.
    pub block: String,
    /// Place of that block on the page, from 0.
    pub index: usize,
    /// First character within that block.
    pub at: usize,
    /// Marker of the block in which it ends.
    pub end_block: String,
    /// Character within that block after the last.
    pub end_at: usize,
}

/// One message of a thread.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MessageView {
    /// Name of who wrote it.
    pub author: String,
    /// Member id, hex; empty when the log does not name who it was.
    pub author_id: String,
    /// Whether it is oneself.
    pub mine: bool,
    /// When, by their clock, RFC 3339 with zone.
    pub when: String,
    /// What it says.
    pub text: String,
}
