//! Real records as evaluation sees them.

use crate::derive::{Context, Id, Id16};
use crate::device::{DevicePublic, verify};
use crate::eval::{Act, Entry, Intro};
use crate::item::Item;
use crate::record::{DeviceAdd, Fields, Join, Record, Role};

/// The abstract record of a stored item.
pub(super) fn entry(workspace: &Id, item: &Item, record: &Record) -> Entry {
    Entry {
        id: *item.id(),
        author: item.header().author,
        heads: record.heads.clone(),
        act: act(workspace, &record.fields),
    }
}

fn act(workspace: &Id, fields: &Fields) -> Act {
    match fields {
        Fields::Genesis(genesis) => {
            Act::Genesis { member: genesis.member, devices: genesis.devices.iter().map(intro).collect() }
        }
        Fields::InviteCreate(create) => Act::Invite {
            invite: create.invite,
            x25519: create.x25519,
            role: create.role,
            mode: create.mode,
            uses: create.uses,
        },
        Fields::InviteRevoke { invite } => Act::Revoke { invite: *invite },
        Fields::Join(join) => Act::Join {
            invite: join.invite,
            member: join.member,
            devices: join.devices.iter().map(intro).collect(),
        },
        Fields::Approve { join, role } => Act::Approve { join: *join, role: *role },
        Fields::DeviceAdd(add) => Act::DeviceAdd {
            member: add.member,
            device: intro(&add.device),
            genuine: link_signed(workspace, add),
        },
        Fields::DeviceRemove { devices, .. } => Act::DeviceRemove { devices: devices.clone() },
        Fields::MemberRemove { member, .. } => Act::MemberRemove { member: *member },
        Fields::RoleSet { member, role, .. } => Act::RoleSet { member: *member, role: *role },
        Fields::MemberRestore { member, role } => Act::Restore { member: *member, role: *role },
        Fields::Epoch(epoch) => Act::Epoch { recipients: epoch.recipients.clone() },
        Fields::KeyWrap(_) | Fields::Sealed(_) => Act::Plain { needs: Role::Reader },
        Fields::RelayAdd { .. } | Fields::RelayRemove { .. } => Act::Plain { needs: Role::Admin },
        Fields::Cuts { .. } | Fields::Require { .. } => Act::Plain { needs: Role::Admin },
        Fields::SpaceCreate { .. } | Fields::ItemAdmit { .. } => Act::Plain { needs: Role::Writer },
        Fields::Unknown { .. } => Act::Opaque,
    }
}

fn intro(device: &DevicePublic) -> Intro {
    Intro { device: device.key, x25519: device.x25519, recovery: device.is_recovery() }
}

/// Devices that a stored record introduces, effective or not.
pub(super) fn introduced(act: &Act) -> Vec<Id> {
    match act {
        Act::Genesis { devices, .. } | Act::Join { devices, .. } => {
            devices.iter().map(|device| device.device).collect()
        }
        Act::DeviceAdd { device, genuine: true, .. } => vec![device.device],
        _ => Vec::new(),
    }
}

/// Whether the invite key signed the Join.
pub(super) fn invite_signed(workspace: &Id, author: &Id, join: &Join) -> bool {
    let parts: [&[u8]; 3] = [workspace, author, &join.signed_fields()];
    verify(&join.invite, Context::Invite, &parts, &join.signature)
}

/// Whether the new device signed its DeviceAdd.
fn link_signed(workspace: &Id, add: &DeviceAdd) -> bool {
    link_holds(workspace, &add.member, &add.device, &add.signature)
}

/// Whether a device signed that it wants to be one of `member`'s.
pub fn link_holds(workspace: &Id, member: &Id16, device: &DevicePublic, signature: &[u8; 64]) -> bool {
    let keys = DeviceAdd::signed_keys(device);
    verify(&device.key, Context::Link, &[workspace, member, &keys], signature)
}

/// What a new device says to become one of `member`'s.
pub(super) fn link_message<'a>(workspace: &'a Id, member: &'a Id16, keys: &'a [u8]) -> [&'a [u8]; 3] {
    [workspace, member, keys]
}
