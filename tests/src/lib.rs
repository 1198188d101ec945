//! Harness for tests and benches that need several crates at once.
//!
//! The simulator drives the real engine core with the real model, trust, sync and store. Only four things are
//! replaced, one module each: clock and randomness ([`host`]), disk ([`disk`]), net ([`net`]). [`world`] wires them,
//! [`mod@reference`] says what should be true, [`checks`] compares, [`schedule`] makes one run out of one seed.
//! [`forge`] writes what an honest program never writes; [`tap`] listens on the wire between real processes.

pub mod bundle;
pub mod campaign;
pub mod checks;
pub mod company;
pub mod disk;
mod doing;
pub mod forge;
pub mod host;
mod linking;
pub mod net;
pub mod node;
pub mod reference;
pub mod schedule;
pub mod tap;
mod template;
pub mod twist;
pub mod watch;
pub mod world;

pub use host::Rng;
pub use world::World;
