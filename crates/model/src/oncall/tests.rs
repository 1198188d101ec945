use proptest::prelude::*;

use super::*;
use crate::hours::Zone;

fn at(text: &str) -> i64 {
    Zone::utc().moment(text).unwrap()
}

fn member(name: &str) -> Option<String> {
    ["aiko", "ben", "carla", "anna maria"]
        .iter()
        .find(|m| **m == name.to_lowercase())
        .map(|m| (*m).to_owned())
}

fn lives(zone: &str) -> Profile {
    Profile::usual(Zone::get(zone).unwrap())
}

fn read(ladder: &str, rota: &str) -> OnCall {
    OnCall::read(ladder, rota, &member).unwrap()
}

#[test]
fn what_is_read_is_written_and_read_the_same() {
    let rota = "Ben 2026-11-23..2026-11-29; aiko Mon-Fri 18:00-09:00; Anna Maria: Sat,Sun 00:00-24:00";
    let all = read("15 Carla; 0 on-call", rota);
    assert_eq!((all.ladder.len(), all.rota.len()), (2, 3));
    assert_eq!(all.ladder[0].who, ON_CALL, "steps stand by their minutes");
    assert_eq!(read(&all.ladder_text(), &all.rota_text()), all);
    for (ladder, rota) in [
        ("soon ben", ""),
        ("5", ""),
        ("9999999 ben", ""),
        ("0 nobody", ""),
        ("", "ben"),
        ("", "Mon 09:00-10:00"),
    ] {
        assert!(OnCall::read(ladder, rota, &member).is_err(), "{ladder} {rota}");
    }
}

#[test]
fn the_rota_holds_in_everybodys_own_time_over_the_change_of_clocks() {
    let all = read("", "ben daily 22:00-06:00");
    let ben = lives("Europe/London");
    // Clocks go back on 25 October at 02:00 summer time: the shift ends an hour later in UTC.
    for (now, on) in [
        ("2026-10-24T20:59Z", false),
        ("2026-10-24T21:00Z", true),
        ("2026-10-25T05:59Z", true),
        ("2026-10-25T06:00Z", false),
        ("2026-10-25T21:59Z", false),
        ("2026-10-25T22:00Z", true),
    ] {
        assert_eq!(all.has_duty("ben", &ben, at(now)), on, "{now}");
    }
    let week = read("", "ben 2026-11-23..2026-11-24 daily 22:00-06:00");
    assert!(week.has_duty("ben", &ben, at("2026-11-25T05:00Z")), "the last shift ends in the morning after");
    assert!(!week.has_duty("ben", &ben, at("2026-11-25T23:00Z")));
}

#[test]
fn the_ladder_reaches_further_while_nobody_answers() {
    let all = read("0 on-call; 15 carla", "ben daily 00:00-24:00");
    let (ben, carla) = (lives("Europe/London"), lives("America/Los_Angeles"));
    let said = at("2026-11-24T03:00Z");
    assert!(all.is_called("ben", &ben, said, said));
    assert!(!all.is_called("carla", &carla, said, said + 14 * MINUTE_MS));
    assert!(all.is_called("carla", &carla, said, said + 15 * MINUTE_MS));
    assert!(!all.is_called("aiko", &lives("Asia/Tokyo"), said, said + 600 * MINUTE_MS));
}

proptest! {
    /// Over both clock changes: outside hours nothing is heard but an emergency, and only by whoever the rota has on call
    /// at that instant or the ladder names after its minutes.
    #[test]
    fn nothing_is_heard_outside_hours_but_an_emergency_by_who_is_called(
        zone in prop::sample::select(vec!["Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]),
        change in prop::sample::select(vec![
            "2026-03-08T07:00Z", "2026-03-29T01:00Z", "2026-04-04T15:00Z", "2026-10-03T15:30Z", "2026-10-25T01:00Z",
            "2026-11-01T06:00Z",
        ]),
        hours in prop::sample::select(vec!["Mon-Fri 09:00-18:00", "Sun-Sat 00:30-03:30", "Mon-Sun 22:00-02:30,06:00-09:00"]),
        rota in prop::collection::vec((prop::sample::select(vec!["aiko", "ben"]), 0u16..24, 1u16..12, 0u8..7), 0..5),
        ladder in prop::collection::vec((0u32..120, prop::sample::select(vec!["aiko", "ben", ON_CALL])), 0..4),
        came in -2_880i64..2_880,
        after in 0i64..600,
        emergency: bool,
    ) {
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let rota: Vec<String> = rota.iter().map(|(who, from, length, day)| {
            format!("{who} {} {from:02}:00-{:02}:00", days[usize::from(*day)], (from + length) % 24)
        }).collect();
        let ladder: Vec<String> = ladder.iter().map(|(minutes, who)| format!("{minutes} {who}")).collect();
        let all = OnCall::read(&ladder.join(";"), &rota.join(";"), &member).unwrap();
        let profile = Profile { weekly: hours.parse().unwrap(), ..Profile::usual(Zone::get(zone).unwrap()) };
        let said = at(change) + came * MINUTE_MS;
        let now = said + after * MINUTE_MS;
        let arrival = Arrival { at_ms: said, emergency };
        let heard = all.hearing("ben", &profile, &arrival, (now, None)) == Hearing::Now;
        // The rota, said as the hours of somebody who works then.
        let shifts: Vec<&str> = rota.iter().filter_map(|entry| entry.strip_prefix("ben ")).collect();
        let on_call = Profile { weekly: shifts.join(";").parse().unwrap(), ..Profile::usual(profile.zone.clone()) };
        let on_duty = on_call.is_working(now);
        let step = |who: &str| all.ladder.iter().any(|s| s.who == who && i64::from(s.minutes) <= after);
        let called = if all.ladder.is_empty() { on_duty } else { step("ben") || (step(ON_CALL) && on_duty) };
        if heard && !profile.is_working(now) {
            prop_assert!(emergency && called);
        }
        prop_assert!(heard || !(emergency && called), "who is called hears it");
    }
}

#[test]
fn the_next_change_is_where_somebody_else_begins_or_nobody_is_left() {
    let all = read("", "ben Mon-Fri 09:00-17:00; aiko daily 09:00-18:00; ben Wed 08:00-12:00");
    let profiles: BTreeMap<String, Profile> = [("ben", "Europe/London"), ("aiko", "Asia/Tokyo")]
        .map(|(who, zone)| (who.to_owned(), lives(zone)))
        .into();
    let next = |after: &str| all.next_change(&profiles, at(after));
    let ben = || vec!["ben".to_owned()];
    assert_eq!(next("2026-11-24T10:00Z"), Some((at("2026-11-24T17:00Z"), vec![])), "nobody after five");
    assert_eq!(next("2026-11-24T17:00Z"), Some((at("2026-11-25T00:00Z"), vec!["aiko".to_owned()])));
    assert_eq!(
        next("2026-11-25T00:00Z"),
        Some((at("2026-11-25T08:00Z"), vec!["aiko".to_owned(), "ben".to_owned()])),
        "both for an hour"
    );
    assert_eq!(next("2026-11-25T08:30Z"), Some((at("2026-11-25T09:00Z"), ben())));
    let always = read("", "ben daily 00:00-24:00");
    assert_eq!(always.next_change(&profiles, at("2026-11-24T10:00Z")), None, "it never changes");
    let far = read("", "ben 2027-11-23..2027-11-24 daily 09:00-17:00");
    assert_eq!(far.next_change(&profiles, at("2026-11-24T10:00Z")), None, "too far ahead to be told");
}
