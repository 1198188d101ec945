//! A replica and a network in memory, for tests of this crate and of others. Items have the real layout but
//! no seals: judging is not done here. Deterministic: one seed is one run.

mod link;
mod replica;

pub use link::{Link, LinkConfig, Report};
pub use replica::{MemReplica, record_body};

use crate::api::{Credential, Setup, Side};
use crate::key::Device;

/// A small deterministic random generator (SplitMix64).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator for this seed.
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; zero for zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next_u64() % bound }
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        for byte in &mut out {
            *byte = self.next_u64() as u8;
        }
        out
    }
}

/// A setup for tests: `me` talks to `peer` about `workspace` over a channel numbered `channel`.
pub fn setup(side: Side, workspace: [u8; 32], me: Device, peer: Device, store: u64, channel: u64) -> Setup {
    let mut exporter = [7; 32];
    exporter[..8].copy_from_slice(&channel.to_le_bytes());
    Setup {
        side,
        workspace,
        exporter,
        me,
        peer,
        store,
        features: 0,
        credential: Credential::None,
        vouched: false,
        failures: 0,
        seed: channel,
    }
}
