//! Encoding and decoding of record bodies. Decoding is total over any bytes.

use super::{
    Cut, DeviceAdd, Epoch, FeedCut, Fields, Genesis, InviteCreate, InviteMode, Join, KeyWrap, Record, Role,
    Sealed,
};
use crate::codec::{Put, Reader};
use crate::derive::{Id, Id16};
use crate::device::DevicePublic;
use crate::item::Malformed;
use crate::limits::{
    MAX_ADMITTED, MAX_BODY_BYTES, MAX_CUTS, MAX_DEVICES_PER_MEMBER, MAX_EPOCH_PARENTS, MAX_HEADS,
    MAX_MEMBERS, MAX_WRAPS, WRAP_BYTES,
};
use crate::wrap::Wrap;

const MAX_RECIPIENTS: usize = MAX_MEMBERS * MAX_DEVICES_PER_MEMBER;

impl Record {
    /// The body bytes of the record's item.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_all(&mut out, &self.heads);
        encode_fields(&self.fields, &mut out);
        out
    }

    /// Decodes a body of `kind`, checking order, ranges, limits and that nothing trails.
    pub fn decode(kind: u8, body: &[u8]) -> Result<Record, Malformed> {
        let mut reader = Reader::new(body);
        let heads: Vec<Id> = reader.set(MAX_HEADS, Reader::array)?;
        if (kind == 0x80) != heads.is_empty() {
            return Err(Malformed::Range("heads"));
        }
        let fields = decode_fields(kind, &mut reader)?;
        reader.finish()?;
        Ok(Record { heads, fields })
    }
}

impl Join {
    /// What the invite key signs beside workspace and author.
    pub fn signed_fields(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(&self.invite);
        out.extend_from_slice(&self.member);
        put_devices(&mut out, &self.devices);
        out
    }
}

impl DeviceAdd {
    /// The new device's keys as it signs them.
    pub fn signed_keys(device: &DevicePublic) -> Vec<u8> {
        let mut out = Vec::new();
        device.put(&mut out);
        out
    }
}

pub(crate) fn encode_fields(fields: &Fields, out: &mut Vec<u8>) {
    match fields {
        Fields::Genesis(genesis) => {
            out.extend_from_slice(&genesis.member);
            put_devices(out, &genesis.devices);
            out.extend_from_slice(&genesis.commitment);
            put_all(out, &genesis.wraps);
        }
        Fields::InviteCreate(invite) => encode_invite(invite, out),
        Fields::InviteRevoke { invite } => out.extend_from_slice(invite),
        Fields::Join(join) => {
            out.extend_from_slice(&join.signed_fields());
            out.extend_from_slice(&join.signature);
        }
        Fields::Approve { join, role } => {
            out.extend_from_slice(join);
            out.push(role.byte());
        }
        Fields::DeviceAdd(add) => {
            out.extend_from_slice(&add.member);
            add.device.put(out);
            out.extend_from_slice(&add.signature);
        }
        Fields::DeviceRemove { devices, cuts } => {
            put_all(out, devices);
            put_cuts(out, cuts);
        }
        Fields::MemberRemove { member, cuts } | Fields::Cuts { member, cuts } => {
            out.extend_from_slice(member);
            put_cuts(out, cuts);
        }
        Fields::RoleSet { member, role, cuts } => {
            out.extend_from_slice(member);
            out.push(role.byte());
            put_cuts(out, cuts);
        }
        Fields::MemberRestore { member, role } => {
            out.extend_from_slice(member);
            out.push(role.byte());
        }
        Fields::RelayAdd { device } | Fields::RelayRemove { device } => out.extend_from_slice(device),
        Fields::SpaceCreate { nonce } => out.extend_from_slice(nonce),
        Fields::ItemAdmit { space, items } => {
            out.extend_from_slice(space);
            put_all(out, items);
        }
        Fields::Require { bits } => out.extend_from_slice(&bits.to_le_bytes()),
        Fields::Unknown { fields, .. } => out.extend_from_slice(fields),
        Fields::Epoch(_) | Fields::KeyWrap(_) | Fields::Sealed(_) => encode_keys(fields, out),
    }
}

fn encode_keys(fields: &Fields, out: &mut Vec<u8>) {
    match fields {
        Fields::Epoch(epoch) => {
            out.extend_from_slice(&epoch.commitment);
            put_all(out, &epoch.parents);
            put_all(out, &epoch.chain);
            put_all(out, &epoch.recipients);
            put_all(out, &epoch.wraps);
        }
        Fields::KeyWrap(wrap) => {
            out.extend_from_slice(&wrap.epoch);
            put_all(out, &wrap.recipients);
            put_all(out, &wrap.wraps);
        }
        Fields::Sealed(sealed) => {
            put_sealed_head(out, &sealed.epoch, &sealed.wraps);
            out.extend_from_slice(&sealed.nonce);
            out.put_bytes(&sealed.bytes);
        }
        _ => {}
    }
}

/// What of a sealed record stands before its nonce; the seal binds it.
pub(crate) fn sealed_head(heads: &[Id], epoch: &Id16, wraps: &[Wrap]) -> Vec<u8> {
    let mut out = Vec::new();
    put_all(&mut out, heads);
    put_sealed_head(&mut out, epoch, wraps);
    out
}

fn put_sealed_head(out: &mut Vec<u8>, epoch: &Id16, wraps: &[Wrap]) {
    out.extend_from_slice(epoch);
    put_all(out, wraps);
}

fn encode_invite(invite: &InviteCreate, out: &mut Vec<u8>) {
    out.extend_from_slice(&invite.invite);
    out.extend_from_slice(&invite.x25519);
    out.push(invite.role.byte());
    out.push(u8::from(invite.mode == InviteMode::Approve));
    out.extend_from_slice(&invite.uses.to_le_bytes());
    out.extend_from_slice(&invite.expires.to_le_bytes());
}

pub(crate) fn decode_fields(kind: u8, reader: &mut Reader<'_>) -> Result<Fields, Malformed> {
    Ok(match kind {
        0x80 => Fields::Genesis(Genesis {
            member: reader.array()?,
            devices: devices(reader)?,
            commitment: reader.array()?,
            wraps: wraps(reader)?,
        }),
        0x81 => Fields::InviteCreate(decode_invite(reader)?),
        0x82 => Fields::InviteRevoke { invite: reader.array()? },
        0x83 => Fields::Join(Join {
            invite: reader.array()?,
            member: reader.array()?,
            devices: devices(reader)?,
            signature: reader.array()?,
        }),
        0x84 => Fields::Approve { join: reader.array()?, role: role(reader)? },
        0x85 => Fields::DeviceAdd(DeviceAdd {
            member: reader.array()?,
            device: DevicePublic::read(reader)?,
            signature: reader.array()?,
        }),
        0x86 => Fields::DeviceRemove {
            devices: not_empty(reader.set(MAX_DEVICES_PER_MEMBER, Reader::array)?, "devices")?,
            cuts: cuts(reader)?,
        },
        0x87 => Fields::MemberRemove { member: reader.array()?, cuts: cuts(reader)? },
        0x88 => Fields::RoleSet { member: reader.array()?, role: role(reader)?, cuts: cuts(reader)? },
        0x89 => Fields::MemberRestore { member: reader.array()?, role: role(reader)? },
        0x8C => Fields::RelayAdd { device: reader.array()? },
        0x8D => Fields::RelayRemove { device: reader.array()? },
        0x8E => Fields::SpaceCreate { nonce: reader.array()? },
        0x8F => Fields::ItemAdmit { space: reader.array()?, items: reader.set(MAX_ADMITTED, Reader::array)? },
        0x90 => Fields::Cuts { member: reader.array()?, cuts: cuts(reader)? },
        0x91 => Fields::Require { bits: reader.u64()? },
        0x8A | 0x8B | 0x92 => decode_keys(kind, reader)?,
        _ => Fields::Unknown { kind, fields: reader.rest().to_vec() },
    })
}

fn decode_keys(kind: u8, reader: &mut Reader<'_>) -> Result<Fields, Malformed> {
    match kind {
        0x8A => {
            let epoch = Epoch {
                commitment: reader.array()?,
                parents: reader.set(MAX_EPOCH_PARENTS, Reader::array)?,
                chain: reader.list(MAX_EPOCH_PARENTS, Reader::array)?,
                recipients: reader.set(MAX_RECIPIENTS, Reader::array)?,
                wraps: wraps(reader)?,
            };
            let parallel = epoch.chain.len() == epoch.parents.len();
            if parallel { Ok(Fields::Epoch(epoch)) } else { Err(Malformed::Range("chain")) }
        }
        0x8B => Ok(Fields::KeyWrap(KeyWrap {
            epoch: reader.array()?,
            recipients: reader.set(MAX_RECIPIENTS, Reader::array)?,
            wraps: wraps(reader)?,
        })),
        _ => Ok(Fields::Sealed(Sealed {
            epoch: reader.array()?,
            wraps: wraps(reader)?,
            nonce: reader.array()?,
            bytes: reader.bytes(MAX_BODY_BYTES)?.to_vec(),
        })),
    }
}

fn decode_invite(reader: &mut Reader<'_>) -> Result<InviteCreate, Malformed> {
    Ok(InviteCreate {
        invite: reader.array()?,
        x25519: reader.array()?,
        role: role(reader)?,
        mode: match reader.u8()? {
            0 => InviteMode::Open,
            1 => InviteMode::Approve,
            _ => return Err(Malformed::UnknownValue("invite mode")),
        },
        uses: reader.u16()?,
        expires: reader.u64()?,
    })
}

fn role(reader: &mut Reader<'_>) -> Result<Role, Malformed> {
    Role::from_byte(reader.u8()?).ok_or(Malformed::UnknownValue("role"))
}

fn devices(reader: &mut Reader<'_>) -> Result<Vec<DevicePublic>, Malformed> {
    let devices = reader.list(MAX_DEVICES_PER_MEMBER, DevicePublic::read)?;
    if devices.windows(2).all(|pair| pair[0].key < pair[1].key) {
        not_empty(devices, "devices")
    } else {
        Err(Malformed::Unsorted)
    }
}

fn not_empty<T>(items: Vec<T>, name: &'static str) -> Result<Vec<T>, Malformed> {
    if items.is_empty() { Err(Malformed::Range(name)) } else { Ok(items) }
}

fn wraps(reader: &mut Reader<'_>) -> Result<Vec<Wrap>, Malformed> {
    reader.list(MAX_WRAPS, Reader::array::<WRAP_BYTES>)
}

fn cuts(reader: &mut Reader<'_>) -> Result<Vec<Cut>, Malformed> {
    let mut left = MAX_CUTS;
    let cuts = reader.list(MAX_CUTS, |reader| {
        let (space, device) = (reader.array()?, reader.array()?);
        let feeds = reader.list(left, |reader| {
            Ok(FeedCut { incarnation: reader.u64()?, seq: reader.u32()?, item: reader.array()? })
        })?;
        left -= feeds.len();
        let sorted = feeds.windows(2).all(|pair| pair[0].incarnation < pair[1].incarnation);
        if sorted { Ok(Cut { space, device, feeds }) } else { Err(Malformed::Unsorted) }
    })?;
    let sorted =
        cuts.windows(2).all(|pair| (pair[0].space, pair[0].device) < (pair[1].space, pair[1].device));
    if sorted { Ok(cuts) } else { Err(Malformed::Unsorted) }
}

fn put_all<const N: usize>(out: &mut Vec<u8>, items: &[[u8; N]]) {
    out.put_count(items.len());
    for item in items {
        out.extend_from_slice(item);
    }
}

fn put_devices(out: &mut Vec<u8>, devices: &[DevicePublic]) {
    out.put_count(devices.len());
    for device in devices {
        device.put(out);
    }
}

fn put_cuts(out: &mut Vec<u8>, cuts: &[Cut]) {
    out.put_count(cuts.len());
    for cut in cuts {
        out.extend_from_slice(&cut.space);
        out.extend_from_slice(&cut.device);
        out.put_count(cut.feeds.len());
        for feed in &cut.feeds {
            out.extend_from_slice(&feed.incarnation.to_le_bytes());
            out.extend_from_slice(&feed.seq.to_le_bytes());
            out.extend_from_slice(&feed.item);
        }
    }
}
