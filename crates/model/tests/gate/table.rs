//! The chunk-gate table: bytes and verdicts as a golden file, and the bounds of inflation.

use std::fmt::Write;

use tern_model::gate::{GateError, MAX_CHANGE_BYTES, deflate, header_gate, inflate_bounded, parse};

use crate::Seeded;
use crate::chunk::{ACTOR, Raw, prefixed, signed, unsigned};

const GOLDEN: &str = include_str!("../golden/gate_v1.txt");

fn raw(change: impl FnOnce(&mut Raw)) -> Raw {
    let mut raw = Raw::simple();
    change(&mut raw);
    raw
}

fn hashes(count: u8) -> Vec<Vec<u8>> {
    (0..count).map(|n| vec![n; 32]).collect()
}

/// Headers that pass and headers that do not.
fn header_cases() -> Vec<(&'static str, Raw)> {
    vec![
        ("three operations", Raw::simple()),
        ("no operations", raw(|r| r.columns.clear())),
        (
            "ancestors, message and other actors",
            raw(|r| {
                (r.deps, r.message, r.others) = (hashes(2), "héllo".into(), vec![vec![7; 16], vec![9; 16]]);
            }),
        ),
        ("time before 1970", raw(|r| r.time = signed(-1))),
        ("the last time", raw(|r| r.time = signed(1 << 53))),
        ("the first time", raw(|r| r.time = signed(-1 << 53))),
        ("a time too late", raw(|r| r.time = signed((1 << 53) + 1))),
        ("a time too early", raw(|r| r.time = signed(i64::MIN))),
        ("sixty-four ancestors", raw(|r| r.deps = hashes(64))),
        ("sixty-five ancestors", raw(|r| r.deps = hashes(65))),
        ("ancestors not sorted", raw(|r| r.deps = vec![vec![2; 32], vec![1; 32]])),
        ("one ancestor twice", raw(|r| r.deps = vec![vec![1; 32], vec![1; 32]])),
        ("ancestors that do not fit", raw(|r| r.dep_count = Some(64))),
        ("ancestors without end", raw(|r| r.dep_count = Some(u64::MAX))),
        ("wrong magic", raw(|r| r.magic[3] ^= 1)),
        ("a document", raw(|r| r.kind = 0)),
        ("a deflated change", raw(|r| r.kind = 2)),
        ("a bundle", raw(|r| r.kind = 3)),
        ("an unknown chunk", raw(|r| r.kind = 4)),
        ("wrong checksum", raw(|r| r.flip_checksum = true)),
        (
            "length not in its shortest form",
            raw(|r| {
                let length = r.body().len() as u8;
                r.length = Some(vec![length | 0x80, 0]);
            }),
        ),
        ("length too great", raw(|r| r.length = Some(unsigned(r.body().len() as u64 + 1)))),
        ("length too small", raw(|r| r.length = Some(unsigned(r.body().len() as u64 - 1)))),
        ("length of eleven bytes", raw(|r| r.length = Some([vec![0xff; 10], vec![1]].concat()))),
        ("a byte after the chunk", raw(|r| r.after = vec![0])),
        ("a byte after the columns", raw(|r| r.extra = vec![0])),
        ("another actor", raw(|r| r.actor[0] ^= 1)),
        (
            "an actor of fifteen bytes",
            raw(|r| {
                r.actor.pop();
            }),
        ),
        ("an actor of seventeen bytes", raw(|r| r.actor.push(0))),
        ("an other actor of fifteen bytes", raw(|r| r.others = vec![vec![1; 15]])),
        ("4,097 other actors", raw(|r| r.other_count = Some(4_097))),
        ("sequence number zero", raw(|r| r.seq = unsigned(0))),
        ("sequence number not in its shortest form", raw(|r| r.seq = vec![0x81, 0])),
        ("sequence number of 65 bits", raw(|r| r.seq = [vec![0xff; 9], vec![2]].concat())),
        ("first operation zero", raw(|r| r.start_op = unsigned(0))),
        ("first operation 2^64 - 1", raw(|r| r.start_op = unsigned(u64::MAX))),
        ("time not in its shortest form", raw(|r| r.time = vec![0x81, 0])),
        ("negative time not in its shortest form", raw(|r| r.time = vec![0xff, 0x7f])),
        ("time of 65 bits", raw(|r| r.time = [vec![0x80; 9], vec![1]].concat())),
        ("a message of 1,024 bytes", raw(|r| r.message = vec![b'm'; 1_024])),
        ("a message of 1,025 bytes", raw(|r| r.message = vec![b'm'; 1_025])),
        ("a message that is not text", raw(|r| r.message = vec![0xff])),
    ]
}

/// Columns that pass and columns that do not.
fn column_cases() -> Vec<(&'static str, Raw)> {
    let simple = Raw::simple;
    let long_key = [signed(3), prefixed(&[b'k'; 64])].concat();
    let greedy_key = [signed(16_384), prefixed(&[b'k'; 513])].concat();
    vec![
        ("columns out of order", raw(|r| r.columns.swap(0, 1))),
        ("a column twice", raw(|r| r.columns.insert(1, r.columns[0].clone()))),
        ("a deflated column", raw(|r| r.columns[4].0 |= 8)),
        ("a column id of 33 bits", simple().column(1 << 32, &[])),
        ("an unknown column", simple().column(194, b"???")),
        ("16,384 operations", Raw::puts(16_384)),
        ("16,385 operations", Raw::puts(16_385)),
        ("a million operations in a few bytes", Raw::puts(1_000_001)),
        ("2^63 - 1 operations", Raw::puts(i64::MAX)),
        (
            "runs of operations that overflow",
            simple().column(
                66,
                &[signed(i64::MAX), vec![1], signed(i64::MAX), vec![1], signed(5), vec![1]].concat(),
            ),
        ),
        ("the least literal run", simple().column(66, &signed(i64::MIN))),
        ("a literal run of operations", simple().column(66, &[signed(-3), vec![1, 1, 1]].concat())),
        ("a literal run that ends too early", simple().column(66, &[signed(-3), vec![1, 1]].concat())),
        ("a run without its value", simple().column(66, &signed(3))),
        ("an action that is null", simple().column(66, &[0, 3])),
        ("a null run of nothing", simple().column(86, &[0, 0])),
        ("a null run without end", simple().column(86, &[vec![0], unsigned(u64::MAX)].concat())),
        ("a run in a longer form", simple().column(66, &[0x83, 0, 1])),
        ("more values than operations", simple().column(86, &[signed(4), vec![0]].concat())),
        ("more keys than operations", simple().column(21, &[signed(4), vec![1, b'k']].concat())),
        ("more inserts than operations", simple().column(52, &unsigned(4))),
        ("inserts that overflow", simple().column(52, &[unsigned(u64::MAX), unsigned(u64::MAX)].concat())),
        ("a key that is not text", simple().column(21, &[signed(3), vec![1, 0xff]].concat())),
        ("a key longer than its column", simple().column(21, &[signed(3), vec![9, b'k']].concat())),
        ("a key length without end", simple().column(21, &[signed(3), unsigned(u64::MAX)].concat())),
        ("a key of 64 bytes", simple().column(21, &long_key)),
        ("a long key for each of 16,384 operations", Raw::puts(16_384).column(21, &greedy_key)),
        (
            "a million predecessors in a few bytes",
            simple().column(112, &[signed(3), unsigned(1_000_000)].concat()),
        ),
        ("predecessors that overflow", simple().column(112, &[signed(3), unsigned(u64::MAX)].concat())),
        (
            "predecessors",
            simple()
                .column(112, &[signed(3), vec![1]].concat())
                .column(113, &[signed(3), vec![0]].concat())
                .column(115, &[signed(3), vec![1]].concat()),
        ),
        ("more predecessors than counted", simple().column(113, &[signed(3), vec![0]].concat())),
        ("a run length alone", simple().column(112, &signed(3))),
        ("a column longer than the change", raw(|r| r.overstated = 1)),
        ("a column longer than memory", raw(|r| r.overstated = u64::MAX - 2)),
    ]
}

/// Bytes that are not even near a chunk, and one that is too large.
fn byte_cases() -> Vec<(&'static str, Vec<u8>)> {
    let simple = Raw::simple().bytes();
    let large = raw(|r| r.extra = vec![0; MAX_CHANGE_BYTES]).bytes();
    vec![
        ("nothing", Vec::new()),
        ("magic alone", simple[..4].to_vec()),
        ("cut in the checksum", simple[..7].to_vec()),
        ("cut before the length", simple[..9].to_vec()),
        ("cut in the body", simple[..40].to_vec()),
        ("text", b"not a change at all".to_vec()),
        ("larger than 256 KiB", large),
    ]
}

fn verdict(chunk: &[u8]) -> String {
    match header_gate(chunk, &ACTOR) {
        Ok(h) => format!("pass seq={} start={} ops={} deps={}", h.seq, h.start_op, h.op_count, h.deps.len()),
        Err(error) => format!("{error:?}"),
    }
}

/// Hex; runs of more than eight equal bytes as `xx*count.`
fn hex(bytes: &[u8]) -> String {
    let mut out = String::new();
    for run in bytes.chunk_by(|a, b| a == b) {
        let (byte, count) = (run[0], run.len());
        if count > 8 {
            write!(out, "{byte:02x}*{count}.").unwrap();
        } else {
            out.push_str(&format!("{byte:02x}").repeat(count));
        }
    }
    out
}

fn unhex(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let byte = u8::from_str_radix(&rest[..2], 16).unwrap();
        rest = &rest[2..];
        let count = match rest.strip_prefix('*') {
            Some(run) => {
                let (count, after) = run.split_once('.').unwrap();
                rest = after;
                count.parse().unwrap()
            }
            None => 1,
        };
        out.extend(std::iter::repeat_n(byte, count));
    }
    out
}

#[test]
fn the_table_of_chunks_is_judged_as_written_down() {
    let mut count = 0;
    for line in GOLDEN.lines().filter(|line| !line.starts_with('#')) {
        let [name, chunk, wanted] = line.split(" | ").collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(verdict(&unhex(chunk)), wanted, "{name}");
        count += 1;
    }
    assert_eq!(count, header_cases().len() + column_cases().len() + byte_cases().len());
}

#[test]
fn the_table_holds_the_chunks_that_the_cases_write() {
    let mut table = String::from(
        "# Chunk gate, version 1: name | chunk in hex, xx*n. is a run | verdict for actor a1*16.\n",
    );
    let built = header_cases().into_iter().chain(column_cases()).map(|(name, raw)| (name, raw.bytes()));
    for (name, chunk) in built.chain(byte_cases()) {
        assert_eq!(unhex(&hex(&chunk)), chunk);
        writeln!(table, "{name} | {} | {}", hex(&chunk), verdict(&chunk)).unwrap();
    }
    assert!(table == GOLDEN, "golden/gate_v1.txt is not what the cases write:\n{table}");
}

#[test]
fn any_cut_and_any_flipped_bit_of_a_chunk_is_refused() {
    let chunk = Raw::simple().bytes();
    assert!(parse(&chunk).is_ok());
    for end in 0..chunk.len() {
        assert!(parse(&chunk[..end]).is_err(), "cut at {end}");
    }
    for bit in 0..chunk.len() * 8 {
        let mut flipped = chunk.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(parse(&flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn random_bytes_are_refused_without_a_panic() {
    let mut seeded = Seeded(1);
    for _ in 0..20_000 {
        let length = seeded.below(200);
        let mut bytes: Vec<u8> = (0..length).map(|_| seeded.number() as u8).collect();
        if seeded.below(2) == 0 && length > 4 {
            bytes[..4].copy_from_slice(&[0x85, 0x6f, 0x4a, 0x83]);
        }
        assert!(header_gate(&bytes, &ACTOR).is_err());
    }
}

#[test]
fn what_was_deflated_inflates_up_to_its_limit_and_not_a_byte_further() {
    let mut seeded = Seeded(2);
    let noise: Vec<u8> = (0..100_000).map(|_| seeded.number() as u8).collect();
    for data in [vec![], vec![7], vec![0; 100_000], noise] {
        let packed = deflate(&data);
        assert_eq!(inflate_bounded(&packed, data.len()), Ok(data.clone()));
        assert_eq!(inflate_bounded(&packed, data.len() + 1), Ok(data.clone()));
        if let Some(limit) = data.len().checked_sub(1) {
            assert_eq!(inflate_bounded(&packed, limit), Err(GateError::InflateLimit(limit)));
        }
        for end in 0..packed.len().min(300) {
            assert_eq!(inflate_bounded(&packed[..end], 1 << 20), Err(GateError::Inflate), "cut at {end}");
        }
        assert_eq!(inflate_bounded(&[&packed[..], &[0]].concat(), 1 << 20), Err(GateError::Inflate));
    }
}

#[test]
fn damaged_deflate_data_is_refused_or_stays_within_the_limit() {
    let mut seeded = Seeded(3);
    let packed = deflate(&(0..2_000u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>());
    for _ in 0..2_000 {
        let mut damaged = packed.clone();
        let at = seeded.below(damaged.len());
        damaged[at] = seeded.number() as u8;
        assert!(inflate_bounded(&damaged, 9_000).map_or(0, |out| out.len()) <= 9_000);
    }
}
