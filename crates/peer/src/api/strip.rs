//! Who is where in their day, and what hours people share.

use serde::Serialize;

/// Hours of the strip before now, and after it.
pub const STRIP_HOURS: (i64, i64) = (6, 18);
/// Most weeks that a question about shared hours covers.
pub const MAX_OVERLAP_WEEKS: u16 = 52;

/// People on one ruler of 24 hours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StripView {
    /// The instant, RFC 3339 with own zone.
    pub at: String,
    /// First instant of the ruler.
    pub from: String,
    /// First instant after it.
    pub until: String,
    /// From east to west.
    pub people: Vec<StripPerson>,
    /// Version of the zone data used.
    pub zone_data: String,
    /// Whose devices use another version, in words; empty where nobody's does.
    pub zone_data_differs: String,
}

/// One person on the ruler.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StripPerson {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Minutes east of UTC at the instant.
    pub offset_minutes: i32,
    /// Whether it is oneself.
    pub me: bool,
    /// Their local time, `Wed 00:10`.
    pub local: String,
    /// Whether this is within their stated hours.
    pub working: bool,
    /// Working time on the ruler; stretches may begin before it and end after it.
    pub hours: Vec<SpanView>,
    /// Check-ins on the ruler, RFC 3339 with their zone.
    pub checkins: Vec<String>,
    /// The next check-in, RFC 3339 with their zone; none when they have no working time.
    pub next_checkin: Option<String>,
    /// Until when they want to hear nothing, RFC 3339 with their zone; none when that is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus_until: Option<String>,
    /// Why no working time is left on the ruler, in their words: `weekend until Mon 09:00`.
    pub away: Option<String>,
}

/// A stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SpanView {
    /// First instant, RFC 3339 with zone.
    pub from: String,
    /// First instant after it.
    pub until: String,
}

/// Hours that people share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OverlapView {
    /// Their names.
    pub people: Vec<String>,
    /// Own zone, in which the dates count.
    pub zone: String,
    /// Stretches that all of them work, in order.
    pub windows: Vec<OverlapWindow>,
    /// Shared time of each week from the first day on, minutes.
    pub weeks: Vec<OverlapWeek>,
    /// Clock changes that alter what they share.
    pub warnings: Vec<OverlapWarning>,
    /// Holidays of theirs on which they would have hours.
    pub holidays: Vec<OverlapOff>,
    /// Version of the zone data used.
    pub zone_data: String,
}

/// A stretch that all of them work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OverlapWindow {
    /// Date in own zone.
    pub date: String,
    /// First instant, RFC 3339 with own zone.
    pub from: String,
    /// First instant after it.
    pub until: String,
    /// How long it is.
    pub minutes: i64,
}

/// What a week holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OverlapWeek {
    /// Its first date.
    pub from: String,
    /// Shared time in it.
    pub minutes: i64,
}

/// A day on which somebody has a holiday.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OverlapOff {
    /// Date in their zone.
    pub date: String,
    /// Who.
    pub who: String,
    /// Name of the holiday.
    pub why: String,
}

/// A clock change that alters what people share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OverlapWarning {
    /// When clocks change, RFC 3339 with own zone.
    pub when: String,
    /// The zone in which they do.
    pub zone: String,
    /// Whether it lies within a week.
    pub soon: bool,
    /// Shared time of the seven days before, minutes.
    pub minutes_before: i64,
    /// Shared time of the seven days after, minutes.
    pub minutes_after: i64,
    /// In words.
    pub text: String,
}
