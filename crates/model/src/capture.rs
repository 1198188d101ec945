//! The one-line capture of a task: `Fix login @aiko #auth !high ^2026-12-01 >Web`.
//!
//! `@person`, `#label`, `!priority`, `^due` and `>project` stand at the beginning of a word; a value with spaces goes in
//! quotes (`@"Aiko Tanaka"`). What cannot be read as such stays in the title, so nothing typed is lost; `\` before a
//! sign keeps it in the title on purpose. "Today" is an argument: no clock is read.

use jiff::civil::{Date, Time, Weekday};

use crate::hours::Zone;
use crate::task::{Due, Priority};

/// Most days that `+3d` and `+2w` reach: seventy years.
const MAX_AHEAD: i64 = 7 * 3_660;
/// Most characters of a label.
const MAX_LABEL_CHARS: usize = 64;

/// What a captured line says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capture {
    /// The rest of the line.
    pub title: String,
    /// Whose task it is, as typed: a name or the beginning of one.
    pub person: Option<String>,
    /// Labels in the order typed, each once.
    pub labels: Vec<String>,
    /// Priority.
    pub priority: Option<Priority>,
    /// When it is due. A date alone is the end of the assignee's working day.
    pub due: Option<Due>,
    /// Its project, as typed.
    pub project: Option<String>,
}

/// A word of the line.
struct Token<'a> {
    /// As typed.
    raw: &'a str,
    /// Its first character when that is a sign and a value follows.
    sign: Option<char>,
    /// The value behind the sign, without quotes.
    value: &'a str,
}

/// Reads a line. `today` is the date in `zone`, the zone of who types: relative dates and times without zone are there.
pub fn capture(line: &str, today: Date, zone: &Zone) -> Capture {
    let mut out = Capture::default();
    let mut title: Vec<&str> = Vec::new();
    for token in tokens(line) {
        if !take(&mut out, &token, today, zone) {
            title.push(unescaped(token.raw));
        }
    }
    out.title = title.join(" ");
    out
}

/// Reads a due value as typed behind `^`: see [`capture`].
///
/// `today`, `tomorrow`, `fri` (the next one after today), `+3d`, `+2w`, `2026-12-01`; each alone or followed by a time
/// (`fri 15:00`, `fri@15:00`), a time alone (the next one: today), and a zone (`fri 15:00 Asia/Tokyo`); or RFC 3339. A
/// `date:` before a date makes it a date and nothing more.
pub fn parse_due(text: &str, today: Date, zone: &Zone) -> Option<Due> {
    let text = text.trim();
    if let Some(date) = strip_prefix_any_case(text, "date:") {
        return parse_date(date, today).map(|date| Due::Date { date: date.to_string() });
    }
    if let Some(date) = parse_date(text, today) {
        return Some(Due::EndOfDay { date: date.to_string() });
    }
    let words: Vec<&str> = text.split([' ', '@']).filter(|word| !word.is_empty()).collect();
    let (words, zone) = match words.split_last() {
        Some((last, rest)) if last.contains('/') && !rest.is_empty() => {
            (rest.to_vec(), Zone::get(last).ok()?)
        }
        _ => (words, zone.clone()),
    };
    let (date, time) = match words.as_slice() {
        [time] => (today, parse_time(time)),
        [date, time] => (parse_date(date, today)?, parse_time(time)),
        _ => (today, None),
    };
    let at_ms = match time {
        Some(time) => zone.instant(date.to_datetime(time)),
        // Other spellings of ISO 8601, such as 20261201, are more likely numbers.
        None if text.as_bytes().get(4) == Some(&b'-') => zone.moment(text).ok()?,
        None => return None,
    };
    Some(Due::Instant { at_ms, zone: zone.name().to_owned() })
}

/// Reads a priority: `none`, `low`, `medium`, `high`, `urgent`, or their numbers 0 to 4.
pub fn parse_priority(text: &str) -> Option<Priority> {
    match text.to_ascii_lowercase().as_str() {
        "none" | "0" => Some(Priority::None),
        "low" | "1" => Some(Priority::Low),
        "medium" | "med" | "2" => Some(Priority::Medium),
        "high" | "3" => Some(Priority::High),
        "urgent" | "4" => Some(Priority::Urgent),
        _ => None,
    }
}

/// Puts a token's value where its sign says; `false` when it belongs to the title.
fn take(out: &mut Capture, token: &Token<'_>, today: Date, zone: &Zone) -> bool {
    let value = token.value;
    match token.sign {
        Some('@') if out.person.is_none() => out.person = Some(value.to_owned()),
        Some('>') if out.project.is_none() => out.project = Some(value.to_owned()),
        Some('!') if out.priority.is_none() => out.priority = parse_priority(value),
        Some('^') if out.due.is_none() => out.due = parse_due(value, today, zone),
        Some('#') if is_label(value) => {
            if !out.labels.iter().any(|label| label == value) {
                out.labels.push(value.to_owned());
            }
            return true;
        }
        _ => return false,
    }
    match token.sign {
        Some('!') => out.priority.is_some(),
        Some('^') => out.due.is_some(),
        _ => true,
    }
}

/// A number alone (`#123`) names something elsewhere; it is no label.
fn is_label(value: &str) -> bool {
    let chars = value.chars().count();
    chars <= MAX_LABEL_CHARS && !value.contains('#') && !value.bytes().all(|b| b.is_ascii_digit())
}

/// Cuts a line at white space outside quoted values.
fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut rest = line.trim_start();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (token, after) = quoted(rest).unwrap_or_else(|| plain(rest));
        found.push(token);
        rest = after.trim_start();
    }
    found
}

/// A sign followed by a quoted value, if the quotes close and a word ends there.
fn quoted(text: &str) -> Option<(Token<'_>, &str)> {
    let sign = text.chars().next().filter(|c| is_sign(*c))?;
    let inner = text.get(1..)?.strip_prefix('"')?;
    let (value, after) = inner.split_once('"')?;
    if value.trim().is_empty() || !(after.is_empty() || after.starts_with(char::is_whitespace)) {
        return None;
    }
    let raw = text.get(..text.len() - after.len())?;
    Some((Token { raw, sign: Some(sign), value: value.trim() }, after))
}

fn plain(text: &str) -> (Token<'_>, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (raw, after) = text.split_at(end);
    let sign = raw.chars().next().filter(|c| is_sign(*c));
    let value = sign.map_or("", |sign| raw.trim_start_matches(sign));
    // A sign alone or doubled (`##`, `>>`) is text, and so is one before a quote that does not close.
    let bare = !value.is_empty() && value.len() + 1 == raw.len() && !value.starts_with('"');
    let sign = sign.filter(|_| bare);
    (Token { raw, sign, value }, after)
}

fn is_sign(c: char) -> bool {
    matches!(c, '@' | '#' | '!' | '^' | '>')
}

fn unescaped(raw: &str) -> &str {
    raw.strip_prefix('\\').filter(|rest| rest.starts_with(is_sign)).unwrap_or(raw)
}

fn strip_prefix_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Reads a date, absolute or relative to `today`.
pub fn parse_date(text: &str, today: Date) -> Option<Date> {
    let text = text.trim().to_ascii_lowercase();
    let ahead = |days: i64| today.checked_add(jiff::Span::new().try_days(days).ok()?).ok();
    match text.as_str() {
        "today" => return Some(today),
        "tomorrow" | "tmr" => return ahead(1),
        "yesterday" => return ahead(-1),
        _ => {}
    }
    if let Some(day) = parse_weekday(&text) {
        let days = today.weekday().until(day);
        return ahead(if days == 0 { 7 } else { i64::from(days) });
    }
    if let Some(steps) = text.strip_prefix('+') {
        let (number, unit) = match steps.strip_suffix('w') {
            Some(weeks) => (weeks, 7),
            None => (steps.strip_suffix('d').unwrap_or(steps), 1),
        };
        let days = number.parse::<i64>().ok()?.checked_mul(unit)?;
        return ahead(Some(days).filter(|days| (0..=MAX_AHEAD).contains(days))?);
    }
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if shape { text.parse().ok() } else { None }
}

fn parse_weekday(text: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let at = NAMES.iter().position(|name| text.len() >= 3 && name.starts_with(text))?;
    Weekday::from_monday_zero_offset(at as i8).ok()
}

/// Reads `15:00`, `9:30`, `9am`, `3:30pm`.
fn parse_time(text: &str) -> Option<Time> {
    let text = text.to_ascii_lowercase();
    let (clock, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (text.as_str(), None),
    };
    let (hour, minute) = match clock.split_once(':') {
        Some((hour, minute)) if minute.len() == 2 => (hour, minute),
        None if half.is_some() => (clock, "00"),
        _ => return None,
    };
    let digits = |t: &str| (1..=2).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    Time::new(hour, minute, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Capture {
        // A Thursday.
        capture(line, "2026-11-26".parse().unwrap(), &Zone::get("Europe/London").unwrap())
    }

    fn due(text: &str) -> Option<Due> {
        parse_due(text, "2026-11-26".parse().unwrap(), &Zone::get("Europe/London").unwrap())
    }

    fn day(date: &str) -> Option<Due> {
        Some(Due::EndOfDay { date: date.to_owned() })
    }

    fn instant(at: &str, zone: &str) -> Option<Due> {
        Some(Due::Instant { at_ms: Zone::utc().moment(at).unwrap(), zone: zone.to_owned() })
    }

    #[test]
    fn a_whole_line_is_taken_apart() {
        let wanted = Capture {
            title: "Fix login".into(),
            person: Some("aiko".into()),
            labels: vec!["auth".into()],
            priority: Some(Priority::High),
            due: day("2026-12-01"),
            project: Some("Web".into()),
        };
        assert_eq!(read("Fix login @aiko #auth !high ^2026-12-01 >Web"), wanted);
        assert_eq!(read("  >Web ^2026-12-01 !HIGH Fix #auth   @aiko login #auth "), wanted);
    }

    #[test]
    fn values_with_spaces_go_in_quotes() {
        let read = read(r#"Call @"Aiko Tanaka" about #"first week" >"Web site" ^"fri 15:00""#);
        assert_eq!(read.title, "Call about");
        assert_eq!(
            (read.person.as_deref(), read.project.as_deref()),
            (Some("Aiko Tanaka"), Some("Web site"))
        );
        assert_eq!(
            (read.labels, read.due),
            (vec!["first week".into()], instant("2026-11-27T15:00Z", "Europe/London"))
        );
    }

    #[test]
    fn what_is_no_token_stays_in_the_title_to_the_letter() {
        let lines = [
            "Ask bob@example.com about C# and a > b",
            "See #123 and ## and >> and @ and !",
            "Wow !now ^someday ^2026-13-45",
            r#"Say @"unclosed and #"" twice"#,
            r#"Say #"two"words now"#,
            "3^2 is 9!",
            "日本語のタイトル",
            "",
        ];
        for line in lines {
            assert_eq!(read(line), Capture { title: line.into(), ..Capture::default() }, "{line}");
        }
    }

    #[test]
    fn a_backslash_keeps_a_sign_in_the_title() {
        assert_eq!(
            read(r"Write \#auth and \>Web in a\b \n"),
            Capture { title: r"Write #auth and >Web in a\b \n".into(), ..Capture::default() }
        );
    }

    #[test]
    fn of_two_people_priorities_dates_or_projects_the_first_counts_and_the_second_stays() {
        let read = read("Swap @aiko @ben !low !high ^today ^fri >Web >App #a #b #a");
        assert_eq!(read.title, "Swap @ben !high ^fri >App");
        assert_eq!(read.labels, ["a", "b"]);
        assert_eq!((read.person.as_deref(), read.priority), (Some("aiko"), Some(Priority::Low)));
    }

    #[test]
    fn due_dates_are_read_in_every_form() {
        let cases = [
            ("today", day("2026-11-26")),
            ("Tomorrow", day("2026-11-27")),
            ("fri", day("2026-11-27")),
            ("thursday", day("2026-12-03")),
            ("wed", day("2026-12-02")),
            ("+0d", day("2026-11-26")),
            ("+3", day("2026-11-29")),
            ("+10d", day("2026-12-06")),
            ("+2w", day("2026-12-10")),
            ("date:2026-12-25", Some(Due::Date { date: "2026-12-25".into() })),
            ("date:mon", Some(Due::Date { date: "2026-11-30".into() })),
            ("15:00", instant("2026-11-26T15:00Z", "Europe/London")),
            ("9am", instant("2026-11-26T09:00Z", "Europe/London")),
            ("fri@3:30pm", instant("2026-11-27T15:30Z", "Europe/London")),
            ("tomorrow 12am", instant("2026-11-27T00:00Z", "Europe/London")),
            ("2026-07-01 12:00", instant("2026-07-01T11:00Z", "Europe/London")),
            ("2026-07-01T12:00", instant("2026-07-01T11:00Z", "Europe/London")),
            ("fri 15:00 Asia/Tokyo", instant("2026-11-27T06:00Z", "Asia/Tokyo")),
            ("2026-12-01T15:00Z", instant("2026-12-01T15:00Z", "Europe/London")),
            ("2026-12-01T15:00+09:00", instant("2026-12-01T06:00Z", "Europe/London")),
            ("2026-12-01T15:00[Asia/Tokyo]", instant("2026-12-01T06:00Z", "Europe/London")),
            ("2026-02-30", None),
            ("2026-1-1", None),
            ("20261201", None),
            ("someday", None),
            ("fr", None),
            ("25:00", None),
            ("13pm", None),
            ("+99999d", None),
            ("+-1d", None),
            ("fri 15:00 Mars/Base", None),
            ("", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(due(text), wanted, "{text}");
        }
    }

    #[test]
    fn no_line_is_too_odd() {
        let end: Date = "9999-12-31".parse().unwrap();
        for line in ["^tomorrow", "^+3660w", "^fri", "^23:59", "@", "\\", "\"", "@\"", "^\u{a0}", "#\u{301}"]
        {
            let _ = capture(line, end, &Zone::utc());
        }
    }
}
