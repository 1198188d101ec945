//! Who goes and comes back: members, devices, roles. A removal says how far each feed still counts and changes the key
//! in the same commit.

use std::collections::{BTreeMap, BTreeSet};

use tern_trust::derive::ZERO16;
use tern_trust::item::Feed;
use tern_trust::record::{Cut, FeedCut, Fields};
use tern_trust::{Id, Id16, Role};

use crate::api::{PeerError, Reply};

use super::errors::{not_found, usage};
use super::resolve::{self, by_prefix};
use super::{Work, cover, duties, people, words};

/// The member that a text names.
fn member(work: &Work<'_, '_>, text: &str) -> Result<Id16, PeerError> {
    let names = people::names(&work.txn, &work.mem.membership);
    resolve::member(&names, work.mem.member(), text)
}

/// Changes a member's role; brings a removed one back with it.
pub(crate) fn set_role(work: &mut Work<'_, '_>, text: &str, role: &str) -> Result<Reply, PeerError> {
    let role = words::parse_role(role).ok_or_else(|| {
        usage(format!("“{role}” is no role that can be given."), "Choose admin, writer, commenter or reader.")
    })?;
    let member = member(work, text)?;
    let before = work.mem.membership.role_of(&member);
    let cuts = if role < before { cuts_of(work, &member)? } else { Vec::new() };
    work.records(|records, _, _| Ok(((), vec![records.role_set(member, role, cuts)?])))?;
    duties::ready_to_seal(work)?;
    if before == Role::None {
        welcome_back(work)?;
    }
    Ok(Reply::Done {})
}

/// Removes a member.
pub(crate) fn remove_member(work: &mut Work<'_, '_>, text: &str) -> Result<Reply, PeerError> {
    let member = member(work, text)?;
    if Some(member) == work.mem.member() {
        return Err(usage("That is you.", "Use `tern member leave` to leave the workspace."));
    }
    let cuts = cuts_of(work, &member)?;
    work.records(|records, _, _| Ok(((), vec![records.member_remove(member, cuts)?])))?;
    duties::ready_to_seal(work)?;
    Ok(Reply::Done {})
}

/// Removes oneself. The others change the key before they write again.
pub(crate) fn leave(work: &mut Work<'_, '_>) -> Result<Reply, PeerError> {
    let member = work.mem.member().ok_or_else(|| not_found("member", "me"))?;
    if work.mem.membership.role_of(&member) == Role::Owner {
        return Err(usage(
            "The owner of a workspace cannot leave it.",
            "Delete the folder of this home if you want it gone from this laptop alone.",
        ));
    }
    let cuts = cuts_of(work, &member)?;
    work.records(|records, _, _| Ok(((), vec![records.member_remove(member, cuts)?])))?;
    Ok(Reply::Done {})
}

/// Brings a removed member back; the devices they had count again and are given the key.
pub(crate) fn restore(work: &mut Work<'_, '_>, text: &str, role: &str) -> Result<Reply, PeerError> {
    let role = words::parse_role(role).ok_or_else(|| {
        usage(format!("“{role}” is no role that can be given."), "Choose admin, writer, commenter or reader.")
    })?;
    let member = member(work, text)?;
    work.records(|records, _, _| Ok(((), vec![records.write(Fields::MemberRestore { member, role })?])))?;
    welcome_back(work)?;
    Ok(Reply::Done {})
}

/// The keys for somebody who is in again, of the private spaces too that they were let into meanwhile.
fn welcome_back(work: &mut Work<'_, '_>) -> Result<(), PeerError> {
    duties::give_keys(work, |_| true)?;
    super::spaces::settle(work)
}

/// Removes a device.
pub(crate) fn remove_device(work: &mut Work<'_, '_>, text: &str) -> Result<Reply, PeerError> {
    let active = work.mem.membership.devices.iter().filter(|(_, d)| d.active).map(|(key, _)| *key);
    let device = by_prefix(active, text)
        .ok_or_else(|| not_found("active device", text).next("`tern device list` shows them."))?;
    if device == work.mem.me() {
        return Err(usage(
            "That is this laptop.",
            "Remove it from another of your devices, or leave the workspace with `tern member leave`.",
        ));
    }
    remove_devices(work, &[device].into())?;
    duties::ready_to_seal(work)?;
    Ok(Reply::Done {})
}

/// Writes the removal of devices; the key is to change before anything is sealed.
pub(crate) fn remove_devices(work: &mut Work<'_, '_>, devices: &BTreeSet<Id>) -> Result<(), PeerError> {
    let cuts = cuts(work, devices)?;
    work.records(|records, _, _| Ok(((), vec![records.device_remove(devices, cuts)?])))
}

/// Devices that this recovery code put out before it could say how far their work counts.
pub(crate) fn reclaimed_from(work: &Work<'_, '_>, code: &Id) -> BTreeSet<Id> {
    let membership = &work.mem.membership;
    let own = work.mem.log.records().filter(|(item, _)| item.header().author == *code);
    let named = own.filter(|(item, _)| membership.is_effective(item.id())).filter_map(|(_, record)| {
        let Fields::DeviceRemove { devices, .. } = &record.fields else { return None };
        Some(devices)
    });
    let open = |device: &&Id| !membership.cuts.keys().any(|feed| feed.author == **device);
    named.flatten().filter(open).copied().collect()
}

fn cuts_of(work: &Work<'_, '_>, member: &Id16) -> Result<Vec<Cut>, PeerError> {
    let devices = work.mem.membership.devices.iter().filter(|(_, d)| d.member == *member);
    cuts(work, &devices.map(|(key, _)| *key).collect())
}

/// The last item held of each feed of these devices. Feeds in private and personal spaces are left out: the log is read by
/// people who are not to know the ids of those, and their own records say where work ends there ([`super::spaces::settle`]).
pub(crate) fn cuts(work: &Work<'_, '_>, devices: &BTreeSet<Id>) -> Result<Vec<Cut>, PeerError> {
    let mut all = Vec::new();
    for device in devices {
        let mut by_space: BTreeMap<Id16, Vec<FeedCut>> = BTreeMap::new();
        for (incarnation, space) in work.txn.feeds_of(device)? {
            if space != ZERO16 && !work.mem.membership.spaces.contains(&space) {
                continue;
            }
            let feed = Feed { author: *device, incarnation, space };
            if let Some((seq, item)) = cover::last_of_feed(&work.txn, &feed)? {
                by_space.entry(space).or_default().push(FeedCut { incarnation, seq, item });
            }
        }
        all.extend(by_space.into_iter().map(|(space, mut feeds)| {
            feeds.sort_unstable();
            Cut { space, device: *device, feeds }
        }));
    }
    all.sort_unstable();
    Ok(all)
}
