//! A fault of the program says where it happened and nothing of what anybody wrote.

use std::process::Command;

/// Set in the process that has the fault.
const CHILD: &str = "TERN_TEST_HAS_A_FAULT";
/// What somebody wrote.
const CANARY: &str = "Kanarienvogel ünter uns";

#[test]
fn a_panic_names_its_place_and_quotes_nothing() {
    if std::env::var_os(CHILD).is_some() {
        tern_cli::quiet_faults();
        let worker = std::thread::Builder::new().name("engine".into());
        let said = worker.spawn(|| panic!("the page “{CANARY}” could not be read")).expect("a thread").join();
        // Slicing inside a letter quotes the text that was sliced.
        let sliced = std::thread::spawn(|| CANARY[..15].len()).join();
        assert!(said.is_err() && sliced.is_err(), "both panic");
        return;
    }
    let test = std::env::current_exe().expect("this test");
    let child = Command::new(test)
        .args(["--exact", "a_panic_names_its_place_and_quotes_nothing", "--nocapture"])
        .env(CHILD, "1")
        .env("RUST_BACKTRACE", "1")
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{said}");
    for part in CANARY.split(' ') {
        assert!(!said.contains(part), "a fault quotes what somebody wrote: {said}");
    }
    assert!(said.contains("fault.rs:") && said.contains("(thread engine)"), "it says where: {said}");
    assert_eq!(said.matches("Please report it.").count(), 2, "{said}");
}
