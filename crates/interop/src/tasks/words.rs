//! Words of other tools for what tasks have: statuses, priorities, dates, lists.

use std::collections::BTreeSet;

use jiff::civil::Date;
use tern_model::task::{Priority, Status};

/// In which order the numbers of a date stand where the year is last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// Month, day, year.
    #[default]
    Mdy,
    /// Day, month, year.
    Dmy,
}

impl DateOrder {
    /// Its word in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            DateOrder::Mdy => "mdy",
            DateOrder::Dmy => "dmy",
        }
    }

    /// The order of a word.
    pub fn from_name(name: &str) -> Option<DateOrder> {
        [DateOrder::Mdy, DateOrder::Dmy].into_iter().find(|order| order.name() == name.to_lowercase())
    }
}

fn letters(word: &str) -> String {
    let plain: String = word
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .flat_map(char::to_lowercase)
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the name of a status means, and whether it says nothing beyond that.
pub(super) fn status(word: &str) -> (Status, bool) {
    let word = letters(word);
    let plain = match word.as_str() {
        "backlog" => Some(Status::Backlog),
        "todo" | "to do" | "open" | "opened" | "not started" | "unstarted" => Some(Status::Todo),
        "doing" | "in progress" | "started" => Some(Status::Doing),
        "review" | "in review" => Some(Status::Review),
        "done" | "completed" | "complete" | "closed" | "resolved" => Some(Status::Done),
        "cancelled" | "canceled" | "won t do" | "wont do" => Some(Status::Cancelled),
        _ => None,
    };
    if let Some(status) = plain {
        return (status, true);
    }
    let hints: [(Status, &[&str]); 5] = [
        (
            Status::Cancelled,
            &["cancel", "won t", "wont", "duplicate", "reject", "invalid", "abandon", "declined"],
        ),
        (Status::Review, &["review", "qa", "test", "verify", "approv"]),
        (
            Status::Done,
            &["done", "complete", "closed", "resolved", "fixed", "shipped", "released", "merged", "live"],
        ),
        (Status::Doing, &["progress", "doing", "started", "active", "working", "development", "wip"]),
        (Status::Backlog, &["backlog", "triage", "icebox", "idea", "inbox", "someday", "later"]),
    ];
    // What is ready for something, or not yet, is still to be done.
    let waits =
        ["ready", "not", "to", "awaiting", "waiting"].contains(&word.split(' ').next().unwrap_or_default());
    let begins = |hint: &&str| format!(" {word}").contains(&format!(" {hint}"));
    let found = hints.into_iter().find(|(_, hints)| hints.iter().any(begins));
    (found.filter(|_| !waits).map_or(Status::Todo, |(status, _)| status), false)
}

/// The priority of a word; numbers as Linear counts, 1 first.
pub(super) fn priority(word: &str) -> Option<Priority> {
    Some(match letters(word).as_str() {
        "" | "none" | "no priority" | "0" => Priority::None,
        "urgent" | "highest" | "critical" | "blocker" | "p0" | "1" => Priority::Urgent,
        "high" | "major" | "p1" | "2" => Priority::High,
        "medium" | "med" | "normal" | "p2" | "3" => Priority::Medium,
        "low" | "lowest" | "minor" | "trivial" | "p3" | "p4" | "4" => Priority::Low,
        _ => return None,
    })
}

/// A whole number, also with a point and nothing behind it.
pub(super) fn whole(text: &str) -> Option<i64> {
    let (number, rest) = text.split_once('.').unwrap_or((text, ""));
    number.parse().ok().filter(|_| rest.bytes().all(|b| b == b'0'))
}

/// Whether a cell says yes; a moment does too.
pub(super) fn says_yes(cell: &str) -> bool {
    !matches!(cell.to_lowercase().as_str(), "" | "false" | "no" | "0")
}

/// The items of a cell: a JSON list, or words between commas, semicolons and line ends.
pub(super) fn items(cell: &str) -> Vec<String> {
    let list: Vec<String> = serde_json::from_str(cell)
        .unwrap_or_else(|_| cell.split([',', ';', '\n']).map(str::to_owned).collect());
    let trimmed = list.iter().map(|item| item.trim().trim_start_matches('#').to_owned());
    let mut seen = BTreeSet::new();
    trimmed.filter(|item| !item.is_empty() && seen.insert(item.clone())).collect()
}

/// The people of a cell: a JSON list, or names between semicolons; a comma may be within a name.
pub(super) fn people(cell: &str) -> Vec<String> {
    let list: Vec<String> =
        serde_json::from_str(cell).unwrap_or_else(|_| cell.split(';').map(str::to_owned).collect());
    list.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

enum Parts {
    Known(i16, i8, i8),
    /// Two numbers, then the year.
    YearLast(i8, i8, i16, bool),
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

fn month(word: &str) -> Option<i8> {
    let word = word.to_lowercase();
    let at = MONTHS.iter().position(|month| word.starts_with(month))?;
    i8::try_from(at + 1).ok()
}

fn year(number: i16, digits: usize) -> i16 {
    match digits {
        1 | 2 if number >= 70 => 1900 + number,
        1 | 2 => 2000 + number,
        _ => number,
    }
}

fn parts(text: &str) -> Option<Parts> {
    // The time behind a date says nothing about the day.
    let day = text.split_once('T').filter(|(day, _)| day.ends_with(|c: char| c.is_ascii_digit()));
    let day = day.map_or(text, |(day, _)| day);
    let mut named: Option<i8> = None;
    let mut numbers: Vec<(i16, usize)> = Vec::new();
    for word in day.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let ordinal = ["st", "nd", "rd", "th"].into_iter().find_map(|end| word.strip_suffix(end));
        let word = ordinal.filter(|number| number.bytes().all(|b| b.is_ascii_digit())).unwrap_or(word);
        if word.bytes().all(|b| b.is_ascii_digit()) {
            if word.len() == 8 && numbers.is_empty() {
                let number: i32 = word.parse().ok()?;
                let (y, rest) = (number / 10_000, number % 10_000);
                return Some(Parts::Known(
                    y.try_into().ok()?,
                    (rest / 100).try_into().ok()?,
                    (rest % 100).try_into().ok()?,
                ));
            }
            numbers.push((word.parse().ok()?, word.len()));
        } else if numbers.len() < 3 && named.is_none() {
            // Days of the week are passed over.
            named = month(word);
        }
        if numbers.len() + usize::from(named.is_some()) == 3 {
            break;
        }
    }
    let small = |number: i16| i8::try_from(number).ok();
    match (named, numbers.as_slice()) {
        (Some(month), [(a, digits), (b, _)]) if *digits == 4 => Some(Parts::Known(*a, month, small(*b)?)),
        (Some(month), [(a, _), (b, digits)]) => Some(Parts::Known(year(*b, *digits), month, small(*a)?)),
        (None, [(a, 4), (b, _), (c, _)]) => Some(Parts::Known(*a, small(*b)?, small(*c)?)),
        (None, [(a, _), (b, _), (c, digits)]) => {
            Some(Parts::YearLast(small(*a)?, small(*b)?, year(*c, *digits), day.contains('.')))
        }
        _ => None,
    }
}

/// The day that a text names, in any of the usual ways; the time of day is not looked at.
pub(super) fn date(text: &str, order: DateOrder) -> Option<Date> {
    let (y, m, d) = match parts(text)? {
        Parts::Known(y, m, d) => (y, m, d),
        Parts::YearLast(a, b, y, points) if points || order == DateOrder::Dmy => (y, b, a),
        Parts::YearLast(a, b, y, _) => (y, a, b),
    };
    Date::new(y, m, d).ok()
}

/// In which order dates stand in a column: `None` where all read the same either way or no two agree.
pub(super) fn order_of<'a>(texts: impl Iterator<Item = &'a str>) -> Option<DateOrder> {
    let (mut day_first, mut month_first) = (false, false);
    for text in texts {
        if let Some(Parts::YearLast(a, b, _, false)) = parts(text) {
            day_first |= a > 12;
            month_first |= b > 12;
        }
    }
    match (day_first, month_first) {
        (true, false) => Some(DateOrder::Dmy),
        (false, true) => Some(DateOrder::Mdy),
        _ => None,
    }
}

/// Whether the order of its numbers changes what a text says.
pub(super) fn hangs_on_order(text: &str) -> bool {
    matches!(parts(text), Some(Parts::YearLast(a, b, _, false)) if a != b)
}
