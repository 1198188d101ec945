//! What views ask for. They only enqueue; `open::perform` is the one place that acts.

use std::path::PathBuf;
use std::sync::Arc;

use tern_model::block::BlockKind;
use tern_peer::{AccessCommand, Command, TaskImport};

use super::access::confirm::Confirm;
use super::actions::Action;
use super::comments::Talk;
use super::inbox::digest::Ask as Digest;
use super::open::live::Promotion;
use super::page::blocks::Reform;
use super::past::Ask;
use super::picker::Picker;
use super::prefs::Theme;
use super::secret::Secret;
use super::tasks;
use super::threads::Ask as Threads;

/// What the middle of the window shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Nothing is open.
    Nothing,
    /// A page, perhaps as it was at some heads.
    Page {
        /// Full id.
        id: String,
        /// Heads and what they are in words.
        at: Option<(String, String)>,
    },
    /// The task list.
    Tasks,
    /// One's own work.
    Work,
    /// The update of one's week in the making.
    Weekly,
    /// The decision log.
    Decisions,
    /// All projects.
    Projects,
    /// A project.
    Project {
        /// Full id.
        id: String,
    },
    /// Cycles and their hills.
    Cycles,
    /// The trash.
    Trash,
    /// Search results.
    Search,
    /// Who is in the workspace and who may do what.
    People(Section),
    /// What needs oneself, and a thread of it.
    Inbox,
    /// All threads, and one of them.
    Threads,
    /// A thread by itself.
    Thread {
        /// Full id.
        id: String,
    },
    /// A thread in the making.
    NewThread,
}

/// A part of the view of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Who is here.
    Members,
    /// Their devices.
    Devices,
    /// Tickets, and who waits to be let in.
    Invites,
    /// Edits that were set aside.
    Review,
    /// Spaces and who is in them.
    Spaces,
    /// Hours that people share.
    Shared,
    /// Meetings.
    Meetings,
    /// Who is on call.
    OnCall,
    /// The membership log.
    Log,
}

impl Section {
    /// All of them in the order of their tabs.
    pub const ALL: [(Section, &'static str); 9] = [
        (Section::Members, "Members"),
        (Section::Devices, "Devices"),
        (Section::Invites, "Invites"),
        (Section::Review, "Review"),
        (Section::Spaces, "Spaces"),
        (Section::Shared, "Shared hours"),
        (Section::Meetings, "Meetings"),
        (Section::OnCall, "On call"),
        (Section::Log, "Log"),
    ];

    /// The one `step` tabs further on, round the end.
    pub fn step(self, step: usize) -> Section {
        let at = Section::ALL.iter().position(|(section, _)| *section == self).unwrap_or(0);
        Section::ALL.get((at + step) % Section::ALL.len()).map_or(self, |(section, _)| *section)
    }
}

impl Route {
    /// The current state of a page.
    pub fn page(id: &str) -> Self {
        Route::Page { id: id.to_owned(), at: None }
    }

    /// Whether it shows threads: a window does that once.
    pub fn is_threads(&self) -> bool {
        matches!(self, Route::Inbox | Route::Threads | Route::Thread { .. } | Route::NewThread)
    }
}

/// A dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// Make a ticket for a person.
    Invite,
    /// Use a node.
    AddNode,
    /// Appearance and profile.
    Settings,
    /// The delivery ladder.
    Ladder,
    /// The keys of the keyboard.
    Keys,
    /// Where the secret keys of this laptop are kept.
    KeysKept,
    /// Copies that this laptop keeps of the workspace.
    Backups,
    /// Import a table of tasks.
    ImportTasks,
    /// Lock the workspace with a passphrase.
    Lock,
    /// Take the lock away.
    Unlock,
    /// Link another device of one's own.
    Link,
    /// Whether the recovery words work.
    Drill,
    /// Make a space.
    NewSpace,
    /// Ask for votes in the thread of this id.
    NewVote(String),
    /// Ask a group again and again.
    NewQuestion,
    /// Make a meeting, or see that writing would do.
    NewMeeting,
    /// Let somebody in.
    Approve(Box<Asking>),
    /// Move a page to another space.
    Move(Box<Moving>),
    /// Write edits that were set aside to a file.
    ExportReview(Box<Exporting>),
    /// Say what a change of access does before it is made.
    Confirm(Box<Confirm>),
}

/// Somebody who asks to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// Id of the request.
    pub request: String,
    /// Role the invite offers.
    pub role: String,
    /// Four words that both sides show.
    pub words: String,
}

/// A page on its way to another space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    /// Full id of the page.
    pub page: String,
    /// Its title.
    pub title: String,
    /// Id of the space.
    pub space: String,
    /// Its title.
    pub space_title: String,
}

/// Edits that are to be written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exporting {
    /// Id of the entry.
    pub entry: String,
    /// Title of the document they touch.
    pub title: String,
}

/// A change of the lock at rest. The workspace is closed while it is made, and opened again after it.
#[derive(Debug, Clone)]
pub enum Relock {
    /// Locked under this passphrase.
    On(Secret),
    /// No longer locked; this passphrase opens it once more.
    Off(Secret),
}

impl Relock {
    /// What opens the workspace after the change.
    pub fn opens_with(self) -> Option<Secret> {
        match self {
            Relock::On(passphrase) => Some(passphrase),
            Relock::Off(_) => None,
        }
    }

    /// What is being done, in words.
    pub fn doing(&self) -> &'static str {
        match self {
            Relock::On(_) => "Locking: everything of the workspace on this disk is being sealed",
            Relock::Off(_) => "Unlocking: everything of the workspace on this disk is being opened",
        }
    }

    /// What was done, in words.
    pub fn said(&self) -> &'static str {
        match self {
            Relock::On(_) => "The workspace is locked: Tern asks for the passphrase when it opens",
            Relock::Off(_) => "The lock is taken away: Tern opens without a passphrase",
        }
    }
}

/// What happens when a command is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Nothing is said.
    Quiet,
    /// The document that was made is opened; its title gets the keyboard.
    OpenMade,
    /// One line says that a page can begin like this one; the copy can be taken away again.
    TemplateKept,
    /// What was recorded from a thread is opened.
    Recorded,
    /// The task that was made is selected.
    SelectMade,
    /// One line says how many tasks were changed; it can be taken back.
    Changed,
    /// The view that was saved is open.
    ViewMade,
    /// The ticket is shown in the dialog.
    ShowTicket,
    /// What would come of this import is shown in the dialog, if it still asks for it.
    ImportSeen(Box<TaskImport>),
    /// The dialog closes and one line says what was imported; it can be taken back.
    Imported,
    /// One line says what was taken back of an import.
    ImportBack,
    /// The dialog closes and one line says what was done.
    CloseAndSay(String),
    /// A link with these words to the page that was made comes where the caret is.
    LinkMade {
        /// The page in which it was asked for.
        page: String,
        /// The words.
        words: String,
    },
    /// The file of this name that was attached comes where the caret is.
    PlaceAttached {
        /// The page to which it was attached.
        page: String,
        /// Its name.
        name: String,
    },
    /// The line that was made a task gives way to it.
    Promoted(Box<Promotion>),
    /// The comment that was being written is there.
    Commented,
    /// The reply to this thread is there.
    Replied(String),
    /// The message that was written in the composer of this key is there; one line says how it goes.
    Said(String, String),
    /// What was made of practice is opened, where it is a page or a thread of its own; one line says what was done.
    Practised(String),
    /// The hand-off that was made is opened.
    HandedOff,
    /// The update of one's week is a page, which is opened.
    Posted,
    /// The digest is made anew.
    DigestAgain,
    /// One line says what was done; this takes it back.
    Undoable(String, Box<Held>),
    /// One line says what was done to a page; taking back that change takes it back.
    TakenBack(String),
}

/// A command that is kept until it is wanted. (Equality is not needed of it beyond tests.)
#[derive(Debug, Clone)]
pub struct Held(pub Command);

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        format!("{:?}", self.0) == format!("{:?}", other.0)
    }
}

impl Eq for Held {}

/// What is done with a block from its menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockAction {
    /// Becomes another kind, perhaps in a quotation.
    Become(BlockKind, bool),
    /// A new one below.
    AddBelow,
    /// Goes.
    Delete,
    /// A table gets another shape.
    Reform(Reform),
    /// A comment on the whole of it.
    Comment,
}

/// A column whose width can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The left one.
    Sidebar,
    /// The right one.
    Right,
    /// The left one of two panes.
    Pane,
}

/// What a view asks for.
#[derive(Debug, Clone)]
pub enum UiCommand {
    /// An action of the table.
    Do(Action),
    /// Shows something in the middle.
    Go(Route),
    /// Shows something in the other pane, which opens for it.
    GoBeside(Route),
    /// Opens or folds a page in the tree.
    Fold {
        /// Which page.
        page: String,
        /// Folded from here on.
        folded: bool,
    },
    /// Opens a page where these words stand.
    Seek {
        /// Full id.
        page: String,
        /// What is looked for.
        words: String,
    },
    /// Makes a page from the template of this name.
    NewFromTemplate(String),
    /// A column is dragged to a width in points; a pane, to its share of the width of both in thousandths.
    Resize(Column, f32),
    /// Nothing moves by itself from here on, or does again.
    SetStill(bool),
    /// Selects a task in the list.
    SelectTask(Option<String>),
    /// Something about tasks.
    Tasks(tasks::Ask),
    /// Begins or ends editing the title of the selected task.
    EditTaskTitle(bool),
    /// Opens a menu.
    Pick(Box<Picker>),
    /// Opens a dialog.
    Open(Dialog),
    /// Closes menu, palette or dialog, whatever lies on top.
    Close,
    /// Sends a change to the engine.
    Send(Box<Command>, Then),
    /// Shows another state of the open page, or brings something of it back.
    Past(Ask),
    /// Something about comments.
    Talk(Talk),
    /// Something about threads or the inbox.
    Threads(Threads),
    /// Something about what changed while one was away.
    Digest(Digest),
    /// The caret goes to the block of the open page with this key, and the block comes into sight.
    ShowBlock(u64),
    /// Does something with a block of the open page.
    Block(u64, BlockAction),
    /// Makes a task of a line of the open page, which shows it from then on.
    Promote(u64),
    /// Makes a page and puts a link to it where the caret is.
    NewLinkedPage(String),
    /// Attaches a file to the open page and puts it where the caret is.
    Attach(PathBuf),
    /// Sends the refused edits again.
    RetryEdits,
    /// Gives the refused edits up and copies their text.
    TakeEditsOut,
    /// Looks for text in everything.
    SearchFor(String),
    /// Appearance.
    SetTheme(Theme),
    /// Text goes to the clipboard; one line says so.
    Copy(String, &'static str),
    /// Text and its HTML go to the clipboard.
    CopyRich(String, String),
    /// Text from the clipboard comes where the caret is, as the HTML beside it says.
    Paste(String),
    /// A picture from the clipboard is attached and comes where the caret is.
    PasteImage(Arc<egui::ColorImage>),
    /// Opens an address in the browser.
    Browse(String),
    /// One line says something.
    Say(String),
    /// Somebody is looked at for shared hours, or is not.
    Share {
        /// Member id.
        member: String,
        /// Looked at from here on.
        on: bool,
    },
    /// The notice of this clock change was read.
    ClockRead(String),
    /// The update of one's week becomes a page.
    PostWeekly,
    /// It is drafted anew.
    RedoWeekly,
    /// Takes back what the toast speaks of.
    Undo,
    /// Removes the notice at the top.
    DismissFault,
    /// Shows or hides the devices of a member.
    ShowDevices {
        /// Whose.
        member: String,
        /// Shown from here on.
        shown: bool,
    },
    /// Asks for a ticket for another device.
    StartLink,
    /// Answers whether the device that came may act as oneself.
    AnswerLink(bool),
    /// A step of the dialog of backups.
    Backups(super::backend::BackupStep),
    /// Tries the recovery words that are typed in the dialog.
    TryWords,
    /// Locks or unlocks the workspace with what is typed in the dialog.
    Relock(Relock),
}

/// Commands in the order in which views asked for them.
pub type Queue = Vec<UiCommand>;

/// Changes one field of a task.
pub fn set_task(task: &str, field: &str, value: &str) -> UiCommand {
    let fields = vec![(field.to_owned(), value.to_owned())];
    UiCommand::Send(Box::new(Command::TaskSet { task: task.to_owned(), fields }), Then::Quiet)
}

/// Puts a document into the trash, with a way back.
pub fn trash(doc: &str, title: &str) -> UiCommand {
    let undo = Held(Command::Restore { doc: doc.to_owned() });
    UiCommand::Send(
        Box::new(Command::Trash { doc: doc.to_owned() }),
        Then::Undoable(format!("“{title}” is in the trash"), Box::new(undo)),
    )
}

/// Changes who may do what, and says so when it is done.
pub fn access(command: AccessCommand, said: impl Into<String>) -> UiCommand {
    UiCommand::Send(Box::new(Command::Access(command)), Then::CloseAndSay(said.into()))
}
