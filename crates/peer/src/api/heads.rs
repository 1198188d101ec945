//! The typed fields over a page, with what they can be changed to.

use serde::Serialize;

use super::{DecisionLink, DecisionView, HandoffView, OnView};

/// What stands over the text of a page; all of it empty for a page without typed fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HeadView {
    /// Full id of the page.
    pub id: String,
    /// The page is a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionView>,
    /// The page is a hand-off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handoff: Option<HandoffView>,
    /// Other decisions, oldest first: what a decision can replace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<DecisionLink>,
    /// Projects that a decision can concern.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<OnView>,
}
