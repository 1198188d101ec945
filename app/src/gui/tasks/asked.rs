//! What the list and the board are asked: a question, how its answer is divided, ordered and laid out.

use tern_peer::{Query, SavedView, ViewShape};

/// By what tasks can be divided, with names.
pub const GROUPS: [(&str, &str); 7] = [
    ("status", "Status"),
    ("assignee", "Assignee"),
    ("label", "Label"),
    ("project", "Project"),
    ("due", "Due"),
    ("priority", "Priority"),
    ("", "Nothing"),
];

/// By what tasks can be ordered, with names.
pub const SORTS: [(&str, &str); 8] = [
    ("order", "By hand"),
    ("due", "Due, in the owner’s day"),
    ("priority", "Priority"),
    ("status", "Status"),
    ("title", "Title"),
    ("assignee", "Assignee"),
    ("created", "Newest first"),
    ("updated", "Last changed first"),
];

/// What is asked, and how the answer is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The question, as it is typed.
    pub query: String,
    /// By what the answer is divided; a key of [`GROUPS`].
    pub group: String,
    /// By what it is ordered; a key of [`SORTS`].
    pub sort: String,
    /// As a board, not as a list.
    pub board: bool,
    /// The saved view from which it was taken.
    pub view: Option<String>,
}

impl Default for Asked {
    fn default() -> Self {
        let text = |text: &str| text.to_owned();
        Asked { query: String::new(), group: text("status"), sort: text("order"), board: false, view: None }
    }
}

impl Asked {
    /// What a saved view asks.
    pub fn of(view: &SavedView) -> Asked {
        let shape = &view.shape;
        let sort = if shape.sort.is_empty() { "order" } else { &shape.sort };
        Asked {
            query: shape.query.clone(),
            group: shape.group.clone(),
            sort: sort.to_owned(),
            board: shape.layout == "board",
            view: Some(view.id.clone()),
        }
    }

    /// What is to be saved as a view.
    pub fn shape(&self) -> ViewShape {
        ViewShape {
            query: self.query.clone(),
            group: self.group.clone(),
            sort: self.sort.clone(),
            layout: if self.board { "board" } else { "list" }.to_owned(),
        }
    }

    /// Whether it differs from the saved view from which it was taken.
    pub fn differs(&self, view: &SavedView) -> bool {
        Asked::of(view) != *self
    }

    /// The question to the engine.
    pub fn question(&self) -> Query {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Query::Tasks { filter: self.query.clone(), group: given(&self.group), sort: given(&self.sort) }
    }

    /// Whether people order the tasks by hand.
    pub fn by_hand(&self) -> bool {
        matches!(self.sort.as_str(), "" | "order")
    }
}

/// The name of a key in one of the tables above.
pub fn name_of(table: &[(&'static str, &'static str)], key: &str) -> &'static str {
    table.iter().find(|(known, _)| *known == key).map_or("", |(_, name)| name)
}
