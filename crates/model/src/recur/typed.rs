//! Recurrences as people type and read them: `every Monday 09:00 Europe/London`.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::rule::{Every, Rule};
use super::{BadRule, Recurrence};
use crate::hours::Zone;

const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// Reads a recurrence as typed: `every day`, `every weekday`, `every Monday, Thursday 09:00`, `every 2 weeks`, `every month`,
/// `every year`, or a rule (`FREQ=…`), each perhaps with a time and a zone behind it; or lines of iCalendar with `DTSTART`.
///
/// `start` is the first date; a time without zone is meant in `zone`, a date without time in nobody's.
pub fn read_typed(text: &str, start: Date, zone: &Zone) -> Result<Recurrence, BadRule> {
    let text = text.trim();
    if text.contains("DTSTART") {
        return Recurrence::read(text);
    }
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let bad = || BadRule::Part(text.chars().take(60).collect());
    let named = words.last().filter(|word| word.contains('/') || **word == "UTC").copied();
    let named = named.map(|name| Zone::get(name).map_err(|_| BadRule::Part(name.to_owned()))).transpose()?;
    if named.is_some() {
        words.pop();
    }
    let time = words.last().and_then(|word| clock(word));
    if time.is_some() {
        words.pop();
    }
    let zone_of_time = named.as_ref().unwrap_or(zone);
    let rule = match words.as_slice() {
        [one] if one.contains('=') => {
            Rule::read(one.strip_prefix("RRULE:").unwrap_or(one), Some(zone_of_time))?
        }
        ["every" | "Every", rest @ ..] => rule_of(&rest.join(" ").to_lowercase()).ok_or_else(bad)?,
        _ => return Err(bad()),
    };
    let zone = (time.is_some() || named.is_some()).then(|| zone_of_time.name().to_owned());
    let at = start.to_datetime(time.unwrap_or(Time::midnight()));
    Ok(Recurrence::new(at, time.is_none(), zone, rule))
}

fn clock(word: &str) -> Option<Time> {
    let (hour, minute) = word.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn rule_of(words: &str) -> Option<Rule> {
    let unit = |word: &str| {
        Some(match word.strip_suffix('s').unwrap_or(word) {
            "day" => Every::Day,
            "week" => Every::Week,
            "month" => Every::Month,
            "year" => Every::Year,
            "hour" => Every::Hour,
            _ => return None,
        })
    };
    if matches!(words, "weekday" | "weekdays" | "workday") {
        return Some(weekly(1, WORKDAYS.to_vec()));
    }
    let (count, rest) = match words.split_once(' ') {
        Some((count, rest)) if count.parse::<u32>().is_ok() => (count.parse().ok()?, rest),
        _ => (1, words),
    };
    if !(1..=1_000).contains(&count) {
        return None;
    }
    if let Some(every) = unit(rest) {
        return Some(Rule::each(every, count));
    }
    let rest = rest.replace(" and ", ",");
    let (days, count) = match rest.split_once(" on ") {
        Some(("week" | "weeks", days)) => (days.to_owned(), count),
        _ => (rest, count),
    };
    let days =
        days.split([',', ' ']).filter(|day| !day.is_empty()).map(weekday).collect::<Option<Vec<_>>>()?;
    (!days.is_empty()).then(|| weekly(count, days))
}

fn weekly(count: u32, days: Vec<Weekday>) -> Rule {
    Rule { days: days.into_iter().map(|day| (0, day)).collect(), ..Rule::each(Every::Week, count) }
}

fn weekday(word: &str) -> Option<Weekday> {
    let at = NAMES.iter().position(|name| word.len() >= 3 && name.to_lowercase().starts_with(word))?;
    Weekday::from_monday_zero_offset(at as i8).ok()
}

/// The rule in words; `None` where it is none of those that can be typed so.
pub(super) fn words(rule: &Rule, start: DateTime) -> Option<String> {
    let every = Rule { days: rule.days.clone(), ..Rule::each(rule.every, rule.interval) };
    let ends = Rule { count: None, until: None, ..rule.clone() };
    if every != ends || rule.days.iter().any(|(n, _)| *n != 0) || rule.every > Every::Hour {
        return None;
    }
    let days: Vec<Weekday> = rule.days.iter().map(|(_, day)| *day).collect();
    let names = |days: &[Weekday]| -> String {
        days.iter().map(|day| NAMES[day.to_monday_zero_offset() as usize]).collect::<Vec<_>>().join(", ")
    };
    let many = |unit: &str| match rule.interval {
        1 => format!("every {unit}"),
        count => format!("every {count} {unit}s"),
    };
    let said = match (rule.every, days.as_slice()) {
        (Every::Week, days) if days == WORKDAYS && rule.interval == 1 => "every weekday".to_owned(),
        (Every::Week, []) if rule.interval == 1 => format!("every {}", names(&[start.weekday()])),
        (Every::Week, []) => many("week"),
        (Every::Week, days) if rule.interval == 1 => format!("every {}", names(days)),
        (Every::Week, days) => format!("{} on {}", many("week"), names(days)),
        (Every::Day, []) => many("day"),
        (Every::Month, []) => many("month"),
        (Every::Year, []) => many("year"),
        (Every::Hour, []) => many("hour"),
        _ => return None,
    };
    let until = rule.until.map(|until| format!(" until {}", until.date()));
    let count = rule.count.map(|count| format!(", {count} times"));
    Some(said + &until.or(count).unwrap_or_default())
}
