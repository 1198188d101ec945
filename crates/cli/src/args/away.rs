//! Options of commands about what happened while one was away, and about decisions.

use clap::{Args, Subcommand};

/// `digest`
#[derive(Debug, Args)]
pub(crate) struct DigestArgs {
    /// Everything that others changed since this moment, by their clocks, whether you saw it or not
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Mark all that is shown as seen
    #[arg(long, conflicts_with = "since")]
    pub(crate) clear: bool,
}

/// `handoff`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct HandoffArgs {
    #[command(subcommand)]
    pub(crate) answer: Option<HandoffAction>,
    /// Who is to go on; the next one whose hours begin when absent
    #[arg(long, value_name = "M")]
    pub(crate) to: Option<String>,
    /// Only show the note
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `handoff …`
#[derive(Debug, Subcommand)]
pub(crate) enum HandoffAction {
    /// Take what is handed to you
    Accept {
        /// Id of the hand-off, unique prefix or title
        page: String,
    },
    /// Give it back
    Return {
        /// Id of the hand-off, unique prefix or title
        page: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// `focus …`
#[derive(Debug, Subcommand)]
pub(crate) enum FocusAction {
    /// Hear nothing until a time of day, as 15:00, or a moment; others see when it ends
    Until {
        /// In your own zone
        when: String,
    },
    /// Hear again what may be heard
    Off,
}

/// `weekly`
#[derive(Debug, Args)]
pub(crate) struct WeeklyArgs {
    /// Make a page of it that everybody can read
    #[arg(long)]
    pub(crate) post: bool,
}

/// `thread record`
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// Id, unique prefix or title
    pub(crate) thread: String,
    /// Id of one message or unique prefix; all that have appeared when absent
    pub(crate) message: Option<String>,
    /// What to make of it
    #[arg(long = "as", value_parser = ["decision", "task", "page"])]
    pub(crate) kind: String,
    /// Its title
    #[arg(long, value_name = "T")]
    pub(crate) title: Option<String>,
    /// The space it lies in; that of the thread when absent
    #[arg(long, value_name = "S")]
    pub(crate) space: Option<String>,
    /// Only show what would become visible, and to whom
    #[arg(long)]
    pub(crate) preview: bool,
    /// Also where it leaves a private space or is shown to somebody new
    #[arg(long)]
    pub(crate) yes: bool,
}

/// `decision …`
#[derive(Debug, Subcommand)]
pub(crate) enum DecisionAction {
    /// The log, oldest first, with what replaced what
    List {
        /// proposed, decided or superseded
        #[arg(long, value_parser = ["proposed", "decided", "superseded"])]
        state: Option<String>,
        /// Only those that concern this project
        #[arg(long, value_name = "NAME|KEY|ID")]
        project: Option<String>,
    },
    /// Change fields: title state owner deciders decide_by outcome affects supersedes
    Set {
        /// Id, unique prefix or title
        page: String,
        /// name=value, for example state=decided outcome="We take the night ferry"
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
}
