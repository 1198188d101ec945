//! Answers. Field names are the JSON keys of the terminal contract.

use std::fmt;

use serde::Serialize;
use tern_model::block::Block;

/// A document that was made or changed.
#[derive(Debug, Clone, Serialize)]
pub struct DocReply {
    /// Full id.
    pub id: String,
    /// Heads after the command.
    pub heads: String,
    /// Whether anything changed.
    pub changed: bool,
}

/// What `init` made.
#[derive(Clone, Serialize)]
pub struct InitReport {
    /// Workspace id, hex.
    pub workspace: String,
    /// Member id, hex.
    pub member: String,
    /// Device key, hex.
    pub device: String,
    /// The 24 words. They are shown once and kept nowhere.
    pub recovery_words: String,
}

/// What `join` came to.
#[derive(Clone, Serialize)]
pub struct JoinReport {
    /// Workspace id, hex.
    pub workspace: String,
    /// Member id, hex.
    pub member: String,
    /// Device key, hex.
    pub device: String,
    /// `member`, or `waiting` for an Admin's approval.
    pub state: String,
    /// Four words that the inviting side shows too; empty where there is nothing to compare.
    pub words: String,
    /// The 24 words of a new member. They are shown once and kept nowhere. Empty for a further device of a member.
    pub recovery_words: String,
}

// The words are for the eyes of one person: no log that prints a report shows them.
impl fmt::Debug for InitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InitReport").field("workspace", &self.workspace).finish_non_exhaustive()
    }
}

impl fmt::Debug for JoinReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("JoinReport");
        shown.field("workspace", &self.workspace).field("state", &self.state).finish_non_exhaustive()
    }
}

/// How `recover` is meant.
#[derive(Debug, Clone, Default)]
pub struct Recovering {
    /// Start of the workspace's id; needed only when the words belong to several workspaces of the node.
    pub workspace: Option<String>,
    /// The member's other devices stay; otherwise they are taken as lost and removed.
    pub keep_devices: bool,
    /// Where a laptop of the member removed the words, it is put out and what it did to the membership since falls.
    pub take_back: bool,
}

/// Answers to queries, shared with every watcher.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum View {
    /// See [`Query::Pages`](super::Query::Pages).
    Pages(PagesView),
    /// See [`Query::Page`](super::Query::Page).
    Page(Box<PageView>),
    /// See [`Query::PageFlat`](super::Query::PageFlat); not JSON.
    #[serde(skip)]
    Flat(Box<super::FlatView>),
    /// See [`Query::PageChanges`](super::Query::PageChanges).
    PageChanges(Box<super::PageChangesView>),
    /// See [`Query::PageText`](super::Query::PageText).
    Text {
        /// The text.
        text: String,
    },
    /// See [`Query::History`](super::Query::History).
    History(super::HistoryView),
    /// See [`Query::Diff`](super::Query::Diff).
    Diff(super::DiffView),
    /// See [`Query::SinceRead`](super::Query::SinceRead).
    SinceRead(super::SinceReadView),
    /// See [`Query::Merges`](super::Query::Merges).
    Merges(super::MergesView),
    /// See [`Query::Comments`](super::Query::Comments).
    Comments(super::CommentsView),
    /// See [`Query::Threads`](super::Query::Threads).
    Threads(super::ThreadsView),
    /// See [`Query::Thread`](super::Query::Thread).
    Thread(Box<super::ThreadView>),
    /// See [`Query::Drafts`](super::Query::Drafts).
    Drafts(super::DraftsView),
    /// See [`Query::Inbox`](super::Query::Inbox).
    Inbox(super::InboxView),
    /// See [`Query::Owed`](super::Query::Owed).
    Owed(super::OwedView),
    /// See [`Query::Digest`](super::Query::Digest).
    Digest(super::DigestView),
    /// See [`Query::RecordPreview`](super::Query::RecordPreview).
    Recorded(super::RecordedView),
    /// See [`Query::HandoffPreview`](super::Query::HandoffPreview).
    Handoff(super::HandoffView),
    /// See [`Query::Weekly`](super::Query::Weekly).
    Weekly(super::WeeklyView),
    /// See [`Query::Notify`](super::Query::Notify).
    Notify(super::NotifyView),
    /// See [`Query::Head`](super::Query::Head).
    Head(Box<super::HeadView>),
    /// See [`Query::Decisions`](super::Query::Decisions).
    Decisions(super::DecisionsView),
    /// See [`Query::Practice`](super::Query::Practice).
    Practice(super::PracticeView),
    /// See [`Query::Backlinks`](super::Query::Backlinks).
    Backlinks(super::BacklinksView),
    /// See [`Query::PageTorn`](super::Query::PageTorn).
    PageTorn(super::PageTornView),
    /// See [`Query::Strip`](super::Query::Strip).
    Strip(super::StripView),
    /// See [`Query::ClockWatch`](super::Query::ClockWatch).
    ClockWatch(super::ClockWatchView),
    /// See [`Query::Overlap`](super::Query::Overlap).
    Overlap(super::OverlapView),
    /// See [`Query::Templates`](super::Query::Templates).
    Templates(super::TemplatesView),
    /// See [`Query::LinkTargets`](super::Query::LinkTargets).
    LinkTargets(super::LinkTargetsView),
    /// See [`Query::Tasks`](super::Query::Tasks).
    Tasks(TasksView),
    /// See [`Query::Views`](super::Query::Views).
    Views(super::ViewsView),
    /// See [`Query::Work`](super::Query::Work).
    Work(Box<super::WorkView>),
    /// See [`Query::Task`](super::Query::Task).
    Task(Box<TaskView>),
    /// See [`Query::Projects`](super::Query::Projects).
    Projects(super::ProjectsView),
    /// See [`Query::Project`](super::Query::Project).
    Project(Box<super::ProjectView>),
    /// See [`Query::UpdateDraft`](super::Query::UpdateDraft).
    UpdateDraft(super::UpdateDraftView),
    /// See [`Query::Cycles`](super::Query::Cycles).
    Cycles(super::CyclesView),
    /// See [`Query::Cycle`](super::Query::Cycle).
    Cycle(Box<super::CycleView>),
    /// See [`Query::Members`](super::Query::Members).
    Members(MembersView),
    /// See [`Query::Profile`](super::Query::Profile).
    Profile(ProfileView),
    /// See [`Query::Log`](super::Query::Log).
    Log(LogView),
    /// See [`Query::Devices`](super::Query::Devices).
    Devices(DevicesView),
    /// See [`Query::Invites`](super::Query::Invites).
    Invites(super::InvitesView),
    /// See [`Query::Review`](super::Query::Review).
    Review(super::ReviewView),
    /// See [`Query::Notices`](super::Query::Notices).
    Notices(super::NoticesView),
    /// See [`Query::MovePreview`](super::Query::MovePreview).
    MovePreview(super::MovePreview),
    /// See [`Query::Spaces`](super::Query::Spaces).
    Spaces(SpacesView),
    /// See [`Query::Relays`](super::Query::Relays).
    Relays(RelaysView),
    /// See [`Query::Status`](super::Query::Status).
    Status(StatusView),
    /// See [`Query::Search`](super::Query::Search).
    Search(SearchView),
    /// See [`Query::When`](super::Query::When).
    When(super::WhenView),
    /// Bytes of a file; not JSON.
    #[serde(skip)]
    Bytes {
        /// Name under which the file was attached or is to be saved.
        name: String,
        /// Its content.
        bytes: Vec<u8>,
        /// Heads, for documents.
        heads: String,
    },
    /// See [`Query::Check`](super::Query::Check).
    Check(super::CheckView),
    /// See [`Query::Doctor`](super::Query::Doctor).
    Doctor(super::DoctorView),
    /// See [`Query::Keys`](super::Query::Keys).
    Keys(super::KeysView),
    /// See [`Query::About`](super::Query::About).
    About(super::AboutView),
}

/// The page tree, flattened in display order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PagesView {
    /// Pages, each after its parent.
    pub pages: Vec<PageRow>,
    /// Moves that could not both hold, in words.
    pub set_aside: Vec<String>,
}

/// One row of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageRow {
    /// Full id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Page under which it is shown.
    pub parent: Option<String>,
    /// Place among its siblings, from 0.
    pub order: usize,
    /// Levels above it.
    pub depth: usize,
    /// Space it lies in, hex; zeros for the root space.
    pub space: String,
    /// In the trash.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trashed: bool,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageView {
    /// Full id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Content.
    pub blocks: Vec<Block>,
    /// One stable name a block, for edits.
    pub markers: Vec<String>,
    /// Runs of marked text over the whole page.
    pub marks: Vec<MarkView>,
    /// Other fields (`parent`, `source_path`, …).
    pub fields: std::collections::BTreeMap<String, serde_json::Value>,
    /// Values that lost against a concurrent one.
    pub conflicts: Vec<ConflictView>,
    /// Current heads.
    pub heads: String,
    /// In the trash.
    pub trashed: bool,
    /// Files attached to it.
    pub attachments: Vec<AttachmentView>,
    /// Delivery in words: `Saved here`, `node up to 14:01`, …
    pub delivery: Vec<String>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttachmentView {
    /// blake3 of the sealed file, hex.
    pub hash: String,
    /// File name.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Whether the file is on this disk.
    pub here: bool,
}

/// A run of marked text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarkView {
    /// Block, from 0.
    pub block: usize,
    /// First character within the block.
    pub from: usize,
    /// Character after the last.
    pub to: usize,
    /// `strong`, `em`, `strike`, `code`, `link`.
    pub name: String,
    /// Link target, else empty.
    pub value: String,
}

/// A value that lost against a concurrent one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictView {
    /// Field name.
    pub field: String,
    /// The losing value in words.
    pub value: String,
    /// Who wrote it.
    pub author: String,
    /// When they say they did, RFC 3339.
    pub when: String,
}

/// Tasks that match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TasksView {
    /// In the order asked for; grouped tasks of one group lie together.
    pub tasks: Vec<TaskView>,
    /// Named states, in the order of work, where the groups are those of one project.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<super::StateView>,
}

/// One task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TaskView {
    /// Full id.
    pub id: String,
    /// Shortest unique id with the project's key (`WEB-7K3QX`).
    pub short_id: String,
    /// Title.
    pub title: String,
    /// `backlog todo doing review done cancelled`.
    pub status: String,
    /// `none low medium high urgent`.
    pub priority: String,
    /// Name of the assignee.
    pub assignee: Option<String>,
    /// Member id of the assignee, hex.
    pub assignee_id: Option<String>,
    /// Labels in order.
    pub labels: Vec<String>,
    /// Estimate as typed.
    pub estimate: Option<String>,
    /// When it is due, in words for the viewer, and exactly.
    pub due: Option<DueView>,
    /// Project name.
    pub project: Option<String>,
    /// Description as Markdown.
    pub description: String,
    /// Values that lost against concurrent ones.
    pub conflicts: Vec<ConflictView>,
    /// Group it lies in, when grouping was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What a task is set to in order to come into that group, as typed; none where the group is no single value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_value: Option<String>,
    /// In the trash.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trashed: bool,
    /// Current heads.
    pub heads: String,
    /// Named state, relations, recurrence, values of its project's fields.
    #[serde(flatten)]
    pub more: super::TaskMoreView,
}

/// A due date.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DueView {
    /// `instant`, `end-of-day` or `date`.
    pub kind: String,
    /// As stored: RFC 3339 instant or date.
    pub value: String,
    /// The instant, RFC 3339 with zone; absent for date-only.
    pub at: Option<String>,
    /// In the viewer's words (`Wed 25 Nov 13:30`).
    pub yours: String,
    /// In the assignee's words, when their zone differs.
    pub theirs: Option<String>,
}

/// Members.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MembersView {
    /// Owner first.
    pub members: Vec<MemberView>,
    /// What this device computes times with, and who with something else.
    pub zone_data: super::ZoneDataView,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberView {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// `owner admin writer commenter reader none`.
    pub role: String,
    /// IANA zone.
    pub zone: String,
    /// Active devices.
    pub devices: usize,
    /// `active`, `waiting`, `removed`.
    pub state: String,
    /// Whether it is oneself.
    pub me: bool,
}

/// A profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProfileView {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Weekly hours.
    pub hours: String,
    /// Check-in times.
    pub checkins: String,
    /// Days off.
    pub off: Vec<String>,
    /// Their local time, `Wed 00:10`.
    pub local: String,
    /// Whether this is within their stated hours.
    pub working: bool,
    /// Holidays, `2026-12-25 Christmas Day`, sorted.
    pub holidays: Vec<String>,
    /// One's own only: the zone that this computer is set to, where that is another one.
    pub travelling: Option<String>,
    /// Until when they want to hear nothing, RFC 3339 with their zone; none when that is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus_until: Option<String>,
}

/// The membership log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LogView {
    /// In causal order.
    pub records: Vec<RecordView>,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordView {
    /// Record id, hex.
    pub id: String,
    /// Name of the author.
    pub author: String,
    /// Claimed day, RFC 3339 date.
    pub when: String,
    /// One sentence.
    pub text: String,
    /// Whether it takes effect.
    pub effective: bool,
}

/// Devices of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DevicesView {
    /// Active ones first.
    pub devices: Vec<DeviceView>,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceView {
    /// Key, hex.
    pub id: String,
    /// `this laptop`, `recovery words`, `laptop`.
    pub kind: String,
    /// `active` or `removed`.
    pub state: String,
    /// Whose it is.
    pub member: String,
    /// Whether the workspace's current key was given to it; else it waits for any device that holds it.
    pub has_key: bool,
    /// Last contact, RFC 3339.
    pub last_contact: Option<String>,
}

/// Spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SpacesView {
    /// Root space first.
    pub spaces: Vec<SpaceView>,
}

/// One space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpaceView {
    /// Space id, hex; zeros for the root space.
    pub id: String,
    /// Title.
    pub title: String,
    /// `open`, `private` or `personal`.
    pub access: String,
    /// Documents in it.
    pub documents: u64,
    /// One's own role in it.
    pub role: String,
    /// Members of a private space; empty for open ones, which everybody in the workspace is in.
    pub members: Vec<SpaceMemberView>,
}

/// A member of a private space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpaceMemberView {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// Role in the space.
    pub role: String,
}

/// Nodes in use.
#[derive(Debug, Clone, Serialize)]
pub struct RelaysView {
    /// Active ones.
    pub relays: Vec<RelayView>,
}

/// One node.
#[derive(Debug, Clone, Serialize)]
pub struct RelayView {
    /// Device key, hex.
    pub id: String,
    /// Addresses.
    pub addresses: Vec<String>,
    /// Last contact, RFC 3339.
    pub last_contact: Option<String>,
}

/// The delivery ladder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StatusView {
    /// Own edits that no other machine has acknowledged.
    pub only_here: OnlyHere,
    /// What each known machine has.
    pub peers: Vec<PeerState>,
    /// One sentence for the status line.
    pub line: String,
    /// What this device computes times with, and who with something else.
    pub zone_data: super::ZoneDataView,
}

/// What exists on this laptop alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OnlyHere {
    /// Number of sealed edits.
    pub items: u64,
    /// Since when, RFC 3339.
    pub since: Option<String>,
}

/// One machine on the ladder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PeerState {
    /// Device key, hex.
    pub id: String,
    /// `node`, or the member's name with `’s laptop`.
    pub name: String,
    /// `node` or `laptop`.
    pub kind: String,
    /// Items of this home it has acknowledged.
    pub has: u64,
    /// Items of this home in all.
    pub of: u64,
    /// Whether it has everything.
    pub all: bool,
    /// Connected at this moment.
    pub connected: bool,
    /// It had no room when it was met last: what it lacks waits here.
    pub full: bool,
    /// Last contact, RFC 3339.
    pub last_contact: Option<String>,
    /// In words.
    pub text: String,
}

/// Search results.
#[derive(Debug, Clone, Serialize)]
pub struct SearchView {
    /// Best first.
    pub hits: Vec<HitView>,
    /// Milliseconds it took.
    pub took_ms: f64,
}

/// One hit.
#[derive(Debug, Clone, Serialize)]
pub struct HitView {
    /// Full id.
    pub id: String,
    /// `page`, `task`, `thread` or `comment`.
    pub kind: String,
    /// For a comment: full id of the page it stands on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Title; the words that a comment is about.
    pub title: String,
    /// Surroundings; matches between `[` and `]`.
    pub snippet: String,
}
