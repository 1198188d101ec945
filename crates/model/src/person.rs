//! People: typed fields of a member's profile.

use serde::{Deserialize, Serialize};

use crate::doc::Doc;

/// What a member says of himself. Times of day, windows and dates are text that `hours` reads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonFields {
    /// Name.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Weekly windows, as `Mon-Fri 09:00-17:30`.
    pub hours: String,
    /// Check-ins, `HH:MM`, sorted.
    pub checkins: Vec<String>,
    /// Time off: `YYYY-MM-DD` or `YYYY-MM-DD..YYYY-MM-DD`, sorted.
    pub off: Vec<String>,
    /// Holidays, `YYYY-MM-DD`, sorted.
    pub holidays: Vec<String>,
}

impl Doc {
    /// The document read as a profile.
    pub fn person(&self) -> PersonFields {
        PersonFields::default()
    }
}
