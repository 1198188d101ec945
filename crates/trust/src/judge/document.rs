//! Checks 9 to 11 over all items of one document: what applies, in which order, and why the rest does not.

use std::collections::{BTreeMap, BTreeSet};

use super::role::{CutCache, Feeds, role_suits};
use super::{
    Access, ChangeGate, Content, GraphNode, Opened, OperationGate, Pending, Quarantine, REQUIRE_OPERATIONS,
    Reject, TrialOutcome, Verdict,
};
use crate::derive::{Id, Id16, actor_device};
use crate::eval::Set;
use crate::log::Membership;
use crate::planted::Fault;

/// Where a change's bytes stand: in the batch or pack of `items[item]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index into the items that were judged.
    pub item: usize,
    /// Index into the changes of the batch or pack.
    pub change: usize,
}

/// What is known of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeReport {
    /// What became of it.
    pub verdict: Verdict,
    /// Where its bytes are.
    pub place: Place,
    /// Device that wrote it.
    pub author: Id,
    /// Hashes it builds on.
    pub deps: Vec<Id>,
}

/// The judgement on one document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentJudgement {
    /// Accepted changes, dependencies first: apply them in one call.
    pub apply: Vec<Id>,
    /// One for each item.
    pub verdicts: BTreeMap<Id, Verdict>,
    /// One for each change.
    pub changes: BTreeMap<Id, ChangeReport>,
}

impl DocumentJudgement {
    /// The bytes of a change among the items that were judged.
    pub fn chunk<'a>(&self, items: &'a [Opened], hash: &Id) -> Option<&'a [u8]> {
        chunk_at(items, self.changes.get(hash)?.place)
    }

    /// The bytes of all accepted changes, dependencies first.
    pub fn chunks<'a>(&self, items: &'a [Opened]) -> Vec<&'a [u8]> {
        self.apply.iter().filter_map(|hash| self.chunk(items, hash)).collect()
    }

    /// The accepted ancestors of a change, dependencies first: with the change they are its canonical trial.
    pub fn ancestors(&self, hash: &Id) -> Vec<Id> {
        let mut found = BTreeSet::new();
        let mut open: Vec<Id> = self.changes.get(hash).map(|change| change.deps.clone()).unwrap_or_default();
        while let Some(hash) = open.pop() {
            if found.insert(hash) {
                open.extend(self.changes.get(&hash).into_iter().flat_map(|change| &change.deps));
            }
        }
        self.apply.iter().filter(|hash| found.contains(*hash)).copied().collect()
    }

    /// Accepted changes by (most other members depending, hash), to build up from when all pass alone but not together.
    pub fn by_support(&self, membership: &Membership) -> Vec<Id> {
        let graph = Graph::of(&self.changes, &self.apply, membership);
        let mut ordered: Vec<(std::cmp::Reverse<usize>, Id)> =
            self.apply.iter().map(|hash| (std::cmp::Reverse(graph.supporters(hash)), *hash)).collect();
        ordered.sort_unstable();
        ordered.into_iter().map(|(_, hash)| hash).collect()
    }
}

/// Judges all opened batches and accepted packs of one document of one space. Items of other spaces, documents or kinds are
/// left out of the answer: who may write in one space changes nothing in another by naming its document. The caller gives
/// accepted packs alone ([`crate::pack::Coverage`]), and nothing that they cover: a pack admits what it contains.
///
/// The answer depends on the set of items alone, not on their order.
pub fn judge_document(
    space: &Id16,
    document: &Id16,
    items: &[Opened],
    access: &Access<'_>,
    feeds: &dyn Feeds,
    cache: &mut CutCache,
    gate: &dyn ChangeGate,
) -> DocumentJudgement {
    let mut case = Case {
        items,
        changes: BTreeMap::new(),
        facts: BTreeMap::new(),
        roles: BTreeMap::new(),
        packed: BTreeSet::new(),
        authors: BTreeMap::new(),
    };
    let mut good = BTreeSet::new();
    for (number, opened) in items.iter().enumerate() {
        let (named, facts) = match &opened.content {
            Content::Batch { batch, facts } => (&batch.document, facts),
            Content::Pack { document, facts, .. } => (document, facts),
            Content::Attest(_) | Content::BlobRef(_) => continue,
        };
        if named != document || opened.item.header().space != *space {
            continue;
        }
        let pack = matches!(opened.content, Content::Pack { .. });
        if pack && case.authors.is_empty() {
            case.authors = access.membership().devices.keys().map(|key| (actor_device(key), *key)).collect();
        }
        let role = if pack { Ok(()) } else { role_suits(&opened.item, document, access, feeds, cache) };
        if role.is_ok() {
            good.extend(facts.iter().map(|facts| facts.hash));
        }
        case.add(number, facts, pack, role.err());
    }
    let kept = case.closure(good);
    let required = access.membership().require & REQUIRE_OPERATIONS != 0;
    let mut ready = case.pass_gates(&kept, gate, required.then(|| gate.operations()));
    case.settle_equivocation(&mut ready, access.membership());
    case.settle_trials(&mut ready, gate);
    for hash in &ready {
        case.decide(hash, Verdict::Accepted);
    }
    case.finish(ready)
}

fn chunk_at(items: &[Opened], place: Place) -> Option<&[u8]> {
    let changes = match &items.get(place.item)?.content {
        Content::Batch { batch, .. } => &batch.changes,
        Content::Pack { changes, .. } => changes,
        Content::Attest(_) | Content::BlobRef(_) => return None,
    };
    changes.get(place.change).map(Vec::as_slice)
}

/// The judgement in the making. A change without a decision is set aside with its items.
struct Case<'a> {
    items: &'a [Opened],
    changes: BTreeMap<Id, ChangeReport>,
    facts: BTreeMap<Id, &'a super::ChangeFacts>,
    /// Role verdict of each judged item.
    roles: BTreeMap<usize, Option<Quarantine>>,
    /// Changes that accepted packs contain.
    packed: BTreeSet<Id>,
    /// Introduced devices by what the actors of their changes begin with; filled when there is a pack.
    authors: BTreeMap<[u8; 8], Id>,
}

impl<'a> Case<'a> {
    fn add(&mut self, number: usize, facts: &'a [super::ChangeFacts], pack: bool, role: Option<Quarantine>) {
        self.roles.insert(number, role);
        let opened = &self.items[number];
        for (change, facts) in facts.iter().enumerate() {
            let verdict = Verdict::Quarantined(role.unwrap_or(Quarantine::Role));
            // In a pack the actor alone says who wrote it; a change of nobody's device has no place in it.
            let author = match pack {
                true => self.authors.get(&facts.actor[..8]).copied(),
                false => Some(opened.item.header().author),
            };
            let Some(author) = author else { continue };
            if pack {
                self.packed.insert(facts.hash);
            }
            let deps = facts.deps.clone();
            let report = ChangeReport { verdict, place: Place { item: number, change }, author, deps };
            // The same change may come in several items; the smallest id keeps the answer free of order.
            let smaller = self
                .changes
                .get(&facts.hash)
                .is_none_or(|known| opened.item.id() < self.items[known.place.item].item.id());
            if smaller {
                self.changes.insert(facts.hash, report);
                self.facts.insert(facts.hash, facts);
            }
        }
    }

    fn decide(&mut self, hash: &Id, verdict: Verdict) {
        if let Some(change) = self.changes.get_mut(hash) {
            change.verdict = verdict;
        }
    }

    /// A change set aside for its author's role, on which an accepted one depends, is kept: a Writer could copy it, and
    /// honest work on top would hang.
    fn closure(&self, good: BTreeSet<Id>) -> BTreeSet<Id> {
        let mut kept = BTreeSet::new();
        let mut open: Vec<Id> = good.into_iter().collect();
        while let Some(hash) = open.pop() {
            let Some(change) = self.changes.get(&hash) else { continue };
            if kept.insert(hash) {
                open.extend(&change.deps);
            }
        }
        kept
    }

    /// Check 10: kept changes whose dependencies are all there and which pass the graph gate, dependencies first.
    fn pass_gates(
        &mut self,
        kept: &BTreeSet<Id>,
        gate: &dyn ChangeGate,
        mut operations: Option<Box<dyn OperationGate>>,
    ) -> Vec<Id> {
        let mut waiting_on: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        let mut missing: BTreeMap<Id, usize> = BTreeMap::new();
        let mut open: BTreeSet<Id> = BTreeSet::new();
        for hash in kept {
            self.decide(hash, Verdict::Pending(Pending::Deps));
            let deps: BTreeSet<Id> = self.changes[hash].deps.iter().copied().collect();
            if deps.is_empty() {
                open.insert(*hash);
            }
            missing.insert(*hash, deps.len());
            for dep in deps {
                waiting_on.entry(dep).or_default().push(*hash);
            }
        }
        let (mut ready, mut nodes, mut actors) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        while let Some(hash) = open.pop_first() {
            let passed = self.graph(&hash, &nodes, &actors, gate).and_then(|node| {
                let Some(operations) = &mut operations else { return Ok(node) };
                operations.admit(self.chunk(&hash).unwrap_or_default()).map(|()| node)
            });
            match passed {
                Ok(node) => {
                    actors.insert(node.actor);
                    nodes.insert(hash, node);
                    ready.push(hash);
                    for next in waiting_on.get(&hash).into_iter().flatten() {
                        if let Some(count) = missing.get_mut(next) {
                            *count -= 1;
                            if *count == 0 {
                                open.insert(*next);
                            }
                        }
                    }
                }
                Err(reason) => self.decide(&hash, Verdict::Rejected(Reject::Gate(reason))),
            }
        }
        ready
    }

    fn chunk(&self, hash: &Id) -> Option<&[u8]> {
        chunk_at(self.items, self.changes.get(hash)?.place)
    }

    fn graph(
        &self,
        hash: &Id,
        nodes: &BTreeMap<Id, GraphNode>,
        actors: &BTreeSet<Id16>,
        gate: &dyn ChangeGate,
    ) -> Result<GraphNode, String> {
        let Some(facts) = self.facts.get(hash) else { return Err("its header was not read".into()) };
        let deps: Vec<GraphNode> = facts.deps.iter().filter_map(|dep| nodes.get(dep)).copied().collect();
        // Only a first change of an actor that was met before can have an ancestor of its own.
        let own = facts.seq == 1 && actors.contains(&facts.actor) && self.has_own_ancestor(hash, nodes);
        gate.graph(facts, &deps, own)
    }

    fn has_own_ancestor(&self, hash: &Id, nodes: &BTreeMap<Id, GraphNode>) -> bool {
        let actor = self.facts[hash].actor;
        let (mut seen, mut open) = (BTreeSet::new(), self.changes[hash].deps.clone());
        while let Some(hash) = open.pop() {
            if nodes.get(&hash).is_some_and(|node| node.actor == actor) {
                return true;
            }
            if seen.insert(hash) {
                open.extend(self.changes.get(&hash).into_iter().flat_map(|change| &change.deps));
            }
        }
        false
    }

    /// Two changes with one (actor, seq): the one inside an accepted pack counts, then the one that most other members
    /// build on, then the lower hash.
    fn settle_equivocation(&mut self, ready: &mut Vec<Id>, membership: &Membership) {
        let mut places: BTreeMap<(Id16, u64), Vec<Id>> = BTreeMap::new();
        for hash in ready.iter() {
            let facts = self.facts[hash];
            places.entry((facts.actor, facts.seq)).or_default().push(*hash);
        }
        if places.values().all(|rivals| rivals.len() == 1) {
            return;
        }
        let graph = Graph::of(&self.changes, ready, membership);
        let mut losers = BTreeSet::new();
        let mut chosen: Option<(Id16, Id)> = None;
        for ((actor, seq), rivals) in places {
            let parent = chosen.filter(|(of, _)| *of == actor).map(|(_, hash)| hash);
            let child = |hash: &&Id| {
                seq == 1 || parent.is_some_and(|parent| self.changes[*hash].deps.contains(&parent))
            };
            let packed = &self.packed;
            let clock = |hash: &Id| match Fault::ClockWins.is_on() {
                true => self.items[self.changes[hash].place.item].item.header().day,
                false => 0,
            };
            let score = |hash: &&Id| {
                let (packed, supporters) = (packed.contains(*hash), graph.supporters(hash));
                (clock(hash), packed, supporters, std::cmp::Reverse(**hash))
            };
            let winner = rivals.iter().filter(child).max_by_key(score).copied();
            losers.extend(rivals.into_iter().filter(|hash| Some(*hash) != winner));
            chosen = winner.map(|winner| (actor, winner));
        }
        self.exclude(ready, |case, hash, out| {
            let lost = losers.contains(hash) || case.changes[hash].deps.iter().any(|dep| out.contains(dep));
            lost.then_some(Verdict::Quarantined(Quarantine::Equivocation))
        });
    }

    /// Changes whose trial failed, and those that build on them.
    fn settle_trials(&mut self, ready: &mut Vec<Id>, gate: &dyn ChangeGate) {
        self.exclude(ready, |case, hash, out| match gate.known_trial(hash) {
            _ if case.changes[hash].deps.iter().any(|dep| out.contains(dep)) => {
                Some(Verdict::Pending(Pending::Deps))
            }
            Some(TrialOutcome::Unsafe(_)) => Some(Verdict::Quarantined(Quarantine::Unsafe)),
            Some(TrialOutcome::Slow) => Some(Verdict::Pending(Pending::Slow)),
            Some(TrialOutcome::Safe) | None => None,
        });
    }

    fn exclude(
        &mut self,
        ready: &mut Vec<Id>,
        verdict: impl Fn(&Self, &Id, &BTreeSet<Id>) -> Option<Verdict>,
    ) {
        let mut out = BTreeSet::new();
        for hash in std::mem::take(ready) {
            match verdict(self, &hash, &out) {
                Some(verdict) => {
                    out.insert(hash);
                    self.decide(&hash, verdict);
                }
                None => ready.push(hash),
            }
        }
    }

    fn finish(self, apply: Vec<Id>) -> DocumentJudgement {
        let mut verdicts = BTreeMap::new();
        for (number, role) in &self.roles {
            let opened = &self.items[*number];
            let (Content::Batch { facts, .. } | Content::Pack { facts, .. }) = &opened.content else {
                continue;
            };
            let changes = facts.iter().filter_map(|facts| self.changes.get(&facts.hash));
            let worst = changes.map(|change| change.verdict.clone()).max().unwrap_or(Verdict::Accepted);
            let verdict = match (role, &worst) {
                (Some(reason), Verdict::Pending(Pending::Deps) | Verdict::Quarantined(_)) => {
                    Verdict::Quarantined(*reason)
                }
                _ => worst,
            };
            verdicts.insert(*opened.item.id(), verdict);
        }
        DocumentJudgement { apply, verdicts, changes: self.changes }
    }
}

/// Which members build on a change, over the changes in play.
struct Graph {
    members: BTreeMap<Id, u32>,
    supporters: BTreeMap<Id, Set>,
}

impl Graph {
    /// `order` has dependencies first.
    fn of(changes: &BTreeMap<Id, ChangeReport>, order: &[Id], membership: &Membership) -> Graph {
        let mut numbers: BTreeMap<Option<Id16>, u32> = BTreeMap::new();
        let mut members = BTreeMap::new();
        for hash in order {
            let member = changes.get(hash).and_then(|change| membership.member_of(&change.author));
            let next = numbers.len() as u32;
            members.insert(*hash, *numbers.entry(member).or_insert(next));
        }
        let mut supporters: BTreeMap<Id, Set> = BTreeMap::new();
        for hash in order.iter().rev() {
            let mut given = supporters.get(hash).cloned().unwrap_or_default();
            if let Some(member) = members.get(hash) {
                given.insert(*member);
            }
            for dep in changes.get(hash).into_iter().flat_map(|change| &change.deps) {
                supporters.entry(*dep).or_default().union(&given);
            }
        }
        Graph { members, supporters }
    }

    /// Distinct other members whose changes depend on this one.
    fn supporters(&self, hash: &Id) -> usize {
        let own = self.members.get(hash).copied();
        self.supporters.get(hash).map_or(0, |set| set.iter().filter(|member| Some(*member) != own).count())
    }
}
