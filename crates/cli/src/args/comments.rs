//! Options of commands about comments.

use clap::{Args, Subcommand};

/// `comment …`
#[derive(Debug, Subcommand)]
pub(crate) enum CommentAction {
    /// Comment on words or a block of a page, or on the page as a whole
    Add(CommentAddArgs),
    /// Comments on a page, in its order
    List {
        /// Id or unique prefix
        page: String,
    },
    /// Answer in a thread
    Reply {
        /// Id or unique prefix that `comment list` prints
        thread: String,
        /// What to say (`-` reads standard input)
        text: String,
    },
    /// Mark a thread as resolved
    Resolve {
        /// Id or unique prefix that `comment list` prints
        thread: String,
        /// Open it again instead
        #[arg(long)]
        open: bool,
    },
}

/// `comment add`
#[derive(Debug, Args)]
pub(crate) struct CommentAddArgs {
    /// Id or unique prefix
    pub(crate) page: String,
    /// What to say (`-` reads standard input)
    pub(crate) text: String,
    /// The words it is about, as they stand in one paragraph
    #[arg(long, value_name = "WORDS", conflicts_with_all = ["block", "from", "to"])]
    pub(crate) on: Option<String>,
    /// The block it is about: its marker or its place from 0
    #[arg(long, value_name = "BLOCK", conflicts_with_all = ["from", "to"])]
    pub(crate) block: Option<String>,
    /// First position it is about
    #[arg(long, value_name = "N", requires = "to")]
    pub(crate) from: Option<usize>,
    /// Position after the last
    #[arg(long, value_name = "N", requires = "from")]
    pub(crate) to: Option<usize>,
    /// Heads for which the positions hold; the present ones when absent
    #[arg(long, value_name = "HEADS", requires = "from")]
    pub(crate) base: Option<String>,
}
