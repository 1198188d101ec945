//! Which release of the time-zone database each device computes with. A device says it in its member's profile, a field a
//! device, so that people learn when two of them differ; nothing is refused because of it.

use tern_model::{Edit, Value};
use tern_trust::{Id, Id16, Role};

use crate::api::{PeerError, ZoneDataOf, ZoneDataView};

use super::resolve::hex;
use super::{Core, Work, people};

/// Hex digits of the device's key in the name of its field.
const DEVICE_DIGITS: usize = 16;

/// The device as the field's name holds it.
fn device_digits(device: &Id) -> String {
    hex(device).chars().take(DEVICE_DIGITS).collect()
}

/// What this device says in a profile.
pub(crate) fn edit(work: &Work<'_, '_>) -> Edit {
    let name = format!("{}{}", tern_model::person::ZONE_DATA, device_digits(&work.mem.me()));
    Edit::SetField { name, value: Value::Text(work.zone_data()) }
}

/// Says it in the profile that is here, unless that says so already.
pub(crate) fn say(work: &mut Work<'_, '_>, member: &Id16) -> Result<(), PeerError> {
    if is_said(people::fields_of(&work.txn, member), &work.mem.me(), &work.zone_data())
        || work.mem.ring.seal_key(&work.mem.membership).is_err()
    {
        return Ok(());
    }
    let edit = edit(work);
    work.edit(people::document_of(member), &[edit]).map(|_| ())
}

/// Whether there is nothing to say: it is said, or there is no profile to say it in.
fn is_said(fields: Option<tern_model::person::PersonFields>, device: &Id, version: &str) -> bool {
    fields
        .is_none_or(|fields| fields.zone_data.get(&device_digits(device)).is_some_and(|said| said == version))
}

impl Core {
    /// Whether this device has yet to say what it computes with.
    pub(crate) fn owes_zone_data(&self) -> bool {
        let Some(me) = self.mem.member().filter(|_| !self.mem.keys.public().is_recovery()) else {
            return false;
        };
        !is_said(people::fields_of(&self.store, &me), &self.device(), &self.host.zone_data())
    }

    /// What this device computes with, and whose devices compute with something else.
    pub(crate) fn zone_data_view(&self) -> ZoneDataView {
        let (version, membership) = (self.host.zone_data(), &self.mem.membership);
        let mut others = Vec::new();
        for member in membership.members.keys().filter(|member| membership.role_of(member) != Role::None) {
            let Some(fields) = people::fields_of(&self.store, member) else { continue };
            let devices =
                membership.devices.iter().filter(|(_, device)| device.member == *member && device.active);
            let said = devices.filter_map(|(key, _)| fields.zone_data.get(&device_digits(key)));
            let mut differing: Vec<&String> = said.filter(|said| **said != version).collect();
            differing.sort();
            differing.dedup();
            others.extend(differing.into_iter().map(|said| ZoneDataOf {
                member: hex(member),
                name: people::name_of(&self.store, member),
                version: said.clone(),
            }));
        }
        others.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        let text = words(&version, &others);
        ZoneDataView { version, others, text }
    }
}

/// What differs and what that can change; nothing where all are alike.
fn words(version: &str, others: &[ZoneDataOf]) -> String {
    if others.is_empty() {
        return String::new();
    }
    let each: Vec<String> = others.iter().map(|one| format!("{} {}", one.name, one.version)).collect();
    // Releases are named by year and letter, so that the later one sorts last.
    let here_is_old = others.iter().any(|one| one.version.as_str() > version);
    let there_is_old = others.iter().any(|one| one.version.as_str() < version);
    let whose = match (here_is_old, there_is_old) {
        (true, true) => "here and there",
        (true, false) => "here",
        _ => "there",
    };
    format!(
        "Zone data differs: this laptop {version}, {}. Where a country changed its clocks between the two, hours, \
         check-ins and expected times may be shown an hour or so apart; nothing that is stored changes. Update Tern {whose}.",
        each.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_whose_data_is_the_older() {
        let one = |version: &str| ZoneDataOf {
            version: version.into(),
            name: "Bao".into(),
            ..ZoneDataOf::default()
        };
        assert_eq!(words("2026f", &[]), "");
        for (other, whose) in [("2025b", "Update Tern there."), ("2027a", "Update Tern here.")] {
            let text = words("2026f", &[one(other)]);
            assert!(text.contains("this laptop 2026f, Bao ") && text.ends_with(whose), "{text}");
        }
        assert!(words("2026f", &[one("2026a"), one("2026g")]).ends_with("here and there."));
    }
}
