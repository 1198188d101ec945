//! What the strip shows, as data.

use tern_model::hours::{HOUR_MS, MINUTE_MS, Zone};
use tern_peer::{StripPerson, StripView};

use crate::gui::people::place;

/// Most rows; above this many people those with the same clock share one.
pub const ROWS_MAX: usize = 6;
/// Most rows in all: of more clocks than this the last are counted.
pub const CLOCKS_MAX: usize = 10;

/// The ruler and the people on it.
#[derive(Debug, Clone)]
pub struct Ruler {
    /// First instant.
    pub from_ms: i64,
    /// First instant after it.
    pub until_ms: i64,
    /// Now.
    pub now_ms: i64,
    /// From east to west.
    pub rows: Vec<Row>,
    /// People for whom there is no row.
    pub unseen: usize,
    mine: Zone,
}

/// One person, or those who share a clock.
#[derive(Debug, Clone)]
pub struct Row {
    /// Names.
    pub name: String,
    /// `you`, or the place that the zone names.
    pub place: String,
    /// Whether oneself is among them.
    pub me: bool,
    /// Working time on the ruler.
    pub bars: Vec<Bar>,
    /// Check-ins on the ruler.
    pub checkins: Vec<i64>,
    /// The next check-in.
    pub next_ms: Option<i64>,
    /// Why no working time is left on the ruler.
    pub away: Option<String>,
    /// Until when they want to hear nothing.
    pub focus_ms: Option<i64>,
    zone: Zone,
}

/// A stretch of working time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// First instant.
    pub from_ms: i64,
    /// First instant after it.
    pub until_ms: i64,
    /// What it says of the hours on their clock.
    pub label: String,
}

/// A row at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Their local time, with the weekday when it is not mine.
    pub time: String,
    /// Within their hours.
    pub working: bool,
}

/// A mark of the ruler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where.
    pub at_ms: i64,
    /// Hour, or the day that begins.
    pub label: String,
    /// A day begins here.
    pub midnight: bool,
}

fn instant(rfc3339: &str) -> Option<i64> {
    let stamp = rfc3339.split('[').next()?;
    stamp.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// `9` or `17:30`, as bars say hours.
fn hour(zone: &Zone, at_ms: i64) -> String {
    let local = zone.local(at_ms);
    let words = if local.minute() == 0 { "%H" } else { "%H:%M" };
    local.strftime(words).to_string()
}

impl Ruler {
    /// Reads the engine's answer; nothing when its times cannot be read.
    pub fn of(view: &StripView, my_zone: &str) -> Option<Ruler> {
        let (from_ms, until_ms) = (instant(&view.from)?, instant(&view.until)?);
        let now_ms = instant(&view.at)?;
        let mut rows: Vec<Row> = Vec::new();
        let shared = view.people.len() > ROWS_MAX;
        let mut offsets = Vec::new();
        for person in &view.people {
            let Some(row) = Row::of(person, from_ms, until_ms) else { continue };
            match rows.last_mut() {
                Some(last) if shared && offsets.last() == Some(&person.offset_minutes) => last.join(row),
                _ => {
                    rows.push(row);
                    offsets.push(person.offset_minutes);
                }
            }
        }
        let unseen = rows.len().saturating_sub(CLOCKS_MAX);
        if unseen > 0 {
            let mine = rows.iter().position(|row| row.me).unwrap_or(0);
            let first = (mine + 1).saturating_sub(CLOCKS_MAX);
            rows = rows.into_iter().skip(first).take(CLOCKS_MAX).collect();
        }
        let mine = Zone::get(my_zone).unwrap_or_else(|_| Zone::utc());
        Some(Ruler { from_ms, until_ms, now_ms, rows, unseen, mine })
    }

    /// An instant as my clock says it: `Tue 15:10`.
    pub fn time(&self, at_ms: i64) -> String {
        self.mine.show_short(at_ms)
    }

    /// A row at an instant.
    pub fn shown(&self, row: &Row, at_ms: i64) -> Shown {
        let same_day = row.zone.date(at_ms) == self.mine.date(at_ms);
        let local = row.zone.local(at_ms);
        Shown {
            time: local.strftime(if same_day { "%H:%M" } else { "%a %H:%M" }).to_string(),
            working: row.bars.iter().any(|bar| bar.from_ms <= at_ms && at_ms < bar.until_ms),
        }
    }

    /// The next check-in on their clock, and how long until then.
    pub fn next(&self, row: &Row) -> (String, String) {
        if let Some(until) = row.focus_ms {
            let at = row.zone.local(until).strftime("%H:%M").to_string();
            return (at, "ends their focus".to_owned());
        }
        let Some(next_ms) = row.next_ms else { return ("none stated".to_owned(), String::new()) };
        let today = row.zone.date(next_ms) == self.mine.date(self.now_ms);
        let at = row.zone.local(next_ms).strftime(if today { "%H:%M" } else { "%a %H:%M" }).to_string();
        let minutes = (next_ms - self.now_ms) / MINUTE_MS;
        let weekend = row.away.as_deref().is_some_and(|away| away.starts_with("weekend"));
        let until = match (minutes, minutes / 60, minutes % 60) {
            (..1, ..) => "now".to_owned(),
            (..60, ..) => format!("in {minutes} min"),
            _ if weekend => "after the weekend".to_owned(),
            (..1440, hours, 0) => format!("in {hours} h"),
            (..1440, hours, rest) => format!("in {hours} h {rest:02}"),
            (..2880, ..) => "in 1 day".to_owned(),
            _ => format!("in {} days", minutes / 1440),
        };
        (at, until)
    }

    /// Hours of the ruler, `step` hours apart, and the days that begin.
    pub fn marks(&self, step: i64) -> Vec<Mark> {
        let first = self.from_ms - self.from_ms.rem_euclid(HOUR_MS) + HOUR_MS;
        let mut marks = Vec::new();
        let mut hours = 0;
        let mut at_ms = first;
        while at_ms < self.until_ms {
            let local = self.mine.local(at_ms);
            if local.hour() == 0 {
                marks.push(Mark { at_ms, label: local.strftime("%a %-d").to_string(), midnight: true });
            } else if hours % step == 0 {
                marks.push(Mark { at_ms, label: local.strftime("%H").to_string(), midnight: false });
            }
            hours += 1;
            at_ms += HOUR_MS;
        }
        marks
    }

    /// A row as a sentence.
    pub fn spoken(&self, row: &Row, at_ms: i64) -> String {
        let Shown { time, working } = self.shown(row, at_ms);
        let hours = if working { "within their hours" } else { "outside their hours" };
        let (next, until) = self.next(row);
        let next = match &row.away {
            Some(away) => away.clone(),
            None => format!("next check-in {next}, {until}"),
        };
        format!("{}, {}, {time}, {hours}, {next}", row.name, row.place)
    }
}

impl Row {
    fn of(person: &StripPerson, from_ms: i64, until_ms: i64) -> Option<Row> {
        let zone = Zone::get(&person.zone).ok()?;
        let bar = |span: &tern_peer::SpanView| {
            let (begins, ends) = (instant(&span.from)?, instant(&span.until)?);
            let label = match (begins < from_ms, ends > until_ms) {
                (true, true) => String::new(),
                (true, false) => format!("to {}", hour(&zone, ends)),
                (false, true) => format!("from {}", hour(&zone, begins)),
                (false, false) => format!("{} to {}", hour(&zone, begins), hour(&zone, ends)),
            };
            Some(Bar { from_ms: begins.max(from_ms), until_ms: ends.min(until_ms), label })
        };
        Some(Row {
            name: person.name.clone(),
            place: if person.me { "you".to_owned() } else { place(&person.zone) },
            me: person.me,
            bars: person.hours.iter().filter_map(bar).collect(),
            checkins: person.checkins.iter().filter_map(|at| instant(at)).collect(),
            next_ms: person.next_checkin.as_deref().and_then(instant),
            away: person.away.clone(),
            focus_ms: person.focus_until.as_deref().and_then(instant),
            zone,
        })
    }

    /// Somebody else whose clock is the same: hours in which any of them works.
    fn join(&mut self, other: Row) {
        self.name = format!("{}, {}", self.name, other.name);
        if other.me {
            self.place = "with you".to_owned();
            self.me = true;
        }
        self.bars.extend(other.bars);
        self.bars.sort_by_key(|bar| bar.from_ms);
        let mut merged: Vec<Bar> = Vec::new();
        for bar in self.bars.drain(..) {
            match merged.last_mut() {
                Some(last) if bar.from_ms <= last.until_ms => {
                    if bar.from_ms != last.from_ms || bar.until_ms != last.until_ms {
                        last.label.clear();
                    }
                    last.until_ms = last.until_ms.max(bar.until_ms);
                }
                _ => merged.push(bar),
            }
        }
        self.bars = merged;
        self.checkins.clear();
        self.focus_ms = None;
        self.next_ms = [self.next_ms, other.next_ms].into_iter().flatten().min();
        self.away = self.away.take().filter(|_| other.away.is_some());
    }
}

/// The strip as text, for tests.
#[cfg(test)]
pub fn text(ruler: &Ruler, at_ms: i64) -> String {
    let line = |row: &Row| {
        let Shown { time, working } = ruler.shown(row, at_ms);
        let bars: Vec<&str> = row.bars.iter().map(|bar| bar.label.as_str()).collect();
        let (next, until) = ruler.next(row);
        let sky = if working { "sun" } else { "moon" };
        let away = row.away.as_deref().map(|away| format!(" ({away})")).unwrap_or_default();
        format!("{} {} {time} {sky} | {} | {next} {until}{away}\n", row.name, row.place, bars.join(", "))
    };
    ruler.rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::canned;

    #[test]
    fn the_strip_goes_from_east_to_west_and_says_hours_on_their_clocks() {
        let ruler = Ruler::of(&canned::strip(), "Europe/London").expect("a ruler");
        assert_eq!(
            text(&ruler, ruler.now_ms),
            "Aiko Tokyo Wed 00:10 moon | 09 to 18 | Wed 09:00 in 8 h 50\n\
             Dev Kolkata 20:40 moon | to 19, from 10 | Wed 10:00 in 13 h 20\n\
             Mia Lagos 16:10 sun | to 12, 14 to 18, from 08 | 17:00 in 50 min\n\
             Ben you 15:10 sun | to 17:30, from 09 | 16:00 in 50 min\n\
             Carla Los Angeles 07:10 moon | 08 to 16 | 09:00 in 1 h 50\n"
        );
        let labels: Vec<String> = ruler.marks(2).into_iter().map(|mark| mark.label).collect();
        assert_eq!(
            labels,
            ["10", "12", "14", "16", "18", "20", "22", "Wed 25", "02", "04", "06", "08"],
            "a day that begins is named"
        );
        let evening = text(&ruler, ruler.now_ms + 10 * HOUR_MS);
        assert!(evening.starts_with("Aiko Tokyo 10:10 sun"), "at another time: {evening}");
    }

    #[test]
    fn more_than_six_people_share_a_row_with_those_of_the_same_clock() {
        let mut view = canned::strip();
        let twins =
            ["Ana", "Bo", "Cy"].map(|name| StripPerson { name: name.into(), ..view.people[0].clone() });
        view.people.splice(1..1, twins);
        let ruler = Ruler::of(&view, "Europe/London").expect("a ruler");
        assert_eq!(ruler.rows.len(), 5);
        assert_eq!(ruler.rows[0].name, "Aiko, Ana, Bo, Cy");
        assert_eq!(ruler.rows[0].bars[0].label, "09 to 18", "they have the same hours");
    }
}
