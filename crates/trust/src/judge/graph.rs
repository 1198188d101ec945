//! The graph gate: a change must continue exactly what it builds on.

use super::ChangeFacts;
use crate::derive::Id16;
use crate::limits::MAX_OPERATION_COUNTER;

/// What later changes need to know of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphNode {
    /// Its actor.
    pub actor: Id16,
    /// Its place among the actor's changes.
    pub seq: u64,
    /// Counter of its last operation.
    pub last_op: u64,
}

/// startOp continues the greatest operation of the dependencies exactly, counters stay below 2^31, and the actor's own
/// previous change is among the dependencies. Depends on the change and its ancestors only: all replicas agree.
pub fn graph_gate(
    facts: &ChangeFacts,
    deps: &[GraphNode],
    has_own_ancestor: bool,
) -> Result<GraphNode, String> {
    let before = deps.iter().map(|dep| dep.last_op).max().unwrap_or(0);
    if facts.start_op != before + 1 {
        return Err(format!("its first operation is {}, not {}", facts.start_op, before + 1));
    }
    let last_op = before.saturating_add(facts.op_count);
    if last_op > MAX_OPERATION_COUNTER {
        return Err("its operations count too high".into());
    }
    let own_before = |dep: &GraphNode| dep.actor == facts.actor && dep.seq + 1 == facts.seq;
    let refused = match facts.seq {
        0 => Some("its sequence number is zero"),
        1 if has_own_ancestor => Some("it claims to be its author's first change but is not"),
        1 => None,
        _ if deps.iter().any(own_before) => None,
        _ => Some("it does not build on its author's previous change"),
    };
    if let Some(reason) = refused {
        return Err(reason.into());
    }
    Ok(GraphNode { actor: facts.actor, seq: facts.seq, last_op })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(seq: u64, start_op: u64, op_count: u64) -> ChangeFacts {
        ChangeFacts { hash: [1; 32], deps: Vec::new(), actor: [1; 16], seq, start_op, op_count }
    }

    #[test]
    fn hostile_numbers_do_not_pass() {
        let own = GraphNode { actor: [1; 16], seq: 1, last_op: 10 };
        let other = GraphNode { actor: [2; 16], seq: 1, last_op: 20 };
        let table = [
            (facts(1, 1, 3), &[][..], false, true),
            (facts(1, 1, 3), &[][..], true, false),
            (facts(1, 2, 3), &[][..], false, false),
            (facts(0, 1, 3), &[][..], false, false),
            (facts(2, 11, 3), &[own][..], true, true),
            (facts(3, 11, 3), &[own][..], true, false),
            (facts(2, 21, 3), &[own, other][..], true, true),
            (facts(2, 21, 3), &[other][..], true, false),
            (facts(2, 11, 1 << 31), &[own][..], true, false),
            (facts(2, (1 << 32) - 2, 1), &[own][..], true, false),
            (facts(u64::MAX, u64::MAX, u64::MAX), &[own][..], true, false),
        ];
        for (change, deps, own_ancestor, good) in table {
            assert_eq!(graph_gate(&change, deps, own_ancestor).is_ok(), good, "{change:?} on {deps:?}");
        }
    }
}
