//! The model's gates behind trust's narrow interface, and what trials found out.

use std::collections::{BTreeMap, BTreeSet};

use tern_model::trial::LIBRARY_VERSION;
use tern_store::Store;
use tern_trust::Id;
use tern_trust::item::Feed;
use tern_trust::judge::{ChangeFacts, ChangeGate, FeedItem, Feeds, OperationGate, TrialOutcome};
use tern_trust::planted::Fault;
use tern_trust::{Id16, Item};

/// Verdicts that are kept; one more is found again when it is needed.
const MAX_KEPT: usize = 1024;
/// Most bytes of a kept reason.
const MAX_REASON_BYTES: usize = 120;
/// Trials of one change that gave no verdict, after which none is held until the library changes.
const MAX_TRIES: u8 = 6;
/// Pause after the first trial without a verdict; it doubles with each.
const FIRST_PAUSE_MS: i64 = 60_000;
/// Version of the layout in docs/storage.md.
const LAYOUT: u8 = 1;

/// Gates with the trials of one judgement.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    /// Outcomes by change.
    pub trials: BTreeMap<Id, TrialOutcome>,
}

/// What trials found out about single changes, kept in the store under [`KeptTrials::KEY`]: a cache by
/// (hash, version of the library).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct KeptTrials(BTreeMap<Id, Kept>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kept {
    Unsafe(String),
    Slow { tries: u8, again_ms: i64 },
}

impl KeptTrials {
    /// Key of the store's `meta` table.
    pub const KEY: &str = "trials";

    /// What the store keeps; nothing when it is damaged or of another version of the library.
    pub fn read(store: &Store) -> KeptTrials {
        let bytes = store.meta(Self::KEY).ok().flatten().unwrap_or_default();
        Self::decode(&bytes).unwrap_or_default()
    }

    /// Outcomes for one judgement.
    pub fn gates(&self) -> Gates {
        let outcome = |kept: &Kept| match kept {
            Kept::Unsafe(why) => TrialOutcome::Unsafe(why.clone()),
            Kept::Slow { .. } => TrialOutcome::Slow,
        };
        Gates { trials: self.0.iter().map(|(hash, kept)| (*hash, outcome(kept))).collect() }
    }

    /// Changes without a verdict whose next trial is due.
    pub fn due(&self, now_ms: i64) -> Vec<Id> {
        self.0.keys().filter(|hash| self.is_due(hash, now_ms)).copied().collect()
    }

    /// Whether this one's is.
    pub fn is_due(&self, hash: &Id, now_ms: i64) -> bool {
        matches!(self.0.get(hash), Some(Kept::Slow { tries, again_ms }) if *tries < MAX_TRIES && *again_ms <= now_ms)
    }

    /// Takes in what trials found; `true` when something is to be kept differently.
    pub fn note(&mut self, found: BTreeMap<Id, TrialOutcome>, now_ms: i64) -> bool {
        let before = self.clone();
        for (hash, outcome) in found {
            let known = self.0.get(&hash);
            if known.is_none() && self.0.len() >= MAX_KEPT {
                continue;
            }
            match outcome {
                TrialOutcome::Safe => self.0.remove(&hash),
                TrialOutcome::Unsafe(why) => self.0.insert(hash, Kept::Unsafe(cut(why))),
                TrialOutcome::Slow => {
                    let tries = match known {
                        Some(Kept::Slow { tries, .. }) => tries.saturating_add(1),
                        _ => 1,
                    };
                    let pause = FIRST_PAUSE_MS << tries.min(MAX_TRIES);
                    self.0.insert(hash, Kept::Slow { tries, again_ms: now_ms.saturating_add(pause) })
                }
            };
        }
        *self != before
    }

    /// The layout of docs/storage.md.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![LAYOUT, LIBRARY_VERSION.len() as u8];
        out.extend(LIBRARY_VERSION.as_bytes());
        for (hash, kept) in &self.0 {
            out.extend(hash);
            match kept {
                Kept::Unsafe(why) => {
                    out.extend([1, why.len() as u8]);
                    out.extend(why.as_bytes());
                }
                Kept::Slow { tries, again_ms } => {
                    out.extend([2, *tries]);
                    out.extend(again_ms.to_le_bytes());
                }
            }
        }
        out
    }

    fn decode(bytes: &[u8]) -> Option<KeptTrials> {
        let (start, rest) = bytes.split_at_checked(2 + LIBRARY_VERSION.len())?;
        if start[0] != LAYOUT || usize::from(start[1]) != LIBRARY_VERSION.len() {
            return None;
        }
        let mut rest = rest;
        let mut kept = BTreeMap::new();
        if &start[2..] != LIBRARY_VERSION.as_bytes() {
            return Some(KeptTrials::default());
        }
        while !rest.is_empty() && kept.len() < MAX_KEPT {
            let (head, tail) = rest.split_at_checked(34)?;
            let hash: Id = head[..32].try_into().ok()?;
            let len = if head[32] == 1 { usize::from(head[33]) } else { 8 };
            let (body, tail) = tail.split_at_checked(len)?;
            let entry = match head[32] {
                1 => Kept::Unsafe(String::from_utf8_lossy(body).into_owned()),
                2 => Kept::Slow { tries: head[33], again_ms: i64::from_le_bytes(body.try_into().ok()?) },
                _ => return None,
            };
            kept.insert(hash, entry);
            rest = tail;
        }
        Some(KeptTrials(kept))
    }
}

fn cut(mut why: String) -> String {
    let mut end = why.len().min(MAX_REASON_BYTES);
    while !why.is_char_boundary(end) {
        end -= 1;
    }
    why.truncate(end);
    why
}

/// The op gate behind trust's narrow interface.
struct Operations(tern_model::gate::Operations);

impl OperationGate for Operations {
    fn admit(&mut self, chunk: &[u8]) -> Result<(), String> {
        let header = tern_model::gate::parse(chunk).map_err(|e| e.to_string())?;
        self.0.admit(&header, chunk).map_err(|e| e.to_string())
    }
}

/// What the header gate read, in trust's words.
pub(crate) fn facts(header: &tern_model::gate::ChangeHeader) -> ChangeFacts {
    ChangeFacts {
        hash: header.hash,
        deps: header.deps.clone(),
        actor: header.actor,
        seq: header.seq,
        start_op: header.start_op,
        op_count: header.op_count,
    }
}

impl ChangeGate for Gates {
    fn header(&self, chunk: &[u8], actor: &Id16) -> Result<ChangeFacts, String> {
        let read = match Fault::UncheckedActor.is_on() {
            true => tern_model::gate::parse(chunk),
            false => tern_model::gate::header_gate(chunk, actor),
        };
        read.map(|h| facts(&h)).map_err(|e| e.to_string())
    }

    fn unfold(&self, saved: &[u8]) -> Result<Vec<(Vec<u8>, ChangeFacts)>, String> {
        let chunks = tern_model::unfold::unfold(saved).map_err(|e| e.to_string())?;
        let read = |chunk: Vec<u8>| {
            let header = tern_model::gate::parse(&chunk).map_err(|e| e.to_string())?;
            Ok((chunk, facts(&header)))
        };
        chunks.into_iter().map(read).collect()
    }

    fn operations(&self) -> Box<dyn OperationGate> {
        Box::new(Operations(tern_model::gate::Operations::new()))
    }

    fn known_trial(&self, hash: &Id) -> Option<TrialOutcome> {
        self.trials.get(hash).cloned()
    }
}

/// Feeds as the store holds them.
pub(crate) struct StoredFeeds<'a>(pub &'a Store);

impl Feeds for StoredFeeds<'_> {
    fn items(&self, feed: &Feed) -> Vec<FeedItem> {
        let items = self.0.items_of_feed(&feed.author, feed.incarnation, &feed.space, 0).unwrap_or_default();
        items
            .into_iter()
            .filter_map(|stored| {
                let item = Item::parse(stored.bytes).ok()?;
                Some(FeedItem { seq: stored.seq, id: stored.id, prev: item.header().prev })
            })
            .collect()
    }

    fn covered_places(&self, feed: &Feed) -> BTreeSet<u32> {
        let listed = super::cover::listed_of_feed(self.0, feed).unwrap_or_default();
        listed.into_iter().map(|item| item.seq).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(byte: u8, outcome: TrialOutcome) -> BTreeMap<Id, TrialOutcome> {
        [([byte; 32], outcome)].into()
    }

    #[test]
    fn kept_trials_have_the_layout_of_the_documents() {
        let mut kept = KeptTrials::default();
        assert!(kept.note(found(1, TrialOutcome::Unsafe("why".into())), 0));
        assert!(kept.note(found(2, TrialOutcome::Slow), 1_000));
        let golden = [
            &[1, 6][..],
            b"0.12.0",
            &[1; 32],
            &[1, 3],
            b"why",
            &[2; 32],
            &[2, 1],
            &(1_000i64 + 120_000).to_le_bytes(),
        ]
        .concat();
        assert_eq!(kept.encode(), golden);
        assert_eq!(KeptTrials::decode(&golden), Some(kept));
        for end in 0..golden.len() {
            // A cut value is a lost cache, never a panic.
            let _ = KeptTrials::decode(&golden[..end]);
        }
        let other = [&[1, 6][..], b"0.12.9", &[1; 32], &[1, 3], b"why"].concat();
        assert_eq!(KeptTrials::decode(&other), Some(KeptTrials::default()));
    }

    #[test]
    fn a_change_without_a_verdict_is_tried_a_few_times_ever_later_and_then_left() {
        let mut kept = KeptTrials::default();
        let (mut now, mut tries, mut pause) = (0, 0, 0);
        kept.note(found(3, TrialOutcome::Slow), now);
        for _ in 0..100 {
            assert!(kept.due(now).is_empty(), "not before its pause is over");
            let next = (1..).map(|n| now + n * 1_000).take(10_000).find(|at| !kept.due(*at).is_empty());
            let Some(next) = next else { break };
            assert!(next - now > pause, "the pauses grow");
            pause = next - now;
            now = next;
            tries += 1;
            kept.note(found(3, TrialOutcome::Slow), now);
        }
        assert_eq!(tries, MAX_TRIES - 1);
        kept.note(found(3, TrialOutcome::Safe), now);
        assert_eq!(kept, KeptTrials::default());
    }

    #[test]
    fn a_flood_of_bad_changes_does_not_fill_the_store() {
        let mut kept = KeptTrials::default();
        for n in 0..3 * MAX_KEPT as u64 {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&n.to_le_bytes());
            kept.note([(hash, TrialOutcome::Unsafe("é".repeat(500)))].into(), 0);
        }
        assert!(kept.encode().len() <= 8 + MAX_KEPT * (34 + MAX_REASON_BYTES));
    }
}
