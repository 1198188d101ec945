//! Questions.

use super::Ref;

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
