//! Laws of tasks that come again: whoever completes a time, and how often and where, it is done once and the next one stands once.

use proptest::prelude::*;
use tern_model::task::times::due_of;
use tern_model::task::{Due, more};
use tern_model::{Class, Doc, DocId, Edit, Kind, Stamp, Value};

fn stamp(replica: usize, at: i64) -> Stamp {
    Stamp { actor: [replica as u8 + 1; 16], time_ms: at }
}

fn task() -> Doc {
    let id = DocId::new(Class::Content, [7; 15]);
    let mut doc = Doc::create(id, &Kind::Task, &stamp(0, 0)).unwrap().0;
    let rule = "DTSTART;TZID=Europe/London:20261130T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO";
    let recur = Edit::SetField { name: more::RECUR.to_owned(), value: Value::Text(rule.to_owned()) };
    doc.edit(&stamp(0, 0), &[recur]).unwrap();
    doc
}

fn complete(doc: &mut Doc, stamp: &Stamp) {
    let edits = doc.task_more().completed();
    doc.edit(stamp, &edits).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_time_completed_apart_is_done_once_and_one_next_time_stands(
        acts in prop::collection::vec((0..3usize, 0..3usize, any::<bool>()), 1..30),
    ) {
        let born = task();
        let mut replicas = vec![born.clone(), born.clone(), born];
        let mut most = [0; 3];
        for (at, (a, b, completes)) in acts.iter().enumerate() {
            if *completes {
                complete(&mut replicas[*a], &stamp(*a, at as i64));
                most[*a] += 1;
            } else {
                let changes = replicas[*a].changes_since(&replicas[*b].heads());
                replicas[*b].apply(&changes).unwrap();
                most[*b] = most[*b].max(most[*a]);
            }
        }
        for _ in 0..2 {
            for a in 0..3 {
                let theirs = replicas[a].clone();
                for mine in &mut replicas {
                    mine.apply(&theirs.changes_since(&mine.heads())).unwrap();
                }
            }
        }
        let first = replicas[0].task_more();
        for other in &replicas[1..] {
            prop_assert_eq!(&other.task_more(), &first);
            prop_assert_eq!(other.task().due, replicas[0].task().due);
        }
        // As far as whoever went furthest, and not one time further.
        let furthest = most.into_iter().max().unwrap_or(0);
        prop_assert_eq!(first.done_times.len(), furthest);
        let monday: jiff::civil::DateTime = "2026-11-30T09:00:00".parse().unwrap();
        let next = monday.checked_add(jiff::Span::new().weeks(furthest as i64)).unwrap();
        prop_assert_eq!(first.standing(), Some(next));
        prop_assert!(!replicas[0].task().status.is_closed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Law: whoever passes times over, completes or moves them apart, all stand for the first time after whatever was settled
    /// furthest, nothing that was done is undone, and a moved time leaves the others as the rule has them.
    #[test]
    fn times_settled_apart_leave_one_that_stands(
        acts in prop::collection::vec((0..3usize, 0..3usize, 0..4u8, 0..4usize), 1..30),
    ) {
        let born = task();
        let mut replicas = vec![born.clone(), born.clone(), born];
        let (mut done, mut furthest) = (std::collections::BTreeSet::new(), None);
        for (at, (a, b, act, ahead)) in acts.iter().enumerate() {
            let more = replicas[*a].task_more();
            let target = more.coming(ahead + 1)[*ahead];
            let standing = more.standing().unwrap();
            let edits = match act {
                0 => more.completed_at(target),
                1 => more.passed_over(target),
                2 => more.moved(Some(&Due::Date { date: "2027-01-01".into() })).into_iter().collect(),
                _ => Vec::new(),
            };
            match act {
                0 => { done.insert(target.to_string()); furthest = furthest.max(Some(target)); }
                1 => furthest = furthest.max(Some(target)),
                2 => {}
                _ => {
                    let changes = replicas[*a].changes_since(&replicas[*b].heads());
                    replicas[*b].apply(&changes).unwrap();
                    continue;
                }
            }
            replicas[*a].edit(&stamp(*a, at as i64), &edits).unwrap();
            if *act == 2 {
                prop_assert_eq!(replicas[*a].task().due, Some(Due::Date { date: "2027-01-01".into() }));
                prop_assert_eq!(replicas[*a].task_more().standing(), Some(standing));
            }
        }
        for _ in 0..2 {
            for a in 0..3 {
                let theirs = replicas[a].clone();
                for mine in &mut replicas {
                    mine.apply(&theirs.changes_since(&mine.heads())).unwrap();
                }
            }
        }
        let rule = replicas[0].task_more().recurrence().unwrap();
        for replica in &replicas {
            let more = replica.task_more();
            prop_assert_eq!(&more, &replicas[0].task_more());
            prop_assert_eq!(more.standing(), rule.next_after(furthest));
            let kept: std::collections::BTreeSet<String> = more.done_times.iter().cloned().collect();
            prop_assert_eq!(&kept, &done);
            prop_assert_eq!(replica.done_times().len(), done.len());
            if !more.moved.contains_key(&more.standing().unwrap().to_string()) {
                prop_assert_eq!(replica.task().due, Some(due_of(&rule, more.standing().unwrap())));
            }
        }
    }
}

#[test]
fn a_series_that_is_over_closes_its_task() {
    let mut doc = task();
    let rule = "DTSTART;VALUE=DATE:20261130\nRRULE:FREQ=DAILY;COUNT=2";
    let recur = Edit::SetField { name: more::RECUR.to_owned(), value: Value::Text(rule.to_owned()) };
    doc.edit(&stamp(0, 1), &[recur]).unwrap();
    complete(&mut doc, &stamp(0, 2));
    assert_eq!(doc.task().due, Some(tern_model::task::Due::EndOfDay { date: "2026-12-01".into() }));
    assert!(!doc.task().status.is_closed());
    complete(&mut doc, &stamp(0, 3));
    assert!(doc.task().status.is_closed());
}
