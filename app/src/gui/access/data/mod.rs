//! What the parts of the view show, as plain data.

pub mod devices;
pub mod invites;
pub mod log;
pub mod members;
pub mod review;
pub mod spaces;

use crate::gui::command::Section;
use crate::gui::views::Views;

/// Roles of the workspace that can be given, with their names and what they allow.
pub const ROLES: [(&str, &str, &str); 4] = [
    ("admin", "Admin", "writes, and says who may do what"),
    ("writer", "Writer", "writes pages and tasks"),
    ("commenter", "Commenter", "reads and comments"),
    ("reader", "Reader", "reads"),
];

/// The name of a role.
pub fn role_name(role: &str) -> String {
    match ROLES.iter().find(|(key, ..)| *key == role) {
        Some((_, name, _)) => (*name).to_owned(),
        None if role == "none" || role.is_empty() => "No role".to_owned(),
        None => {
            let mut letters = role.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}

/// Whether a role says who may do what.
pub fn manages(role: &str) -> bool {
    matches!(role, "owner" | "admin")
}

/// Whether one's own role in the workspace says who may do what.
pub fn i_manage(views: &Views) -> bool {
    views.about.get().is_some_and(|about| manages(&about.role))
}

/// `1 device`, `3 devices`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// The first characters of a key, as it is told from others.
pub fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

/// What waits for somebody in a part of the view, for its tab and the sidebar.
pub fn waiting(views: &Views, section: Section) -> usize {
    match section {
        Section::Invites if i_manage(views) => views.invites.get().map_or(0, |view| view.requests.len()),
        Section::Review => {
            views.review.get().map_or(0, |view| view.entries.iter().filter(|entry| entry.admissible).count())
        }
        _ => 0,
    }
}
