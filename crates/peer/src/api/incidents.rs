//! Incidents: what their pages say in fields.

use serde::Serialize;

use super::{ConflictView, PersonView};

/// Incidents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IncidentsView {
    /// Those that are not closed first, then the newest.
    pub incidents: Vec<IncidentView>,
}

/// An incident.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IncidentView {
    /// Full id of the page.
    pub id: String,
    /// Title.
    pub title: String,
    /// `open`, `contained` or `closed`.
    pub state: String,
    /// Who holds it.
    pub owner: Option<PersonView>,
    /// `critical`, `major` or `minor`; none where nobody said.
    pub severity: Option<String>,
    /// What or who is hit.
    pub affected: String,
    /// Since when it hurts, RFC 3339 with the zone it was meant in.
    pub started: Option<String>,
    /// When it no longer did, likewise.
    pub resolved: Option<String>,
    /// What stopped it.
    pub outcome: String,
    /// Values that others wrote at the same time and that lost.
    pub conflicts: Vec<ConflictView>,
    /// Last change, RFC 3339 with zone.
    pub updated: String,
}
