//! The workspace lock: nothing readable on disk, everything there for who has the key, nothing lost by who has not.

mod support;

use std::fs;

use support::{Home, ROOT, doc, insert, made, tag};
use tern_store::*;

/// Words that must not be found on disk, none of them a part of another.
const CANARIES: [&str; 17] = [
    "Amsterdamtitle",
    "Berlinbody",
    "Cairosnapshot",
    "Dublinjournal",
    "Edinburghpeer",
    "Florencemeta",
    "Genevakey",
    "Havanareason",
    "Istanbultask",
    "Jakartaperson",
    "Kyotofile",
    "Limaaddress",
    "Manilathread",
    "Nairobimessage",
    "Oaxacadebt",
    "Pretoriamark",
    "Quitoform",
];

fn key(byte: u8) -> AtRestKey {
    AtRestKey::new([byte; 32])
}

fn keyed(byte: u8) -> OpenOptions {
    OpenOptions { at_rest: Some(key(byte)), ..OpenOptions::default() }
}

fn open(home: &Home) -> Store {
    Store::open_existing(&home.path(), &keyed(1)).expect("opens with its key")
}

/// Everything readable that a store can hold, about document `n`.
fn write(txn: &mut Txn<'_>, n: u8) -> Result<()> {
    let row = DocRow {
        doc: doc(n),
        lane: ROOT,
        tag: tag(u64::from(n)),
        kind: "page".into(),
        heads: vec![[n; 32]],
        upto_row: 5,
        updated_ms: 9,
    };
    txn.put_doc(&row, format!("Cairosnapshot {n}").as_bytes())?;
    let op_json = "Dublinjournal".into();
    txn.journal_append(&JournalRow { owner: 3, doc: doc(n), seq: u64::from(n), op_json, time_ms: 1 })?;
    txn.put_peer(&PeerRow {
        device: [n; 32],
        name: "Edinburghpeer".into(),
        addresses_json: "[\"Limaaddress\"]".into(),
        ..PeerRow::default()
    })?;
    txn.set_meta(&format!("Genevakey {n}"), b"Florencemeta")?;
    txn.set_verdict(&VerdictRow {
        row: i64::from(n),
        doc: Some(doc(n)),
        tag: tag(u64::from(n)),
        author: [1; 32],
        class: VerdictClass::Pending,
        code: "key".into(),
        reason: "Havanareason".into(),
        since_ms: 4,
    })?;
    project(txn, n, "Amsterdamtitle")
}

fn project(txn: &mut Txn<'_>, n: u8, title: &str) -> Result<()> {
    let source_path = Some(format!("Kyotofile{n}.md"));
    txn.project_page(&PageRow { doc: doc(n), title: title.into(), source_path, ..PageRow::default() })?;
    txn.project_task(&TaskRow { doc: doc(n + 100), title: "Istanbultask".into(), ..TaskRow::default() })?;
    txn.project_person(&PersonRow { doc: doc(n), name: "Jakartaperson".into(), ..PersonRow::default() })?;
    txn.project_links(&doc(n), &[doc(n + 1)])?;
    let file =
        AttachmentRow { doc: doc(n), hash: [3; 32], plain: [4; 32], name: "Kyotofile".into(), size_bytes: 5 };
    txn.project_attachments(&doc(n), &[file])?;
    let thread = ThreadRow { doc: doc(n), title: "Manilathread".into(), ..ThreadRow::default() };
    let message = MessageRow { text: "Nairobimessage".into(), ..MessageRow::default() };
    let debt = OwedRow { json: "Oaxacadebt".into(), ..OwedRow::default() };
    txn.project_thread(&thread, &[message], &[debt])?;
    let mark = MarkRow { thread: doc(n), value: "Pretoriamark".into(), ..MarkRow::default() };
    txn.project_marks(&doc(n), &[mark])?;
    txn.project_news(&NewsRow { doc: doc(n), unseen: true, ..NewsRow::default() })?;
    txn.project_form(&FormRow { doc: doc(n), json: "Quitoform".into(), ..FormRow::default() })?;
    txn.index_text(&SearchRow { doc: doc(n), kind: "page", title, body: "Berlinbody by the river" })
}

fn filled() -> Home {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &(0..20).map(|n| made(n, ROOT, 1)).collect::<Vec<_>>());
    store
        .write(|txn| (1..6).try_for_each(|n| write(txn, n)).and_then(|()| txn.projections_rebuilt()))
        .unwrap();
    home
}

fn drop_all(store: &mut Store) {
    let mut txn = store.begin().unwrap();
    txn.drop_projections().unwrap();
    txn.commit().unwrap();
}

/// What an engine can read of the store.
fn seen(store: &Store) -> String {
    let metas: Vec<_> = (0..9).map(|n| store.meta(&format!("Genevakey {n}")).unwrap()).collect();
    let snapshots: Vec<_> = (0..9).map(|n| store.snapshot(&doc(n)).unwrap()).collect();
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{metas:?}\n{snapshots:?}\n{:?}",
        store.docs().unwrap(),
        store.journal_of_owner(3).unwrap(),
        store.peers().unwrap(),
        store.verdicts(&VerdictFilter::All).unwrap(),
        store.pages().unwrap(),
        store.sidebar().unwrap(),
        store.tasks().unwrap(),
        store.people().unwrap(),
        store.links().unwrap(),
        store.attachments().unwrap(),
        store.search("berlinbody", 20).unwrap().len(),
        store.items_after(0, usize::MAX).unwrap(),
    )
}

/// How often a canary is found in any file of the home's folder.
fn found(home: &Home) -> Vec<String> {
    let mut found = Vec::new();
    for file in fs::read_dir(home.folder.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap().to_ascii_lowercase();
        for canary in CANARIES {
            let canary = canary.to_ascii_lowercase();
            if bytes.windows(canary.len()).any(|w| w == canary.as_bytes()) {
                found.push(format!("{canary} in {}", path.display()));
            }
        }
    }
    found
}

#[test]
fn a_locked_store_shows_nothing_on_disk_and_everything_to_who_has_the_key() {
    let home = filled();
    let before = seen(&home.open());
    let readable = found(&home);
    for canary in CANARIES.iter().filter(|c| **c != "Berlinbody") {
        let canary = canary.to_ascii_lowercase();
        assert!(readable.iter().any(|f| f.starts_with(&canary)), "{canary} is on disk before: {readable:?}");
    }
    assert!(Store::lock_at_rest(&home.path(), &OpenOptions::default(), &key(1)).unwrap());
    assert_eq!(found(&home), Vec::<String>::new(), "after locking");

    let mut store = open(&home);
    assert!(store.is_locked() && !store.projections_stale().unwrap());
    assert_eq!(seen(&store), before);
    assert_eq!(store.check(&mut |_| Ok(Vec::new())).unwrap().findings, vec![]);
    store.write(|txn| write(txn, 7)).unwrap();
    store.write(|txn| txn.remove_projections(&doc(2))).unwrap();
    assert_eq!(found(&home), Vec::<String>::new(), "after edits, log not folded");
    let after = seen(&store);
    store.optimize().unwrap();
    store.backup(&home.folder.path().join("copy.db")).unwrap();
    let txn = store.begin().unwrap();
    // Killed with a transaction open: nothing of the connection is closed or folded.
    std::mem::forget(txn);
    std::mem::forget(store);
    assert_eq!(found(&home), Vec::<String>::new(), "after a kill");

    let copied = Store::open_existing(&home.folder.path().join("copy.db"), &keyed(1)).unwrap();
    assert_eq!(seen(&copied), after);
}

#[test]
fn unlocking_brings_everything_back() {
    let home = filled();
    let before = seen(&home.open());
    Store::lock_at_rest(&home.path(), &OpenOptions::default(), &key(1)).unwrap();
    Store::unlock_at_rest(&home.path(), &keyed(1)).unwrap();
    let mut store = home.open();
    assert!(!store.is_locked() && !store.projections_stale().unwrap());
    assert_eq!(seen(&store), before);
    store.write(|txn| project(txn, 2, "Amsterdamtitle again")).unwrap();
    assert_eq!(store.search("again", 9).unwrap().len(), 1);
    assert_eq!(store.check(&mut |_| Ok(Vec::new())).unwrap().findings, vec![]);
}

#[test]
fn no_key_and_a_wrong_key_are_told_apart_and_change_nothing() {
    let home = filled();
    Store::lock_at_rest(&home.path(), &OpenOptions::default(), &key(1)).unwrap();
    let before = fs::read(home.path()).unwrap();
    let without = Store::open_existing(&home.path(), &OpenOptions::default());
    assert!(matches!(without, Err(StoreError::Locked { .. })), "{without:?}");
    let wrong = Store::open_existing(&home.path(), &keyed(2));
    assert!(matches!(wrong, Err(StoreError::WrongKey { .. })), "{wrong:?}");
    let unlocked = Store::unlock_at_rest(&home.path(), &keyed(2));
    assert!(matches!(unlocked, Err(StoreError::WrongKey { .. })), "{unlocked:?}");
    let again = Store::lock_at_rest(&home.path(), &OpenOptions::default(), &key(2));
    assert!(matches!(again, Err(StoreError::WrongKey { .. })), "{again:?}");
    assert!(Store::locked_at(&home.path()).unwrap());
    assert!(fs::read(home.path()).unwrap() == before, "the file is unchanged");
    assert_eq!(open(&home).sidebar().unwrap().len(), 5);
}

#[test]
fn a_store_can_be_locked_from_its_first_byte() {
    let home = Home::new();
    let mut store = Store::create(&home.path(), StoreId(4), &keyed(1)).unwrap();
    assert!(store.is_locked() && store.projections_stale().unwrap());
    insert(&mut store, &(0..20).map(|n| made(n, ROOT, 1)).collect::<Vec<_>>());
    store.write(|txn| write(txn, 1).and_then(|()| txn.projections_rebuilt())).unwrap();
    assert_eq!(found(&home), Vec::<String>::new());
    drop(store);
    let store = open(&home);
    assert_eq!((store.sidebar().unwrap().len(), store.search("river", 5).unwrap().len()), (1, 1));
    assert!(!store.projections_stale().unwrap());
}

#[test]
fn two_processes_of_a_locked_home_see_each_others_pages() {
    let home = filled();
    Store::lock_at_rest(&home.path(), &OpenOptions::default(), &key(1)).unwrap();
    let (mut ours, mut theirs) = (open(&home), open(&home));
    assert_eq!(ours.search("river", 20).unwrap().len(), 5);
    theirs.write(|txn| project(txn, 8, "Oslo")).unwrap();
    theirs.write(|txn| txn.remove_projections(&doc(1))).unwrap();
    assert!(ours.changed_elsewhere().unwrap());
    assert_eq!(seen(&ours), seen(&theirs));
    assert_eq!(ours.search("oslo", 20).unwrap().len(), 1);
    // A writer builds on what the others committed, told of it or not.
    theirs.write(|txn| project(txn, 9, "Paris")).unwrap();
    ours.write(|txn| {
        assert_eq!(txn.page(&doc(9))?.unwrap().title, "Paris");
        project(txn, 9, "Paris in spring")
    })
    .unwrap();
    assert!(theirs.changed_elsewhere().unwrap());
    assert_eq!(theirs.page(&doc(9)).unwrap().unwrap().title, "Paris in spring");
    // An undone transaction undoes what it took in, and the next one takes it in again.
    theirs.write(|txn| project(txn, 10, "Quito")).unwrap();
    drop(ours.begin().unwrap());
    let undone = ours.write(|txn| project(txn, 11, "Rome").and(Err::<(), _>(StoreError::Full)));
    assert!(undone.is_err() && ours.page(&doc(11)).unwrap().is_none());
    assert!(ours.changed_elsewhere().unwrap());
    assert_eq!(seen(&ours), seen(&theirs));
    // Dropping all projections empties those of every process.
    drop_all(&mut theirs);
    assert!(ours.changed_elsewhere().unwrap() && ours.projections_stale().unwrap());
    assert!(ours.sidebar().unwrap().is_empty() && ours.search("river", 5).unwrap().is_empty());
    theirs.write(|txn| project(txn, 12, "Sofia").and_then(|()| txn.projections_rebuilt())).unwrap();
    assert!(ours.changed_elsewhere().unwrap() && !ours.projections_stale().unwrap());
    assert_eq!((ours.sidebar().unwrap().len(), ours.search("sofia", 5).unwrap().len()), (1, 1));
}

#[test]
fn a_process_that_had_the_store_open_learns_that_the_lock_was_switched() {
    let home = filled();
    let mut early = home.open();
    Store::lock_at_rest(&home.path(), &OpenOptions::default(), &key(1)).unwrap();
    let refused = early.write(|txn| txn.set_meta("Genevakey 1", b"late"));
    assert!(matches!(refused, Err(StoreError::LockSwitched)), "{refused:?}");
    assert!(matches!(early.changed_elsewhere(), Err(StoreError::LockSwitched)));
    drop(early);
    assert_eq!(found(&home), Vec::<String>::new());
    let mut locked = open(&home);
    Store::unlock_at_rest(&home.path(), &keyed(1)).unwrap();
    assert!(matches!(locked.begin(), Err(StoreError::LockSwitched)));
}

#[test]
fn a_reader_in_the_way_delays_wiping_until_the_next_opening() {
    let home = filled();
    let options = OpenOptions { busy_timeout_ms: 20, ..OpenOptions::default() };
    let reader = rusqlite::Connection::open(home.path()).unwrap();
    Store::open_existing(&home.path(), &options).unwrap().write(|txn| txn.set_meta("x", b"y")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM meta").unwrap();
    home.open().write(|txn| txn.set_meta("x", b"z")).unwrap();
    let busy = Store::lock_at_rest(&home.path(), &options, &key(1));
    assert!(matches!(busy, Err(StoreError::Busy)), "{busy:?}");
    assert!(!Store::locked_at(&home.path()).unwrap());
    reader.execute_batch("COMMIT").unwrap();
    drop(reader);
    assert!(Store::lock_at_rest(&home.path(), &options, &key(1)).unwrap());
    assert_eq!(found(&home), Vec::<String>::new());
}

#[test]
fn a_damaged_sealed_row_asks_for_a_rebuild_and_harms_nothing_else() {
    let home = filled();
    Store::lock_at_rest(&home.path(), &OpenOptions::default(), &key(1)).unwrap();
    let raw = rusqlite::Connection::open(home.path()).unwrap();
    raw.execute_batch(
        "UPDATE projected SET bytes = zeroblob(length(bytes)) WHERE n = 2;
         UPDATE snapshots SET bytes = zeroblob(length(bytes)) WHERE n = 2;
         UPDATE peers SET name = 'sealed:00' WHERE device = (SELECT min(device) FROM peers)",
    )
    .unwrap();
    drop(raw);
    let mut store = open(&home);
    assert!(store.projections_stale().unwrap());
    assert_eq!(store.peers().unwrap()[0].name, "");
    let snapshots: Vec<_> = (1..6).map(|n| store.snapshot(&doc(n))).collect();
    assert_eq!(snapshots.iter().filter(|s| s.is_err()).count(), 1);
    drop_all(&mut store);
    store
        .write(|txn| {
            (1..6).try_for_each(|n| project(txn, n, "Oslo")).and_then(|()| txn.projections_rebuilt())
        })
        .unwrap();
    assert!(!store.projections_stale().unwrap());
    drop(store);
    assert_eq!(open(&home).search("oslo", 9).unwrap().len(), 5);
}

#[test]
fn a_snapshot_of_a_locked_store_is_restored_without_its_key_and_stays_locked() {
    let home = filled();
    Store::lock_at_rest(&home.path(), &OpenOptions::default(), &key(1)).unwrap();
    let store = open(&home);
    let (copy, to) = (home.folder.path().join("s.db"), home.folder.path().join("r.db"));
    store.backup(&copy).unwrap();
    restore(&copy, &to, StoreId(70)).unwrap();
    assert!(matches!(Store::open_existing(&to, &OpenOptions::default()), Err(StoreError::Locked { .. })));
    let restored = Store::open_existing(&to, &keyed(1)).unwrap();
    assert_eq!((restored.id(), seen(&restored)), (StoreId(70), seen(&store)));
    assert_eq!(found(&home), Vec::<String>::new());
}

#[test]
fn a_locked_store_opened_for_reading_shows_everything() {
    let home = filled();
    let before = seen(&home.open());
    Store::lock_at_rest(&home.path(), &OpenOptions::default(), &key(1)).unwrap();
    let reader = Store::open_existing(&home.path(), &OpenOptions { read_only: true, ..keyed(1) }).unwrap();
    assert_eq!(seen(&reader), before);
}

#[test]
fn what_was_deleted_before_locking_is_wiped_too() {
    let home = Home::new();
    let mut store = home.create();
    let text = "Cairosnapshot ".repeat(2_000);
    let row = |n| DocRow { doc: doc(n), kind: "Amsterdamtitle".into(), ..doc_row() };
    store.write(|txn| (1..9).try_for_each(|n| txn.put_doc(&row(n), text.as_bytes()))).unwrap();
    store.write(|txn| (1..9).try_for_each(|n| txn.drop_doc(&doc(n)))).unwrap();
    store.checkpoint(true).unwrap();
    drop(store);
    assert_eq!(found(&home).len(), 2, "deleted rows lie in the file until then");
    assert!(Store::lock_at_rest(&home.path(), &OpenOptions::default(), &key(1)).unwrap());
    assert_eq!(found(&home), Vec::<String>::new());
}

fn doc_row() -> DocRow {
    DocRow {
        doc: doc(0),
        lane: ROOT,
        tag: tag(0),
        kind: String::new(),
        heads: Vec::new(),
        upto_row: 0,
        updated_ms: 0,
    }
}
