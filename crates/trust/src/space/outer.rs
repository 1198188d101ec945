//! What the workspace's log says about the authors of sealed records: its removals outrank every rank inside a space.

use std::collections::BTreeMap;

use super::vault::Opened;
use crate::derive::{Id, Id16};
use crate::log::{Log, Membership};
use crate::record::{Fields, Role};

/// Effective records of the log that take members and devices out of the workspace or bring them back.
#[derive(Debug)]
pub(super) struct Outer<'a> {
    log: &'a Log,
    membership: &'a Membership,
    devices_out: BTreeMap<Id, Vec<Id>>,
    members_out: BTreeMap<Id16, Vec<Id>>,
    members_in: BTreeMap<Id16, Vec<Id>>,
}

impl<'a> Outer<'a> {
    pub fn of(log: &'a Log, membership: &'a Membership) -> Self {
        let mut outer = Outer {
            log,
            membership,
            devices_out: BTreeMap::new(),
            members_out: BTreeMap::new(),
            members_in: BTreeMap::new(),
        };
        for (item, record) in log.records().filter(|(item, _)| membership.is_effective(item.id())) {
            outer.note(*item.id(), &record.fields);
        }
        outer
    }

    fn note(&mut self, id: Id, fields: &Fields) {
        let (list, member) = match fields {
            Fields::DeviceRemove { devices, .. } => {
                for device in devices {
                    self.devices_out.entry(*device).or_default().push(id);
                }
                return;
            }
            Fields::MemberRemove { member, .. } | Fields::RoleSet { member, role: Role::None, .. } => {
                (&mut self.members_out, *member)
            }
            Fields::RoleSet { member, .. } | Fields::MemberRestore { member, .. } => {
                (&mut self.members_in, *member)
            }
            Fields::Approve { join, .. } => match self.log.record(join).map(|record| &record.fields) {
                Some(Fields::Join(join)) => (&mut self.members_in, join.member),
                _ => return,
            },
            _ => return,
        };
        list.entry(member).or_default().push(id);
    }

    pub fn is_ancestor(&self, ancestor: &Id, of: &Id) -> bool {
        self.log.evaluation().is_ancestor(ancestor, of)
    }

    /// Whether a sealed record is not effective in the log, or an effective removal of its author or his device did not
    /// know it, and nothing brought him back in between.
    pub fn undoes(&self, opened: &Opened) -> bool {
        let Some(acting) = opened.before.devices.get(&opened.author) else { return true };
        let unaware = |out: &Id| !self.is_ancestor(&opened.record, out);
        let returned = |out: &Id| {
            let back = self.members_in.get(&acting.member).into_iter().flatten();
            back.into_iter().any(|back| self.is_ancestor(out, back) && self.is_ancestor(back, &opened.record))
        };
        let devices = self.devices_out.get(&opened.author).into_iter().flatten();
        let members = self.members_out.get(&acting.member).into_iter().flatten();
        !self.membership.is_effective(&opened.record)
            || devices.into_iter().any(unaware)
            || members.into_iter().any(|out| unaware(out) && !returned(out))
    }
}
