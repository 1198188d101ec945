//! The running replica: engine, network and files of one home.
//!
//! `api` and `handle` are all that the window and the terminal see; `core` and `hub` are the engine without threads
//! and network, which the simulator drives. This is the one crate that reads the clock and randomness.

pub mod api;
mod backups;
pub mod core;
mod devices;
mod engine;
mod files;
mod handle;
pub mod home;
pub mod host;
pub mod hub;
mod keyring;
pub mod keys;
mod meeting;
pub mod net;
pub mod node;
mod recover;
mod start;
pub mod trial;
mod upkeep;

pub mod templates;
pub mod text;

pub use api::*;
pub use handle::*;
pub use node::{
    HostedView, Node, NodeBackupView, NodeCore, NodeView, Quota, QuotaChange, QuotaView, QuotasView,
};
pub use recover::recovery_words;
pub use tern_model::block;
