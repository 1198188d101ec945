//! A document: identity, heads, edits in, changes out. All other modules of the crate read and write through it.
//!
//! Every edit takes an explicit [`Stamp`]; nothing here knows a clock or draws a random number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::block::Block;
use crate::crdt::{Crdt, Obj, Read, Scalar};
use crate::delta::Delta;
use crate::edit::{self, Edit};
use crate::fields;
use crate::flat::Flat;
use crate::ids::DocId;
use crate::page;

/// Hash of one change, as Automerge names it.
pub type Hash = [u8; 32];

/// Who edits and when: the actor of the open feed and the wall clock at the edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Automerge actor of the changes made.
    pub actor: [u8; 16],
    /// Time of the edit, UTC milliseconds; shown, never used to decide anything.
    pub time_ms: i64,
}

/// A version of a document: the hashes of its newest changes, sorted. Text form: 64 hex digits each, joined by commas.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Heads(pub Vec<Hash>);

/// Raw uncompressed change chunks in causal order, each within [`crate::gate::MAX_CHANGE_BYTES`] and
/// [`crate::gate::MAX_OPS`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes(pub Vec<Vec<u8>>);

/// What a document is; root field `kind`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A page of text.
    Page,
    /// A task.
    Task,
    /// A project that tasks belong to.
    Project,
    /// A saved view: a question about tasks and how its answer is laid out.
    View,
    /// Some weeks of work and of cooling down.
    Cycle,
    /// A member's profile.
    Person,
    /// Title and node addresses of the workspace.
    Workspace,
    /// Title of a space.
    Space,
    /// A thread of comments on a page.
    Thread,
    /// What a member has read, in their personal space.
    Reading,
    /// Written by newer software; kept untouched.
    Unknown(String),
}

/// Text of one document beyond which nothing is taken, bytes.
pub const MAX_TEXT_BYTES: usize = 8 * 1024 * 1024;
/// Text of one document beyond which the window suggests a split, bytes.
pub const SOFT_TEXT_BYTES: usize = 100 * 1024;

/// Why an operation on a document was refused. The document is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The bytes are not a document or change that Automerge can read.
    #[error("these bytes are not a readable document: {0}")]
    Malformed(String),
    /// A change needs others that are not here.
    #[error("changes are missing that this one builds on")]
    MissingDeps,
    /// The library failed on the input; the document was left as it was.
    #[error("the document library failed on this input; the document is unchanged: {0}")]
    Unsafe(String),
    /// No block with this marker.
    #[error("there is no block “{0}” in this page")]
    UnknownBlock(String),
    /// A position lies outside its block.
    #[error("position {at} lies outside the block, which is {len} characters long")]
    OutOfRange {
        /// The position asked for.
        at: usize,
        /// Length of the block.
        len: usize,
    },
    /// No such version here.
    #[error("this version is not part of the document's history")]
    UnknownHeads,
    /// More than a document can hold.
    #[error("too large: {0}")]
    TooLarge(String),
    /// The edit makes no sense on this block or field.
    #[error("{0}")]
    NotPossible(String),
}

impl Heads {
    /// Heads from hashes in any order.
    pub fn new(hashes_unsorted: impl IntoIterator<Item = Hash>) -> Self {
        let mut hashes: Vec<Hash> = hashes_unsorted.into_iter().collect();
        hashes.sort_unstable();
        hashes.dedup();
        Heads(hashes)
    }
}

impl fmt::Display for Heads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, hash) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            for byte in hash {
                write!(f, "{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// The text is not a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a version is one or more groups of 64 hex digits, joined by commas")]
pub struct BadHeads;

impl FromStr for Heads {
    type Err = BadHeads;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Heads::default());
        }
        text.split(',').map(parse_hash).collect::<Option<Vec<_>>>().map(Heads::new).ok_or(BadHeads)
    }
}

fn parse_hash(text: &str) -> Option<Hash> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; 32];
    for (i, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(hash)
}

impl Serialize for Heads {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Heads {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Kind {
    /// The name in the document.
    pub fn name(&self) -> &str {
        match self {
            Kind::Page => "page",
            Kind::Task => "task",
            Kind::Project => "project",
            Kind::View => "view",
            Kind::Cycle => "cycle",
            Kind::Person => "person",
            Kind::Workspace => "workspace",
            Kind::Space => "space",
            Kind::Thread => "thread",
            Kind::Reading => "reading",
            Kind::Unknown(name) => name,
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Kind {
        match name {
            "page" => Kind::Page,
            "task" => Kind::Task,
            "project" => Kind::Project,
            "view" => Kind::View,
            "cycle" => Kind::Cycle,
            "person" => Kind::Person,
            "workspace" => Kind::Workspace,
            "space" => Kind::Space,
            "thread" => Kind::Thread,
            "reading" => Kind::Reading,
            other => Kind::Unknown(other.to_owned()),
        }
    }
}

/// Root field: what the document is.
pub(crate) const KIND: &str = "kind";
/// Root field: version of the field layout.
pub(crate) const SCHEMA: &str = "schema";
/// Root field: text form of the document's id.
pub(crate) const ID: &str = "id";
/// Root field: the text object of the page.
pub(crate) const TEXT: &str = "text";
/// Version of the field layout that this version writes.
const SCHEMA_VERSION: i64 = 1;
/// A replica of one document.
#[derive(Debug, Clone)]
pub struct Doc {
    id: DocId,
    pub(crate) crdt: Crdt,
}

impl Doc {
    /// A new document with its kind, schema, id and empty text.
    pub fn create(id: DocId, kind: &Kind, stamp: &Stamp) -> Result<(Doc, Changes), ModelError> {
        let mut doc = Doc { id, crdt: Crdt::new() };
        let mut tx = doc.crdt.edit(stamp)?;
        let root = Obj::root();
        tx.put(&root, KIND, Scalar::Str(kind.name().to_owned()))?;
        tx.put(&root, SCHEMA, Scalar::Int(SCHEMA_VERSION))?;
        tx.put(&root, ID, Scalar::Str(id.to_string()))?;
        tx.put_text(&root, TEXT)?;
        fields::prepare(&mut tx, kind)?;
        let (crdt, chunks) = tx.finish(&Heads::default())?;
        doc.crdt = crdt;
        Ok((doc, Changes(chunks)))
    }

    /// A document without any change, to be filled with [`Doc::apply`].
    pub fn empty(id: DocId) -> Doc {
        Doc { id, crdt: Crdt::new() }
    }

    /// Reads an own snapshot. Bytes of others go through [`crate::foreign::read`].
    pub fn load(id: DocId, bytes: &[u8]) -> Result<Doc, ModelError> {
        Ok(Doc { id, crdt: Crdt::load(bytes)? })
    }

    /// The whole document with its history. Equal documents may differ in bytes; compare heads.
    pub fn save(&self) -> Vec<u8> {
        self.crdt.save()
    }

    /// [`Doc::save`], checked: the bytes load to equal heads. For a snapshot after changes of others.
    pub fn save_checked(&self) -> Result<Vec<u8>, ModelError> {
        let bytes = self.save();
        crate::trial::reload(&self.crdt).map(|_| bytes)
    }

    /// Its id, as given to `create` or `load`; the `id` field is not trusted.
    pub fn id(&self) -> DocId {
        self.id
    }

    /// What it says it is.
    pub fn kind(&self) -> Kind {
        Kind::from_name(&self.crdt.get_str(&Obj::root(), KIND).unwrap_or_default())
    }

    /// Its version.
    pub fn heads(&self) -> Heads {
        self.crdt.heads()
    }

    /// Performs `edits` in order, all or none. Edits that change nothing give no changes.
    pub fn edit(&mut self, stamp: &Stamp, edits: &[Edit]) -> Result<Changes, ModelError> {
        let (crdt, chunks) = edit::perform(&self.crdt, stamp, edits)?;
        self.crdt = crdt;
        Ok(Changes(chunks))
    }

    /// Performs [`Edit::Delta`] where the current page is at hand: `page` is [`Doc::flat`] of this very version.
    pub fn edit_delta(&mut self, stamp: &Stamp, delta: &Delta, page: &Flat) -> Result<Changes, ModelError> {
        let (crdt, chunks) = edit::perform_delta(&self.crdt, stamp, delta, page)?;
        self.crdt = crdt;
        Ok(Changes(chunks))
    }

    /// Takes changes that have passed the gates, all or none; known ones are skipped. On any error, a panic of the
    /// library included, the document is as before.
    pub fn apply(&mut self, changes: &[Vec<u8>]) -> Result<(), ModelError> {
        if changes.is_empty() { Ok(()) } else { self.crdt.apply(changes) }
    }

    /// The hash of a raw change chunk, if it is one.
    pub fn change_hash(chunk: &[u8]) -> Option<Hash> {
        crate::crdt::change_hash(chunk)
    }

    /// Whether this change is in the document.
    pub fn has_change(&self, hash: &Hash) -> bool {
        self.crdt.has(hash)
    }

    /// Raw chunks of the changes that are not ancestors of `heads`, in causal order. Unknown heads count as none.
    pub fn changes_since(&self, heads: &Heads) -> Vec<Vec<u8>> {
        self.crdt.changes_since(heads)
    }

    /// Raw chunks of all changes, in causal order.
    pub fn all_changes(&self) -> Vec<Vec<u8>> {
        self.crdt.changes_since(&Heads::default())
    }

    /// The document as it was at `heads`.
    pub fn at(&self, heads: &Heads) -> Result<Doc, ModelError> {
        Ok(Doc { id: self.id, crdt: self.crdt.at(heads)? })
    }

    /// The blocks of the page, in order.
    pub fn blocks(&self) -> Vec<Block> {
        page::read_page(&self.crdt).into_iter().map(|p| p.block).collect()
    }

    /// The blocks of the page at a version.
    pub fn blocks_at(&self, heads: &Heads) -> Result<Vec<Block>, ModelError> {
        let past = self.crdt.at(heads)?;
        Ok(page::read_page(&past).into_iter().map(|p| p.block).collect())
    }

    /// The page as one sequence of positions, those of its text. Tables whose marker is gone have none and are left out.
    pub fn flat(&self) -> Flat {
        page::flat(&self.crdt)
    }

    /// [`Doc::blocks`] where the current page is at hand: `page` is [`Doc::flat`] of this very version.
    pub fn blocks_of(&self, page: &Flat) -> Vec<Block> {
        page::blocks_of(&self.crdt, page).unwrap_or_else(|| self.blocks())
    }

    /// What changed from one version to another: performed on the page at `from`, it gives the page at `to`.
    pub fn delta(&self, from: &Heads, to: &Heads) -> Result<Delta, ModelError> {
        let (before, now) = (self.crdt.at(from)?, self.crdt.at(to)?);
        page::changes(&self.crdt, (from, &page::flat(&before)), (to, &page::flat(&now)))
    }

    /// As [`Doc::delta`] from a version whose page is at hand to the current one, whose page is `now`.
    pub fn delta_since(&self, from: &Heads, before: &Flat, now: &Flat) -> Result<Delta, ModelError> {
        page::changes(&self.crdt, (from, before), (&self.heads(), now))
    }

    /// One stable id per block, in the order of [`Doc::blocks`].
    pub fn markers(&self) -> Vec<String> {
        page::read_page(&self.crdt).into_iter().map(|p| p.marker).collect()
    }

    /// The characters of the page without marks, one line a block; cells of a table are set apart by tabs.
    pub fn text(&self) -> String {
        page::plain_text(&self.blocks())
    }

    /// The value of a field; a field that is absent or of a shape that no [`fields::Value`] has is `None`.
    pub fn field(&self, name: &str) -> Option<fields::Value> {
        fields::read(&self.crdt, name)
    }

    /// All fields that hold concurrent values: the losers, with author and time.
    pub fn conflicts(&self) -> Vec<fields::Conflict> {
        fields::conflicts(&self.crdt)
    }
}
