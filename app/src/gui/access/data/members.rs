//! Members: who they are, what they may do, what time it is for them.

use tern_peer::MemberView;

use super::{counted, i_manage, role_name};
use crate::gui::people::place;
use crate::gui::views::Views;

/// One member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Oneself.
    pub me: bool,
    /// Role as the engine calls it.
    pub role: String,
    /// Role as people call it.
    pub role_name: String,
    /// `Tokyo, Wed 00:10`.
    pub time: String,
    /// Within stated hours.
    pub working: bool,
    /// Number of devices.
    pub devices: usize,
    /// `active`, `waiting` or `removed`.
    pub state: String,
    /// What the state means, in words; empty when active.
    pub state_words: &'static str,
    /// One may change the role.
    pub may_change: bool,
}

/// Everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// Those who are in, then those who were removed.
    pub members: Vec<Member>,
    /// Why one cannot leave.
    pub stays: Option<&'static str>,
    /// Name of the workspace.
    pub workspace: String,
}

/// Everybody as data.
pub fn build(views: &Views) -> Data {
    let about = views.about.get();
    let mut members: Vec<Member> = views
        .members
        .get()
        .map(|view| view.members.iter().map(|member| shown(member, views)).collect())
        .unwrap_or_default();
    members.sort_by_key(|member| member.state == "removed");
    let owner = about.is_some_and(|about| about.role == "owner");
    Data {
        members,
        stays: owner.then_some("A workspace always has its owner"),
        workspace: about.map(|about| about.title.clone()).unwrap_or_default(),
    }
}

fn shown(member: &MemberView, views: &Views) -> Member {
    let profile = views.people.get(&member.id).and_then(|slot| slot.get());
    let removed = member.state == "removed";
    Member {
        id: member.id.clone(),
        name: if member.name.is_empty() { "Somebody".to_owned() } else { member.name.clone() },
        me: member.me,
        role: member.role.clone(),
        role_name: role_name(&member.role),
        time: match profile {
            Some(profile) if !removed => format!("{}, {}", place(&profile.zone), profile.local),
            _ => place(&member.zone),
        },
        working: profile.is_some_and(|profile| profile.working) && !removed,
        devices: member.devices,
        state: member.state.clone(),
        state_words: match member.state.as_str() {
            "waiting" => "waits to be let in",
            "removed" => "removed",
            _ => "",
        },
        may_change: i_manage(views) && !member.me && member.role != "owner",
    }
}

/// Everybody as text, for tests.
#[cfg(test)]
pub fn text(data: &Data) -> String {
    let line = |member: &Member| {
        let me = if member.me { " (you)" } else { "" };
        let sky = if member.working { "sun" } else { "moon" };
        let may = if member.may_change { " *" } else { "" };
        let devices = counted(member.devices, "device", "devices");
        let state =
            if member.state_words.is_empty() { String::new() } else { format!(" | {}", member.state_words) };
        format!(
            "{}{me} | {} {sky} | {devices} | {}{may}{state}\n",
            member.name, member.time, member.role_name
        )
    };
    data.members.iter().map(line).collect()
}

/// `2 devices`.
pub fn devices_words(member: &Member) -> String {
    if member.devices == 0 {
        return "no device".to_owned();
    }
    counted(member.devices, "device", "devices")
}
