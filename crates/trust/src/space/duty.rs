//! What a device of a private or personal space must do when it learns who left the workspace or came to it.

use std::collections::BTreeSet;

use super::write::SpaceWritten;
use super::{Space, Spaces};
use crate::derive::{Dice, Id, Id16};
use crate::item::Feed;
use crate::log::{EpochInfo, Membership, RecordWriter, WriteError};
use crate::record::{Cut, Fields, Role};

/// What is due in one space: [`RecordWriter::settle_space`] writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceDuty {
    /// The space.
    pub space: Id16,
    /// Members who are out of the workspace and must be put out here.
    pub members: BTreeSet<Id16>,
    /// Devices that are out of the workspace and had the key: where their work ends must be written down. With their
    /// member.
    pub devices: BTreeSet<(Id, Id16)>,
    /// Whether somebody who is out has the current key, or somebody inside lacks another one to which none leads: rotate
    /// before sealing anything.
    pub rotate: bool,
    /// Devices that were never given the current key.
    pub lacking: Vec<Id>,
}

impl Spaces {
    /// What the device `me` must do, by space. Whoever is first does it; twice does no harm. Only a Writer of the space
    /// writes down where somebody's work ends; any of its devices rotates and gives keys.
    pub fn duties(&self, membership: &Membership, me: &Id) -> Vec<SpaceDuty> {
        let duties = self.spaces.values().filter_map(|space| {
            let role = space.acting_role(me, membership);
            let held = |epoch: &Id16| self.key(epoch).is_some();
            let duty = space.duty(role, membership, held);
            let due = !duty.members.is_empty() || !duty.devices.is_empty() || duty.rotate;
            (role > Role::None && (due || !duty.lacking.is_empty())).then_some(duty)
        });
        duties.collect()
    }
}

impl Space {
    fn duty(&self, role: Role, membership: &Membership, held: impl Fn(&Id16) -> bool) -> SpaceDuty {
        let is_out = |member: &Id16| membership.role_of(member) == Role::None;
        let given = self.given.iter().filter(|(_, role)| **role > Role::None).map(|(member, _)| *member);
        let (mut members, mut devices) = (BTreeSet::new(), BTreeSet::new());
        for member in given.filter(|_| role >= Role::Writer) {
            if is_out(&member) && member != self.creator {
                members.insert(member);
            }
            let known = membership.members.get(&member).into_iter().flat_map(|member| &member.devices);
            devices.extend(known.filter(|key| self.is_open_end(key, membership)).map(|key| (*key, member)));
        }
        let head = self.head_epochs.first();
        let rotate = head.is_some_and(|epoch| !self.inactive_recipients(epoch, membership).is_empty())
            || self.strays().any(held);
        SpaceDuty { space: self.id, members, devices, rotate, lacking: self.missing_wraps() }
    }

    /// Epochs beside the one that is sealed under, to which no other leads back, and whose key somebody inside was never given:
    /// made while they were out for a moment. The next epoch leads there.
    pub(super) fn strays(&self) -> impl Iterator<Item = &Id16> {
        let sealed_under = self.head_epochs.first();
        let lacks = |epoch: &EpochInfo| self.recipients.iter().any(|key| !epoch.recipients.contains(key));
        let stray = move |(epoch, info): &(&Id16, &EpochInfo)| {
            Some(*epoch) != sealed_under && !self.led_back.contains(*epoch) && lacks(info)
        };
        self.epochs.iter().filter(stray).map(|(epoch, _)| epoch)
    }

    /// Whether a device is out, had a key of the space, and nobody wrote down where its work ends.
    fn is_open_end(&self, device: &Id, membership: &Membership) -> bool {
        let known = membership.device(device).filter(|device| !device.active);
        known.is_some_and(|known| self.had_key(&known.public.x25519)) && !self.ended.contains(device)
    }

    /// Whether a key for wraps was ever given a key of the space.
    pub(super) fn had_key(&self, x25519: &Id) -> bool {
        self.epochs.values().any(|epoch| epoch.recipients.contains(x25519))
    }
}

impl RecordWriter<'_> {
    /// Does what is due in a space. `held` are the items this replica holds of the feeds of the duty's devices there:
    /// what is not among them counts as written after the removal.
    pub fn settle_space(
        &mut self,
        spaces: &mut Spaces,
        duty: &SpaceDuty,
        held: &[(Feed, u32, Id16)],
        dice: &mut Dice,
    ) -> Result<SpaceWritten, WriteError> {
        let cuts_of = |member: &Id16| -> Vec<Cut> {
            let devices = duty.devices.iter().filter(|(_, of)| of == member);
            devices.map(|(device, _)| cut(&duty.space, device, held)).collect()
        };
        let put_out = duty.members.iter().map(|member| Fields::RoleSet {
            member: *member,
            role: Role::None,
            cuts: cuts_of(member),
        });
        let others: BTreeSet<Id16> = duty.devices.iter().map(|(_, member)| *member).collect();
        let end = others
            .difference(&duty.members)
            .map(|member| Fields::Cuts { member: *member, cuts: cuts_of(member) });
        let acts = put_out.chain(end).collect();
        self.act_in_space(spaces, &duty.space, acts, duty.rotate, dice)
    }
}

/// The last items held of a device's feeds in a space; none is a cut too.
fn cut(space: &Id16, device: &Id, held: &[(Feed, u32, Id16)]) -> Cut {
    let own = held.iter().filter(|(feed, _, _)| feed.space == *space && feed.author == *device);
    let mut cuts = Cut::greatest(own.copied());
    cuts.pop().unwrap_or(Cut { space: *space, device: *device, feeds: Vec::new() })
}
