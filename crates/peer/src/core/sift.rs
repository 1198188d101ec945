//! Finds the changes that keep a document from being built, by trials elsewhere: bisection over what is not known to
//! stand, then the canonical trial of each suspect on its ancestors. It decides nothing about the rest.

use std::collections::{BTreeMap, BTreeSet};

use tern_trust::judge::{DocumentJudgement, Opened, TrialOutcome};
use tern_trust::{Id, Membership};

use crate::host::stopwatch;
use crate::trial::{Limits, Outcome, Trials};

/// Most trials in one search.
const MAX_RUNS: usize = 512;

/// A judgement whose accepted changes do not build a document.
pub(super) struct Sift<'a> {
    pub judgement: &'a DocumentJudgement,
    pub opened: &'a [Opened],
    pub membership: &'a Membership,
    pub trials: &'a dyn Trials,
}

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Canonical verdicts: they hold for the change wherever it comes.
    pub alone: BTreeMap<Id, TrialOutcome>,
    /// Changes that pass alone and fail together with others of this document; true of this set of items only.
    pub together: BTreeSet<Id>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.alone.is_empty() && self.together.is_empty()
    }
}

/// The first change of an order that does not go with those before it.
enum First {
    /// Everything goes.
    Nothing,
    /// Those before `at` go, this one does not.
    At { at: usize, too_much: bool },
    /// So many from the beginning go; all together are too much for one trial.
    Goes(usize),
    /// The changes that were thought to stand do not.
    Ground,
    /// From `at` on nothing is known.
    Unknown(usize),
}

/// Runs and time that are left.
struct Budget<'a> {
    runs: usize,
    elapsed_ms: Box<dyn Fn() -> f64 + 'a>,
    most_ms: Option<f64>,
}

impl Budget<'_> {
    fn spend(&mut self) -> bool {
        self.runs += 1;
        self.runs <= MAX_RUNS && self.most_ms.is_none_or(|most| (self.elapsed_ms)() < most)
    }
}

impl<'a> Sift<'a> {
    /// Searches. `stands` tells the changes that built the document together before.
    pub fn search(&self, stands: impl Fn(&Id) -> bool) -> Found {
        let most_ms = self.trials.patience().map(|d| d.as_secs_f64() * 1000.0);
        let mut budget = Budget { runs: 0, elapsed_ms: Box::new(stopwatch()), most_ms };
        let (good, open) = self.judgement.apply.iter().copied().partition(|h| stands(h));
        let mut found = self.one_by_one(good, open, &mut budget);
        if found.alone.is_empty() && !found.together.is_empty() {
            found.together = self.build_up(&mut budget);
        }
        if found.is_empty() {
            // It failed here and nowhere else; what is not proven waits.
            let wait = |h: &&Id| !stands(h);
            found.alone =
                self.judgement.apply.iter().filter(wait).map(|h| (*h, TrialOutcome::Slow)).collect();
        }
        found
    }

    /// The canonical trial of a change.
    pub fn alone(&self, hash: &Id) -> TrialOutcome {
        let ancestors = self.judgement.ancestors(hash);
        let outcome = self.trials.changes(&self.chunks(&ancestors), &self.chunks(&[*hash]), &Limits::SUSPECT);
        match outcome {
            Outcome::Safe => TrialOutcome::Safe,
            Outcome::Fails(why) => TrialOutcome::Unsafe(why),
            Outcome::Memory => TrialOutcome::Unsafe("it takes too much memory".to_owned()),
            Outcome::GroundFails(why) | Outcome::None(why) => {
                tracing::info!(why, "a trial gave no verdict");
                TrialOutcome::Slow
            }
        }
    }

    fn chunks(&self, hashes: &[Id]) -> Vec<&'a [u8]> {
        hashes.iter().filter_map(|hash| self.judgement.chunk(self.opened, hash)).collect()
    }

    /// Goes through `open` on top of `good`, past every change that does not go.
    fn one_by_one(&self, mut good: Vec<Id>, mut open: Vec<Id>, budget: &mut Budget<'_>) -> Found {
        let mut found = Found::default();
        loop {
            match self.first(&good, &open, budget) {
                First::Nothing => return found,
                First::Ground => {
                    // Nothing is taken as good: the order of the judgement, without what was found already.
                    let left: BTreeSet<Id> = good.drain(..).chain(open).collect();
                    open = self.judgement.apply.iter().filter(|h| left.contains(*h)).copied().collect();
                }
                First::Unknown(at) => {
                    found.alone.extend(open[at..].iter().map(|h| (*h, TrialOutcome::Slow)));
                    return found;
                }
                First::Goes(count) => good.extend(open.drain(..count)),
                First::At { at, too_much } => {
                    let suspect = open[at];
                    let outcome = if budget.spend() { self.alone(&suspect) } else { TrialOutcome::Slow };
                    if outcome != TrialOutcome::Safe {
                        found.alone.insert(suspect, outcome);
                    } else if too_much {
                        found.alone.insert(suspect, TrialOutcome::Slow);
                    } else {
                        found.together.insert(suspect);
                    }
                    let rest = open.split_off(at + 1);
                    open.pop();
                    good.append(&mut open);
                    open = self.without_dependants(&suspect, rest);
                    if open.is_empty() {
                        return found;
                    }
                }
            }
        }
    }

    /// Bisects `open` for the shortest beginning that fails on top of `good`.
    fn first(&self, good: &[Id], open: &[Id], budget: &mut Budget<'_>) -> First {
        if good.is_empty() && open.is_empty() {
            return First::Nothing;
        }
        let ground = self.chunks(good);
        if open.is_empty() {
            let stands = self.trials.changes(&ground, &[], &Limits::GROUP);
            return if matches!(stands, Outcome::GroundFails(_)) { First::Ground } else { First::Nothing };
        }
        let (mut passes, mut fails, mut next) = (0, open.len() + 1, open.len());
        while fails - passes > 1 {
            if !budget.spend() {
                return First::Unknown(passes);
            }
            match self.trials.changes(&ground, &self.chunks(&open[..next]), &Limits::GROUP) {
                Outcome::Safe if next == open.len() => return First::Nothing,
                Outcome::Safe => passes = next,
                Outcome::GroundFails(_) if !good.is_empty() => return First::Ground,
                Outcome::Fails(_) | Outcome::GroundFails(_) => fails = next,
                Outcome::Memory | Outcome::None(_) if passes > 0 => return First::Goes(passes),
                Outcome::Memory | Outcome::None(_) if next <= 1 => {
                    return First::At { at: 0, too_much: true };
                }
                Outcome::Memory | Outcome::None(_) => {
                    let half = next / 2;
                    return match self.first(good, &open[..half], budget) {
                        First::Nothing => First::Goes(half),
                        other => other,
                    };
                }
            }
            next = passes + (fails - passes) / 2;
        }
        First::At { at: passes, too_much: false }
    }

    fn without_dependants(&self, hash: &Id, rest: Vec<Id>) -> Vec<Id> {
        let mut out = BTreeSet::from([*hash]);
        let deps = |h: &Id| self.judgement.changes.get(h).map(|c| c.deps.as_slice()).unwrap_or_default();
        rest.into_iter()
            .filter(|h| {
                let lost = deps(h).iter().any(|dep| out.contains(dep));
                if lost {
                    out.insert(*h);
                }
                !lost
            })
            .collect()
    }

    /// All pass alone but not together: by support, each with its ancestors; the first that does not go is left out.
    fn build_up(&self, budget: &mut Budget<'_>) -> BTreeSet<Id> {
        let mut order: Vec<Id> = Vec::new();
        let mut placed = BTreeSet::new();
        for hash in self.judgement.by_support(self.membership) {
            let with_ancestors = self.judgement.ancestors(&hash).into_iter().chain([hash]);
            order.extend(with_ancestors.filter(|h| placed.insert(*h)));
        }
        match self.first(&[], &order, budget) {
            First::At { at, too_much: false } => [order[at]].into(),
            _ => BTreeSet::new(),
        }
    }
}
