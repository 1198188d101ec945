//! The op gate: every operation of a change names objects, elements and predecessors that its ancestors made, of fitting
//! type. Decided by the change and its ancestors alone, without the document library, so all replicas agree whatever
//! version of it they run.

mod decode;

use std::collections::{BTreeMap, BTreeSet};

use super::{ChangeHeader, GateError};
use decode::{Op, OpId, Place, TextHash};

type Hash = [u8; 32];

/// Types of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Keys are texts.
    Map,
    /// Elements follow one another.
    Sequence,
}

/// What later operations need to know of an admitted one.
#[derive(Debug, Clone)]
struct Made {
    /// The change that it is part of, by its place in the order of admission.
    change: u32,
    /// The object that it stands in; none for the root.
    object: Option<OpId>,
    place: Spot,
    /// Set when it made an object.
    shape: Option<Shape>,
    deleted: bool,
}

/// Where an operation stands in its object.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Spot {
    Key(TextHash),
    /// It put this very element there.
    Element,
    /// It changed the element of that id.
    Of(OpId),
}

#[derive(Debug, Clone)]
struct Change {
    deps: Vec<u32>,
    /// It builds on every change admitted before this one, and perhaps on later ones.
    dominates: u32,
}

/// The operations of one document's admitted changes, and the gate over them.
#[derive(Debug, Clone, Default)]
pub struct Operations {
    changes: Vec<Change>,
    numbers: BTreeMap<Hash, u32>,
    /// Two rivals of one (actor, seq) may give operations one id.
    made: BTreeMap<OpId, Vec<Made>>,
}

impl Operations {
    /// A document without changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Passes a change that went through header gate and graph gate through this one, and remembers its operations. One
    /// that is there already passes.
    ///
    /// # Errors
    /// [`GateError::MissingDep`] when an ancestor was not admitted, [`GateError::Operation`] for good; the state is then
    /// unchanged.
    pub fn admit(&mut self, header: &ChangeHeader, chunk: &[u8]) -> Result<(), GateError> {
        if self.numbers.contains_key(&header.hash) {
            return Ok(());
        }
        let number = u32::try_from(self.changes.len()).map_err(|_| GateError::TooManyOps)?;
        let mut deps = Vec::with_capacity(header.deps.len());
        for dep in &header.deps {
            deps.push(*self.numbers.get(dep).ok_or(GateError::MissingDep(*dep))?);
        }
        let ops = decode::operations(chunk)?;
        let mut check = Check { known: self, deps: &deps, own: Vec::new(), ancestors: None };
        for op in ops {
            let made = check.operation(&op)?;
            check.own.push(made);
        }
        let own = check.own;
        for (id, made) in own {
            self.made.entry(id).or_default().push(Made { change: number, ..made });
        }
        let dominates = self.dominated(number, &deps);
        self.changes.push(Change { deps, dominates });
        self.numbers.insert(header.hash, number);
        Ok(())
    }

    /// How many of the changes admitted first are all ancestors of whoever builds on `deps`.
    fn dominated(&self, number: u32, deps: &[u32]) -> u32 {
        let reached = |dep: &u32| self.changes[*dep as usize].dominates;
        let base = deps.iter().map(reached).max().unwrap_or(0);
        let mut next = base;
        // Ancestors beyond the base, as far as they follow without a gap.
        let ancestors = self.ancestors_from(deps, base);
        while next < number && ancestors.contains(&next) {
            next += 1;
        }
        next
    }

    /// Ancestors (the changes themselves among them) with a place of `base` or later.
    fn ancestors_from(&self, deps: &[u32], base: u32) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        let mut open: Vec<u32> = deps.iter().copied().filter(|dep| *dep >= base).collect();
        while let Some(number) = open.pop() {
            if found.insert(number) {
                open.extend(self.changes[number as usize].deps.iter().filter(|dep| **dep >= base));
            }
        }
        found
    }
}

/// One change on its way through.
struct Check<'a> {
    known: &'a Operations,
    deps: &'a [u32],
    /// Its operations so far.
    own: Vec<(OpId, Made)>,
    /// Where all earlier changes are ancestors, and which later ones are; found when first asked for.
    ancestors: Option<(u32, BTreeSet<u32>)>,
}

impl Check<'_> {
    fn operation(&mut self, op: &Op) -> Result<(OpId, Made), GateError> {
        let shape = match &op.object {
            None => Shape::Map,
            Some(object) => self.find(object)?.and_then(|made| made.shape).ok_or(GateError::Operation)?,
        };
        let place = match (shape, op.place) {
            (Shape::Map, Place::Key(key)) if !op.insert => Spot::Key(key),
            (Shape::Sequence, Place::Head) if op.insert => Spot::Element,
            (Shape::Sequence, Place::Element(element)) => {
                let after = self.find(&element)?.ok_or(GateError::Operation)?;
                if after.object != op.object || after.place != Spot::Element {
                    return Err(GateError::Operation);
                }
                if op.insert { Spot::Element } else { Spot::Of(element) }
            }
            _ => return Err(GateError::Operation),
        };
        let mut seen = BTreeSet::new();
        for pred in &op.preds {
            let before = self.find(pred)?.ok_or(GateError::Operation)?;
            let same = match (&place, &before.place) {
                (Spot::Of(element), Spot::Element) => element == pred,
                (now, then) => now == then,
            };
            let fits = same && before.object == op.object && !before.deleted && !op.insert;
            if !fits || !seen.insert(*pred) {
                return Err(GateError::Operation);
            }
        }
        if op.preds.is_empty() && (op.action.deletes() || op.action.increments()) {
            return Err(GateError::Operation);
        }
        let shape = match op.action {
            decode::Action::MakeMap => Some(Shape::Map),
            decode::Action::MakeSequence => Some(Shape::Sequence),
            _ => None,
        };
        let deleted = op.action.deletes();
        if deleted && op.insert {
            return Err(GateError::Operation);
        }
        Ok((op.id, Made { change: u32::MAX, object: op.object, place, shape, deleted }))
    }

    /// The operation of an ancestor, or an earlier one of the change itself.
    fn find(&mut self, id: &OpId) -> Result<Option<Made>, GateError> {
        if let Some(first) = self.own.first().map(|(first, _)| *first)
            && let Some(at) = id.behind(&first)
        {
            return Ok(self.own.get(at).map(|(_, made)| made.clone()));
        }
        let Some(rivals) = self.known.made.get(id) else { return Ok(None) };
        let mut found = None;
        for made in rivals {
            if self.is_ancestor(made.change) {
                if found.is_some() {
                    // Both rivals of one place among the ancestors: nothing can be said of such a name.
                    return Err(GateError::Operation);
                }
                found = Some(made.clone());
            }
        }
        Ok(found)
    }

    fn is_ancestor(&mut self, change: u32) -> bool {
        let (known, deps) = (self.known, self.deps);
        let (base, later) = self.ancestors.get_or_insert_with(|| {
            let base = deps.iter().map(|dep| known.changes[*dep as usize].dominates).max().unwrap_or(0);
            (base, known.ancestors_from(deps, base))
        });
        change < *base || later.contains(&change)
    }
}
