//! The evaluation agrees with an independent model on thousands of random histories with a byzantine device.
//!
//! `tests/oracle/evaluate_histories.py` wrote the histories and the verdicts. Model ids enter as ids, so ties break
//! the same way; everything else is this crate's own evaluation.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use tern_trust::derive::{Id, Id16};
use tern_trust::eval::{Act, Entry, Evaluation, Intro};
use tern_trust::record::{InviteMode, Role};

const GOLDEN: &[u8] = include_bytes!("oracle/evaluate_histories.txt.gz");

struct History {
    /// "m": the unmodified model's verdicts; "t": those of the documented rule where the model is narrower.
    mark: String,
    entries: Vec<Entry>,
    allowed: BTreeSet<Id>,
    effective: BTreeSet<Id>,
    devices: BTreeMap<String, String>,
    members: BTreeMap<String, u8>,
}

fn record_id(number: &str) -> Id {
    let number: u64 = number.parse().expect("a record number");
    let mut id = [0; 32];
    id[..8].copy_from_slice(&number.to_be_bytes());
    id
}

fn name32(name: &str) -> Id {
    let mut id = [0; 32];
    id[..name.len()].copy_from_slice(name.as_bytes());
    id
}

fn name16(name: &str) -> Id16 {
    let mut id = [0; 16];
    id[..name.len()].copy_from_slice(name.as_bytes());
    id
}

fn intro(name: &str) -> Intro {
    Intro { device: name32(name), x25519: name32(name), recovery: false }
}

fn act(author: &str, kind: &str, fields: &[&str], id: Id) -> Act {
    let member = || name16(fields[0]);
    match kind {
        "G" => Act::Genesis { member: member(), devices: vec![intro(author)] },
        "I" => Act::Invite { invite: id, x25519: id, role: Role::Writer, mode: InviteMode::Open, uses: 1 },
        "J" => Act::Join {
            invite: record_id(fields[0]),
            member: name16(fields[1]),
            devices: vec![intro(author)],
        },
        "P" => Act::Approve { join: record_id(fields[0]), role: Role::Writer },
        "X" => Act::MemberRemove { member: member() },
        "R" => {
            let role = fields[1].parse().ok().and_then(Role::from_byte).expect("a role");
            Act::RoleSet { member: member(), role }
        }
        "B" => Act::Restore { member: member(), role: Role::Writer },
        "+" => Act::DeviceAdd { member: member(), device: intro(fields[1]), genuine: true },
        "-" => Act::DeviceRemove { devices: vec![name32(fields[0])] },
        "N" => Act::Plain { needs: Role::Reader },
        other => panic!("unknown kind {other}"),
    }
}

fn entry(line: &str) -> Entry {
    let (record, heads) = line.split_once('|').expect("heads");
    let words: Vec<&str> = record.split_whitespace().collect();
    let id = record_id(words[0]);
    Entry {
        id,
        author: name32(words[1]),
        heads: heads.split_whitespace().map(record_id).collect(),
        act: act(words[1], words[2], &words[3..], id),
    }
}

fn pairs(line: &str) -> Vec<(String, String)> {
    let words = line.split_whitespace().skip(1);
    words.filter_map(|word| word.split_once(':')).map(|(a, b)| (a.into(), b.into())).collect()
}

fn histories() -> Vec<History> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(GOLDEN).read_to_string(&mut text).expect("golden file");
    let mut lines = text.lines();
    let mut histories = Vec::new();
    while let Some(first) = lines.next() {
        let words: Vec<&str> = first.split_whitespace().collect();
        let count: usize = words[2].parse().expect("a count");
        let entries = lines.by_ref().take(count).map(entry).collect();
        let mut verdict = || lines.next().expect("a verdict");
        let ids = |line: &str| line.split_whitespace().skip(1).map(record_id).collect();
        histories.push(History {
            mark: words[1].into(),
            entries,
            allowed: ids(verdict()),
            effective: ids(verdict()),
            devices: pairs(verdict()).into_iter().collect(),
            members: pairs(verdict())
                .into_iter()
                .map(|(member, role)| (member, role.parse().expect("a role")))
                .collect(),
        });
    }
    histories
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\0').into()
}

fn numbers(ids: &BTreeSet<Id>) -> Vec<u8> {
    ids.iter().map(|id| id[7]).collect()
}

fn check(eval: &Evaluation, history: &History, place: &str) {
    let view = eval.view();
    let allowed = history.entries.iter().map(|e| e.id).filter(|id| eval.is_allowed(id)).collect();
    assert_eq!(numbers(&history.allowed), numbers(&allowed), "allowed, {place}");
    assert_eq!(numbers(&history.effective), numbers(&view.effective().collect()), "effective, {place}");
    let devices: BTreeMap<String, String> = view
        .devices()
        .filter_map(|(intro, _)| Some((text(&intro.device), text(&view.member_of_active(&intro.device)?))))
        .collect();
    assert_eq!(history.devices, devices, "devices, {place}");
    let members: BTreeMap<String, u8> = view
        .named_members()
        .filter_map(|member| Some((text(&member), view.role_of(&member)?.role.byte())))
        .collect();
    assert_eq!(history.members, members, "members, {place}");
    let rebuilt: BTreeSet<Id> = view.rebuilt().into_iter().collect();
    assert_eq!(history.effective, rebuilt, "rebuilt, {place}");
}

/// Ancestors first, otherwise as different from the file's order as can be: always the latest record that is ready.
fn other_order(entries: &[Entry]) -> Vec<Entry> {
    let mut rest: Vec<&Entry> = entries.iter().rev().collect();
    let mut done = BTreeSet::new();
    let mut order = Vec::new();
    while !rest.is_empty() {
        let ready = rest.iter().position(|entry| entry.heads.iter().all(|head| done.contains(head)));
        let entry = rest.remove(ready.expect("closed under ancestors"));
        done.insert(entry.id);
        order.push(entry.clone());
    }
    order
}

#[test]
fn every_verdict_equals_the_models_in_two_orders_of_arrival() {
    let (mut counts, mut records) = (BTreeMap::new(), 0);
    for (number, history) in histories().iter().enumerate() {
        for (order, entries) in [("file", history.entries.clone()), ("other", other_order(&history.entries))]
        {
            let mut eval = Evaluation::new();
            for entry in entries {
                eval.add(entry).expect("ancestors first");
            }
            check(&eval, history, &format!("history {number} ({}), {order} order", history.mark));
        }
        *counts.entry(history.mark.clone()).or_insert(0) += 1;
        records += history.entries.len();
    }
    println!("histories {counts:?}, records {records}");
    assert!(counts["m"] >= 10_000, "{counts:?}");
}
