//! Who is called when something burns: a rota in everybody's own local time, and a ladder that reaches further with every
//! minute nobody answers. All of it is a function of what is agreed, profiles and an instant.

use std::collections::BTreeMap;
use std::fmt;

use crate::hours::{Arrival, Date, Hearing, MINUTE_MS, Profile, Weekly};

/// Most steps of a ladder, and most entries of a rota.
pub const MAX_ENTRIES: usize = 200;
/// In a step: whoever is on call by the rota.
pub const ON_CALL: &str = "on-call";
/// Days ahead in which a change of who is on call is looked for.
pub const AHEAD_DAYS: usize = 62;
/// Most minutes until a step.
const MAX_MINUTES: u32 = 24 * 60;

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OnCallError {
    /// Not a step of a ladder.
    #[error("“{0}” is no step; write minutes and who, such as 0 on-call; 15 Ben")]
    Step(String),
    /// Not an entry of a rota.
    #[error(
        "“{0}” is no entry; write who, dates if any, and hours, such as Ben 2026-11-23..2026-11-29 daily 18:00-24:00"
    )]
    Entry(String),
    /// Too many.
    #[error("there are more than {MAX_ENTRIES} of them")]
    TooMany,
}

/// A step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Minutes since the emergency was said.
    pub minutes: u32,
    /// Member id, hex, or [`ON_CALL`].
    pub who: String,
}

/// When somebody is on call, in their own local time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Member id, hex.
    pub who: String,
    /// First and last date; always when none.
    pub dates: Option<(Date, Date)>,
    /// Hours of the week.
    pub hours: Weekly,
}

/// Rota and ladder, members as ids in hex.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnCall {
    /// Steps, earliest first.
    pub ladder: Vec<Step>,
    /// Entries in their order.
    pub rota: Vec<Entry>,
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

impl OnCall {
    /// Reads a ladder and a rota as documents keep them. `member` finds the member that a name means.
    ///
    /// # Errors
    /// The first part that cannot be read.
    pub fn read(
        ladder: &str,
        rota: &str,
        member: &dyn Fn(&str) -> Option<String>,
    ) -> Result<OnCall, OnCallError> {
        let mut steps = parts(ladder).map(|part| read_step(part, member)).collect::<Result<Vec<_>, _>>()?;
        steps.sort_by_key(|step| step.minutes);
        let rota = parts(rota).map(|part| read_entry(part, member)).collect::<Result<Vec<_>, _>>()?;
        if steps.len() > MAX_ENTRIES || rota.len() > MAX_ENTRIES {
            return Err(OnCallError::TooMany);
        }
        Ok(OnCall { ladder: steps, rota })
    }

    /// The ladder as [`OnCall::read`] reads it.
    pub fn ladder_text(&self) -> String {
        self.ladder.iter().map(Step::to_string).collect::<Vec<_>>().join("; ")
    }

    /// The rota as [`OnCall::read`] reads it.
    pub fn rota_text(&self) -> String {
        self.rota.iter().map(Entry::to_string).collect::<Vec<_>>().join("; ")
    }

    /// Whether the rota has somebody on call at an instant. `profile` says where their clock hangs.
    pub fn has_duty(&self, member: &str, profile: &Profile, at_ms: i64) -> bool {
        self.rota.iter().filter(|entry| entry.who == member).any(|entry| entry.covers(profile, at_ms))
    }

    /// Who is on call at an instant, in the order of the rota.
    pub fn on_duty(&self, profiles: &BTreeMap<String, Profile>, at_ms: i64) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for entry in &self.rota {
            let covers = profiles.get(&entry.who).is_some_and(|profile| entry.covers(profile, at_ms));
            if covers && !found.contains(&entry.who) {
                found.push(entry.who.clone());
            }
        }
        found
    }

    /// The first instant after `after_ms` at which others are on call, or nobody, and who is from then on; none where that
    /// does not change within [`AHEAD_DAYS`].
    pub fn next_change(
        &self,
        profiles: &BTreeMap<String, Profile>,
        after_ms: i64,
    ) -> Option<(i64, Vec<String>)> {
        let before = self.on_duty(profiles, after_ms);
        let known = self.rota.iter().filter_map(|entry| Some((entry, profiles.get(&entry.who)?)));
        let mut edges: Vec<i64> = known.flat_map(|(entry, profile)| entry.edges(profile, after_ms)).collect();
        edges.retain(|at| *at > after_ms);
        edges.sort_unstable();
        edges.dedup();
        edges.into_iter().map(|at| (at, self.on_duty(profiles, at))).find(|(_, who)| *who != before)
    }

    /// From when on an emergency said at `said_ms` is for somebody, as far as the ladder goes by `now_ms`: the earliest
    /// step that has been reached and that means them. Without a ladder it is at once for whoever is on call.
    pub fn is_called(&self, member: &str, profile: &Profile, said_ms: i64, now_ms: i64) -> bool {
        let on_duty = || self.has_duty(member, profile, now_ms);
        if self.ladder.is_empty() {
            return said_ms <= now_ms && on_duty();
        }
        let reached = |step: &&Step| said_ms.saturating_add(i64::from(step.minutes) * MINUTE_MS) <= now_ms;
        let means = |step: &Step| step.who == member || (step.who == ON_CALL && on_duty());
        self.ladder.iter().filter(reached).any(means)
    }

    /// What becomes of an arrival for a member at an instant: the rules of quiet hours, and of an emergency the ladder.
    pub fn hearing(
        &self,
        member: &str,
        profile: &Profile,
        arrival: &Arrival,
        (now_ms, focus_until_ms): (i64, Option<i64>),
    ) -> Hearing {
        let called = arrival.emergency && self.is_called(member, profile, arrival.at_ms, now_ms);
        profile.hearing_in_focus(arrival, called, focus_until_ms, now_ms)
    }
}

impl Entry {
    fn covers(&self, profile: &Profile, at_ms: i64) -> bool {
        let date = profile.zone.date(at_ms);
        // A shift that begins on the last date goes on after its midnight.
        let before = date.yesterday().unwrap_or(date);
        let late = |day: Date| self.dates.is_none_or(|(first, last)| first <= day && day <= last);
        let on = |day: Date| {
            let windows = self.hours.windows(day.weekday()).iter();
            let span = |w: &crate::hours::Window| {
                (profile.zone.instant_of(day, w.start), profile.zone.instant_of(day, w.end))
            };
            late(day) && windows.map(span).any(|(from, until)| from <= at_ms && at_ms < until)
        };
        on(date) || on(before)
    }

    /// Where the hours of the days around and after an instant begin and end.
    fn edges(&self, profile: &Profile, from_ms: i64) -> Vec<i64> {
        let today = profile.zone.date(from_ms);
        let first = today.yesterday().unwrap_or(today);
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(AHEAD_DAYS);
        let days = days.filter(|day| self.dates.is_none_or(|(first, last)| first <= *day && *day <= last));
        let edges = |day: Date| {
            let windows = self.hours.windows(day.weekday()).iter();
            windows.flat_map(move |w| [w.start, w.end].map(|minute| profile.zone.instant_of(day, minute)))
        };
        days.flat_map(edges).collect()
    }
}

fn read_step(part: &str, member: &dyn Fn(&str) -> Option<String>) -> Result<Step, OnCallError> {
    let bad = || OnCallError::Step(part.chars().take(60).collect());
    let (minutes, who) = part.split_once(' ').ok_or_else(bad)?;
    let minutes: u32 = minutes.trim().trim_end_matches("min").parse().map_err(|_| bad())?;
    let who = who.trim();
    let who = if who.eq_ignore_ascii_case(ON_CALL) { Some(ON_CALL.to_owned()) } else { member(who) };
    match who {
        Some(who) if minutes <= MAX_MINUTES => Ok(Step { minutes, who }),
        _ => Err(bad()),
    }
}

/// Who may have a name of several words: the longest beginning that means a member counts.
fn read_entry(part: &str, member: &dyn Fn(&str) -> Option<String>) -> Result<Entry, OnCallError> {
    let bad = || OnCallError::Entry(part.chars().take(60).collect());
    let words: Vec<&str> = part.split_whitespace().collect();
    let named = (1..=words.len()).rev().find_map(|n| {
        let who = words.get(..n)?.join(" ");
        Some((n, member(who.trim_end_matches(':'))?))
    });
    let (taken, who) = named.ok_or_else(bad)?;
    let mut rest = words.get(taken..).unwrap_or_default();
    let mut dates = None;
    if let Some((first, last)) = rest.first().and_then(|word| word.split_once("..")) {
        let read = |text: &str| text.parse::<Date>().map_err(|_| bad());
        dates = Some((read(first)?, read(last)?)).filter(|(first, last)| first <= last);
        dates.ok_or_else(bad)?;
        rest = rest.get(1..).unwrap_or_default();
    }
    let hours =
        if rest.is_empty() && dates.is_some() { "daily 00:00-24:00".to_owned() } else { rest.join(" ") };
    let hours: Weekly = hours.parse().map_err(|_| bad())?;
    if hours.is_empty() {
        return Err(bad());
    }
    Ok(Entry { who, dates, hours })
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.minutes, self.who)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.who)?;
        if let Some((first, last)) = self.dates {
            write!(f, " {first}..{last}")?;
        }
        // Hours of several days are parted by semicolons, which part entries here.
        write!(f, " {}", self.hours.to_string().replace("; ", &format!("; {} ", self.prefix())))
    }
}

impl Entry {
    fn prefix(&self) -> String {
        let dates = self.dates.map(|(first, last)| format!(" {first}..{last}")).unwrap_or_default();
        format!("{}{dates}", self.who)
    }
}

#[cfg(test)]
mod tests;
