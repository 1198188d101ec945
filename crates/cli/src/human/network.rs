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
    if !view.zone_data.text.is_empty() {
        text += &format!("{}\n", one_line(&view.zone_data.text));
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
    if left_out == 0 {
        return text;
    }
    let what = count(left_out, "attachment", "attachments");
    format!("{text}{what} only by name, not inside: a connection brings the rest, with `tern sync`.\n")
}

#[cfg(test)]
mod tests {
    use tern_peer::OnlyHere;

    use super::*;

    fn clock() -> Clock {
        Clock::utc()
    }

    #[test]
    fn the_ladder_is_told_in_sentences() {
        let node = PeerState {
            name: "node".into(),
            text: "node lacks 2 of your edits".into(),
            ..PeerState::default()
        };
        let only_here = OnlyHere { items: 2, since: Some("2026-11-24T09:00:00Z".into()) };
        let view = StatusView { only_here, peers: vec![node], ..StatusView::default() };
        assert_eq!(
            status(&view, &clock()),
            "2 edits exist only on this laptop since Tue 24 Nov 2026 09:00 UTC.\n  node lacks 2 of your edits\n"
        );
        let alone = status(&StatusView::default(), &clock());
        assert!(alone.starts_with("Everything is saved on this laptop.") && alone.contains("tern invite"));
    }

    #[test]
    fn a_meeting_says_who_was_met_and_who_was_not() {
        let met = SyncPeer { name: "node".into(), items_sent: 1, in_sync: true, ..SyncPeer::default() };
        let missed =
            SyncPeer { name: "Aiko".into(), problem: "It did not answer.".into(), ..SyncPeer::default() };
        let text = synced(&SyncReport { peers: vec![met, missed] });
        assert!(text.starts_with("node: has all that this laptop has"), "{text}");
        assert!(text.ends_with("Aiko: It did not answer. What you wrote is safe here.\n"), "{text}");
    }

    #[test]
    fn a_bundle_says_what_it_only_names() {
        assert_eq!(with_left_out("Wrote it.\n".into(), 0), "Wrote it.\n");
        assert!(with_left_out("Wrote it.\n".into(), 1).starts_with("Wrote it.\n1 attachment only by name"));
    }
}
