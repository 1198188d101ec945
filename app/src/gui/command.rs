//! What views ask for. They only enqueue; `open::perform` is the one place that acts.

use tern_model::block::BlockKind;
use tern_peer::Command;

use super::actions::Action;
use super::page::editor::Key;
use super::picker::Picker;
use super::prefs::Theme;

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
    /// The trash.
    Trash,
    /// Search results.
    Search,
}

impl Route {
    /// The current state of a page.
    pub fn page(id: &str) -> Self {
        Route::Page { id: id.to_owned(), at: None }
    }
}

/// A dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialog {
    /// Make a ticket for a person.
    Invite,
    /// Use a node.
    AddNode,
    /// Appearance and profile.
    Settings,
    /// The delivery ladder.
    Ladder,
    /// The keys.
    Keys,
}

/// What happens when a command is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Nothing is said.
    Quiet,
    /// The document that was made is opened; its title gets the keyboard.
    OpenMade,
    /// The task that was made is selected.
    SelectMade,
    /// The ticket is shown in the dialog.
    ShowTicket,
    /// The dialog closes and one line says what was done.
    CloseAndSay(String),
    /// One line says what was done; this takes it back.
    Undoable(String, Box<UndoCommand>),
}

/// A command that takes another one back. (Equality is not needed of it beyond tests.)
#[derive(Debug, Clone)]
pub struct UndoCommand(pub Command);

impl PartialEq for UndoCommand {
    fn eq(&self, other: &Self) -> bool {
        format!("{:?}", self.0) == format!("{:?}", other.0)
    }
}

impl Eq for UndoCommand {}

/// What is done with a block from its menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockAction {
    /// Becomes another kind, perhaps in a quotation.
    Become(BlockKind, bool),
    /// A new one below.
    AddBelow,
    /// Goes.
    Delete,
}

/// What a view asks for.
#[derive(Debug, Clone)]
pub enum UiCommand {
    /// An action of the table.
    Do(Action),
    /// Shows something in the middle.
    Go(Route),
    /// Opens or folds a page in the tree.
    Fold {
        /// Which page.
        page: String,
        /// Folded from here on.
        folded: bool,
    },
    /// Selects a task in the list.
    SelectTask(Option<String>),
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
    /// Does something with a block of the open page.
    Block(Key, BlockAction),
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
    /// Opens an address in the browser.
    Browse(String),
    /// Takes back what the toast speaks of.
    Undo,
    /// Removes the notice at the top.
    DismissFault,
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
    let undo = UndoCommand(Command::Restore { doc: doc.to_owned() });
    UiCommand::Send(
        Box::new(Command::Trash { doc: doc.to_owned() }),
        Then::Undoable(format!("“{title}” is in the trash"), Box::new(undo)),
    )
}
