//! The notice over the sheet that a device was added to one's own account.

use egui::{Rect, Ui};
use tern_peer::{AccessCommand, DeviceView};

use super::data::devices;
use super::{confirm, menus};
use crate::gui::bars;
use crate::gui::command::{Queue, Route, Section, Then, UiCommand};
use crate::gui::views::Views;
use tern_peer::Command;

/// What the bar says, and what its buttons do.
#[derive(Debug, Clone)]
pub struct Data {
    /// The sentence.
    pub words: String,
    /// It was oneself.
    pub yes: UiCommand,
    /// It was not.
    pub remove: UiCommand,
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
    let device = mine.and_then(|devices| spoken_of(&notice.text, devices));
    let remove = match device {
        Some(device) => {
            menus::ask(confirm::remove_device(&device.id, &devices::title(device), "your account", false))
        }
        None => UiCommand::Go(Route::People(Section::Devices)),
    };
    Some(Data {
        words: format!("{}{more} Was that you?", notice.text),
        yes: UiCommand::Send(Box::new(seen), Then::Quiet),
        remove,
    })
}

/// The device that a notice speaks of: its text names that one before any other.
fn spoken_of<'a>(text: &str, devices: &'a [DeviceView]) -> Option<&'a DeviceView> {
    let place = |device: &DeviceView| device.id.get(..SHORT).and_then(|key| text.find(key));
    let named = devices.iter().filter_map(|device| place(device).map(|at| (at, device)));
    let (_, first) = named.min_by_key(|(at, _)| *at)?;
    (first.kind != "this laptop" && first.state == "active").then_some(first)
}

/// Draws the bar; returns its height.
pub fn show(ui: &mut Ui, room: Rect, data: &Data, out: &mut Queue) -> f32 {
    let choices = [("Remove it", false, data.remove.clone()), ("Yes, it was me", false, data.yes.clone())];
    bars::bar(ui, room, &data.words, &choices, out)
}

/// Characters of a key that name a device in a sentence.
const SHORT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_that_was_added_is_meant_and_not_the_one_that_added_it() {
        let device = |id: &str, kind: &str| DeviceView {
            id: id.into(),
            kind: kind.into(),
            state: "active".into(),
            member: String::new(),
            has_key: true,
            last_contact: None,
        };
        let devices = [
            device("aaaaaaaa01", "laptop"),
            device("bbbbbbbb02", "laptop"),
            device("cccccccc03", "this laptop"),
        ];
        let meant = |text: &str| spoken_of(text, &devices).map(|device| device.id.as_str());
        assert_eq!(meant("Device bbbbbbbb was added by your device aaaaaaaa"), Some("bbbbbbbb02"));
        assert_eq!(meant("Device aaaaaaaa was added by your device bbbbbbbb"), Some("aaaaaaaa01"));
        assert_eq!(meant("Device cccccccc was added by your device aaaaaaaa"), None, "never the one in use");
        assert_eq!(meant("Device dddddddd was added"), None);
    }
}
