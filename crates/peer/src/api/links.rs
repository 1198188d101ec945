//! What links to a document, and what links lead to.

use serde::Serialize;

/// Most ids of one question about link targets.
pub const MAX_LINK_TARGETS: usize = 1_000;
/// Most documents that are named as linking to one.
pub const MAX_BACKLINKS: usize = 500;

/// Documents that link to one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BacklinksView {
    /// The document they link to.
    pub id: String,
    /// By title; at most [`MAX_BACKLINKS`].
    pub links: Vec<BacklinkView>,
}

/// A document that links to another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BacklinkView {
    /// Full id.
    pub id: String,
    /// `page` or `task`.
    pub kind: String,
    /// Title.
    pub title: String,
    /// The line in which the link stands.
    pub context: String,
}

/// What links lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LinkTargetsView {
    /// In the order asked for.
    pub targets: Vec<LinkTargetView>,
}

/// What one link leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LinkTargetView {
    /// Full id as asked for.
    pub id: String,
    /// `page`, `task`, `person`, or empty while it is not here.
    pub kind: String,
    /// Title; empty while it is not here.
    pub title: String,
    /// Whether it is here. What is not may come with a later exchange, or lie in a space one is not in.
    pub present: bool,
    /// In the trash.
    pub trashed: bool,
}
