//! The one file of a workspace: items, the tries over them, snapshots, journal, peers, projections and search.
//!
//! One SQLite file, used by several processes at once. [`Store`] reads; every write goes through a [`Txn`]
//! (`BEGIN IMMEDIATE`), and when [`Txn::commit`] returns `Ok` the data survives a power cut. Items are the truth;
//! docs/storage.md says of every table whether it is truth or cache. This crate keeps no keys (that of the workspace
//! lock is an argument), reads no clock and draws no random number: times and identities are arguments.

mod backup;
mod blobs;
mod check;
mod covered;
mod docs;
mod error;
mod hash;
mod ingest;
mod items;
mod journal;
mod lock;
mod meta;
mod open;
mod packed;
mod peers;
mod projected;
mod projections;
mod rest;
mod schema;
mod search;
mod shrink;
mod trie;
mod txn;
mod verdicts;

pub use backup::{Kept, Retention, restore, retain};
pub use blobs::BlobRow;
pub use check::{Finding, Report, ScrubStep};
pub use covered::{CoveredSum, PackRow, PackState};
pub use docs::{DocRow, OwnFeed};
pub use error::{Result, StoreError};
pub use items::{DamagedRows, Id, Id16, Inserted, ItemRow, LaneSum, RowHead, StoredItem};
pub use journal::{Journal, JournalRow};
pub use open::{
    AUTO_CHECKPOINT_PAGES, BUSY_TIMEOUT_MS, CACHE_KIB, OpenOptions, PAGE_BYTES, Store, StoreId,
    WAL_KEEP_BYTES,
};
pub use peers::{PeerRow, REFUSAL_HOLD_MS};
pub use projections::{
    AspectRow, AttachmentRow, FormRow, LinkRow, MarkRow, MessageRow, NewsRow, OwedRow, PROJECTION_VERSION,
    PageRow, PersonRow, ProjectRow, SidebarRow, TalkRow, TaskRow, TemplateRow, ThreadRow, ViewRow,
};
pub use rest::AtRestKey;
pub use schema::{APPLICATION_ID, STORE_VERSION};
pub use search::{QUERY_TERMS_MAX, SearchHit, SearchRow};
pub use shrink::{SHRINK_FROM_BYTES, SHRINK_UP_TO_BYTES};
pub use txn::Txn;
pub use verdicts::{Awaited, VerdictClass, VerdictFilter, VerdictRow};
