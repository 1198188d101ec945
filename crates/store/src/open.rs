//! Opening, creating and recognising the one file of a workspace. Nothing here creates a store where one was expected.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tern_trust::planted::Fault;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Result, StoreError};
use crate::ingest::{Hints, Numbers};
use crate::projected::Folded;
use crate::rest::{AtRestKey, Rest};
use crate::{backup, lock, meta, projections, schema, search};

/// Longest wait for another process before [`StoreError::Busy`].
pub const BUSY_TIMEOUT_MS: u64 = 10_000;
/// SQLite page cache of one connection.
pub const CACHE_KIB: i64 = 16 * 1024;
/// Pages in the write-ahead log before a commit folds them into the file by itself.
pub const AUTO_CHECKPOINT_PAGES: i64 = 2_000;
/// Page size of a store made by this build; one made by another keeps its own.
pub const PAGE_BYTES: u32 = 8_192;
/// The write-ahead log is cut back to this size after a checkpoint.
pub const WAL_KEEP_BYTES: i64 = 4 * 1024 * 1024;
/// Prepared statements kept by one connection.
const STATEMENTS: usize = 160;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER_BYTES: usize = 100;

/// Identity of one store file: drawn when it is created and again when it is restored, so that peers forget their
/// cursors into it (docs/wire.md, Hello).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreId(pub u64);

/// Store files that connections of this process are open on, and how many.
static HELD: Mutex<BTreeMap<PathBuf, usize>> = Mutex::new(BTreeMap::new());

/// A claim on a store file for as long as a connection of this process is open on it. POSIX drops all locks that a
/// process has on a file as soon as it closes *any* descriptor of that file, so plain reads of the file happen only
/// while nobody here is connected to it. Without its locks, another process that leaves may take itself for the last
/// one and remove the write-ahead log under this one.
#[derive(Debug)]
pub(crate) struct Held(PathBuf);

impl Held {
    /// Claims the file; `look` may open it with plain file calls and runs for the first claim only.
    fn take(path: &Path, look: impl FnOnce() -> Result<()>) -> Result<Held> {
        let place = match fs::canonicalize(path) {
            Ok(place) => place,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(StoreError::Missing { path: path.to_owned() });
            }
            Err(error) => return Err(error.into()),
        };
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.contains_key(&place) {
            look()?;
        }
        *held.entry(place.clone()).or_default() += 1;
        Ok(Held(place))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(claims) = held.get_mut(&self.0) {
            *claims -= 1;
            if *claims == 0 {
                held.remove(&self.0);
            }
        }
    }
}

/// How to open a store.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Open without the right to write.
    pub read_only: bool,
    /// Longest wait for another process.
    pub busy_timeout_ms: u64,
    /// Upper bound of the file in pages of [`PAGE_BYTES`]; for tests of a full disk.
    pub max_page_count: Option<u32>,
    /// Key of the workspace lock. Needed for a locked store, not looked at for another; a store that is created with
    /// it is locked from its first byte.
    pub at_rest: Option<AtRestKey>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions {
            read_only: false,
            busy_timeout_ms: BUSY_TIMEOUT_MS,
            max_page_count: None,
            at_rest: None,
        }
    }
}

/// One open workspace file. Reads are methods here; writes go through [`Store::begin`].
pub struct Store {
    pub(crate) conn: Connection,
    pub(crate) path: PathBuf,
    pub(crate) read_only: bool,
    pub(crate) numbers: RefCell<Numbers>,
    pub(crate) hints: RefCell<Hints>,
    /// Set when the store is locked.
    pub(crate) rest: Option<Rest>,
    pub(crate) folded: Folded,
    /// Giving free pages back failed once: it is not tried again by this process.
    pub(crate) cannot_shrink: Cell<bool>,
    data_version: Cell<i64>,
    id: StoreId,
    /// Dropped after the connection.
    _held: Held,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("path", &self.path).field("id", &self.id).finish_non_exhaustive()
    }
}

impl Store {
    /// Makes a new, empty store. Fails with [`StoreError::Exists`] rather than touch a file; a crash half-way leaves
    /// no store behind.
    pub fn create(path: &Path, id: StoreId, options: &OpenOptions) -> Result<Store> {
        if path.exists() {
            return Err(StoreError::Exists { path: path.to_owned() });
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let draft = backup::draft_path(path);
        backup::remove_database(&draft)?;
        {
            let conn = Connection::open(&draft)?;
            conn.pragma_update(None, "page_size", PAGE_BYTES)?;
            conn.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
            set_pragmas(&conn, options)?;
            schema::migrate(&conn, schema::MIGRATIONS)?;
            schema::set_identity(&conn, id)?;
            if let Some(key) = &options.at_rest {
                lock::mark(&conn, &Rest::new(key))?;
            }
            conn.close().map_err(|(_, error)| StoreError::from(error))?;
        }
        backup::publish(&draft, path)?;
        Store::open_existing(path, options)
    }

    /// Opens a store that must exist, migrating it when it is older than this build.
    pub fn open_existing(path: &Path, options: &OpenOptions) -> Result<Store> {
        let (held, conn) = look(path, options)?;
        let rest = lock::unlocked_by(&conn, path, options.at_rest.as_ref())?;
        set_pragmas(&conn, options)?;
        if !options.read_only {
            schema::migrate(&conn, schema::MIGRATIONS)?;
        }
        match &rest {
            Some(_) => lock::prepare(&conn, options.read_only)?,
            None if options.read_only => {}
            None => projections::ensure(&conn)?,
        }
        let id = read_identity(&conn)?;
        let store = Store {
            conn,
            path: path.to_owned(),
            read_only: options.read_only,
            numbers: RefCell::default(),
            hints: RefCell::default(),
            rest,
            folded: Folded::default(),
            cannot_shrink: Cell::new(false),
            data_version: Cell::new(0),
            id,
            _held: held,
        };
        store.data_version.set(store.read_data_version()?);
        store.fold_alone()?;
        Ok(store)
    }

    /// Whether a commit that returned survives a power cut: every one is flushed to the disk first.
    pub fn flushes_commits(&self) -> Result<bool> {
        let level: i64 = self.conn.pragma_query_value(None, "synchronous", |row| row.get(0))?;
        Ok(level >= 2)
    }

    /// The identity of this file.
    pub fn id(&self) -> StoreId {
        self.id
    }

    /// Whether it was opened without the right to write.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True once after another process committed: whoever caches what it read must read again. In a locked store
    /// this also takes the other's projections in.
    pub fn changed_elsewhere(&self) -> Result<bool> {
        let seen = self.read_data_version()?;
        if seen == self.data_version.get() {
            return Ok(false);
        }
        self.same_lock()?;
        self.fold_alone()?;
        self.data_version.set(seen);
        Ok(true)
    }

    /// From here on everything that is read is of one moment, whatever others commit, until the store is dropped. For whoever
    /// looks through much of it beside the process that writes.
    pub fn hold(&self) -> Result<()> {
        self.conn.execute_batch("BEGIN")?;
        // The moment is that of the first read.
        self.last_row()?;
        Ok(())
    }

    fn read_data_version(&self) -> Result<i64> {
        Ok(self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
    }

    /// Bytes of the file and of its write-ahead log.
    pub fn size_bytes(&self) -> u64 {
        let len = |path: &Path| fs::metadata(path).map_or(0, |m| m.len());
        len(&self.path) + len(&beside(&self.path, "-wal"))
    }

    /// Bytes that hold something: the file without its free pages, which later items take.
    pub fn used_bytes(&self) -> Result<u64> {
        Ok(self.used_and_free_bytes()?.0)
    }

    /// Bytes of the file that hold something, and those of its free pages.
    pub(crate) fn used_and_free_bytes(&self) -> Result<(u64, u64)> {
        let number = |name: &str| self.conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let (all, free, size) = (number("page_count")?, number("freelist_count")?, number("page_size")?);
        let bytes = |pages: i64| pages.saturating_mul(size).max(0).cast_unsigned();
        Ok((bytes(all - free), bytes(free)))
    }
}

/// A connection to a store of ours that has changed nothing yet. The claim goes first in the pair, so that it is dropped
/// last.
fn look(path: &Path, options: &OpenOptions) -> Result<(Held, Connection)> {
    if !options.read_only {
        refuse_read_only_modes(path)?;
    }
    let held = Held::take(path, || {
        look_at_header(path)?;
        if options.read_only { Ok(()) } else { refuse_read_only_disk(path) }
    })?;
    let access =
        if options.read_only { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    let mut conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    if options.read_only {
        conn = unmoved(conn, path)?;
    }
    conn.busy_timeout(Duration::from_millis(options.busy_timeout_ms))?;
    refuse_strange_or_newer(&conn, path)?;
    Ok((held, conn))
}

/// A connection to a store of ours, set as for every use but with no table looked at.
pub(crate) fn connect(path: &Path, options: &OpenOptions) -> Result<(Held, Connection)> {
    let (held, conn) = look(path, options)?;
    set_pragmas(&conn, options)?;
    Ok((held, conn))
}

fn read_identity(conn: &Connection) -> Result<StoreId> {
    match meta::read(conn, meta::STORE_ID) {
        Ok(bytes) => bytes.and_then(|b| b.try_into().ok()).map(|b| StoreId(u64::from_le_bytes(b))),
        Err(StoreError::Damaged { .. }) => None,
        Err(error) => return Err(error),
    }
    .ok_or_else(|| StoreError::Corrupt { detail: "the store's identity is missing or damaged".to_owned() })
}

/// `store.db` → `store.db-wal`.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn set_pragmas(conn: &Connection, options: &OpenOptions) -> Result<()> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // A cached statement is not planned anew for each value that is bound to it: that was a tenth of a meeting.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    search::register(conn)?;
    conn.busy_timeout(Duration::from_millis(options.busy_timeout_ms))?;
    if !options.read_only {
        let mode: String = conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        if !mode.eq_ignore_ascii_case("wal") {
            return Err(StoreError::Io { detail: format!("write-ahead log not available (mode {mode})") });
        }
    }
    let flushing = if Fault::NotFlushed.is_on() { "NORMAL" } else { "FULL" };
    conn.pragma_update(None, "synchronous", flushing)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    conn.pragma_update(None, "wal_autocheckpoint", AUTO_CHECKPOINT_PAGES)?;
    conn.pragma_update(None, "journal_size_limit", WAL_KEEP_BYTES)?;
    if let Some(pages) = options.max_page_count {
        conn.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(())
}

/// Fails unless there is a store of ours at the path, in a version that this build reads; locked or not.
pub(crate) fn recognise(path: &Path) -> Result<(Held, Connection)> {
    let (held, conn) = look(path, &OpenOptions { read_only: true, ..OpenOptions::default() })?;
    read_identity(&conn)?;
    Ok((held, conn))
}

/// Looks at the first bytes with plain file reads, so that a file that is not ours is never touched by SQLite.
fn look_at_header(path: &Path) -> Result<()> {
    let strange = |why: &str| StoreError::NotAStore { path: path.to_owned(), why: why.to_owned() };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        Err(error) => return Err(error.into()),
    };
    let found = file.metadata()?;
    if found.is_dir() {
        return Err(strange("it is a folder"));
    }
    let mut header = Vec::with_capacity(HEADER_BYTES);
    (&mut file).take(HEADER_BYTES as u64).read_to_end(&mut header)?;
    if header.is_empty() {
        return Err(strange("it is empty"));
    }
    if !header.starts_with(&MAGIC[..header.len().min(MAGIC.len())]) {
        return Err(strange("it is some other kind of file"));
    }
    let field = |at: usize| header.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
    let cut_short = |expected_bytes: u64| StoreError::Truncated {
        path: path.to_owned(),
        found_bytes: found.len(),
        expected_bytes,
    };
    let (Some(pages), Some(application)) = (field(28), field(68)) else {
        return Err(cut_short(HEADER_BYTES as u64));
    };
    if application != schema::APPLICATION_ID.cast_unsigned() {
        return Err(strange("it is the database of another program"));
    }
    let page_bytes = match u64::from(field(16).unwrap_or(0) >> 16) {
        1 => 65_536,
        n => n,
    };
    // A checkpoint writes page 1 first, so a shorter file is whole while its log still holds the rest.
    let log_bytes = fs::metadata(beside(path, "-wal")).map_or(0, |m| m.len());
    let expected_bytes = u64::from(pages) * page_bytes;
    if found.len() < expected_bytes && log_bytes == 0 {
        return Err(cut_short(expected_bytes));
    }
    Ok(())
}

/// A connection that can read. Where nothing may be written, SQLite cannot make the index of a write-ahead log; with
/// nothing in that log the file is whole by itself and is read as one that nobody changes.
fn unmoved(conn: Connection, path: &Path) -> Result<Connection> {
    let readable = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    let log_bytes = fs::metadata(beside(path, "-wal")).map_or(0, |m| m.len());
    match (readable, path.to_str()) {
        (Err(_), Some(text)) if log_bytes == 0 => {
            let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
                | OpenFlags::SQLITE_OPEN_URI
                | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Ok(Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)?)
        }
        _ => Ok(conn),
    }
}

/// The mode bits of the file and its folder.
fn refuse_read_only_modes(path: &Path) -> Result<()> {
    let mut places = vec![path];
    places.extend(path.parent());
    for place in places {
        if fs::metadata(place).is_ok_and(|m| m.permissions().readonly()) {
            return Err(StoreError::ReadOnly { detail: format!("{} is read-only", place.display()) });
        }
    }
    Ok(())
}

/// The mode bits do not tell of a disk that is mounted read-only.
fn refuse_read_only_disk(path: &Path) -> Result<()> {
    match File::options().write(true).open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) => {
            Err(StoreError::ReadOnly { detail: format!("{} cannot be written", path.display()) })
        }
        _ => Ok(()),
    }
}

fn refuse_strange_or_newer(conn: &Connection, path: &Path) -> Result<()> {
    let found = schema::version(conn)?;
    if found > schema::STORE_VERSION {
        let written_by = meta::read(conn, meta::WRITTEN_BY).ok().flatten();
        let written_by = written_by.and_then(|b| String::from_utf8(b).ok());
        return Err(StoreError::Newer {
            found,
            supported: schema::STORE_VERSION,
            written_by: written_by.unwrap_or_else(|| "of a later version".to_owned()),
        });
    }
    if found == 0 {
        let why = "it has no tables of ours".to_owned();
        return Err(StoreError::NotAStore { path: path.to_owned(), why });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_set_to_survive_a_power_cut() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("store.db");
        let store = Store::create(&path, StoreId(1), &OpenOptions::default()).unwrap();
        let number =
            |pragma: &str| store.conn.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(number("synchronous"), 2, "FULL");
        assert_eq!((number("foreign_keys"), number("mmap_size")), (1, 0));
        assert_eq!(number("application_id"), i64::from(schema::APPLICATION_ID));
        let mode: String = store.conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}
