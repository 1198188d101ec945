//! Snapshots of the whole file, and stores of earlier versions.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Home, LOG, ROOT, doc, insert, made, tag};
use tern_store::*;

#[test]
fn a_snapshot_taken_while_another_process_writes_is_whole_and_restores_under_a_new_identity() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &(0..300).map(|n| made(n, ROOT, 20_000)).collect::<Vec<_>>());
    let peer = |ours_row| PeerRow {
        device: [4; 32],
        store_id: 1,
        theirs_row: 9,
        ours_row,
        in_sync_row: ours_row,
        ..PeerRow::default()
    };
    store.write(|txn| txn.put_peer(&peer(300))).unwrap();
    let mut other = home.open();
    let mut txn = other.begin().unwrap();
    txn.insert_item(&made(900, ROOT, 1).row()).unwrap();
    let snapshot = home.folder.path().join("snapshots").join("one.db");
    store.backup(&snapshot).expect("backup");
    txn.commit().unwrap();
    assert!(matches!(store.backup(&snapshot), Err(StoreError::Exists { .. })));
    let beside: Vec<_> =
        fs::read_dir(snapshot.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(beside, ["one.db"], "one file, no log, no draft");

    let to = home.folder.path().join("restored.db");
    restore(&snapshot, &to, StoreId(99)).expect("restore");
    assert!(matches!(restore(&snapshot, &to, StoreId(98)), Err(StoreError::Exists { .. })));
    let restored = Store::open_existing(&to, &OpenOptions::default()).expect("open");
    assert_eq!((restored.id(), restored.count(&ROOT).unwrap()), (StoreId(99), 300));
    assert_eq!(restored.check(&mut |_| Ok(Vec::new())).unwrap().findings, vec![]);
    assert_eq!(restored.peer(&[4; 32]).unwrap(), Some(peer(300)));
}

#[test]
fn a_restored_store_forgets_what_peers_confirmed_of_rows_that_it_lost() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &[made(1, ROOT, 1)]);
    let peer = PeerRow { device: [4; 32], ours_row: 50, in_sync_row: 40, ..PeerRow::default() };
    store.write(|txn| txn.put_peer(&peer)).unwrap();
    let (snapshot, to) = (home.folder.path().join("s.db"), home.folder.path().join("r.db"));
    store.backup(&snapshot).unwrap();
    restore(&snapshot, &to, StoreId(2)).unwrap();
    let restored =
        Store::open_existing(&to, &OpenOptions::default()).unwrap().peer(&[4; 32]).unwrap().unwrap();
    assert_eq!((restored.ours_row, restored.in_sync_row), (1, 1));
}

#[test]
fn what_is_no_store_cannot_be_restored_from() {
    let home = Home::new();
    let text = home.folder.path().join("text.db");
    fs::write(&text, "not a store").unwrap();
    let refused = restore(&text, &home.path(), StoreId(1));
    assert!(matches!(refused, Err(StoreError::NotAStore { .. })), "{refused:?}");
    assert!(!home.path().exists());
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// What the golden files hold. To make new ones when the version rises, run this test binary with
/// `TERN_STORE_GOLDEN=folder`: it writes the store of this build there, and a locked one. Files of released versions
/// never change.
fn fill(path: &Path) {
    let mut store = Store::create(path, StoreId(0x1122_3344_5566_7788), &OpenOptions::default()).unwrap();
    let items: Vec<_> =
        (0..40).map(|n| made(n, if n % 8 == 0 { LOG } else { ROOT }, 20_000 + n as u16 / 10)).collect();
    insert(&mut store, &items);
    let row = DocRow {
        doc: doc(1),
        lane: ROOT,
        tag: tag(1),
        kind: "page".into(),
        heads: vec![[6; 32]],
        upto_row: 40,
        updated_ms: 77,
    };
    let feed =
        OwnFeed { author: [1; 32], space: ROOT, incarnation: 5, next_seq: 3, prev: [8; 16], updated_ms: 78 };
    let verdict = VerdictRow {
        row: 2,
        doc: None,
        tag: tag(1),
        author: [2; 32],
        class: VerdictClass::Pending,
        code: "key".into(),
        reason: "waits for a key".into(),
        since_ms: 79,
    };
    store
        .write(|txn| {
            txn.put_doc(&row, b"snapshot")?;
            txn.put_own_feed(&feed)?;
            txn.set_verdict(&verdict)?;
            txn.set_waits(2, &[Awaited::Epoch([4; 16])])?;
            txn.journal_append(&JournalRow {
                owner: 5,
                doc: doc(1),
                seq: 1,
                op_json: "{}".into(),
                time_ms: 80,
            })?;
            txn.meet_peer(&[9; 32], StoreId(3), 81)?;
            txn.put_refusal(&[9; 32], &[1; 32], 1, 82)?;
            txn.put_blob(&BlobRow { hash: [7; 32], size_bytes: 9, present: true })?;
            txn.set_meta("engine.note", b"golden")?;
            txn.project_page(&PageRow { doc: doc(1), title: "Golden".into(), ..PageRow::default() })?;
            txn.index_text(&SearchRow { doc: doc(1), kind: "page", title: "Golden", body: "été 東京" })?;
            txn.projections_rebuilt()
        })
        .unwrap();
    store.checkpoint(true).unwrap();
}

/// Golden files with the versions that wrote them; those beginning with `locked` are locked.
const GOLDEN: [&str; 5] = ["v1.db", "v2.db", "locked-v2.db", "v3.db", "locked-v3.db"];

fn golden_options(name: &str) -> OpenOptions {
    let at_rest = name.starts_with("locked").then(|| AtRestKey::new([7; 32]));
    OpenOptions { at_rest, ..OpenOptions::default() }
}

fn open_golden(home: &Home, name: &str) -> Store {
    fs::copy(golden(name), home.path()).expect("golden file");
    Store::open_existing(&home.path(), &golden_options(name)).expect("golden store")
}

#[test]
fn a_store_of_every_version_opens_with_everything_in_it() {
    if let Some(folder) = std::env::var_os("TERN_STORE_GOLDEN") {
        let name = |kind: &str| Path::new(&folder).join(format!("{kind}v{STORE_VERSION}.db"));
        fill(&name(""));
        fill(&name("locked-"));
        let key = AtRestKey::new([7; 32]);
        assert!(Store::lock_at_rest(&name("locked-"), &OpenOptions::default(), &key).unwrap());
    }
    for name in GOLDEN {
        let home = Home::new();
        let store = open_golden(&home, name);
        assert_eq!(store.is_locked(), name.starts_with("locked"));
        assert_everything_in(&store);
    }
}

fn assert_everything_in(store: &Store) {
    assert_eq!(store.id(), StoreId(0x1122_3344_5566_7788));
    let report = store.check(&mut |_| Ok(Vec::new())).unwrap();
    assert_eq!((report.findings, report.items), (vec![], 40));
    for n in [0, 7, 39] {
        let item = made(n, if n % 8 == 0 { LOG } else { ROOT }, 20_000 + n as u16 / 10);
        assert_eq!(store.item(&item.id).unwrap().unwrap().bytes, item.bytes);
    }
    assert_eq!((store.count(&ROOT).unwrap(), store.count(&LOG).unwrap()), (35, 5));
    assert_eq!(store.snapshot(&doc(1)).unwrap().as_deref(), Some(&b"snapshot"[..]));
    assert_eq!(store.own_feeds().unwrap()[0].next_seq, 3);
    assert_eq!(store.verdicts(&VerdictFilter::All).unwrap()[0].code, "key");
    assert_eq!(store.waiting_for(&Awaited::Epoch([4; 16])).unwrap(), vec![2]);
    assert_eq!(store.journal_of_owner(5).unwrap().rows.len(), 1);
    assert_eq!(store.peer(&[9; 32]).unwrap().unwrap().last_met_ms, Some(81));
    assert!(store.is_refused(&[9; 32], &[1; 32], 83).unwrap());
    assert!(store.blob(&[7; 32]).unwrap().unwrap().present);
    assert_eq!(store.meta("engine.note").unwrap().as_deref(), Some(&b"golden"[..]));
    // Projections of an earlier version are made anew by the engine.
    assert!(store.projections_stale().unwrap() && store.sidebar().unwrap().is_empty());
}

#[test]
fn the_same_writes_give_the_same_truth_as_the_golden_files() {
    let home = Home::new();
    fill(&home.path());
    let fresh = home.open();
    for name in GOLDEN {
        let old = Home::new();
        let golden = open_golden(&old, name);
        assert_eq!(fresh.items_after(0, usize::MAX).unwrap(), golden.items_after(0, usize::MAX).unwrap());
        assert_eq!(fresh.lanes().unwrap(), golden.lanes().unwrap());
        assert_eq!(fresh.docs().unwrap(), golden.docs().unwrap());
    }
}
