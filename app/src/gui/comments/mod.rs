//! Comments on the open page: threads beside the text, and the words in it that they are anchored to.
//!
//! `data` is what is shown as plain rows; `ui` draws it in the right column. Positions of anchors live in the page's
//! session, which takes them along with every change.

pub mod data;
pub mod ui;

use std::collections::BTreeMap;

/// What the views of comments ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Talk {
    /// Begins a comment on what is selected in the page.
    Begin,
    /// Gives the comment up that is being written.
    Cancel,
    /// Sends it.
    Send,
    /// Sends what is typed as a reply to this thread.
    Reply(String),
    /// Looks at a thread: its words are marked and brought into sight.
    Pick(String),
    /// Shows threads that are resolved, or hides them.
    ShowResolved(bool),
}

/// A comment that is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The words it is on; empty for the page as a whole.
    pub quote: String,
    /// What is typed.
    pub text: String,
    /// It goes as soon as the engine holds the text that it is on.
    pub sending: bool,
    /// It was handed to the engine, which has not answered yet.
    pub sent: bool,
    /// The field gets the keyboard in the next frame.
    pub focus: bool,
}

/// What the views of comments remember between frames.
#[derive(Debug, Default)]
pub struct TalkState {
    /// A new comment.
    pub draft: Option<Draft>,
    /// Replies that are being written, by thread.
    pub replies: BTreeMap<String, String>,
    /// The thread that has one's attention.
    pub focus: Option<String>,
    /// One was sent here for this thread: it has one's attention as soon as its words are placed.
    pub wanted: Option<String>,
    /// It is to be brought into sight in the column.
    pub reveal: bool,
    /// Resolved threads are shown.
    pub resolved: bool,
    /// The answer from which the anchors in the page were taken.
    pub anchored: usize,
}

impl TalkState {
    /// Takes over what was being written about the same page elsewhere.
    pub fn join(&mut self, other: TalkState) {
        match (&mut self.draft, other.draft) {
            (Some(draft), Some(other)) => draft.text = format!("{}\n{}", other.text, draft.text),
            (draft, other) => *draft = draft.take().or(other),
        }
        for (thread, text) in other.replies {
            let mine = self.replies.entry(thread).or_default();
            *mine = if mine.is_empty() { text } else { format!("{text}\n{mine}") };
        }
    }
}
