//! Laws of relations: whatever people write apart, after meeting nobody waits for themselves, and all see the same.

use proptest::prelude::*;
use tern_model::relations::{Relation, Relations};
use tern_model::{Class, Doc, DocId, Edit, Kind, Stamp, task::more};

const TASKS: u8 = 6;

fn id(n: u8) -> DocId {
    DocId::new(Class::Content, [n; 15])
}

fn stamp(replica: u8, at: i64) -> Stamp {
    Stamp { actor: [replica + 1; 16], time_ms: at }
}

/// One replica says that a task blocks another.
#[derive(Debug, Clone)]
enum Act {
    Say { replica: u8, from: u8, to: u8, on: bool },
    Meet(u8, u8),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..3u8, 0..TASKS, 0..TASKS, prop::bool::weighted(0.85))
            .prop_map(|(replica, from, to, on)| Act::Say { replica, from, to, on }),
        1 => (0..3u8, 0..3u8).prop_map(|(a, b)| Act::Meet(a, b)),
    ]
}

fn of(docs: &[Doc]) -> Relations {
    let mut all: Vec<Relation> = Vec::new();
    for doc in docs {
        all.extend(more::relations(doc.id(), None, &doc.task_more()).1);
    }
    Relations::new(all)
}

fn meet(from: &[Doc], to: &mut [Doc]) {
    for (theirs, mine) in from.iter().zip(to) {
        mine.apply(&theirs.changes_since(&mine.heads())).unwrap();
    }
}

fn has_circle(relations: &Relations) -> bool {
    (0..TASKS).any(|n| relations.of(&id(n)).iter().any(|next| relations.leads(*next, id(n))))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn after_meeting_all_replicas_see_one_web_without_circles(acts in prop::collection::vec(act(), 1..40)) {
        let born: Vec<Doc> =
            (0..TASKS).map(|n| Doc::create(id(n), &Kind::Task, &stamp(0, 0)).unwrap().0).collect();
        let mut replicas = [born.clone(), born.clone(), born];
        for (at, act) in acts.iter().enumerate() {
            match *act {
                Act::Say { replica, from, to, on } => {
                    let (set, item) = (more::BLOCKS.to_owned(), id(to).to_string());
                    let edit = if on { Edit::AddTo { set, item } } else { Edit::RemoveFrom { set, item } };
                    let stamp = stamp(replica, at as i64);
                    replicas[usize::from(replica)][usize::from(from)].edit(&stamp, &[edit]).unwrap();
                }
                Act::Meet(a, b) => {
                    let theirs = replicas[usize::from(a)].clone();
                    meet(&theirs, &mut replicas[usize::from(b)]);
                }
            }
        }
        for _ in 0..2 {
            for a in 0..3 {
                let theirs = replicas[a].clone();
                replicas.iter_mut().for_each(|mine| meet(&theirs, mine));
            }
        }
        let seen: Vec<Relations> = replicas.iter().map(|docs| of(docs)).collect();
        prop_assert_eq!(&seen[0], &seen[1]);
        prop_assert_eq!(&seen[0], &seen[2]);
        prop_assert!(!has_circle(&seen[0]));
        // Nothing is lost: each relation counts or is listed.
        let said: usize = replicas[0].iter().map(|doc| doc.task_more().blocks.len()).sum();
        let taken: usize = (0..TASKS).map(|n| seen[0].of(&id(n)).len()).sum();
        prop_assert_eq!(said, taken + seen[0].set_aside().len());
    }

    #[test]
    fn the_order_in_which_relations_are_told_does_not_matter(
        told in prop::collection::vec((0..5i64, 0..TASKS, 0..TASKS), 0..30),
        seed in any::<u64>(),
    ) {
        let all: Vec<Relation> =
            told.iter().map(|(at, a, b)| Relation { written_ms: *at, from: id(*a), to: id(*b) }).collect();
        let mut other = all.clone();
        let places = other.len().max(1);
        other.rotate_left(seed as usize % places);
        other.reverse();
        prop_assert_eq!(Relations::new(all.clone()), Relations::new(other));
        prop_assert!(!has_circle(&Relations::new(all)));
    }
}

#[test]
fn of_two_relations_that_close_a_circle_the_later_one_is_set_aside() {
    let relation = |at, a, b| Relation { written_ms: at, from: id(a), to: id(b) };
    let web = Relations::new([relation(9, 2, 0), relation(5, 0, 1), relation(7, 1, 2), relation(8, 4, 5)]);
    assert_eq!(web.set_aside(), [relation(9, 2, 0)]);
    assert_eq!(web.way(id(0), id(2)), Some(vec![id(0), id(1), id(2)]));
    assert_eq!((web.of(&id(4)), web.to(&id(5))), (&[id(5)][..], &[id(4)][..]));
}
