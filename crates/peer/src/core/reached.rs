//! Notes of delivery: the sender's device learns from confirmations, never from a connection, that a node or a device of
//! a recipient holds a message, and writes that into the thread once, so that everybody counts from the same start.

use std::collections::btree_map::{BTreeMap, Entry};

use serde::{Deserialize, Serialize};
use tern_model::DocId;
use tern_model::conversation::NODE;
use tern_trust::{Id16, Standing};

use crate::api::PeerError;

use super::held::Held;
use super::resolve::hex;
use super::{Core, Work};

/// Key of the store's `meta` table: messages of this device whose delivery is still to be noted.
const WAITING: &str = "reached.waiting";
/// Most messages that wait for a note; the oldest go without one first.
const MAX_WAITING: usize = 4_096;

/// A message that waits for its note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    thread: DocId,
    message: String,
    /// The row of this store that holds it.
    row: i64,
    /// Recipients, hex, that it has not reached.
    to: Vec<String>,
}

fn parse(bytes: Option<Vec<u8>>) -> Vec<Waiting> {
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

fn keep(work: &mut Work<'_, '_>, waiting: &[Waiting]) -> Result<(), PeerError> {
    if waiting.is_empty() {
        return Ok(work.txn.remove_meta(WAITING)?);
    }
    Ok(work.txn.set_meta(WAITING, &serde_json::to_vec(waiting).unwrap_or_default())?)
}

/// Remembers that the delivery of a message that was just written is to be noted.
pub(crate) fn wait_for(
    work: &mut Work<'_, '_>,
    thread: DocId,
    message: &str,
    to: &[String],
) -> Result<(), PeerError> {
    let Some(row) = work.mem.docs.get(&thread).map(|open| open.folded_row) else { return Ok(()) };
    let mut waiting = parse(work.txn.meta(WAITING)?);
    waiting.push(Waiting { thread, message: message.to_owned(), row, to: to.to_vec() });
    let over = waiting.len().saturating_sub(MAX_WAITING);
    keep(work, waiting.get(over..).unwrap_or_default())
}

impl Core {
    /// Writes the notes that are due; `true` when there were any.
    pub(crate) fn note_delivery(&mut self) -> Result<bool, PeerError> {
        let waiting = parse(self.store.meta(WAITING)?);
        if waiting.is_empty() {
            return Ok(false);
        }
        let holders = self.holders()?;
        let mut places = BTreeMap::new();
        for one in &waiting {
            if let Entry::Vacant(place) = places.entry(one.thread) {
                place.insert(super::spaces::space_of(&self.store, &self.mem, &one.thread)?);
            }
        }
        let reached = |one: &Waiting| -> Vec<String> {
            let Some(lane) = places.get(&one.thread) else { return Vec::new() };
            let has =
                |who: &str| holders.iter().any(|(holder, held)| holder == who && held.has(one.row, lane));
            if has(NODE) {
                return vec![NODE.to_owned()];
            }
            one.to.iter().filter(|member| has(member)).cloned().collect()
        };
        if waiting.iter().all(|one| reached(one).is_empty()) {
            return Ok(false);
        }
        self.write(|work| {
            let mut left = Vec::new();
            for mut one in waiting {
                let who = reached(&one);
                let at_ms = work.now_ms();
                for who in &who {
                    let note = work.edit_with(one.thread, |doc, stamp| {
                        doc.note_reached(stamp, &one.message, who, at_ms)
                    });
                    if let Err(error) = note {
                        // Whoever may not write any more owes no note; recipients count from their own arrival.
                        tracing::debug!(%error, "a delivery was not noted");
                    }
                }
                one.to.retain(|member| !who.contains(member));
                if !who.iter().any(|who| who == NODE) && !one.to.is_empty() {
                    left.push(one);
                }
            }
            keep(work, &left)?;
            Ok(true)
        })
    }

    /// What the machines of members (hex) and nodes hold.
    pub(crate) fn holders(&self) -> Result<Vec<(String, Held)>, PeerError> {
        let mut holders = Vec::new();
        for peer in self.store.peers()? {
            let who = match self.mem.membership.standing(&peer.device) {
                Standing::Relay => NODE.to_owned(),
                Standing::Active { member, .. } => hex(&member),
                _ => continue,
            };
            holders.push((who, self.held_by(&peer)?));
        }
        Ok(holders)
    }

    /// For how many whole days no device of a member was met; `None` when none ever was, or it is oneself.
    pub(crate) fn not_met_days(&self, member: &Id16) -> Result<Option<i64>, PeerError> {
        let mut last = None;
        for (device, _) in self.mem.membership.devices.iter().filter(|(_, d)| d.member == *member) {
            let peer = self.store.peer(device)?;
            last = last.max(peer.and_then(|p| p.last_met_ms.max(p.last_stored_ms)));
        }
        Ok(last.map(|at| (self.now_ms() - at).div_euclid(tern_model::hours::DAY_MS).max(0)))
    }
}
