//! The running replica: engine, network and files of one home.
//!
//! `api` and `handle` are all that the window and the terminal see. This is the one crate that reads the clock and
//! randomness.

pub mod api;
mod handle;
pub mod home;
pub mod host;
pub mod net;

pub use api::*;
pub use handle::*;
pub use tern_model::block;
