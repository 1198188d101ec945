//! Recurrences against vectors of an independent implementation, and in zones.

use super::*;
use crate::hours::Zone;

/// A half of the different vectors of python-dateutil; see the file beside it for where they come from.
const VECTORS: &str = include_str!("../../tests/recur/vectors.json");

#[derive(serde::Deserialize)]
struct Vector {
    test: String,
    ical: String,
    expected: Vec<String>,
}

fn misses(vectors: &str) -> (usize, Vec<String>) {
    let vectors: Vec<Vector> = serde_json::from_str(vectors).unwrap();
    let wrong = |v: &Vector| {
        let times: Vec<String> = match Recurrence::read(&v.ical) {
            Ok(read) => read.times().take(v.expected.len() + 1).map(|at| at.to_string()).collect(),
            Err(error) => vec![error.to_string()],
        };
        // The wall clock is compared: offsets are the zone's.
        let wanted: Vec<&str> = v.expected.iter().map(|at| &at[..19]).collect();
        (times != wanted).then(|| format!("{}: {times:?}", v.test))
    };
    (vectors.len(), vectors.iter().filter_map(wrong).collect())
}

#[test]
fn rules_give_the_times_that_an_independent_implementation_gives() {
    let (count, wrong) = misses(VECTORS);
    assert!(count >= 130, "{count} vectors");
    assert_eq!(wrong, Vec::<String>::new());
}

fn typed(text: &str) -> Recurrence {
    read_typed(text, "2026-11-26".parse().unwrap(), &Zone::get("Europe/London").unwrap()).unwrap()
}

#[test]
fn what_is_typed_reads_back_in_words_and_as_lines() {
    let cases = [
        ("every monday 09:00 Europe/London", "every Monday 09:00 Europe/London", "2026-11-30T09:00:00"),
        ("every day", "every day", "2026-11-26T00:00:00"),
        ("every weekday 8:30", "every weekday 08:30 Europe/London", "2026-11-26T08:30:00"),
        ("every mon, thu 10:00 Asia/Tokyo", "every Monday, Thursday 10:00 Asia/Tokyo", "2026-11-26T10:00:00"),
        ("every 2 weeks on friday", "every 2 weeks on Friday", "2026-11-27T00:00:00"),
        ("every 3 months", "every 3 months", "2026-11-26T00:00:00"),
        (
            "FREQ=MONTHLY;BYDAY=-1FR 16:00",
            "FREQ=MONTHLY;BYDAY=-1FR 16:00 Europe/London",
            "2026-11-27T16:00:00",
        ),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=4", "every Tuesday, 4 times", "2026-12-01T00:00:00"),
    ];
    for (text, words, first) in cases {
        let read = typed(text);
        assert_eq!(read.words(), words, "{text}");
        assert_eq!(read.next_after(None).map(|at| at.to_string()).as_deref(), Some(first), "{text}");
        assert_eq!(Recurrence::read(&read.to_string()), Ok(read), "{text}");
    }
}

#[test]
fn nonsense_is_refused_and_says_what_it_is() {
    let london = Zone::get("Europe/London").unwrap();
    let day = "2026-11-26".parse().unwrap();
    for wrong in [
        "",
        "every",
        "every blue moon",
        "monday",
        "every monday 09:00 Mars/North",
        "FREQ=NEVER",
        "FREQ=DAILY;X=1",
    ] {
        assert!(read_typed(wrong, day, &london).is_err(), "{wrong}");
    }
    assert_eq!(Recurrence::read("RRULE:FREQ=DAILY"), Err(BadRule::NoStart));
    assert_eq!(Recurrence::read(&"RRULE:FREQ=DAILY ".repeat(300)), Err(BadRule::TooLong));
}

#[test]
fn a_wall_time_in_a_gap_moves_forward_and_a_repeated_one_is_the_earlier() {
    let new_york = Zone::get("America/New_York").unwrap();
    let first = "2026-03-08".parse().unwrap();
    let spring = read_typed("every day 02:30 America/New_York", first, &new_york).unwrap();
    let at = spring.next_after(None).unwrap();
    assert_eq!(new_york.rfc3339(new_york.instant(at)), "2026-03-08T03:30:00-04:00");
    let autumn =
        read_typed("every day 01:30 America/New_York", "2026-11-01".parse().unwrap(), &new_york).unwrap();
    let at = autumn.next_after(None).unwrap();
    assert_eq!(new_york.rfc3339(new_york.instant(at)), "2026-11-01T01:30:00-04:00");
}

#[test]
fn rules_that_never_hold_end() {
    for rule in ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"] {
        assert_eq!(typed(rule).next_after(None), None, "{rule}");
    }
}
