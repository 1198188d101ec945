//! One recurrence rule: reading and writing.

use std::fmt;

use jiff::civil::{Date, DateTime, Weekday};

use crate::hours::Zone;

/// Most values of one part of a rule.
const MAX_VALUES: usize = 512;
/// Largest interval and count.
const MAX_NUMBER: u32 = 100_000;

/// A recurrence that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// Something of it is not understood.
    #[error("“{0}” is not understood in a recurrence rule")]
    Part(String),
    /// It does not say when it begins.
    #[error("a recurrence needs DTSTART")]
    NoStart,
    /// Too long.
    #[error("the recurrence is too long")]
    TooLong,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Every {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

const WORDS: [(&str, Every); 7] = [
    ("YEARLY", Every::Year),
    ("MONTHLY", Every::Month),
    ("WEEKLY", Every::Week),
    ("DAILY", Every::Day),
    ("HOURLY", Every::Hour),
    ("MINUTELY", Every::Minute),
    ("SECONDLY", Every::Second),
];

const DAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

/// One rule (RFC 5545, 3.3.10), with `BYEASTER` for days counted from Easter Sunday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub(super) every: Every,
    pub(super) interval: u32,
    pub(super) count: Option<u32>,
    pub(super) until: Option<DateTime>,
    pub(super) week_start: Weekday,
    pub(super) months: Vec<i32>,
    pub(super) weeks: Vec<i32>,
    pub(super) year_days: Vec<i32>,
    pub(super) month_days: Vec<i32>,
    pub(super) easter: Vec<i32>,
    /// The which-th one and the day; 0 is each.
    pub(super) days: Vec<(i32, Weekday)>,
    pub(super) hours: Vec<i32>,
    pub(super) minutes: Vec<i32>,
    pub(super) seconds: Vec<i32>,
    pub(super) places: Vec<i32>,
}

impl Rule {
    pub(super) fn each(every: Every, interval: u32) -> Rule {
        let none = Vec::new;
        Rule {
            every,
            interval,
            count: None,
            until: None,
            week_start: Weekday::Monday,
            months: none(),
            weeks: none(),
            year_days: none(),
            month_days: none(),
            easter: none(),
            days: Vec::new(),
            hours: none(),
            minutes: none(),
            seconds: none(),
            places: none(),
        }
    }

    /// Reads `FREQ=WEEKLY;BYDAY=MO`. An `UNTIL` in UTC is brought to the wall clock of `zone`.
    pub fn read(text: &str, zone: Option<&Zone>) -> Result<Rule, BadRule> {
        let bad = |part: &str| BadRule::Part(part.chars().take(60).collect());
        let mut rule = Rule::each(Every::Day, 1);
        let mut every = None;
        for part in text.trim().split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| bad(part))?;
            let value = value.trim();
            let number =
                || value.parse().ok().filter(|n| (1..=MAX_NUMBER).contains(n)).ok_or_else(|| bad(part));
            let numbers = |most: i32, negative: bool| -> Result<Vec<i32>, BadRule> {
                let read = |n: &str| {
                    n.trim().parse::<i32>().ok().filter(|n| n.abs() <= most && (negative || *n >= 0))
                };
                let mut all: Vec<i32> = value
                    .split(',')
                    .take(MAX_VALUES)
                    .map(read)
                    .collect::<Option<_>>()
                    .ok_or_else(|| bad(part))?;
                all.sort_unstable();
                all.dedup();
                Ok(all)
            };
            match name.trim().to_ascii_uppercase().as_str() {
                "FREQ" => {
                    let known = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
                    every = Some(known.ok_or_else(|| bad(part))?.1);
                }
                "INTERVAL" => rule.interval = number()?,
                "COUNT" => rule.count = Some(number()?),
                "UNTIL" => rule.until = Some(read_until(value, zone)?),
                "WKST" => rule.week_start = weekday(value).ok_or_else(|| bad(part))?,
                "BYMONTH" => rule.months = numbers(12, false)?,
                "BYWEEKNO" => rule.weeks = numbers(53, true)?,
                "BYYEARDAY" => rule.year_days = numbers(366, true)?,
                "BYMONTHDAY" => rule.month_days = numbers(31, true)?,
                "BYEASTER" => rule.easter = numbers(366, true)?,
                "BYHOUR" => rule.hours = numbers(23, false)?,
                "BYMINUTE" => rule.minutes = numbers(59, false)?,
                "BYSECOND" => rule.seconds = numbers(59, false)?,
                "BYSETPOS" => rule.places = numbers(366, true)?,
                "BYDAY" | "BYWEEKDAY" => {
                    let days = value.split(',').take(MAX_VALUES).map(|day| numbered_day(day.trim()));
                    rule.days = days.collect::<Option<_>>().ok_or_else(|| bad(part))?;
                }
                _ => return Err(bad(part)),
            }
        }
        rule.every = every.ok_or_else(|| bad(text))?;
        Ok(rule)
    }
}

/// `MO`, `2MO`, `-1FR`, `MO(+2)`.
fn numbered_day(text: &str) -> Option<(i32, Weekday)> {
    let (count, day) = match text.split_once('(') {
        Some((day, count)) => (count.strip_suffix(')')?, day),
        None => text.split_at_checked(text.len().checked_sub(2)?)?,
    };
    let count = if count.is_empty() { 0 } else { count.parse().ok().filter(|n: &i32| n.abs() <= 53)? };
    Some((count, weekday(day)?))
}

fn weekday(text: &str) -> Option<Weekday> {
    DAYS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, day)| *day)
}

pub(super) fn day_word(day: Weekday) -> &'static str {
    DAYS.iter().find(|(_, known)| *known == day).map_or("", |(word, _)| word)
}

/// A date alone ends with its day.
fn read_until(text: &str, zone: Option<&Zone>) -> Result<DateTime, BadRule> {
    let (at, date_alone) = read_time(text, zone)?;
    Ok(if date_alone { at.date().at(23, 59, 59, 0) } else { at })
}

/// Reads `19970902`, `19970902T090000`, or the latter with `Z`, which is brought to the wall clock of `zone`. Says whether it
/// is a date alone.
pub(super) fn read_time(text: &str, zone: Option<&Zone>) -> Result<(DateTime, bool), BadRule> {
    let bad = || BadRule::Part(text.chars().take(60).collect());
    let (plain, utc) = text.strip_suffix('Z').map_or((text, false), |plain| (plain, true));
    if !plain.is_ascii() || !matches!(plain.len(), 8 | 15) {
        return Err(bad());
    }
    let part =
        |from: usize, to: usize| plain.get(from..to).and_then(|n| n.parse::<i16>().ok()).ok_or_else(bad);
    let small = |from: usize| part(from, from + 2).map(|n| n as i8);
    let date = Date::new(part(0, 4)?, small(4)?, small(6)?).map_err(|_| bad())?;
    if plain.len() == 8 {
        return Ok((date.at(0, 0, 0, 0), true));
    }
    let time = jiff::civil::Time::new(small(9)?, small(11)?, small(13)?, 0).map_err(|_| bad())?;
    let at = date.to_datetime(time);
    let at = match zone.filter(|_| utc) {
        Some(zone) => zone.local(Zone::utc().instant(at)),
        None => at,
    };
    Ok((at, false))
}

pub(super) fn print_time(at: DateTime, date_alone: bool) -> String {
    at.strftime(if date_alone { "%Y%m%d" } else { "%Y%m%dT%H%M%S" }).to_string()
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, every)| *every == self.every).map_or("", |(word, _)| word);
        write!(f, "FREQ={word}")?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        if self.week_start != Weekday::Monday {
            write!(f, ";WKST={}", day_word(self.week_start))?;
        }
        for (name, values) in [
            ("BYMONTH", &self.months),
            ("BYWEEKNO", &self.weeks),
            ("BYYEARDAY", &self.year_days),
            ("BYMONTHDAY", &self.month_days),
            ("BYEASTER", &self.easter),
            ("BYHOUR", &self.hours),
            ("BYMINUTE", &self.minutes),
            ("BYSECOND", &self.seconds),
            ("BYSETPOS", &self.places),
        ] {
            if !values.is_empty() {
                let values: Vec<String> = values.iter().map(i32::to_string).collect();
                write!(f, ";{name}={}", values.join(","))?;
            }
        }
        if !self.days.is_empty() {
            let day = |(count, day): &(i32, Weekday)| match count {
                0 => day_word(*day).to_owned(),
                count => format!("{count}{}", day_word(*day)),
            };
            write!(f, ";BYDAY={}", self.days.iter().map(day).collect::<Vec<_>>().join(","))?;
        }
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        match self.until {
            Some(until) => write!(f, ";UNTIL={}", print_time(until, false)),
            None => Ok(()),
        }
    }
}
