//! Flipped bits, full disks and crashes: found, said, and never passed on as good bytes.

mod support;

use std::fs;

use support::{Home, Made, ROOT, doc, insert, made, rebuild_tries, tag};
use tern_store::{DocRow, Finding, JournalRow, OpenOptions, Store, StoreError};

/// Flips one bit inside every copy of `needle` in the file: beside the row itself there may be stale ones in unused
/// bytes of pages.
fn flip(home: &Home, needle: &[u8]) {
    let mut bytes = fs::read(home.path()).expect("read");
    let found: Vec<usize> =
        bytes.windows(needle.len()).enumerate().filter(|(_, w)| *w == needle).map(|(at, _)| at).collect();
    assert!(!found.is_empty(), "the bytes are there");
    for at in found {
        bytes[at + needle.len() / 2] ^= 4;
    }
    fs::write(home.path(), bytes).expect("write");
}

fn filled(home: &Home) -> Vec<Made> {
    let items: Vec<Made> = (0..400).map(|n| made(n, ROOT, 20_000)).collect();
    let mut store = home.create();
    insert(&mut store, &items);
    let row = DocRow {
        doc: doc(1),
        lane: ROOT,
        tag: tag(1),
        kind: "page".to_owned(),
        heads: vec![[0xA1; 32], [0xA2; 32]],
        upto_row: 400,
        updated_ms: 5,
    };
    let entry =
        JournalRow { owner: 1, doc: doc(1), seq: 0, op_json: "a journalled operation".into(), time_ms: 1 };
    store
        .write(|txn| {
            txn.put_doc(&row, b"the bytes of a snapshot of a document")?;
            txn.journal_append(&entry)?;
            txn.set_meta("engine.setting", b"a value of the engine")
        })
        .expect("write");
    store.checkpoint(true).expect("checkpoint");
    items
}

#[test]
fn a_flipped_bit_in_an_item_is_found_by_reads_scrub_and_check_and_the_rest_is_served() {
    let home = Home::new();
    let items = filled(&home);
    flip(&home, &items[123].bytes[180..220]);
    let mut store = home.open();
    let read = store.item(&items[123].id);
    assert!(matches!(&read, Err(StoreError::Damaged { table: "items", row: 124, .. })), "{read:?}");
    assert!(matches!(store.items_after(100, 1 << 20), Err(StoreError::Damaged { row: 124, .. })));
    assert_eq!(store.item(&items[124].id).expect("neighbour").expect("there").bytes, items[124].bytes);

    let report = store.check(&mut |_| Ok(Vec::new())).expect("check");
    let expected = Finding::Row { table: "items", row: 124, id: items[123].id.to_vec() };
    assert_eq!((report.findings, report.items), (vec![expected.clone()], 400));
    let (mut row, mut found) = (Some(0), Vec::new());
    while let Some(after) = row {
        let step = store.scrub(after, 50).expect("scrub");
        found.extend(step.findings);
        row = step.next_row;
    }
    assert_eq!(found, vec![expected]);

    assert_eq!(store.write(|txn| txn.discard_damaged_items(&[124])).expect("discard"), 1);
    insert(&mut store, &[items[123].clone()]);
    assert_eq!(store.item(&items[123].id).expect("read").expect("there").bytes, items[123].bytes);
    assert_eq!(store.check(&mut |_| Ok(Vec::new())).expect("check").findings, vec![]);
}

#[test]
fn a_flipped_bit_in_the_indexed_columns_of_an_item_is_found_too() {
    let home = Home::new();
    let items = filled(&home);
    // In the table's row the id is followed by kind (1, packed), feed 5, tag 3 and the bytes; in the index it is not.
    flip(&home, &[&items[9].id[..], &[1, 1, 5, 3], &items[9].bytes[..2], &items[9].bytes[4..8]].concat());
    let mut store = home.open();
    let report = store.check(&mut |_| Ok(Vec::new())).expect("check");
    assert!(
        report.findings.iter().any(|f| matches!(f, Finding::Row { table: "items", row: 10, .. })),
        "{report:?}"
    );
    store.write(|txn| txn.discard_damaged_items(&[10])).expect("discard");
    insert(&mut store, &[items[9].clone()]);
    assert_eq!(store.check(&mut |_| Ok(Vec::new())).expect("check").findings, vec![]);
    assert_eq!(store.count(&ROOT).expect("count"), 400);
}

#[test]
fn flipped_bits_in_caches_journal_and_settings_are_told_apart() {
    let cases: [(&[u8], &str); 4] = [
        (b"the bytes of a snapshot of a document", "snapshots"),
        (b"a journalled operation", "journal"),
        (b"a value of the engine", "meta"),
        (&[0xA1; 32], "docs"),
    ];
    for (needle, expected) in cases {
        let home = Home::new();
        filled(&home);
        flip(&home, needle);
        let store = home.open();
        let report = store.check(&mut |_| Ok(Vec::new())).expect("check");
        assert!(
            matches!(report.findings.as_slice(), [Finding::Row { table, .. }] if *table == expected),
            "{expected}: {report:?}"
        );
        let read = match expected {
            "snapshots" => store.snapshot(&doc(1)).map(|_| ()),
            "meta" => store.meta("engine.setting").map(|_| ()),
            "docs" => store.doc(&doc(1)).map(|_| ()),
            _ => {
                let journal = store.journal(&doc(1)).expect("journal");
                assert_eq!((journal.rows.len(), journal.damaged), (0, 1));
                continue;
            }
        };
        assert!(matches!(read, Err(StoreError::Damaged { .. })), "{expected}: {read:?}");
    }
}

#[test]
fn a_wrong_trie_node_is_found_and_rebuilt() {
    let home = Home::new();
    filled(&home);
    let conn = rusqlite::Connection::open(home.path()).expect("raw");
    conn.execute(
        "UPDATE trie SET children = zeroblob(320) WHERE prefix = (SELECT max(prefix) FROM trie)",
        [],
    )
    .expect("update");
    drop(conn);
    let mut store = home.open();
    let findings = store.check(&mut |_| Ok(Vec::new())).expect("check").findings;
    assert_eq!(findings, vec![Finding::Trie { lane: ROOT }]);
    rebuild_tries(&mut store).expect("rebuild");
    assert_eq!(store.check(&mut |_| Ok(Vec::new())).expect("check").findings, vec![]);
}

#[test]
fn what_the_engine_finds_in_projections_is_part_of_the_report() {
    let home = Home::new();
    filled(&home);
    let finding = Finding::Projection { detail: "pages: 1 title differs".to_owned() };
    let report = home.open().check(&mut |_| Ok(vec![finding.clone()])).expect("check");
    assert_eq!((report.bad(), report.findings), (1, vec![finding]));
}

#[test]
fn a_full_disk_refuses_the_new_and_keeps_the_old() {
    let home = Home::new();
    drop(home.create());
    let tight = OpenOptions { max_page_count: Some(120), ..OpenOptions::default() };
    let mut store = Store::open_existing(&home.path(), &tight).expect("open");
    let mut saved = 0;
    let error = loop {
        let items: Vec<Made> = (saved..saved + 20).map(|n| made(n, ROOT, 20_000)).collect();
        let rows: Vec<_> = items.iter().map(Made::row).collect();
        match store.write(|txn| txn.insert_items(&rows)) {
            Ok(_) => saved += 20,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full), "{error:?}");
    assert!(saved > 100, "some fitted: {saved}");
    assert_eq!(store.count(&ROOT).expect("count"), saved);
    assert_eq!(store.check(&mut |_| Ok(Vec::new())).expect("check").findings, vec![]);
    drop(store);
    let mut roomy = home.open();
    assert_eq!(roomy.count(&ROOT).expect("count"), saved);
    insert(&mut roomy, &[made(saved, ROOT, 20_000)]);
    assert_eq!(roomy.count(&ROOT).expect("count"), saved + 1);
}

#[test]
fn a_process_that_dies_mid_transaction_leaves_the_last_commit() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &[made(1, ROOT, 1)]);
    let mut txn = store.begin().expect("begin");
    txn.insert_item(&made(2, ROOT, 1).row()).expect("insert");
    // A copy of the files at this instant is what a dead process leaves.
    let after = Home::new();
    for suffix in ["", "-wal"] {
        let name = format!("store.db{suffix}");
        fs::copy(home.folder.path().join(&name), after.folder.path().join(&name)).expect("copy");
    }
    drop(txn);
    let store = after.open();
    assert_eq!((store.count(&ROOT).unwrap(), store.last_row().unwrap()), (1, 1));
    assert_eq!(store.check(&mut |_| Ok(Vec::new())).expect("check").findings, vec![]);
}

#[test]
fn a_damaged_identity_is_not_taken_for_another_store_and_damaged_marks_skip_rows() {
    let home = Home::new();
    let items = filled(&home);
    home.open().write(|txn| txn.remove_item(&ROOT, 20_000, &items[399].id)).expect("remove");
    let change =
        |sql: &str| rusqlite::Connection::open(home.path()).and_then(|c| c.execute(sql, [])).expect("raw");
    change("UPDATE meta SET value = zeroblob(8) WHERE key = 'store.row_mark'");
    change("UPDATE meta SET value = zeroblob(4) WHERE key = 'store.projections'");
    let mut store = home.open();
    assert!(store.projections_stale().expect("version"));
    insert(&mut store, &[items[399].clone()]);
    assert!(store.last_row().expect("row") > 400, "no row number is used twice");
    drop(store);
    change("UPDATE meta SET value = zeroblob(8) WHERE key = 'store.id'");
    let error = Store::open_existing(&home.path(), &OpenOptions::default()).expect_err("identity");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[test]
fn a_flipped_bit_in_the_text_of_the_schema_is_damage_and_no_mistake_of_the_program() {
    let home = Home::new();
    filled(&home);
    // One letter of a column’s name: “bytes” reads “bytas”.
    flip(&home, b"  bytes BL");
    let read = Store::open_existing(&home.path(), &OpenOptions::default()).and_then(|store| {
        let items = store.items_after(0, 1 << 20)?;
        Ok(items.len())
    });
    assert!(matches!(&read, Err(StoreError::Corrupt { .. })), "{read:?}");
}
