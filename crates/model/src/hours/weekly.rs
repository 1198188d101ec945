//! The weekly hours of a person as text: `Mon-Thu 09:00-12:00,13:00-18:00; Fri 09:00-13:00`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;

use super::{HoursError, shown};

/// Minutes after midnight on the wall clock.
pub type Minute = u16;

/// Minutes of a day on the wall clock.
pub const DAY_MINUTES: Minute = 1440;
/// Most windows of one day.
pub const MAX_WINDOWS: usize = 24;
/// Most check-ins of one day.
pub const MAX_CHECKINS: usize = 48;
/// Most bytes of a text of hours.
const MAX_TEXT_BYTES: usize = 4_096;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const FULL_DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A stretch of working time. One that ends after midnight belongs to the day on which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// First minute, 0 to 1439.
    pub start: Minute,
    /// First minute after it: greater than `start`, less than 24 hours later, so up to 2878; or a whole day, from midnight.
    pub end: Minute,
}

impl Window {
    /// Whether its two times of day say how long it is.
    fn is_told_by_times(self) -> bool {
        self.end - self.start < DAY_MINUTES || self.end == DAY_MINUTES
    }
}

/// Working windows of each day of the week, Monday first; sorted, touching within a day only where both together would be
/// a day or longer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Weekly {
    days: [Vec<Window>; 7],
}

impl Weekly {
    /// Windows of a day of the week.
    pub fn windows(&self, day: Weekday) -> &[Window] {
        &self.days[day.to_monday_zero_offset() as usize % 7]
    }

    /// Whether there is no working time at all.
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(Vec::is_empty)
    }

    /// Whether some window covers the minute on that day, be it one that began the day before.
    pub fn covers(&self, day: Weekday, minute: Minute) -> bool {
        let today = self.windows(day).iter().any(|w| w.start <= minute && minute < w.end);
        let late = minute + DAY_MINUTES;
        today || self.windows(day.previous()).iter().any(|w| w.start <= late && late < w.end)
    }

    fn add(&mut self, day: usize, window: Window) -> Result<(), HoursError> {
        let windows = &mut self.days[day % 7];
        windows.push(window);
        windows.sort_unstable();
        // What is cut short where two would be a day or longer may touch the one before it.
        loop {
            let found = merged(windows);
            if found == *windows {
                break;
            }
            *windows = found;
        }
        if windows.len() > MAX_WINDOWS {
            return Err(HoursError::TooMany(MAX_WINDOWS, "stretches of hours on one day"));
        }
        Ok(())
    }
}

/// Sorted windows with those that touch made one, where two times of day can say it; others end where the next begins.
fn merged(windows: &[Window]) -> Vec<Window> {
    let mut merged: Vec<Window> = Vec::with_capacity(windows.len());
    for w in windows {
        match merged.last_mut() {
            Some(last) if w.start <= last.end => {
                let whole = Window { start: last.start, end: last.end.max(w.end) };
                if whole.is_told_by_times() {
                    *last = whole;
                } else {
                    last.end = w.start;
                    merged.push(*w);
                }
            }
            _ => merged.push(*w),
        }
    }
    merged
}

impl FromStr for Weekly {
    type Err = HoursError;

    /// Reads hours. Days are English, short or long, in any case; `daily` is the whole week; nothing or `none` is no
    /// working time. Parts are separated by `;` or line breaks.
    fn from_str(text: &str) -> Result<Self, HoursError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(HoursError::TooMany(MAX_TEXT_BYTES, "characters of hours"));
        }
        let mut weekly = Weekly::default();
        let text = text.replace(['–', '—'], "-");
        if text.trim().eq_ignore_ascii_case("none") {
            return Ok(weekly);
        }
        for part in text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
            let at =
                part.find(|c: char| c.is_ascii_digit()).ok_or_else(|| HoursError::Window(shown(part)))?;
            let (days, windows) = part.split_at(at);
            let days = parse_days(days)?;
            for window in windows.split(',') {
                let window = parse_window(window)?;
                for &day in &days {
                    weekly.add(day, window)?;
                }
            }
        }
        Ok(weekly)
    }
}

impl fmt::Display for Weekly {
    /// Writes hours in the one form that [`FromStr`] reads back: equal days together, `none` for no working time.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        let mut first = true;
        for (day, windows) in self.days.iter().enumerate() {
            if windows.is_empty() || self.days[..day].contains(windows) {
                continue;
            }
            let same: Vec<usize> = (day..7).filter(|&d| self.days[d] == *windows).collect();
            let windows: Vec<String> = windows.iter().map(Window::to_string).collect();
            write!(f, "{}{} {}", if first { "" } else { "; " }, print_days(&same), windows.join(","))?;
            first = false;
        }
        Ok(())
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.end > DAY_MINUTES { self.end - DAY_MINUTES } else { self.end };
        write!(f, "{}-{}", print_time(self.start), print_time(end))
    }
}

/// Reads check-in times: `09:00,13:00,16:00`. Sorted, each once; nothing or `none` is no check-in.
///
/// # Errors
/// [`HoursError::Time`], or more than 48 of them.
pub fn parse_checkins(text: &str) -> Result<Vec<Minute>, HoursError> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(Vec::new());
    }
    let mut times = Vec::new();
    for time in text.split([',', ' ']).map(str::trim).filter(|t| !t.is_empty()) {
        let minute = parse_time(time).filter(|m| *m < DAY_MINUTES);
        times.push(minute.ok_or_else(|| HoursError::Time(shown(time)))?);
        if times.len() > MAX_CHECKINS {
            return Err(HoursError::TooMany(MAX_CHECKINS, "check-ins a day"));
        }
    }
    times.sort_unstable();
    times.dedup();
    Ok(times)
}

/// Writes check-in times as [`parse_checkins`] reads them.
pub fn print_checkins(times: &[Minute]) -> String {
    if times.is_empty() {
        return "none".to_owned();
    }
    times.iter().map(|t| print_time(*t)).collect::<Vec<_>>().join(",")
}

fn parse_days(text: &str) -> Result<Vec<usize>, HoursError> {
    let text = text.trim().trim_end_matches(':');
    if text.eq_ignore_ascii_case("daily") || text.eq_ignore_ascii_case("every day") {
        return Ok((0..7).collect());
    }
    let mut days = Vec::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to) = (parse_day(from)?, parse_day(to)?);
        let length = (to + 7 - from) % 7;
        days.extend((0..=length).map(|step| (from + step) % 7));
        if days.len() > 7 * MAX_WINDOWS {
            return Err(HoursError::Day(shown(text)));
        }
    }
    Ok(days)
}

fn parse_day(text: &str) -> Result<usize, HoursError> {
    let day = text.trim().to_ascii_lowercase();
    let found = FULL_DAYS.iter().position(|full| day.len() >= 3 && full.starts_with(&day));
    found.ok_or_else(|| HoursError::Day(shown(text)))
}

fn parse_window(text: &str) -> Result<Window, HoursError> {
    let bad = || HoursError::Window(shown(text));
    let (start, end) = text.split_once('-').ok_or_else(bad)?;
    let start = parse_time(start).filter(|m| *m < DAY_MINUTES).ok_or_else(bad)?;
    let end = parse_time(end).filter(|m| *m <= DAY_MINUTES).ok_or_else(bad)?;
    match end.cmp(&start) {
        std::cmp::Ordering::Greater => Ok(Window { start, end }),
        std::cmp::Ordering::Less => Ok(Window { start, end: end + DAY_MINUTES }),
        std::cmp::Ordering::Equal => Err(bad()),
    }
}

/// Reads `9`, `09:00` or `24:00`.
fn parse_time(text: &str) -> Option<Minute> {
    let (hours, minutes) = text.trim().split_once(':').unwrap_or((text.trim(), "00"));
    let digits = |t: &str| !t.is_empty() && t.len() <= 2 && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || !digits(minutes) || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (Minute, Minute) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60 && hours * 60 + minutes <= DAY_MINUTES).then_some(hours * 60 + minutes)
}

fn print_time(minute: Minute) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// `Mon-Fri`, `Mon,Wed-Thu`: `days` ascending.
fn print_days(days: &[usize]) -> String {
    let runs = days.chunk_by(|a, b| a + 1 == *b);
    let names = runs.map(|run| match run {
        [first, .., last] => format!("{}-{}", DAYS[first % 7], DAYS[last % 7]),
        other => other.iter().map(|d| DAYS[d % 7]).collect(),
    });
    names.collect::<Vec<_>>().join(",")
}
