//! When somebody can be expected to answer.

use serde::Serialize;

/// When somebody can be expected to answer; of several, top-level times are those of whoever may answer last.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WhenView {
    /// Name; of several, all names.
    pub name: String,
    /// Zone.
    pub zone: String,
    /// Instant from which it counts, RFC 3339.
    pub available: String,
    /// RFC 3339, UTC.
    pub urgent_by: Option<String>,
    /// RFC 3339, UTC.
    pub standard_by: Option<String>,
    /// The same in their local time, in words.
    pub local: WhenLocal,
    /// Version of the zone data used.
    pub zone_data: String,
    /// Each person, first to answer first.
    pub people: Vec<WhenPerson>,
    /// What can be chosen, and what each choice does to the expected time.
    pub choices: Vec<WhenChoice>,
}

/// Local times in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WhenLocal {
    /// When it reaches them.
    pub available: String,
    /// Urgent by.
    pub urgent_by: Option<String>,
    /// Standard by.
    pub standard_by: Option<String>,
}

/// One person in [`WhenView`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WhenPerson {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// Zone.
    pub zone: String,
    /// Whether it is in their hours at that instant.
    pub working: bool,
    /// Their next check-in after it, RFC 3339, UTC.
    pub next_checkin: Option<String>,
    /// RFC 3339, UTC.
    pub urgent_by: Option<String>,
    /// RFC 3339, UTC.
    pub standard_by: Option<String>,
    /// The same in their local time, in words.
    pub local: WhenLocal,
    /// Holidays between that instant and the standard time, `2026-12-25 Christmas Day`.
    pub holidays: Vec<String>,
    /// For how many days no device of theirs was met by this one; none when that is unknown.
    pub not_met_days: Option<i64>,
}

/// A choice of when to deliver.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WhenChoice {
    /// `now` or `their-morning`.
    pub deliver: String,
    /// When it appears, RFC 3339, UTC.
    pub at: String,
    /// When the first may answer, standard, RFC 3339, UTC.
    pub first_by: Option<String>,
    /// When the last may.
    pub last_by: Option<String>,
    /// In a sentence.
    pub text: String,
}
