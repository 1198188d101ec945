//! Members, devices, profiles, the membership log and expected-by.

use tern_peer::{DevicesView, LogView, MembersView, ProfileView, WhenView};

use crate::human::Clock;
use crate::table::{Table, one_line};

/// Hexadecimal digits of a key or id that are shown.
const SHORT_HEX: usize = 12;

pub(crate) fn short(hex: &str) -> String {
    hex.chars().take(SHORT_HEX).collect()
}

pub(crate) fn members(view: &MembersView) -> String {
    let mut table = Table::new(&["NAME", "ROLE", "ZONE", "DEVICES", "STATE", "ID"]);
    for m in &view.members {
        let name = if m.me { format!("{} (you)", m.name) } else { m.name.clone() };
        table.row(&[
            name,
            m.role.clone(),
            m.zone.clone(),
            m.devices.to_string(),
            m.state.clone(),
            short(&m.id),
        ]);
    }
    let mut text = table.render();
    if !view.zone_data.text.is_empty() {
        text += &format!("\n{}\n", one_line(&view.zone_data.text));
    }
    if view.members.len() == 1 {
        text += "\nYou are alone here so far. `tern invite` makes a ticket for somebody.\n";
    }
    text
}

pub(crate) fn devices(view: &DevicesView, clock: &Clock) -> String {
    let mut table = Table::new(&["DEVICE", "STATE", "LAST CONTACT", "KEY"]);
    for d in &view.devices {
        let contact = match d.kind.as_str() {
            "this laptop" => "now".into(),
            _ => clock.words_or_never(d.last_contact.as_deref()),
        };
        let state =
            if d.has_key || d.state != "active" { d.state.clone() } else { "waits for the key".into() };
        table.row(&[d.kind.clone(), state, contact, short(&d.id)]);
    }
    table.render()
}

pub(crate) fn log(view: &LogView) -> String {
    let mut table = Table::new(&["DAY", "WHAT", "BY"]);
    for r in &view.records {
        let text = if r.effective { r.text.clone() } else { format!("{} (takes no effect)", r.text) };
        table.row(&[r.when.clone(), text, r.author.clone()]);
    }
    table.render()
}

pub(crate) fn profile(view: &ProfileView) -> String {
    let off = if view.off.is_empty() { "none".into() } else { view.off.join(", ") };
    let state = if view.working { "in their hours" } else { "outside their hours" };
    format!(
        "{}\n  zone       {}\n  now        {} ({state})\n  hours      {}\n  check-ins  {}\n  days off   {off}\n  holidays   {}\n{}",
        one_line(&view.name),
        view.zone,
        view.local,
        view.hours,
        view.checkins,
        holidays(&view.holidays),
        travelling(view.travelling.as_deref()),
    )
}

fn holidays(days: &[String]) -> String {
    match days {
        [] => "none; `tern profile set --holidays FILE.ics` takes them from a calendar".to_owned(),
        [one] => one_line(one),
        [first, .., last] => format!("{}, from {} to {}", days.len(), one_line(first), one_line(last)),
    }
}

fn travelling(zone: Option<&str>) -> String {
    zone.map_or_else(String::new, |zone| {
        format!("Travelling? This computer is set to {zone}: `tern profile set --zone {zone}` moves your hours there.\n")
    })
}

pub(crate) fn when(view: &WhenView) -> String {
    let mut text = String::new();
    for person in &view.people {
        let hours = if person.working { "in their hours" } else { "outside their hours" };
        text += &format!("{} ({})\n", one_line(&person.name), person.zone);
        text += &format!("  reaches them       {} ({hours})\n", person.local.available);
        for (label, local, instant) in [
            ("urgent answer by  ", &person.local.urgent_by, &person.urgent_by),
            ("standard answer by", &person.local.standard_by, &person.standard_by),
        ] {
            if let (Some(local), Some(instant)) = (local, instant) {
                text += &format!("  {label} {local}  ({instant})\n");
            }
        }
        if person.urgent_by.is_none() && person.standard_by.is_none() {
            text += "  No answer can be expected: no working hours are stated for the time to come.\n";
        }
        for day in &person.holidays {
            text += &format!("  holiday            {}\n", one_line(day));
        }
        if let Some(days) = person.not_met_days.filter(|days| *days > 0) {
            let days = super::count(days.unsigned_abs(), "day", "days");
            text += &format!("  No device of theirs was met by this one for {days}.\n");
        }
    }
    for choice in &view.choices {
        text += &format!("  {}\n", one_line(&choice.text));
    }
    text + &format!("  zone data          {}\n", view.zone_data)
}
