//! Checks 1 to 8: what one item is, by itself and by the keys held.

use super::{Access, ChangeFacts, ChangeGate, Pending, Reject, Verdict};
use crate::batch::{Attest, Batch, BatchError, BlobRef};
use crate::derive::{Id16, actor_id};
use crate::item::{Item, Kind, Malformed};
use crate::log::Log;
use crate::pack::{PackContent, PackList};
use crate::wrap::EpochKey;
use zeroize::Zeroizing;

/// Why bytes are not stored at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotStored {
    /// Check 1: size, version, ranges, workspace.
    #[error("malformed: {0}")]
    Malformed(#[from] Malformed),
    /// Check 2: bring the log up to date, then offer it once more.
    #[error("its author is not known")]
    UnknownAuthor,
    /// Check 3.
    #[error("its signature does not hold")]
    Signature,
}

/// Checks 1 to 3 for bytes from outside. A record passes on its form alone: the log checks its author and signature
/// against its ancestors.
pub fn admit(bytes: &[u8], log: &Log) -> Result<Item, NotStored> {
    let item = Item::parse(bytes)?;
    if item.header().workspace != *log.workspace() {
        return Err(Malformed::Workspace.into());
    }
    if item.kind().is_record() {
        return Ok(item);
    }
    if !log.introduced(&item.header().author) {
        return Err(NotStored::UnknownAuthor);
    }
    if item.verify() { Ok(item) } else { Err(NotStored::Signature) }
}

/// An item with its content read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The item.
    pub item: Item,
    /// What is in it.
    pub content: Content,
}

/// The content of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Changes with what the header gate read from each.
    Batch {
        /// The batch.
        batch: Batch,
        /// One for each change.
        facts: Vec<ChangeFacts>,
    },
    /// A document folded together: changes of many authors, each with what the header gate read from it.
    Pack {
        /// Document id.
        document: Id16,
        /// Which items are folded in.
        list: PackList,
        /// Raw change chunks in causal order.
        changes: Vec<Vec<u8>>,
        /// One for each change.
        facts: Vec<ChangeFacts>,
    },
    /// A member's word for a pack.
    Attest(Attest),
    /// Names an attachment.
    BlobRef(BlobRef),
}

/// Checks 5 to 8 for a stored item that is not a record. The error is the item's verdict.
pub fn open_item(item: &Item, access: &Access<'_>, gate: &dyn ChangeGate) -> Result<Opened, Verdict> {
    let content = match item.kind() {
        Kind::Record(_) | Kind::Unknown(_) => return Err(Verdict::Pending(Pending::Newer)),
        _ if access.kind(&item.header().space).is_none() => return Err(Verdict::Pending(Pending::Key)),
        Kind::Batch => open_batch(item, access, gate)?,
        Kind::Pack => open_pack(item, access, gate)?,
        Kind::Attest => Content::Attest(Attest::decode(item.body()).map_err(|_| seal())?),
        Kind::BlobRef => Content::BlobRef(BlobRef::decode(item.body()).map_err(|_| seal())?),
    };
    Ok(Opened { item: item.clone(), content })
}

fn seal() -> Verdict {
    Verdict::Rejected(Reject::Seal)
}

/// Checks 6 and 7: what lies under the seal, and the key that makes the tags of its space.
fn unseal<'a>(item: &Item, access: &Access<'a>) -> Result<(Zeroizing<Vec<u8>>, &'a EpochKey), Verdict> {
    let header = item.header();
    let (Some(key), Some(first)) = (access.key(&header.space, &header.epoch), access.first(&header.space))
    else {
        return Err(Verdict::Pending(Pending::Key));
    };
    Ok((item.open(key).ok_or_else(seal)?, first))
}

fn open_pack(item: &Item, access: &Access<'_>, gate: &dyn ChangeGate) -> Result<Content, Verdict> {
    let (plain, first) = unseal(item, access)?;
    let PackContent { document, saved } = PackContent::decode(&plain).map_err(|_| seal())?;
    let list = crate::pack::list_of(item).ok_or_else(seal)?;
    if first.tag(&document) != item.header().tag {
        return Err(seal());
    }
    let unfolded = gate.unfold(&saved).map_err(|reason| Verdict::Rejected(Reject::Gate(reason)))?;
    let (changes, facts) = unfolded.into_iter().unzip();
    Ok(Content::Pack { document, list, changes, facts })
}

fn open_batch(item: &Item, access: &Access<'_>, gate: &dyn ChangeGate) -> Result<Content, Verdict> {
    let header = item.header();
    let (plain, first) = unseal(item, access)?;
    let batch = Batch::decode(&plain).map_err(|error| match error {
        BatchError::Newer => Verdict::Pending(Pending::Newer),
        BatchError::Malformed(_) => seal(),
    })?;
    if first.tag(&batch.document) != header.tag {
        return Err(seal());
    }
    let actor = actor_id(&header.author, header.incarnation);
    let facts: Result<Vec<ChangeFacts>, String> =
        batch.changes.iter().map(|chunk| gate.header(chunk, &actor)).collect();
    let facts = facts.map_err(|reason| Verdict::Rejected(Reject::Gate(reason)))?;
    Ok(Content::Batch { batch, facts })
}
