//! Menus of people, devices and spaces.

use egui::Rect;
use tern_peer::{AccessCommand, Command, SpacesView};

use super::confirm;
use super::data::members::Member;
use super::data::spaces::{self, Space};
use super::data::{ROLES, role_name};
use crate::gui::command::{Dialog, Moving, Then, UiCommand, access};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entry, Picker, Sign};
use crate::gui::views::Views;

/// Opens a question.
pub fn ask(confirm: confirm::Confirm) -> UiCommand {
    UiCommand::Open(Dialog::Confirm(Box::new(confirm)))
}

/// A role as a sentence goes on with it: `a writer`, `an admin`.
fn as_role(role: &str) -> String {
    if role == "admin" { "an admin".to_owned() } else { format!("a {role}") }
}

/// The role of a member in the workspace.
pub fn role(member: &Member, anchor: Option<Rect>) -> Picker {
    let entries = ROLES
        .iter()
        .map(|(role, name, _)| {
            let command = Command::MemberRole { member: member.id.clone(), role: (*role).to_owned() };
            let said = Then::CloseAndSay(format!("{} is {} from here on", member.name, as_role(role)));
            Entry::new(Sign::None, name, UiCommand::Send(Box::new(command), said))
        })
        .collect();
    Picker::new(&format!("Role of {}", member.name), anchor, entries).at(&member.role_name)
}

/// Brings a removed member back.
pub fn restore(member: &Member, anchor: Option<Rect>) -> Picker {
    let entries = ROLES
        .iter()
        .map(|(role, name, _)| {
            let command =
                AccessCommand::MemberRestore { member: member.id.clone(), role: (*role).to_owned() };
            let said = format!("{} is back as {}", member.name, as_role(role));
            Entry::new(
                Sign::Icon(Icon::Restore),
                &format!("As {}", name.to_lowercase()),
                access(command, said),
            )
        })
        .collect();
    Picker::new(&format!("Bring {} back", member.name), anchor, entries)
}

/// Members of the workspace that are not in a private space.
pub fn add_to_space(space: &Space, views: &Views, anchor: Option<Rect>) -> Picker {
    let members = views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
    let entries: Vec<Entry> = members
        .iter()
        .filter(|member| member.state == "active")
        .filter(|member| !space.members.iter().any(|(id, ..)| *id == member.id))
        .map(|member| {
            let command = AccessCommand::SpaceAdd {
                space: space.id.clone(),
                member: member.id.clone(),
                role: "writer".to_owned(),
            };
            let said = format!("{} can write in “{}”", member.name, space.title);
            Entry::new(Sign::Person(member.name.clone()), &member.name, access(command, said))
        })
        .collect();
    let title = if entries.is_empty() { "Everybody is in it" } else { "Add as a writer" };
    Picker::new(title, anchor, entries)
}

/// The role of a member in a private space, and the way out.
pub fn in_space(space: &Space, member: (&str, &str, &str), anchor: Option<Rect>) -> Picker {
    let (id, name, now) = member;
    let mut entries: Vec<Entry> = ROLES
        .iter()
        .map(|(role, role_name, _)| {
            let command = AccessCommand::SpaceAdd {
                space: space.id.clone(),
                member: id.to_owned(),
                role: (*role).to_owned(),
            };
            let said = format!("{name} is {} in “{}”", as_role(role), space.title);
            Entry::new(Sign::None, role_name, access(command, said))
        })
        .collect();
    let out = confirm::leave_space((&space.id, &space.title), (id, name));
    entries.push(Entry::new(Sign::None, &format!("Take {name} out…"), ask(out)));
    Picker::new(&format!("{name} in “{}”", space.title), anchor, entries).at(&role_name(now))
}

/// Spaces to which a page can move.
pub fn move_page(
    page: &str,
    title: &str,
    now: &str,
    view: Option<&SpacesView>,
    anchor: Option<Rect>,
) -> Picker {
    let mut others: Vec<_> =
        view.map(|view| view.spaces.iter().filter(|space| space.id != now).collect()).unwrap_or_default();
    others.sort_by_key(|space| spaces::place(space));
    let entries: Vec<Entry> = others
        .into_iter()
        .map(|space| {
            let moving = Moving {
                page: page.to_owned(),
                title: title.to_owned(),
                space: space.id.clone(),
                space_title: space.title.clone(),
            };
            let command = UiCommand::Open(Dialog::Move(Box::new(moving)));
            Entry::new(Sign::Icon(spaces::sign(&space.access)), &space.title, command).right(&space.access)
        })
        .collect();
    let heading = if entries.is_empty() { "There is no other space" } else { "Move to space" };
    Picker::new(heading, anchor, entries)
}
