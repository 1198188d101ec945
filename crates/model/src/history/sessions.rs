//! The history in sessions: who sat down when, on what, and what came of it in a few words.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{ChangeInfo, SESSION_GAP_MS};
use crate::crdt::Told;
use crate::doc::{Doc, Hash, Heads, ID, KIND, SCHEMA, TEXT};
use crate::page::{TABLES, text_of};

/// Changes of one actor without a gap of [`SESSION_GAP_MS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub actor: [u8; 16],
    /// First change, by the author's clock.
    pub from_ms: i64,
    /// Last change.
    pub to_ms: i64,
    /// The changes, in causal order.
    pub changes: Vec<Hash>,
    /// The same document without this session and without what was made upon it: compared with `after`, it shows what
    /// the session did.
    pub before: Heads,
    /// The document with all changes up to the end of this session, in the order of the history.
    pub after: Heads,
}

/// What a session came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Characters that came.
    pub inserted: usize,
    /// Characters and markers that went.
    pub deleted: usize,
    /// Blocks and images that came.
    pub blocks: usize,
    /// Marks set or ended.
    pub marks: usize,
    /// Fields that were written.
    pub fields: BTreeSet<String>,
    /// Other operations: kinds of blocks, cells of tables, items of sets.
    pub other: usize,
}

/// What the changes of one document came to, those looked through so far.
#[derive(Debug, Clone, Default)]
pub struct Tallies {
    /// The version up to which they were; empty when nothing was.
    heads: Heads,
    of: BTreeMap<Hash, Tally>,
}

/// A session while it grows: indices into the history.
struct Open {
    changes: Vec<usize>,
    /// Heads of everything before its first change.
    ground: BTreeSet<usize>,
    to_ms: i64,
    after: Vec<usize>,
}

impl Doc {
    /// The history in sessions, by their first change.
    pub fn sessions(&self) -> Vec<Session> {
        let history = self.history();
        let place: BTreeMap<Hash, usize> = history.iter().enumerate().map(|(i, c)| (c.hash, i)).collect();
        let deps: Vec<Vec<usize>> =
            history.iter().map(|c| c.deps.iter().filter_map(|d| place.get(d).copied()).collect()).collect();
        let mut all: Vec<Open> = Vec::new();
        let mut newest: BTreeMap<[u8; 16], usize> = BTreeMap::new();
        let mut heads: BTreeSet<usize> = BTreeSet::new();
        for (index, change) in history.iter().enumerate() {
            let ground = heads.clone();
            advance(&mut heads, &deps, index);
            let after = heads.iter().copied().collect();
            let near = |s: &&mut Open| change.time_ms.abs_diff(s.to_ms) < SESSION_GAP_MS.unsigned_abs();
            if let Some(open) = newest.get(&change.actor).and_then(|i| all.get_mut(*i)).filter(near) {
                open.to_ms = open.to_ms.max(change.time_ms);
                open.changes.push(index);
                open.after = after;
                continue;
            }
            newest.insert(change.actor, all.len());
            all.push(Open { changes: vec![index], ground, to_ms: change.time_ms, after });
        }
        all.into_iter().filter_map(|open| open.close(&history, &deps)).collect()
    }

    /// What each of these sessions came to; empty when their changes are more than can be looked through. `known` holds
    /// what was found before of this document, and takes in what is found now: changes are looked through once.
    pub fn tallies(&self, sessions: &[Session], known: &mut Tallies) -> Vec<Tally> {
        if known.heads.0.is_empty() || !self.learn(&known.heads.clone(), known) || !known.hold(sessions) {
            *known = Tallies::default();
            self.learn(&self.ground_of(sessions), known);
        }
        let sum = |session: &Session| {
            let mut tally = Tally::default();
            session.changes.iter().filter_map(|c| known.of.get(c)).for_each(|t| tally.add(t));
            tally
        };
        sessions.iter().map(sum).collect()
    }

    /// Looks through the changes since a version.
    fn learn(&self, since: &Heads, known: &mut Tallies) -> bool {
        let told = text_of(&self.crdt).and_then(|text| self.crdt.told_since(&text, since));
        let Some(told) = told else { return false };
        known.of.extend(told.iter().map(|(hash, told)| (*hash, Tally::of(told))));
        known.heads = self.heads();
        true
    }

    /// A version before all changes of these sessions.
    fn ground_of(&self, sessions: &[Session]) -> Heads {
        let wanted: BTreeSet<Hash> = sessions.iter().flat_map(|s| s.changes.iter().copied()).collect();
        let mut heads: BTreeSet<Hash> = BTreeSet::new();
        for change in self.history().into_iter().take_while(|c| !wanted.contains(&c.hash)) {
            change.deps.iter().for_each(|dep| {
                heads.remove(dep);
            });
            heads.insert(change.hash);
        }
        Heads::new(heads)
    }
}

/// The heads after one more change.
fn advance(heads: &mut BTreeSet<usize>, deps: &[Vec<usize>], index: usize) {
    for dep in deps.get(index).into_iter().flatten() {
        heads.remove(dep);
    }
    heads.insert(index);
}

impl Open {
    fn close(self, history: &[ChangeInfo], deps: &[Vec<usize>]) -> Option<Session> {
        let (first, last) = (*self.changes.first()?, *self.changes.last()?);
        let mut upon = BTreeSet::from([first]);
        let mut before = self.ground;
        for index in first + 1..=last {
            if deps.get(index).is_some_and(|d| d.iter().any(|d| upon.contains(d))) {
                upon.insert(index);
            } else {
                advance(&mut before, deps, index);
            }
        }
        let hash = |i: &usize| history.get(*i).map(|c| c.hash);
        let start = history.get(first)?;
        Some(Session {
            actor: start.actor,
            from_ms: start.time_ms,
            to_ms: self.to_ms,
            changes: self.changes.iter().filter_map(hash).collect(),
            before: Heads::new(before.iter().filter_map(hash)),
            after: Heads::new(self.after.iter().filter_map(hash)),
        })
    }
}

impl Tally {
    fn of(told: &Told) -> Tally {
        const HIDDEN: [&str; 5] = [KIND, SCHEMA, ID, TEXT, TABLES];
        Tally {
            inserted: told.inserted,
            deleted: told.deleted.len(),
            blocks: told.blocks,
            marks: told.marks,
            other: told.other,
            fields: told.fields.iter().filter(|f| !HIDDEN.contains(&f.as_str())).cloned().collect(),
        }
    }

    fn add(&mut self, more: &Tally) {
        self.inserted += more.inserted;
        self.deleted += more.deleted;
        self.blocks += more.blocks;
        self.marks += more.marks;
        self.other += more.other;
        self.fields.extend(more.fields.iter().cloned());
    }
}

impl Tallies {
    /// Whether each change of these sessions was looked through.
    fn hold(&self, sessions: &[Session]) -> bool {
        sessions.iter().flat_map(|s| &s.changes).all(|change| self.of.contains_key(change))
    }
}
