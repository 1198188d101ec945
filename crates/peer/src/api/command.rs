//! Commands.

use std::path::PathBuf;

use tern_model::Delta;

use super::ProfileChange;

/// A document as people name it: full id, short id, task id with its project key, or a unique prefix of any of them.
pub type Ref = String;

/// Something that changes the workspace. It is answered after the change is durable on this disk.
#[derive(Debug, Clone)]
pub enum Command {
    /// Makes a ticket for a person.
    Invite {
        /// `writer`, `commenter`, `reader`; `admin` only by approval.
        role: String,
        /// `open` (the holder of the ticket is in at once) or `approve`.
        mode: String,
        /// How many people may use it.
        uses: u16,
        /// For how long it is meant, in milliseconds from the moment it is made.
        expires_ms: i64,
    },
    /// Changes who may do what.
    Access(super::AccessCommand),
    /// Changes a member's role.
    MemberRole {
        /// Member id, prefix or name.
        member: String,
        /// `admin`, `writer`, `commenter`, `reader`.
        role: String,
    },
    /// Changes one's own profile.
    ProfileSet(ProfileChange),
    /// Tells the workspace to use a node.
    RelayAdd {
        /// `ternnode1…`
        ticket: String,
    },
    /// Stops using a node.
    RelayRemove {
        /// Device id or prefix.
        device: String,
    },
    /// A new page.
    PageNew {
        /// Title.
        title: String,
        /// Page above it.
        parent: Option<Ref>,
        /// Space it lies in: that of the page above when `None`.
        space: Option<String>,
        /// Its content as Markdown.
        markdown: Option<String>,
    },
    /// A new page that begins as a template does, its blanks filled in.
    PageFromTemplate {
        /// Name of a built-in template, or a saved one's title, id or prefix of it.
        template: String,
        /// Title; that of the template when `None`.
        title: Option<String>,
        /// Page above it.
        parent: Option<Ref>,
        /// Space it lies in: that of the page above when `None`.
        space: Option<String>,
    },
    /// Keeps a copy of a page as a template, beside the other templates of its space.
    TemplateSave {
        /// Which page.
        page: Ref,
    },
    /// Replaces the content by Markdown; the difference to `base` becomes edits, so concurrent work survives.
    PageEdit {
        /// Which page.
        page: Ref,
        /// The new content.
        markdown: String,
        /// Heads that the person started from; the current ones when `None`.
        base: Option<String>,
    },
    /// Adds Markdown at the end.
    PageAppend {
        /// Which page.
        page: Ref,
        /// What to add.
        markdown: String,
    },
    /// A change of a page in positions, made on the page at some heads; it is rebased over what came since.
    PageDelta {
        /// Which page.
        page: Ref,
        /// The heads.
        base: String,
        /// The change.
        delta: Delta,
    },
    /// A new title.
    PageRename {
        /// Which page.
        page: Ref,
        /// The title.
        title: String,
    },
    /// Moves a page under another, or to the top.
    PageMove {
        /// Which page.
        page: Ref,
        /// Page above it.
        parent: Option<Ref>,
        /// Sibling before it; first when `None` and `last` is false.
        after: Option<Ref>,
    },
    /// Puts a page or task into the trash.
    Trash {
        /// Which document.
        doc: Ref,
    },
    /// Takes it out again.
    Restore {
        /// Which document.
        doc: Ref,
    },
    /// Makes the page as it was at some heads, as a new change.
    PageRevert {
        /// Which page.
        page: Ref,
        /// The heads.
        to: String,
    },
    /// Takes back what the one change that made these heads did, as a new change. What came after it stays.
    PageTakeBack {
        /// Which page.
        page: Ref,
        /// The heads after the change.
        at: String,
    },
    /// Makes one block as it was at some heads, as a new change. One that was deleted comes again behind the nearest
    /// earlier neighbour that still stands.
    PageRestoreBlock {
        /// Which page.
        page: Ref,
        /// The heads.
        at: String,
        /// Marker of the block, or its place there from 0.
        block: String,
    },
    /// Notes that oneself has read a page, task or thread up to these heads (the present ones when `None`). Writes nothing when
    /// that is known or only own changes came since; meant for the moment a page is left.
    MarkRead {
        /// Which document.
        page: Ref,
        /// Up to where.
        heads: Option<String>,
    },
    /// Notes that oneself has looked at what was combined up to these heads (the present ones when `None`).
    MergeReviewed {
        /// Which document.
        page: Ref,
        /// Up to where.
        heads: Option<String>,
    },
    /// Opens a comment thread on a stretch of a page. Answers with the thread's id.
    CommentNew {
        /// Which page.
        page: Ref,
        /// The stretch.
        on: super::CommentOn,
        /// What to say.
        text: String,
    },
    /// Adds to a comment thread.
    CommentReply {
        /// Id of the thread or a unique prefix.
        thread: String,
        /// What to say.
        text: String,
    },
    /// Marks a comment thread as resolved, or opens it again.
    CommentResolve {
        /// Id of the thread or a unique prefix.
        thread: String,
        /// `true` for resolved.
        on: bool,
    },
    /// Changes a thread, or a draft for one.
    Thread(super::ThreadCommand),
    /// Marks documents as read up to the heads that a digest showed, in one commit.
    SeenAll {
        /// Full ids and heads.
        seen: Vec<(String, String)>,
    },
    /// Takes back that documents were marked as read: they are read up to these heads, empty for not at all.
    SeenBack {
        /// Full ids, and the heads up to which each was read before.
        seen: Vec<(String, String)>,
    },
    /// Changes fields of a decision: `title state owner deciders decide_by outcome affects supersedes`. `decided` needs an
    /// outcome; what is superseded is marked so.
    DecisionSet {
        /// Which page.
        page: Ref,
        /// Names and values as typed; an empty value clears.
        fields: Vec<(String, String)>,
    },
    /// Changes a document of practice, or asks a group.
    Practice(super::PracticeCommand),
    /// Makes a decision, task or page out of a thread.
    Record {
        /// What, out of which thread.
        what: super::RecordWhat,
        /// Also where it leaves a private space or is shown to somebody new.
        yes: bool,
    },
    /// Hands one's open work over: a note, and a thread that asks whoever is to go on.
    Handoff {
        /// Member id, prefix or name; the next one whose hours begin when `None`.
        to: Option<String>,
    },
    /// Takes a hand-off, or gives it back.
    HandoffAnswer {
        /// Which page.
        page: Ref,
        /// `true` to take it.
        accept: bool,
        /// Why it goes back.
        reason: Option<String>,
    },
    /// Makes a page of the draft of one's week.
    WeeklyPost,
    /// Keeps what was written of the update of one's week; `None` forgets it.
    WeeklyKeep(Option<super::WeeklyDraft>),
    /// Nothing is heard until a moment; others see when it ends and nothing more.
    Focus {
        /// A time of day or a moment, in one's own zone; `None` ends it.
        until: Option<String>,
    },
    /// Does something with an item of the inbox.
    Inbox(super::InboxCommand),
    /// A new task from a capture line (`Fix login @aiko #auth !high ^2026-12-01 >Web`).
    TaskNew {
        /// The line.
        line: String,
    },
    /// Changes fields of a task: `title status priority assignee label -label estimate due project parent
    /// description`, relations, recurrence, and what its project defines.
    TaskSet {
        /// Which task.
        task: Ref,
        /// Names and values as typed; an empty value clears.
        fields: Vec<(String, String)>,
    },
    /// Changes several tasks at once.
    Tasks(super::TaskCommand),
    /// Changes saved views.
    View(super::ViewCommand),
    /// Changes projects.
    Project(super::ProjectCommand),
    /// Changes cycles.
    Cycle(super::CycleCommand),
    /// Takes in a plain Automerge file; foreign changes enter as own edits.
    DocLoad {
        /// Contents of the file.
        bytes: Vec<u8>,
    },
    /// Attaches a file to a document.
    Attach {
        /// Which document.
        doc: Ref,
        /// The file.
        path: PathBuf,
    },
    /// Imports a folder of Markdown.
    Import {
        /// The folder or file.
        path: PathBuf,
        /// Only say what would happen.
        dry_run: bool,
    },
    /// Imports a table of tasks.
    ImportTasks(super::TaskImport),
    /// Takes the last import of tasks back, but for what somebody went on with since.
    ImportUndo,
    /// Exports as Markdown files.
    Export {
        /// Folder to write into.
        dir: PathBuf,
        /// Only this page and those below it.
        page: Option<Ref>,
        /// Only pages of this space: id, prefix or title.
        space: Option<String>,
        /// Replaces files that this home did not write, too.
        overwrite: bool,
    },
    /// Writes an encrypted file with everything that `for_member` (or anybody) may lack.
    BundleExport {
        /// The file.
        file: PathBuf,
        /// For one member; for all members when `None`.
        for_member: Option<String>,
    },
    /// Takes in such a file.
    BundleImport {
        /// The file.
        file: PathBuf,
        /// Where to write what the sender lacks.
        reply: Option<PathBuf>,
    },
    /// Folds long histories together, gives this laptop's word for packs of others and drops what they cover.
    Compact {
        /// Asks the workspace to count packs first: for everybody, for ever; the Owner alone may.
        on: bool,
        /// From how many loose items on, without waiting a day; `None` keeps what is done by itself.
        least: Option<u64>,
    },
}
