//! One private or personal space as plain data.

use std::collections::{BTreeMap, BTreeSet};

use super::eval::{Inside, Node};
use super::inner::{Inner, SealedKind};
use crate::derive::{Id, Id16, id16};
use crate::item::Feed;
use crate::log::{CutPoint, EpochInfo, Membership};
use crate::record::{Cut, Fields, Role};

/// Who is in a private or personal space and what follows: a pure function of the log and the keys held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// Its id, the lane of its content.
    pub id: Id16,
    /// Private or personal.
    pub kind: SealedKind,
    /// The member who made it: Owner inside.
    pub creator: Id16,
    /// The sealed record in which it begins.
    pub record: Id,
    /// Depth of that record.
    pub depth: u32,
    /// Roles given inside, whether or not the member is in the workspace now; none for those put out.
    pub given: BTreeMap<Id16, Role>,
    /// Members who are in, with their role: given inside, and in the workspace.
    pub members: BTreeMap<Id16, Role>,
    /// X25519 keys an epoch made now must be given to, ascending.
    pub recipients: Vec<Id>,
    /// Effective epochs.
    pub epochs: BTreeMap<Id16, EpochInfo>,
    /// Epochs no other effective epoch follows, greatest (depth, id) first.
    pub head_epochs: Vec<Id16>,
    /// Epochs whose key another effective one opens.
    pub led_back: BTreeSet<Id16>,
    /// Its first epoch.
    pub first: Id16,
    /// Quarantined items that a Writer of the space admitted.
    pub admitted: BTreeSet<Id>,
    /// Where removals and lowerings inside cut feeds.
    pub cuts: BTreeMap<Feed, Vec<CutPoint>>,
    /// Devices that are out of the workspace and whose end was written down here: nothing above a cut counts.
    pub ended: BTreeSet<Id>,
    /// Effective inner records: sealed record and index in it.
    pub effective: BTreeSet<(Id, u16)>,
}

impl Space {
    pub(super) fn of(inside: &Inside, membership: &Membership) -> Option<Space> {
        let (kind, creator, number) = inside.genesis?;
        let begins = &inside.nodes[number as usize];
        let mut space = Space {
            id: inside.space,
            kind,
            creator,
            record: begins.sealed.record,
            depth: begins.sealed.depth,
            given: BTreeMap::new(),
            members: BTreeMap::new(),
            recipients: Vec::new(),
            epochs: BTreeMap::new(),
            head_epochs: Vec::new(),
            led_back: BTreeSet::new(),
            first: begins.sealed.epoch,
            admitted: BTreeSet::new(),
            cuts: BTreeMap::new(),
            ended: BTreeSet::new(),
            effective: BTreeSet::new(),
        };
        space.add_people(inside, membership);
        let mut heads: Vec<(u32, Id16)> = Vec::new();
        for (number, node) in inside.effective() {
            space.effective.insert((node.sealed.record, node.key.2));
            if let Some(epoch) = space.add_epoch(node) {
                heads.push((number, epoch));
            }
            space.add_record(inside, node, membership);
        }
        space.add_key_wraps(inside);
        space.head_epochs = head_epochs(inside, &heads);
        Some(space)
    }

    fn add_people(&mut self, inside: &Inside, membership: &Membership) {
        for member in inside.named() {
            let role = inside.role(member, &inside.effective).map_or(Role::None, |(role, _)| role);
            self.given.insert(*member, role);
            if role > Role::None && membership.role_of(member) > Role::None {
                self.members.insert(*member, role);
            }
        }
        let devices = membership.devices.values();
        let reads = devices.filter(|device| device.active && self.members.contains_key(&device.member));
        self.recipients = reads.map(|device| device.public.x25519).collect();
        self.recipients.sort_unstable();
        self.recipients.dedup();
    }

    fn add_epoch(&mut self, node: &Node) -> Option<Id16> {
        let (commitment, recipients) = match node.inner() {
            Inner::Genesis(genesis) => {
                let own = node.sealed.before.devices.values();
                let own = own.filter(|device| Some(device.member) == node.member);
                (genesis.commitment, own.map(|device| device.x25519).collect())
            }
            Inner::Act(Fields::Epoch(epoch)) => {
                self.led_back.extend(&epoch.parents);
                (epoch.commitment, epoch.recipients.iter().copied().collect())
            }
            _ => return None,
        };
        let (record, epoch) = (node.sealed.record, id16(&commitment));
        self.epochs.entry(epoch).or_insert(EpochInfo { record, commitment, recipients });
        Some(epoch)
    }

    fn add_key_wraps(&mut self, inside: &Inside) {
        for (_, node) in inside.effective() {
            if let Inner::Act(Fields::KeyWrap(wrap)) = node.inner()
                && let Some(epoch) = self.epochs.get_mut(&wrap.epoch)
            {
                epoch.recipients.extend(&wrap.recipients);
            }
        }
    }

    fn add_record(&mut self, inside: &Inside, node: &Node, membership: &Membership) {
        let Inner::Act(fields) = node.inner() else { return };
        let before = |member: &Id16| inside.role(member, &inside.before(node)).map(|(role, _)| role);
        match fields {
            Fields::ItemAdmit { items, .. } => self.admitted.extend(items),
            Fields::RoleSet { member, cuts, .. } => {
                self.add_cuts(cuts, member, before(member), membership);
            }
            Fields::Cuts { member, cuts } => {
                // Continues what the same device began: the role is that before its own lowerings of the member.
                let begun = inside.effective().filter(|(number, earlier)| {
                    node.ancestors.contains(*number)
                        && earlier.sealed.author == node.sealed.author
                        && matches!(earlier.inner(), Inner::Act(Fields::RoleSet { member: of, .. }) if of == member)
                });
                let roles =
                    begun.filter_map(|(_, earlier)| Some(inside.role(member, &inside.before(earlier))?.0));
                let role = roles.chain(before(member)).max();
                self.add_cuts(cuts, member, role, membership);
                for cut in cuts.iter().filter(|cut| cut.space == self.id) {
                    let out = !node.sealed.before.devices.contains_key(&cut.device);
                    if out && membership.member_of(&cut.device) == Some(*member) {
                        self.ended.insert(cut.device);
                    }
                }
            }
            _ => {}
        }
    }

    fn add_cuts(&mut self, cuts: &[Cut], member: &Id16, role: Option<Role>, membership: &Membership) {
        let Some(role) = role else { return };
        for cut in cuts {
            if cut.space != self.id || membership.member_of(&cut.device) != Some(*member) {
                continue;
            }
            for feed in &cut.feeds {
                let key = Feed { author: cut.device, incarnation: feed.incarnation, space: cut.space };
                let point = CutPoint { seq: feed.seq, item: feed.item, role };
                self.cuts.entry(key).or_default().push(point);
            }
        }
    }

    /// A member's role here; none for those who are not in.
    pub fn role_of(&self, member: &Id16) -> Role {
        self.members.get(member).copied().unwrap_or_default()
    }

    /// The role a device acts with here.
    pub fn acting_role(&self, device: &Id, membership: &Membership) -> Role {
        let device = membership.device(device).filter(|device| device.active);
        device.map_or(Role::None, |device| self.role_of(&device.member))
    }

    /// The role by which a device's items are judged. Who is out of the workspace is judged as before until a member
    /// of the space has written down where his work ends.
    pub fn judged_role(&self, device: &Id, membership: &Membership) -> Role {
        match membership.device(device) {
            Some(known)
                if known.active || (!self.ended.contains(device) && self.had_key(&known.public.x25519)) =>
            {
                self.given.get(&known.member).copied().unwrap_or_default()
            }
            _ => Role::None,
        }
    }

    /// Recipients of an epoch who are out: nobody may seal under it any more. Keys that never belonged to a device do
    /// not count.
    pub fn inactive_recipients(&self, epoch: &Id16, membership: &Membership) -> Vec<Id> {
        let Some(info) = self.epochs.get(epoch) else { return Vec::new() };
        let known: BTreeSet<Id> = membership.devices.values().map(|device| device.public.x25519).collect();
        let active = |key: &Id| self.recipients.binary_search(key).is_ok();
        info.recipients.iter().filter(|key| known.contains(*key) && !active(key)).copied().collect()
    }

    /// Recipients who were never given the head epoch: publish a KeyWrap for them.
    pub fn missing_wraps(&self) -> Vec<Id> {
        let Some(info) = self.head_epochs.first().and_then(|epoch| self.epochs.get(epoch)) else {
            return Vec::new();
        };
        self.recipients.iter().filter(|key| !info.recipients.contains(*key)).copied().collect()
    }
}

/// Epochs that are no ancestor of another one, greatest (depth, id) first.
fn head_epochs(inside: &Inside, epochs: &[(u32, Id16)]) -> Vec<Id16> {
    let mut heads: Vec<(u32, Id16)> = Vec::new();
    for (number, epoch) in epochs.iter().rev() {
        let followed = heads.iter().any(|(head, _)| inside.nodes[*head as usize].ancestors.contains(*number));
        if !followed && !heads.iter().any(|(_, other)| other == epoch) {
            heads.push((*number, *epoch));
        }
    }
    heads.into_iter().map(|(_, epoch)| epoch).collect()
}
