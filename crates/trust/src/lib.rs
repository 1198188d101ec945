//! Who is in a workspace and who may do what: keys, items, the membership log, sealing and judging.
//!
//! Pure: no clock, no randomness, no files, no threads. Random bytes enter through [`Dice`], days and times as
//! arguments; every function gives the same answer for the same input on every machine. The normative text is
//! `docs/trust.md`; byte layouts that travel between replicas are in `docs/wire.md`.

pub mod batch;
pub mod chunk;
mod codec;
pub mod derive;
pub mod device;
pub mod eval;
pub mod feed;
pub mod hello;
pub mod item;
pub mod judge;
pub mod keyring;
pub mod limits;
pub mod log;
pub mod matching;
pub mod pack;
pub mod passphrase;
pub mod planted;
pub mod record;
pub mod recovery;
pub mod space;
pub mod ticket;
pub mod wrap;

pub use batch::{Attest, Batch, BlobRef};
pub use derive::{Context, Dice, Id, Id16, derive, keyed};
pub use device::{DeviceKeys, DevicePublic, InviteKeys, Opener};
pub use feed::{FeedState, Writer};
pub use item::{Header, Item, Kind, Malformed};
pub use judge::{Access, SpaceKind};
pub use keyring::{KeyRing, NoSealKey};
pub use log::{Inserted, Log, Membership, RecordWriter, Standing, found_workspace};
pub use record::Role;
pub use space::{SealedKind, Space, Spaces};
pub use wrap::EpochKey;
