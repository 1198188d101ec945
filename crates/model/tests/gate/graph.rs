//! The graph gate.

use tern_model::gate::{ChangeHeader, GateError, Graph, GraphNode, MAX_LAST_OP};

const A: u8 = 0xA;
const B: u8 = 0xB;

fn change(hash: u8, deps: &[u8], actor: u8, seq: u64, start_op: u64, op_count: u64) -> ChangeHeader {
    ChangeHeader {
        hash: [hash; 32],
        deps: deps.iter().map(|dep| [*dep; 32]).collect(),
        actor: [actor; 16],
        other_actors: Vec::new(),
        seq,
        start_op,
        op_count,
        time_ms: 0,
        size: 0,
    }
}

/// 1 and 2 by A, 3 by B beside 2, 4 by A over both.
fn graph() -> Graph {
    let mut graph = Graph::new();
    for change in [
        change(1, &[], A, 1, 1, 10),
        change(2, &[1], A, 2, 11, 5),
        change(3, &[1], B, 1, 11, 2),
        change(4, &[2, 3], A, 3, 16, 1),
    ] {
        graph.admit(&change).unwrap();
    }
    graph
}

#[test]
fn changes_that_follow_their_ancestors_pass() {
    let mut graph = graph();
    assert_eq!(graph.len(), 4);
    assert_eq!(graph.node(&[4; 32]), Some(GraphNode { actor: [A; 16], seq: 3, last_op: 16 }));
    for change in [
        change(5, &[3], B, 2, 13, 0),
        change(6, &[5], B, 3, 13, 1),
        change(7, &[3, 4], B, 2, 17, 1),
        change(8, &[4], 0xC, 1, 17, MAX_LAST_OP - 16),
        change(9, &[], 0xD, 1, 1, 1),
        change(1, &[], A, 1, 1, 10),
    ] {
        assert_eq!(graph.admit(&change).map(|node| node.last_op), Ok(change.last_op()), "{change:?}");
    }
}

#[test]
fn changes_that_do_not_follow_their_ancestors_are_refused_and_leave_no_trace() {
    let start = |expected, found| GateError::StartOp { expected, found };
    let cases = [
        ("ancestor missing", change(9, &[2, 7], A, 3, 16, 1), GateError::MissingDep([7; 32])),
        ("operations leave a gap", change(9, &[4], B, 2, 18, 1), start(17, 18)),
        ("operations overlap", change(9, &[4], B, 2, 16, 1), start(17, 16)),
        ("operations begin at 2^32", change(9, &[4], B, 2, 1 << 32, 1), start(17, 1 << 32)),
        ("operations begin at the end", change(9, &[4], B, 2, u64::MAX, 1), start(17, u64::MAX)),
        ("no ancestors but not the first", change(9, &[], B, 1, 2, 1), start(1, 2)),
        ("operations go beyond 2^31", change(9, &[4], 0xC, 1, 17, MAX_LAST_OP - 15), GateError::LastOp),
        ("a sequence number left out", change(9, &[4], A, 5, 17, 1), GateError::MissingOwn),
        ("own predecessor not named", change(9, &[3], A, 2, 13, 1), GateError::MissingOwn),
        ("own predecessor only further up", change(9, &[4], B, 3, 17, 1), GateError::MissingOwn),
        ("second without a first", change(9, &[4], 0xC, 2, 17, 1), GateError::MissingOwn),
        ("greatest sequence number", change(9, &[4], A, u64::MAX, 17, 1), GateError::MissingOwn),
        ("a first after an own one", change(9, &[4], A, 1, 17, 1), GateError::OwnAncestor),
        ("a first after an own one further up", change(9, &[4], B, 1, 17, 1), GateError::OwnAncestor),
    ];
    let mut graph = graph();
    for (name, change, wanted) in cases {
        assert_eq!(graph.admit(&change), Err(wanted), "{name}");
        assert_eq!((graph.len(), graph.node(&change.hash)), (4, None), "{name}");
    }
}

#[test]
fn a_first_change_beside_others_of_its_actor_passes_as_they_are_no_ancestors() {
    let mut graph = graph();
    assert!(graph.admit(&change(9, &[3], 0xC, 1, 13, 1)).is_ok());
    assert!(
        graph.admit(&change(10, &[], A, 1, 1, 1)).is_ok(),
        "two firsts: for the judgement, not for this gate"
    );
}
