//! What the tasks remember between frames.

use std::collections::{BTreeSet, HashMap};

use egui::Rect;

use super::asked::Asked;

/// What the list and the board remember between frames.
#[derive(Debug, Clone, Default)]
pub struct TasksState {
    /// What is asked.
    pub asked: Asked,
    /// The capture line, while it is open.
    pub capture: Option<Capture>,
    /// The question while it is typed; the chips give way to it.
    pub typing: Option<Typing>,
    /// The selected task.
    pub selected: Option<String>,
    /// Tasks that are changed together.
    pub marked: BTreeSet<String>,
    /// The title of the selected task while it is typed.
    pub title: Option<String>,
    /// The details of the selected task are open over the board.
    pub opened: bool,
    /// The selected task is brought into sight in the next frame.
    pub reveal: bool,
    /// Where the selected task is drawn: menus opened by key hang from it.
    pub anchor: Option<Rect>,
    /// The row or card of the selected task: the keyboard may be on it.
    pub row: Option<egui::Id>,
    /// Folded groups that are shown on the board, by title.
    pub unfolded: BTreeSet<String>,
    /// Cards that are dragged.
    pub drag: Option<Drag>,
    /// How far the list is scrolled.
    pub(super) offset: f32,
    /// Heights of cards, worked out once for an answer and a width.
    pub(super) heights: Heights,
}

/// The line in which a new task is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capture {
    /// What is written.
    pub text: String,
    /// It gets the keyboard in the next frame.
    pub focus: bool,
    /// The group in which the task is made: field and value as typed, and its name.
    pub within: Option<(String, String, String)>,
}

/// The question while it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typing {
    /// What is typed.
    pub text: String,
    /// The field had the keyboard.
    pub begun: bool,
    /// The offer under the keyboard.
    pub offer: Option<usize>,
}

/// Cards on their way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drag {
    /// The card under the pointer.
    pub task: String,
    /// Where they would go: group and place in it.
    pub over: Option<(usize, usize)>,
}

/// Heights of the cards of a board.
#[derive(Debug, Clone, Default)]
pub(super) struct Heights {
    pub(super) stamp: (usize, u32),
    /// For each task its number of lines of title.
    pub(super) lines: HashMap<String, u8>,
}

impl TasksState {
    /// What a change concerns: the marked tasks, or the selected one.
    pub fn targets(&self) -> Vec<String> {
        if self.marked.is_empty() {
            self.selected.iter().cloned().collect()
        } else {
            self.marked.iter().cloned().collect()
        }
    }

    /// What a change that begins at `task` concerns: the marked tasks if it is one of them, else it alone.
    pub fn targets_at(&self, task: &str) -> Vec<String> {
        if self.marked.contains(task) { self.marked.iter().cloned().collect() } else { vec![task.to_owned()] }
    }

    /// Opens the capture line.
    pub fn begin_capture(&mut self, within: Option<(String, String, String)>) {
        self.capture = Some(Capture { text: String::new(), focus: true, within });
    }
}
