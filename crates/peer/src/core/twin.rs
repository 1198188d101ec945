//! Edits signed with this device's own key that this store did not write: it was put back to an older state, or a copy of
//! it is in use somewhere. Both lose nothing (each opening of a store writes under a number of its own), and the second
//! one should not go on.

use tern_trust::{Id, Item};

use crate::api::{NoticeView, PeerError};

use super::resolve::hex;
use super::{Core, Work};

/// Key of the store's `meta` table.
const KEY: &str = "twin";
/// What kind of notice it is.
pub(super) const KIND: &str = "other_copy";

/// What is known of them.
struct Twin {
    items: u64,
    /// When the last ones came, milliseconds.
    last_ms: i64,
    newest: Id,
}

impl Twin {
    fn encode(&self) -> Vec<u8> {
        [&self.items.to_le_bytes()[..], &self.last_ms.to_le_bytes(), &self.newest].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Twin> {
        let (items, rest) = bytes.split_first_chunk()?;
        let (last_ms, newest) = rest.split_first_chunk()?;
        let (items, last_ms) = (u64::from_le_bytes(*items), i64::from_le_bytes(*last_ms));
        Some(Twin { items, last_ms, newest: newest.try_into().ok()? })
    }
}

/// Notes those among items that just came from elsewhere.
pub(super) fn note(work: &mut Work<'_, '_>, came: &[(i64, Item)]) -> Result<(), PeerError> {
    let me = work.mem.me();
    let (mut count, mut newest) = (0, None);
    for (_, item) in came.iter().filter(|(_, item)| item.header().author == me) {
        let header = item.header();
        let own = work.txn.own_feed(&me, &header.space, header.incarnation)?;
        // What this store wrote itself and lost to damage is nobody else's.
        if own.is_none_or(|feed| header.seq >= feed.next_seq) {
            count += 1;
            newest = Some(*item.id());
        }
    }
    let Some(newest) = newest else { return Ok(()) };
    let before = work.txn.meta(KEY)?.and_then(|bytes| Twin::decode(&bytes)).map_or(0, |twin| twin.items);
    let twin = Twin { items: before + count, last_ms: work.now_ms(), newest };
    Ok(work.txn.set_meta(KEY, &twin.encode())?)
}

/// Id of the notice about them, once there are any.
pub(super) fn notice_id(work: &Work<'_, '_>) -> Result<Option<Id>, PeerError> {
    Ok(work.txn.meta(KEY)?.and_then(|bytes| Twin::decode(&bytes)).map(|twin| twin.newest))
}

impl Core {
    /// The notice about them.
    pub(super) fn twin_notice(&self) -> Result<Option<NoticeView>, PeerError> {
        let Some(twin) = self.store().meta(KEY)?.and_then(|bytes| Twin::decode(&bytes)) else {
            return Ok(None);
        };
        let edits = if twin.items == 1 { "1 edit".to_owned() } else { format!("{} edits", twin.items) };
        let text = format!(
            "{edits} signed with this laptop's key came back from elsewhere, the last on {}: this home was put back to an \
             older state, or a copy of it is in use on another machine. Nothing is lost. If it is a copy, stop using one \
             of the two and link that machine as a device of its own.",
            self.my_zone().show(twin.last_ms)
        );
        let (id, device) = (hex(&twin.newest), hex(&self.mem.me()));
        Ok(Some(NoticeView { id, kind: KIND.to_owned(), text, device, added_by: String::new() }))
    }
}
