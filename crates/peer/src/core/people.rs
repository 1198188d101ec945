//! Members and their profiles: names, zones, hours.

use tern_model::hours::{
    Profile as Hours, ProfileText, TimeOff, Zone, parse_checkins, print_checkins, read_holidays,
};
use tern_model::person::PersonFields;
use tern_model::{DocId, Edit, Kind, Value};
use tern_store::Store;
use tern_trust::derive::{self, actor_id};
use tern_trust::{Id, Id16, Membership};

use crate::api::{
    DeviceView, DevicesView, ErrorKind, MemberView, MembersView, PeerError, Profile, ProfileChange,
    ProfileView,
};

use super::errors::{bad_input, not_found};
use super::resolve::{self, hex};
use super::{Core, Work, words};

/// Zones that go alike now and half a year on are one place to a traveller.
const HALF_A_YEAR_MS: i64 = 182 * tern_model::hours::DAY_MS;

/// The document of a member's profile.
pub(crate) fn document_of(member: &Id16) -> DocId {
    DocId(derive::person_document(member))
}

/// The member whose profile a document is.
pub(crate) fn member_of_document(membership: &Membership, doc: &DocId) -> Option<Id16> {
    membership.members.keys().find(|m| document_of(m) == *doc).copied()
}

/// The device whose actor this is: half of it derives from the device's key.
pub(crate) fn device_of_actor(membership: &Membership, actor: &Id16) -> Option<Id> {
    let incarnation = u64::from_le_bytes(actor[8..].try_into().ok()?);
    membership.devices.keys().find(|d| actor_id(d, incarnation) == *actor).copied()
}

/// The name of whoever wrote under an actor.
pub(crate) fn author_of_actor(store: &Store, membership: &Membership, actor: &Id16) -> String {
    let member = device_of_actor(membership, actor).and_then(|d| membership.member_of(&d));
    member.map_or_else(|| "somebody".to_owned(), |m| name_of(store, &m))
}

/// A member's profile fields, when it is here.
pub(crate) fn fields_of(store: &Store, member: &Id16) -> Option<PersonFields> {
    let row = store.person(&document_of(member).0).ok()??;
    serde_json::from_str(&row.json).ok()
}

/// A member's name; the start of the id while the profile is not here.
pub(crate) fn name_of(store: &Store, member: &Id16) -> String {
    let name = fields_of(store, member).map(|p| p.name).filter(|n| !n.is_empty());
    name.unwrap_or_else(|| format!("member {}", &hex(member)[..6]))
}

/// A member's hours, when the profile is here and readable.
pub(crate) fn profile_of(store: &Store, member: &Id16) -> Option<Hours> {
    Hours::of(&fields_of(store, member)?).ok()
}

/// The zone a member looks at times in.
pub(crate) fn zone_of(store: &Store, member: Option<Id16>) -> Zone {
    let zone = member.and_then(|m| fields_of(store, &m)).map(|p| p.zone);
    zone.and_then(|name| Zone::get(&name).ok()).unwrap_or_else(Zone::utc)
}

/// All members with their names.
pub(crate) fn names(store: &Store, membership: &Membership) -> Vec<(Id16, String)> {
    membership.members.keys().map(|m| (*m, name_of(store, m))).collect()
}

fn usage(error: &tern_model::hours::HoursError) -> PeerError {
    PeerError::new(ErrorKind::Usage, format!("{error}."))
}

/// Checks a profile and makes the edits that write it.
pub(crate) fn edits(profile: &Profile) -> Result<Vec<Edit>, PeerError> {
    if profile.name.trim().is_empty() {
        return Err(PeerError::new(ErrorKind::Usage, "A name is needed.").next("Give one with --name."));
    }
    super::errors::bounded("The name", &profile.name, super::errors::MAX_NAME_CHARS)?;
    let hours = profile.hours.clone().unwrap_or_else(|| "Mon-Fri 09:00-18:00".to_owned());
    let text = ProfileText {
        zone: &profile.zone,
        hours: &hours,
        checkins: profile.checkins.as_deref(),
        off: &profile.off,
        holidays: &[],
    };
    let read = Hours::read(&text).map_err(|e| usage(&e))?;
    let mut edits = vec![
        field("name", profile.name.trim()),
        field("zone", read.zone.name()),
        field("hours", &read.weekly.to_string()),
    ];
    edits.extend(print_checkins(&read.checkins).split(',').map(|c| add("checkins", c.trim())));
    edits.extend(profile.off.iter().map(|o| add("off", o.trim())));
    Ok(edits)
}

fn field(name: &str, value: &str) -> Edit {
    Edit::SetField { name: name.to_owned(), value: Value::Text(value.to_owned()) }
}

fn add(set: &str, item: &str) -> Edit {
    Edit::AddTo { set: set.to_owned(), item: item.to_owned() }
}

/// Writes one's own profile for the first time.
pub(crate) fn introduce(work: &mut Work<'_, '_>, member: &Id16, profile: &Profile) -> Result<(), PeerError> {
    let mut edits = edits(profile)?;
    edits.push(super::zone_data::edit(work));
    work.create(document_of(member), &Kind::Person, &edits)
}

/// Changes one's own profile.
pub(crate) fn change(work: &mut Work<'_, '_>, change: &ProfileChange) -> Result<(), PeerError> {
    let me = work.mem.member().ok_or_else(|| bad_input("This device does not belong to a member yet."))?;
    let before = work.doc(document_of(&me))?.person();
    let mut edits = Vec::new();
    if let Some(name) = change.name.as_deref().map(str::trim).filter(|n| !n.is_empty()) {
        super::errors::bounded("The name", name, super::errors::MAX_NAME_CHARS)?;
        edits.push(field("name", name));
    }
    if let Some(zone) = &change.zone {
        edits.push(field("zone", Zone::get(zone).map_err(|e| usage(&e))?.name()));
    }
    if let Some(hours) = &change.hours {
        let weekly: tern_model::hours::Weekly = hours.parse().map_err(|e| usage(&e))?;
        edits.push(field("hours", &weekly.to_string()));
    }
    if let Some(checkins) = &change.checkins {
        let times = parse_checkins(checkins).map_err(|e| usage(&e))?;
        let new: Vec<String> = print_checkins(&times).split(',').map(|c| c.trim().to_owned()).collect();
        let gone = before.checkins.iter().filter(|c| !new.contains(c));
        edits.extend(gone.map(|c| Edit::RemoveFrom { set: "checkins".to_owned(), item: c.clone() }));
        edits.extend(new.iter().filter(|c| !before.checkins.contains(c)).map(|c| add("checkins", c)));
    }
    for off in &change.off {
        TimeOff::parse(off).map_err(|e| usage(&e))?;
        edits.push(add("off", off.trim()));
    }
    if let Some(file) = &change.holidays {
        edits.extend(holidays(work, file, &before.holidays)?);
    }
    work.edit(document_of(&me), &edits)?;
    Ok(())
}

/// The edits that put the holidays of an iCalendar file in place of those that are there; nothing takes all away.
fn holidays(work: &Work<'_, '_>, file: &str, before: &[String]) -> Result<Vec<Edit>, PeerError> {
    let today = zone_of(&work.txn, work.mem.member()).date(work.now_ms());
    let new = match file.trim() {
        "" => Vec::new(),
        _ => read_holidays(file, today)
            .map_err(|e| {
                bad_input(format!("The holidays cannot be read: {e}."))
                    .safe("Your holidays are as they were.")
                    .next("Whole days, once or every year, are understood; take the line out or give another file.")
            })?
            .entries(),
    };
    let set = || "holidays".to_owned();
    let gone = before.iter().filter(|day| !new.contains(day));
    let gone = gone.map(|day| Edit::RemoveFrom { set: set(), item: day.clone() });
    let come = new.iter().filter(|day| !before.contains(day));
    Ok(gone.chain(come.map(|day| Edit::AddTo { set: set(), item: day.clone() })).collect())
}

impl Core {
    /// Own zone.
    pub(crate) fn my_zone(&self) -> Zone {
        zone_of(&self.store, self.mem.member())
    }

    /// The member that a text names.
    pub(crate) fn find_member(&self, text: &str) -> Result<Id16, PeerError> {
        resolve::member(&names(&self.store, &self.mem.membership), self.mem.member(), text)
    }

    /// The zone that this machine is set to, where clocks go differently than where one says to be: travelling?
    pub(crate) fn travelling(&self) -> Option<String> {
        let (mine, there) = (self.my_zone(), Zone::get(&self.host.zone()?).ok()?);
        // Machines without a place are set to UTC.
        if there.name() == "UTC" || there.name().starts_with("Etc/") {
            return None;
        }
        let now_ms = self.now_ms();
        let differs =
            [now_ms, now_ms + HALF_A_YEAR_MS].iter().any(|at| mine.offset_s(*at) != there.offset_s(*at));
        differs.then(|| there.name().to_owned())
    }

    pub(crate) fn members_view(&self) -> MembersView {
        let me = self.mem.member();
        let membership = &self.mem.membership;
        let mut members: Vec<(tern_trust::Role, MemberView)> = Vec::new();
        for id in membership.members.keys() {
            let role = membership.role_of(id);
            let fields = fields_of(&self.store, id).unwrap_or_default();
            let devices = membership.devices.iter().filter(|(key, d)| {
                d.member == *id && d.active && !d.public.is_recovery() && membership.member_of(key).is_some()
            });
            let state = if role == tern_trust::Role::None { "removed" } else { "active" };
            members.push((
                role,
                MemberView {
                    id: hex(id),
                    name: name_of(&self.store, id),
                    role: words::role(role).to_owned(),
                    zone: fields.zone,
                    devices: devices.count(),
                    state: state.to_owned(),
                    me: me == Some(*id),
                },
            ));
        }
        for request in &self.invites_view().requests {
            let waiting = members.iter_mut().find(|(_, m)| m.id == request.member);
            if let Some((_, view)) = waiting {
                "waiting".clone_into(&mut view.state);
            }
        }
        members.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
        let members = members.into_iter().map(|(_, m)| m).collect();
        MembersView { members, zone_data: self.zone_data_view() }
    }

    pub(crate) fn profile_view(&self, member: Option<&str>) -> Result<ProfileView, PeerError> {
        let id = match member {
            Some(text) => self.find_member(text)?,
            None => self.mem.member().ok_or_else(|| not_found("member", "me"))?,
        };
        let fields = fields_of(&self.store, &id).ok_or_else(|| {
            PeerError::new(ErrorKind::NotFound, "Their profile is not here yet.")
                .next("It comes with the next exchange: `tern sync`.")
        })?;
        let zone = Zone::get(&fields.zone).unwrap_or_else(|_| Zone::utc());
        let now = self.now_ms();
        Ok(ProfileView {
            id: hex(&id),
            working: Hours::of(&fields).is_ok_and(|p| p.is_working(now)),
            local: zone.show_short(now),
            name: fields.name,
            zone: fields.zone,
            hours: fields.hours,
            checkins: fields.checkins.join(","),
            off: fields.off,
            holidays: fields.holidays,
            travelling: self.travelling().filter(|_| self.mem.member() == Some(id)),
            focus_until: super::focus::until(&self.store, &id, now).map(|at| zone.rfc9557(at)),
        })
    }

    pub(crate) fn devices_view(&self, member: Option<&str>) -> Result<DevicesView, PeerError> {
        let membership = &self.mem.membership;
        let of = match member {
            Some(text) => Some(self.find_member(text)?),
            None => self.mem.member(),
        };
        let zone = self.my_zone();
        let current = membership.head_epochs.first().and_then(|e| membership.epochs.get(e));
        let lacks = self.mem.ring.missing_wraps(&self.mem.log, membership);
        let own = membership.devices.iter().filter(|(_, d)| Some(d.member) == of);
        let mut devices: Vec<DeviceView> = own
            .map(|(key, device)| {
                let last = self.store.peer(key).ok().flatten().and_then(|p| p.last_met_ms);
                let kind = if *key == self.mem.me() {
                    "this laptop"
                } else if device.public.is_recovery() {
                    "recovery words"
                } else {
                    "laptop"
                };
                DeviceView {
                    member: name_of(&self.store, &device.member),
                    has_key: current.is_some() && !lacks.contains(&device.public.x25519),
                    id: hex(key),
                    kind: kind.to_owned(),
                    state: if device.active { "active" } else { "removed" }.to_owned(),
                    last_contact: last.map(|at| zone.rfc9557(at)),
                }
            })
            .collect();
        devices.sort_by(|a, b| a.state.cmp(&b.state).then_with(|| a.id.cmp(&b.id)));
        Ok(DevicesView { devices })
    }
}

impl Core {
    /// Keys that items here wait for, each with whose devices could give it.
    pub(crate) fn awaited_keys(&self) -> Result<Vec<String>, PeerError> {
        let mut epochs = std::collections::BTreeSet::new();
        for row in
            self.store.verdicts(&tern_store::VerdictFilter::Class(tern_store::VerdictClass::Pending))?
        {
            if row.code == "key" {
                epochs.extend(self.store.item_by_row(row.row)?.map(|item| item.epoch()));
            }
        }
        let membership = &self.mem.membership;
        let mut awaited = Vec::new();
        for epoch in epochs {
            let given = membership.epochs.get(&epoch).map(|e| e.recipients.clone()).unwrap_or_default();
            let holders =
                membership.devices.values().filter(|d| d.active && given.contains(&d.public.x25519));
            let names: std::collections::BTreeSet<String> = holders
                .filter(|d| !d.public.is_recovery())
                .map(|d| name_of(&self.store, &d.member))
                .collect();
            let whose = if names.is_empty() {
                "somebody".to_owned()
            } else {
                names.into_iter().collect::<Vec<_>>().join(" or ")
            };
            awaited.push(format!("A key that edits here need is awaited from a device of {whose}."));
        }
        Ok(awaited)
    }
}
