//! Options of commands about threads and the inbox.

use clap::{Args, Subcommand};

/// `thread …`
#[derive(Debug, Subcommand)]
pub(crate) enum ThreadAction {
    /// Open a thread
    New(ThreadNewArgs),
    /// Answer in a thread
    Reply {
        /// Id, unique prefix or title
        thread: String,
        #[command(flatten)]
        say: SayArgs,
        /// What to say (`-` reads standard input)
        #[arg(long, value_name = "B")]
        body: String,
    },
    /// Tell the asker without a message; by default that an answer comes by your next check-in
    Ack(ThreadAckArgs),
    /// Close a thread with one line of outcome
    Close {
        /// Id, unique prefix or title
        thread: String,
        /// What came of it
        #[arg(long, value_name = "TEXT")]
        outcome: String,
    },
    /// Open a closed thread again; its outcome stays in the history
    Reopen {
        /// Id, unique prefix or title
        thread: String,
    },
    /// A thread with its messages
    Show {
        /// Id, unique prefix or title
        thread: String,
        /// Note that you have read it
        #[arg(long)]
        read: bool,
    },
    /// Threads, newest activity first
    List {
        /// Only those on this page or task
        #[arg(long, value_name = "ID")]
        on: Option<String>,
        /// Closed ones too
        #[arg(long)]
        closed: bool,
    },
    /// Change a message of your own: its text, and until it appears its time
    Edit {
        /// Id, unique prefix or title
        thread: String,
        /// Id of the message or unique prefix
        message: String,
        /// The new text (`-` reads standard input)
        #[arg(long, value_name = "B", required_unless_present = "deliver_at")]
        body: Option<String>,
        /// The new time, or their-morning
        #[arg(long, value_name = "WHEN")]
        deliver_at: Option<String>,
    },
    /// Call back a scheduled message that has not appeared
    Cancel {
        /// Id, unique prefix or title
        thread: String,
        /// Id of the message or unique prefix
        message: String,
    },
    /// Make a decision, task or page of it, with quote, way back and who took part
    Record(super::RecordArgs),
    /// What you are writing, for your own devices alone; without options, all of it
    Draft(ThreadDraftArgs),
}

/// What goes with a message.
#[derive(Debug, Args)]
pub(crate) struct SayArgs {
    /// Whom it is addressed to: names, ids or prefixes
    #[arg(long, value_name = "M,…", value_delimiter = ',')]
    pub(crate) to: Vec<String>,
    /// fyi, question, decision, review or blocker
    #[arg(long, value_parser = ["fyi", "question", "decision", "review", "blocker"])]
    pub(crate) intent: Option<String>,
    /// emergency (at once, by who is on call), urgent (4 working hours), standard (a day) or none
    #[arg(long, value_parser = ["emergency", "urgent", "standard", "none"])]
    pub(crate) urgency: Option<String>,
    /// Why it cannot wait; urgent messages need it
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Of an emergency: the criterion that it meets, its number or its beginning
    #[arg(long, value_name = "TEXT")]
    pub(crate) criterion: Option<String>,
    /// When it appears: a moment, or their-morning (the first check-in of a recipient’s next working day)
    #[arg(long, value_name = "WHEN")]
    pub(crate) deliver_at: Option<String>,
}

/// `thread new`
#[derive(Debug, Args)]
pub(crate) struct ThreadNewArgs {
    /// Title
    pub(crate) title: String,
    /// The page, task or project that it belongs to
    #[arg(long, value_name = "ID")]
    pub(crate) on: Option<String>,
    /// The space it lies in
    #[arg(long, value_name = "S")]
    pub(crate) space: Option<String>,
    #[command(flatten)]
    pub(crate) say: SayArgs,
    /// What to say (`-` reads standard input)
    #[arg(long, value_name = "B")]
    pub(crate) body: String,
}

/// `thread ack`
#[derive(Debug, Args)]
pub(crate) struct ThreadAckArgs {
    /// Id, unique prefix or title
    pub(crate) thread: String,
    /// Id of the message or unique prefix; the newest that you owe an answer when absent
    #[arg(long, value_name = "ID")]
    pub(crate) message: Option<String>,
    /// You have seen it
    #[arg(long, conflicts_with_all = ["until", "not_me"])]
    pub(crate) seen: bool,
    /// You will answer by then
    #[arg(long, value_name = "WHEN", conflicts_with = "not_me")]
    pub(crate) until: Option<String>,
    /// Not you: this member is to answer
    #[arg(long, value_name = "M")]
    pub(crate) not_me: Option<String>,
}

/// `thread draft`
#[derive(Debug, Args)]
pub(crate) struct ThreadDraftArgs {
    /// The thread; a new one when absent
    pub(crate) thread: Option<String>,
    /// Title of the new thread
    #[arg(long, value_name = "T")]
    pub(crate) title: Option<String>,
    #[command(flatten)]
    pub(crate) say: SayArgs,
    /// What you have so far (`-` reads standard input)
    #[arg(long, value_name = "B")]
    pub(crate) body: Option<String>,
    /// Forget it
    #[arg(long, conflicts_with = "body")]
    pub(crate) forget: bool,
}

/// `inbox …`
#[derive(Debug, Subcommand)]
pub(crate) enum InboxAction {
    /// Put a thread away until something new comes
    Done {
        /// Id, unique prefix or title
        thread: String,
    },
    /// Put a thread away for a while; until your next morning when nothing else is said
    Snooze {
        /// Id, unique prefix or title
        thread: String,
        /// Until this moment
        #[arg(long, value_name = "WHEN")]
        until: Option<String>,
        /// Until somebody writes in it
        #[arg(long, conflicts_with = "until")]
        reply: bool,
    },
    /// Keep a thread as unread
    Unread {
        /// Id, unique prefix or title
        thread: String,
    },
    /// See only what is addressed to you by name from now on
    Mute {
        /// Id, unique prefix or title
        thread: String,
        /// See everything again
        #[arg(long)]
        off: bool,
    },
}
