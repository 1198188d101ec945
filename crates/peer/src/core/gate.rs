//! The model's gates behind trust's narrow interface, and what trials found out.

use std::collections::BTreeMap;

use tern_store::Store;
use tern_trust::Id;
use tern_trust::item::Feed;
use tern_trust::judge::{ChangeFacts, ChangeGate, FeedItem, Feeds, TrialOutcome};
use tern_trust::{Id16, Item};

/// Gates with the trials of one judgement.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    /// Outcomes by change.
    pub trials: BTreeMap<Id, TrialOutcome>,
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
        tern_model::gate::header_gate(chunk, actor).map(|h| facts(&h)).map_err(|e| e.to_string())
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
}
