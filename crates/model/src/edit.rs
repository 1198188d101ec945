//! The edits a document knows. Each is a plain value, so the window, the terminal and a journal can hold them alike.

use serde::{Deserialize, Serialize};

use crate::block::{Block, BlockKind, Container, Inline, Link};
use crate::crdt::{Crdt, Tx, guard};
use crate::delta::Delta;
use crate::doc::{Heads, ModelError, Stamp};
use crate::fields::{self, Value};
use crate::flat::Flat;
use crate::page;

/// A marker id from [`crate::Doc::markers`]: names one block for as long as it exists.
pub type BlockRef = String;

/// One mark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Strong emphasis.
    Strong,
    /// Emphasis.
    Em,
    /// Struck through.
    Strike,
    /// Inline code.
    Code,
    /// Source kept to the letter.
    Raw,
    /// A link; when a mark is taken away the target does not matter.
    Link(Link),
}

/// One edit. Positions count characters (code points) of the block's content; an image counts as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "kebab-case")]
pub enum Edit {
    /// Sets a field; `Null` removes it.
    SetField {
        /// Its name.
        name: String,
        /// Its value.
        value: Value,
    },
    /// Adds to a set, such as `labels`. Concurrent additions are all kept.
    AddTo {
        /// The field that holds the set.
        set: String,
        /// The item.
        item: String,
    },
    /// Takes out of a set. An addition made concurrently stays.
    RemoveFrom {
        /// The field that holds the set.
        set: String,
        /// The item.
        item: String,
    },
    /// Into the trash, or out of it.
    Trash {
        /// `true` to delete, `false` to restore.
        on: bool,
    },
    /// Deletes `delete` characters at `at`, then inserts there. Inserted text takes the marks of the character before
    /// it, links and raw source only when the character after has them too.
    Splice {
        /// The block.
        block: BlockRef,
        /// Where.
        at: usize,
        /// How many characters go.
        delete: usize,
        /// What comes.
        insert: String,
    },
    /// Replaces `delete` characters at `at` with marked content.
    SpliceInline {
        /// The block.
        block: BlockRef,
        /// Where.
        at: usize,
        /// How many characters go.
        delete: usize,
        /// What comes.
        insert: Vec<Inline>,
    },
    /// Begins a new block at `at`.
    Split {
        /// The block.
        block: BlockRef,
        /// Where.
        at: usize,
        /// Kind of the new block; without one, that of the old (an unticked item for a task).
        kind: Option<BlockKind>,
    },
    /// Joins a block with the one before it.
    Join {
        /// The later of the two.
        block: BlockRef,
    },
    /// Changes what a block is and lies in; its text stays. For a table, brings the cells to those given.
    SetKind {
        /// The block.
        block: BlockRef,
        /// What it becomes.
        kind: BlockKind,
        /// Containers around it.
        parents: Vec<Container>,
    },
    /// Puts a mark on the characters `from..to` or takes it away.
    SetMarks {
        /// The block.
        block: BlockRef,
        /// First character.
        from: usize,
        /// End.
        to: usize,
        /// The mark.
        mark: Mark,
        /// `true` to put, `false` to take away.
        on: bool,
    },
    /// Replaces the content of one cell of a table.
    SetCell {
        /// The table's block.
        block: BlockRef,
        /// Row, the header being 0.
        row: usize,
        /// Column.
        column: usize,
        /// Its content.
        inline: Vec<Inline>,
    },
    /// Inserts a block; without `after`, at the start.
    InsertBlock {
        /// The block before it.
        after: Option<BlockRef>,
        /// The block.
        block: Block,
    },
    /// Deletes a block with its content. Text typed into it elsewhere meanwhile stays, at the end of the block before.
    DeleteBlock {
        /// The block.
        block: BlockRef,
    },
    /// Moves a block; without `after`, to the start.
    MoveBlock {
        /// The block.
        block: BlockRef,
        /// The block it will follow.
        after: Option<BlockRef>,
    },
    /// Makes the difference between the page at `base` (the current one without) and `blocks` as edits of the current
    /// page, so that what others did since `base` stays.
    SetBlocks {
        /// The version that `blocks` was made from.
        base: Option<Heads>,
        /// The page wanted.
        blocks: Vec<Block>,
    },
    /// A change of the page as a sequence of positions, those of [`Doc::flat`](crate::Doc::flat).
    Delta {
        /// The change.
        delta: Delta,
    },
    /// Brings fields and blocks back to what they were at `to`, as a new change.
    Revert {
        /// The version wanted.
        to: Heads,
    },
}

/// Performs `edits` on a copy of `doc`: the document after them and the chunks made.
pub(crate) fn perform(doc: &Crdt, stamp: &Stamp, edits: &[Edit]) -> Result<(Crdt, Vec<Vec<u8>>), ModelError> {
    let before = doc.heads();
    let mut tx = doc.edit(stamp)?;
    guard(|| edits.iter().try_for_each(|edit| one(&mut tx, doc, edit)))??;
    tx.finish(&before)
}

/// As [`perform`] for a change of the page in positions, with the page at hand.
pub(crate) fn perform_delta(
    doc: &Crdt,
    stamp: &Stamp,
    delta: &Delta,
    page: &Flat,
) -> Result<(Crdt, Vec<Vec<u8>>), ModelError> {
    let before = doc.heads();
    let mut tx = doc.edit(stamp)?;
    guard(|| page::perform_delta(&mut tx, delta, Some(page)))??;
    tx.finish(&before)
}

fn one(tx: &mut Tx, doc: &Crdt, edit: &Edit) -> Result<(), ModelError> {
    match edit {
        Edit::SetField { name, value } => fields::set(tx, name, value),
        Edit::AddTo { set, item } => fields::add(tx, set, item),
        Edit::RemoveFrom { set, item } => fields::remove(tx, set, item),
        Edit::Trash { on } => fields::trash(tx, *on),
        Edit::SetBlocks { base, blocks } => page::set_blocks(tx, doc, base.as_ref(), blocks),
        Edit::Delta { delta } => page::perform_delta(tx, delta, None),
        Edit::Revert { to } => {
            let past = doc.at(to)?;
            fields::revert(tx, &past)?;
            page::revert_blocks(tx, &past)
        }
        other => page::perform(tx, other),
    }
}
