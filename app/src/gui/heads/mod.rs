//! The typed fields over the text of a page: a decision with its people and its time, a hand-off with its two sides, an
//! incident with who holds it, how bad it is and since when.
//!
//! `data` is a head as plain rows, `menus` are what its fields open, `ui` draws it. What changes goes to the engine at once.

pub mod data;
pub mod incident;
pub mod menus;
pub mod ui;

/// A field of a head, or what can be done with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Where a decision stands.
    State,
    /// Who answers for it.
    Owner,
    /// Who decides.
    Deciders,
    /// By when.
    DecideBy,
    /// What was decided.
    Outcome,
    /// Projects that it concerns.
    Affects,
    /// Decisions that it replaces.
    Replaces,
    /// A hand-off is taken.
    Accept,
    /// It is given back.
    Return,
    /// A field of an incident.
    Incident(Field),
}

/// A field of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Where it stands.
    State,
    /// Who holds it.
    Owner,
    /// How bad it is.
    Severity,
    /// What or who is hit.
    Affected,
    /// Since when.
    Started,
    /// Until when.
    Resolved,
    /// What stopped it.
    Outcome,
}
