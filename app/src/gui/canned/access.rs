//! Who may do what in the canned workspace.

use std::collections::{BTreeMap, BTreeSet};

use tern_peer::{
    AccessCommand, DeviceView, DevicesView, ErrorKind, InviteView, InvitesView, JoinedView, KeysView,
    LinkState, LogView, MemberView, MovePreview, NoticeView, NoticesView, PeerError, Query, RecordView,
    Reply, RequestView, ReviewEntry, ReviewView, SpaceMemberView, SpaceView, SpacesView, View,
};

/// Id of the root space.
pub const ROOT: &str = "00000000000000000000000000000000";

/// Who may do what.
pub struct Access {
    /// One's own role.
    pub my_role: String,
    /// Roles of members; writers when absent.
    pub roles: BTreeMap<String, String>,
    /// Members who were removed.
    pub removed: BTreeSet<String>,
    /// All devices with their members.
    pub devices: Vec<(String, DeviceView)>,
    /// Invites and requests.
    pub invites: InvitesView,
    /// What was set aside.
    pub review: ReviewView,
    /// Unread notices.
    pub notices: NoticesView,
    /// Spaces.
    pub spaces: Vec<SpaceView>,
    /// Pages that do not lie in the root space.
    pub placed: BTreeMap<String, String>,
    /// The log.
    pub log: LogView,
    /// Where keys are kept.
    pub keys: KeysView,
    /// How a linking stands.
    pub link: LinkState,
}

impl Default for Access {
    fn default() -> Self {
        Access {
            my_role: "owner".into(),
            roles: BTreeMap::new(),
            removed: BTreeSet::new(),
            devices: Vec::new(),
            invites: InvitesView::default(),
            review: ReviewView::default(),
            notices: NoticesView::default(),
            spaces: vec![space(ROOT, "Northlight", "open", "owner", &[])],
            placed: BTreeMap::new(),
            log: LogView::default(),
            keys: KeysView {
                state: "file (not protected)".into(),
                protected: false,
                locked: false,
                awaited: Vec::new(),
            },
            link: LinkState::default(),
        }
    }
}

impl Access {
    /// A member with role and state.
    pub fn member(&self, member: MemberView) -> MemberView {
        let role = match self.roles.get(&member.id) {
            _ if member.me => self.my_role.clone(),
            Some(role) => role.clone(),
            None => "writer".into(),
        };
        let of_member =
            self.devices.iter().filter(|(id, device)| *id == member.id && device.state == "active");
        let state = if self.removed.contains(&member.id) { "removed" } else { "active" };
        MemberView { role, devices: of_member.count().max(1), state: state.into(), ..member }
    }

    /// Answers a query about access.
    pub fn answer(&self, query: &Query) -> Option<View> {
        Some(match query {
            Query::Devices { member } => {
                let whose = member.as_deref().unwrap_or("me");
                let of_member = self.devices.iter().filter(|(id, _)| id == whose);
                View::Devices(DevicesView { devices: of_member.map(|(_, device)| device.clone()).collect() })
            }
            Query::Invites => View::Invites(self.invites.clone()),
            Query::Review => View::Review(self.review.clone()),
            Query::Notices => View::Notices(self.notices.clone()),
            Query::Spaces => View::Spaces(SpacesView { spaces: self.spaces.clone() }),
            Query::Log => View::Log(self.log.clone()),
            Query::MovePreview { space, .. } => View::MovePreview(self.preview(space)?),
            _ => return None,
        })
    }

    fn preview(&self, id: &str) -> Option<MovePreview> {
        let space = self.spaces.iter().find(|space| space.id == id)?;
        Some(MovePreview {
            pages: 1,
            space: space.title.clone(),
            gains: Vec::new(),
            loses: vec!["Aiko".into(), "Dev".into()],
            text: format!("1 page would move to “{}”: Aiko and Dev get nothing new of it.", space.title),
        })
    }

    /// The space a page lies in.
    pub fn space_of(&self, page: &str) -> String {
        self.placed.get(page).cloned().unwrap_or_else(|| ROOT.into())
    }

    /// Puts a page into a space.
    pub fn place(&mut self, page: &str, space: Option<String>) {
        if let Some(space) = space.filter(|space| space != ROOT) {
            self.placed.insert(page.to_owned(), space);
        } else {
            self.placed.remove(page);
        }
    }

    /// The device that came is taken in or not.
    pub fn answer_link(&mut self, accept: bool) {
        if accept {
            self.devices.push(("me".into(), device("9d44c1e07b2a", "laptop", None)));
        }
        self.link.state = if accept { "done" } else { "refused" }.into();
    }

    /// Performs a change.
    pub fn perform(&mut self, command: AccessCommand, names: &BTreeMap<String, String>) -> Reply {
        match command {
            AccessCommand::InviteRevoke { invite } => {
                for known in self.invites.invites.iter_mut().filter(|known| known.id == invite) {
                    known.state = "ended".into();
                }
            }
            AccessCommand::Approve { request, .. } => {
                self.invites.requests.retain(|known| known.id != request)
            }
            AccessCommand::MemberRemove { member } => {
                self.removed.insert(member);
            }
            AccessCommand::MemberRestore { member, role } => {
                self.removed.remove(&member);
                self.roles.insert(member, role);
            }
            AccessCommand::Leave => {
                self.removed.insert("me".into());
            }
            AccessCommand::DeviceRemove { device } => {
                for (_, known) in self.devices.iter_mut().filter(|(_, known)| known.id == device) {
                    known.state = "removed".into();
                }
                self.notices.notices.retain(|notice| !notice.text.contains(&device[..8]));
            }
            AccessCommand::NoticeSeen { notice } => self.notices.notices.retain(|known| known.id != notice),
            AccessCommand::ReviewAdmit { entry } => return self.review_done(&entry),
            AccessCommand::ReviewDiscard { entry } => {
                self.review_done(&entry);
            }
            AccessCommand::ReviewExport { .. } => return Reply::Reviewed { items: 1 },
            AccessCommand::SpaceNew { title, private, with } => {
                let mut members = vec!["me".to_owned()];
                members.extend(with);
                let members: Vec<(&str, &str)> = members
                    .iter()
                    .map(|id| (id.as_str(), names.get(id).map_or(id.as_str(), String::as_str)))
                    .collect();
                let access = if private { "private" } else { "open" };
                let members = if private { members.as_slice() } else { &[] };
                self.spaces.push(space("5e00", &title, access, "owner", members));
                return Reply::Space { id: "5e00".into() };
            }
            AccessCommand::SpaceAdd { space, member, role } => {
                for known in self.spaces.iter_mut().filter(|known| known.id == space) {
                    known.members.retain(|known| known.id != member);
                    let name = names.get(&member).cloned().unwrap_or_default();
                    known.members.push(SpaceMemberView { id: member.clone(), name, role: role.clone() });
                }
            }
            AccessCommand::SpaceRemove { space, member } => {
                for known in self.spaces.iter_mut().filter(|known| known.id == space) {
                    known.members.retain(|known| known.id != member);
                }
            }
            AccessCommand::PageToSpace { page, space } => self.place(&page, Some(space)),
        }
        Reply::Done {}
    }

    fn review_done(&mut self, entry: &str) -> Reply {
        let items =
            self.review.entries.iter().filter(|known| known.id == entry).map(|known| known.items).sum();
        self.review.entries.retain(|known| known.id != entry);
        Reply::Reviewed { items }
    }
}

/// Whether words work, for a paper that says `word1 … word24`.
pub fn drill(words: &str) -> Result<String, PeerError> {
    let right: Vec<String> = (1..=24).map(|n| format!("word{n}")).collect();
    if words.split_whitespace().eq(right.iter().map(String::as_str)) {
        return Ok("These words work: they open the recovery device of “Northlight”.".into());
    }
    Err(PeerError::new(ErrorKind::BadInput, "These are not the recovery words of this workspace.")
        .safe("Nothing was changed.")
        .next("Compare them with the paper, word by word."))
}

fn space(id: &str, title: &str, access: &str, role: &str, members: &[(&str, &str)]) -> SpaceView {
    let member = |(nth, (id, name)): (usize, &(&str, &str))| SpaceMemberView {
        id: (*id).into(),
        name: (*name).into(),
        role: if nth == 0 { role } else { "writer" }.into(),
    };
    SpaceView {
        id: id.into(),
        title: title.into(),
        access: access.into(),
        documents: if access == "private" { 1 } else { 7 },
        role: role.into(),
        members: members.iter().enumerate().map(member).collect(),
    }
}

fn device(id: &str, kind: &str, last_contact: Option<&str>) -> DeviceView {
    DeviceView {
        id: id.into(),
        kind: kind.into(),
        state: "active".into(),
        member: String::new(),
        has_key: true,
        last_contact: last_contact.map(str::to_owned),
    }
}

fn sample_devices() -> Vec<(String, DeviceView)> {
    let of = |member: &str, device: DeviceView| (member.to_owned(), device);
    let waiting =
        DeviceView { has_key: false, ..device("77a1b9c3d5e6", "laptop", Some("2026-11-24T09:12:00Z")) };
    let lost = DeviceView {
        state: "removed".into(),
        ..device("0c0ffee0aa11", "laptop", Some("2026-11-02T08:00:00Z"))
    };
    vec![
        of("me", device("d1e2f3a4b5c6", "this laptop", None)),
        of("me", device("3fa8c0d19e77", "laptop", Some("2026-11-23T18:40:00Z"))),
        of("me", device("aaaabbbbcccc", "recovery words", None)),
        of("me", lost),
        of("aiko", device("51b2c3d4e5f6", "laptop", Some("2026-11-24T09:12:00Z"))),
        of("aiko", waiting),
    ]
}

fn sample_invites() -> InvitesView {
    let invite = |id: &str, role: &str, mode: &str, uses, state: &str, expires: &str| InviteView {
        id: id.into(),
        role: role.into(),
        mode: mode.into(),
        uses,
        used: 0,
        expires: expires.into(),
        by: "Ben".into(),
        state: state.into(),
        joined: Vec::new(),
    };
    let joined = |member: &str, name: &str, words: &str| JoinedView {
        member: member.into(),
        name: name.into(),
        words: words.into(),
    };
    let live = InviteView {
        used: 1,
        joined: vec![joined("mia", "Mia", "copper lantern quiet river")],
        ..invite("7c1e90aa12bd", "writer", "approve", 3, "live", "2026-11-27T15:10:00Z")
    };
    let ended = InviteView {
        used: 1,
        joined: vec![joined("dev", "Dev", "marble orbit velvet canyon")],
        ..invite("04d2ff318c55", "reader", "open", 1, "ended", "2026-11-12T09:00:00Z")
    };
    InvitesView {
        invites: vec![live, ended],
        requests: vec![RequestView {
            id: "req1".into(),
            member: "new".into(),
            role: "writer".into(),
            invite: "7c1e90aa12bd".into(),
            words: "amber falcon gentle harbour".into(),
            when: "2026-11-24".into(),
        }],
    }
}

fn sample_review() -> ReviewView {
    let entry = |id: &str, author: &str, reason: &str, items, title: &str, document: &str, preview: &str| {
        ReviewEntry {
            id: id.into(),
            author: author.into(),
            device: "0c0ffee0aa11".into(),
            reason: reason.into(),
            items,
            document: Some(document.into()),
            title: title.into(),
            preview: preview.into(),
            since: "2026-11-24T14:20:00Z".into(),
            admissible: true,
        }
    };
    let lost = "written on a device after it was removed";
    let role = "the role does not allow writing";
    ReviewView {
        entries: vec![
            entry("r1", "Ben", lost, 3, "Launch plan, 3.2", "launch", "adds “Tokyo comes third, by train.”"),
            entry("r2", "Ben", lost, 1, "Field kit", "kit", "removes “All about the kit.”"),
            ReviewEntry { admissible: false, ..entry("r3", "Dev", role, 2, "Team", "team", "") },
        ],
    }
}

fn sample_log() -> LogView {
    let record = |n: usize, author: &str, when: &str, text: &str, effective| RecordView {
        id: format!("rec{n}"),
        author: author.into(),
        when: when.into(),
        text: text.into(),
        effective,
    };
    let lines = [
        ("Ben", "2026-11-02", "made the workspace", true),
        ("Ben", "2026-11-09", "invited 1 person as reader", true),
        ("Dev", "2026-11-10", "joined as Dev", true),
        ("Ben", "2026-11-20", "removed device 0c0ffee0; 2 edits wait for review", true),
        ("Dev", "2026-11-23", "removed Ben", false),
        ("Ben", "2026-11-24", "made Aiko admin", true),
    ];
    let records =
        lines.iter().enumerate().map(|(n, (author, when, text, ok))| record(n, author, when, text, *ok));
    LogView { records: records.collect() }
}

/// Access in the sample workspace.
pub fn sample() -> Access {
    Access {
        roles: BTreeMap::from([("aiko".into(), "admin".into()), ("dev".into(), "reader".into())]),
        devices: sample_devices(),
        invites: sample_invites(),
        review: sample_review(),
        spaces: vec![
            space(ROOT, "Northlight", "open", "owner", &[]),
            space("9e01", "Ben’s own", "personal", "owner", &[]),
            space("4f10", "Finance", "private", "owner", &[("me", "Ben"), ("carla", "Carla")]),
            space("2b7c", "Handbook", "open", "owner", &[]),
        ],
        placed: BTreeMap::from([("budget".into(), "4f10".into())]),
        log: sample_log(),
        ..Access::default()
    }
}

/// The notice that a device was added.
pub fn device_notice() -> NoticeView {
    NoticeView {
        id: "notice1".into(),
        kind: "device_added".into(),
        text: "Device 3fa8c0d1 was added to your account by your device 0c0ffee0 on 23 Nov. If that was not you, \
               remove it."
            .into(),
        device: "3fa8c0d19e77".into(),
        added_by: "0c0ffee0aa11".into(),
    }
}
