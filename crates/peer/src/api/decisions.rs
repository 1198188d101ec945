//! Decisions: pages with typed fields, and the log of them.

use serde::Serialize;

use super::{ConflictView, OnView, PersonView};

/// Longest outcome of a decision, characters.
pub const MAX_OUTCOME_CHARS: usize = 2_000;

/// The log of decisions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DecisionsView {
    /// Oldest first.
    pub decisions: Vec<DecisionView>,
}

/// A decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DecisionView {
    /// Full id of the page.
    pub id: String,
    /// Title.
    pub title: String,
    /// `proposed`, `decided` or `superseded`.
    pub state: String,
    /// Who answers for it.
    pub owner: Option<PersonView>,
    /// Who decides.
    pub deciders: Vec<DeciderView>,
    /// By when.
    pub decide_by: Option<DecideByView>,
    /// What was decided; empty while it is open.
    pub outcome: String,
    /// Projects that it concerns.
    pub affects: Vec<OnView>,
    /// Decisions that it replaces.
    pub supersedes: Vec<DecisionLink>,
    /// Decisions that replace it.
    pub superseded_by: Vec<DecisionLink>,
    /// Full id of the thread that it was recorded from.
    pub thread: Option<String>,
    /// First change, RFC 3339 with zone.
    pub created: String,
    /// Last change, RFC 3339 with zone.
    pub updated: String,
    /// Values that others wrote at the same time and that lost.
    pub conflicts: Vec<ConflictView>,
}

/// Somebody who decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeciderView {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// By when, in their own zone, in words.
    pub local: Option<String>,
}

/// By when something is to be decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DecideByView {
    /// The date.
    pub date: String,
    /// The zone it is meant in.
    pub zone: String,
    /// The instant at which it ends, RFC 3339 in UTC.
    pub at: Option<String>,
    /// The same in the reader's zone, in words.
    pub yours: Option<String>,
    /// Whether that is past and nothing is decided.
    pub overdue: bool,
}

/// A decision that another one names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DecisionLink {
    /// Full id of the page.
    pub id: String,
    /// Title; empty while it is not here.
    pub title: String,
}
