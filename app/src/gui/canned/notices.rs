//! What may be heard, and what people share, in the canned workspace.

use tern_peer::{Command, Query, Reply, View};

/// Answers as tests set them.
#[derive(Default)]
pub struct Notices {}

impl Notices {
    /// Answers a query; nothing for anything else.
    pub(super) fn answer(&self, _query: &Query) -> Option<View> {
        None
    }

    /// Performs a command; nothing for anything else.
    pub(super) fn perform(&mut self, _command: &Command) -> Option<Reply> {
        None
    }
}
