//! The graph gate: what a change must be, given its ancestors.

use std::collections::{BTreeMap, BTreeSet};

use super::{ChangeHeader, GateError, MAX_LAST_OP};

/// What later changes need to know of an admitted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphNode {
    /// Who wrote it.
    pub actor: [u8; 16],
    /// Its number among the changes of its actor.
    pub seq: u64,
    /// Counter of its last operation.
    pub last_op: u64,
}

/// Judges a change by its ancestors.
///
/// `dep` gives an admitted change by hash. `own_ancestor` tells whether any ancestor, near or far, is by the change's
/// own actor; it is asked only for changes with number 1 that have ancestors. [`Graph`] does both for one document.
///
/// # Errors
/// [`GateError::MissingDep`] when an ancestor is not there yet (wait), any other for good.
pub fn graph_gate(
    change: &ChangeHeader,
    dep: &dyn Fn(&[u8; 32]) -> Option<GraphNode>,
    own_ancestor: &dyn Fn() -> bool,
) -> Result<GraphNode, GateError> {
    let mut greatest = 0;
    let mut has_previous = false;
    for hash in &change.deps {
        let node = dep(hash).ok_or(GateError::MissingDep(*hash))?;
        greatest = greatest.max(node.last_op);
        has_previous |= node.actor == change.actor && node.seq.checked_add(1) == Some(change.seq);
    }
    let expected = greatest.saturating_add(1);
    if change.start_op != expected {
        return Err(GateError::StartOp { expected, found: change.start_op });
    }
    let last_op = change.last_op();
    if last_op > MAX_LAST_OP {
        return Err(GateError::LastOp);
    }
    if change.seq > 1 && !has_previous {
        return Err(GateError::MissingOwn);
    }
    if change.seq == 1 && !change.deps.is_empty() && own_ancestor() {
        return Err(GateError::OwnAncestor);
    }
    Ok(GraphNode { actor: change.actor, seq: change.seq, last_op })
}

/// The admitted changes of one document, and the gate over them.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    changes: BTreeMap<[u8; 32], Entry>,
    actors: BTreeSet<[u8; 16]>,
}

#[derive(Debug, Clone)]
struct Entry {
    node: GraphNode,
    deps: Vec<[u8; 32]>,
}

impl Graph {
    /// A document without changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Passes a change through the graph gate and remembers it. A change that is there already passes.
    ///
    /// # Errors
    /// As [`graph_gate`]; the graph is then unchanged.
    pub fn admit(&mut self, change: &ChangeHeader) -> Result<GraphNode, GateError> {
        if let Some(node) = self.node(&change.hash) {
            return Ok(node);
        }
        let node = graph_gate(change, &|hash| self.node(hash), &|| self.descends_from_actor(change))?;
        self.changes.insert(change.hash, Entry { node, deps: change.deps.clone() });
        self.actors.insert(change.actor);
        Ok(node)
    }

    /// An admitted change.
    pub fn node(&self, hash: &[u8; 32]) -> Option<GraphNode> {
        self.changes.get(hash).map(|entry| entry.node)
    }

    /// How many changes are admitted.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    fn descends_from_actor(&self, change: &ChangeHeader) -> bool {
        if !self.actors.contains(&change.actor) {
            return false;
        }
        let mut seen = BTreeSet::new();
        let mut open = change.deps.clone();
        while let Some(hash) = open.pop() {
            let Some(entry) = self.changes.get(&hash) else { continue };
            if entry.node.actor == change.actor {
                return true;
            }
            open.extend(entry.deps.iter().copied().filter(|dep| seen.insert(*dep)));
        }
        false
    }
}
