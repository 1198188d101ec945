//! Holidays out of an iCalendar file (RFC 5545): whole days, once or every year. Anything else of the file is passed over
//! or, where it would be read wrongly, refused with its line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday, date};

/// Most bytes of a file.
pub const MAX_ICS_BYTES: usize = 1024 * 1024;
/// Years around the present for which days are kept: a file is loaded again every few years.
const YEARS_BACK: i16 = 1;
const YEARS_AHEAD: i16 = 5;
/// Most days of one entry.
const MAX_LONG: i64 = 366;
/// Most days out of one file; a profile keeps no more.
const MAX_DAYS: usize = 1_024;
/// The first year in which an entry may begin.
const FIRST_YEAR: i16 = 1900;
/// Characters of a name that are kept.
const NAME_CHARS: usize = 80;

/// A file that cannot be read as holidays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct HolidayError {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holidays {
    /// Names by day; several of one day stand together.
    pub days: BTreeMap<Date, String>,
    /// Entries with a time of day, which are no holidays.
    pub with_time: usize,
    /// Days outside the years that are kept.
    pub outside: usize,
}

impl Holidays {
    /// The days as a profile keeps them: `2026-12-25 Christmas Day`.
    pub fn entries(&self) -> Vec<String> {
        self.days.iter().map(|(day, name)| format!("{day} {name}").trim_end().to_owned()).collect()
    }
}

fn at<T>(line: usize, what: impl Into<String>) -> Result<T, HolidayError> {
    Err(HolidayError { line, what: what.into() })
}

/// An entry while it is read.
#[derive(Default)]
struct Event {
    line: usize,
    start: Option<Date>,
    end: Option<(usize, Date)>,
    days: Option<i64>,
    name: String,
    rule: Option<Rule>,
    except: BTreeSet<Date>,
    with_time: bool,
    cancelled: bool,
}

/// A yearly repetition.
#[derive(Default)]
struct Rule {
    every: i16,
    count: Option<usize>,
    until: Option<Date>,
    month: Option<i8>,
    day: Option<i8>,
    weekday: Option<(i8, Weekday)>,
}

/// Reads the holidays of the years around `today`.
///
/// # Errors
/// The first line that cannot be read.
pub fn read_holidays(text: &str, today: Date) -> Result<Holidays, HolidayError> {
    if text.len() > MAX_ICS_BYTES {
        return at(1, "the file is larger than 1 MiB, which no list of holidays is");
    }
    let lines = unfolded(text);
    match lines.iter().find(|(_, line)| !line.trim().is_empty()) {
        Some((_, line)) if line.trim().eq_ignore_ascii_case("BEGIN:VCALENDAR") => {}
        first => {
            return at(
                first.map_or(1, |(n, _)| *n),
                "this is no iCalendar file: it does not begin with BEGIN:VCALENDAR",
            );
        }
    }
    let mut found = Holidays::default();
    let mut open: Vec<(usize, String)> = Vec::new();
    let mut event = Event::default();
    for (n, line) in &lines {
        if line.trim().is_empty() {
            continue;
        }
        let Some((name, params, value)) = property(line) else {
            return at(*n, "a name and a colon are missing");
        };
        match name.as_str() {
            "BEGIN" => {
                let part = value.trim().to_ascii_uppercase();
                if part == "VEVENT" {
                    if open.iter().any(|(_, outer)| *outer == part) {
                        return at(*n, "an entry begins here inside another one");
                    }
                    event = Event { line: *n, ..Event::default() };
                }
                open.push((*n, part));
            }
            "END" => {
                let part = value.trim().to_ascii_uppercase();
                match open.pop() {
                    Some((_, begun)) if begun == part => {}
                    _ => return at(*n, format!("{part} ends here but did not begin")),
                }
                if part == "VEVENT" {
                    keep(&std::mem::take(&mut event), today, &mut found)?;
                }
            }
            _ if open.last().is_some_and(|(_, part)| part == "VEVENT") => {
                field(&mut event, *n, &name, &params, value)?;
            }
            _ => {}
        }
    }
    match open.first() {
        Some((n, part)) => at(*n, format!("{part} begins here and does not end: the file is cut off")),
        None if found.days.is_empty() => at(
            lines.last().map_or(1, |(n, _)| *n),
            "the file ends without a whole day in the years around this one",
        ),
        None => Ok(found),
    }
}

/// Lines with their numbers; those that begin with a blank belong to the one before.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (n, raw) in text.trim_start_matches('\u{feff}').split('\n').enumerate() {
        let raw = raw.trim_end_matches('\r');
        match (raw.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, line))) => line.push_str(rest),
            _ => lines.push((n + 1, raw.to_owned())),
        }
    }
    lines
}

/// Name and parameters in capitals, and the value: `DTSTART;VALUE=DATE:20261225`. A quoted parameter may hold a colon.
fn property(line: &str) -> Option<(String, String, &str)> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    })?;
    let (head, value) = (&line[..colon.0], &line[colon.0 + 1..]);
    let (name, params) = head.split_once(';').unwrap_or((head, ""));
    Some((name.trim().to_ascii_uppercase(), params.to_ascii_uppercase(), value))
}

fn field(event: &mut Event, n: usize, name: &str, params: &str, value: &str) -> Result<(), HolidayError> {
    match name {
        "DTSTART" => match whole_day(n, params, value)? {
            Some(day) => event.start = Some(day),
            None => event.with_time = true,
        },
        "DTEND" => event.end = whole_day(n, params, value)?.map(|day| (n, day)),
        "DURATION" => event.days = Some(duration(n, value)?),
        "SUMMARY" => event.name = plain(value),
        "STATUS" => event.cancelled = value.trim().eq_ignore_ascii_case("CANCELLED"),
        "EXDATE" => {
            for one in value.split(',') {
                event.except.extend(whole_day(n, params, one)?);
            }
        }
        "RDATE" => {
            return at(n, "days listed with RDATE are not understood: give each day an entry of its own");
        }
        "RRULE" if !event.with_time => event.rule = Some(rule(n, value)?),
        _ => {}
    }
    Ok(())
}

/// A date; none for an instant.
fn whole_day(n: usize, params: &str, value: &str) -> Result<Option<Date>, HolidayError> {
    let value = value.trim();
    let (day, rest) = value.split_at_checked(8).unwrap_or((value, ""));
    let bad = || HolidayError { line: n, what: format!("“{}” is no date", super::shown(value)) };
    let number = |range: std::ops::Range<usize>| day.get(range).and_then(|digits| digits.parse::<i16>().ok());
    let digits = day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit());
    let (Some(y), Some(m), Some(d)) = (number(0..4), number(4..6), number(6..8)) else { return Err(bad()) };
    let small = |part: i16| i8::try_from(part).unwrap_or(-1);
    let date = Date::new(y, small(m), small(d)).ok().filter(|_| digits).ok_or_else(bad)?;
    match rest {
        "" if date.year() < FIRST_YEAR => at(n, format!("{date} lies before {FIRST_YEAR}")),
        "" => Ok(Some(date)),
        time if time.starts_with('T')
            && !params.contains("VALUE=DATE;")
            && !params.ends_with("VALUE=DATE") =>
        {
            Ok(None)
        }
        _ => Err(bad()),
    }
}

/// Whole days: `P1D`, `P2W`.
fn duration(n: usize, value: &str) -> Result<i64, HolidayError> {
    let text = value.trim().trim_start_matches('+');
    let days = |unit: char, of: i64| {
        let number = text.strip_prefix('P')?.strip_suffix(unit)?;
        number.parse::<i64>().ok().filter(|count| (1..=MAX_LONG).contains(count)).map(|count| count * of)
    };
    match days('D', 1).or_else(|| days('W', 7)) {
        Some(days) => Ok(days),
        None if text.contains('T') => Ok(1),
        None => at(n, format!("“{}” is no length in days or weeks", super::shown(value))),
    }
}

/// `FREQ=YEARLY;BYMONTH=11;BYDAY=4TH`.
fn rule(n: usize, value: &str) -> Result<Rule, HolidayError> {
    let mut rule = Rule { every: 1, ..Rule::default() };
    let mut yearly = false;
    for part in value.trim().split(';').filter(|part| !part.is_empty()) {
        let (key, what) = part.split_once('=').unwrap_or((part, ""));
        let bad =
            || HolidayError { line: n, what: format!("“{}” is not understood", super::shown(part)) };
        match key.to_ascii_uppercase().as_str() {
            "FREQ" if what.eq_ignore_ascii_case("YEARLY") => yearly = true,
            "FREQ" => {
                return at(n, format!("only a yearly repetition is a holiday, not {}", super::shown(what)));
            }
            "INTERVAL" => rule.every = what.parse().ok().filter(|every| *every > 0).ok_or_else(bad)?,
            "COUNT" => rule.count = Some(what.parse().map_err(|_| bad())?),
            "UNTIL" => rule.until = Some(whole_day(n, "", what.get(..8).unwrap_or(what))?.ok_or_else(bad)?),
            "BYMONTH" => rule.month = Some(within(what, 1, 12).ok_or_else(bad)?),
            "BYMONTHDAY" => rule.day = Some(within(what, 1, 31).ok_or_else(bad)?),
            "BYDAY" => rule.weekday = Some(weekday(what).ok_or_else(bad)?),
            "WKST" => {}
            _ => return Err(bad()),
        }
    }
    if !yearly {
        return at(n, "the repetition does not say FREQ=YEARLY");
    }
    if rule.weekday.is_some() && (rule.month.is_none() || rule.day.is_some()) {
        return at(n, "a weekday of the year is understood with its month: BYMONTH=11;BYDAY=4TH");
    }
    Ok(rule)
}

fn within(text: &str, least: i8, most: i8) -> Option<i8> {
    text.parse().ok().filter(|n| (least..=most).contains(n))
}

/// `4TH` is the fourth Thursday, `-1MO` the last Monday.
fn weekday(text: &str) -> Option<(i8, Weekday)> {
    let (place, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let at = days.iter().position(|known| day.eq_ignore_ascii_case(known))?;
    let weekday = Weekday::from_monday_zero_offset(i8::try_from(at).ok()?).ok()?;
    let place: i8 = place.trim_start_matches('+').parse().ok()?;
    (1..=5).contains(&place.abs()).then_some((place, weekday))
}

/// A text value on one line.
fn plain(value: &str) -> String {
    let text = value.replace("\\n", " ").replace("\\N", " ").replace('\\', "");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect()
}

/// Adds the days of an entry.
fn keep(event: &Event, today: Date, found: &mut Holidays) -> Result<(), HolidayError> {
    if event.with_time {
        found.with_time += 1;
        return Ok(());
    }
    let Some(start) = event.start else { return at(event.line, "the entry that begins here has no DTSTART") };
    if event.cancelled {
        return Ok(());
    }
    let length = match event.end {
        Some((n, end)) if end < start => {
            return at(n, format!("it ends on {end}, before it begins on {start}"));
        }
        Some((n, end)) => match i64::from(days_between(start, end)).max(1) {
            long if long > MAX_LONG => return at(n, "a holiday of more than a year"),
            long => long,
        },
        None => event.days.unwrap_or(1),
    };
    let first = date(today.year() - YEARS_BACK, 1, 1);
    let last = date(today.year() + YEARS_AHEAD, 12, 31);
    for begins in occurrences(start, event.rule.as_ref(), last) {
        if event.except.contains(&begins) {
            continue;
        }
        let days = std::iter::successors(Some(begins), |day| day.tomorrow().ok());
        for day in days.take(usize::try_from(length).unwrap_or(1)) {
            if day < first || last < day {
                found.outside += 1;
                continue;
            }
            let name = found.days.entry(day).or_default();
            match (name.is_empty(), event.name.as_str()) {
                (true, new) => new.clone_into(name),
                (false, new) if !new.is_empty() && name != new => *name = format!("{name}, {new}"),
                _ => {}
            }
        }
        if found.days.len() > MAX_DAYS {
            return at(event.line, format!("more than {MAX_DAYS} days"));
        }
    }
    Ok(())
}

fn days_between(from: Date, until: Date) -> i32 {
    from.until(until).map_or(0, |span| span.get_days())
}

/// The days on which an entry begins, up to `last`.
fn occurrences(start: Date, rule: Option<&Rule>, last: Date) -> Vec<Date> {
    let Some(rule) = rule else { return vec![start] };
    let until = rule.until.map_or(last, |until| until.min(last));
    let years = (start.year()..=until.year()).step_by(rule.every.unsigned_abs().into());
    let month = rule.month.unwrap_or(start.month());
    let in_year = |year: i16| match rule.weekday {
        Some((place, weekday)) => Date::new(year, month, 1).ok()?.nth_weekday_of_month(place, weekday).ok(),
        None => Date::new(year, month, rule.day.unwrap_or(start.day())).ok(),
    };
    let days = years.filter_map(in_year).filter(|day| start <= *day && *day <= until);
    days.take(rule.count.unwrap_or(usize::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = date(2026, 11, 28);

    fn file(entries: &[&str]) -> String {
        let body: String = entries.iter().map(|e| format!("BEGIN:VEVENT\r\n{e}\r\nEND:VEVENT\r\n")).collect();
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{body}END:VCALENDAR\r\n")
    }

    fn days(entry: &str) -> Vec<String> {
        read_holidays(&file(&[entry]), TODAY).unwrap_or_else(|e| panic!("{entry}: {e}")).entries()
    }

    #[test]
    fn whole_days_once_long_folded_and_every_year() {
        let cases: [(&str, &[&str]); 9] = [
            ("DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas\r\n  Day", &["2026-12-25 Christmas Day"]),
            (
                "DTSTART:20261225\r\nDTEND:20261227\r\nSUMMARY:Noël\\, et après",
                &["2026-12-25 Noël, et après", "2026-12-26 Noël, et après"],
            ),
            ("DTSTART;VALUE=DATE:20270101\r\nDURATION:P1D", &["2027-01-01"]),
            ("DTSTART;VALUE=DATE:20240229\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Leap", &["2028-02-29 Leap"]),
            (
                "DTSTART;VALUE=DATE:20201126\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20271231\r\nSUMMARY:Thanks",
                &["2025-11-27 Thanks", "2026-11-26 Thanks", "2027-11-25 Thanks"],
            ),
            (
                "DTSTART;VALUE=DATE:20200525\r\nRRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=5;BYDAY=-1MO\r\nSUMMARY:M",
                &["2026-05-25 M", "2028-05-29 M", "2030-05-27 M"],
            ),
            (
                "DTSTART;VALUE=DATE:20250501\r\nRRULE:FREQ=YEARLY;COUNT=3\r\nEXDATE;VALUE=DATE:20260501",
                &["2025-05-01", "2027-05-01"],
            ),
            (
                "DTSTART;VALUE=DATE:20261103\r\nTRANSP:TRANSPARENT\r\nSUMMARY:文化の日",
                &["2026-11-03 文化の日"],
            ),
            ("DTSTART;VALUE=DATE:20261224\r\nBEGIN:VALARM\r\nDURATION:x\r\nEND:VALARM", &["2026-12-24"]),
        ];
        for (entry, wanted) in cases {
            assert_eq!(days(entry), wanted, "{entry}");
        }
    }

    #[test]
    fn what_is_no_whole_day_is_passed_over_and_counted() {
        let christmas = "DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas";
        let entries = [
            christmas,
            "DTSTART;TZID=\"Europe/Berlin: x\":20261201T090000\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:Stand-up",
            "DTSTART;VALUE=DATE:20100101\r\nSUMMARY:Long ago",
            "DTSTART;VALUE=DATE:20261231\r\nSTATUS:CANCELLED",
            "DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Bank holiday",
        ];
        let found = read_holidays(&file(&entries), TODAY).unwrap();
        assert_eq!(found.entries(), ["2026-12-25 Christmas, Bank holiday"]);
        assert_eq!((found.with_time, found.outside), (1, 1));
    }

    #[test]
    fn a_bad_file_is_refused_with_its_line() {
        let event = |body: &str| file(&[body]);
        let cases = [
            (String::new(), 1, "BEGIN:VCALENDAR"),
            ("Dear all,\nthe office is closed.".to_owned(), 1, "BEGIN:VCALENDAR"),
            (event("DTSTART;VALUE=DATE:20261345"), 5, "20261345"),
            (event("DTSTART;VALUE=DATE:2026é1345"), 5, "no date"),
            (event("DTSTART;VALUE=DATE:20261225T100000"), 5, "no date"),
            (event("SUMMARY:Nothing"), 4, "DTSTART"),
            (
                event("DTSTART:20261225\r\nBEGIN:VEVENT\r\nDTSTART:20261226\r\nEND:VEVENT"),
                6,
                "inside another",
            ),
            (event("DTSTART:20261225\r\nDTEND:20261224"), 6, "before it begins"),
            (event("DTSTART:20261225\r\nRRULE:FREQ=WEEKLY"), 6, "WEEKLY"),
            (event("DTSTART:20261225\r\nRRULE:FREQ=YEARLY;BYDAY=MO"), 6, "BYDAY"),
            (event("DTSTART:20261225\r\nRRULE:COUNT=3"), 6, "FREQ"),
            (event("DTSTART:20261225\r\nnonsense"), 6, "colon"),
            (event("DTSTART:20261225").replace("END:VEVENT\r\nEND:VCALENDAR\r\n", ""), 1, "cut off"),
            (event("DTSTART:20261225\r\nEND:VTODO"), 6, "did not begin"),
            (event("DTSTART:20100101"), 8, "without a whole day"),
            (event("DTSTART:20260101\r\nDTEND:20290101"), 6, "more than a year"),
        ];
        for (text, line, what) in cases {
            let error = read_holidays(&text, TODAY).unwrap_err();
            assert!(error.line == line && error.what.contains(what), "{text}\n{error}");
        }
    }
}
