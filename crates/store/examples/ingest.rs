//! Batch insert rate of the store against bare SQLite holding the same bytes under the same key.
//!
//! `cargo run -p tern-store --example ingest -- [items] [batch] [days] [folder]`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tern_store::{ItemRow, OpenOptions, Store, StoreId};

/// Typical sealed size of a batch of typing.
const ITEM_BYTES: usize = 480;
const DOCUMENTS: u64 = 10_000;
/// Documents that a team touches in a day.
const DOCUMENTS_A_DAY: u64 = 100;

/// Time on the clock and on the processor: on a busy machine only the second compares.
struct Watch {
    begun: Instant,
    cpu: Duration,
}

#[derive(Clone, Copy)]
struct Taken {
    wall_s: f64,
    cpu_s: f64,
}

impl Watch {
    fn start() -> Self {
        Watch { begun: Instant::now(), cpu: cpu_time() }
    }

    fn stop(&self) -> Taken {
        let cpu = cpu_time().saturating_sub(self.cpu);
        Taken { wall_s: self.begun.elapsed().as_secs_f64(), cpu_s: cpu.as_secs_f64() }
    }
}

/// Processor time of this process where the system tells it, else zero.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

struct Made {
    day: u16,
    id: [u8; 32],
    bytes: Vec<u8>,
}

fn made(n: u64, items: u64, days: u64) -> Made {
    let id = *blake3::hash(&n.to_le_bytes()).as_bytes();
    let day = 20_000 + (n * days / items) as u16;
    let mut bytes = vec![0; ITEM_BYTES];
    blake3::Hasher::new().update(&n.to_le_bytes()).finalize_xof().fill(&mut bytes);
    let document = (u64::from(day) * 61 + n % DOCUMENTS_A_DAY) % DOCUMENTS;
    bytes[..2].copy_from_slice(&[1, 1]);
    bytes[2..4].copy_from_slice(&day.to_le_bytes());
    bytes[36..68].fill((n % 20) as u8);
    bytes[68..76].copy_from_slice(&(n % 20).to_le_bytes());
    bytes[76..80].copy_from_slice(&((n / 20) as u32).to_le_bytes());
    bytes[96..112].fill(0);
    bytes[128..144].copy_from_slice(&blake3::hash(&document.to_le_bytes()).as_bytes()[..16]);
    Made { day, id, bytes }
}

fn bare(path: &Path, batches: &[Vec<Made>]) -> Result<Taken, rusqlite::Error> {
    let conn = Connection::open(path)?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;
         PRAGMA wal_autocheckpoint = 4000;
         CREATE TABLE items (row INTEGER PRIMARY KEY, lane INTEGER NOT NULL, day INTEGER NOT NULL,
           id BLOB NOT NULL, bytes BLOB NOT NULL, UNIQUE (lane, day, id)) STRICT;",
    )?;
    let watch = Watch::start();
    for batch in batches {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        for item in batch {
            conn.prepare_cached("INSERT INTO items (lane, day, id, bytes) VALUES (1, ?1, ?2, ?3)")?
                .execute((item.day, item.id, &item.bytes))?;
        }
        conn.execute_batch("COMMIT")?;
    }
    Ok(watch.stop())
}

fn ours(path: &Path, batches: &[Vec<Made>]) -> tern_store::Result<Taken> {
    let mut tries_s = 0.0;
    let mut store = Store::create(path, StoreId(1), &OpenOptions::default())?;
    let watch = Watch::start();
    for batch in batches {
        let mut txn = store.begin()?;
        let rows: Vec<ItemRow<'_>> =
            batch.iter().filter_map(|item| ItemRow::from_bytes([0; 16], item.id, &item.bytes)).collect();
        txn.insert_items(&rows)?;
        let tries = Watch::start();
        txn.settle_tries()?;
        tries_s += tries.stop().cpu_s;
        txn.commit()?;
    }
    let taken = watch.stop();
    println!("tries: {tries_s:.2} s of {:.2} s processor time", taken.cpu_s);
    let begun = Instant::now();
    for item in batches.iter().flatten().step_by(997) {
        assert!(store.item(&item.id)?.is_some());
    }
    let looked_up = batches.iter().flatten().step_by(997).count();
    println!("lookup by id alone: {:.1} us", begun.elapsed().as_secs_f64() * 1e6 / looked_up as f64);
    Ok(taken)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let mut number = |default: u64| args.next().and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let (items, batch, days) = (number(100_000), number(1_000), number(100));
    let folder = std::env::args().nth(4).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = folder.join(format!("tern-ingest-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let all: Vec<Vec<Made>> = (0..items.div_ceil(batch))
        .map(|b| (b * batch..((b + 1) * batch).min(items)).map(|n| made(n, items, days)).collect())
        .collect();
    let bare_s = bare(&folder.join("bare.db"), &all)?;
    let ours_s = ours(&folder.join("store.db"), &all)?;
    let size = |name: &str| std::fs::metadata(folder.join(name)).map_or(0, |m| m.len()) / 1024;
    println!("{items} items of {ITEM_BYTES} bytes over {days} days in batches of {batch}");
    println!("bare SQLite {:.0} items/s, {} KiB", items as f64 / bare_s.wall_s, size("bare.db"));
    println!("store       {:.0} items/s, {} KiB", items as f64 / ours_s.wall_s, size("store.db"));
    println!(
        "ratio {:.2} by the clock, {:.2} by processor time",
        bare_s.wall_s / ours_s.wall_s,
        bare_s.cpu_s / ours_s.cpu_s
    );
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
