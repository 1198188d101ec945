//! Shared hours as plain rows.

use tern_peer::{ClockWatchView, OverlapView};

use crate::gui::clock::Clock;
use crate::gui::views::Views;

/// Shared minutes of a week below which meeting is no way to work.
const ASYNC_BELOW: i64 = 5 * 60;

/// Somebody who can be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Member id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Place and local time.
    pub note: String,
    /// Looked at.
    pub on: bool,
}

/// A week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// `Week of Tue 24 Nov`.
    pub name: String,
    /// Shared time in it, in words.
    pub shared: String,
    /// Nothing is shared in it.
    pub none: bool,
    /// Stretches: day, from when until when, how long, and the same for everybody and in UTC.
    pub windows: Vec<(String, String, String, String)>,
}

/// What is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Who can be looked at.
    pub people: Vec<Person>,
    /// What is shared, in a sentence; what is to be done, where nobody is chosen.
    pub said: String,
    /// What to do where little is shared; empty where enough is.
    pub advice: String,
    /// Clock changes that alter it.
    pub warnings: Vec<String>,
    /// Weeks in order.
    pub weeks: Vec<Week>,
}

/// `1 h 30`, `4 h`, `20 min`, `nothing`.
fn long(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, 0) => "nothing".to_owned(),
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest:02}"),
    }
}

/// Everybody else, and what the chosen ones share with oneself.
pub fn build(views: &Views, chosen: &std::collections::BTreeSet<String>, clock: &Clock) -> Overlap {
    let members = views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
    let others = members.iter().filter(|member| !member.me && member.state == "active");
    let people = others.map(|member| {
        let local = views.people.get(&member.id).and_then(|slot| slot.get()).map(|one| one.local.clone());
        let place = crate::gui::people::place(&member.zone);
        let note = local.map_or(place.clone(), |local| format!("{place}, {local}"));
        Person { id: member.id.clone(), name: member.name.clone(), note, on: chosen.contains(&member.id) }
    });
    let mut shown = Overlap { people: people.collect(), ..Overlap::default() };
    if chosen.is_empty() {
        shown.said =
            "Choose people, and the hours that all of you work stand here for eight weeks.".to_owned();
        return shown;
    }
    match (views.overlap.get(), views.overlap.error()) {
        (Some(view), _) => fill(&mut shown, view, views, clock),
        (None, Some(error)) => shown.said = error.to_string(),
        (None, None) => shown.said = "Looking for hours that you share".to_owned(),
    }
    shown
}

fn fill(shown: &mut Overlap, view: &OverlapView, views: &Views, clock: &Clock) {
    let least = view.weeks.iter().map(|week| week.minutes).min().unwrap_or(0);
    let most = view.weeks.iter().map(|week| week.minutes).max().unwrap_or(0);
    let span = if least == most { long(most) } else { format!("{} to {}", long(least), long(most)) };
    shown.said = format!("{} share {span} a week.", view.people.join(", "));
    if least < ASYNC_BELOW {
        "Less than an hour a day: a thread with a question reaches everybody sooner than a meeting."
            .clone_into(&mut shown.advice);
    }
    shown.warnings = view.warnings.iter().map(|warning| warning.text.clone()).collect();
    let zones: Vec<(&str, &str)> = views
        .members
        .get()
        .map(|all| all.members.as_slice())
        .unwrap_or_default()
        .iter()
        .filter(|member| !member.me && view.people.contains(&member.name))
        .map(|member| (member.name.as_str(), member.zone.as_str()))
        .collect();
    let ends: Vec<&str> = view.weeks.iter().skip(1).map(|week| week.from.as_str()).collect();
    for (at, week) in view.weeks.iter().enumerate() {
        let until = ends.get(at).copied().unwrap_or("9999");
        let of = view
            .windows
            .iter()
            .filter(|one| week.from.as_str() <= one.date.as_str() && one.date.as_str() < until);
        let windows = of.map(|one| {
            let hours = format!("{} – {}", clock.time(&one.from), clock.time(&one.until));
            let theirs: Vec<String> = zones
                .iter()
                .filter_map(|(name, zone)| Some(format!("{} {name}", clock.due_in(&one.from, zone)?)))
                .collect();
            let everywhere = [clock.everywhere(&one.from, "", None), theirs.join(" · ")].join(" · ");
            (clock.day(&one.date), hours, long(one.minutes), everywhere.trim_end_matches(" · ").to_owned())
        });
        shown.weeks.push(Week {
            name: format!("Week of {}", clock.day(&week.from)),
            shared: long(week.minutes),
            none: week.minutes == 0,
            windows: windows.collect(),
        });
    }
}

/// What is said over the sheet a week before clocks change; nothing once it was read.
pub fn notice(view: &ClockWatchView, read: Option<&str>) -> Option<(String, String)> {
    let first = view.warnings.first().filter(|warning| read != Some(warning.when.as_str()))?;
    let more = match view.warnings.len() {
        1 => String::new(),
        2 => " One more pair is altered too.".to_owned(),
        count => format!(" {} more pairs are altered too.", count - 1),
    };
    Some((format!("{}{more}", first.text), first.when.clone()))
}

/// What is shown as text, for tests.
#[cfg(test)]
pub fn text(shown: &Overlap) -> String {
    let mut out = String::new();
    for person in &shown.people {
        out += &format!("[{}] {} {}\n", if person.on { "x" } else { " " }, person.name, person.note);
    }
    out += &format!("{}\n", shown.said);
    for line in shown.warnings.iter().chain([&shown.advice]).filter(|line| !line.is_empty()) {
        out += &format!("! {line}\n");
    }
    for week in &shown.weeks {
        out += &format!("{}: {}\n", week.name, week.shared);
        for (day, hours, long, everywhere) in &week.windows {
            out += &format!("  {day} {hours} {long} ({everywhere})\n");
        }
    }
    out
}
