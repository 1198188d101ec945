//! The membership log in sentences, and notices about one's own devices.

use tern_store::VerdictFilter;
use tern_trust::record::Fields;
use tern_trust::{Id, Id16};

use crate::api::{LogView, NoticeView, NoticesView, PeerError, RecordView, Reply};

use super::errors::not_found;
use super::resolve::{by_prefix, hex};
use super::{Core, Work, people, twin, words};

/// Prefix of keys of the store's `meta` table: this notice was read.
const SEEN: &str = "notice.";

impl Core {
    /// The membership log in sentences.
    pub(crate) fn log_view(&self) -> LogView {
        let membership = &self.mem.membership;
        let person = |m: &Id16| people::name_of(&self.store, m);
        let records = self.mem.log.records().map(|(item, record)| {
            let header = item.header();
            let author =
                membership.member_of(&header.author).map_or_else(|| "somebody".to_owned(), |m| person(&m));
            RecordView {
                id: hex(item.id()),
                text: sentence(&record.fields, &person) + &self.consequence(&record.fields),
                author,
                when: words::day(header.day),
                effective: membership.effective.contains(item.id()),
            }
        });
        LogView { records: records.collect() }
    }

    /// Devices that were added to one's own account elsewhere, and edits of this one that it did not write, until they are
    /// acknowledged.
    pub(crate) fn notices_view(&self) -> Result<NoticesView, PeerError> {
        let Some(me) = self.mem.member() else { return Ok(NoticesView::default()) };
        let mut notices = Vec::new();
        for (item, record) in self.mem.log.records() {
            let Fields::DeviceAdd(add) = &record.fields else { continue };
            let mine =
                add.member == me && item.header().author != self.mem.me() && add.device.key != self.mem.me();
            let active = self.mem.membership.device(&add.device.key).is_some_and(|d| d.active);
            if !mine || !active || self.store.meta(&format!("{SEEN}{}", hex(item.id())))?.is_some() {
                continue;
            }
            let (device, added_by) = (hex(&add.device.key), hex(&item.header().author));
            let (short, by, day) = (&device[..8], &added_by[..8], words::day(item.header().day));
            let text = format!(
                "Device {short} was added to your account by your device {by} on {day}. If that was not you, remove it."
            );
            let kind = "device_added".to_owned();
            notices.push(NoticeView { id: hex(item.id()), kind, text, device, added_by });
        }
        if let Some(twin) = self.twin_notice()?
            && self.store.meta(&format!("{SEEN}{}", twin.id))?.is_none()
        {
            notices.push(twin);
        }
        Ok(NoticesView { notices })
    }

    /// How many edits of these devices wait for review.
    fn waiting_of(&self, devices: &[Id]) -> usize {
        let count = |d: &Id| self.store.verdicts(&VerdictFilter::Author(*d)).map_or(0, |rows| rows.len());
        devices.iter().map(count).sum()
    }

    fn consequence(&self, fields: &Fields) -> String {
        let devices: Vec<Id> = match fields {
            Fields::DeviceRemove { devices, .. } => devices.clone(),
            Fields::MemberRemove { member, .. } | Fields::RoleSet { member, .. } => {
                let all = self.mem.membership.devices.iter();
                all.filter(|(_, d)| d.member == *member).map(|(key, _)| *key).collect()
            }
            _ => return String::new(),
        };
        match self.waiting_of(&devices) {
            0 => String::new(),
            1 => "; 1 edit waits for review".to_owned(),
            n => format!("; {n} edits wait for review"),
        }
    }
}

/// Notes that a notice was read.
pub(crate) fn notice_seen(work: &mut Work<'_, '_>, text: &str) -> Result<Reply, PeerError> {
    let adds = work.mem.log.records().filter(|(_, r)| matches!(r.fields, Fields::DeviceAdd(_)));
    let known = adds.map(|(item, _)| *item.id()).chain(twin::notice_id(work)?);
    let id = by_prefix(known, text).ok_or_else(|| not_found("notice", text))?;
    work.txn.set_meta(&format!("{SEEN}{}", hex(&id)), b"")?;
    Ok(Reply::Done {})
}

/// One record as a sentence that continues after its author's name.
fn sentence(fields: &Fields, person: &dyn Fn(&Id16) -> String) -> String {
    let device = |id: &Id| hex(id)[..8].to_owned();
    match fields {
        Fields::Genesis(_) => "made the workspace".to_owned(),
        Fields::InviteCreate(i) => {
            format!("invited {} as {}", count(i.uses, "person", "people"), words::role(i.role))
        }
        Fields::InviteRevoke { .. } => "ended an invite".to_owned(),
        Fields::Join(j) => format!("joined as {}", person(&j.member)),
        Fields::Approve { role, .. } => format!("let somebody in as {}", words::role(*role)),
        Fields::DeviceAdd(d) => format!("added device {} of {}", device(&d.device.key), person(&d.member)),
        Fields::DeviceRemove { devices, .. } => {
            format!("removed device {}", devices.iter().map(device).collect::<Vec<_>>().join(", "))
        }
        Fields::MemberRemove { member, .. } => format!("removed {}", person(member)),
        Fields::RoleSet { member, role, .. } => format!("made {} {}", person(member), words::role(*role)),
        Fields::MemberRestore { member, role } => {
            format!("brought {} back as {}", person(member), words::role(*role))
        }
        Fields::Epoch(_) => "changed the workspace's key".to_owned(),
        Fields::KeyWrap(w) => format!(
            "gave the key to {}",
            count_usize(w.recipients.len(), "device or invite", "devices and invites")
        ),
        Fields::RelayAdd { device: d } => format!("began to use node {}", device(d)),
        Fields::RelayRemove { device: d } => format!("stopped using node {}", device(d)),
        Fields::SpaceCreate { .. } => "made an open space".to_owned(),
        Fields::ItemAdmit { items, .. } => format!("admitted {}", count_usize(items.len(), "edit", "edits")),
        Fields::Cuts { member, .. } => format!("said which edits of {} still count", person(member)),
        Fields::Require { .. } => "asked everybody to update".to_owned(),
        Fields::Sealed(_) => "wrote a sealed record of a private space".to_owned(),
        Fields::Unknown { .. } => "wrote a record that a newer Tern understands".to_owned(),
    }
}

fn count(n: u16, one: &str, many: &str) -> String {
    count_usize(usize::from(n), one, many)
}

fn count_usize(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}
