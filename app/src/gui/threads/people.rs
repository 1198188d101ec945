//! What the views of threads have to know of people: their zones, and whether it is in their hours.

use crate::gui::views::Views;

/// The zone of a member.
pub fn zone<'a>(views: &'a Views, id: &str) -> Option<&'a str> {
    let members = &views.members.get()?.members;
    members.iter().find(|member| member.id == id).map(|member| member.zone.as_str())
}

/// The id of the only member of this name.
pub fn id_of<'a>(views: &'a Views, name: &str) -> Option<&'a str> {
    let mut found = views.members.get()?.members.iter().filter(|member| member.name == name);
    let first = found.next()?;
    found.next().is_none().then_some(first.id.as_str())
}

/// The name of a member.
pub fn name<'a>(views: &'a Views, id: &'a str) -> &'a str {
    let members = views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
    members.iter().find(|member| member.id == id).map_or(id, |member| member.name.as_str())
}

/// Whether it is in the hours of a member.
pub fn is_working(views: &Views, id: &str) -> bool {
    views.people.get(id).and_then(|slot| slot.get()).is_some_and(|profile| profile.working)
}
