//! The one table of what a person can do by key: it feeds the keyboard, the palette and the help.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::heads::{Field, Part};
pub use super::sidebar::moves::Step;

mod read;

pub use read::{Reader, is_held};

/// Something that a key or the palette does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Action {
    Palette,
    Search,
    NewTask,
    NewPage,
    NewPageInside,
    NewFromTemplate,
    SaveTemplate,
    Favourite,
    CopyLink,
    GoPages,
    GoTasks,
    GoTrash,
    GoDelivery,
    GoPeople,
    GoDevices,
    GoInvites,
    GoReview,
    GoSpaces,
    GoLog,
    NextSection,
    PreviousSection,
    Back,
    Forward,
    Next,
    Previous,
    Open,
    OpenTitle,
    TakeBack,
    SetStatus,
    SetPriority,
    SetAssignee,
    SetDue,
    SetLabels,
    SetEstimate,
    Choose,
    EditTitle,
    Mark,
    Extend(bool),
    Card(Way),
    MoveCard(Way),
    TypeFilter,
    SwitchLayout,
    SaveView,
    RenameView,
    TrashView,
    LeaveTask,
    GoWork,
    Rename,
    MoveToSpace,
    TrashThis,
    Move(Step),
    Tree(TreeStep),
    GoTree,
    ToggleSidebar,
    ToggleDetails,
    Invite,
    LinkDevice,
    NewSpace,
    Drill,
    KeysKept,
    /// The backups of this laptop.
    Backups,
    /// A table of tasks from another tool.
    ImportTasks,
    /// The last import of tasks.
    ImportUndo,
    AddNode,
    Settings,
    ToggleTheme,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    NextRegion,
    PreviousRegion,
    Split,
    OtherPane,
    Keys,
    Comment,
    SinceRead,
    StillTrue,
    MergeReview,
    Older,
    Newer,
    Accept,
    TakeMine,
    TakeTheirs,
    LeavePast,
    Head(Part),
    HandOff,
    Focus,
    Weekly,
    SharedHours,
    GoInbox,
    SinceLeft,
    OpenItem,
    ClearItem,
    ClearDigest,
    GoThreads,
    GoDecisions,
    GoProjects,
    GoCycles,
    NewThread,
    NewThreadHere,
    OpenThread,
    BackToList,
    Done,
    Snooze,
    Unread,
    Mute,
    Acknowledge,
    Record,
    NewVote,
    NewQuestion,
    NewMeeting,
    GoMeetings,
    GoOnCall,
    Reply,
    Ruler,
}

/// A way over the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Way {
    Up,
    Down,
    Left,
    Right,
}

/// What a key does in the page tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum TreeStep {
    Next,
    Previous,
    First,
    Last,
    Fold,
    Unfold,
    Open,
    Rename,
    Trash,
}

/// How an action is reached from the keyboard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Keys {
    /// Held together; also while typing.
    Chord(KeyboardShortcut),
    /// One key, or with Shift; not while typing.
    Single(Modifiers, Key),
    /// One after the other; not while typing.
    Sequence(Key, Key),
    /// A character, whatever key makes it; not while typing.
    Typed(char),
    /// Held together while the page tree has the keyboard.
    Tree(Modifiers, Key),
    /// Held together while a card of the board is selected.
    Card(Modifiers, Key),
    /// As long as it is held; not while typing.
    Held(Key),
}

/// Where an action makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Everywhere.
    Always,
    /// On a page.
    OnPage,
    /// With a task selected.
    OnTask,
    /// In the task list or on the board.
    InTasks,
    /// On the board.
    OnBoard,
    /// With a card of the board selected.
    OnCard,
    /// With a saved view open.
    OnView,
    /// The selected task has the keyboard.
    OnRow,
    /// In the task list or among search results.
    InLists,
    /// While the page tree has the keyboard.
    InTree,
    /// In the view of people.
    InPeople,
    /// While the past of a page is shown: as it was, what changed, what was combined.
    InPast,
    /// While a page is shown as it was.
    InHistory,
    /// While what was combined is reviewed.
    InReview,
    /// While something of the past can be agreed to and no button has the keyboard.
    ToAccept,
    /// While the window is split.
    InSplit,
    /// With a thread in sight.
    InThread,
    /// A thread is selected in a list, and Enter is for it.
    OnThread,
    /// A thread stands in place of its list.
    InOpened,
    /// On a page that is a decision.
    OnDecision,
    /// On a page that is an incident.
    OnIncident,
    /// On a hand-off that waits for oneself.
    OnHandoff,
    /// In the digest.
    InDigest,
    /// An item of the digest is selected, and Enter is for it.
    OnItem,
    /// A decision or project is selected in its list, and Enter is for it.
    OnTitle,
    /// What was just done can be taken back, and nothing is being typed.
    ToTakeBack,
}

/// What is true of the window while actions are offered.
#[derive(Debug, Clone, Copy, Default)]
pub struct Situation {
    /// A page is open.
    pub page: bool,
    /// The task list is open, or search results.
    pub lists: bool,
    /// The page tree has the keyboard.
    pub tree: bool,
    /// A task is selected.
    pub task: bool,
    /// The task list or the board is open.
    pub tasks: bool,
    /// The board is open.
    pub board: bool,
    /// A saved view is open.
    pub view: bool,
    /// Enter is for the selected task, not for something else that has the keyboard.
    pub on_row: bool,
    /// The view of people is open.
    pub people: bool,
    /// The past of a page is shown.
    pub past: bool,
    /// A page is shown as it was.
    pub history: bool,
    /// What was combined is reviewed.
    pub review: bool,
    /// Something of the past can be agreed to, and no button has the keyboard.
    pub accept: bool,
    /// The window is split.
    pub split: bool,
    /// A thread is in sight.
    pub thread: bool,
    /// Enter is for the thread that is selected in its list.
    pub on_thread: bool,
    /// A thread stands in place of its list.
    pub opened: bool,
    /// The page is a decision.
    pub decision: bool,
    /// The page is an incident.
    pub incident: bool,
    /// The page is a hand-off that waits for oneself.
    pub handoff: bool,
    /// The digest is in sight.
    pub digest: bool,
    /// Enter is for the selected item of the digest.
    pub on_item: bool,
    /// Enter is for the selected decision or project.
    pub on_title: bool,
    /// What was just done can be taken back.
    pub undo: bool,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// What it is.
    pub action: Action,
    /// What people call it.
    pub label: &'static str,
    /// Its keys, the first being the one that is taught.
    pub keys: &'static [Keys],
    /// Where it makes sense.
    pub when: When,
    /// Shown in the palette.
    pub listed: bool,
}

const fn chord(modifiers: Modifiers, key: Key) -> Keys {
    Keys::Chord(KeyboardShortcut::new(modifiers, key))
}

const fn spec(action: Action, label: &'static str, keys: &'static [Keys], when: When, listed: bool) -> Spec {
    Spec { action, label, keys, when, listed }
}

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL: Modifiers = Modifiers::COMMAND;
const ALT: Modifiers = Modifiers::ALT;
const ALT_SHIFT: Modifiers = Modifiers::ALT.plus(Modifiers::SHIFT);
const CTRL_ALT: Modifiers = Modifiers::COMMAND.plus(Modifiers::ALT);
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

use Keys::{Card, Held, Sequence, Single, Tree, Typed};
use When::{
    Always, InDigest, InHistory, InLists, InOpened, InPast, InPeople, InReview, InSplit, InTasks, InThread,
    InTree, OnBoard, OnCard, OnDecision, OnHandoff, OnIncident, OnItem, OnPage, OnRow, OnTask, OnThread,
    OnTitle, OnView, ToAccept, ToTakeBack,
};

/// The table.
pub const ACTIONS: &[Spec] = &[
    spec(Action::Palette, "Jump, run or create", &[chord(CTRL, Key::K)], Always, false),
    spec(Action::Search, "Search all text", &[Typed('/')], Always, true),
    spec(Action::NewTask, "New task", &[Single(NONE, Key::C)], Always, true),
    spec(Action::NewPage, "New page", &[Sequence(Key::D, Key::C)], Always, true),
    spec(Action::NewPageInside, "New page inside this one", &[], OnPage, true),
    spec(Action::NewFromTemplate, "New page from template…", &[], Always, true),
    spec(Action::SaveTemplate, "Save this page as a template", &[], OnPage, true),
    spec(Action::Favourite, "Add to favourites, or take out", &[chord(CTRL, Key::D)], OnPage, true),
    spec(Action::CopyLink, "Copy link to this page", &[], OnPage, true),
    spec(Action::GoPages, "Go to pages", &[Sequence(Key::G, Key::D)], Always, true),
    spec(Action::GoWork, "Go to my work", &[Sequence(Key::G, Key::M)], Always, true),
    spec(Action::GoTasks, "Go to tasks", &[Sequence(Key::G, Key::B)], Always, true),
    spec(Action::GoTrash, "Go to the trash", &[], Always, true),
    spec(Action::GoDelivery, "Show where the work is", &[Sequence(Key::G, Key::N)], Always, true),
    spec(Action::GoPeople, "Go to people", &[Sequence(Key::G, Key::P)], Always, true),
    spec(Action::GoDevices, "Go to devices", &[], Always, true),
    spec(Action::GoInvites, "Go to invites", &[], Always, true),
    spec(
        Action::GoReview,
        "Go to review of edits that were set aside",
        &[Sequence(Key::G, Key::R)],
        Always,
        true,
    ),
    spec(Action::GoSpaces, "Go to spaces", &[Sequence(Key::G, Key::S)], Always, true),
    spec(Action::GoLog, "Go to the log of who may do what", &[], Always, true),
    spec(Action::NextSection, "Next part of people", &[Typed(']')], InPeople, true),
    spec(Action::PreviousSection, "Previous part of people", &[Typed('[')], InPeople, true),
    spec(Action::Back, "Back", &[chord(ALT, Key::ArrowLeft)], Always, true),
    spec(Action::Forward, "Forward", &[chord(ALT, Key::ArrowRight)], Always, true),
    spec(Action::Next, "Next", &[Single(NONE, Key::J)], InLists, false),
    spec(Action::Previous, "Previous", &[Single(NONE, Key::K)], InLists, false),
    spec(Action::Open, "Details", &[Single(NONE, Key::Enter)], OnRow, true),
    spec(Action::OpenTitle, "Open what is selected", &[Single(NONE, Key::Enter)], OnTitle, false),
    spec(Action::TakeBack, "Take back what was just done", &[chord(CTRL, Key::Z)], ToTakeBack, false),
    spec(Action::EditTitle, "Edit the title", &[Single(NONE, Key::T)], OnTask, true),
    spec(Action::SetStatus, "Status", &[Single(NONE, Key::S)], OnTask, true),
    spec(Action::SetPriority, "Priority", &[Single(NONE, Key::P)], OnTask, true),
    spec(Action::SetAssignee, "Assignee", &[Single(SHIFT, Key::A)], OnTask, true),
    spec(Action::SetDue, "Due date", &[Single(SHIFT, Key::D)], OnTask, true),
    spec(Action::SetLabels, "Labels", &[Single(NONE, Key::L)], OnTask, true),
    spec(Action::SetEstimate, "Estimate", &[Single(SHIFT, Key::E)], OnTask, true),
    spec(Action::Mark, "Select", &[Single(NONE, Key::X)], OnTask, true),
    spec(Action::Extend(true), "Select the next one too", &[Single(SHIFT, Key::J)], OnTask, true),
    spec(Action::Extend(false), "Select the one before too", &[Single(SHIFT, Key::K)], OnTask, true),
    spec(Action::Card(Way::Down), "Next task", &[Single(NONE, Key::ArrowDown)], InTasks, false),
    spec(Action::Card(Way::Up), "Task before", &[Single(NONE, Key::ArrowUp)], InTasks, false),
    spec(Action::Card(Way::Right), "Next column", &[Single(NONE, Key::ArrowRight)], OnBoard, false),
    spec(Action::Card(Way::Left), "Column before", &[Single(NONE, Key::ArrowLeft)], OnBoard, false),
    spec(Action::MoveCard(Way::Up), "Move the card up", &[Card(CTRL, Key::ArrowUp)], OnCard, true),
    spec(Action::MoveCard(Way::Down), "Move the card down", &[Card(CTRL, Key::ArrowDown)], OnCard, true),
    spec(
        Action::MoveCard(Way::Left),
        "Card to the column before",
        &[Card(CTRL, Key::ArrowLeft)],
        OnCard,
        true,
    ),
    spec(
        Action::MoveCard(Way::Right),
        "Card to the next column",
        &[Card(CTRL, Key::ArrowRight)],
        OnCard,
        true,
    ),
    spec(Action::LeaveTask, "One step back", &[Single(NONE, Key::Escape)], InTasks, false),
    spec(Action::TypeFilter, "Type the question", &[Single(NONE, Key::F)], InTasks, true),
    spec(Action::SwitchLayout, "List or board", &[Single(NONE, Key::B)], InTasks, true),
    spec(Action::SaveView, "Save as a view…", &[], InTasks, true),
    spec(Action::RenameView, "Rename this view…", &[], OnView, true),
    spec(Action::TrashView, "Move this view to the trash", &[], OnView, true),
    spec(Action::Choose, "Choose between kept values", &[Single(NONE, Key::O)], OnTask, true),
    spec(Action::Rename, "Rename this page", &[chord(NONE, Key::F2)], OnPage, true),
    spec(Action::MoveToSpace, "Move to space…", &[], OnPage, true),
    spec(Action::TrashThis, "Move to the trash", &[chord(CTRL_SHIFT, Key::Delete)], Always, true),
    spec(Action::Move(Step::Up), "Move this page up", &[Tree(ALT_SHIFT, Key::ArrowUp)], OnPage, true),
    spec(Action::Move(Step::Down), "Move this page down", &[Tree(ALT_SHIFT, Key::ArrowDown)], OnPage, true),
    spec(
        Action::Move(Step::Nest),
        "Put this page under the one above",
        &[Tree(ALT_SHIFT, Key::ArrowRight)],
        OnPage,
        true,
    ),
    spec(
        Action::Move(Step::Outdent),
        "Put this page one level up",
        &[Tree(ALT_SHIFT, Key::ArrowLeft)],
        OnPage,
        true,
    ),
    spec(Action::Tree(TreeStep::Next), "Next page of the tree", &[Tree(NONE, Key::ArrowDown)], InTree, false),
    spec(
        Action::Tree(TreeStep::Previous),
        "Previous page of the tree",
        &[Tree(NONE, Key::ArrowUp)],
        InTree,
        false,
    ),
    spec(Action::Tree(TreeStep::First), "First page", &[Tree(NONE, Key::Home)], InTree, false),
    spec(Action::Tree(TreeStep::Last), "Last page", &[Tree(NONE, Key::End)], InTree, false),
    spec(
        Action::Tree(TreeStep::Fold),
        "Fold, or to the page above",
        &[Tree(NONE, Key::ArrowLeft)],
        InTree,
        false,
    ),
    spec(
        Action::Tree(TreeStep::Unfold),
        "Unfold, or to the first page inside",
        &[Tree(NONE, Key::ArrowRight)],
        InTree,
        false,
    ),
    spec(Action::Tree(TreeStep::Open), "Open the page", &[Tree(NONE, Key::Enter)], InTree, false),
    spec(Action::Tree(TreeStep::Rename), "Rename in the tree", &[Tree(NONE, Key::F2)], InTree, false),
    spec(Action::Tree(TreeStep::Trash), "Page to the trash", &[Tree(NONE, Key::Delete)], InTree, false),
    spec(Action::GoTree, "Go to the page tree", &[Sequence(Key::G, Key::A)], Always, true),
    spec(Action::ToggleSidebar, "Show or fold the sidebar", &[chord(NONE, Key::F9)], Always, true),
    spec(Action::ToggleDetails, "Details and history", &[chord(CTRL, Key::Period)], Always, true),
    spec(Action::Invite, "Invite a person", &[], Always, true),
    spec(Action::LinkDevice, "Link another device", &[], Always, true),
    spec(Action::NewSpace, "New space", &[], Always, true),
    spec(Action::Drill, "Recovery drill", &[], Always, true),
    spec(Action::KeysKept, "Where the keys are kept", &[], Always, true),
    spec(Action::Backups, "Backups of this laptop", &[], Always, true),
    spec(Action::ImportTasks, "Import tasks from Linear, Jira, any CSV", &[], Always, true),
    spec(Action::ImportUndo, "Take the last import of tasks back", &[], Always, true),
    spec(Action::AddNode, "Use a node", &[], Always, true),
    spec(Action::Settings, "Settings and profile", &[chord(CTRL, Key::Comma)], Always, true),
    spec(Action::ToggleTheme, "Light or dark", &[chord(CTRL_SHIFT, Key::L)], Always, true),
    spec(Action::ZoomIn, "Larger", &[chord(CTRL, Key::Plus), chord(CTRL, Key::Equals)], Always, true),
    spec(Action::ZoomOut, "Smaller", &[chord(CTRL, Key::Minus)], Always, true),
    spec(Action::ZoomReset, "Original size", &[chord(CTRL, Key::Num0)], Always, true),
    // Shift F6 stands before F6: a chord also answers with Shift held.
    spec(Action::PreviousRegion, "Previous part of the window", &[chord(SHIFT, Key::F6)], Always, true),
    spec(Action::NextRegion, "Next part of the window", &[chord(NONE, Key::F6)], Always, true),
    spec(Action::Split, "Two panes, or close this one", &[chord(CTRL, Key::Backslash)], Always, true),
    spec(
        Action::OtherPane,
        "Go to the other pane",
        &[chord(CTRL_ALT, Key::ArrowRight), chord(CTRL_ALT, Key::ArrowLeft)],
        InSplit,
        true,
    ),
    spec(Action::Keys, "Keys for this view", &[Typed('?')], Always, true),
    spec(Action::Comment, "Comment", &[chord(CTRL_ALT, Key::M)], OnPage, true),
    spec(Action::SinceRead, "What changed since I read it", &[Single(NONE, Key::V)], OnPage, true),
    spec(Action::StillTrue, "This page is still true", &[Single(NONE, Key::Y)], OnPage, true),
    spec(Action::MergeReview, "Review what was combined while apart", &[], OnPage, true),
    spec(Action::Older, "Older version", &[Single(NONE, Key::ArrowLeft)], InHistory, true),
    spec(Action::Newer, "Newer version", &[Single(NONE, Key::ArrowRight)], InHistory, true),
    spec(Action::TakeMine, "Restore mine", &[Single(NONE, Key::Num1)], InReview, true),
    spec(Action::TakeTheirs, "Restore theirs", &[Single(NONE, Key::Num2)], InReview, true),
    spec(Action::Accept, "Mark as read, or keep it merged", &[Single(NONE, Key::Enter)], ToAccept, true),
    spec(Action::LeavePast, "Back to the page as it is", &[Single(NONE, Key::Escape)], InPast, false),
    spec(Action::Head(Part::State), "State of the decision…", &[], OnDecision, true),
    spec(Action::Head(Part::Owner), "Owner of the decision…", &[], OnDecision, true),
    spec(Action::Head(Part::Deciders), "Who decides…", &[], OnDecision, true),
    spec(Action::Head(Part::DecideBy), "Decide by…", &[], OnDecision, true),
    spec(Action::Head(Part::Outcome), "Outcome of the decision…", &[], OnDecision, true),
    spec(Action::Head(Part::Affects), "Projects that the decision concerns…", &[], OnDecision, true),
    spec(Action::Head(Part::Replaces), "Decisions that this one replaces…", &[], OnDecision, true),
    spec(Action::Head(Part::Incident(Field::State)), "State of the incident…", &[], OnIncident, true),
    spec(Action::Head(Part::Incident(Field::Owner)), "Who holds the incident…", &[], OnIncident, true),
    spec(Action::Head(Part::Incident(Field::Severity)), "Severity of the incident…", &[], OnIncident, true),
    spec(Action::Head(Part::Incident(Field::Affected)), "What the incident affects…", &[], OnIncident, true),
    spec(Action::Head(Part::Incident(Field::Started)), "Since when it is…", &[], OnIncident, true),
    spec(Action::Head(Part::Incident(Field::Resolved)), "Until when it was…", &[], OnIncident, true),
    spec(Action::Head(Part::Incident(Field::Outcome)), "What stopped the incident…", &[], OnIncident, true),
    spec(Action::Head(Part::Accept), "Take this hand-off", &[], OnHandoff, true),
    spec(Action::Head(Part::Return), "Give this hand-off back…", &[], OnHandoff, true),
    spec(Action::HandOff, "Hand off my open work…", &[], Always, true),
    spec(Action::Focus, "Focus: hear nothing until…", &[Single(SHIFT, Key::F)], Always, true),
    spec(Action::Weekly, "Write the update of my week", &[], Always, true),
    spec(Action::SharedHours, "Hours that we share", &[Sequence(Key::G, Key::H)], Always, true),
    spec(Action::SinceLeft, "Since you left: what changed", &[Sequence(Key::G, Key::W)], Always, true),
    // Before the keys of threads: in the digest they are for its item.
    spec(Action::OpenItem, "Open at what changed", &[Single(NONE, Key::Enter)], OnItem, false),
    spec(Action::ClearItem, "Clear this item", &[Single(NONE, Key::E)], InDigest, true),
    spec(Action::ClearDigest, "Clear all that changed", &[Single(SHIFT, Key::E)], InDigest, true),
    spec(Action::GoInbox, "Go to the inbox", &[Sequence(Key::G, Key::I)], Always, true),
    spec(Action::GoDecisions, "Go to the decision log", &[Sequence(Key::G, Key::L)], Always, true),
    spec(Action::GoProjects, "Go to projects", &[Sequence(Key::G, Key::J)], Always, true),
    spec(Action::GoCycles, "Go to cycles", &[Sequence(Key::G, Key::C)], Always, true),
    spec(Action::NewVote, "New vote…", &[], InThread, true),
    spec(Action::NewQuestion, "New question…", &[], Always, true),
    spec(Action::NewMeeting, "New meeting…", &[], Always, true),
    spec(Action::GoMeetings, "Go to meetings", &[Sequence(Key::G, Key::E)], Always, true),
    spec(Action::GoOnCall, "Go to who is on call", &[Sequence(Key::G, Key::O)], Always, true),
    spec(Action::GoThreads, "Go to threads", &[Sequence(Key::G, Key::T)], Always, true),
    spec(Action::NewThread, "New thread", &[Single(SHIFT, Key::C)], Always, true),
    spec(Action::NewThreadHere, "New thread on this page", &[], OnPage, true),
    spec(Action::OpenThread, "Read the thread", &[Single(NONE, Key::Enter)], OnThread, false),
    spec(Action::BackToList, "Back to the list", &[Single(NONE, Key::Escape)], InOpened, false),
    spec(Action::Done, "Done with this thread", &[Single(NONE, Key::E)], InThread, true),
    spec(Action::Snooze, "Snooze this thread", &[Single(NONE, Key::H)], InThread, true),
    spec(Action::Unread, "Keep this thread as unread", &[Single(NONE, Key::U)], InThread, true),
    spec(Action::Mute, "Mute this thread, or hear it again", &[Single(NONE, Key::M)], InThread, true),
    spec(Action::Record, "Record as decision, task or page", &[Typed('.')], InThread, true),
    spec(Action::Acknowledge, "Acknowledge", &[Single(NONE, Key::A)], InThread, true),
    spec(Action::Ruler, "Everybody's hours around now", &[Held(Key::Z)], Always, false),
    spec(Action::Reply, "Reply", &[Single(NONE, Key::R)], InThread, true),
];

/// Keys of the page editor, for the help; the editor itself handles them.
pub use super::page::keys::HELP as EDITOR_KEYS;

impl When {
    /// Whether an action of this kind is offered.
    pub fn holds(self, situation: Situation) -> bool {
        match self {
            Always => true,
            OnPage => situation.page,
            OnTask => situation.task,
            OnRow => situation.on_row,
            InTasks => situation.tasks,
            OnBoard => situation.board,
            OnCard => situation.board && situation.task,
            OnView => situation.tasks && situation.view,
            InLists => situation.lists,
            InTree => situation.tree,
            InPeople => situation.people,
            InPast => situation.past,
            InHistory => situation.history,
            InReview => situation.review,
            ToAccept => situation.accept,
            InSplit => situation.split,
            InThread => situation.thread,
            OnThread => situation.on_thread,
            InOpened => situation.opened,
            OnDecision => situation.decision,
            OnIncident => situation.incident,
            OnHandoff => situation.handoff,
            InDigest => situation.digest,
            OnItem => situation.on_item,
            OnTitle => situation.on_title,
            ToTakeBack => situation.undo,
        }
    }
}

/// The row of an action.
pub fn of(action: Action) -> Option<&'static Spec> {
    ACTIONS.iter().find(|spec| spec.action == action)
}

/// The key to show for an action.
pub fn key_of(action: Action) -> Option<String> {
    of(action)?.keys.first().map(|keys| keys.words())
}

impl Keys {
    /// As printed on key caps, one for each press.
    pub fn caps(self) -> Vec<String> {
        match self {
            Keys::Sequence(first, second) => vec![key_words(first), key_words(second)],
            other => vec![other.words()],
        }
    }

    /// As printed on one key cap.
    pub fn words(self) -> String {
        match self {
            Keys::Chord(shortcut) => {
                let mut words = modifier_words(shortcut.modifiers);
                words.push(key_words(shortcut.logical_key));
                words.join(" ")
            }
            Keys::Single(modifiers, key) | Keys::Tree(modifiers, key) | Keys::Card(modifiers, key) => {
                let mut words = modifier_words(modifiers);
                words.push(key_words(key));
                words.join(" ")
            }
            Keys::Sequence(first, second) => format!("{} {}", key_words(first), key_words(second)),
            Keys::Typed(c) => c.to_string(),
            Keys::Held(key) => format!("hold {}", key_words(key)),
        }
    }
}

fn modifier_words(modifiers: Modifiers) -> Vec<String> {
    let names =
        [(modifiers.command || modifiers.ctrl, "Ctrl"), (modifiers.alt, "Alt"), (modifiers.shift, "Shift")];
    names.iter().filter(|(held, _)| *held).map(|(_, name)| (*name).to_owned()).collect()
}

fn key_words(key: Key) -> String {
    match key {
        Key::ArrowLeft => "←".to_owned(),
        Key::ArrowRight => "→".to_owned(),
        Key::ArrowUp => "↑".to_owned(),
        Key::ArrowDown => "↓".to_owned(),
        Key::Period => ".".to_owned(),
        Key::Comma => ",".to_owned(),
        Key::Plus => "+".to_owned(),
        Key::Minus => "−".to_owned(),
        Key::Escape => "Esc".to_owned(),
        Key::Backslash => "\\".to_owned(),
        _ => key.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_actions_share_a_key() {
        let mut seen: Vec<(Keys, &str, When)> = Vec::new();
        for spec in ACTIONS {
            for keys in spec.keys {
                // A task is selected only in the task list, the past is shown only over a page, threads by themselves.
                let place = |when| match when {
                    OnTask | OnRow | InTasks | OnBoard | OnCard | OnView => Some(0),
                    ToAccept | InPast | InHistory => Some(1),
                    InThread | OnThread | InOpened => Some(2),
                    InDigest | OnItem => Some(3),
                    OnTitle => Some(4),
                    _ => None,
                };
                let apart = |a, b| place(a).zip(place(b)).is_some_and(|(a, b)| a != b);
                let clash = seen.iter().find(|(other, _, when)| other == keys && !apart(*when, spec.when));
                assert!(clash.is_none(), "{} and {:?}", spec.label, clash);
                seen.push((*keys, spec.label, spec.when));
            }
        }
    }

    #[test]
    fn every_action_has_a_row_and_a_name() {
        for spec in ACTIONS {
            assert_eq!(of(spec.action).map(|found| found.label), Some(spec.label), "one row an action");
            assert!(!spec.label.is_empty());
            assert!(spec.listed || !spec.keys.is_empty(), "{} can be reached", spec.label);
        }
    }

    #[test]
    fn keys_read_as_on_the_caps() {
        assert_eq!(key_of(Action::Palette).as_deref(), Some("Ctrl K"));
        assert_eq!(key_of(Action::NewPage).as_deref(), Some("D C"));
        assert_eq!(key_of(Action::SetAssignee).as_deref(), Some("Shift A"));
        assert_eq!(key_of(Action::Back).as_deref(), Some("Alt ←"));
        assert_eq!(key_of(Action::Keys).as_deref(), Some("?"));
    }
}
