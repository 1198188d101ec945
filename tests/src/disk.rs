//! Disks of a run: real SQLite files in a folder of their own, in memory where the system has such a folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tempfile::TempDir;

/// All files of one run; gone when it is dropped.
#[derive(Debug)]
pub struct Disk {
    dir: TempDir,
    next: u32,
}

/// The file that holds what was committed and not yet folded into `store`.
pub fn wal(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

impl Disk {
    /// An empty disk.
    pub fn new() -> Result<Disk> {
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() {
            TempDir::new_in(memory).or_else(|_| TempDir::new())
        } else {
            TempDir::new()
        };
        Ok(Disk { dir: dir?, next: 0 })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A path that was not used before.
    pub fn fresh(&mut self, name: &str) -> PathBuf {
        self.next += 1;
        self.dir.path().join(format!("{name}-{}.db", self.next))
    }

    /// What a power cut at this moment would leave of an open store, at a new path. `torn` bytes follow the last
    /// commit, as of one that was under way.
    pub fn after_power_cut(&mut self, store: &Path, name: &str, torn: &[u8]) -> Result<PathBuf> {
        let copy = self.fresh(name);
        copy_store(store, &copy)?;
        if !torn.is_empty() && wal(&copy).exists() {
            let mut bytes = fs::read(wal(&copy))?;
            bytes.extend_from_slice(torn);
            fs::write(wal(&copy), bytes)?;
        }
        Ok(copy)
    }
}

/// Bytes of what is committed beside a store and not yet folded into it.
pub fn beside_bytes(store: &Path) -> Result<u64> {
    Ok(fs::metadata(wal(store)).map_or(0, |file| file.len()))
}

impl Disk {
    /// What power cuts would leave of an open store at each step of what it wrote since `before` ([`beside_bytes`]): after
    /// every page, and in the middle of it.
    pub fn cuts_since(&mut self, store: &Path, before: u64) -> Result<Vec<PathBuf>> {
        let step = u64::from(tern_store::PAGE_BYTES) + 24;
        let written = fs::read(wal(store))?;
        let ends = (before..written.len() as u64).step_by(usize::try_from(step)?);
        let ends: Vec<u64> =
            ends.flat_map(|end| [end, end + step / 2]).chain([written.len() as u64]).collect();
        let mut cuts = Vec::new();
        for end in ends {
            let copy = self.fresh("cut");
            fs::copy(store, &copy)?;
            fs::write(wal(&copy), &written[..usize::try_from(end)?.min(written.len())])?;
            cuts.push(copy);
        }
        Ok(cuts)
    }
}

/// Places in the file of a closed store, each in the middle of the bytes of another item, spread over all items.
pub fn places_of_items(store: &Path, count: usize) -> Result<Vec<usize>> {
    const WINDOW: usize = 24;
    let file = fs::read(store)?;
    let conn = rusqlite::Connection::open_with_flags(store, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut rows = conn.prepare("SELECT bytes FROM items ORDER BY row")?;
    let items = rows.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
    let found = items.iter().filter_map(|bytes| {
        let middle = bytes.len().checked_sub(WINDOW)? / 2;
        let window = bytes.get(middle..middle + WINDOW)?;
        // Bytes over the end of a page lie in two places, and a page that was split keeps copies of what it held.
        let mut places = file.windows(WINDOW).enumerate().filter(|(_, here)| *here == window);
        let (at, _) = places.next()?;
        places.next().is_none().then_some(at + WINDOW / 2)
    });
    let found: Vec<usize> = found.collect();
    anyhow::ensure!(found.len() >= count, "only {} items lie whole in the file", found.len());
    Ok((0..count).map(|n| found[n * found.len() / count]).collect())
}

/// Copies a store that may be open: the file and what is committed beside it.
pub fn copy_store(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)?;
    if wal(from).exists() {
        fs::copy(wal(from), wal(to))?;
    }
    Ok(())
}

/// Removes a store and what lies beside it.
pub fn remove_store(store: &Path) {
    let mut shared = store.as_os_str().to_owned();
    shared.push("-shm");
    for path in [store.to_owned(), wal(store), shared.into()] {
        let _ = fs::remove_file(path);
    }
}

/// From now on a store takes no item any more, though there is room: as on a disk that fails. `false` mends it.
pub fn takes_no_items(store: &Path, broken: bool) -> Result<()> {
    let sql = if broken {
        "CREATE TRIGGER broken BEFORE INSERT ON items BEGIN SELECT RAISE(ABORT, 'the disk does not answer'); END"
    } else {
        "DROP TRIGGER broken"
    };
    Ok(rusqlite::Connection::open(store)?.execute_batch(sql)?)
}
