//! The one error that people see: what happened, what is safe, what to do next.

use std::fmt;

/// What a caller can do about a failure; the terminal's exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// It could not be done (exit 1).
    Failed,
    /// The request makes no sense (exit 2).
    Usage,
    /// The caller's role does not allow it (exit 3).
    NotAllowed,
    /// What was named does not exist here (exit 4).
    NotFound,
    /// The store is damaged (exit 5).
    Damaged,
    /// No peer answered (exit 6).
    Unreachable,
    /// A file, ticket or text given by the person cannot be read (exit 7).
    BadInput,
}

impl ErrorKind {
    /// The exit code of the terminal contract.
    pub fn exit_code(self) -> u8 {
        match self {
            ErrorKind::Failed => 1,
            ErrorKind::Usage => 2,
            ErrorKind::NotAllowed => 3,
            ErrorKind::NotFound => 4,
            ErrorKind::Damaged => 5,
            ErrorKind::Unreachable => 6,
            ErrorKind::BadInput => 7,
        }
    }
}

/// A failure in the words of the product.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PeerError {
    /// What the caller can do.
    pub kind: ErrorKind,
    /// What happened.
    pub happened: String,
    /// What is safe in spite of it.
    pub safe: String,
    /// What to do next.
    pub next: String,
    /// Whether the store itself failed: known in this process only.
    #[serde(skip)]
    pub(crate) store: StoreFailure,
}

/// How a store had to do with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum StoreFailure {
    /// It had nothing to do with it.
    #[default]
    None,
    /// There is no room on its disk.
    Full,
    /// It could not be read or written.
    Failed,
}

impl PeerError {
    /// An error of `kind`; `safe` and `next` are added with [`PeerError::safe`] and [`PeerError::next`].
    pub fn new(kind: ErrorKind, happened: impl Into<String>) -> Self {
        PeerError {
            kind,
            happened: happened.into(),
            safe: String::new(),
            next: String::new(),
            store: StoreFailure::None,
        }
    }

    /// Says that the store failed.
    #[must_use]
    pub(crate) fn of_store(mut self, failure: StoreFailure) -> Self {
        self.store = failure;
        self
    }

    /// Says what is safe.
    #[must_use]
    pub fn safe(mut self, text: impl Into<String>) -> Self {
        self.safe = text.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn next(mut self, text: impl Into<String>) -> Self {
        self.next = text.into();
        self
    }
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.happened)?;
        for part in [&self.safe, &self.next] {
            if !part.is_empty() {
                write!(f, " {part}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for PeerError {}
