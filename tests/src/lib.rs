//! Harness for tests and benches that need several crates at once.
//!
//! The simulator drives the real engine core with the real model, trust, sync and store. Only four things are
//! replaced, one module each: clock and randomness ([`host`]), disk ([`disk`]), net ([`net`]). [`world`] wires them,
//! [`mod@reference`] says what should be true, [`watch`] looks after every step and [`checks`] at the end; [`schedule`] and
//! [`company`] make one run out of one number, [`campaign`] makes many and shortens those that fail. [`node`] is the node of a
//! run, which may lie, and [`twist`] what it then says on the wire.
//! [`forge`] writes what an honest program never writes; [`tap`] listens on the wire between real processes.

pub mod awake;
pub mod bundle;
pub mod campaign;
pub mod checks;
pub mod company;
pub mod disk;
pub mod doing;
pub mod door;
pub mod forge;
pub mod host;
mod linking;
mod meeting;
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
