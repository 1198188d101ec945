//! Requests.

use std::path::PathBuf;

use serde::Serialize;
use tern_model::Delta;

/// A document as people name it: full id, short id, task id with its project key, or a unique prefix of any of them.
pub type Ref = String;

/// How a member enters or a device is introduced: the profile that goes with it.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    /// Name shown to others.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Weekly hours, `Mon-Fri 09:00-18:00`; `None` keeps the default.
    pub hours: Option<String>,
    /// Check-in times, `09:00,13:00,16:00`; `None` keeps the default.
    pub checkins: Option<String>,
    /// Days off, `2026-12-24` or `2026-12-24..2026-12-31`.
    pub off: Vec<String>,
}

/// Changes to one's own profile; `None` leaves a part as it is.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// Name.
    pub name: Option<String>,
    /// IANA zone.
    pub zone: Option<String>,
    /// Weekly hours.
    pub hours: Option<String>,
    /// Check-in times.
    pub checkins: Option<String>,
    /// Days off to add.
    pub off: Vec<String>,
    /// Contents of an iCalendar file whose whole days take the place of all holidays; empty for none.
    pub holidays: Option<String>,
}

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
}

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
}

/// Something that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// The page tree.
    Pages {
        /// Include the trash.
        trash: bool,
    },
    /// One page.
    Page {
        /// Which.
        page: Ref,
        /// As it was at these heads.
        at: Option<String>,
    },
    /// One page without its content: `blocks`, `markers` and `marks` are empty.
    PageInfo {
        /// Which.
        page: Ref,
    },
    /// A page as one sequence of positions, to edit. Asked once, not watched.
    PageFlat {
        /// Which.
        page: Ref,
        /// As it was at these heads.
        at: Option<String>,
    },
    /// What changed in a page since some heads, in positions. Asked once, not watched.
    PageChanges {
        /// Which.
        page: Ref,
        /// The heads.
        from: String,
    },
    /// A page as text: `md`, `html`.
    PageText {
        /// Which.
        page: Ref,
        /// `md` or `html`.
        format: String,
        /// As it was at these heads.
        at: Option<String>,
    },
    /// Who changed a page when.
    History {
        /// Which.
        page: Ref,
    },
    /// What changed between two heads.
    Diff {
        /// Which.
        page: Ref,
        /// Older heads.
        from: String,
        /// Newer heads; the current ones when `None`.
        to: Option<String>,
    },
    /// What changed in a page or task since oneself last read it.
    SinceRead {
        /// Which.
        page: Ref,
    },
    /// What was combined in a page or task while people were apart, as far as oneself has not looked at it.
    Merges {
        /// Which.
        page: Ref,
    },
    /// Comments on a page.
    Comments {
        /// Which.
        page: Ref,
    },
    /// Threads.
    Threads {
        /// Only those that belong to this page, task or project.
        on: Option<Ref>,
        /// Closed ones too.
        closed: bool,
    },
    /// A thread with its messages.
    Thread {
        /// Full id, prefix or title.
        thread: Ref,
    },
    /// What is being written.
    Drafts,
    /// What needs oneself.
    Inbox,
    /// Answers that oneself owes or waits for.
    Owed,
    /// What others changed.
    Digest {
        /// Since when, by their clocks; since oneself saw it when `None`.
        since: Option<String>,
    },
    /// What would be made out of a thread, and who could read it.
    RecordPreview(super::RecordWhat),
    /// The hand-off as it would be.
    HandoffPreview {
        /// Member id, prefix or name; the next one whose hours begin when `None`.
        to: Option<String>,
    },
    /// The draft of one's week.
    Weekly,
    /// What of the inbox may make itself heard now.
    Notify,
    /// The log of decisions.
    Decisions {
        /// Only those in this state.
        state: Option<String>,
        /// Only those that concern this project: title, key or id.
        project: Option<String>,
    },
    /// Documents of practice, and what a group was asked.
    Practice(super::PracticeQuery),
    /// The typed fields over a page: a decision, a hand-off, or nothing.
    Head {
        /// Which page.
        page: Ref,
    },
    /// Pages and tasks that link to a page or task.
    Backlinks {
        /// Which.
        page: Ref,
    },
    /// Who is where in their day.
    Strip {
        /// Moment as people write it; now when `None`.
        at: Option<String>,
    },
    /// Hours that people share, and clock changes that alter them.
    Overlap {
        /// Members by name or id.
        who: Vec<String>,
        /// For how many weeks from today.
        weeks: u16,
    },
    /// Clock changes within a week that alter what oneself shares with somebody.
    ClockWatch,
    /// Clock changes in the next weeks that alter what people share: all of them together, and every two of them.
    ClockWatchOf {
        /// Names or ids; one alone is paired with oneself.
        who: Vec<Ref>,
        /// For how many weeks.
        weeks: u16,
    },
    /// The change that brings own words back that blocks of somebody else, who did not have them, came between: asked by
    /// a window that saw such blocks come.
    PageTorn {
        /// Which page.
        page: Ref,
        /// The version before they came.
        from: String,
    },
    /// Templates: the built-in ones and those that pages were saved as.
    Templates,
    /// What the targets of links are, as far as they are here.
    LinkTargets {
        /// Full document ids, at most [`MAX_LINK_TARGETS`](super::MAX_LINK_TARGETS).
        ids: Vec<String>,
    },
    /// Tasks.
    Tasks {
        /// Query language of FEATURES T5.
        filter: String,
        /// `status`, `assignee`, `label`, `project`, `due`, `priority`.
        group: Option<String>,
        /// `due`, `priority`, `status`, `title`, `updated`, `order`.
        sort: Option<String>,
    },
    /// Saved views of tasks.
    Views,
    /// Projects.
    Projects,
    /// One project with what belongs to it.
    Project {
        /// Title, key or id.
        project: Ref,
    },
    /// What changed in a project since its last update.
    UpdateDraft {
        /// Title, key or id.
        project: Ref,
    },
    /// Cycles.
    Cycles,
    /// One cycle.
    Cycle {
        /// Name or id.
        cycle: Ref,
    },
    /// What there is to do for oneself.
    Work,
    /// One task.
    Task {
        /// Which.
        task: Ref,
    },
    /// Members of the workspace.
    Members,
    /// A profile; one's own when `None`.
    Profile {
        /// Member id, prefix or name.
        member: Option<String>,
    },
    /// The membership log in sentences.
    Log,
    /// Devices of a member; one's own when `None`.
    Devices {
        /// Member id, prefix or name.
        member: Option<String>,
    },
    /// Invites, and who waits to be let in.
    Invites,
    /// Edits that are set aside.
    Review,
    /// What a person should know about their own devices.
    Notices,
    /// What becomes visible to whom when a page moves to another space.
    MovePreview {
        /// Which page.
        page: Ref,
        /// Id, prefix or title of the space.
        space: String,
    },
    /// Spaces.
    Spaces,
    /// Nodes in use.
    Relays,
    /// The delivery ladder.
    Status,
    /// Full-text search.
    Search {
        /// What to look for.
        query: String,
        /// Most hits.
        limit: usize,
    },
    /// When somebody can be expected to answer.
    When {
        /// Member id, prefix or name; several with commas between.
        who: String,
        /// When it reaches them, RFC 3339; now when `None`.
        available: Option<String>,
        /// `urgent` or `standard`; both when `None`.
        urgency: Option<String>,
    },
    /// A document as a plain Automerge file.
    DocSave {
        /// Which.
        doc: Ref,
    },
    /// Bytes of an attachment, opened.
    AttachmentBytes {
        /// blake3 of the sealed file, hex, or a unique prefix.
        hash: String,
    },
    /// Re-hashes everything and compares rebuilt projections.
    Check,
    /// Clock, zone data, disk, network and keys.
    Doctor,
    /// Where keys are kept.
    Keys,
    /// Name of the workspace, own member, device.
    About,
}
