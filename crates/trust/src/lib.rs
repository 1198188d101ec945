//! Who is in a workspace and who may do what: keys, items, the membership log, sealing and judging.
//!
//! Pure: no clock, no randomness, no files, no threads. Random bytes enter through [`Dice`], days and times as
//! arguments; every function gives the same answer for the same input on every machine. The normative text is
//! `docs/trust.md`; byte layouts that travel between replicas are in `docs/wire.md`.

pub mod batch;
mod codec;
pub mod derive;
pub mod device;
pub mod feed;
pub mod item;
pub mod limits;
pub mod wrap;

pub use batch::{Attest, Batch, BlobRef};
pub use derive::{Context, Dice, Id, Id16, derive, keyed};
pub use device::{DeviceKeys, DevicePublic, InviteKeys, Opener};
pub use feed::{FeedState, Writer};
pub use item::{Header, Item, Kind, Malformed};
pub use wrap::EpochKey;
