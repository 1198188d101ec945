//! Asking a group: polls close when everybody has had their hours, questions come at everybody's own time, and both read the
//! same on every replica.

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use support::{stamp, sync};
use tern_model::conversation::poll::Tally;
use tern_model::conversation::{Conversation, NODE, NewPost, Urgency};
use tern_model::hours::{HOUR_MS, Profile, Zone};
use tern_model::{Class, Doc, DocId, Kind};

fn member(n: u8) -> String {
    format!("{n:02x}").repeat(16)
}

fn read(doc: &Doc) -> Conversation {
    doc.conversation(&|actor: &[u8; 16]| Some(member(actor[0])))
}

fn at(text: &str) -> i64 {
    Zone::utc().moment(text).unwrap()
}

fn lives(zone: &str) -> Profile {
    Profile::usual(Zone::get(zone).unwrap())
}

fn people() -> BTreeMap<String, Option<Profile>> {
    let zones = [(1, "Europe/London"), (2, "Asia/Tokyo"), (3, "America/Los_Angeles")];
    zones.into_iter().map(|(n, zone)| (member(n), Some(lives(zone)))).collect()
}

/// A thread in which 1 asks 2 and 3 to vote, four working hours each, on Friday 16:00 in London.
fn poll() -> (Doc, String) {
    let id = DocId::new(Class::Conversation, [7; 15]);
    let asked = stamp(1, at("2026-11-20T16:00Z"));
    let (mut doc, _) = Doc::create(id, &Kind::Thread, &asked).unwrap();
    let voters = vec![member(2), member(3)];
    let post = NewPost {
        text: "Which boat?".into(),
        urgency: Urgency::Standard,
        to: voters.clone(),
        ..NewPost::default()
    };
    let (_, message) = doc.post(&asked, &member(1), &post).unwrap();
    let options = ["Ferry".to_owned(), "Barge".to_owned()];
    doc.open_poll(&asked, &message, "Which boat?", &options, 4, &voters).unwrap();
    (doc, message)
}

fn tally(doc: &Doc, now: i64) -> Tally {
    let conversation = read(doc);
    conversation.polls[0].tally(&conversation, &people(), now)
}

#[test]
fn a_poll_closes_when_everybody_has_had_their_working_hours_since_it_reached_them() {
    let (mut doc, message) = poll();
    let poll = read(&doc).polls[0].id.clone();
    let far = at("2027-01-01T00:00Z");
    assert_eq!(tally(&doc, far).closes_ms, None, "it has reached nobody");
    doc.note_reached(&stamp(1, at("2026-11-20T16:01Z")), &message, NODE, at("2026-11-20T16:00Z")).unwrap();
    // Los Angeles has Friday 09:00 to 13:00 there; Tokyo, whose weekend it is, Monday 09:00 to 13:00.
    let closes = at("2026-11-23T04:00Z");
    let open = tally(&doc, closes - 1);
    assert_eq!((open.closes_ms, open.is_closed), (Some(closes), false));
    assert_eq!(
        open.voters.iter().find(|v| v.member == member(3)).unwrap().closes_ms,
        Some(at("2026-11-20T21:00Z"))
    );
    assert!(tally(&doc, closes).is_closed);
    // One vote a person, changeable until the close; what comes after is shown and not counted.
    doc.vote(&stamp(2, at("2026-11-23T00:10Z")), &poll, 0).unwrap();
    doc.vote(&stamp(2, at("2026-11-23T01:10Z")), &poll, 1).unwrap();
    doc.vote(&stamp(3, at("2026-11-23T17:00Z")), &poll, 0).unwrap();
    let end = tally(&doc, far);
    assert_eq!((end.counts.clone(), end.leads), (vec![0, 1], Some(1)));
    let late = end.voters.iter().find(|v| v.member == member(3)).unwrap();
    assert_eq!((late.choice, late.late), (None, Some(0)));
    // A vote answers the message, for who cast it.
    let owing = doc.debts(&read(&doc)).into_iter().filter(|d| d.is_open(far)).count();
    assert_eq!(owing, 0);
}

#[test]
fn a_question_comes_at_everybodys_own_time_and_only_the_latest_counts() {
    let asked = stamp(1, at("2026-10-22T12:00Z"));
    let (mut doc, _) = Doc::create(DocId::new(Class::Conversation, [7; 15]), &Kind::Thread, &asked).unwrap();
    let all = [member(1), member(2)];
    let (_, question) = doc.ask_again(&asked, "What is in your way?", "Mon-Fri 09:30", &all).unwrap();
    let due = |doc: &Doc, n: u8, zone: &str, skipped: Option<&str>, now: &str| {
        let conversation = read(doc);
        let due =
            conversation.questions[0].due(&member(n), &lives(zone), &conversation.answers, skipped, at(now));
        due.map(|due| (due.day.to_string(), due.at_ms))
    };
    let day = |day: &str, instant: &str| Some((day.to_owned(), at(instant)));
    assert_eq!(
        due(&doc, 1, "Europe/London", None, "2026-10-22T18:00Z"),
        None,
        "it came before the question was"
    );
    assert_eq!(due(&doc, 2, "Asia/Tokyo", None, "2026-10-23T00:29Z"), None);
    assert_eq!(due(&doc, 2, "Asia/Tokyo", None, "2026-10-23T00:30Z"), day("2026-10-23", "2026-10-23T00:30Z"));
    // Clocks go back on Sunday: 09:30 is 08:30 in UTC on Friday and 09:30 on Monday.
    assert_eq!(
        due(&doc, 1, "Europe/London", None, "2026-10-25T12:00Z"),
        day("2026-10-23", "2026-10-23T08:30Z")
    );
    assert_eq!(
        due(&doc, 1, "Europe/London", None, "2026-10-26T09:30Z"),
        day("2026-10-26", "2026-10-26T09:30Z")
    );
    assert_eq!(due(&doc, 1, "Europe/London", Some("2026-10-26"), "2026-10-26T18:00Z"), None);
    let (_, message) =
        doc.post(&stamp(2, 9), &member(2), &NewPost { text: "Fog.".into(), ..Default::default() }).unwrap();
    doc.answer_round(&stamp(2, 9), &question, "2026-10-23", &message).unwrap();
    assert_eq!(due(&doc, 2, "Asia/Tokyo", None, "2026-10-25T00:30Z"), None);
    assert_eq!(due(&doc, 3, "Asia/Tokyo", None, "2026-10-23T00:30Z"), None, "who is not asked is not");
}

proptest! {
    /// Votes cast apart and merged in any order come to the same; never more than one counts of a person, none that was cast
    /// at or after the close counts, and none is dropped.
    #[test]
    fn votes_come_to_the_same_on_every_replica(
        votes in prop::collection::vec((2u8..4, 0usize..2, 0i64..120), 0..14),
        noted in 0i64..72,
    ) {
        let (mut first, message) = poll();
        let poll = read(&first).polls[0].id.clone();
        let begins = at("2026-11-20T16:00Z");
        let at_ms = begins + noted * HOUR_MS;
        first.note_reached(&stamp(1, at_ms), &message, NODE, at_ms).unwrap();
        let mut laptops = [first.clone(), first.clone(), first.clone()];
        for (n, option, hours) in &votes {
            let laptop = &mut laptops[usize::from(*n) - 1];
            laptop.vote(&stamp(*n, begins + hours * HOUR_MS), &poll, *option).unwrap();
        }
        let [mut a, mut b, c] = laptops;
        sync(&c, &mut a);
        sync(&b, &mut a);
        sync(&a.clone(), &mut b);
        let now = begins + 300 * HOUR_MS;
        let end = tally(&a, now);
        prop_assert_eq!(&end, &tally(&b, now));
        let closes = end.closes_ms.unwrap();
        for voter in &end.voters {
            let own = || votes.iter().filter(|(n, ..)| member(*n) == voter.member);
            let time = |hours: i64| begins + hours * HOUR_MS;
            prop_assert_eq!(voter.choice.is_some(), own().any(|(_, _, h)| time(*h) < closes));
            prop_assert_eq!(voter.choice.or(voter.late).is_some(), own().next().is_some());
        }
        prop_assert_eq!(end.counts.iter().sum::<usize>(), end.voters.iter().filter(|v| v.choice.is_some()).count());
        prop_assert!(end.closes_ms >= end.voters.iter().filter_map(|v| v.closes_ms).max());
    }
}
