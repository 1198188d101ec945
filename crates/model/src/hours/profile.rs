//! One person's working time as instants.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use super::weekly::{DAY_MINUTES, Minute, Weekly, parse_checkins};
use super::{HoursError, Span, Zone, shown};
use crate::person::PersonFields;

/// Check-ins of a person who named none: 09:00, 13:00 and 16:00.
pub const DEFAULT_CHECKINS: [Minute; 3] = [9 * 60, 13 * 60, 16 * 60];
/// How many days ahead working time and check-ins are looked for.
pub const SEARCH_DAYS: usize = 732;
/// Most entries of time off, and most holidays.
const MAX_DAYS_OFF: usize = 1_024;

/// Time away from work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeOff {
    /// Whole days in the person's own zone, the last one included.
    Days {
        /// First day off.
        first: Date,
        /// Last day off.
        last: Date,
    },
    /// From one instant to another.
    Between(Span),
}

/// When a person works. Built from text with [`Profile::read`] or field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Where the wall clock hangs.
    pub zone: Zone,
    /// Weekly hours.
    pub weekly: Weekly,
    /// Times of day at which messages are read, ascending. They count inside working time only; when none ever lies
    /// inside, the beginnings of the windows count instead.
    pub checkins: Vec<Minute>,
    /// Time off.
    pub off: Vec<TimeOff>,
    /// Holidays: whole days in the person's zone, with their names; a name may be empty.
    pub holidays: BTreeMap<Date, String>,
}

/// A profile as the texts that people write and documents keep.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProfileText<'a> {
    /// IANA name.
    pub zone: &'a str,
    /// Weekly hours, as [`Weekly`] reads them.
    pub hours: &'a str,
    /// Check-ins, or `None` for [`DEFAULT_CHECKINS`].
    pub checkins: Option<&'a str>,
    /// Days off: `2026-12-24` or `2026-12-24..2027-01-02`; or two instants in RFC 3339 with `..` between.
    pub off: &'a [String],
    /// Holidays: dates, anything after the first space is their name.
    pub holidays: &'a [String],
}

impl TimeOff {
    /// Reads one entry of time off.
    ///
    /// # Errors
    /// [`HoursError::Date`].
    pub fn parse(text: &str) -> Result<TimeOff, HoursError> {
        let bad = || HoursError::Date(shown(text));
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (first.trim(), last.trim());
        if first.contains('T') {
            let instant = |t: &str| Zone::utc().moment(t).map_err(|_| bad());
            let (from_ms, until_ms) = (instant(first)?, instant(last)?);
            return Some(Span { from_ms, until_ms })
                .filter(|s| s.length_ms() > 0)
                .map(TimeOff::Between)
                .ok_or_else(bad);
        }
        let date = |t: &str| t.parse::<Date>().map_err(|_| bad());
        let (first, last) = (date(first)?, date(last)?);
        if first <= last { Ok(TimeOff::Days { first, last }) } else { Err(bad()) }
    }
}

impl fmt::Display for TimeOff {
    /// Writes the entry as [`TimeOff::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TimeOff::Days { first, last } if first == last => write!(f, "{first}"),
            TimeOff::Days { first, last } => write!(f, "{first}..{last}"),
            TimeOff::Between(span) => {
                let utc = Zone::utc();
                write!(f, "{}..{}", utc.rfc3339(span.from_ms), utc.rfc3339(span.until_ms))
            }
        }
    }
}

impl Profile {
    /// Monday to Friday 09:00–18:00 with the default check-ins.
    pub fn usual(zone: Zone) -> Profile {
        let weekly = "Mon-Fri 09:00-18:00".parse().unwrap_or_default();
        Profile {
            zone,
            weekly,
            checkins: DEFAULT_CHECKINS.to_vec(),
            off: Vec::new(),
            holidays: BTreeMap::new(),
        }
    }

    /// Reads a profile from its texts.
    ///
    /// # Errors
    /// The first text that cannot be read.
    pub fn read(text: &ProfileText<'_>) -> Result<Profile, HoursError> {
        if text.off.len() > MAX_DAYS_OFF || text.holidays.len() > MAX_DAYS_OFF {
            return Err(HoursError::TooMany(MAX_DAYS_OFF, "days off"));
        }
        let holiday = |t: &String| {
            let (date, name) = t.trim().split_once(' ').unwrap_or((t.trim(), ""));
            let date = date.parse::<Date>().map_err(|_| HoursError::Date(shown(t)))?;
            Ok((date, name.trim().to_owned()))
        };
        Ok(Profile {
            zone: Zone::get(text.zone)?,
            weekly: text.hours.parse()?,
            checkins: text.checkins.map_or_else(|| Ok(DEFAULT_CHECKINS.to_vec()), parse_checkins)?,
            off: text.off.iter().map(|t| TimeOff::parse(t)).collect::<Result<_, _>>()?,
            holidays: text.holidays.iter().map(holiday).collect::<Result<_, _>>()?,
        })
    }

    /// Reads the profile that a member keeps; one without check-ins has the default ones.
    ///
    /// # Errors
    /// The first text that cannot be read.
    pub fn of(person: &PersonFields) -> Result<Profile, HoursError> {
        let checkins = person.checkins.join(",");
        Profile::read(&ProfileText {
            zone: &person.zone,
            hours: &person.hours,
            checkins: (!checkins.is_empty()).then_some(checkins.as_str()),
            off: &person.off,
            holidays: &person.holidays,
        })
    }

    /// Whether the person works at that instant.
    pub fn is_working(&self, at_ms: i64) -> bool {
        let mut near = self.working(at_ms, 2);
        near.any(|span| span.from_ms <= at_ms && at_ms < span.until_ms)
    }

    /// Whether the whole date is a day off or a holiday.
    pub fn is_day_off(&self, date: Date) -> bool {
        let away =
            |off: &TimeOff| matches!(off, TimeOff::Days { first, last } if *first <= date && date <= *last);
        self.holidays.contains_key(&date) || self.off.iter().any(away)
    }

    /// Why the whole date is off, where that has a name: the holiday's.
    pub fn holiday(&self, date: Date) -> Option<&str> {
        self.holidays.get(&date).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Holidays with names on dates of the person's zone between two instants, on which there would be hours.
    pub fn holidays_between(&self, span: Span) -> Vec<(Date, &str)> {
        let (first, last) = (self.zone.date(span.from_ms), self.zone.date(span.until_ms));
        if last < first {
            return Vec::new();
        }
        let days = self.holidays.range(first..=last);
        let named =
            days.filter(|(day, name)| !name.is_empty() && !self.weekly.windows(day.weekday()).is_empty());
        named.map(|(day, name)| (*day, name.as_str())).collect()
    }

    /// Working time from `from_ms` on, in order, not overlapping, cut at `from_ms`; ends after [`SEARCH_DAYS`] days.
    pub fn working_after(&self, from_ms: i64) -> impl Iterator<Item = Span> + '_ {
        self.working(from_ms, SEARCH_DAYS)
    }

    /// Working time of the windows that begin the day before `from_ms` or on one of the `days` less one after it.
    fn working(&self, from_ms: i64, days: usize) -> impl Iterator<Item = Span> + '_ {
        let mut done_ms = from_ms;
        self.days(from_ms).take(days).flat_map(move |date| {
            let mut spans = Vec::new();
            for window in self.weekly.windows(date.weekday()) {
                let from_ms = self.zone.instant_of(date, window.start).max(done_ms);
                let until_ms = self.zone.instant_of(date, window.end);
                if from_ms < until_ms {
                    done_ms = until_ms;
                    spans.extend(self.without_off(date, Span { from_ms, until_ms }));
                }
            }
            spans
        })
    }

    /// Working time between two instants.
    pub fn working_between(&self, span: Span) -> Vec<Span> {
        self.working_after(span.from_ms)
            .take_while(|work| work.from_ms < span.until_ms)
            .filter_map(|work| work.shared(&span))
            .collect()
    }

    /// The first check-in at or after an instant; `None` when there is none in [`SEARCH_DAYS`] days.
    pub fn next_checkin(&self, from_ms: i64) -> Option<i64> {
        let listed = self.has_listed_checkin();
        self.days(from_ms).find_map(|date| {
            let times: Vec<i64> = if listed {
                self.checkins.iter().map(|minute| self.zone.instant_of(date, *minute)).collect()
            } else {
                let windows = self.weekly.windows(date.weekday());
                windows.iter().map(|w| self.zone.instant_of(date, w.start)).collect()
            };
            times.into_iter().filter(|at| *at >= from_ms && self.is_working(*at)).min()
        })
    }

    /// The first check-in of the next working day whose hours begin after an instant.
    pub fn next_morning(&self, after_ms: i64) -> Option<i64> {
        let begins = self.days(after_ms).find_map(|date| {
            let first = self.working_between(self.zone.day(date)).first().copied()?;
            (first.from_ms > after_ms).then_some(first.from_ms)
        });
        self.next_checkin(begins?)
    }

    /// The end of the person's working day on a date: of the last window that begins on it, else midnight after it.
    pub fn end_of_day(&self, date: Date) -> i64 {
        let last = if self.is_day_off(date) { None } else { self.weekly.windows(date.weekday()).last() };
        self.zone.instant_of(date, last.map_or(DAY_MINUTES, |w| w.end))
    }

    fn has_listed_checkin(&self) -> bool {
        let mut week = jiff::civil::Weekday::Monday.cycle_forward().take(7);
        week.any(|day| self.checkins.iter().any(|minute| self.weekly.covers(day, *minute)))
    }

    /// The dates whose windows may reach `from_ms` or lie after it.
    fn days(&self, from_ms: i64) -> impl Iterator<Item = Date> + use<> {
        let first = self.zone.date(from_ms);
        let first = first.yesterday().unwrap_or(first);
        let dates = std::iter::successors(Some(first), |date| date.tomorrow().ok());
        dates.take(if self.weekly.is_empty() { 0 } else { SEARCH_DAYS })
    }

    /// What is left of a window that begins on `date` when days off, holidays and time off are cut out.
    fn without_off(&self, date: Date, work: Span) -> Vec<Span> {
        let dates = [Some(date), date.tomorrow().ok(), date.tomorrow().and_then(Date::tomorrow).ok()];
        let days = dates.into_iter().flatten().filter(|d| self.is_day_off(*d)).map(|d| self.zone.day(d));
        let between = self.off.iter().filter_map(|off| match off {
            TimeOff::Between(span) => Some(*span),
            TimeOff::Days { .. } => None,
        });
        let mut left = vec![work];
        for off in days.chain(between) {
            left = left.into_iter().flat_map(|span| cut(span, off)).collect();
        }
        left
    }
}

/// `span` without `off`: at most two pieces.
fn cut(span: Span, off: Span) -> Vec<Span> {
    if span.shared(&off).is_none() {
        return vec![span];
    }
    let before = Span { from_ms: span.from_ms, until_ms: off.from_ms };
    let after = Span { from_ms: off.until_ms, until_ms: span.until_ms };
    [before, after].into_iter().filter(|piece| piece.length_ms() > 0).collect()
}
