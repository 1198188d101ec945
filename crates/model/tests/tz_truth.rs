//! Zones beside a table that another implementation made: clock changes, wall times in gaps and repeated ones, and 09:00 of
//! every day. A share of the table lies here; `TERN_CORPUS=DIR` brings the whole of it (`tz-truth` in DIR) and prints counts.

use std::fmt::Write as _;
use std::path::Path;

use tern_model::hours::{MINUTE_MS, Profile, Zone};

const SHARE: &str = include_str!("golden/tz_truth_v1.txt");
/// Nine in the morning.
const NINE: u16 = 9 * 60;

/// How many lines of each sort agree, and what does not.
#[derive(Debug, Default)]
struct Tally {
    changes: usize,
    walls: usize,
    days: usize,
    misses: Vec<String>,
}

impl Tally {
    fn all(&self) -> usize {
        self.changes + self.walls + self.days
    }

    fn check(&mut self, count: fn(&mut Tally) -> &mut usize, agrees: bool, line: &str) {
        if agrees { *count(self) += 1 } else { self.misses.push(line.to_owned()) }
    }

    fn line(&mut self, line: &str) {
        let parts: Vec<&str> = line.split('|').collect();
        let zone = Zone::get(parts[1]).unwrap_or_else(|e| panic!("{line}: {e}"));
        let utc = |text: &str| Zone::utc().moment(text).unwrap_or_else(|e| panic!("{line}: {e}"));
        match *parts.as_slice() {
            ["change", _, at, before, after] => {
                let at_ms = utc(at);
                let changes = zone.changes(at_ms - MINUTE_MS, at_ms + MINUTE_MS);
                let offsets =
                    changes.first().map(|c| (c.at_ms, c.before_s.to_string(), c.after_s.to_string()));
                // A change of the abbreviation alone is none.
                let wanted = (before != after).then(|| (at_ms, before.to_owned(), after.to_owned()));
                self.check(|t| &mut t.changes, offsets == wanted, line);
            }
            // In a gap the time moves forward by it; of a repeated time the earlier counts.
            ["local", _, local, earlier, later, kind] => {
                let wanted = utc(if kind == "gap" { later } else { earlier });
                let found = zone.moment(local).unwrap_or_else(|e| panic!("{line}: {e}"));
                self.check(|t| &mut t.walls, found == wanted, line);
            }
            ["daily", _, date, at] => {
                let date = date.parse().unwrap_or_else(|e| panic!("{line}: {e}"));
                let every_day = Profile {
                    weekly: "daily 08:00-18:00".parse().unwrap(),
                    checkins: vec![NINE],
                    ..Profile::usual(zone.clone())
                };
                let morning = zone.instant_of(date, NINE);
                let agrees =
                    morning == utc(at) && every_day.next_checkin(morning - MINUTE_MS) == Some(morning);
                self.check(|t| &mut t.days, agrees, line);
            }
            _ => panic!("{line}: no line of the table"),
        }
    }
}

fn tally(text: &str) -> Tally {
    let mut tally = Tally::default();
    text.lines().filter(|line| !line.starts_with('#')).for_each(|line| tally.line(line));
    tally
}

#[test]
fn zones_agree_with_the_table_that_another_implementation_made() {
    let tally = tally(SHARE);
    assert!(tally.misses.is_empty(), "{:#?}", tally.misses);
    assert!(tally.changes > 50 && tally.walls > 100 && tally.days > 300, "{tally:?}");
}

/// The columns of a file of the table as lines of the share.
fn lines(sort: &str, csv: &str, columns: &[usize]) -> String {
    let mut text = String::new();
    for row in csv.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let chosen: Vec<&str> = columns.iter().map(|column| cells[*column]).collect();
        let _ = writeln!(text, "{sort}|{}", chosen.join("|"));
    }
    text
}

#[test]
fn zones_agree_with_the_whole_table_where_it_is_given() {
    let Some(corpus) = std::env::var_os("TERN_CORPUS") else {
        // Without the corpus the share stands for it, in the form of its files.
        let csv = "zone,local_time,kind,utc_earlier,utc_later\nAsia/Tokyo,2026-01-01T09:00:00,normal,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z\n";
        assert_eq!(tally(&lines("local", csv, &[0, 1, 3, 4, 2])).walls, 1);
        return;
    };
    let dir = Path::new(&corpus).join("tz-truth");
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut text = lines("change", &read("transitions_2020_2031.csv"), &[0, 1, 2, 3]);
    text += &lines("local", &read("local_to_utc.csv"), &[0, 1, 3, 4, 2]);
    // The table of days is packed; it is read where somebody has unpacked it beside.
    if let Ok(days) = std::fs::read_to_string(dir.join("daily_0900_checkin_2026_2027.csv")) {
        text += &lines("daily", &days, &[0, 1, 2]);
    }
    let tally = tally(&text);
    println!(
        "{} of {} agree: {} clock changes, {} wall times, {} days",
        tally.all(),
        tally.all() + tally.misses.len(),
        tally.changes,
        tally.walls,
        tally.days
    );
    assert!(tally.misses.is_empty(), "{:#?}", tally.misses);
}
