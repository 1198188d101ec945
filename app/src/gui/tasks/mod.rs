//! Tasks as a list and as a board, over one question.

pub mod asked;
pub mod bar;
pub mod board;
mod capture;
mod card;
pub mod data;
pub mod filter;
pub mod foot;
pub mod header;
pub mod menus;
pub mod relate;
pub mod state;
pub mod ui;

pub use data::build;

use tern_peer::{Command, TaskCommand};

use super::command::{Then, UiCommand, set_task};

/// What the tasks ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Another question.
    Question(String),
    /// The question is typed from here on, or no longer.
    Type(bool),
    /// Divided by something else.
    Group(String),
    /// Ordered by something else.
    Sort(String),
    /// As a board, or as a list.
    Board(bool),
    /// A folded group of the board comes into sight, or goes.
    Unfold(String, bool),
    /// A task is marked, or no longer.
    Mark(String),
    /// A task is written, in a group: field, value, its name.
    Capture(Option<(String, String, String)>),
    /// Nothing is written any more.
    EndCapture,
    /// The details of the selected task are shown.
    Details,
    /// The dragged cards are put into a group, at a place in it.
    Drop {
        /// The card that was dragged.
        task: String,
        /// Place of the group.
        group: usize,
        /// Place in it.
        at: usize,
    },
    /// All tasks are asked again in place of a saved view.
    LeaveView,
    /// A saved view is opened.
    OpenView(String),
    /// What is asked replaces what the open view asked.
    UpdateView,
}

impl From<Ask> for UiCommand {
    fn from(ask: Ask) -> UiCommand {
        UiCommand::Tasks(ask)
    }
}

/// Changes one field of tasks; of several in one step that can be taken back.
pub fn set(tasks: &[String], field: &str, value: &str) -> UiCommand {
    if let [task] = tasks {
        return set_task(task, field, value);
    }
    let fields = vec![(field.to_owned(), value.to_owned())];
    let command = TaskCommand::SetMany { tasks: tasks.to_vec(), fields };
    UiCommand::Send(Box::new(Command::Tasks(command)), Then::Changed)
}
