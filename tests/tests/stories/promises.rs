//! What the project says of itself: every bound of the protocol has its value in code, every trap a test by its number,
//! and every test that its pages name is there, in the file that they name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tern_peer::{hub, net, node};
use tern_sync::{session, wire};
use tern_trust::limits;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Sources of the project.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("readable sources") {
        let path = entry.expect("readable sources").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// All tests: their files without the ending, or the folder of a `mod.rs`, and their names.
fn tests() -> BTreeSet<(String, String)> {
    let mut files = Vec::new();
    for folder in ["crates", "app", "tests"] {
        sources(&Path::new(ROOT).join(folder), &mut files);
    }
    let mut names = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("readable sources");
        let part = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (name, folder) = (part(&file), file.parent().map(part).unwrap_or_default());
        let stem = if ["mod", "tests", "main"].contains(&name.as_str()) { folder } else { name };
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            let name = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
            if let Some(name) = name
                && std::mem::take(&mut is_test)
            {
                let name = name.split(['(', '<']).next().unwrap_or_default();
                names.insert((stem.clone(), name.to_owned()));
            }
        }
    }
    assert!(names.len() > 500, "only {} tests were found", names.len());
    names
}

fn document(path: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(path)).expect("a document")
}

#[test]
fn bounds_are_those_of_the_protocol() {
    let bounds: [(&str, u64, u64); 40] = [
        ("item body", limits::MAX_BODY_BYTES as u64, 1 << 20),
        ("item body on the wire", wire::BODY_MAX as u64, 1 << 20),
        ("pack", limits::MAX_PACK_BYTES as u64, 16 << 20),
        ("pack on the wire", wire::PACK_MAX as u64, 16 << 20),
        ("change", limits::MAX_CHANGE_BYTES as u64, 256 << 10),
        ("operations of a change", limits::MAX_CHANGE_OPERATIONS, 16_384),
        ("operation counter", limits::MAX_OPERATION_COUNTER, 1 << 31),
        ("dependencies of a change", limits::MAX_CHANGE_DEPS as u64, 64),
        ("changes of a batch", limits::MAX_BATCH_CHANGES as u64, 1_024),
        ("inflated batch", limits::MAX_BATCH_INFLATED_BYTES as u64, 1 << 20),
        ("pack list", limits::MAX_PACK_LIST as u64, 262_144),
        ("cuts", limits::MAX_CUTS as u64, 16_384),
        ("wraps", limits::MAX_WRAPS as u64, 2_048),
        ("inner records", limits::MAX_INNER_RECORDS as u64, 16),
        ("heads", limits::MAX_HEADS as u64, 64),
        ("records", limits::MAX_RECORDS as u64, 65_536),
        ("records of one author", limits::MAX_RECORDS_PER_AUTHOR as u64, 4_096),
        ("members", limits::MAX_MEMBERS as u64, 1_024),
        ("devices of a member", limits::MAX_DEVICES_PER_MEMBER as u64, 16),
        ("lanes per member on a node", node::LANES_PER_MEMBER as u64, 64),
        ("chunk", limits::CHUNK_BYTES as u64, 64 << 10),
        ("wrap", limits::WRAP_BYTES as u64, 104),
        ("frame", wire::FRAME_MAX as u64, 64 << 10),
        ("control message", wire::CONTROL_MAX as u64, 256 << 10),
        ("bytes before proof", wire::BEFORE_PROOF_MAX as u64, 4 << 10),
        ("handshakes of an address", net::handshakes::HANDSHAKES_PER_ADDRESS as u64, 1),
        ("handshakes", net::handshakes::MAX_HANDSHAKES as u64, 64),
        ("strangers", hub::MAX_STRANGERS as u64, 64),
        ("List", wire::LIST_MAX as u64, 64),
        ("Nodes", wire::NODES_MAX as u64, 64),
        ("Want", wire::WANT_MAX as u64, 4_096),
        ("push", session::PUSH_MAX, 1 << 20),
        ("credit of a peer", session::CREDIT_PEER, 4 << 20),
        ("credit of a stream", session::CREDIT_STREAM, 1 << 20),
        ("rounds", u64::from(session::ROUNDS_MAX), 64),
        ("greeting", session::GREETING_MS.unsigned_abs(), 10_000),
        ("progress", session::PROGRESS_MS.unsigned_abs(), 30_000),
        ("ping", session::PING_MS.unsigned_abs(), 10_000),
        ("dead", session::DEAD_MS.unsigned_abs(), 15_000),
        ("hold", session::HOLD_MS.unsigned_abs(), 86_400_000),
    ];
    for (what, value, protocol) in bounds {
        assert_eq!(value, protocol, "{what}");
    }
    assert_eq!(session::BACKOFF_MS, (100, 30_000));
    assert_eq!((session::CLOSE_MS, session::ROOT_MS), (3_000, 60_000));
}

#[test]
fn every_trap_has_a_test_with_its_number() {
    let tests = tests();
    let numbers: BTreeSet<String> = tests
        .iter()
        .flat_map(|(_, name)| name.split('_').take_while(|part| is_number(part)))
        .map(str::to_owned)
        .collect();
    let wanted = (1..=42).map(|n| format!("t{n}")).chain(["t9b".to_owned()]);
    let missing: Vec<String> = wanted.filter(|number| !numbers.contains(number)).collect();
    assert!(missing.is_empty(), "no test carries {missing:?}");
}

/// `t7`, `t9b`
fn is_number(part: &str) -> bool {
    let digits = part.strip_prefix('t').unwrap_or_default().trim_end_matches('b');
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn every_test_that_is_named_as_a_proof_is_there() {
    let tests = tests();
    let pages = [("SECURITY.md", 15), ("docs/bounds.md", 40), ("docs/traps.md", 40), ("docs/proof.md", 1)];
    for (path, least) in pages {
        let text = document(path);
        // A test is named as file::test, where its name is long as file::t15_..
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "_:.".contains(c)));
        let named: BTreeSet<(&str, &str)> = words
            .filter_map(|word| word.rsplit_once("::"))
            .map(|(path, name)| (path.rsplit("::").next().unwrap_or(path), name))
            .map(|(file, name)| (file.strip_suffix(".rs").unwrap_or(file), name))
            .filter(|(file, name)| {
                let is_lower = |text: &str| text.starts_with(|c: char| c.is_ascii_lowercase());
                is_lower(file) && is_lower(name) && name.contains('_')
            })
            .collect();
        assert!(named.len() >= least, "{path} names {} tests", named.len());
        for (file, name) in named {
            let is_there = tests.iter().any(|(stem, test)| {
                stem == file
                    && (test == name || name.strip_suffix("..").is_some_and(|from| test.starts_with(from)))
            });
            assert!(is_there, "{path} names the test {file}::{name}, which is not there");
        }
    }
}

#[test]
fn every_promise_of_security_names_a_test() {
    let text = document("SECURITY.md");
    let promises =
        text.split("## What is promised").nth(1).and_then(|rest| rest.split("##").next()).expect("a section");
    let rows: Vec<&str> = promises.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() >= 8, "{} promises", rows.len());
    for row in rows {
        assert!(row.contains("::"), "no test is named: {row}");
    }
}
