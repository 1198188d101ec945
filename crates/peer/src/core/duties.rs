//! What a device owes the workspace after the log changed: keys for those who lack them, an end for used-up invites, an
//! approval for those who are in, a new key when somebody is out.

use std::collections::BTreeSet;

use tern_trust::record::Fields;
use tern_trust::{Id, Id16, NoSealKey, Role, Standing};

use crate::api::{ErrorKind, PeerError, Profile};

use super::{Core, Work, people, zone_data};

/// Key of the store's `meta` table: since when somebody lacks a key that this device could give, milliseconds.
const LACKING_SINCE: &str = "lacking.since";
/// Key of the store's `meta` table: the profile of a member who is not in yet.
const PROFILE: &str = "profile.waiting";
/// Others than one's own devices are given a lacking key after a pause, different on each device, so that not everybody
/// writes the same record: up to this long for each device that might give it, besides the one that waits.
const HEALING_JITTER_EACH_MS: u64 = 2_000;
/// The longest such pause.
const HEALING_JITTER_MOST_MS: u64 = 60_000;

/// As [`ready_to_seal`], for a space.
pub(crate) fn ready_to_seal_in(work: &mut Work<'_, '_>, space: &Id16) -> Result<(), PeerError> {
    if work.mem.access().sealed(space).is_none() {
        return ready_to_seal(work);
    }
    match work.mem.access().seal_key(space).map(|_| ()) {
        Ok(()) => Ok(()),
        Err(NoSealKey::MustRotate) => super::spaces::rotate(work, space),
        Err(NoSealKey::NotHeld) => Err(no_key()),
    }
}

/// Nothing is sealed under an epoch that somebody inactive was given: rotate first.
pub(crate) fn ready_to_seal(work: &mut Work<'_, '_>) -> Result<(), PeerError> {
    let state = work.mem.ring.seal_key(&work.mem.membership).map(|_| ());
    match state {
        Ok(()) => Ok(()),
        Err(NoSealKey::MustRotate) => rotate(work),
        Err(NoSealKey::NotHeld) => Err(no_key()),
    }
}

fn no_key() -> PeerError {
    PeerError::new(ErrorKind::Failed, "The current key is not on this device yet, so nothing can be sealed.")
        .safe("What is here stays here and readable.")
        .next("It comes from any device of the workspace that is met: `tern sync`.")
}

fn rotate(work: &mut Work<'_, '_>) -> Result<(), PeerError> {
    work.records(|records, ring, dice| {
        let rotated = records.rotate(ring, dice)?;
        ring.insert(rotated.key);
        Ok(((), rotated.items))
    })
}

/// Does everything that is due at once.
pub(crate) fn perform(work: &mut Work<'_, '_>) -> Result<(), PeerError> {
    let me = work.mem.me();
    let Standing::Active { member, role } = work.mem.membership.standing(&me) else { return Ok(()) };
    if work.mem.keys.public().is_recovery() {
        return Ok(());
    }
    give_keys(work, |of| *of == member)?;
    super::spaces::settle(work)?;
    note_lacking(work)?;
    if role >= Role::Admin {
        approve_within_limits(work)?;
        end_invites(work)?;
    }
    introduce_waiting(work, &member)?;
    zone_data::say(work, &member)
}

/// Active devices that were never given the current key directly, and whose member `of` accepts.
fn lacking(work: &Work<'_, '_>, of: impl Fn(&Id16) -> bool) -> Vec<Id> {
    let membership = &work.mem.membership;
    let Ok(key) = work.mem.ring.seal_key(membership) else { return Vec::new() };
    let Some(info) = membership.epochs.get(&key.epoch()) else { return Vec::new() };
    let devices = membership.devices.values().filter(|d| d.active && of(&d.member));
    devices.map(|d| d.public.x25519).filter(|x| !info.recipients.contains(x)).collect()
}

/// Wraps the current key to devices that were never given it: a device that joined holds it through the invite alone,
/// whose secret it does not keep. Keys that do not count go to whoever lacks them as well.
pub(crate) fn give_keys(work: &mut Work<'_, '_>, of: impl Fn(&Id16) -> bool) -> Result<(), PeerError> {
    let strays = strays(work, &of);
    let lacking = lacking(work, of);
    if lacking.is_empty() && strays.is_empty() {
        return Ok(());
    }
    work.records(|records, ring, dice| {
        let mut items = Vec::new();
        if !lacking.is_empty() {
            items = records.give_key(ring, &lacking, dice)?;
        }
        for stray in &strays {
            items.extend(records.give_stray(ring, stray, dice)?);
        }
        Ok(((), items))
    })
}

/// Keys of epochs that do not count, with the devices that lack them and whose member `of` accepts.
fn strays(work: &Work<'_, '_>, of: impl Fn(&Id16) -> bool) -> Vec<(Id16, Vec<Id>)> {
    let membership = &work.mem.membership;
    let accepted = membership.devices.values().filter(|d| of(&d.member)).map(|d| d.public.x25519);
    let accepted: BTreeSet<Id> = accepted.collect();
    let mut strays = work.mem.ring.strays(&work.mem.log, membership);
    strays.iter_mut().for_each(|(_, lacking)| lacking.retain(|key| accepted.contains(key)));
    strays.retain(|(_, lacking)| !lacking.is_empty());
    strays
}

/// Remembers since when others lack the key.
fn note_lacking(work: &mut Work<'_, '_>) -> Result<(), PeerError> {
    let membership = work.mem.membership.clone();
    let ring = &work.mem.ring;
    let nobody_lacks = ring.missing_wraps(&work.mem.log, &membership).is_empty()
        && ring.strays(&work.mem.log, &membership).is_empty();
    let known = work.txn.meta(LACKING_SINCE)?.is_some();
    if nobody_lacks && known {
        work.txn.remove_meta(LACKING_SINCE)?;
    } else if !nobody_lacks && !known {
        let now = work.now_ms();
        work.txn.set_meta(LACKING_SINCE, &now.to_le_bytes())?;
    }
    Ok(())
}

/// An Admin's device approves Joins within the limit, so that a later Join with a ground id displaces nobody.
fn approve_within_limits(work: &mut Work<'_, '_>) -> Result<(), PeerError> {
    let membership = work.mem.membership.clone();
    let mut approved: BTreeSet<Id> = BTreeSet::new();
    let mut joins: Vec<(Id, Id)> = Vec::new();
    for (item, record) in work.mem.log.records() {
        match &record.fields {
            Fields::Approve { join, .. } if membership.is_effective(item.id()) => {
                approved.insert(*join);
            }
            Fields::Join(join) if membership.is_effective(item.id()) => joins.push((*item.id(), join.invite)),
            _ => {}
        }
    }
    joins.retain(|(join, _)| !approved.contains(join));
    if joins.is_empty() {
        return Ok(());
    }
    let roles =
        joins.into_iter().filter_map(|(join, invite)| Some((join, membership.invites.get(&invite)?.role)));
    let due: Vec<(Id, Role)> = roles.filter(|(_, role)| *role < Role::Admin).collect();
    work.records(|records, _, _| {
        let items = due.into_iter().map(|(join, role)| records.write(Fields::Approve { join, role }));
        Ok(((), items.collect::<Result<Vec<_>, _>>()?))
    })
}

/// Revokes invites that are used up or past their time, and takes the key from whoever holds their tickets.
pub(crate) fn end_invites(work: &mut Work<'_, '_>) -> Result<(), PeerError> {
    let now = u64::try_from(work.now_ms()).unwrap_or(0);
    let invites = work.mem.membership.invites.iter();
    let over = invites.filter(|(_, i)| i.live && (i.used >= usize::from(i.uses) || i.expires < now));
    let ended: Vec<Id> = over.map(|(key, _)| *key).collect();
    if ended.is_empty() {
        return Ok(());
    }
    work.records(|records, _, _| {
        let items = ended.iter().map(|invite| records.write(Fields::InviteRevoke { invite: *invite }));
        Ok(((), items.collect::<Result<Vec<_>, _>>()?))
    })?;
    if work.mem.ring.seal_key(&work.mem.membership).map(|_| ()) == Err(NoSealKey::MustRotate) {
        rotate(work)?;
    }
    Ok(())
}

/// Keeps the profile of somebody who is not in yet; it is written when they are.
pub(crate) fn keep_profile(work: &mut Work<'_, '_>, profile: &Profile) -> Result<(), PeerError> {
    let json = serde_json::to_vec(profile).unwrap_or_default();
    Ok(work.txn.set_meta(PROFILE, &json)?)
}

/// Writes that profile as soon as there is a key to seal it with.
fn introduce_waiting(work: &mut Work<'_, '_>, member: &Id16) -> Result<(), PeerError> {
    let Some(json) = work.txn.meta(PROFILE)? else { return Ok(()) };
    if work.mem.ring.seal_key(&work.mem.membership).is_err() {
        return Ok(());
    }
    if let Ok(profile) = serde_json::from_slice::<Profile>(&json) {
        people::introduce(work, member, &profile)?;
    }
    work.txn.remove_meta(PROFILE)?;
    Ok(())
}

impl Core {
    /// How long this device leaves it to others to give a lacking key.
    fn healing_pause_ms(&self) -> u64 {
        let active = self.mem.membership.devices.values().filter(|device| device.active).count();
        let others = active.saturating_sub(2) as u64;
        let longest = others.saturating_mul(HEALING_JITTER_EACH_MS).min(HEALING_JITTER_MOST_MS);
        u64::from_le_bytes(self.mem.me()[..8].try_into().unwrap_or_default()) % (longest + 1)
    }

    /// Does what time alone makes due: ends invites that have run out, gives keys that others lack for a while.
    pub fn tend(&mut self) -> Result<(), PeerError> {
        if self.mem.log_has_gaps() {
            return Ok(());
        }
        let now = self.now_ms();
        let wall = u64::try_from(now).unwrap_or(0);
        let due = |i: &tern_trust::log::Invite| i.live && (i.expires < wall || i.used >= usize::from(i.uses));
        if self.mem.membership.invites.values().any(due) {
            self.write(perform)?;
        }
        if self.owes_zone_data() && self.mem.access().seal_key(&tern_sync::Lane::ROOT.0).is_ok() {
            self.write(perform)?;
        }
        let since = self.store().meta(LACKING_SINCE)?.and_then(|b| b.try_into().ok()).map(i64::from_le_bytes);
        let pause = self.healing_pause_ms();
        // A clock that was set back must not keep anybody waiting for years.
        if since.is_some_and(|at| now < at || now >= at.saturating_add(pause.cast_signed())) {
            self.write(|work| {
                // Nobody seals under a key that somebody holds who is out, and nobody gives it away: whoever lacks it gets
                // it by the next one, though nobody writes just now.
                let membership = work.mem.membership.clone();
                if !work.mem.ring.missing_wraps(&work.mem.log, &membership).is_empty() {
                    ready_to_seal(work)?;
                }
                give_keys(work, |_| true)?;
                note_lacking(work)
            })?;
        }
        Ok(())
    }
}
