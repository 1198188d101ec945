//! What can go wrong with a store. A variant says what the caller can do; the text says what happened, what is safe
//! and what to do next.

use std::path::PathBuf;

/// Result of every store operation.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why a store operation did not happen. Unless a variant says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No file at the path where a store was expected. Nothing is created in its place.
    #[error(
        "There is no workspace store at {}. Nothing was created. Check the home folder, or create or join a workspace.",
        path.display()
    )]
    Missing {
        /// Where the store was expected.
        path: PathBuf,
    },
    /// `create` was asked for a path that is taken. The existing file was not touched.
    #[error("A file already exists at {}. It was not touched. Open it, or choose another place.", path.display())]
    Exists {
        /// The path that is taken.
        path: PathBuf,
    },
    /// The file is not a Tern store (some other file or another program's database). It was not touched.
    #[error("{} is not a Tern store: {why}. It was not changed. Choose the right file, or restore a snapshot.", path.display())]
    NotAStore {
        /// The file that was looked at.
        path: PathBuf,
        /// What was found instead.
        why: String,
    },
    /// The file ends too early. Restore a snapshot; what is missing comes again from peers.
    #[error(
        "The store {} is cut short ({found_bytes} of {expected_bytes} bytes). It was not changed. \
         Restore a backup with `tern backup restore`; later edits come again from your peers.",
        path.display()
    )]
    Truncated {
        /// The file that was looked at.
        path: PathBuf,
        /// Bytes in the file.
        found_bytes: u64,
        /// Bytes that its header promises.
        expected_bytes: u64,
    },
    /// The store was written by a later Tern. Update; nothing was changed.
    #[error(
        "This workspace was last opened by Tern {written_by} (store version {found}); this Tern reads up to version \
         {supported}. Nothing was changed. Install Tern {written_by} or later and open it again."
    )]
    Newer {
        /// Version of the file.
        found: u32,
        /// Highest version that this build reads.
        supported: u32,
        /// The Tern that wrote it.
        written_by: String,
    },
    /// The workspace lock is on and no key was given. Ask for the passphrase or the keyring; nothing was touched.
    #[error(
        "The workspace at {} is locked. Nothing was changed. Open it with its passphrase or its key.",
        path.display()
    )]
    Locked {
        /// The locked store.
        path: PathBuf,
    },
    /// The key does not open this store. Nothing was touched.
    #[error(
        "That passphrase or key does not open the workspace at {}. Nothing was changed. Try again with the right one.",
        path.display()
    )]
    WrongKey {
        /// The locked store.
        path: PathBuf,
    },
    /// Another process switched the workspace lock on or off while this one had the store open.
    #[error(
        "Another Tern process switched the workspace lock. Nothing was changed here. Open the workspace again."
    )]
    LockSwitched,
    /// The file or its folder cannot be written. Reading may still work with [`crate::OpenOptions::read_only`].
    #[error(
        "The store cannot be written: {detail}. What it holds is safe. Make the file and its folder writable."
    )]
    ReadOnly {
        /// What could not be written.
        detail: String,
    },
    /// The disk (or the page limit set for tests) is full. The transaction was rolled back; earlier commits are safe.
    #[error(
        "The disk is full. Everything saved earlier is safe; this change is not saved. Free some space and try again."
    )]
    Full,
    /// Another process held the store for longer than the busy time-out. Try again.
    #[error("Another Tern process is using the store. Nothing was changed. Try again in a moment.")]
    Busy,
    /// One row does not match its hash. The row is kept but not served; fetch it again from a peer or rebuild it.
    #[error(
        "Row {row} of {table} is damaged ({}) and was not used. Everything else is safe. \
         Run `tern check`; the item comes again from a peer.",
        short_hex(id)
    )]
    Damaged {
        /// Table of the row.
        table: &'static str,
        /// Its row number (0 where the table has none).
        row: i64,
        /// Its id as stored, empty when unreadable.
        id: Vec<u8>,
    },
    /// The database structure is damaged. Restore a snapshot; later edits come again from peers.
    #[error(
        "The store's structure is damaged: {detail}. Nothing was changed. \
         Restore a backup with `tern backup restore`; later edits come again from your peers."
    )]
    Corrupt {
        /// What SQLite says.
        detail: String,
    },
    /// The system refused to read or write. The transaction was rolled back.
    #[error(
        "The store could not be read or written: {detail}. Everything saved earlier is safe. Check the disk."
    )]
    Io {
        /// What the system says.
        detail: String,
    },
    /// The caller passed something the store cannot hold. A mistake in the program.
    #[error("The store refused a value: {0}. Nothing was changed.")]
    Invalid(String),
    /// Any other answer of SQLite. A mistake in the program.
    #[error("The store gave an unexpected answer: {0}. The change was not made.")]
    Sql(String),
}

impl StoreError {
    /// True when the same call may succeed later without anyone doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, StoreError::Busy)
    }
}

fn short_hex(id: &[u8]) -> String {
    if id.is_empty() {
        return "unknown id".to_owned();
    }
    id.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{Error, ErrorCode as Code};
        let detail = error.to_string();
        let failure = match &error {
            // Statements are fixed texts that fit the schema: where one does not, the schema's text is damaged, and so
            // is a value of a type that was never written. SQLite does not always say where in the statement it is.
            Error::SqliteFailure(failure, Some(said))
                if failure.code == Code::Unknown && said.starts_with("no such ") =>
            {
                return StoreError::Corrupt { detail };
            }
            Error::SqliteFailure(failure, _) => failure,
            Error::SqlInputError { .. }
            | Error::InvalidColumnType(..)
            | Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..) => return StoreError::Corrupt { detail },
            _ => return StoreError::Sql(detail),
        };
        match failure.code {
            Code::DiskFull => StoreError::Full,
            Code::DatabaseBusy | Code::DatabaseLocked => StoreError::Busy,
            Code::ReadOnly | Code::PermissionDenied => StoreError::ReadOnly { detail },
            Code::DatabaseCorrupt | Code::NotADatabase => StoreError::Corrupt { detail },
            Code::SystemIoFailure | Code::CannotOpen | Code::OutOfMemory => StoreError::Io { detail },
            _ => StoreError::Sql(detail),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                StoreError::ReadOnly { detail: error.to_string() }
            }
            _ => StoreError::Io { detail: error.to_string() },
        }
    }
}
