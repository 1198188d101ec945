//! The notice over the sheet that a device was added to one's own account, or that a copy of this one is in use.

use egui::{Rect, Ui};
use tern_peer::{AccessCommand, DeviceView};

use super::data::devices;
use super::{confirm, menus};
use crate::gui::actions::Action;
use crate::gui::bars;
use crate::gui::command::{Queue, Route, Section, Then, UiCommand};
use crate::gui::views::Views;
use tern_peer::Command;

/// What the bar says, and what its buttons do.
#[derive(Debug, Clone)]
pub struct Data {
    /// The sentence.
    pub words: String,
    /// Nothing needs to be done.
    pub yes: (&'static str, UiCommand),
    /// What can be done.
    pub act: (&'static str, UiCommand),
}

/// The oldest unread notice as data.
pub fn build(views: &Views) -> Option<Data> {
    let notices = &views.notices.get()?.notices;
    let notice = notices.first()?;
    let more = match notices.len() {
        1 => String::new(),
        count => format!(" ({} more after this one)", count - 1),
    };
    let seen = Command::Access(AccessCommand::NoticeSeen { notice: notice.id.clone() });
    let me = views.about.get().map(|about| about.member.as_str()).unwrap_or_default();
    let mine = views.devices.get(me).and_then(|slot| slot.get()).map(|view| view.devices.as_slice());
    let device = mine.and_then(|devices| removable(&notice.device, devices));
    let yes = UiCommand::Send(Box::new(seen), Then::Quiet);
    if notice.kind == "other_copy" {
        let link = UiCommand::Do(Action::LinkDevice);
        let words = format!("{}{more}", notice.text);
        return Some(Data { words, yes: ("All is well", yes), act: ("Link a device…", link) });
    }
    let remove = match device {
        Some(device) => {
            menus::ask(confirm::remove_device(&device.id, &devices::title(device), "your account", false))
        }
        None => UiCommand::Go(Route::People(Section::Devices)),
    };
    Some(Data {
        words: format!("{}{more} Was that you?", notice.text),
        yes: ("Yes, it was me", yes),
        act: ("Remove it", remove),
    })
}

/// The device that a notice is about, when it can be removed from here.
fn removable<'a>(key: &str, devices: &'a [DeviceView]) -> Option<&'a DeviceView> {
    let device = devices.iter().find(|device| device.id == key)?;
    (device.kind != "this laptop" && device.state == "active").then_some(device)
}

/// Draws the bar; returns its height.
pub fn show(ui: &mut Ui, room: Rect, data: &Data, out: &mut Queue) -> f32 {
    let choices = [&data.act, &data.yes].map(|(label, command)| (*label, false, command.clone()));
    bars::bar(ui, room, &data.words, &choices, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_offers_to_remove_the_device_it_is_about_and_never_the_one_in_use() {
        let device = |id: &str, kind: &str, state: &str| DeviceView {
            id: id.into(),
            kind: kind.into(),
            state: state.into(),
            member: String::new(),
            has_key: true,
            last_contact: None,
        };
        let devices = [
            device("aaaaaaaa01", "laptop", "active"),
            device("bbbbbbbb02", "laptop", "removed"),
            device("cccccccc03", "this laptop", "active"),
        ];
        let offered = |key: &str| removable(key, &devices).map(|device| device.id.as_str());
        assert_eq!(offered("aaaaaaaa01"), Some("aaaaaaaa01"));
        assert_eq!(offered("bbbbbbbb02"), None, "it is removed already");
        assert_eq!(offered("cccccccc03"), None, "never the one in use");
        assert_eq!(offered("dddddddd04"), None, "nobody knows it");
    }
}
