//! The strip of people, and shared hours.

use tern_peer::{ClockWatchView, OverlapView, OverlapWarning, StripPerson, StripView};

use crate::table::{Table, one_line};

/// Hours of the ruler.
const RULER: usize = 24;

/// `2026-11-24T09:00:00+09:00[Asia/Tokyo]` as `09:00`.
fn time(rfc3339: &str) -> &str {
    rfc3339.get(11..16).unwrap_or(rfc3339)
}

/// The same as `Tue 24 Nov 09:00`.
fn moment(rfc3339: &str) -> String {
    let local: Option<jiff::civil::DateTime> = rfc3339.get(..19).and_then(|local| local.parse().ok());
    local.map_or_else(|| rfc3339.to_owned(), |at| at.strftime("%a %-d %b %H:%M").to_string())
}

fn instant(rfc3339: &str) -> Option<i64> {
    let stamp = rfc3339.split('[').next()?;
    stamp.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}

/// An hour a letter: `#` for hours, `o` for a check-in, `|` before the hour that runs.
fn ruler(view: &StripView, person: &StripPerson) -> String {
    let Some(first) = instant(&view.from) else { return String::new() };
    let now = instant(&view.at).unwrap_or(first);
    let within = |from: i64, until: i64| {
        person.hours.iter().any(|span| {
            instant(&span.from).is_some_and(|begins| begins < until)
                && instant(&span.until).is_some_and(|ends| ends > from)
        })
    };
    let mut text = String::new();
    for hour in 0..RULER {
        let from = first + 3600 * i64::try_from(hour).unwrap_or_default();
        if from <= now && now < from + 3600 {
            text.push('|');
        }
        let checks = person.checkins.iter().filter_map(|at| instant(at));
        text.push(match within(from, from + 3600) {
            _ if checks.into_iter().any(|at| from <= at && at < from + 3600) => 'o',
            true => '#',
            false => '.',
        });
    }
    text
}

pub(crate) fn strip(view: &StripView) -> String {
    let hours = "6 H BACK TO 18 H AHEAD";
    let mut table = Table::new(&["NAME", "LOCAL TIME", "", hours, "NEXT CHECK-IN, THEIRS"]);
    for person in &view.people {
        let name = if person.me { format!("{} (you)", person.name) } else { person.name.clone() };
        let next = match (&person.away, &person.next_checkin) {
            (Some(away), _) => away.clone(),
            (None, Some(next)) => moment(next),
            (None, None) => "none stated".to_owned(),
        };
        let sky = if person.working { "in hours" } else { "off" };
        table.row(&[name, person.local.clone(), sky.to_owned(), ruler(view, person), next]);
    }
    let differs = if view.zone_data_differs.is_empty() {
        String::new()
    } else {
        format!("{}\n", one_line(&view.zone_data_differs))
    };
    format!(
        "{}\n# hours  o check-in  | the hour that runs  ·  zone data {}\n{differs}",
        table.render(),
        view.zone_data
    )
}

/// Windows that are printed; the rest is counted.
const SHOWN: usize = 21;

pub(crate) fn overlap(view: &OverlapView) -> String {
    let names = one_line(&view.people.join(", "));
    let mut text = if view.windows.is_empty() {
        format!("{names} share no hours in these weeks. Write instead of meeting.\n")
    } else {
        format!("{names} share, by the clock of {}:\n", view.zone)
    };
    for window in view.windows.iter().take(SHOWN) {
        text += &format!("  {} – {}\n", moment(&window.from), time(&window.until));
    }
    if view.windows.len() > SHOWN {
        text += &format!("  and {} more (--json has all)\n", view.windows.len() - SHOWN);
    }
    for day in &view.holidays {
        text += &format!("  {} is off on {}: {}\n", one_line(&day.who), day.date, one_line(&day.why));
    }
    view.warnings.iter().for_each(|warning| text += &change(warning));
    text + &format!("zone data {}\n", view.zone_data)
}

fn change(warning: &OverlapWarning) -> String {
    format!("{}{}\n", if warning.soon { "Within a week: " } else { "" }, one_line(&warning.text))
}

/// Clock changes alone: of people in the next weeks, or of oneself and anybody within one.
pub(crate) fn clocks(view: &ClockWatchView, weeks: Option<u16>) -> String {
    if !view.warnings.is_empty() {
        return view.warnings.iter().map(change).collect();
    }
    match weeks {
        None => "No clock change within a week alters what you share with anybody.\n".to_owned(),
        Some(1) => "No clock change within a week alters what they share.\n".to_owned(),
        Some(weeks) => format!("No clock change in the next {weeks} weeks alters what they share.\n"),
    }
}
