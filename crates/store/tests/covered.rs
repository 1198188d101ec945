//! Covered items: absent for every reader, here until they are dropped, and back when they are to come back.

mod support;

use support::{Home, Made, ROOT, insert, made, tag};
use tern_store::{CoveredSum, SHRINK_FROM_BYTES, Store};

fn some(numbers: std::ops::Range<u64>) -> Vec<Made> {
    numbers.map(|n| made(n, ROOT, 20_000)).collect()
}

/// Items of a MiB, enough of them to be worth giving back.
fn enough() -> Vec<Made> {
    let large = |n: u64| {
        let mut item = made(n, ROOT, 20_000);
        item.bytes.resize(1 << 20, 7);
        item
    };
    (0..SHRINK_FROM_BYTES / (1 << 20) + 2).map(large).collect()
}

fn cover(store: &mut Store, ids: &[[u8; 32]], since_ms: i64) {
    let items: Vec<_> = ids.iter().map(|id| store.item(id).unwrap().expect("it is here")).collect();
    store.write(|txn| items.iter().try_for_each(|item| txn.cover_item(item, since_ms))).unwrap();
}

#[test]
fn a_covered_item_is_absent_for_everybody_and_the_trie_is_that_of_the_rest() {
    let (home, other) = (Home::new(), Home::new());
    let (mut store, mut without) = (home.create(), other.create());
    insert(&mut store, &some(0..600));
    insert(&mut without, &some(0..600).into_iter().filter(|m| m.row().tag != tag(3)).collect::<Vec<_>>());
    let ids: Vec<_> = store.items_by_tag(&ROOT, &tag(3)).unwrap().iter().map(|item| item.id).collect();
    assert!(ids.len() > 80);
    cover(&mut store, &ids, 5);
    assert_eq!(store.lane(&ROOT).unwrap(), without.lane(&ROOT).unwrap());
    assert!(store.items_by_tag(&ROOT, &tag(3)).unwrap().is_empty());
    assert!(store.item(&ids[0]).unwrap().is_none() && store.row_of(&ids[0]).unwrap().is_none());
    assert_eq!(store.covered().unwrap().items, ids.len() as u64);
    drop(store);
    let mut store = home.open();
    assert!(store.check(&mut |_| Ok(Vec::new())).unwrap().findings.is_empty());
    // Row numbers of what was covered are never used again.
    let newest = store.items_after(0, usize::MAX).unwrap().last().unwrap().row;
    insert(&mut store, &some(600..601));
    let row = store.item(&some(600..601)[0].id).unwrap().unwrap().row;
    assert!(row > 600 && row > newest);
    let aside = store.covered_of_tag(&ROOT, &tag(3)).unwrap();
    assert_eq!(aside.iter().map(|item| item.id).collect::<Vec<_>>(), ids);
    store.write(|txn| aside.iter().try_for_each(|item| txn.uncover_item(item).map(drop))).unwrap();
    let back = store.items_by_tag(&ROOT, &tag(3)).unwrap();
    assert!(back.iter().zip(&aside).all(|(a, b)| (a.id, &a.bytes) == (b.id, &b.bytes) && a.row > b.row));
    insert(&mut without, &some(600..601));
    insert(&mut without, &some(0..600));
    assert_eq!(store.lane(&ROOT).unwrap(), without.lane(&ROOT).unwrap());
    assert_eq!(store.covered().unwrap(), CoveredSum::default());
}

#[test]
fn covered_items_go_when_their_time_is_over_and_not_before() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &some(0..40));
    let all: Vec<_> = store.items_after(0, usize::MAX).unwrap().iter().map(|item| item.id).collect();
    cover(&mut store, &all[..10], 1_000);
    cover(&mut store, &all[10..15], 2_000);
    assert_eq!(store.write(|txn| txn.drop_covered_before(1_000)).unwrap(), 0);
    assert_eq!(store.write(|txn| txn.drop_covered_before(2_000)).unwrap(), 10);
    assert_eq!(store.covered().unwrap().items, 5);
}

#[test]
fn packs_are_found_by_tag_and_by_the_feeds_that_they_name() {
    let home = Home::new();
    let mut store = home.create();
    let mut pack = made(7, ROOT, 20_000);
    pack.bytes[1] = 2;
    let mut word = made(14, ROOT, 20_000);
    word.bytes[1] = 3;
    insert(&mut store, &[pack.clone(), word.clone(), made(21, ROOT, 20_000)]);
    let row = store.row_of(&pack.id).unwrap().unwrap();
    store.write(|txn| txn.put_pack(row, &ROOT, &[([1; 32], 100), ([9; 32], 4)])).unwrap();
    let packs = store.packs_of_tag(&ROOT, &tag(0)).unwrap();
    assert_eq!((packs.len(), packs[0].item.id, packs[0].accepted), (1, pack.id, false));
    assert!(!store.has_accepted_packs(&ROOT, &tag(0)).unwrap());
    assert!(store.packs_of_feed(&[9; 32], 4, &ROOT).unwrap().is_empty(), "not accepted yet");
    store.write(|txn| txn.accept_pack(row, true)).unwrap();
    assert!(
        store.has_accepted_packs(&ROOT, &tag(0)).unwrap()
            && !store.has_accepted_packs(&ROOT, &tag(1)).unwrap()
    );
    assert_eq!(store.packs_of_feed(&[9; 32], 4, &ROOT).unwrap()[0].item.id, pack.id);
    assert!(store.packs_of_feed(&[9; 32], 5, &ROOT).unwrap().is_empty());
    let of_tag = store.pack_items_of_tag(&ROOT, &tag(0)).unwrap();
    assert_eq!(of_tag.iter().map(|item| item.id).collect::<Vec<_>>(), [pack.id, word.id]);
    // A pack that is taken out leaves nothing behind.
    store.write(|txn| txn.remove_item(&ROOT, 20_000, &pack.id)).unwrap();
    assert!(store.packs_of_tag(&ROOT, &tag(0)).unwrap().is_empty());
    assert!(store.packs_of_feed(&[9; 32], 4, &ROOT).unwrap().is_empty());
}

#[test]
fn what_is_dropped_gives_the_disk_its_room_back_and_what_stays_stays() {
    let (home, other) = (Home::new(), Home::new());
    let (mut store, mut without) = (home.create(), other.create());
    let kept = some(100..400);
    insert(&mut store, &kept);
    insert(&mut without, &kept);
    let gone = enough();
    insert(&mut store, &gone);
    let ids: Vec<_> = gone.iter().map(|item| item.id).collect();
    cover(&mut store, &ids, 5);
    assert!(!store.shrink().unwrap(), "all of it is in use");
    let before = store.size_bytes();
    assert_eq!(store.write(|txn| txn.drop_covered_before(6)).unwrap(), ids.len() as u64);
    assert!(store.shrink().unwrap());
    let after = store.size_bytes();
    assert!(after < before / 8, "{before} bytes before, {after} after");
    assert!(!store.shrink().unwrap(), "once is enough");
    assert_eq!(store.lane(&ROOT).unwrap(), without.lane(&ROOT).unwrap());
    drop(store);
    let mut store = home.open();
    assert!(store.check(&mut |_| Ok(Vec::new())).unwrap().findings.is_empty());
    // Row numbers go on: cursors of peers into this file keep their meaning.
    let newest = store.items_after(0, usize::MAX).unwrap().last().unwrap().row;
    insert(&mut store, &some(400..401));
    assert!(store.row_of(&some(400..401)[0].id).unwrap().unwrap() > newest.max(300 + ids.len() as i64));
}

#[test]
fn a_store_that_somebody_reads_keeps_its_file_readable_while_it_gives_room_back() {
    let home = Home::new();
    let mut store = home.create();
    let large = enough();
    insert(&mut store, &large);
    insert(&mut store, &some(100..140));
    let reader = home.open();
    reader.hold().unwrap();
    let seen = reader.items_after(0, usize::MAX).unwrap();
    cover(&mut store, &large.iter().map(|item| item.id).collect::<Vec<_>>(), 5);
    store.write(|txn| txn.drop_covered_before(6)).unwrap();
    assert!(store.shrink().unwrap());
    assert_eq!(reader.items_after(0, usize::MAX).unwrap(), seen, "the reader's moment stands");
    drop(reader);
    assert_eq!(home.open().items_after(0, usize::MAX).unwrap().len(), 40);
}
