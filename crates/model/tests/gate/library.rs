//! The gate against the Automerge library: what it writes passes and says the same, and what passes is read the same.

use std::panic::catch_unwind;

use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, Change, ObjType, ROOT, ReadDoc, ScalarValue};
use tern_model::gate::{GateError, Graph, MAX_TIME_MS, header_gate, parse};

use crate::Seeded;
use crate::chunk::{Raw, with_right_checksum};

fn actor(n: u8) -> [u8; 16] {
    [n + 1; 16]
}

/// Any time that the gate lets through.
fn time(seeded: &mut Seeded) -> i64 {
    (seeded.number() >> 10) as i64 - (1 << 53)
}

/// Three people write into one document, apart and together: text, marks, blocks, maps, lists, counters, deletions.
pub fn document(seed: u64) -> Vec<Change> {
    let mut seeded = Seeded(seed);
    let mut docs: Vec<AutoCommit> = Vec::new();
    let mut first = AutoCommit::new().with_actor(ActorId::from(&actor(0)[..]));
    first.put_object(ROOT, "text", ObjType::Text).unwrap();
    first.put_object(ROOT, "list", ObjType::List).unwrap();
    first.put(ROOT, "count", ScalarValue::counter(3)).unwrap();
    first.commit();
    for n in 1..3 {
        docs.push(first.fork().with_actor(ActorId::from(&actor(n)[..])));
    }
    docs.push(first);
    for _ in 0..4 + seeded.below(30) {
        let at = seeded.below(docs.len());
        for _ in 0..seeded.below(12) {
            edit(&mut docs[at], &mut seeded);
        }
        let message = "m".repeat(seeded.below(3) * 10);
        let options = CommitOptions::default().with_message(message).with_time(time(&mut seeded));
        match seeded.below(8) {
            0 => {
                docs[at].empty_change(options);
            }
            _ => {
                docs[at].commit_with(options);
            }
        }
        if seeded.below(3) == 0 {
            let mut other = docs.remove(seeded.below(docs.len()));
            let with = seeded.below(docs.len());
            docs[with].merge(&mut other).unwrap();
            docs.push(other);
        }
    }
    let mut last = docs.remove(0);
    for other in &mut docs {
        last.merge(other).unwrap();
    }
    last.get_changes(&[])
}

fn edit(doc: &mut AutoCommit, seeded: &mut Seeded) {
    let text = doc.get(ROOT, "text").unwrap().unwrap().1;
    let list = doc.get(ROOT, "list").unwrap().unwrap().1;
    let (chars, items) = (doc.length(&text), doc.length(&list));
    let at = seeded.below(chars + 1);
    match seeded.below(12) {
        0..=3 => doc.splice_text(&text, at, 0, &"añ字😀"[..[1, 3, 6, 10][seeded.below(4)]]).unwrap(),
        4 => doc.splice_text(&text, at, (chars - at).min(seeded.below(5)) as isize, "new").unwrap(),
        5 if chars > 1 => {
            let mark = Mark::new("strong".to_owned(), seeded.below(2) == 0, 0, 1 + seeded.below(chars - 1));
            doc.mark(&text, mark, [ExpandMark::Both, ExpandMark::None][seeded.below(2)]).unwrap();
        }
        6 => drop(doc.split_block(&text, at).unwrap()),
        7 => doc.put(ROOT, format!("key{}", seeded.below(4)), seeded.number() as i64).unwrap(),
        8 => doc.insert(&list, seeded.below(items + 1), seeded.number() as f64).unwrap(),
        9 if items > 0 => doc.delete(&list, seeded.below(items)).unwrap(),
        10 => doc.increment(ROOT, "count", 2).unwrap(),
        11 => doc.put(ROOT, "bytes", ScalarValue::Bytes(vec![0xff; seeded.below(300)])).unwrap(),
        _ => drop(doc.put_object(ROOT, format!("key{}", seeded.below(4)), ObjType::Map).unwrap()),
    }
}

#[test]
fn changes_of_the_library_pass_and_say_what_the_library_says() {
    let (mut changes, mut merged, mut blind) = (0, 0, 0);
    for seed in 0..120 {
        let mut graph = Graph::new();
        for change in document(seed) {
            let by: [u8; 16] = change.actor_id().to_bytes().try_into().unwrap();
            let header = header_gate(change.raw_bytes(), &by).unwrap();
            let others: Vec<&[u8]> = change.other_actor_ids().iter().map(ActorId::to_bytes).collect();
            assert_eq!(header.hash, change.hash().0);
            assert_eq!(header.deps, change.deps().iter().map(|dep| dep.0).collect::<Vec<_>>());
            assert_eq!(header.other_actors.iter().map(|a| &a[..]).collect::<Vec<_>>(), others);
            assert_eq!((header.seq, header.start_op), (change.seq(), change.start_op().get()));
            assert_eq!((header.op_count, header.last_op()), (change.len() as u64, change.max_op()));
            assert_eq!((header.time_ms, header.size), (change.timestamp(), change.raw_bytes().len()));
            assert_eq!(header_gate(change.raw_bytes(), &[0; 16]), Err(GateError::WrongActor));
            assert_eq!(graph.admit(&header).unwrap().last_op, change.max_op());
            changes += 1;
            merged += usize::from(header.deps.len() > 1);
            blind += usize::from(header.op_count == 0);
        }
    }
    assert!(changes > 1_500 && merged > 100 && blind > 50, "{changes} {merged} {blind}");
}

/// Why the gate bounds times: one change far beyond the bound poisons a document for everybody's later edits, while a
/// document at both ends of the bound still saves and loads.
#[test]
fn documents_at_both_ends_of_the_time_bound_save_and_load() {
    let mut doc = AutoCommit::new().with_actor(ActorId::from(&actor(0)[..]));
    for (n, time) in [MAX_TIME_MS, -MAX_TIME_MS, MAX_TIME_MS, 0].into_iter().enumerate() {
        doc.put(ROOT, "n", n as i64).unwrap();
        doc.commit_with(CommitOptions::default().with_time(time));
    }
    let mut loaded = AutoCommit::load(&doc.save()).unwrap();
    assert_eq!(loaded.get_heads(), doc.get_heads());
}

#[test]
fn the_changes_that_the_table_writes_are_read_alike_by_the_library() {
    for ops in [1, 3, 1_000, 16_384] {
        let chunk = Raw::puts(ops).bytes();
        let change = Change::from_bytes(chunk.clone()).unwrap();
        let header = parse(&chunk).unwrap();
        assert_eq!((header.op_count, header.hash), (change.len() as u64, change.hash().0));
    }
}

#[test]
fn a_change_of_the_library_with_too_many_operations_is_refused() {
    let mut doc = AutoCommit::new().with_actor(ActorId::from(&actor(0)[..]));
    for n in 0..16_385 {
        doc.put(ROOT, "k", n).unwrap();
    }
    doc.commit();
    let changes = doc.get_changes(&[]);
    assert_eq!(parse(changes[0].raw_bytes()), Err(GateError::TooManyOps));
}

/// Mutated content under a right checksum, as an author may write it: whatever the gate lets through, the library
/// reads as the same number of operations with the same hash or refuses, and never more operations than allowed.
#[test]
fn mutated_changes_never_panic_the_gate_and_what_passes_is_read_alike() {
    let chunks: Vec<Vec<u8>> = (0..12)
        .flat_map(document)
        .map(|change| change.raw_bytes().to_vec())
        .filter(|c| c.len() < 2_000)
        .collect();
    let mut seeded = Seeded(4);
    let (mut passed, mut read) = (0, 0);
    for _ in 0..16_000 {
        let whole = &chunks[seeded.below(chunks.len())];
        let mut chunk = whole.clone();
        for _ in 0..=seeded.below(3) {
            let at = 8 + seeded.below(chunk.len() - 8);
            match seeded.below(4) {
                0 => chunk[at] ^= 1 << seeded.below(8),
                1 => chunk[at] = [0, 1, 0x7f, 0x80, 0xff][seeded.below(5)],
                2 => drop(chunk.splice(at..at, [seeded.number() as u8])),
                _ => drop(chunk.remove(at)),
            }
        }
        if chunk == *whole {
            continue;
        }
        assert!(parse(&chunk).is_err(), "the checksum does not match");
        let chunk = with_right_checksum(chunk);
        let Ok(header) = parse(&chunk) else { continue };
        passed += 1;
        let Ok(Ok(change)) = catch_unwind(|| Change::from_bytes(chunk)) else { continue };
        assert_eq!((header.op_count, header.hash), (change.len() as u64, change.hash().0));
        read += 1;
    }
    assert!(passed > 500 && read > 200, "{passed} {read}");
}

#[test]
fn changes_of_the_model_pass_both_gates() {
    use tern_model::block::{Block, BlockKind};
    use tern_model::{Class, Doc, DocId, Edit, Kind, Stamp, Value};

    let stamp = |n: u8, time_ms| Stamp { actor: actor(n), time_ms };
    let id = DocId::new(Class::Content, [5; 15]);
    let (mut doc, created) = Doc::create(id, &Kind::Page, &stamp(0, 1)).unwrap();
    let mut written = created.0.clone();
    let mut other = Doc::empty(id);
    other.apply(&created.0).unwrap();
    for round in 0..20 {
        let text = format!("{} of round {round}", "word ".repeat(50));
        let blocks = vec![
            Block::plain(BlockKind::Heading { level: 1 }, "Title"),
            Block::plain(BlockKind::Paragraph, &text),
        ];
        let title = Edit::SetField { name: "title".into(), value: Value::Text(format!("Plan {round}")) };
        let here = doc
            .edit(&stamp(0, round), &[title, Edit::SetBlocks { base: None, blocks: blocks.clone() }])
            .unwrap();
        let there = other.edit(&stamp(1, round), &[Edit::SetBlocks { base: None, blocks }]).unwrap();
        doc.apply(&there.0).unwrap();
        other.apply(&here.0).unwrap();
        written.extend(here.0.into_iter().chain(there.0));
    }
    let mut graph = Graph::new();
    for chunk in &written {
        graph.admit(&parse(chunk).unwrap()).unwrap();
    }
    assert!(graph.len() > 40);
}
