//! Messages belong to whoever sealed them, scheduled ones wait, and what is owed is the same on every replica.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use support::{stamp, sync};
use tern_model::conversation::{
    AckKind, Amend, Conversation, Debt, Intent, NODE, NewPost, PARTICIPANTS, Release, Urgency,
};
use tern_model::hours::{Profile, Zone, expected};
use tern_model::{Class, Doc, DocId, Edit, Kind};

/// The member whose one device writes under `[n; 16]`.
fn member(n: u8) -> String {
    format!("{n:02x}").repeat(16)
}

fn member_of(actor: &[u8; 16]) -> Option<String> {
    Some(member(actor[0]))
}

fn thread() -> Doc {
    let id = DocId::new(Class::Conversation, [7; 15]);
    let (mut doc, _) = Doc::create(id, &Kind::Thread, &stamp(1, 0)).unwrap();
    let add = |n| Edit::AddTo { set: PARTICIPANTS.to_owned(), item: member(n) };
    doc.edit(&stamp(1, 0), &[add(1), add(2)]).unwrap();
    doc
}

fn read(doc: &Doc) -> Conversation {
    doc.conversation(&member_of)
}

fn question(to: u8) -> NewPost {
    let to = vec![member(to)];
    NewPost {
        text: "Why?".into(),
        intent: Intent::Question,
        urgency: Urgency::Standard,
        to,
        ..NewPost::default()
    }
}

fn statement(text: &str) -> NewPost {
    NewPost { text: text.into(), ..NewPost::default() }
}

/// Debtors of what is open at an instant.
fn open(doc: &Doc, now_ms: i64) -> Vec<(String, String)> {
    let debts = doc.debts(&read(doc)).into_iter().filter(|debt| debt.is_open(now_ms));
    debts.map(|debt| (debt.message, debt.debtor)).collect()
}

#[test]
fn a_message_reads_back_and_one_without_the_fields_is_a_statement() {
    let mut doc = thread();
    let release = Some(Release { at_ms: 50, zone: "Asia/Tokyo".into() });
    let urgent = NewPost {
        urgency: Urgency::Urgent,
        reason: "The boat leaves.".into(),
        named: vec![member(3)],
        release: release.clone(),
        ..question(2)
    };
    let (_, id) = doc.post(&stamp(1, 5), &member(1), &urgent).unwrap();
    doc.say(&stamp(2, 6), &member(2), "as comments do").unwrap();
    let all = read(&doc);
    assert_eq!(all.participants, [member(1), member(2)]);
    let post = all.post(&id).expect("by its id");
    assert_eq!((post.author.as_str(), post.at_ms, post.text.as_str()), (member(1).as_str(), 5, "Why?"));
    assert_eq!((post.intent, post.urgency, &post.release), (Intent::Question, Urgency::Urgent, &release));
    assert_eq!((post.to.clone(), post.named.clone()), (vec![member(2)], vec![member(3)]));
    let comment = &all.posts[1];
    assert_eq!((comment.intent, comment.urgency, comment.to.len()), (Intent::Fyi, Urgency::None, 0));
    assert_ne!(comment.id, id);
    assert_eq!(doc.messages().len(), 2, "comments read the same list");
}

#[test]
fn ids_of_messages_are_the_same_on_every_replica() {
    let mut doc = thread();
    let mut other = doc.clone();
    let mut ids = vec![doc.post(&stamp(1, 1), &member(1), &statement("a")).unwrap().1];
    ids.push(other.post(&stamp(2, 1), &member(2), &statement("b")).unwrap().1);
    sync(&doc, &mut other);
    sync(&other, &mut doc);
    let found: BTreeSet<String> = read(&doc).posts.into_iter().map(|p| p.id).collect();
    assert_eq!(found, ids.into_iter().collect());
    assert_eq!(read(&doc), read(&other));
}

#[test]
fn nobody_speaks_edits_or_acknowledges_in_anothers_name() {
    let mut doc = thread();
    let (_, id) = doc.post(&stamp(1, 1), &member(2), &question(2)).unwrap();
    assert_eq!(read(&doc).posts[0].author, member(1), "who sealed it, not who is named");
    let words = |text: &str| Amend { text: Some(text.into()), ..Amend::default() };
    doc.amend(&stamp(2, 2), &id, &words("forged")).unwrap();
    assert_eq!(read(&doc).posts[0].text, "Why?");
    doc.amend(&stamp(1, 3), &id, &words("Why now?")).unwrap();
    let post = read(&doc).posts[0].clone();
    assert_eq!((post.text.as_str(), post.edited_ms), ("Why now?", Some(3)));
    doc.acknowledge(&stamp(3, 4), &id, AckKind::NotMe, None, Some(&member(1))).unwrap();
    assert_eq!(open(&doc, 9), [(id.clone(), member(2))], "who does not owe hands nothing on");
    doc.note_reached(&stamp(3, 5), &id, NODE, 5).unwrap();
    assert_eq!(read(&doc).reached_ms(&id, &member(2)), None, "neither author nor the one it reached");
}

#[test]
fn a_scheduled_message_is_hidden_and_its_author_moves_or_recalls_it_until_it_appears() {
    let mut doc = thread();
    let at = |at_ms| Some(Release { at_ms, zone: "UTC".into() });
    let (_, id) = doc.post(&stamp(1, 1), &member(1), &NewPost { release: at(100), ..question(2) }).unwrap();
    let out = |doc: &Doc, now| read(doc).posts[0].is_out(now);
    assert!(!out(&doc, 99) && out(&doc, 100));
    assert_eq!((open(&doc, 99).len(), open(&doc, 100).len()), (0, 1));
    doc.amend(&stamp(1, 50), &id, &Amend { release: at(200), ..Amend::default() }).unwrap();
    assert!(!out(&doc, 199) && out(&doc, 200));
    let mut late = doc.clone();
    late.amend(&stamp(1, 200), &id, &Amend { cancelled: true, ..Amend::default() }).unwrap();
    assert!(out(&late, 200), "it has appeared: there is nothing to call back");
    doc.amend(&stamp(1, 199), &id, &Amend { cancelled: true, ..Amend::default() }).unwrap();
    assert!(!out(&doc, 1_000) && open(&doc, 1_000).is_empty());
}

#[test]
fn what_was_said_before_a_scheduled_question_appeared_does_not_answer_it() {
    let mut doc = thread();
    let release = Some(Release { at_ms: 100, zone: "UTC".into() });
    doc.post(&stamp(1, 1), &member(1), &NewPost { release, ..question(2) }).unwrap();
    doc.post(&stamp(2, 50), &member(2), &statement("Good evening.")).unwrap();
    assert_eq!(open(&doc, 100).len(), 1);
    doc.post(&stamp(2, 101), &member(2), &statement("Because.")).unwrap();
    assert_eq!(open(&doc, 101).len(), 0);
}

#[test]
fn a_scheduled_answer_clears_when_it_appears() {
    let mut doc = thread();
    doc.post(&stamp(1, 1), &member(1), &question(2)).unwrap();
    let release = Some(Release { at_ms: 100, zone: "UTC".into() });
    doc.post(&stamp(2, 2), &member(2), &NewPost { release, ..statement("Because.") }).unwrap();
    assert_eq!((open(&doc, 99).len(), open(&doc, 100).len()), (1, 0));
}

#[test]
fn the_clock_starts_where_the_message_first_arrived_and_an_acknowledgement_moves_the_time() {
    let mut doc = thread();
    let (_, id) = doc.post(&stamp(1, 1), &member(1), &question(2)).unwrap();
    let debt = |doc: &Doc| -> Debt { doc.debts(&read(doc)).remove(0) };
    assert_eq!(debt(&doc).start_ms(), None, "the clock has not started");
    doc.note_reached(&stamp(1, 30), &id, &member(2), 30).unwrap();
    doc.note_reached(&stamp(1, 20), &id, NODE, 20).unwrap();
    doc.note_reached(&stamp(1, 10), &id, &member(3), 10).unwrap();
    assert_eq!(debt(&doc).start_ms(), Some(20), "the first of the node and a device of theirs");
    doc.acknowledge(&stamp(2, 40), &id, AckKind::WillAnswer, Some(400), None).unwrap();
    assert_eq!((debt(&doc).until_ms, debt(&doc).is_open(50)), (Some(400), true));
    doc.acknowledge(&stamp(2, 50), &id, AckKind::NotMe, None, Some(&member(3))).unwrap();
    let handed = debt(&doc);
    assert_eq!((handed.debtor.clone(), handed.handed_by.clone()), (member(3), Some(member(2))));
    assert_eq!((handed.start_ms(), handed.until_ms), (Some(50), None));
}

#[test]
fn the_weekend_vector_counts_from_the_note_of_the_node() {
    let mut doc = thread();
    let at = |text: &str| Zone::utc().moment(text).unwrap();
    let (_, id) = doc.post(&stamp(1, at("2026-11-20T15:50:00Z")), &member(1), &question(2)).unwrap();
    let node = at("2026-11-20T16:00:00Z");
    doc.note_reached(&stamp(1, node), &id, NODE, node).unwrap();
    let start = doc.debts(&read(&doc))[0].start_ms().unwrap();
    let aiko = Profile::usual(Zone::get("Asia/Tokyo").unwrap());
    assert_eq!(expected(&aiko, start).unwrap().standard_by_ms, at("2026-11-23T16:00:00+09:00"));
}

#[test]
fn a_question_asked_while_somebody_closed_the_thread_stays_owed() {
    let mut doc = thread();
    doc.post(&stamp(1, 1), &member(1), &question(2)).unwrap();
    let mut other = doc.clone();
    doc.close(&stamp(1, 2), Some("Done.")).unwrap();
    let (_, second) = other.post(&stamp(3, 3), &member(3), &question(2)).unwrap();
    sync(&other, &mut doc);
    assert_eq!(read(&doc).closed().and_then(|c| c.outcome.clone()).as_deref(), Some("Done."));
    assert_eq!(open(&doc, 9), [(second, member(2))]);
    doc.close(&stamp(1, 4), None).unwrap();
    assert_eq!(
        (read(&doc).closed(), open(&doc, 9).len()),
        (None, 2),
        "opened again, the first is owed again"
    );
    assert_eq!(read(&doc).closings[0].outcome.as_deref(), Some("Done."), "the old outcome stays");
}

#[derive(Debug, Clone)]
enum Act {
    Ask { by: u8, to: u8 },
    Say { by: u8 },
    Hand { by: u8, which: usize, to: u8 },
    Will { by: u8, which: usize },
    Close { by: u8 },
    Reopen { by: u8 },
    Carry { from: u8, to: u8 },
}

fn act() -> impl Strategy<Value = Act> {
    let who = || 0..3u8;
    prop_oneof![
        3 => (who(), who()).prop_map(|(by, to)| Act::Ask { by, to }),
        3 => who().prop_map(|by| Act::Say { by }),
        2 => (who(), any::<usize>(), who()).prop_map(|(by, which, to)| Act::Hand { by, which, to }),
        1 => (who(), any::<usize>()).prop_map(|(by, which)| Act::Will { by, which }),
        1 => who().prop_map(|by| Act::Close { by }),
        1 => who().prop_map(|by| Act::Reopen { by }),
        4 => (who(), who()).prop_map(|(from, to)| Act::Carry { from, to }),
    ]
}

/// Three laptops of three members. An act's number is its time; `known` says what its writer had.
struct World {
    docs: Vec<Doc>,
    seen: Vec<BTreeSet<i64>>,
    known: BTreeMap<i64, BTreeSet<i64>>,
}

impl World {
    fn write(&mut self, by: u8, time: i64, act: &Act) {
        let doc = &mut self.docs[usize::from(by)];
        let (me, at) = (member(by + 1), stamp(by + 1, time));
        let messages: Vec<String> = read(doc).posts.into_iter().map(|p| p.id).collect();
        let pick = |which: usize| messages.get(which % messages.len().max(1)).cloned();
        match act {
            Act::Ask { to, .. } => drop(doc.post(&at, &me, &question(to + 1)).unwrap()),
            Act::Say { .. } => drop(doc.post(&at, &me, &statement("So.")).unwrap()),
            Act::Hand { which, to, .. } => {
                let Some(message) = pick(*which) else { return };
                let to = member(to + 1);
                doc.acknowledge(&at, &message, AckKind::NotMe, None, Some(&to)).unwrap();
            }
            Act::Will { which, .. } => {
                let Some(message) = pick(*which) else { return };
                doc.acknowledge(&at, &message, AckKind::WillAnswer, Some(time + 1), None).unwrap();
            }
            Act::Close { .. } => drop(doc.close(&at, Some("Done.")).unwrap()),
            Act::Reopen { .. } => drop(doc.close(&at, None).unwrap()),
            Act::Carry { .. } => {}
        }
        let seen = &mut self.seen[usize::from(by)];
        self.known.insert(time, seen.clone());
        seen.insert(time);
    }

    fn carry(&mut self, from: usize, to: usize) {
        let from_doc = self.docs[from].clone();
        sync(&from_doc, &mut self.docs[to]);
        let all = self.seen[from].clone();
        self.seen[to].extend(all);
    }

    fn knew(&self, later: i64, earlier: i64) -> bool {
        self.known[&later].contains(&earlier)
    }

    /// What is owed by the words of the rule, told from who had what.
    fn owed(&self, all: &Conversation) -> BTreeSet<(String, String)> {
        let mut owed = BTreeSet::new();
        for post in all.posts.iter().filter(|p| p.urgency != Urgency::None) {
            let to = post.to.iter().filter(|to| **to != post.author);
            let mut debtors: BTreeMap<String, i64> = to.map(|to| (to.clone(), post.at_ms)).collect();
            for ack in all.acks.iter().filter(|a| a.message == post.id && a.kind == AckKind::NotMe) {
                let other = ack.hand_on.clone().expect("acts name somebody");
                if debtors.contains_key(&ack.by) && other != ack.by && other != post.author {
                    debtors.remove(&ack.by);
                    debtors.entry(other).or_insert(ack.at_ms);
                }
            }
            let last_open = all.closings.iter().rposition(|c| c.outcome.is_none()).map_or(0, |at| at + 1);
            for (debtor, since) in debtors {
                let answered = all.posts.iter().any(|p| p.author == debtor && self.knew(p.at_ms, since));
                let closed = all.closings[last_open..].iter().any(|c| self.knew(c.at_ms, since));
                if !answered && !closed {
                    owed.insert((post.id.clone(), debtor));
                }
            }
        }
        owed
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// In whatever order replicas meet, all show one ledger, and it is emptied by answers, hand-ons and closings of
    /// those who had the question, and by nothing else.
    #[test]
    fn the_ledger_is_equal_everywhere_and_empties_exactly_by_the_rule(
        acts in proptest::collection::vec(act(), 1..24),
        order in Just(vec![(0, 1), (1, 2), (2, 0), (0, 2), (2, 1), (1, 0)]).prop_shuffle(),
    ) {
        let first = thread();
        let (seen, known) = (vec![BTreeSet::new(); 3], BTreeMap::new());
        let mut world = World { docs: vec![first; 3], seen, known };
        for (time, act) in (1..).zip(&acts) {
            match act {
                Act::Carry { from, to } => world.carry(usize::from(*from), usize::from(*to)),
                Act::Ask { by, .. } | Act::Say { by } | Act::Hand { by, .. } | Act::Will { by, .. }
                | Act::Close { by } | Act::Reopen { by } => world.write(*by, time, act),
            }
        }
        for (from, to) in order.iter().chain(&order) {
            world.carry(*from, *to);
        }
        let all = read(&world.docs[0]);
        let ledgers: Vec<Vec<Debt>> = world.docs.iter().map(|doc| doc.debts(&read(doc))).collect();
        prop_assert_eq!(&ledgers[0], &ledgers[1]);
        prop_assert_eq!(&ledgers[0], &ledgers[2]);
        let open: BTreeSet<_> = open(&world.docs[0], 1_000).into_iter().collect();
        prop_assert_eq!(open, world.owed(&all));
    }
}
