//! Time zones of the bundled database, and instants in them.
//!
//! The system's database is never read: it is often older, and two replicas must compute the same.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use super::{DAY_MS, HoursError, shown};

/// Most clock changes that [`Zone::changes`] lists.
const MAX_CHANGES: usize = 256;

/// IANA release of the bundled database.
const TZDB_VERSION: &str = "2026f";

/// The release of the time-zone database that all computations here use, such as `2026f`.
pub fn tzdb_version() -> &'static str {
    TZDB_VERSION
}

/// A time zone of the bundled database.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    tz: TimeZone,
    name: String,
}

/// A moment at which clocks of a zone are put forward or back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetChange {
    /// When it happens.
    pub at_ms: i64,
    /// Seconds east of UTC until then.
    pub before_s: i32,
    /// Seconds east of UTC from then on.
    pub after_s: i32,
    /// Abbreviation from then on, such as `BST`.
    pub abbreviation: String,
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Zone {
    /// Looks a zone up by its IANA name; upper and lower case are the same.
    ///
    /// # Errors
    /// [`HoursError::Zone`] when the bundled database has no such zone.
    pub fn get(name: &str) -> Result<Zone, HoursError> {
        let tz = TimeZoneDatabase::bundled().get(name.trim()).map_err(|_| HoursError::Zone(shown(name)))?;
        match tz.iana_name().map(str::to_owned) {
            Some(name) if !tz.is_unknown() => Ok(Zone { tz, name }),
            _ => Err(HoursError::Zone(shown(name))),
        }
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Zone {
        Zone { tz: TimeZone::UTC, name: "UTC".to_owned() }
    }

    /// Names of all zones of the bundled database, sorted.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> =
            TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect();
        names.sort();
        names
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The wall time at an instant. Instants beyond the years ±9999 count as the last one known.
    pub fn local(&self, at_ms: i64) -> DateTime {
        self.tz.to_datetime(timestamp(at_ms))
    }

    /// The date at an instant.
    pub fn date(&self, at_ms: i64) -> Date {
        self.local(at_ms).date()
    }

    /// The instant of a wall time: one in a gap moves forward by the gap, of a repeated one the earlier counts.
    pub fn instant(&self, local: DateTime) -> i64 {
        match self.tz.to_ambiguous_timestamp(local).compatible() {
            Ok(at) => at.as_millisecond(),
            Err(_) if local.year() > 0 => Timestamp::MAX.as_millisecond(),
            Err(_) => Timestamp::MIN.as_millisecond(),
        }
    }

    /// The instant of a date and the minutes after its midnight on the wall clock; 1440 and more lie on the next days.
    pub fn instant_of(&self, date: Date, minutes: u16) -> i64 {
        let day = date.saturating_add(SignedDuration::from_hours(24 * i64::from(minutes / 1440)));
        let rest = minutes % 1440;
        self.instant(day.at((rest / 60) as i8, (rest % 60) as i8, 0, 0))
    }

    /// Seconds east of UTC at an instant.
    pub fn offset_s(&self, at_ms: i64) -> i32 {
        self.tz.to_offset(timestamp(at_ms)).seconds()
    }

    /// The abbreviation in use at an instant, such as `JST`; zones without letters give `+03`.
    pub fn abbreviation(&self, at_ms: i64) -> String {
        self.tz.to_offset_info(timestamp(at_ms)).abbreviation().to_owned()
    }

    /// For people: `Mon 23 Nov 16:00 JST`.
    pub fn show(&self, at_ms: i64) -> String {
        format!("{} {}", self.local(at_ms).strftime("%a %d %b %H:%M"), self.abbreviation(at_ms))
    }

    /// For people, short: `Mon 16:00`.
    pub fn show_short(&self, at_ms: i64) -> String {
        self.local(at_ms).strftime("%a %H:%M").to_string()
    }

    /// For machines: RFC 3339 with the zone in brackets, `2026-11-23T16:00:00+09:00[Asia/Tokyo]`.
    pub fn rfc9557(&self, at_ms: i64) -> String {
        timestamp(at_ms).to_zoned(self.tz.clone()).to_string()
    }

    /// For machines: RFC 3339 with the offset, `2026-11-23T16:00:00+09:00`.
    pub fn rfc3339(&self, at_ms: i64) -> String {
        let at = timestamp(at_ms);
        at.display_with_offset(self.tz.to_offset(at)).to_string()
    }

    /// Reads a moment: RFC 3339 with `Z`, offset or zone in brackets; or a local `2026-11-23T16:00`, `2026-11-23 16:00`
    /// or `2026-11-23` (midnight) of this zone.
    ///
    /// # Errors
    /// [`HoursError::Moment`].
    pub fn moment(&self, text: &str) -> Result<i64, HoursError> {
        let bad = || HoursError::Moment(shown(text));
        let text = text.trim();
        if let Some((stamp, zone)) = text.strip_suffix(']').and_then(|t| t.split_once('[')) {
            let zone = Zone::get(zone)?;
            return zone.moment(stamp);
        }
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(at.as_millisecond());
        }
        if let Some(at) = minutes_with_offset(text) {
            return Ok(at);
        }
        text.parse::<DateTime>().map(|local| self.instant(local)).map_err(|_| bad())
    }

    /// The clock changes after `from_ms` and before `until_ms`, oldest first, at most 256.
    pub fn changes(&self, from_ms: i64, until_ms: i64) -> Vec<OffsetChange> {
        let mut before = self.offset_s(from_ms);
        let mut changes = Vec::new();
        let known = self.tz.following(timestamp(from_ms)).take(4 * MAX_CHANGES);
        for change in known.take_while(|c| c.timestamp().as_millisecond() < until_ms) {
            let after = change.offset().seconds();
            if after != before && changes.len() < MAX_CHANGES {
                changes.push(OffsetChange {
                    at_ms: change.timestamp().as_millisecond(),
                    before_s: before,
                    after_s: after,
                    abbreviation: change.abbreviation().to_owned(),
                });
            }
            before = after;
        }
        changes
    }

    /// The whole of a date in this zone: 23 or 25 hours on days of a clock change.
    pub fn day(&self, date: Date) -> super::Span {
        super::Span { from_ms: self.instant_of(date, 0), until_ms: self.instant_of(date, 1440) }
    }
}

/// `2026-11-23T16:00Z` and `2026-11-23T16:00+09:00`: RFC 3339 without seconds.
fn minutes_with_offset(text: &str) -> Option<i64> {
    let (local, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(local) => (local, Offset::UTC),
        None => {
            let at = text.len().checked_sub(6)?;
            let (local, offset) = (text.get(..at)?, text.get(at..)?);
            let sign = match offset.get(..1)? {
                "+" => 1,
                "-" => -1,
                _ => return None,
            };
            let time: Time = offset.get(1..)?.parse().ok()?;
            let seconds = sign * (i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60);
            (local, Offset::from_seconds(seconds).ok()?)
        }
    };
    let local = local.parse::<DateTime>().ok()?;
    offset.to_timestamp(local).ok().map(Timestamp::as_millisecond)
}

/// The instant nearest to `at_ms` that the calendar reaches, a few days kept off its ends so that sums stay inside.
fn timestamp(at_ms: i64) -> Timestamp {
    let first = Timestamp::MIN.as_millisecond() + 4 * DAY_MS;
    let last = Timestamp::MAX.as_millisecond() - 4 * DAY_MS;
    Timestamp::from_millisecond(at_ms.clamp(first, last)).unwrap_or(Timestamp::UNIX_EPOCH)
}
