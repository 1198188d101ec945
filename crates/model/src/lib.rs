//! What a Tern workspace is: pages, tasks, people and time rules.
//!
//! Pure: no clock, no randomness, no files, no threads. Every edit takes an explicit stamp. `crdt` is the one module
//! that imports Automerge.

pub mod block;
pub mod capture;
pub mod conversation;
mod crdt;
pub mod cycle;
pub mod delta;
pub mod doc;
pub mod edit;
pub mod fields;
pub mod flat;
pub mod foreign;
pub mod form;
pub mod gate;
pub mod history;
pub mod hours;
pub mod ids;
mod kept;
pub mod mention;
pub mod oncall;
pub mod order;
pub mod page;
pub mod person;
pub mod project;
pub mod query;
pub mod recur;
pub mod relations;
pub mod shortid;
pub mod task;
pub mod thread;
pub mod tree;
pub mod trial;
pub mod unfold;

pub use delta::Delta;
pub use doc::{Changes, Doc, Hash, Heads, Kind, ModelError, Stamp};
pub use edit::{BlockRef, Edit, Mark};
pub use fields::{Conflict, Value};
pub use ids::{Class, DocId};
