//! Devices of oneself and of others: when they were last met, and which wait for a key.

use tern_peer::{DeviceView, KeysView, MemberView};

use super::{counted, i_manage, short};
use crate::gui::access::AccessState;
use crate::gui::clock::Clock;
use crate::gui::views::Views;

/// Devices of one member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Member id.
    pub member: String,
    /// Name.
    pub name: String,
    /// Oneself; always shown.
    pub me: bool,
    /// The devices are shown.
    pub open: bool,
    /// How many, in words.
    pub count: String,
    /// Active ones first.
    pub devices: Vec<Device>,
    /// Why none are listed.
    pub note: &'static str,
}

/// One device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// Key, hex.
    pub id: String,
    /// `This laptop`, `Laptop 3fa8c0d1`, `Recovery words`.
    pub title: String,
    /// When it was met, in words.
    pub contact: String,
    /// What it waits for, in words.
    pub waits: Option<String>,
    /// It takes no part any more.
    pub removed: bool,
    /// It is no machine but the recovery words.
    pub words: bool,
    /// It is the one in use.
    pub this: bool,
    /// One may remove it.
    pub may_remove: bool,
    /// How its keys are kept, in words, and whether more than this disk is needed to read them; known of the one in use.
    pub keys: Option<(&'static str, bool)>,
}

/// All devices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// Keys that this laptop waits for, in words.
    pub awaited: Vec<String>,
    /// Oneself first.
    pub groups: Vec<Group>,
}

/// All devices as data.
pub fn build(views: &Views, state: &AccessState, clock: &Clock) -> Data {
    let mut members: Vec<&MemberView> =
        views.members.get().map(|view| view.members.iter().collect()).unwrap_or_default();
    members.retain(|member| member.me || member.state != "removed");
    members.sort_by_key(|member| !member.me);
    Data {
        awaited: views.keys.get().map(|keys| keys.awaited.clone()).unwrap_or_default(),
        groups: members.into_iter().map(|member| group(member, views, state, clock)).collect(),
    }
}

fn group(member: &MemberView, views: &Views, state: &AccessState, clock: &Clock) -> Group {
    let slot = views.devices.get(&member.id);
    let listed = slot.and_then(|slot| slot.get()).map(|view| view.devices.as_slice());
    let may_remove = member.me || i_manage(views);
    Group {
        member: member.id.clone(),
        name: member.name.clone(),
        me: member.me,
        open: member.me || state.shown.contains(&member.id),
        count: counted(member.devices, "device", "devices"),
        devices: sorted(
            listed.unwrap_or_default().iter().map(|device| shown(device, views, may_remove, clock)).collect(),
        ),
        note: match listed {
            None => "Reading the devices",
            Some([]) => "No device is known yet.",
            Some(_) => "",
        },
    }
}

/// The one in use first, then the others, words on paper, and removed ones last.
fn sorted(mut devices: Vec<Device>) -> Vec<Device> {
    devices.sort_by_key(|device| (device.removed, device.words, !device.this));
    devices
}

fn shown(device: &DeviceView, views: &Views, may_remove: bool, clock: &Clock) -> Device {
    let this = device.kind == "this laptop";
    let removed = device.state == "removed";
    let words = device.kind == "recovery words";
    let contact = match &device.last_contact {
        _ if this => "in use".to_owned(),
        _ if words => "on paper; wakes when everything else is lost".to_owned(),
        Some(at) => format!("last contact {}", clock.words(at)),
        None => "not met from this laptop yet".to_owned(),
    };
    Device {
        id: device.id.clone(),
        title: title(device),
        contact,
        waits: (!device.has_key && !removed).then(|| waits_words(this, views)),
        removed,
        words,
        this,
        may_remove: may_remove && !removed && !words,
        keys: views.keys.get().filter(|_| this).map(|keys| (kept(keys), keys.protected)),
    }
}

/// How keys are kept, in a few words.
fn kept(keys: &KeysView) -> &'static str {
    match keys.state.as_str() {
        _ if keys.locked => "locked with a passphrase",
        "passphrase" => "keys under a passphrase",
        "keyring" => "keys in the keyring",
        _ if keys.protected => "keys protected",
        _ => "keys not protected",
    }
}

fn waits_words(this: bool, views: &Views) -> String {
    let awaited = views.keys.get().map(|keys| keys.awaited.as_slice()).unwrap_or_default();
    match awaited.first() {
        Some(words) if this => words.clone(),
        _ => "waits for the key from any device that holds it".to_owned(),
    }
}

/// What a device is called.
pub fn title(device: &DeviceView) -> String {
    match device.kind.as_str() {
        "this laptop" => "This laptop".to_owned(),
        "recovery words" => "Recovery words".to_owned(),
        "laptop" => format!("Laptop {}", short(&device.id)),
        other => format!("{other} {}", short(&device.id)),
    }
}

/// All devices as text, for tests.
#[cfg(test)]
pub fn text(data: &Data) -> String {
    let mut text: String = data.awaited.iter().map(|words| format!("! {words}\n")).collect();
    for group in &data.groups {
        let sign = if group.open { "-" } else { "+" };
        text.push_str(&format!("{sign} {} | {}\n", group.name, group.count));
        for device in group.devices.iter().filter(|_| group.open) {
            let waits = device.waits.as_ref().map(|words| format!(" | {words}")).unwrap_or_default();
            let gone = if device.removed { " | removed" } else { "" };
            let may = if device.may_remove { " *" } else { "" };
            let keys = device.keys.map(|(words, _)| format!(" | {words}")).unwrap_or_default();
            text.push_str(&format!("    {} | {}{waits}{keys}{gone}{may}\n", device.title, device.contact));
        }
    }
    text
}
