//! What a Tern workspace is: pages, tasks, people and time rules.
//!
//! Pure: no clock, no randomness, no files, no threads. Every edit takes an explicit stamp. `crdt` is the one module
//! that imports Automerge.

pub mod block;
pub mod gate;
pub mod ids;
