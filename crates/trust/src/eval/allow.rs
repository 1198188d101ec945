//! Step 2 of evaluation: may the author do this, judged by the record's ancestors alone; support and rank.

use super::{Act, Evaluation, Info, Intro, Node, Rank, View};
use crate::derive::Id;
use crate::limits::{MAX_DEVICES_PER_MEMBER, MAX_MEMBERS};
use crate::record::{InviteMode, Role};

const OWNER: u8 = 0;
const ADMIN: u8 = 1;
const JOIN: u8 = 2;
const OTHER: u8 = 3;
const NONE: (u32, Id) = (0, [0; 32]);

impl View<'_> {
    /// `None` when the author may not do this.
    pub(super) fn allow(&self, node: &Node) -> Option<Info> {
        match &node.act {
            Act::Genesis { .. } => self.allow_genesis(node),
            Act::Join { invite, devices, .. } => self.allow_join(node, invite, devices),
            Act::Opaque => None,
            _ => self.allow_member(node),
        }
    }

    fn allow_genesis(&self, node: &Node) -> Option<Info> {
        let rank = Rank { class: OWNER, grant: NONE, device: (0, 0, [0; 32]) };
        let member = node.target?;
        node.heads.is_empty().then_some(Info { rank, support: Vec::new(), member, needs: Role::None })
    }

    fn allow_join(&self, node: &Node, invite: &Id, devices: &[Intro]) -> Option<Info> {
        let creation = self.invite(self.eval.invites.find(invite)?)?;
        let member = node.target?;
        let author = self.eval.devices.names[node.author as usize];
        let unseen = devices.iter().all(|device| self.seen_device(&device.device).is_none());
        let fresh = unseen && !self.seen_member(member) && self.seen_members() < MAX_MEMBERS;
        if !fresh || !devices.iter().any(|device| device.device == author) {
            return None;
        }
        let own = Rank { class: JOIN, grant: (node.depth, node.id), device: (0, 0, [0; 32]) };
        let rank = own.max(self.eval.nodes[creation as usize].info.as_ref()?.rank);
        Some(Info { rank, support: vec![creation], member, needs: Role::None })
    }

    fn allow_member(&self, node: &Node) -> Option<Info> {
        let (member, introduction) = self.holding_device(node.author)?;
        let (role, grant) = self.role(member)?;
        if role == Role::None {
            return None;
        }
        let needs = self.permitted(node, member, role)?;
        let mut support = vec![grant];
        let eval = self.eval;
        let (introducer, granting) = (&eval.nodes[introduction as usize], &eval.nodes[grant as usize]);
        if matches!(introducer.act, Act::DeviceAdd { .. }) && !granting.ancestors.contains(introduction) {
            support.push(introduction);
        }
        let mut rank = eval.rank_of(node.author, member, role, introduction, granting);
        for record in &support {
            rank = rank.max(eval.nodes[*record as usize].info.as_ref()?.rank);
        }
        Some(Info { rank, support, member, needs })
    }

    /// The role the act uses, when a member with `role` may do it.
    fn permitted(&self, node: &Node, member: u32, role: Role) -> Option<Role> {
        let owner = self.eval.owner();
        let grants = |given: Role| Role::None < given && given <= role && given != Role::Owner;
        let admin = (role >= Role::Admin).then_some(Role::Admin);
        match &node.act {
            Act::Invite { role: given, mode, .. } => {
                let cautious = *given < Role::Admin || *mode == InviteMode::Approve;
                admin.filter(|_| grants(*given) && cautious)
            }
            Act::Revoke { .. } => match self.invite_creator(node.target?)? {
                creator if creator == member => Some(Role::Reader),
                _ => admin,
            },
            Act::Approve { role: given, .. } => node.target.and(admin.filter(|_| grants(*given))),
            Act::DeviceAdd { device, genuine, .. } => {
                let own = node.target == Some(member) && *genuine;
                let fresh = self.seen_device(&device.device).is_none();
                (own && fresh && self.seen_devices(member) < MAX_DEVICES_PER_MEMBER).then_some(Role::Reader)
            }
            Act::DeviceRemove { devices } => self.permitted_device_removal(devices, member, admin),
            Act::MemberRemove { .. } if node.target == owner => None,
            Act::MemberRemove { .. } if node.target == Some(member) => Some(Role::Reader),
            Act::MemberRemove { .. } => admin,
            Act::RoleSet { role: given, .. } => {
                admin.filter(|_| node.target != owner && *given <= role && *given != Role::Owner)
            }
            Act::Restore { role: given, .. } => admin.filter(|_| node.target != owner && grants(*given)),
            Act::Epoch { recipients } => (self.recipients() == *recipients).then_some(Role::Reader),
            Act::Plain { needs } => (role >= *needs).then_some(*needs),
            Act::Genesis { .. } | Act::Join { .. } | Act::Opaque => None,
        }
    }

    fn permitted_device_removal(&self, devices: &[Id], member: u32, admin: Option<Role>) -> Option<Role> {
        let owner = self.eval.owner();
        let mut needs = Some(Role::Reader);
        for device in devices {
            let of = self.seen_device(device)?;
            if of != member {
                needs = admin.filter(|_| Some(of) != owner);
            }
            needs?;
        }
        needs
    }
}

impl Evaluation {
    pub(super) fn owner(&self) -> Option<u32> {
        self.nodes.first().and_then(|genesis| genesis.target)
    }

    fn rank_of(&self, device: u32, member: u32, role: Role, introducer: u32, grant: &Node) -> Rank {
        let (class, grant) = match role {
            _ if Some(member) == self.owner() => (OWNER, NONE),
            Role::Admin | Role::Owner => (ADMIN, (grant.depth, grant.id)),
            _ => (OTHER, NONE),
        };
        Rank { class, grant, device: self.seniority(device, introducer) }
    }

    /// A device's place among those of its member, by the record that introduced it.
    pub(super) fn seniority(&self, device: u32, introducer: u32) -> (u8, u32, Id) {
        let (key, introducer) = (&self.devices.names[device as usize], &self.nodes[introducer as usize]);
        let recovery = match &introducer.act {
            Act::Genesis { devices, .. } | Act::Join { devices, .. } => {
                devices.iter().any(|intro| intro.device == *key && intro.recovery)
            }
            _ => false,
        };
        (u8::from(!recovery), introducer.depth, introducer.id)
    }
}
