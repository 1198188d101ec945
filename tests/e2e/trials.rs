//! The trial process of the real binary: hostile bytes, its limits, and a person whose page goes on.

use std::time::Duration;

use tern_peer::core::Core;
use tern_peer::home::Home as Files;
use tern_peer::host::SystemHost;
use tern_peer::trial::{ChildTrials, Limits, Outcome, Trials};
use tern_tests::forge::{Forged, Forger, document_of};

use crate::harness::{Home, Stage, rows, word};

/// Memory that no hostile input may cost a process that lives on.
const MOST_BYTES: u64 = 64 << 20;

fn child() -> ChildTrials {
    ChildTrials::new(env!("CARGO_BIN_EXE_tern").into())
}

fn change(ops: i64) -> Vec<u8> {
    Forged { ops, ..Forged::right([7; 16], Vec::new(), 1, 1) }.bytes()
}

/// The highest resident size of this process so far, where the system tells it.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:"));
    line.and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

#[test]
fn a_trial_process_tells_good_from_bad() {
    let good = change(3);
    assert_eq!(child().changes(&[], &[&good], &Limits::SUSPECT), Outcome::Safe);
    let first = Forged::right([8; 16], Vec::new(), 1, 1).bytes();
    assert_eq!(child().changes(&[&good], &[&first], &Limits::SUSPECT), Outcome::Safe);
    for bad in [
        Forged {
            columns: vec![(1, vec![0x7f, 0]), (2, vec![0x7f, 0xff, 0x3f])],
            ..Forged::right([8; 16], vec![], 1, 1)
        },
        Forged::right([8; 16], vec![], 3, 1),
        Forged::right([8; 16], vec![], 1, 1 << 32),
    ] {
        let outcome = child().changes(&[&good], &[&bad.bytes()], &Limits::SUSPECT);
        assert!(matches!(outcome, Outcome::Fails(_)), "{bad:?}: {outcome:?}");
    }
    let outcome = child().changes(&[b"no change"], &[&good], &Limits::SUSPECT);
    assert!(matches!(outcome, Outcome::GroundFails(_)), "{outcome:?}");
}

/// The body of a process of its own, in which nothing else takes memory; does nothing in an ordinary run.
#[cfg(target_os = "linux")]
#[test]
fn bombs_in_a_process_of_their_own() {
    if std::env::var_os("TERN_TEST_BOMBS").is_none() {
        return;
    }
    let before = peak_bytes();
    let patient = Limits { step_time: Duration::from_secs(60), ..Limits::SUSPECT };
    for (ops, limits) in [(1_000_001, patient), (100_000_000, Limits::SUSPECT)] {
        let bomb = change(ops);
        assert!(bomb.len() < 1_095);
        let outcome = child().changes(&[], &[&bomb], &limits);
        let ended = outcome == Outcome::Memory || (limits != patient && matches!(outcome, Outcome::None(_)));
        assert!(ended, "{ops} operations: {outcome:?}");
    }
    assert!(peak_bytes() - before < MOST_BYTES, "{} MiB", (peak_bytes() - before) >> 20);
}

/// Without its gates in front, the million operations in a few bytes reach the library: the child ends, nobody else.
#[cfg(target_os = "linux")]
#[test]
fn a_bomb_ends_the_trial_process_at_its_limit_of_memory_and_costs_nobody_else() {
    let ran = std::process::Command::new(std::env::current_exe().expect("test binary"))
        .args(["--exact", "trials::bombs_in_a_process_of_their_own"])
        .env("TERN_TEST_BOMBS", "1")
        .output()
        .expect("a process");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

#[test]
fn a_trial_past_its_time_or_one_that_cannot_be_held_is_no_verdict() {
    let good = change(3);
    let no_time = Limits { ground_time: Duration::ZERO, ..Limits::SUSPECT };
    let outcome = child().changes(&[], &[&good], &no_time);
    assert!(matches!(outcome, Outcome::None(_)), "{outcome:?}");
    let gone = ChildTrials::new("/nonexistent/tern".into());
    let outcome = gone.changes(&[], &[&good], &Limits::SUSPECT);
    assert!(matches!(outcome, Outcome::None(_)), "{outcome:?}");
}

#[cfg(unix)]
#[test]
fn a_trial_process_inherits_no_environment_and_no_folder() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new();
    let script = stage.write("spy", "#!/bin/sh\n{ pwd; env; ls -l /proc/self/fd; } > \"$0.saw\"\n");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let outcome = ChildTrials::new((&script).into()).changes(&[], &[b"x"], &Limits::SUSPECT);
    assert!(matches!(outcome, Outcome::None(_)), "{outcome:?}");
    let saw = std::fs::read_to_string(format!("{script}.saw")).unwrap();
    assert_eq!(saw.lines().next(), Some("/"), "{saw}");
    let ours = ["CARGO", "HOME=", "USER=", "TERN_"];
    assert!(!ours.iter().any(|name| saw.contains(name)), "{saw}");
    assert!(!saw.contains(".db"), "an open store was handed down: {saw}");
}

/// Ben's page, known to Aiko, who writes with a program of her own.
fn scene(stage: &Stage) -> (Home, Home, String) {
    let ben = stage.ben();
    let file = stage.write("plan.md", "honest beginning\n");
    let page = word(&ben.json(&["page", "new", "Plan", "--file", &file]), "id");
    let ticket = word(&ben.json(&["invite"]), "ticket");
    let first = stage.arg("first.tern");
    ben.json(&["bundle", "export", &first]);
    let aiko = stage.empty_home("aiko");
    aiko.json(&["join", &ticket, "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo", "--bundle", &first]);
    (ben, aiko, page)
}

fn poison(aiko: &Home, page: &str, run: u64) {
    let files = Files::at(aiko.path());
    let seed = files.read_seed().unwrap();
    let mut core = Core::open(&files.store(), &seed, Box::new(SystemHost::default())).unwrap();
    let mut forger = Forger::with(&core, &seed, run).unwrap();
    let (doc, heads, last) = document_of(&mut core, page).unwrap();
    let columns = vec![(1, vec![0x7f, 0]), (2, vec![0x7f, 0xff, 0x3f])];
    let change = Forged { columns, ..Forged::right(forger.actor(), heads, 1, last + 1) };
    let item = forger.seal(doc.id(), vec![change.bytes()]).unwrap();
    core.take(vec![item]).expect("kept");
}

#[test]
fn a_hostile_change_of_a_member_names_its_author_and_the_page_stays_editable() {
    let stage = Stage::new();
    let (ben, aiko, page) = scene(&stage);
    for run in 1..=3 {
        poison(&aiko, &page, run);
        let file = stage.arg("hostile.tern");
        aiko.json(&["bundle", "export", &file]);
        ben.json(&["bundle", "import", &file]);
        ben.rewrite(&page, "honest", &format!("honest and {run}"));
    }
    assert!(ben.markdown(&page).contains("honest and 3"));
    let check = ben.json(&["check"]);
    assert_eq!(check["bad"], 0, "{check}");
    assert!(check["set_aside"].to_string().contains("An edit by Aiko Tanaka set aside"), "{check}");
}

#[test]
fn a_file_of_other_software_that_is_a_bomb_is_refused_and_a_good_one_is_taken_in() {
    let stage = Stage::new();
    let ben = stage.ben();
    let page = word(&ben.json(&["page", "new", "Plan"]), "id");
    let bomb = ben.run(&["doc", "load", &stage.write("bomb.automerge", change(3_900_000))]);
    assert_eq!(bomb.code, 7, "{bomb:?}");
    assert!(!bomb.err.contains("panicked") && bomb.error().to_string().contains("memory"), "{bomb:?}");
    assert_eq!(rows(&ben.json(&["page", "list"]), "pages").len(), 1);
    let saved = stage.arg("plan.automerge");
    ben.json(&["doc", "save", &page, &saved]);
    assert_eq!(ben.json(&["doc", "load", &saved])["changed"], false);
}
