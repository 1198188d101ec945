//! The typed fields over a page, with what they can be changed to.

use serde::Serialize;

use super::{DecisionLink, DecisionView, HandoffView, IncidentView, OnView, UpkeepPage};

/// What stands over the text of a page, and what its details say of it; without typed fields a page has only the latter.
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
    /// The page is an incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentView>,
    /// Who answers for the page, and when it is looked at again.
    pub upkeep: UpkeepPage,
    /// The project that the page belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<OnView>,
    /// Other decisions, oldest first: what a decision can replace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<DecisionLink>,
    /// Projects that a decision can concern, and that a page can belong to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<OnView>,
}
