//! A switch of the lock that fails, or is killed, at each of its steps.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::{DocRow, JournalRow, PageRow, PeerRow, SearchRow, StoreId};

const CANARY: &str = "Zanzibar";
const DOC: Id16 = [1; 16];

fn key() -> AtRestKey {
    AtRestKey::new([5; 32])
}

fn plain() -> OpenOptions {
    OpenOptions::default()
}

fn keyed() -> OpenOptions {
    OpenOptions { at_rest: Some(key()), ..OpenOptions::default() }
}

/// A store in which every readable table says the canary.
fn fill(path: &Path) {
    let mut store = Store::create(path, StoreId(7), &plain()).unwrap();
    store
        .write(|txn| {
            let row = DocRow {
                doc: DOC,
                lane: [0; 16],
                tag: [2; 16],
                kind: CANARY.into(),
                heads: vec![[6; 32]],
                upto_row: 0,
                updated_ms: 77,
            };
            txn.put_doc(&row, CANARY.as_bytes())?;
            let op_json = format!("{CANARY} in the journal");
            txn.journal_append(&JournalRow { owner: 5, doc: DOC, seq: 1, op_json, time_ms: 80 })?;
            txn.put_peer(&PeerRow { device: [9; 32], name: CANARY.into(), ..PeerRow::default() })?;
            txn.set_meta(CANARY, CANARY.as_bytes())?;
            txn.project_page(&PageRow { doc: DOC, title: CANARY.into(), ..PageRow::default() })?;
            txn.index_text(&SearchRow { doc: DOC, kind: "page", title: CANARY, body: "by the sea" })?;
            txn.projections_rebuilt()
        })
        .unwrap();
}

/// Everything that [`fill`] wrote, read back.
fn assert_whole(store: &Store) {
    assert_eq!(store.doc(&DOC).unwrap().unwrap().kind, CANARY);
    assert_eq!(store.snapshot(&DOC).unwrap().unwrap(), CANARY.as_bytes());
    assert_eq!(store.journal_of_owner(5).unwrap().rows[0].op_json, format!("{CANARY} in the journal"));
    assert_eq!(store.peer(&[9; 32]).unwrap().unwrap().name, CANARY);
    assert_eq!(store.meta(CANARY).unwrap().unwrap(), CANARY.as_bytes());
    assert!(!store.projections_stale().unwrap());
    assert_eq!(store.sidebar().unwrap()[0].title, CANARY);
    assert_eq!(store.search("zanzibar", 3).unwrap().len(), 1);
    assert_eq!(store.check(&mut |_| Ok(Vec::new())).unwrap().findings, vec![]);
}

/// A copy of everything that lies on disk this moment, as a killed process leaves it.
fn killed_here(path: &Path, to: &Path) -> PathBuf {
    let copy = to.join("store.db");
    for end in ["", "-wal", "-shm", "-journal"] {
        let from = format!("{}{end}", path.display());
        if Path::new(&from).exists() {
            fs::copy(&from, format!("{}{end}", copy.display())).unwrap();
        }
    }
    copy
}

fn traces(path: &Path) -> usize {
    let found = |bytes: Vec<u8>| {
        bytes.windows(CANARY.len()).filter(|w| w.eq_ignore_ascii_case(CANARY.as_bytes())).count()
    };
    ["", "-wal", "-shm", "-journal"]
        .iter()
        .filter_map(|end| fs::read(format!("{}{end}", path.display())).ok())
        .map(found)
        .sum()
}

fn stop_at(wanted: Step) -> impl FnMut(Step) -> Result<()> {
    move |step| if step == wanted { Err(StoreError::Full) } else { Ok(()) }
}

const STEPS: [Step; 7] =
    [Step::Begun, Step::Truth, Step::Caches, Step::Marked, Step::Committed, Step::Rewritten, Step::Done];

#[test]
fn locking_that_fails_or_is_killed_at_any_step_leaves_one_of_the_two_whole_states() {
    for wanted in STEPS {
        let (home, after) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let path = home.path().join("store.db");
        fill(&path);
        assert!(traces(&path) > 0, "the canary is readable before");
        let mut killed = None;
        let mut stop = stop_at(wanted);
        let failed = lock_with(&path, &plain(), &key(), &mut |step| {
            if step == wanted {
                killed = Some(killed_here(&path, after.path()));
            }
            stop(step)
        });
        assert!(matches!(failed, Err(StoreError::Full)), "{wanted:?}: {failed:?}");
        for left in [path, killed.unwrap()] {
            let locked = Store::locked_at(&left).unwrap();
            let over = matches!(wanted, Step::Committed | Step::Rewritten | Step::Done);
            assert_eq!(locked, over, "{wanted:?}");
            let options = if locked { keyed() } else { plain() };
            let store = Store::open_existing(&left, &options).unwrap();
            assert_whole(&store);
            drop(store);
            assert_eq!(locked, traces(&left) == 0, "{wanted:?}: the next opening wipes what is left");
        }
    }
}

#[test]
fn unlocking_that_fails_or_is_killed_at_any_step_leaves_one_of_the_two_whole_states() {
    for wanted in STEPS.into_iter().filter(|step| *step != Step::Rewritten) {
        let (home, after) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let path = home.path().join("store.db");
        fill(&path);
        assert!(Store::lock_at_rest(&path, &plain(), &key()).unwrap());
        let mut killed = None;
        let mut stop = stop_at(wanted);
        let failed = unlock_with(&path, &keyed(), &mut |step| {
            if step == wanted {
                killed = Some(killed_here(&path, after.path()));
            }
            stop(step)
        });
        assert!(matches!(failed, Err(StoreError::Full)), "{wanted:?}: {failed:?}");
        for left in [path, killed.unwrap()] {
            let locked = Store::locked_at(&left).unwrap();
            assert_eq!(locked, !matches!(wanted, Step::Committed | Step::Done), "{wanted:?}");
            assert_whole(&Store::open_existing(&left, &if locked { keyed() } else { plain() }).unwrap());
        }
    }
}
