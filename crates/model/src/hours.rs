//! People's time: zones, weekly hours, check-ins, and when an answer may be expected.
//!
//! Every function is one of data and the instant given; no clock is read, and no validity rule may rest on what is
//! computed here. Instants are milliseconds since 1970 UTC. Wall times are kept local with their zone and become
//! instants late: a time in a gap moves forward, of a repeated time the earlier counts.

mod day;
mod expect;
mod holidays;
mod overlap;
mod profile;
mod quiet;
#[cfg(test)]
mod tests;
mod weekly;
mod zone;

pub use day::{Away, DayPart};
pub use expect::{Expected, Rule, URGENT_WORK_MS, expected, expected_by, worked};
pub use holidays::{HolidayError, Holidays, MAX_ICS_BYTES, read_holidays};
pub use jiff::civil::{Date, DateTime, Weekday};
pub use overlap::{SharedDay, clock_change_effects, shared_days, shared_spans};
pub use profile::{DEFAULT_CHECKINS, Profile, ProfileText, SEARCH_DAYS, TimeOff};
pub use quiet::{Arrival, Hearing};
pub use weekly::{DAY_MINUTES, Minute, Weekly, Window, parse_checkins, print_checkins};
pub use zone::{OffsetChange, Zone, tzdb_version};

/// Milliseconds of a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds of 24 hours.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A stretch of time: from the first instant up to, not including, the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First instant.
    pub from_ms: i64,
    /// First instant after it.
    pub until_ms: i64,
}

impl Span {
    /// How long it is.
    pub fn length_ms(&self) -> i64 {
        self.until_ms.saturating_sub(self.from_ms).max(0)
    }

    /// What it shares with `other`, if anything.
    pub fn shared(&self, other: &Span) -> Option<Span> {
        let (from_ms, until_ms) = (self.from_ms.max(other.from_ms), self.until_ms.min(other.until_ms));
        (from_ms < until_ms).then_some(Span { from_ms, until_ms })
    }
}

/// A text about hours that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Not in the bundled time-zone database.
    #[error("“{0}” is not a time zone; write one like Europe/London")]
    Zone(String),
    /// Not a day of the week.
    #[error("“{0}” is not a day; write days like Mon-Fri or Sat,Sun")]
    Day(String),
    /// Not a time of day.
    #[error("“{0}” is not a time; write times like 09:00")]
    Time(String),
    /// Not a window of a day.
    #[error("“{0}” is not a stretch of hours; write them like Mon-Fri 09:00-12:00,13:00-18:00")]
    Window(String),
    /// Not a date or a range of dates.
    #[error("“{0}” is not a date; write dates like 2026-12-24 or 2026-12-24..2027-01-02")]
    Date(String),
    /// Not an instant.
    #[error("“{0}” is not a moment; write 2026-11-23T16:00Z, or 2026-11-23 16:00 for local time")]
    Moment(String),
    /// Too much of something.
    #[error("there are more than {0} {1}")]
    TooMany(usize, &'static str),
}

/// The beginning of a text that could not be read, for a message.
fn shown(text: &str) -> String {
    text.trim().chars().take(60).collect()
}
