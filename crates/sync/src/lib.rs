//! What two replicas of a workspace say to each other, without any IO.
//!
//! The host owns sockets, clock, randomness and the store. For each peer and workspace it makes a [`Session`]
//! and runs one loop:
//!
//! 1. bytes, commits and timers go in: [`Session::handle`] with an [`Input`] and the local [`Replica`];
//! 2. everything the session wants done comes out: [`Session::poll_output`] until it gives `None`;
//! 3. the next call is due at [`Session::poll_timeout`] at the latest, as [`Input::Tick`].
//!
//! [`trie`] is the set that is reconciled, [`wire`] the bytes of control messages and item frames,
//! [`bundle`] the same exchange as a file, [`mem`] a replica and a network in memory for tests.
//! The normative text is docs/wire.md.

pub mod api;
pub mod bundle;
pub mod hello;
pub mod key;
pub mod mem;
pub mod replica;
pub mod session;
pub mod trie;
pub mod wire;

pub use api::{
    CloseReason, Credential, DenyReason, Event, Input, ItemResult, Output, Priority, Progress, Refusal,
    Setup, Side,
};
pub use key::{Device, Id, Key, Lane, Nibbles, Span};
pub use replica::{PeerMemory, Replica, Row, Standing};
pub use session::{Session, State, backoff_ms};
pub use trie::{Branch, KeyRange, MemTrie, NodeCache, NodeInfo, SourceError, SourceResult, TrieSource};
