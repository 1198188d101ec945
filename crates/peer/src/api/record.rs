//! Making a decision, task or page out of a thread.

use serde::Serialize;

use super::{PersonView, Ref};

/// What is to be made out of a thread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordWhat {
    /// The thread.
    pub thread: Ref,
    /// Id of one message or a prefix; all that have appeared when `None`.
    pub message: Option<String>,
    /// `decision`, `task` or `page`.
    pub kind: String,
    /// Title; that of the thread, or the beginning of the message, when `None`.
    pub title: Option<String>,
    /// Where it lies: id, prefix or title of a space; that of the thread when `None`.
    pub space: Option<String>,
}

/// What becomes visible to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecordedView {
    /// Full id of what was made; none for a preview.
    pub id: Option<String>,
    /// `decision`, `task` or `page`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Title of the space it lies in.
    pub space: String,
    /// Exactly the text that it holds, as Markdown.
    pub text: String,
    /// What was decided, where the thread was closed with an outcome.
    pub outcome: Option<String>,
    /// Everybody who can read it there.
    pub readers: Vec<RecordReader>,
    /// Those among them who cannot read the thread.
    pub gains: Vec<PersonView>,
    /// Whether it leaves a private space or is shown to somebody new, which needs a yes.
    pub needs_yes: bool,
    /// All of it in a sentence.
    pub note: String,
}

/// Somebody who can read what was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecordReader {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// Role in that space.
    pub role: String,
}
