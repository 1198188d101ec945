//! Incidents: something that broke, who holds it, how bad it is and since when. A moment is kept as RFC 3339 with the zone in
//! which it was meant.

use serde::{Deserialize, Serialize};

use super::{OUTCOME, OWNER, STATE};
use crate::doc::Doc;
use crate::fields;

/// Root field: how bad it is, a word of [`Severity`].
pub const SEVERITY: &str = "severity";
/// Root field: what or who is hit, in words.
pub const AFFECTED: &str = "affected";
/// Root field: since when it hurts, a moment.
pub const STARTED: &str = "started";
/// Root field: when it no longer did, a moment.
pub const RESOLVED: &str = "resolved";

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IncidentState {
    /// It still hurts.
    #[default]
    Open,
    /// It does not hurt any more; the cause is not mended.
    Contained,
    /// Over; it has an outcome.
    Closed,
}

/// How bad an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Work stands still, or something is lost.
    Critical,
    /// Many are hindered.
    Major,
    /// Few notice.
    Minor,
}

/// What an incident says. Rows written before a field was known read it as not said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct IncidentFields {
    /// Where it stands.
    pub state: IncidentState,
    /// Who holds it, hex.
    pub owner: String,
    /// What stopped it.
    pub outcome: String,
    /// How bad it is. What is not said is not written, so that rows are the same as before the field was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// What or who is hit.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub affected: String,
    /// Since when it hurts, as written; empty where nobody knows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub started: String,
    /// When it no longer did, as written.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resolved: String,
}

impl IncidentState {
    /// All of them.
    pub const ALL: [IncidentState; 3] =
        [IncidentState::Open, IncidentState::Contained, IncidentState::Closed];

    /// The word in documents and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            IncidentState::Open => "open",
            IncidentState::Contained => "contained",
            IncidentState::Closed => "closed",
        }
    }

    /// The state of a word.
    pub fn from_name(name: &str) -> Option<IncidentState> {
        IncidentState::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Severity; 3] = [Severity::Critical, Severity::Major, Severity::Minor];

    /// The word in documents and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::Major => "major",
            Severity::Minor => "minor",
        }
    }

    /// The severity of a word.
    pub fn from_name(name: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

impl Doc {
    /// The page read as an incident.
    pub fn incident(&self) -> IncidentFields {
        let doc = &self.crdt;
        IncidentFields {
            state: IncidentState::from_name(&fields::text(doc, STATE)).unwrap_or_default(),
            owner: fields::text(doc, OWNER),
            outcome: fields::text(doc, OUTCOME),
            severity: Severity::from_name(&fields::text(doc, SEVERITY)),
            affected: fields::text(doc, AFFECTED),
            started: fields::text(doc, STARTED),
            resolved: fields::text(doc, RESOLVED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_an_old_row_says_less() {
        for state in IncidentState::ALL {
            assert_eq!(IncidentState::from_name(state.name()), Some(state));
        }
        for severity in Severity::ALL {
            assert_eq!(Severity::from_name(severity.name()), Some(severity));
        }
        let old = r#"{"state":"closed","owner":"ab","outcome":"The wind turned"}"#;
        let read: IncidentFields = serde_json::from_str(old).unwrap();
        assert_eq!((read.state, read.severity, read.started.as_str()), (IncidentState::Closed, None, ""));
        assert_eq!(serde_json::to_string(&read).unwrap(), old, "and is written as it was");
    }
}
