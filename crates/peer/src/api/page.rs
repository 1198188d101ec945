//! What an editor asks of a page while somebody types: the page as one sequence of positions, and changes of it.

use serde::Serialize;
use tern_model::Delta;
use tern_model::flat::Flat;

/// What became of a change that a window handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageDeltaReply {
    /// Full id.
    pub id: String,
    /// Heads after the command; what the window holds once `remote`, rebased over its change, is performed on its page.
    pub heads: String,
    /// What others did between the base and this command, on the page as of the base.
    pub remote: Delta,
    /// Whether the command changed anything.
    pub changed: bool,
}

/// A page to edit.
#[derive(Debug, Clone)]
pub struct FlatView {
    /// Full id.
    pub id: String,
    /// Heads it is the page of.
    pub heads: String,
    /// The page.
    pub flat: Flat,
}

/// What changed in a page since a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageChangesView {
    /// Full id.
    pub id: String,
    /// Current heads.
    pub heads: String,
    /// What leads from the page at the version asked for to the current one.
    pub delta: Delta,
    /// [`Flat::digest`] of the current page.
    pub digest: u64,
}

/// What brings torn words back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageTornView {
    /// Full id.
    pub id: String,
    /// The version that the change is made on.
    pub heads: String,
    /// The change; empty when nothing is torn.
    pub delta: Delta,
}
