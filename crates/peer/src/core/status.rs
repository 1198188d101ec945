//! The delivery ladder: what exists only here, and what each known machine has acknowledged. Never inferred from a
//! connection; only from `Stored` and from equal roots.

use std::collections::{BTreeMap, BTreeSet};

use tern_model::hours::Zone;
use tern_trust::{Id, Id16, Standing};

use crate::api::{OnlyHere, PeerError, PeerState, RelayView, RelaysView, StatusView};

use super::held::Held;
use super::resolve::hex;
use super::{Core, access, people};

/// What is said of a machine that is full.
const NO_ROOM: &str = ": it is full; they stay here and go on as soon as it has room";
/// What is said of a machine that refuses single items for their size or their number.
const REFUSED: &str = ": some are too large or too many for it; they stay here";
/// Own items looked through for "since when".
const SCAN: usize = 4096;

/// Addresses as they are kept in the store.
pub(crate) fn addresses(json: &str) -> Vec<std::net::SocketAddr> {
    serde_json::from_str(json).unwrap_or_default()
}

impl Core {
    pub(crate) fn status_view(&self) -> Result<StatusView, PeerError> {
        let zone = self.my_zone();
        let mut own: BTreeMap<Id16, Vec<i64>> = BTreeMap::new();
        for (row, lane) in self.store.rows_of_author(&self.mem.me())? {
            own.entry(lane).or_default().push(row);
        }
        let (mut peers, mut holders) = (Vec::new(), Vec::new());
        for peer in self.store.peers()? {
            let Some((kind, name)) = self.machine(&peer.device) else { continue };
            let held = self.held_by(&peer)?;
            let (mut of, mut has, mut refused) = (0, 0, 0);
            for (lane, rows) in own.iter().filter(|(lane, _)| held.is_shared(lane)) {
                of += rows.len();
                let known = &rows[..rows.partition_point(|row| *row <= held.upto(lane))];
                let refuses = held.refused().iter().filter(|row| known.binary_search(row).is_ok()).count();
                has += known.len() - refuses;
                refused += refuses;
            }
            let (of, has) = (of as u64, has as u64);
            let connected = self.mem.connected.contains(&peer.device);
            holders.push(held);
            let last = peer.last_met_ms.map(|at| (at, zone.rfc9557(at)));
            let full = has < of && self.store.meta(&access::full_at(&peer.device))?.is_some();
            let mut text = rung(&name, has, of, connected, peer.last_stored_ms.or(peer.last_met_ms), &zone);
            if full {
                text.push_str(NO_ROOM);
            } else if refused > 0 {
                text.push_str(REFUSED);
            }
            peers.push(PeerState {
                id: hex(&peer.device),
                text,
                full,
                name,
                kind: kind.to_owned(),
                has,
                of,
                all: has == of,
                connected,
                last_contact: last.map(|l| l.1),
            });
        }
        peers.sort_by(|a, b| b.kind.cmp(&a.kind).then_with(|| a.name.cmp(&b.name)));
        let only_here = only_here(&own, &holders);
        let since_ms = self.only_here_since(&only_here)?;
        let only_here =
            OnlyHere { items: only_here.len() as u64, since: since_ms.map(|at| zone.rfc9557(at)) };
        let mut line = line(&only_here, since_ms, &peers, &zone);
        if self.mem.membership.require & !self.host.features() != 0 {
            line.push_str(" · update needed: nothing is exchanged until Tern is newer here");
        }
        Ok(StatusView { only_here, peers, line, zone_data: self.zone_data_view() })
    }

    /// When the first edit of these rows was written, by the changes in it.
    fn only_here_since(&self, rows: &[i64]) -> Result<Option<i64>, PeerError> {
        for row in rows.iter().take(SCAN) {
            let Some(item) = self.store.item_by_row(*row)? else { continue };
            if item.lane != tern_sync::Lane::LOG.0 && item.kind == tern_trust::Kind::Batch.byte() {
                let batch = super::documents::open_batch(&self.mem, &item.bytes)?;
                let first = batch.changes.first().and_then(|c| tern_model::gate::parse(c).ok());
                return Ok(first.map(|h| h.time_ms));
            }
        }
        Ok(None)
    }

    /// What a device is on the ladder; `None` for devices that do not count: own recovery words, removed ones.
    fn machine(&self, device: &Id) -> Option<(&'static str, String)> {
        match self.mem.membership.standing(device) {
            Standing::Relay => Some(("node", "node".to_owned())),
            Standing::Active { member, .. } => {
                let own = Some(member) == self.mem.member();
                let name = people::name_of(&self.store, &member);
                Some((
                    "laptop",
                    if own { "your other laptop".to_owned() } else { format!("{name}’s laptop") },
                ))
            }
            _ => None,
        }
    }

    pub(crate) fn relays_view(&self) -> Result<RelaysView, PeerError> {
        let zone = self.my_zone();
        let mut relays = Vec::new();
        for device in &self.mem.membership.relays {
            let peer = self.store.peer(device)?;
            let known = peer.as_ref().map(|p| addresses(&p.addresses_json)).unwrap_or_default();
            relays.push(RelayView {
                id: hex(device),
                addresses: known.iter().map(ToString::to_string).collect(),
                last_contact: peer.and_then(|p| p.last_met_ms).map(|at| zone.rfc9557(at)),
            });
        }
        Ok(RelaysView { relays })
    }

    /// Delivery of one document in words, for the head of its page.
    pub(crate) fn delivery(&self, doc: &tern_model::DocId) -> Result<Vec<String>, PeerError> {
        let me = self.mem.me();
        let space = super::spaces::space_of(&self.store, &self.mem, doc)?;
        let Ok(tag) = super::spaces::tag(&self.mem, &space, doc) else { return Ok(Vec::new()) };
        let own = self.store.rows_of_author_in_tag(&me, &space, &tag)?;
        let mut words = vec!["Saved here".to_owned()];
        for peer in self.store.peers()? {
            let Some((_, name)) = self.machine(&peer.device) else { continue };
            let held = self.held_by(&peer)?;
            if !held.is_shared(&space) {
                continue;
            }
            let missing = own.iter().filter(|row| !held.has(**row, &space)).count();
            words.push(match missing {
                0 => format!("{name} has it"),
                1 => format!("{name} lacks 1 change"),
                n => format!("{name} lacks {n} changes"),
            });
        }
        Ok(words)
    }
}

/// Rows, by lane, that no machine holds, ascending.
fn only_here(own: &BTreeMap<Id16, Vec<i64>>, holders: &[Held]) -> Vec<i64> {
    let refused: BTreeSet<i64> = holders.iter().flat_map(Held::refused).copied().collect();
    let mut found = Vec::new();
    for (lane, rows) in own {
        let furthest = holders.iter().map(|held| held.upto(lane)).max().unwrap_or(i64::MIN);
        let (known, beyond) = rows.split_at(rows.partition_point(|row| *row <= furthest));
        found.extend(beyond);
        found.extend(refused.iter().filter(|row| {
            known.binary_search(row).is_ok() && !holders.iter().any(|held| held.has(**row, lane))
        }));
    }
    found.sort_unstable();
    found
}

fn rung(name: &str, has: u64, of: u64, connected: bool, met_ms: Option<i64>, zone: &Zone) -> String {
    let at = met_ms.map(|at| format!(", {}", zone.show_short(at))).unwrap_or_default();
    let link = if connected { " (connected)" } else { "" };
    match of - has {
        0 => format!("{name} has everything{at}{link}"),
        1 => format!("{name} lacks 1 of your edits{at}{link}"),
        n => format!("{name} lacks {n} of your edits{at}{link}"),
    }
}

fn line(only: &OnlyHere, since_ms: Option<i64>, peers: &[PeerState], zone: &Zone) -> String {
    let since = since_ms.map(|at| format!(" since {}", zone.show_short(at))).unwrap_or_default();
    let mut parts = vec![match only.items {
        0 => "Nothing exists only on this laptop".to_owned(),
        1 => format!("1 change exists only on this laptop{since}"),
        n => format!("{n} changes exist only on this laptop{since}"),
    }];
    parts.extend(peers.iter().map(|p| p.text.clone()));
    if peers.is_empty() {
        parts.push("no other machine is known yet".to_owned());
    }
    parts.join(" · ")
}
