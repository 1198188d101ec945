//! How tasks hang together: part of, blocks, duplicate of. What people write apart may close a circle when it meets; the answer
//! here never has one.
//!
//! The rule that breaks a circle: relations are taken in the order in which they were written, by their writers' clocks and
//! then by ids; one that would close a circle with those taken before it is set aside and listed. The answer depends on the
//! set of relations alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::DocId;

/// A relation from one task to another, with when it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// When, by the writer's clock, UTC milliseconds.
    pub written_ms: i64,
    /// The task that says it.
    pub from: DocId,
    /// The task that it is said of.
    pub to: DocId,
}

/// Relations of one kind without circles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relations {
    onward: BTreeMap<DocId, Vec<DocId>>,
    back: BTreeMap<DocId, Vec<DocId>>,
    set_aside: Vec<Relation>,
}

impl Relations {
    /// Takes relations in any order.
    pub fn new(all_unsorted: impl IntoIterator<Item = Relation>) -> Relations {
        let mut all: Vec<Relation> = all_unsorted.into_iter().collect();
        all.sort_unstable();
        let knotted = knot(&all);
        let mut taken = Relations::default();
        for relation in all {
            if taken.onward.get(&relation.from).is_some_and(|to| to.contains(&relation.to)) {
                continue;
            }
            let inside = knotted.contains(&relation.from) && knotted.contains(&relation.to);
            if relation.from == relation.to || (inside && taken.leads(relation.to, relation.from)) {
                taken.set_aside.push(relation);
                continue;
            }
            taken.onward.entry(relation.from).or_default().push(relation.to);
            taken.back.entry(relation.to).or_default().push(relation.from);
        }
        taken
    }

    /// The tasks that a task says it of, oldest relation first.
    pub fn of(&self, task: &DocId) -> &[DocId] {
        self.onward.get(task).map(Vec::as_slice).unwrap_or_default()
    }

    /// The tasks that say it of a task.
    pub fn to(&self, task: &DocId) -> &[DocId] {
        self.back.get(task).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a way leads from one task to another.
    pub fn leads(&self, from: DocId, to: DocId) -> bool {
        self.way(from, to).is_some()
    }

    /// The tasks on a way from one to another, both included.
    pub fn way(&self, from: DocId, to: DocId) -> Option<Vec<DocId>> {
        let mut came: BTreeMap<DocId, DocId> = BTreeMap::from([(from, from)]);
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if at == to {
                let mut way = vec![to];
                let mut step = to;
                while step != from {
                    step = *came.get(&step)?;
                    way.push(step);
                }
                way.reverse();
                return Some(way);
            }
            for next in self.of(&at) {
                if !came.contains_key(next) {
                    came.insert(*next, at);
                    open.push(*next);
                }
            }
        }
        None
    }

    /// Relations that would close a circle, in the order in which they were written.
    pub fn set_aside(&self) -> &[Relation] {
        &self.set_aside
    }
}

/// Tasks that may lie on a circle: what is left when tasks with no way in or no way out are taken off again and again.
fn knot(all: &[Relation]) -> BTreeSet<DocId> {
    let mut left: Vec<&Relation> = all.iter().filter(|relation| relation.from != relation.to).collect();
    loop {
        let begins: BTreeSet<DocId> = left.iter().map(|relation| relation.from).collect();
        let ends: BTreeSet<DocId> = left.iter().map(|relation| relation.to).collect();
        let before = left.len();
        left.retain(|relation| ends.contains(&relation.from) && begins.contains(&relation.to));
        if left.len() == before {
            return begins;
        }
    }
}
