//! Answers of commands.

use serde::Serialize;

/// What a command answers.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// Done, with nothing to say.
    Done {},
    /// A document was made or changed.
    Doc(super::DocReply),
    /// A change of a page in positions was performed.
    PageDelta(super::PageDeltaReply),
    /// A ticket.
    Ticket {
        /// The text to hand over.
        ticket: String,
    },
    /// A space was made.
    Space {
        /// Its id, hex.
        id: String,
    },
    /// Edits that were set aside count now, or were exported.
    Reviewed {
        /// How many.
        items: u64,
    },
    /// A thread, as `thread show` prints it.
    Thread(Box<super::ThreadView>),
    /// A decision, as the log prints it.
    Decision(Box<super::DecisionView>),
    /// A document of practice, or what a group was asked.
    Practice(Box<super::PracticeView>),
    /// What was made out of a thread.
    Recorded(Box<super::RecordedView>),
    /// A hand-off.
    Handoff(Box<super::HandoffView>),
    /// The update of a week that was posted.
    Weekly(Box<super::WeeklyView>),
    /// What is kept as drafts.
    Drafts(super::DraftsView),
    /// A task, as `task show` prints it.
    Task(Box<super::TaskView>),
    /// Several tasks were changed.
    Steps(super::TaskSteps),
    /// A saved view.
    View(Box<super::SavedView>),
    /// A project.
    Project(Box<super::ProjectView>),
    /// A cycle.
    Cycle(Box<super::CycleView>),
    /// An attachment.
    Attachment {
        /// blake3 of the sealed file, hex.
        hash: String,
        /// Size in bytes.
        bytes: u64,
    },
    /// An import.
    Import(super::ImportReport),
    /// An import of tasks that was taken back.
    ImportUndone(super::ImportUndone),
    /// An export.
    Export(super::ExportReport),
    /// A bundle.
    Bundle {
        /// Items written or taken in.
        items: u64,
        /// Items of the file that were new here.
        new: u64,
        /// Items written into the reply file.
        reply_items: u64,
        /// Attachments that are named by these items but travel only over a connection, and are not here.
        attachments_left_out: u64,
    },
    /// A profile.
    Profile(super::ProfileView),
    /// See [`Command::Compact`](super::Command::Compact).
    Compact(super::CompactView),
}
