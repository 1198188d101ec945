//! What comes again: recurrence rules of RFC 5545 over wall-clock times, in a named zone.
//!
//! Rules are expanded over civil dates and times alone, so that the zone data of [`Zone`] is the only truth about instants: a
//! wall time that a clock change leaves out moves forward by the gap, of a repeated one the earlier counts.

mod expand;
mod rule;
#[cfg(test)]
mod tests;
mod typed;

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::DateTime;

use crate::hours::Zone;
use expand::Expansion;
pub use rule::{BadRule, Rule};
pub use typed::read_typed;

/// Most bytes of a recurrence as text.
pub const MAX_RECURRENCE_BYTES: usize = 4_096;
/// Most lines of a recurrence: rules, dates added, dates left out.
const MAX_LINES: usize = 256;

/// A series of wall-clock times in one zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    /// The first time, whether or not the rules name it.
    pub start: DateTime,
    /// Whether only dates are meant, not times of day.
    pub all_day: bool,
    /// Where the wall clock hangs; `None` is wherever whoever does it lives.
    pub zone: Option<String>,
    rules: Vec<Rule>,
    dates: BTreeSet<DateTime>,
    rules_left_out: Vec<Rule>,
    dates_left_out: BTreeSet<DateTime>,
}

impl Recurrence {
    /// A series of one rule.
    pub fn new(start: DateTime, all_day: bool, zone: Option<String>, rule: Rule) -> Recurrence {
        Recurrence {
            start,
            all_day,
            zone,
            rules: vec![rule],
            dates: BTreeSet::new(),
            rules_left_out: Vec::new(),
            dates_left_out: BTreeSet::new(),
        }
    }

    /// Reads lines of iCalendar: `DTSTART`, `RRULE`, `RDATE`, `EXRULE`, `EXDATE`, with `TZID` and `VALUE`.
    pub fn read(text: &str) -> Result<Recurrence, BadRule> {
        if text.len() > MAX_RECURRENCE_BYTES {
            return Err(BadRule::TooLong);
        }
        let lines: Vec<(&str, &str)> =
            text.split_whitespace().map(|line| line.split_once(':').unwrap_or(("RRULE", line))).collect();
        if lines.len() > MAX_LINES {
            return Err(BadRule::TooLong);
        }
        let head = |wanted: &str| lines.iter().find(|(name, _)| name.split(';').next() == Some(wanted));
        let (name, value) = head("DTSTART").ok_or(BadRule::NoStart)?;
        let parameter = |wanted: &str| {
            name.split(';').filter_map(|p| p.split_once('=')).find(|(p, _)| *p == wanted).map(|(_, v)| v)
        };
        let zone = parameter("TZID").map(str::to_owned);
        let known =
            zone.as_deref().map(Zone::get).transpose().map_err(|_| BadRule::Part(value.to_string()))?;
        let (start, date_alone) = rule::read_time(value, known.as_ref())?;
        let all_day = date_alone || parameter("VALUE") == Some("DATE");
        // Where only dates are meant, a time of day is none that anybody could read back.
        let meant = |at: DateTime| if all_day { at.date().at(0, 0, 0, 0) } else { at };
        let mut read = Recurrence {
            start: meant(start),
            all_day,
            zone,
            rules: Vec::new(),
            dates: BTreeSet::new(),
            rules_left_out: Vec::new(),
            dates_left_out: BTreeSet::new(),
        };
        for (name, value) in lines {
            let times = || -> Result<Vec<DateTime>, BadRule> {
                value.split(',').map(|time| Ok(meant(rule::read_time(time, known.as_ref())?.0))).collect()
            };
            match name.split(';').next().unwrap_or_default() {
                "RRULE" => read.rules.push(Rule::read(value, known.as_ref())?),
                "EXRULE" => read.rules_left_out.push(Rule::read(value, known.as_ref())?),
                "RDATE" => read.dates.extend(times()?),
                "EXDATE" => read.dates_left_out.extend(times()?),
                "DTSTART" => {}
                other => return Err(BadRule::Part(other.chars().take(40).collect())),
            }
        }
        Ok(read)
    }

    /// Its times in order, without end where the rules have none.
    pub fn times(&self) -> impl Iterator<Item = DateTime> + '_ {
        let mut series: Vec<_> =
            self.rules.iter().map(|rule| Expansion::new(rule, self.start).peekable()).collect();
        let mut left_out: Vec<_> =
            self.rules_left_out.iter().map(|rule| Expansion::new(rule, self.start).peekable()).collect();
        let mut dates = self.dates.iter().copied().peekable();
        let mut last: Option<DateTime> = None;
        std::iter::from_fn(move || {
            loop {
                let next =
                    series.iter_mut().filter_map(|s| s.peek().copied()).chain(dates.peek().copied()).min()?;
                for one in &mut series {
                    one.next_if(|at| *at <= next);
                }
                dates.next_if(|at| *at <= next);
                let mut out = self.dates_left_out.contains(&next) || last == Some(next);
                for one in &mut left_out {
                    while one.next_if(|at| *at < next).is_some() {}
                    out |= one.peek() == Some(&next);
                }
                if !out {
                    last = Some(next);
                    return Some(next);
                }
            }
        })
    }

    /// The first time after `last`, or the first of all.
    pub fn next_after(&self, last: Option<DateTime>) -> Option<DateTime> {
        self.times().find(|at| last.is_none_or(|last| *at > last))
    }

    /// The rule in words where it is simple, else as it is written.
    pub fn words(&self) -> String {
        let rule = match (self.rules.as_slice(), self.dates.is_empty(), self.rules_left_out.is_empty()) {
            ([rule], true, true) if self.dates_left_out.is_empty() => typed::words(rule, self.start),
            _ => None,
        };
        let time = if self.all_day { String::new() } else { format!(" {}", self.start.strftime("%H:%M")) };
        let zone = self.zone.as_ref().map(|zone| format!(" {zone}")).unwrap_or_default();
        match rule {
            Some(words) => format!("{words}{time}{zone}"),
            None => self.rules.iter().map(Rule::to_string).collect::<Vec<_>>().join(" ") + &time + &zone,
        }
    }
}

impl fmt::Display for Recurrence {
    /// Writes it as [`Recurrence::read`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = self.zone.as_ref().map(|zone| format!(";TZID={zone}")).unwrap_or_default();
        let time = |at: &DateTime| rule::print_time(*at, self.all_day);
        let value = if self.all_day { ";VALUE=DATE" } else { "" };
        write!(f, "DTSTART{zone}{value}:{}", time(&self.start))?;
        self.rules.iter().try_for_each(|rule| write!(f, "\nRRULE:{rule}"))?;
        self.dates.iter().try_for_each(|at| write!(f, "\nRDATE:{}", time(at)))?;
        self.rules_left_out.iter().try_for_each(|rule| write!(f, "\nEXRULE:{rule}"))?;
        self.dates_left_out.iter().try_for_each(|at| write!(f, "\nEXDATE:{}", time(at)))
    }
}
