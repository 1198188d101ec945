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
