//! Everything that reads bytes of others, each as one function of any bytes, with the laws that hold whatever they are.
//!
//! A target panics when a law is broken. `tests/replay.rs` runs every target over its seeds, its corpus and a fixed number
//! of mutations of both in plain `cargo test`; `tests/extra/fuzz.sh` drives the same functions by libFuzzer. Both measure
//! what an input makes a decoder hold at once, against a bound that each target names.

pub mod memory;
pub mod mutate;
pub mod seeds;
pub mod targets;

use std::fmt;

/// A decoder under test.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, also that of its folder of inputs.
    pub name: &'static str,
    /// Runs it on any bytes; panics when a law is broken.
    pub run: fn(&[u8]),
    /// Right inputs, made by the code that writes them.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Most bytes of an input.
    pub max_bytes: usize,
    /// Most bytes that any such input may make the target hold at once, beyond what was held before.
    pub memory_bytes: usize,
    /// Mutations of each input in the default run.
    pub mutations: u32,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.name)
    }
}

impl Target {
    /// Runs the target and compares what it held with its bound.
    pub fn check(&self, data: &[u8]) {
        let data = &data[..data.len().min(self.max_bytes)];
        let ((), held) = memory::peak_of(|| (self.run)(data));
        assert!(
            held <= self.memory_bytes,
            "{}: {held} bytes held for an input of {}, {} allowed",
            self.name,
            data.len(),
            self.memory_bytes
        );
    }
}

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    targets::ALL.iter().find(|target| target.name == name)
}
