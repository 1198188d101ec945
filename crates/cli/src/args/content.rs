//! Options of commands about pages, tasks and files.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `page …`
#[derive(Debug, Subcommand)]
pub(crate) enum PageAction {
    /// Make a page
    New(PageNewArgs),
    /// Read a page
    Show(PageShowArgs),
    /// Replace a page by Markdown; the difference becomes edits, so concurrent work survives
    Edit {
        /// Id or unique prefix
        page: String,
        /// Markdown file (`-` reads standard input)
        #[arg(long, value_name = "F.md")]
        file: PathBuf,
        /// Heads you started from (`page show` prints them); the present ones when absent
        #[arg(long, value_name = "HEADS")]
        base: Option<String>,
    },
    /// Add Markdown from standard input at the end
    Append {
        /// Id or unique prefix
        page: String,
    },
    /// Give a page another title
    Rename {
        /// Id or unique prefix
        page: String,
        /// The title
        title: String,
    },
    /// Move a page under another, or to the top when no parent is named
    Move {
        /// Id or unique prefix
        page: String,
        /// Page above it
        #[arg(long, value_name = "Q")]
        parent: Option<String>,
        /// Sibling before it; first when absent
        #[arg(long, value_name = "R")]
        after: Option<String>,
    },
    /// The page tree
    List {
        /// Include the trash
        #[arg(long)]
        trash: bool,
    },
    /// Change who answers for a page and when it is looked at: owner review_by review_days project; of an incident also state outcome severity affected started resolved
    Set {
        /// Id, unique prefix or title
        page: String,
        /// name=value, for example owner=me review_by=2026-12-01
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Say that a page is still true, until its next look
    StillTrue {
        /// Id, unique prefix or title
        page: String,
    },
    /// Pages that are to be looked at, the earliest first
    Reviews,
    /// Keep a copy of a page as a template for the team; blanks are {{me}}, {{today}}, {{project}}
    Template {
        /// Id or unique prefix
        page: String,
    },
    /// What `page new --template` knows
    Templates,
    /// Put a page into the trash
    Trash {
        /// Id or unique prefix
        page: String,
    },
    /// Take a page out of the trash
    Restore {
        /// Id or unique prefix
        page: String,
    },
    /// Who changed a page when
    History {
        /// Id or unique prefix
        page: String,
    },
    /// What changed between two heads
    Diff {
        /// Id or unique prefix
        page: String,
        /// Older heads
        #[arg(long, value_name = "HEADS")]
        from: String,
        /// Newer heads; the present ones when absent
        #[arg(long, value_name = "HEADS")]
        to: Option<String>,
    },
    /// Make a page as it was, as a further change
    Revert {
        /// Id or unique prefix
        page: String,
        /// The heads to go back to
        #[arg(long, value_name = "HEADS")]
        to: String,
        /// Only this block: its marker, or its place at those heads from 0
        #[arg(long, value_name = "BLOCK")]
        block: Option<String>,
    },
    /// Take back what one change did to a page; what came after it stays
    TakeBack {
        /// Id or unique prefix
        page: String,
        /// The heads after the change, as the command that made it printed them
        #[arg(long, value_name = "HEADS")]
        at: String,
    },
    /// What changed since you last read a page
    Since {
        /// Id or unique prefix
        page: String,
    },
    /// Note that you have read a page; only your own devices learn of it
    Seen {
        /// Id or unique prefix
        page: String,
        /// Up to these heads; the present ones when absent
        #[arg(long, value_name = "HEADS")]
        at: Option<String>,
    },
    /// What was combined while you and others were apart: yours, theirs, and what came of it
    Merges {
        /// Id or unique prefix
        page: String,
        /// Note that you have looked at all of it
        #[arg(long)]
        reviewed: bool,
    },
    /// What links to a page
    Links {
        /// Id or unique prefix
        page: String,
    },
}

/// `page new`
#[derive(Debug, Args)]
pub(crate) struct PageNewArgs {
    /// Title
    pub(crate) title: String,
    /// Page above it
    #[arg(long, value_name = "P")]
    pub(crate) parent: Option<String>,
    /// Space to make it in
    #[arg(long, value_name = "S")]
    pub(crate) space: Option<String>,
    /// Its content as a Markdown file (`-` reads standard input)
    #[arg(long, value_name = "F.md")]
    pub(crate) file: Option<PathBuf>,
    /// Template it begins as: decision, meeting, …, or one that was saved
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    pub(crate) template: Option<String>,
}

/// `page show`
#[derive(Debug, Args)]
pub(crate) struct PageShowArgs {
    /// Id or unique prefix
    pub(crate) page: String,
    /// md, json or html
    #[arg(long, value_parser = ["md", "json", "html"])]
    pub(crate) format: Option<String>,
    /// As it was at these heads
    #[arg(long, value_name = "HEADS")]
    pub(crate) at: Option<String>,
}

/// `task …`
#[derive(Debug, Subcommand)]
pub(crate) enum TaskAction {
    /// Capture a task in one line: "Fix login @aiko #auth !high ^2026-12-01 >Web"
    New {
        /// The line
        #[arg(required = true)]
        line: Vec<String>,
    },
    /// Change fields: title status priority assignee label -label estimate due project description, parent blocks
    /// -blocks blocked_by relates duplicate_of, recur ("every Monday 09:00 Europe/London"), cycle appetite hill, and
    /// those that the project defines
    Set {
        /// Short id, id or unique prefix
        task: String,
        /// field=value; an empty value clears the field
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// A task is done. Of one that comes again the time for which it stands is; it stays open for the next one
    Done {
        /// Short id, id or unique prefix
        task: String,
        /// Of several times that are past the newest is done, and those before it are passed over
        #[arg(long)]
        skip_missed: bool,
    },
    /// Bring a task that comes again up to date: the times that were missed are passed over
    Skip {
        /// Short id, id or unique prefix
        task: String,
        /// Only the time for which it stands, whether or not it is past
        #[arg(long)]
        this: bool,
    },
    /// One task; of one that comes again also what is done of it
    Show {
        /// Short id, id or unique prefix
        task: String,
    },
    /// Tasks that match
    List {
        /// Filter, "is:open assignee:me label:auth". A task that comes again is open until its rule ends: the times of it
        /// that are done are no tasks and not in is:closed; `tern task show` tells them
        #[arg(long = "where", value_name = "FILTER", default_value = "", allow_hyphen_values = true)]
        filter: String,
        /// status, assignee, label, project, due or priority
        #[arg(long, value_name = "BY", value_parser = ["status", "assignee", "label", "project", "due", "priority"])]
        group: Option<String>,
        /// due, priority, status, title, updated or order
        #[arg(long, value_name = "BY", value_parser = ["due", "priority", "status", "title", "updated", "order"])]
        sort: Option<String>,
        /// Ask what a saved view asks; --where narrows it, --group and --sort replace its own
        #[arg(long, value_name = "NAME")]
        view: Option<String>,
    },
    /// Put a task into the trash
    Trash {
        /// Short id, id or unique prefix
        task: String,
    },
    /// Take a task out of the trash
    Restore {
        /// Short id, id or unique prefix
        task: String,
    },
}

/// `view …`
#[derive(Debug, Subcommand)]
pub(crate) enum ViewAction {
    /// Saved views of tasks
    List,
    /// Keep a question under a name, or change what a view of that name asks
    Save {
        /// Its name
        name: String,
        /// What it asks, "is:open assignee:me label:auth"
        #[arg(long = "where", value_name = "FILTER", allow_hyphen_values = true)]
        filter: Option<String>,
        /// status, assignee, label, project, due, priority or none
        #[arg(long, value_name = "BY", value_parser = ["status", "assignee", "label", "project", "due", "priority", "none"])]
        group: Option<String>,
        /// due, priority, status, title, assignee, created, updated or order; "-due" turns it round
        #[arg(long, value_name = "BY", allow_hyphen_values = true)]
        sort: Option<String>,
        /// list or board
        #[arg(long, value_parser = ["list", "board"])]
        layout: Option<String>,
    },
    /// The tasks of a view
    Show {
        /// Name, id or unique prefix
        view: String,
    },
    /// Give a view another name
    Rename {
        /// Name, id or unique prefix
        view: String,
        /// The new name
        name: String,
    },
    /// Put a view into the trash
    Remove {
        /// Name, id or unique prefix
        view: String,
    },
    /// Take a view out of the trash
    Restore {
        /// Name, id or unique prefix
        view: String,
    },
}

/// `search`
#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Words, "a phrase", -not, is:open, assignee:me
    #[arg(required = true)]
    pub(crate) query: Vec<String>,
    /// Most hits
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) limit: usize,
}

/// `import`
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// Folder or file: Markdown, or a table of tasks (.csv, .tsv)
    #[arg(required_unless_present = "undo")]
    pub(crate) path: Option<PathBuf>,
    /// Kind of source: markdown, csv, linear, jira, asana, gitlab, plane, shortcut; by the file when auto
    #[arg(long, default_value = "auto", value_name = "KIND")]
    pub(crate) from: String,
    /// Project of tasks whose row names none; else it is named after the file
    #[arg(long, value_name = "P")]
    pub(crate) project: Option<String>,
    /// What a column of a table holds, for example title=Summary; repeat it for several
    #[arg(long = "map", value_name = "FIELD=COLUMN")]
    pub(crate) columns: Vec<String>,
    /// What a status of a table means, for example "In QA=review"; repeat it for several
    #[arg(long = "status", value_name = "WORD=STATUS")]
    pub(crate) statuses: Vec<String>,
    /// How dates of a table stand: mdy (12/31/2026) or dmy (31/12/2026); by what is in it when left out
    #[arg(long, value_name = "ORDER")]
    pub(crate) dates: Option<String>,
    /// Take the last import of tasks back, but for what somebody went on with since
    #[arg(long, conflicts_with_all = ["path", "dry_run", "report"])]
    pub(crate) undo: bool,
    /// Only say what would happen
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write the whole report as JSON to this file
    #[arg(long, value_name = "R.json")]
    pub(crate) report: Option<PathBuf>,
}

/// `export`
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Folder to write into
    pub(crate) dir: PathBuf,
    /// Format of the files: markdown
    #[arg(long, default_value = "markdown", value_parser = ["markdown", "html", "archive"], hide_possible_values = true)]
    pub(crate) format: String,
    /// Replace files of the folder that were not exported from here
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Only this space
    #[arg(long, value_name = "S")]
    pub(crate) space: Option<String>,
    /// Only this page and those below it
    #[arg(long, value_name = "P")]
    pub(crate) page: Option<String>,
}

/// `doc …`
#[derive(Debug, Subcommand)]
pub(crate) enum DocAction {
    /// Write a document as a plain Automerge file
    Save {
        /// Id or unique prefix
        id: String,
        /// The file to write
        file: PathBuf,
    },
    /// Take in a plain Automerge file; foreign changes enter as your own edits
    Load {
        /// The file to read
        file: PathBuf,
    },
}

/// `attach`
#[derive(Debug, Args)]
pub(crate) struct AttachArgs {
    /// Page or task: id or unique prefix
    pub(crate) id: String,
    /// The file
    pub(crate) file: PathBuf,
}

/// `attachment …`
#[derive(Debug, Subcommand)]
pub(crate) enum AttachmentAction {
    /// Write an attached file to disk
    Get {
        /// Hash that `attach` or `page show` printed, or a unique prefix
        hash: String,
        /// The file to write
        file: PathBuf,
    },
}
