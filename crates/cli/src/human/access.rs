//! Invites, links, review, notices, recovery.

use tern_peer::{InvitesView, JoinReport, LinkState, NoticeView, NoticesView, ReviewView};

use crate::args::RecoverArgs;
use crate::human::Clock;
use crate::human::people::short;
use crate::table::{Table, one_line};

pub(crate) fn invites(view: &InvitesView, clock: &Clock) -> String {
    if view.invites.is_empty() && view.requests.is_empty() {
        return "There are no invites. `tern invite` makes a ticket.\n".into();
    }
    let mut table = Table::new(&["ROLE", "MODE", "USED", "STATE", "UNTIL", "BY", "ID"]);
    for i in &view.invites {
        table.row(&[
            i.role.clone(),
            i.mode.clone(),
            format!("{} of {}", i.used, i.uses),
            i.state.clone(),
            clock.words(&i.expires),
            i.by.clone(),
            short(&i.id),
        ]);
    }
    let mut text = table.render();
    for (invite, joined) in view.invites.iter().flat_map(|i| i.joined.iter().map(move |j| (i, j))) {
        let (name, id) = (one_line(&joined.name), short(&invite.id));
        text += &format!("\n{name} came by {id}. Words to compare: {}", joined.words);
    }
    if view.invites.iter().any(|i| !i.joined.is_empty()) {
        text.push('\n');
    }
    text + &requests(view)
}

pub(crate) fn requests(view: &InvitesView) -> String {
    let mut text = String::new();
    for r in &view.requests {
        text += &format!(
            "\nSomebody asks to come in as {} since {}. Words to compare: {}\n  tern member approve {}\n",
            r.role,
            r.when,
            r.words,
            short(&r.id)
        );
    }
    text
}

pub(crate) fn link_ticket(ticket: &str) -> String {
    format!(
        "{ticket}\n\nOn the new device, within ten minutes: tern device accept TICKET\n\
         Whoever uses it becomes a device of yours: show it to nobody. Waiting…\n"
    )
}

pub(crate) fn link_question(asking: &LinkState) -> String {
    format!(
        "\nDevice {} asks for full access as you.\nFour words: {}\n\
         If the new device shows the same four, type the first of them and press Enter; anything else refuses.\n",
        short(&asking.device),
        asking.words
    )
}

pub(crate) fn link_end(accepted: bool) -> &'static str {
    if accepted {
        "It is a device of yours now, and fetches the workspace.\n"
    } else {
        "Refused. Nothing was changed.\n"
    }
}

pub(crate) fn review(view: &ReviewView, clock: &Clock) -> String {
    if view.entries.is_empty() {
        return "Nothing waits for review.\n".into();
    }
    let mut text = String::new();
    for e in &view.entries {
        let what = if e.title.is_empty() { "something not readable yet".into() } else { one_line(&e.title) };
        text += &format!(
            "{}  {} of {} on “{what}”, since {}\n    {}\n",
            short(&e.id),
            crate::human::count(e.items, "edit", "edits"),
            one_line(&e.author),
            clock.words(&e.since),
            one_line(&e.reason),
        );
        if !e.preview.is_empty() {
            text += &format!("    {}\n", one_line(&e.preview));
        }
    }
    text + "\n`tern review admit ID` lets them count, `export ID FILE` shows them, `discard ID` puts them away on this\n\
             laptop; the others decide for themselves, and restoring the member brings them back.\n"
}

/// One line where something waits for a decision.
pub(crate) fn waiting(view: &ReviewView) -> String {
    let edits: u64 = view.entries.iter().map(|e| e.items).sum();
    match edits {
        0 => String::new(),
        1 => "1 edit that does not count waits in `tern review list`.\n".into(),
        n => format!("{n} edits that do not count wait in `tern review list`.\n"),
    }
}

pub(crate) fn notices(view: &NoticesView) -> String {
    if view.notices.is_empty() {
        return "Nothing to tell.\n".into();
    }
    let told = |n: &NoticeView| {
        let (id, device) = (short(&n.id), short(&n.device));
        let ways = match n.kind.as_str() {
            "other_copy" => {
                format!("All is well: tern notices --seen {id}    It is a copy: tern device link")
            }
            _ => format!("It was you: tern notices --seen {id}    It was not: tern device remove {device}"),
        };
        format!("{id}  {}\n    {ways}\n", one_line(&n.text))
    };
    view.notices.iter().map(told).collect()
}

pub(crate) fn recovered(report: &JoinReport, args: &RecoverArgs) -> String {
    let others = if args.keep_devices && args.take_back {
        "Your other devices stay as they are, but for one that removed the words: it was put out."
    } else if args.keep_devices {
        "Your other devices stay as they are."
    } else {
        "Your other devices were removed; what they still send waits in review."
    };
    format!(
        "Everything the node holds is back on this laptop, device {}.\n{others}\nThe recovery words go on working.\n",
        short(&report.device)
    )
}
