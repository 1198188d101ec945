//! Items coming in, and a log that changed: who may bring what, and what a commit sets free.

use std::collections::BTreeMap;

use super::live::{PUSH_MAX, Scan};
use super::receive::Ready;
use super::{Cx, Session, State, Step, Stop};
use crate::api::{ItemResult, Output, Side};
use crate::key::Lane;
use crate::replica::Standing;
use crate::trie::SourceError;
use crate::wire::control::Message;

impl Session {
    pub(super) fn on_items(&mut self, cx: &Cx<'_>, stream: u64, bytes: &[u8]) -> Step {
        if !self.accepts_items() {
            return Err(Stop::Violation("items before the proof"));
        }
        self.progress.bytes_received += bytes.len() as u64;
        self.heard = self.now;
        self.progressed = self.now;
        let ready = self.receiver.bytes(stream, bytes, &self.setup.workspace)?;
        self.offer_all(cx, ready)
    }

    pub(super) fn offer_all(&mut self, cx: &Cx<'_>, ready: Vec<Ready>) -> Step {
        for mut ready in ready {
            let count = ready.items.len();
            self.keep_takeable(cx, &mut ready)?;
            let whole = ready.items.len() == count;
            if ready.items.is_empty() && !whole {
                self.receiver.drop_frame(ready.frame, ready.log);
                continue;
            }
            let log = ready.log;
            self.sender.from_peer.extend(ready.items.iter().map(|(_, key, _)| key.id));
            let (token, items) = self.receiver.offer(ready, whole);
            self.outputs.push_back(Output::Ingest { token, log, items });
        }
        Ok(())
    }

    /// Content only from admitted peers and only of shared lanes; a joiner brings one Join. What may not be taken
    /// goes, and the rest of its frame stays.
    fn keep_takeable(&mut self, cx: &Cx<'_>, ready: &mut Ready) -> Step {
        if ready.log {
            let joiner = self.peer.is_some_and(|p| p.joins) && !self.content_ok;
            if joiner && ready.frame.is_some() && !self.receiver.admit_join(&ready.items) {
                return Err(Stop::Violation("a joiner may push one Join"));
            }
            return Ok(());
        }
        self.refresh_content_ok(cx)?;
        if cx.replica.standing(&self.setup.peer)? == Standing::Removed {
            return self.keep_late(cx, ready);
        }
        let mut judged: BTreeMap<Lane, bool> = BTreeMap::new();
        for (lane, _, _) in &ready.items {
            if !judged.contains_key(lane) {
                judged.insert(*lane, self.may_take_lane(cx, lane)?);
            }
        }
        ready.items.retain(|(lane, _, _)| judged.get(lane).is_some_and(|may| *may));
        Ok(())
    }

    /// What a device pushes before it knows that it was removed: of lanes whose late work is kept for review, and no
    /// more than fits into a greeting's push.
    fn keep_late(&mut self, cx: &Cx<'_>, ready: &mut Ready) -> Step {
        let mut kept = Vec::with_capacity(ready.items.len());
        for item in std::mem::take(&mut ready.items) {
            self.late += item.2.len() as u64;
            if self.late <= PUSH_MAX && cx.replica.takes_late(&self.setup.peer, &item.0)? {
                kept.push(item);
            }
        }
        ready.items = kept;
        Ok(())
    }

    pub(super) fn on_ingested(
        &mut self,
        cx: &Cx<'_>,
        token: u64,
        results: &[ItemResult],
        time_ms: i64,
    ) -> Step {
        let outcome = self
            .receiver
            .ingested(token, results, &self.names)
            .ok_or_else(|| Stop::Local(SourceError::new("an answer that fits no offer")))?;
        self.stored_time = time_ms;
        for id in &outcome.not_stored {
            self.sender.from_peer.remove(id);
        }
        for chunk in outcome.refused.chunks(crate::wire::REFUSED_MAX) {
            self.send(&Message::Refused(chunk.to_vec()));
        }
        if outcome.invalid {
            return Err(Stop::Violation("an item that does not verify"));
        }
        if outcome.failed {
            return Err(Stop::Local(SourceError::new(
                "What came could not be stored here; the log of this machine says why. It comes again at the next try.",
            )));
        }
        if outcome.waits_for_log {
            self.next_root = self.next_root.min(self.now);
        }
        let ready = self.receiver.after_commit(outcome.log_grew);
        self.offer_all(cx, ready)
    }

    /// The log was evaluated anew: who is admitted may have changed on either side.
    pub(super) fn on_log_changed(&mut self, cx: &Cx<'_>) -> Step {
        let before = self.content_ok;
        self.refresh_content_ok(cx)?;
        if !self.root_seen {
            return Ok(());
        }
        if before && !self.content_ok {
            self.sender.drop_content();
            self.state = State::Log;
        }
        if !before && self.content_ok && self.scan == Scan::Off {
            self.scan_from(cx, 0)?;
        }
        self.scan_rows(cx)?;
        self.settled = None;
        self.unshared.clear();
        self.told_log_equal = false;
        if self.setup.side == Side::Dialler {
            self.walk.active = true;
            self.walk.dirty = true;
        } else {
            self.owe_root = true;
        }
        Ok(())
    }
}
