//! Made-up items and stores in temporary folders, for every test of this crate.

#![allow(dead_code, missing_docs, reason = "each test binary uses a part")]

use std::path::PathBuf;

use tempfile::TempDir;
use tern_store::{Id, Id16, ItemRow, OpenOptions, Store, StoreId};

pub const LOG: Id16 = [0xff; 16];
pub const ROOT: Id16 = [0; 16];

/// A store that is removed with its folder.
pub struct Home {
    pub folder: TempDir,
}

impl Home {
    pub fn new() -> Self {
        Home { folder: TempDir::new().expect("temporary folder") }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    pub fn create(&self) -> Store {
        Store::create(&self.path(), StoreId(7), &OpenOptions::default()).expect("new store")
    }

    pub fn open(&self) -> Store {
        Store::open_existing(&self.path(), &OpenOptions::default()).expect("existing store")
    }
}

/// An item of which only the header fields that the store reads make sense.
#[derive(Debug, Clone)]
pub struct Made {
    pub lane: Id16,
    pub id: Id,
    pub bytes: Vec<u8>,
}

impl Made {
    pub fn row(&self) -> ItemRow<'_> {
        ItemRow::from_bytes(self.lane, self.id, &self.bytes).expect("long enough")
    }
}

/// Item number `n`: author `n % 5`, document `n % 7`, on `day`.
pub fn made(n: u64, lane: Id16, day: u16) -> Made {
    let id = *blake3::hash(&n.to_le_bytes()).as_bytes();
    let mut bytes = vec![0; 260 + (n % 50) as usize];
    blake3::Hasher::new().update(&id).finalize_xof().fill(&mut bytes[172..]);
    bytes[..2].copy_from_slice(&[1, 1]);
    bytes[2..4].copy_from_slice(&day.to_le_bytes());
    bytes[36..68].fill((n % 5) as u8 + 1);
    bytes[68..76].copy_from_slice(&(n % 5 + 100).to_le_bytes());
    bytes[76..80].copy_from_slice(&((n / 5) as u32).to_le_bytes());
    bytes[96..112].copy_from_slice(&if lane == LOG { [0; 16] } else { lane });
    bytes[128..144].copy_from_slice(&tag(n % 7));
    Made { lane, id, bytes }
}

pub fn tag(n: u64) -> Id16 {
    let mut tag = [0; 16];
    tag.copy_from_slice(&blake3::hash(format!("tag {n}").as_bytes()).as_bytes()[..16]);
    tag
}

pub fn doc(n: u8) -> Id16 {
    let mut id = [n; 16];
    id[0] = 1;
    id
}

pub fn insert(store: &mut Store, items: &[Made]) {
    let rows: Vec<ItemRow<'_>> = items.iter().map(Made::row).collect();
    store.write(|txn| txn.insert_items(&rows)).expect("insert");
}

pub fn rebuild_tries(store: &mut Store) -> tern_store::Result<()> {
    let mut txn = store.begin()?;
    txn.rebuild_tries()?;
    txn.commit()
}
