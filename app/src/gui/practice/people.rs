//! Who does something together: members that are ticked, with their local times.

use std::collections::BTreeSet;

use egui::Ui;
use tern_model::hours::{Profile, ProfileText};
use tern_peer::ProfileView;

use crate::gui::clock::Clock;
use crate::gui::views::Views;
use crate::gui::widgets;

/// The hours of a member, as far as their profile can be read.
pub fn hours_of(views: &Views, id: &str) -> Option<Profile> {
    let view: &ProfileView = views.people.get(id)?.get()?;
    let text = ProfileText {
        zone: &view.zone,
        hours: &view.hours,
        checkins: (!view.checkins.is_empty()).then_some(view.checkins.as_str()),
        off: &view.off,
        holidays: &view.holidays,
    };
    Profile::read(&text).ok()
}

/// An instant on the clock of a member, `Wed 18:00`; on one’s own where theirs is unknown.
pub fn local(views: &Views, id: &str, rfc3339: &str, clock: &Clock) -> String {
    let zone = crate::gui::threads::people::zone(views, id);
    zone.and_then(|zone| clock.due_in(rfc3339, zone)).unwrap_or_else(|| clock.due(rfc3339))
}

/// Members who are here, oneself last: id and name.
pub fn here(views: &Views) -> Vec<(String, String)> {
    let members = views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
    let mut here: Vec<_> = members.iter().filter(|member| member.state == "active").collect();
    here.sort_by_key(|member| member.me);
    let name = |me: bool, name: &str| if me { "You".to_owned() } else { name.to_owned() };
    here.iter().map(|member| (member.id.clone(), name(member.me, &member.name))).collect()
}

/// Draws a box to tick for each of these members, with the time it is there.
pub fn ticks(
    ui: &mut Ui,
    who: &[(String, String)],
    chosen: &mut BTreeSet<String>,
    views: &Views,
    clock: &Clock,
) {
    let now = clock.now().timestamp().to_string();
    for (id, name) in who {
        let on = chosen.contains(id);
        if widgets::check(ui, on, &format!("{name}, {}", local(views, id, &now, clock))) {
            if on {
                chosen.remove(id);
            } else {
                chosen.insert(id.clone());
            }
        }
    }
}
