//! The gates before the document library.

use sha2::{Digest, Sha256};
use tern_model::gate::{
    ChangeHeader, GateError, Graph, MAX_DEPS, MAX_LAST_OP, MAX_OPS, MAX_OTHER_ACTORS, MAX_TIME_MS,
    Operations, header_gate, inflate_bounded, parse,
};

use crate::seeds::page_changes;

/// The chunk with the checksum that its content has.
pub(crate) fn with_right_checksum(data: &[u8]) -> Vec<u8> {
    let mut chunk = data.to_vec();
    if chunk.len() > 8 {
        let hash = Sha256::digest(&chunk[8..]);
        chunk[..4].copy_from_slice(&[0x85, 0x6f, 0x4a, 0x83]);
        chunk[4..8].copy_from_slice(&hash[..4]);
    }
    chunk
}

/// The header gate over a chunk as it came, and over the same with a right checksum; and bounded inflation.
pub fn gate(data: &[u8]) {
    let _ = parse(data).map(|header| lawful(data, &header));
    let chunk = with_right_checksum(data);
    if let Ok(header) = parse(&chunk) {
        lawful(&chunk, &header);
        let first = Graph::new().admit(&header);
        let may = header.deps.is_empty() && header.seq == 1 && header.start_op == 1;
        assert_eq!(first.is_ok(), may, "{first:?}");
    }
    const LIMIT: usize = 16 << 10;
    if let Ok(out) = inflate_bounded(data, LIMIT) {
        assert!(out.len() <= LIMIT);
    }
}

/// The op gate over a chunk alone and behind the seeds: what is refused leaves no trace, what passes does so twice.
pub fn operations(data: &[u8]) {
    let chunk = with_right_checksum(data);
    let Ok(header) = parse(&chunk) else { return };
    let mut empty = Operations::new();
    let alone = empty.admit(&header, &chunk);
    assert!(alone.is_err() || header.deps.is_empty(), "it builds on nothing that is there");
    let mut page = Operations::new();
    for earlier in page_changes() {
        let header = parse(&earlier).expect("a seed");
        page.admit(&header, &earlier).expect("a seed");
    }
    let verdict = page.admit(&header, &chunk);
    assert_eq!(page.admit(&header, &chunk), verdict, "the second time it is another one");
}

fn lawful(chunk: &[u8], header: &ChangeHeader) {
    assert_eq!(header_gate(chunk, &header.actor).as_ref(), Ok(header));
    let mut other = header.actor;
    other[15] ^= 1;
    assert_eq!(header_gate(chunk, &other), Err(GateError::WrongActor));
    let hash: [u8; 32] = Sha256::digest(&chunk[8..]).into();
    assert_eq!((header.hash, header.size), (hash, chunk.len()));
    assert!(header.deps.len() as u64 <= MAX_DEPS && header.deps.is_sorted());
    assert!(header.other_actors.len() as u64 <= MAX_OTHER_ACTORS);
    assert!(header.seq >= 1 && header.start_op >= 1 && header.op_count <= MAX_OPS);
    assert!(header.time_ms.unsigned_abs() <= MAX_TIME_MS.unsigned_abs());
    let mut longer = chunk.to_vec();
    longer.push(0);
    assert_eq!(parse(&longer), Err(GateError::Trailing));
}

/// Changes of eight bytes each: actor, seq, start (from the end of what it builds on), operations, and up to three
/// ancestors by their distance. Whatever is admitted keeps the rules, and what is refused leaves no trace.
pub fn graph(data: &[u8]) {
    let mut graph = Graph::new();
    let mut admitted: Vec<ChangeHeader> = Vec::new();
    for (n, bytes) in data.chunks_exact(8).enumerate() {
        let change = change(n, bytes, &admitted);
        let before = graph.len();
        match graph.admit(&change) {
            Ok(node) => {
                rules(&change, &admitted);
                assert_eq!((node.last_op, graph.node(&change.hash)), (change.last_op(), Some(node)));
                assert_eq!(graph.admit(&change), Ok(node), "twice");
                admitted.push(change);
            }
            Err(_) => assert_eq!((graph.len(), graph.node(&change.hash)), (before, None)),
        }
        assert_eq!(graph.len(), admitted.len());
    }
}

fn change(n: usize, bytes: &[u8], admitted: &[ChangeHeader]) -> ChangeHeader {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&(n as u64 + 1).to_le_bytes());
    let before = |back: u8| admitted.len().checked_sub(usize::from(back)).and_then(|at| admitted.get(at));
    let mut deps: Vec<[u8; 32]> = bytes[4..7].iter().filter_map(|b| Some(before(*b)?.hash)).collect();
    if bytes[7] > 250 {
        deps.push([0xEE; 32]);
    }
    deps.sort_unstable();
    deps.dedup();
    let ends = admitted.iter().filter(|c| deps.contains(&c.hash)).map(ChangeHeader::last_op);
    // Mostly the right place; else a little or far off.
    let right = ends.max().unwrap_or(0) + 1;
    let start_op = match bytes[2] {
        0..=200 => right,
        201..=230 => u64::from(bytes[2] - 200),
        231..=250 => right + MAX_LAST_OP - u64::from(bytes[3]),
        _ => u64::MAX - u64::from(255 - bytes[2]),
    };
    let op_count = if bytes[7] % 5 == 4 { MAX_LAST_OP / 4 } else { u64::from(bytes[3]) };
    ChangeHeader {
        hash,
        deps,
        actor: [bytes[0] % 4; 16],
        other_actors: Vec::new(),
        seq: u64::from(bytes[1] % 16).max(1),
        start_op,
        op_count,
        time_ms: 0,
        size: 0,
    }
}

/// The rules of docs/trust.md, said again.
fn rules(change: &ChangeHeader, admitted: &[ChangeHeader]) {
    let deps: Vec<&ChangeHeader> = admitted.iter().filter(|c| change.deps.contains(&c.hash)).collect();
    assert_eq!(deps.len(), change.deps.len(), "admitted without an ancestor");
    let last = deps.iter().map(|c| c.last_op()).max().unwrap_or(0);
    assert_eq!(change.start_op, last + 1);
    assert!(change.last_op() <= MAX_LAST_OP);
    let own = |c: &&ChangeHeader| c.actor == change.actor;
    if change.seq > 1 {
        assert!(deps.iter().any(|c| own(c) && c.seq + 1 == change.seq));
    } else {
        let mut open: Vec<[u8; 32]> = change.deps.clone();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(hash) = open.pop() {
            if let Some(ancestor) = admitted.iter().find(|c| c.hash == hash).filter(|_| seen.insert(hash)) {
                assert!(!own(&ancestor), "a first change after an own one");
                open.extend(&ancestor.deps);
            }
        }
    }
}
