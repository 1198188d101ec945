//! Keys, spaces, check and doctor.

use tern_peer::{CheckView, CompactView, DoctorView, KeysView, SpacesView};

use crate::human::count;
use crate::human::people::short;
use crate::table::{Table, one_line};

pub(crate) fn keys(view: &KeysView) -> String {
    let mut text = format!("Keys of this device: {}.\n", view.state);
    if !view.protected {
        text += "Anybody who can read this folder can act as you. `tern keys keep keyring` or `tern lock on` protects them; \
                 or encrypt the disk, and keep the folder to yourself.\n";
    }
    text
}

pub(crate) fn spaces(view: &SpacesView) -> String {
    let mut table = Table::new(&["SPACE", "ACCESS", "YOUR ROLE", "MEMBERS", "DOCUMENTS", "ID"]);
    for s in &view.spaces {
        let members: Vec<String> = s.members.iter().map(|m| format!("{} ({})", m.name, m.role)).collect();
        let members = if members.is_empty() { "everybody".to_owned() } else { members.join(", ") };
        let documents = s.documents.to_string();
        table.row(&[s.title.clone(), s.access.clone(), s.role.clone(), members, documents, short(&s.id)]);
    }
    table.render()
}

pub(crate) fn check(view: &CheckView) -> String {
    let mut text = if view.bad == 0 && view.findings.is_empty() {
        format!(
            "All {} are as they were written, and what is shown agrees with them.\n",
            count(view.items, "item", "items")
        )
    } else {
        format!("Looked at {}; {} damaged.\n", count(view.items, "item", "items"), view.bad)
    };
    if view.repaired > 0 {
        text += &format!("{} repaired.\n", count(view.repaired, "row", "rows"));
    }
    for finding in &view.findings {
        text += &format!("  {}\n", one_line(finding));
    }
    text
}

pub(crate) fn doctor(view: &DoctorView) -> String {
    let mut table = Table::new(&["", "CHECK", "FOUND"]);
    for c in &view.checks {
        table.row(&[if c.ok { "ok" } else { "look" }.into(), c.name.clone(), c.text.clone()]);
    }
    let mut text = table.render();
    for c in view.checks.iter().filter(|c| !c.fix.is_empty()) {
        text += &format!("\n{}: {}", c.name, one_line(&c.fix));
    }
    if view.checks.iter().any(|c| !c.fix.is_empty()) {
        text.push('\n');
    }
    text
}

pub(crate) fn compact(view: &CompactView) -> String {
    if !view.counted {
        return "This workspace keeps every edit by itself. Its owner can let long histories be folded together: \
                `tern compact --on`.\n"
            .to_owned();
    }
    let mut text = format!(
        "Folded {}, vouched for {} of others, dropped {} that they hold. {} left.\n",
        count(view.packed, "document", "documents"),
        view.attested,
        count(view.dropped, "edit", "edits"),
        count(view.items, "item", "items"),
    );
    if view.packed > 0 && view.dropped == 0 {
        text += "What was folded is dropped once another member’s laptop has looked at it.\n";
    }
    if view.left_out > 0 {
        text += &format!(
            "{} listed by a pack but not in it; they stay on this disk. Do not remove this home, and ask who folded it.\n",
            count(view.left_out, "edit is", "edits are")
        );
    }
    text
}
