//! Several connections and several processes on one store: commits queue up, nothing is lost, everyone notices.

mod support;

use std::path::PathBuf;
use std::process::Command;

use support::{Home, ROOT, insert, made};
use tern_store::{OpenOptions, Store, StoreError, StoreId};

const PROCESSES: u64 = 4;
const COMMITS: u64 = 25;

/// The body of a child process; does nothing in an ordinary run.
#[test]
fn writer_in_a_process_of_its_own() {
    let Some(path) = std::env::var_os("TERN_STORE_TEST_PATH") else { return };
    let number: u64 = std::env::var("TERN_STORE_TEST_WRITER").unwrap().parse().unwrap();
    let mut store = Store::open_existing(&PathBuf::from(path), &OpenOptions::default()).expect("open");
    for commit in 0..COMMITS {
        let items: Vec<_> = (0..3).map(|n| made(number * 10_000 + commit * 10 + n, ROOT, 20_000)).collect();
        insert(&mut store, &items);
    }
}

#[test]
fn t16_processes_that_write_at_once_lose_nothing() {
    let home = Home::new();
    let mut store = home.create();
    let children: Vec<_> = (0..PROCESSES)
        .map(|number| {
            Command::new(std::env::current_exe().expect("test binary"))
                .args(["--exact", "writer_in_a_process_of_its_own", "--quiet"])
                .env("TERN_STORE_TEST_PATH", home.path())
                .env("TERN_STORE_TEST_WRITER", number.to_string())
                .spawn()
                .expect("child")
        })
        .collect();
    for commit in 0..COMMITS {
        insert(&mut store, &[made(900_000 + commit, ROOT, 20_000)]);
    }
    for mut child in children {
        assert!(child.wait().expect("child ends").success());
    }
    assert_eq!(store.count(&ROOT).expect("count"), PROCESSES * COMMITS * 3 + COMMITS);
    let report = store.check(&mut |_| Ok(Vec::new())).expect("check");
    assert_eq!(report.findings, vec![]);
    assert_eq!(report.items, PROCESSES * COMMITS * 3 + COMMITS);
}

/// Locks of this process on a file, as the kernel tells them of each open descriptor. (The list of all locks of a machine
/// is read in pieces and may miss one while other processes lock and unlock.)
#[cfg(target_os = "linux")]
fn locks_on(path: &std::path::Path) -> usize {
    let path = path.canonicalize().expect("store");
    let open = std::fs::read_dir("/proc/self/fd").expect("descriptors").filter_map(Result::ok);
    let ours = open.filter(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to == path));
    let info = |fd: std::fs::DirEntry| {
        std::fs::read_to_string(std::path::Path::new("/proc/self/fdinfo").join(fd.file_name())).ok()
    };
    ours.filter_map(info)
        .flat_map(|info| info.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.starts_with("lock:"))
        .count()
}

#[test]
#[cfg(target_os = "linux")]
fn looking_at_a_store_that_is_open_here_keeps_its_locks() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &[made(1, ROOT, 1)]);
    assert_eq!(locks_on(&home.path()), 1, "whoever has a write-ahead log open holds the file");
    drop(home.open());
    drop(Store::open_existing(&home.path(), &OpenOptions { read_only: true, ..OpenOptions::default() }));
    tern_store::restore(&home.path(), &home.path().with_file_name("copy.db"), StoreId(8)).expect("restore");
    assert_eq!(locks_on(&home.path()), 1, "still holds it after others came and went");
    drop(store);
    assert_eq!(locks_on(&home.path()), 0);
}

#[test]
fn a_process_learns_once_that_another_one_committed() {
    let home = Home::new();
    let mut ours = home.create();
    let mut theirs = home.open();
    assert!(!ours.changed_elsewhere().expect("first look"));
    insert(&mut ours, &[made(1, ROOT, 1)]);
    assert!(!ours.changed_elsewhere().expect("own commit"));
    insert(&mut theirs, &[made(2, ROOT, 1)]);
    assert!(ours.changed_elsewhere().expect("their commit"));
    assert!(!ours.changed_elsewhere().expect("told once"));
    assert_eq!(ours.count(&ROOT).expect("count"), 2);
}

#[test]
fn a_store_held_by_another_transaction_is_busy_and_then_free() {
    let home = Home::new();
    let mut ours = home.create();
    let options = OpenOptions { busy_timeout_ms: 20, ..OpenOptions::default() };
    let mut theirs = Store::open_existing(&home.path(), &options).expect("open");
    let txn = ours.begin().expect("begin");
    let busy = theirs.begin().expect_err("held");
    assert!(matches!(busy, StoreError::Busy) && busy.is_transient());
    drop(txn);
    insert(&mut theirs, &[made(1, ROOT, 1)]);
    assert_eq!(ours.count(&ROOT).expect("count"), 1);
}

#[test]
fn a_reader_sees_only_what_was_committed() {
    let home = Home::new();
    let mut ours = home.create();
    let theirs = home.open();
    let mut txn = ours.begin().expect("begin");
    txn.insert_item(&made(1, ROOT, 1).row()).expect("insert");
    assert_eq!(theirs.last_row().expect("row"), 0);
    txn.commit().expect("commit");
    assert_eq!(theirs.last_row().expect("row"), 1);
}
