//! The field structures of every record kind, and roles.

use std::collections::BTreeMap;
use std::fmt;

use crate::derive::{Id, Id16};
use crate::device::DevicePublic;
use crate::item::Feed;
use crate::wrap::{ChainLink, Wrap};

/// What a member may do; each role includes those below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Role {
    /// Nothing: lowered out.
    #[default]
    None,
    /// Reads.
    Reader,
    /// Writes conversations.
    Commenter,
    /// Writes content.
    Writer,
    /// Invites, removes, changes roles.
    Admin,
    /// The founder: cannot be removed or lowered.
    Owner,
}

impl Role {
    /// Every role, lowest first.
    pub const ALL: [Role; 6] =
        [Role::None, Role::Reader, Role::Commenter, Role::Writer, Role::Admin, Role::Owner];

    /// The byte in records.
    pub fn byte(self) -> u8 {
        self as u8
    }

    /// The role of a byte.
    pub fn from_byte(byte: u8) -> Option<Role> {
        Role::ALL.get(usize::from(byte)).copied()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::None => "none",
            Role::Reader => "reader",
            Role::Commenter => "commenter",
            Role::Writer => "writer",
            Role::Admin => "admin",
            Role::Owner => "owner",
        })
    }
}

/// How an invite admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InviteMode {
    /// The joiner is a member at once, while everybody sleeps.
    Open,
    /// The joiner waits for an Admin.
    Approve,
}

/// The last item the author of a removal holds of one feed; what is below counts as before the removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedCut {
    /// Process run of the feed.
    pub incarnation: u64,
    /// Greatest sequence number that counts.
    pub seq: u32,
    /// First 16 bytes of that item's id.
    pub item: Id16,
}

/// Cuts of all feeds of one device in one space; a feed not named counts as empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// Space; zero = root.
    pub space: Id16,
    /// Device key of the feeds.
    pub device: Id,
    /// Ascending by incarnation.
    pub feeds: Vec<FeedCut>,
}

/// 0x80: the workspace begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    /// The Owner.
    pub member: Id16,
    /// His devices, ascending; at least the author.
    pub devices: Vec<DevicePublic>,
    /// Commitment to the first epoch key of the root space.
    pub commitment: Id,
    /// That key for each device.
    pub wraps: Vec<Wrap>,
}

/// 0x81: a ticket may admit people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InviteCreate {
    /// Ed25519 key derived from the ticket's secret.
    pub invite: Id,
    /// X25519 key derived from the ticket's secret.
    pub x25519: Id,
    /// Role of those who join.
    pub role: Role,
    /// Open or by approval.
    pub mode: InviteMode,
    /// How many may join without approval.
    pub uses: u16,
    /// Milliseconds UTC after which an Admin device revokes it; no rule reads it.
    pub expires: u64,
}

/// 0x83: a new device makes itself a member by the secret of an invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// Key of the invite.
    pub invite: Id,
    /// The new member: 16 random bytes, never reused.
    pub member: Id16,
    /// Devices of the member, ascending; at least the author.
    pub devices: Vec<DevicePublic>,
    /// By the invite key over workspace + author + the fields before.
    pub signature: [u8; 64],
}

/// 0x85: a member gets another device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceAdd {
    /// The member.
    pub member: Id16,
    /// The new device.
    pub device: DevicePublic,
    /// By the new device over workspace + member + its keys.
    pub signature: [u8; 64],
}

/// 0x8A: a new key of a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// Commitment to the key; its first 16 bytes are the epoch's id.
    pub commitment: Id,
    /// Epochs this one follows, ascending.
    pub parents: Vec<Id16>,
    /// Key of each parent sealed under the new one.
    pub chain: Vec<ChainLink>,
    /// X25519 keys the key is given to, ascending.
    pub recipients: Vec<Id>,
    /// The key for them; may continue in KeyWrap records.
    pub wraps: Vec<Wrap>,
}

/// 0x8B: an epoch's key for further recipients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyWrap {
    /// The epoch.
    pub epoch: Id16,
    /// X25519 keys, ascending.
    pub recipients: Vec<Id>,
    /// The key for them.
    pub wraps: Vec<Wrap>,
}

/// 0x92: records of a private space that only its members can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Epoch of the private space.
    pub epoch: Id16,
    /// Keys, hints hidden, padded to a power of two.
    pub wraps: Vec<Wrap>,
    /// Nonce of the bytes.
    pub nonce: [u8; 24],
    /// The inner records, sealed.
    pub bytes: Vec<u8>,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fields {
    /// 0x80.
    Genesis(Genesis),
    /// 0x81.
    InviteCreate(InviteCreate),
    /// 0x82: an invite admits nobody any more.
    InviteRevoke {
        /// Key of the invite.
        invite: Id,
    },
    /// 0x83.
    Join(Join),
    /// 0x84: an Admin admits a Join.
    Approve {
        /// Id of the Join record.
        join: Id,
        /// Role given.
        role: Role,
    },
    /// 0x85.
    DeviceAdd(DeviceAdd),
    /// 0x86: devices count no more.
    DeviceRemove {
        /// Device keys, ascending.
        devices: Vec<Id>,
        /// What of them counts as before.
        cuts: Vec<Cut>,
    },
    /// 0x87: a member is out.
    MemberRemove {
        /// The member.
        member: Id16,
        /// What of his counts as before.
        cuts: Vec<Cut>,
    },
    /// 0x88: a member's role changes.
    RoleSet {
        /// The member.
        member: Id16,
        /// The role from here on.
        role: Role,
        /// What of his counts as before.
        cuts: Vec<Cut>,
    },
    /// 0x89: a removed member is back.
    MemberRestore {
        /// The member.
        member: Id16,
        /// The role given.
        role: Role,
    },
    /// 0x8A.
    Epoch(Epoch),
    /// 0x8B.
    KeyWrap(KeyWrap),
    /// 0x8C: a blind node may carry the workspace.
    RelayAdd {
        /// The node's device key.
        device: Id,
    },
    /// 0x8D: it may no more.
    RelayRemove {
        /// The node's device key.
        device: Id,
    },
    /// 0x8E: an open space, a lane of its own.
    SpaceCreate {
        /// Makes the id unique.
        nonce: Id16,
    },
    /// 0x8F: quarantined items count after all.
    ItemAdmit {
        /// Their space.
        space: Id16,
        /// Their ids, ascending.
        items: Vec<Id>,
    },
    /// 0x90: further cuts to a removal by the same author.
    Cuts {
        /// The removed member.
        member: Id16,
        /// The cuts.
        cuts: Vec<Cut>,
    },
    /// 0x91: replicas that lack one of these features exchange no content.
    Require {
        /// Feature bits.
        bits: u64,
    },
    /// 0x92.
    Sealed(Sealed),
    /// A kind this build does not know: keeps its place in the log, is never effective.
    Unknown {
        /// The kind byte.
        kind: u8,
        /// Its fields, unread.
        fields: Vec<u8>,
    },
}

impl Fields {
    /// The kind byte.
    pub fn kind(&self) -> u8 {
        match self {
            Fields::Genesis(_) => 0x80,
            Fields::InviteCreate(_) => 0x81,
            Fields::InviteRevoke { .. } => 0x82,
            Fields::Join(_) => 0x83,
            Fields::Approve { .. } => 0x84,
            Fields::DeviceAdd(_) => 0x85,
            Fields::DeviceRemove { .. } => 0x86,
            Fields::MemberRemove { .. } => 0x87,
            Fields::RoleSet { .. } => 0x88,
            Fields::MemberRestore { .. } => 0x89,
            Fields::Epoch(_) => 0x8A,
            Fields::KeyWrap(_) => 0x8B,
            Fields::RelayAdd { .. } => 0x8C,
            Fields::RelayRemove { .. } => 0x8D,
            Fields::SpaceCreate { .. } => 0x8E,
            Fields::ItemAdmit { .. } => 0x8F,
            Fields::Cuts { .. } => 0x90,
            Fields::Require { .. } => 0x91,
            Fields::Sealed(_) => 0x92,
            Fields::Unknown { kind, .. } => *kind,
        }
    }

    /// The cuts the record carries, if its kind has any.
    pub fn cuts(&self) -> &[Cut] {
        match self {
            Fields::DeviceRemove { cuts, .. }
            | Fields::MemberRemove { cuts, .. }
            | Fields::RoleSet { cuts, .. }
            | Fields::Cuts { cuts, .. } => cuts,
            _ => &[],
        }
    }

    /// The wraps the record carries, if its kind has any.
    pub fn wraps(&self) -> &[Wrap] {
        match self {
            Fields::Genesis(Genesis { wraps, .. })
            | Fields::Epoch(Epoch { wraps, .. })
            | Fields::KeyWrap(KeyWrap { wraps, .. })
            | Fields::Sealed(Sealed { wraps, .. }) => wraps,
            _ => &[],
        }
    }
}

impl Cut {
    /// The cuts of a removal: the greatest item the remover holds of each feed, given as (feed, seq, item id).
    pub fn greatest(items: impl IntoIterator<Item = (Feed, u32, Id16)>) -> Vec<Cut> {
        let mut feeds: BTreeMap<(Id16, Id), BTreeMap<u64, (u32, Id16)>> = BTreeMap::new();
        for (feed, seq, item) in items {
            let of_device = feeds.entry((feed.space, feed.author)).or_default();
            let greatest = of_device.entry(feed.incarnation).or_insert((seq, item));
            *greatest = (*greatest).max((seq, item));
        }
        feeds
            .into_iter()
            .map(|((space, device), feeds)| {
                let cut = |(incarnation, (seq, item))| FeedCut { incarnation, seq, item };
                Cut { space, device, feeds: feeds.into_iter().map(cut).collect() }
            })
            .collect()
    }
}
