//! Errors of the libraries in the words of the product.

use tern_model::ModelError;
use tern_store::StoreError;
use tern_sync::{ItemResult, Refusal};

use crate::api::{ErrorKind, PeerError, StoreFailure};

impl From<StoreError> for PeerError {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Missing { .. } => ErrorKind::NotFound,
            StoreError::Damaged { .. } | StoreError::Corrupt { .. } | StoreError::Truncated { .. } => {
                ErrorKind::Damaged
            }
            StoreError::NotAStore { .. } => ErrorKind::Damaged,
            StoreError::ReadOnly { detail } => return read_only(detail).of_store(StoreFailure::Failed),
            StoreError::Full => return full().of_store(StoreFailure::Full),
            _ => ErrorKind::Failed,
        };
        PeerError::new(kind, error.to_string()).of_store(StoreFailure::Failed)
    }
}

impl From<tern_sync::SourceError> for PeerError {
    fn from(error: tern_sync::SourceError) -> Self {
        PeerError::new(ErrorKind::Failed, error.to_string()).of_store(StoreFailure::Failed)
    }
}

/// Nothing can be written where the home lies.
pub(crate) fn read_only(detail: &str) -> PeerError {
    PeerError::new(ErrorKind::Failed, format!("The disk or this home is read-only: {detail}."))
        .safe("Nothing was changed; everything saved earlier can still be read.")
        .next("Make the home folder and its files writable, or copy the home to a disk that is and name it with --home.")
}

/// What a session is told of items that were not taken. Where the store failed, it ends; for what else went wrong nothing
/// is asked of the peer that it could do better, so it keeps what it has and asks again later, as with a full disk.
pub(crate) fn untaken(error: &PeerError, count: usize) -> Vec<ItemResult> {
    tracing::error!(%error, "items could not be stored");
    let failed = error.store == StoreFailure::Failed;
    vec![if failed { ItemResult::Failed } else { ItemResult::Refused(Refusal::Quota) }; count]
}

/// No room where the home lies.
pub(crate) fn full() -> PeerError {
    PeerError::new(ErrorKind::Failed, "The disk is full; this change is not saved.")
        .safe("Everything saved earlier is safe and can still be read.")
        .next("Free some space and try again.")
}

/// Refuses a text of a person that is longer than lists can show.
pub(crate) fn bounded(what: &str, text: &str, most_chars: usize) -> Result<(), PeerError> {
    let found = text.chars().count();
    if found <= most_chars {
        return Ok(());
    }
    Err(PeerError::new(
        ErrorKind::BadInput,
        format!("{what} has {found} characters; at most {most_chars} are possible."),
    )
    .safe("Nothing was changed.")
    .next("Give a shorter one; long text belongs on the page."))
}

/// Most characters of a member's name.
pub(crate) const MAX_NAME_CHARS: usize = 256;
/// Most characters of a title that is typed.
pub(crate) const MAX_TITLE_CHARS: usize = 1024;

impl From<ModelError> for PeerError {
    fn from(error: ModelError) -> Self {
        let kind = match error {
            ModelError::UnknownBlock(_) | ModelError::UnknownHeads => ErrorKind::NotFound,
            ModelError::Malformed(_) => ErrorKind::BadInput,
            _ => ErrorKind::Failed,
        };
        let text = error.to_string();
        PeerError::new(kind, format!("The document was not changed: {text}."))
    }
}

/// A role does not allow it.
pub(crate) fn not_allowed(what: &str) -> PeerError {
    PeerError::new(ErrorKind::NotAllowed, format!("Your role does not allow you to {what}."))
        .safe("Nothing was changed.")
        .next("Ask an owner or admin of the workspace; `tern member list` shows who they are.")
}

/// A request that makes no sense.
pub(crate) fn usage(text: impl Into<String>, next: &str) -> PeerError {
    PeerError::new(ErrorKind::Usage, text).safe("Nothing was changed.").next(next)
}

/// Something named by a person is not here.
pub(crate) fn not_found(what: &str, name: &str) -> PeerError {
    PeerError::new(ErrorKind::NotFound, format!("There is no {what} “{name}” here."))
}

/// A text given by a person makes no sense.
pub(crate) fn bad_input(text: impl Into<String>) -> PeerError {
    PeerError::new(ErrorKind::BadInput, text)
}

/// Something that a correct program never meets.
pub(crate) fn internal(text: impl Into<String>) -> PeerError {
    PeerError::new(ErrorKind::Failed, text)
        .safe("Nothing was changed.")
        .next("Run `tern check`, and please report this.")
}
