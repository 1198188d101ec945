//! Spaces: who is in them and what one may do there.

use tern_peer::SpaceView;

use super::{counted, i_manage, manages, role_name};
use crate::gui::icon::Icon;
use crate::gui::views::Views;

/// One space.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Space {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// `open`, `private` or `personal`.
    pub access: String,
    /// Who can read it, in words.
    pub words: String,
    /// One's own role in it.
    pub role: String,
    /// Members of a private space: id, name, role.
    pub members: Vec<(String, String, String)>,
    /// One may say who is in it.
    pub may_change: bool,
}

/// All spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// Root first, then by title, one's personal one last.
    pub spaces: Vec<Space>,
    /// One may make spaces.
    pub may_make: bool,
}

/// Whether an id is that of the root space.
pub fn is_root(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// Where a space stands among others: root, the rest by title, personal ones.
pub fn place(space: &SpaceView) -> (u8, String) {
    let rank = match () {
        () if is_root(&space.id) => 0,
        () if space.access == "personal" => 2,
        () => 1,
    };
    (rank, space.title.to_lowercase())
}

/// What a space is called: one's personal one has no title of its own.
pub fn title(space: &SpaceView) -> &str {
    if space.access == "personal" && space.title == "personal" { "Personal" } else { &space.title }
}

/// What stands before a space.
pub fn sign(access: &str) -> Icon {
    if access == "open" { Icon::Folder } else { Icon::Lock }
}

/// All spaces as data.
pub fn build(views: &Views) -> Data {
    let mut listed: Vec<&SpaceView> =
        views.spaces.get().map(|view| view.spaces.iter().collect()).unwrap_or_default();
    listed.sort_by_key(|space| place(space));
    let role = views.about.get().map(|about| about.role.as_str()).unwrap_or_default();
    Data { spaces: listed.into_iter().map(shown).collect(), may_make: i_manage(views) || role == "writer" }
}

fn shown(space: &SpaceView) -> Space {
    let pages = counted(usize::try_from(space.documents).unwrap_or(usize::MAX), "document", "documents");
    let who = match space.access.as_str() {
        "personal" => "Yours alone, on your own devices".to_owned(),
        "private" => format!(
            "Private: {} can read it, with a key of its own",
            counted(space.members.len(), "member", "members")
        ),
        _ => "Open to everybody in the workspace".to_owned(),
    };
    let members = space.members.iter().filter(|_| space.access == "private");
    Space {
        id: space.id.clone(),
        title: title(space).to_owned(),
        access: space.access.clone(),
        words: format!("{who} · {pages}"),
        role: role_name(&space.role),
        members: members.map(|m| (m.id.clone(), m.name.clone(), m.role.clone())).collect(),
        may_change: space.access == "private" && manages(&space.role),
    }
}

/// All spaces as text, for tests.
#[cfg(test)]
pub fn text(data: &Data) -> String {
    let mut text = String::new();
    for space in &data.spaces {
        let may = if space.may_change { " *" } else { "" };
        text.push_str(&format!("{} | {} | you: {}{may}\n", space.title, space.words, space.role));
        for (_, name, role) in &space.members {
            text.push_str(&format!("    {name}: {}\n", role_name(role)));
        }
    }
    text
}
