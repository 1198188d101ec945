//! Further devices of a member, and builds that laptops change between.

use anyhow::{Context, Result, ensure};
use tern_peer::ErrorKind;
use tern_peer::core::Core;
use tern_peer::net::Purpose;
use tern_trust::DeviceKeys;
use tern_trust::log::sign_link;

use crate::host::SimHost;
use crate::world::{Laptop, World};

impl World {
    /// A new laptop for the owner of `of`, let in by it as a person does who compared the words; what it fetches first comes
    /// from there. `None` when `of` may not: it was removed.
    pub fn link(&mut self, of: usize) -> Result<Option<usize>> {
        let (seed, path, index) = (self.rng.bytes(), self.disk.fresh("laptop"), self.laptops.len());
        let keys = DeviceKeys::from_seed(&seed);
        let known = self.core_ref(of).membership();
        let member = known.member_of(&self.device(of)).context("its own log names no member")?;
        let signature = sign_link(&self.workspace, &member, &keys);
        match self.core(of)?.add_device(keys.public(), signature) {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::NotAllowed => return Ok(None),
            Err(error) if error.to_string().contains("key is not on this device yet") => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let (now, workspace) = (self.laptops[of].clock.now(), self.workspace);
        self.laptops[of].hub.committed(now, &workspace, true);
        let clock = self.clock.beside(0);
        let host = SimHost::boxed(&clock, self.rng.draw());
        let core = Core::linked(&path, &seed, host, workspace)?;
        self.laptops.push(Laptop::new(of, seed, path, clock, core));
        self.hang_up_on(of);
        ensure!(self.dial(index, of, Purpose::Vouched), "the two cannot reach each other");
        self.settle()?;
        self.hang_up_on(index);
        let seen = |laptop: usize| {
            let core = self.core_ref(laptop);
            let records = core.store().lane(&tern_sync::Lane::LOG.0).map(|log| log.items);
            (core.membership().standing(&keys.id()), records)
        };
        let (there, here) = (seen(of), seen(index));
        ensure!(
            self.core_ref(index).is_member(),
            "a linked device sees {here:?}, whoever linked it {there:?}"
        );
        Ok(Some(index))
    }

    /// Starts a laptop again with a build that understands these feature bits.
    pub fn run_build(&mut self, laptop: usize, features: u64) -> Result<()> {
        self.laptops[laptop].features = features;
        self.power_cut(laptop)
    }
}
