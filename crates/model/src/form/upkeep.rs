//! Who answers for a page, and by when somebody has to look whether it is still true. Any page may say so, whatever form it
//! has.

use serde::{Deserialize, Serialize};

use super::{By, OWNER};
use crate::doc::Doc;
use crate::fields;
use crate::hours::{Date, Zone};

/// Root field: by when the page is to be looked at again, see [`By`].
pub const REVIEW_BY: &str = "review_by";
/// Root field: days from one look to the next.
pub const REVIEW_DAYS: &str = "review_days";
/// Root field: when somebody last said that it is still true, and who: `2026-11-24[Europe/London] MEMBER`.
pub const STILL_TRUE: &str = "still_true";
/// Days from one look to the next where the page does not say.
pub const USUAL_REVIEW_DAYS: u32 = 90;
/// Most days from one look to the next.
pub const MAX_REVIEW_DAYS: u32 = 3_650;

/// What a page says of its upkeep.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UpkeepFields {
    /// Who answers for it, hex; empty for nobody.
    pub owner: String,
    /// By when it is to be looked at.
    pub review_by: Option<By>,
    /// Days from one look to the next.
    pub days: Option<u32>,
    /// The day of the last look.
    pub looked: Option<By>,
    /// Whose that was, hex.
    pub looked_by: String,
}

impl UpkeepFields {
    /// The date of the look after one that is taken on `today`.
    pub fn next(&self, today: Date) -> Date {
        let days = self.days.unwrap_or(USUAL_REVIEW_DAYS);
        let hours = jiff::SignedDuration::from_hours(24 * i64::from(days));
        today.saturating_add(hours)
    }
}

impl Doc {
    /// What the page says of its upkeep; none when nobody has to look at it again.
    pub fn upkeep(&self) -> Option<UpkeepFields> {
        Some(self.kept_by()).filter(|upkeep| upkeep.review_by.is_some())
    }

    /// The same, also where nobody has to look at it again.
    pub fn kept_by(&self) -> UpkeepFields {
        let doc = &self.crdt;
        let review_by = By::read(&fields::text(doc, REVIEW_BY), &Zone::utc());
        let told = fields::text(doc, STILL_TRUE);
        let (looked, looked_by) = told.split_once(' ').unwrap_or((&told, ""));
        UpkeepFields {
            owner: fields::text(doc, OWNER),
            review_by,
            days: fields::text(doc, REVIEW_DAYS).parse().ok().filter(|n| (1..=MAX_REVIEW_DAYS).contains(n)),
            looked: By::read(looked, &Zone::utc()),
            looked_by: looked_by.to_owned(),
        }
    }
}
