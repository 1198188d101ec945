//! Items and tries: what was committed is there, once, in order, and the trie is a function of the set.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use support::{Home, LOG, Made, ROOT, insert, made, rebuild_tries, tag};
use tern_store::{Inserted, Store};
use tern_sync::trie::{KeyRange, MemTrie, TrieSource};
use tern_sync::{Key, Lane, Nibbles, Span};

fn key(item: &Made) -> Key {
    Key { day: item.row().day, id: item.id }
}

/// Same counts, hashes and children at the root and along the paths of some keys.
fn assert_same_trie(store: &Store, memory: &MemTrie, lane: &Lane, keys: &[Key]) {
    assert_eq!(store.node(lane, &Nibbles::ROOT), memory.node(lane, &Nibbles::ROOT));
    assert_eq!(store.keys(lane, &Span::ALL, usize::MAX), memory.keys(lane, &Span::ALL, usize::MAX));
    for key in keys.iter().take(5) {
        let mut prefix = Nibbles::ROOT;
        for depth in 0..8 {
            assert_eq!(store.node(lane, &prefix), memory.node(lane, &prefix), "{prefix:?}");
            assert_eq!(store.children(lane, &prefix), memory.children(lane, &prefix), "{prefix:?}");
            prefix = prefix.child(key.nibble(depth)).expect("short");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Law: after any commits of inserts and removals, and after any transaction that was dropped, the trie is that of
    /// the set of committed keys.
    #[test]
    fn the_trie_is_a_function_of_the_committed_set(
        steps in prop::collection::vec((0u64..3_000, 1u64..700, 0u16..3, any::<bool>(), 0u8..4), 1..8),
    ) {
        let home = Home::new();
        let mut store = home.create();
        let mut memory = MemTrie::new();
        for (from, count, day, commit, removal) in steps {
            let lane = if removal == 3 { LOG } else { ROOT };
            let items: Vec<Made> = (from..from + count).map(|n| made(n, lane, 20_000 + day * (n % 3) as u16)).collect();
            let keys: Vec<Key> = items.iter().map(key).collect();
            let mut txn = store.begin().expect("begin");
            for item in &items {
                if removal == 0 {
                    txn.remove_item(&lane, item.row().day, &item.id).expect("remove");
                } else {
                    txn.insert_item(&item.row()).expect("insert");
                }
            }
            if commit {
                txn.commit().expect("commit");
                match removal {
                    0 => memory.remove(&Lane(lane), keys.iter().copied()),
                    _ => memory.insert(&Lane(lane), keys.iter().copied()),
                };
            } else {
                drop(txn);
            }
            assert_same_trie(&store, &memory, &Lane(lane), &keys);
        }
        let report = store.check(&mut |_| Ok(Vec::new())).expect("check");
        prop_assert_eq!(report.findings, vec![]);
        rebuild_tries(&mut store).expect("rebuild");
        assert_same_trie(&store, &memory, &Lane::ROOT, &[]);
    }
}

#[test]
fn an_item_is_stored_once_and_read_back_by_every_key() {
    let home = Home::new();
    let mut store = home.create();
    let items: Vec<Made> =
        (0..300).map(|n| made(n, if n % 10 == 0 { LOG } else { ROOT }, 20_000 + n as u16 % 9)).collect();
    insert(&mut store, &items);
    let again = store.write(|txn| txn.insert_item(&items[5].row())).expect("again");
    assert_eq!(again, Inserted::Known);
    assert_eq!((store.count(&ROOT).unwrap(), store.count(&LOG).unwrap()), (270, 30));
    for (n, item) in items.iter().enumerate() {
        let stored = store.item(&item.id).expect("read").expect("there");
        assert_eq!((stored.row, &stored.bytes), (n as i64 + 1, &item.bytes));
        assert_eq!(store.item_at(&item.lane, stored.day, &item.id).unwrap().as_ref(), Some(&stored));
        assert_eq!(store.item_by_row(stored.row).unwrap().as_ref(), Some(&stored));
        assert!(store.has_item(&item.lane, stored.day, &item.id).unwrap());
        assert_eq!(stored.key(), key(item));
    }
    let none = made(9_999, ROOT, 20_000);
    assert!(store.item(&none.id).unwrap().is_none() && !store.has_item(&ROOT, 20_000, &none.id).unwrap());
    assert_eq!(store.records(&LOG).unwrap().len(), 30);
    let of_tag = store.items_by_tag(&ROOT, &tag(3)).unwrap();
    assert!(of_tag.iter().all(|i| i.tag == tag(3)) && of_tag.len() > 30);
    assert_eq!(store.items_by_tag_after(&ROOT, &tag(3), of_tag[4].row).unwrap(), of_tag[5..]);
    assert_eq!(store.last_row_of_tag(&ROOT, &tag(3)).unwrap(), of_tag[of_tag.len() - 1].row);
    let feed = store.items_of_feed(&[2; 32], 101, &ROOT, 0).unwrap();
    assert!(feed.is_sorted_by_key(|i| (i.seq, i.row)) && feed.len() > 40);
    assert_eq!(store.feeds_of(&[2; 32]).unwrap(), vec![(101, ROOT)]);
}

#[test]
fn a_cursor_walks_every_row_once_within_its_bounds() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &(0..200).map(|n| made(n, ROOT, 20_000)).collect::<Vec<_>>());
    let (mut row, mut seen) = (0, Vec::new());
    loop {
        let some = store.items_after(row, 3_000).expect("page");
        let Some(last) = some.last() else { break };
        assert!(some.len() == 1 || some.iter().map(|i| i.bytes.len()).sum::<usize>() <= 3_000);
        row = last.row;
        seen.extend(some.iter().map(|i| i.row));
    }
    assert_eq!(seen, (1..=200).collect::<Vec<i64>>());
    assert_eq!(store.items_after(0, 0).unwrap().len(), 1, "always some progress");
    let heads = store.rows_after(50, 20).expect("heads");
    let items = store.items_of_lane(&ROOT, 50, 20).expect("items");
    for (head, item) in heads.iter().zip(&items) {
        assert_eq!((head.row, head.id, head.size_bytes as usize), (item.row, item.id, item.bytes.len()));
        assert_eq!(store.row_of(&head.id).unwrap(), Some(head.row));
    }
    assert_eq!(heads.len(), 20);
}

#[test]
fn a_row_number_is_never_used_again() {
    let home = Home::new();
    let mut store = home.create();
    let items: Vec<Made> = (0..3).map(|n| made(n, ROOT, 20_000)).collect();
    insert(&mut store, &items);
    store.write(|txn| txn.remove_item(&ROOT, 20_000, &items[2].id)).expect("remove");
    drop(store);
    let mut store = home.open();
    assert_eq!(store.write(|txn| txn.insert_item(&items[2].row())).expect("insert"), Inserted::Row(4));
}

#[test]
fn a_transaction_that_is_dropped_leaves_nothing_behind() {
    let home = Home::new();
    let mut store = home.create();
    let before = store.lane(&ROOT).unwrap();
    let mut txn = store.begin().expect("begin");
    txn.insert_item(&made(1, ROOT, 1).row()).expect("insert");
    txn.set_meta("cursor", b"1").expect("meta");
    drop(txn);
    assert_eq!(store.lane(&ROOT).unwrap(), before);
    assert_eq!((store.meta("cursor").unwrap(), store.last_row().unwrap()), (None, 0));
    // The numbers that the dropped transaction gave out were forgotten with it.
    insert(&mut store, &[made(2, ROOT, 1)]);
    assert_eq!(store.items_of_lane(&ROOT, 0, 9).unwrap().len(), 1);
}

#[test]
fn sizes_around_the_thresholds_of_leaf_and_cache_hash_like_the_reference() {
    for count in [0u64, 1, 16, 17, 256, 257, 300] {
        let home = Home::new();
        let mut store = home.create();
        let items: Vec<Made> = (0..count).map(|n| made(n, ROOT, 20_000)).collect();
        insert(&mut store, &items);
        let mut memory = MemTrie::new();
        memory.insert(&Lane::ROOT, items.iter().map(key));
        assert_eq!(
            store.node(&Lane::ROOT, &Nibbles::ROOT),
            memory.node(&Lane::ROOT, &Nibbles::ROOT),
            "{count}"
        );
        store
            .write(|txn| {
                items.iter().skip(10).try_for_each(|i| txn.remove_item(&ROOT, 20_000, &i.id).map(|_| ()))
            })
            .unwrap();
        memory.remove(&Lane::ROOT, items.iter().skip(10).map(key));
        assert_eq!(
            store.node(&Lane::ROOT, &Nibbles::ROOT),
            memory.node(&Lane::ROOT, &Nibbles::ROOT),
            "{count}"
        );
    }
}

#[test]
fn lanes_are_listed_with_their_sums() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &[made(1, LOG, 5), made(2, ROOT, 5), made(3, [9; 16], 5)]);
    let lanes: BTreeMap<_, _> = store.lanes().unwrap().into_iter().collect();
    assert_eq!(lanes.keys().copied().collect::<BTreeSet<_>>(), BTreeSet::from([ROOT, [9; 16], LOG]));
    assert!(lanes.values().all(|sum| sum.items == 1 && sum.root != [0; 16]));
    assert_eq!(store.items_beyond(&ROOT, 1).unwrap(), 1);
}
