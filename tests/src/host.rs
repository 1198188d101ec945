//! Clock and randomness of a simulated machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tern_peer::host::Host;
use tern_peer::hub::FEATURES;
use tern_peer::trial::{InProcess, Trials};

/// Where simulated time begins: 23 November 2026, 12:00 UTC.
pub const BEGIN_MS: i64 = 1_795_435_200_000;
/// Milliseconds of a year.
pub const YEAR_MS: i64 = 365 * 86_400_000;

/// Deterministic random numbers (splitmix64).
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// Numbers of `seed`.
    pub fn new(seed: u64) -> Rng {
        Rng(seed ^ 0x7e51_a90d_c0ff_ee42)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 when there is none.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.draw() % limit as u64) as usize }
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `all`.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    /// Puts `all` into another order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.below(at + 1));
        }
    }

    /// Fills `out`.
    pub fn fill(&mut self, out: &mut [u8]) {
        for part in out.chunks_mut(8) {
            let bytes = self.draw().to_le_bytes();
            part.copy_from_slice(&bytes[..part.len()]);
        }
    }

    /// `N` bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

/// Time that passed in all runs of this process, milliseconds: what a campaign says of itself.
pub static SIMULATED_MS: AtomicI64 = AtomicI64::new(0);

/// True time, and how far one machine's clock is off.
#[derive(Debug, Clone)]
pub struct Clock {
    truth: Arc<AtomicI64>,
    skew: Arc<AtomicI64>,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { truth: Arc::new(AtomicI64::new(BEGIN_MS)), skew: Arc::new(AtomicI64::new(0)) }
    }
}

impl Clock {
    /// A machine's clock beside this one, off by `skew` milliseconds.
    #[must_use]
    pub fn beside(&self, skew: i64) -> Clock {
        Clock { truth: self.truth.clone(), skew: Arc::new(AtomicI64::new(skew)) }
    }

    /// What this clock shows.
    pub fn now(&self) -> i64 {
        self.truth.load(Ordering::Relaxed) + self.skew.load(Ordering::Relaxed)
    }

    /// Lets time pass for everybody.
    pub fn pass(&self, ms: i64) {
        SIMULATED_MS.fetch_add(ms, Ordering::Relaxed);
        self.truth.fetch_add(ms, Ordering::Relaxed);
    }

    /// Sets this clock off.
    pub fn set_skew(&self, ms: i64) {
        self.skew.store(ms, Ordering::Relaxed);
    }
}

/// A machine whose clock and randomness belong to a run.
#[derive(Debug)]
pub struct SimHost {
    clock: Clock,
    rng: Rng,
    trials: Arc<dyn Trials>,
    zone_data: Option<&'static str>,
    features: u64,
}

impl SimHost {
    /// A machine with `clock` and the randomness of `seed`.
    pub fn boxed(clock: &Clock, seed: u64) -> Box<dyn Host> {
        SimHost::with_trials(clock, seed, Arc::new(InProcess))
    }

    /// The same, with trials of its own.
    pub fn with_trials(clock: &Clock, seed: u64, trials: Arc<dyn Trials>) -> Box<dyn Host> {
        let (clock, rng) = (clock.clone(), Rng::new(seed));
        Box::new(SimHost { clock, rng, trials, zone_data: None, features: FEATURES })
    }

    /// A machine with a build that understands these feature bits alone.
    pub fn of_build(clock: &Clock, seed: u64, features: u64) -> Box<dyn Host> {
        let (clock, rng, trials) = (clock.clone(), Rng::new(seed), Arc::new(InProcess));
        Box::new(SimHost { clock, rng, trials, zone_data: None, features })
    }
}

impl SimHost {
    /// A machine that came with another release of the time-zone database.
    pub fn with_zone_data(clock: &Clock, seed: u64, zone_data: &'static str) -> Box<dyn Host> {
        let (clock, rng, trials) = (clock.clone(), Rng::new(seed), Arc::new(InProcess));
        Box::new(SimHost { clock, rng, trials, zone_data: Some(zone_data), features: FEATURES })
    }
}

impl Host for SimHost {
    fn now_ms(&self) -> i64 {
        self.clock.now()
    }

    fn fill(&mut self, out: &mut [u8]) {
        self.rng.fill(out);
    }

    fn zone_data(&self) -> String {
        self.zone_data.unwrap_or_else(tern_model::hours::tzdb_version).to_owned()
    }

    fn trials(&self) -> Arc<dyn Trials> {
        self.trials.clone()
    }

    fn features(&self) -> u64 {
        self.features
    }
}
