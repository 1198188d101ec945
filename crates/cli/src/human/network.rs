//! Sync reports, the delivery ladder, bundles and relays.

use std::path::{Path, PathBuf};

use tern_peer::{PeerState, RelaysView, StatusView, SyncPeer, SyncReport};

use crate::human::people::short;
use crate::human::{Clock, count, size};
use crate::table::{Table, one_line};

pub(crate) fn synced(report: &SyncReport) -> String {
    report.peers.iter().map(one_peer).collect()
}

fn one_peer(peer: &SyncPeer) -> String {
    let name = one_line(&peer.name);
    if !peer.in_sync {
        let problem = if peer.problem.is_empty() { "not reached" } else { &peer.problem };
        return format!(
            "{name}: {}. What you wrote is safe here.\n",
            one_line(problem.trim_end_matches('.'))
        );
    }
    let rest = if peer.problem.is_empty() { String::new() } else { format!(" {}", one_line(&peer.problem)) };
    format!(
        "{name}: has all that this laptop has, and the other way round. {} out, {} in ({} and {}, {}).{rest}\n",
        count(peer.items_sent, "edit", "edits"),
        count(peer.items_received, "edit", "edits"),
        size(peer.bytes_sent),
        size(peer.bytes_received),
        count(peer.round_trips, "round trip", "round trips"),
    )
}

pub(crate) fn status(view: &StatusView, clock: &Clock) -> String {
    let mut text = match (view.only_here.items, &view.only_here.since) {
        (0, _) if view.peers.is_empty() => "Everything is saved on this laptop.\n".to_owned(),
        (0, _) => "Nothing exists only on this laptop.\n".to_owned(),
        (n, since) => {
            let since = since.as_deref().map(|s| format!(" since {}", clock.words(s))).unwrap_or_default();
            let verb = if n == 1 { "exists" } else { "exist" };
            format!("{} {verb} only on this laptop{since}.\n", count(n, "edit", "edits"))
        }
    };
    if view.peers.is_empty() {
        text += "No other machine has been met yet.\n\
                 Next: `tern invite` for somebody, or `tern relay add TICKET` for a node; then `tern sync`.\n";
    }
    for peer in &view.peers {
        text += &format!("  {}\n", ladder(peer, clock));
    }
    text
}

/// One rung of the ladder as a sentence.
fn ladder(peer: &PeerState, clock: &Clock) -> String {
    if !peer.text.is_empty() {
        return one_line(&peer.text);
    }
    let contact = clock.words_or_never(peer.last_contact.as_deref());
    one_line(&format!("{} has {} of {} edits, last contact {contact}", peer.name, peer.has, peer.of))
}

pub(crate) fn bundle_written(file: &Path, items: u64) -> String {
    format!(
        "Wrote {} into {}. Only members of this workspace can read it.\n\
         Next: they run `tern bundle import FILE --reply ANSWER` and send the answer back.\n",
        count(items, "edit", "edits"),
        file.display()
    )
}

pub(crate) fn bundle_taken(file: &Path, items: u64, new: u64, answer: Option<&(PathBuf, u64)>) -> String {
    let mut text =
        format!("Took in {}: {}, {new} of them new here.\n", file.display(), count(items, "edit", "edits"));
    if let Some((path, reply_items)) = answer {
        text += &format!(
            "Wrote what the sender lacks ({}) into {}.\n",
            count(*reply_items, "edit", "edits"),
            path.display()
        );
    }
    text
}

pub(crate) fn relays(view: &RelaysView, clock: &Clock) -> String {
    if view.relays.is_empty() {
        return "This workspace uses no node. `tern relay add TICKET` adds one; `tern node init` on an always-on \
                machine makes one.\n"
            .into();
    }
    let mut table = Table::new(&["NODE", "ADDRESSES", "LAST CONTACT"]);
    for r in &view.relays {
        table.row(&[short(&r.id), r.addresses.join(" "), clock.words_or_never(r.last_contact.as_deref())]);
    }
    table.render()
}

/// Says how many attachments a bundle only names.
pub(crate) fn with_left_out(text: String, left_out: u64) -> String {
    match left_out {
        0 => text,
        1 => format!(
            "{text}1 attachment is named but not inside: it comes over a connection, with `tern sync`.\n"
        ),
        n => format!(
            "{text}{n} attachments are named but not inside: they come over a connection, with `tern sync`.\n"
        ),
    }
}
