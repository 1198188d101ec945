//! Judgement: whether an item counts, waits, is set aside or refused. A pure, total function of the logical set of
//! items, the membership and the keys held; nothing that is set aside is thrown away.
//!
//! [`admit`] decides what is stored, [`open_item`] looks inside, [`judge_document`] decides what applies. The gates
//! before Automerge are asked for through [`ChangeGate`], so that this crate needs no document model.

mod access;
mod document;
mod graph;
mod item;
mod role;

pub use access::{Access, SpaceKind};
pub use document::{ChangeReport, DocumentJudgement, Place, judge_document};
pub use graph::{GraphNode, graph_gate};
pub use item::{Content, NotStored, Opened, admit, open_item};
pub use role::{CutCache, FeedItem, Feeds, judge_reference, role_suits};

use std::fmt;

use crate::derive::{Id, Id16};

/// What became of an item or a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It counts.
    Accepted,
    /// It waits; never expires.
    Pending(Pending),
    /// Set aside, listed, one click to admit where that is possible.
    Quarantined(Quarantine),
    /// Can never count.
    Rejected(Reject),
}

/// What an item waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pending {
    /// A newer version of the program.
    Newer,
    /// A key.
    Key,
    /// Changes it builds on.
    Deps,
    /// A trial that took too long.
    Slow,
}

/// Why an item is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quarantine {
    /// The author's role does not suit the document.
    Role,
    /// The author is out, and the item is not below a cut.
    Removed,
    /// The author is out, and the item stands beside the chain a cut names.
    Fork,
    /// Its author wrote two things in one place, and the other one counts.
    Equivocation,
    /// Applying it failed in a trial.
    Unsafe,
}

/// Why an item can never count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reject {
    /// It does not open, or not to what it claims to be.
    Seal,
    /// A change failed a gate; the text says how.
    Gate(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Accepted => "accepted",
            Verdict::Pending(Pending::Newer) => "waits for a newer version of Tern",
            Verdict::Pending(Pending::Key) => "waits for a key",
            Verdict::Pending(Pending::Deps) => "waits for earlier changes",
            Verdict::Pending(Pending::Slow) => "waits for a trial that takes too long",
            Verdict::Quarantined(Quarantine::Role) => "set aside: the author's role does not allow it",
            Verdict::Quarantined(Quarantine::Removed) => {
                "set aside: it was not known when its author or their laptop was removed"
            }
            Verdict::Quarantined(Quarantine::Fork) => "set aside: beside the removed author's history",
            Verdict::Quarantined(Quarantine::Equivocation) => {
                "set aside: its author wrote two versions of it"
            }
            Verdict::Quarantined(Quarantine::Unsafe) => "set aside: it damages the document",
            Verdict::Rejected(Reject::Seal) => "refused: it does not open to what it claims to be",
            Verdict::Rejected(Reject::Gate(_)) => "refused: a change in it is not well formed",
        })
    }
}

/// What a gate reads from the header of a raw change chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFacts {
    /// Hash of the change.
    pub hash: Id,
    /// Hashes it builds on.
    pub deps: Vec<Id>,
    /// Its actor.
    pub actor: Id16,
    /// Its place among the actor's changes, from 1.
    pub seq: u64,
    /// Counter of its first operation.
    pub start_op: u64,
    /// Number of operations.
    pub op_count: u64,
}

/// Outcome of applying a change to its ancestors alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrialOutcome {
    /// It applies, saves, loads and reads.
    Safe,
    /// It does not; the text says how.
    Unsafe(String),
    /// No verdict within time or memory.
    Slow,
}

/// Bit of [`crate::record::Fields::Require`] from which on the op gate holds.
pub const REQUIRE_OPERATIONS: u64 = 2;

/// The op gate over one document: what a change names must have been made by its ancestors, whatever version of the
/// document library somebody runs.
pub trait OperationGate {
    /// Passes a change whose ancestors were passed before, and remembers what it made.
    fn admit(&mut self, chunk: &[u8]) -> Result<(), String>;
}

/// The gates before the document library, connected by whoever owns both.
pub trait ChangeGate {
    /// Parses and bounds a raw change chunk without inflating or applying it; its actor must be `actor`.
    fn header(&self, chunk: &[u8], actor: &Id16) -> Result<ChangeFacts, String>;

    /// Unfolds the document of a pack into raw change chunks in causal order, each with what its header says; bounds
    /// memory and time before anything is read, and refuses the whole pack when one change fails.
    fn unfold(&self, saved: &[u8]) -> Result<Vec<(Vec<u8>, ChangeFacts)>, String>;

    /// Checks a change against what it builds on; gives the counter of its last operation.
    fn graph(
        &self,
        facts: &ChangeFacts,
        deps: &[GraphNode],
        has_own_ancestor: bool,
    ) -> Result<GraphNode, String> {
        graph_gate(facts, deps, has_own_ancestor)
    }

    /// The op gate for one document without changes.
    fn operations(&self) -> Box<dyn OperationGate>;

    /// The cached outcome of a trial of this change, if there was one. Unknown counts as safe: whoever applies tries
    /// first, and judges again when it fails.
    fn known_trial(&self, _hash: &Id) -> Option<TrialOutcome> {
        None
    }
}
