//! What is looked at after every step of a run, because it is cheap: no laptop forgets.
//!
//! After each step: the Owner stands on every laptop that is not the forger's; rows of a store rise; a laptop's log never
//! has fewer records; and the laptop that acted, and one more in its turn, still stores every edit it was seen to store,
//! loose or in a pack, unless its disk was put back. What is shown, listed, equal and blind is looked at once, at the end ([`crate::checks`]).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use tern_sync::Lane;
use tern_trust::Role;

use crate::reference::Reference;
use crate::world::World;

/// What laptops were seen to hold.
#[derive(Debug, Default)]
pub struct Watch {
    laptops: BTreeMap<usize, Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    row: i64,
    records: u64,
    /// Edits by their number in the reference.
    edits: BTreeSet<usize>,
}

impl Watch {
    /// A laptop's disk was put back: it may have forgotten.
    pub fn forget(&mut self, laptop: usize) {
        self.laptops.remove(&laptop);
    }

    /// Looks after a step; at the edits of the laptops of which it is asked.
    pub fn look(
        &mut self,
        world: &World,
        reference: &Reference,
        edits_of: [usize; 2],
        forger: Option<usize>,
    ) -> Result<()> {
        for laptop in (0..world.laptops.len()).filter(|laptop| Some(*laptop) != forger) {
            let core = world.core_ref(laptop);
            let membership = core.membership();
            let role = membership.role_of(&membership.owner);
            // A device that was just linked has not heard of anybody yet.
            let empty = membership.members.is_empty();
            ensure!(empty || role == Role::Owner, "laptop {laptop}: the Owner is {role}");
            let seen = self.laptops.entry(laptop).or_default();
            let row = core.store().last_row()?;
            ensure!(row >= seen.row, "laptop {laptop}: rows fall from {} to {row}", seen.row);
            let records = core.store().lane(&Lane::LOG.0)?.items;
            ensure!(records >= seen.records, "laptop {laptop}: {} records become {records}", seen.records);
            (seen.row, seen.records) = (row, records);
        }
        edits_of.iter().try_for_each(|laptop| self.edits(world, reference, *laptop))
    }

    fn edits(&mut self, world: &World, reference: &Reference, laptop: usize) -> Result<()> {
        let seen = self.laptops.entry(laptop).or_default();
        let held = reference.held_by(world.core_ref(laptop).store())?;
        if let Some(lost) = seen.edits.difference(&held).next() {
            anyhow::bail!("laptop {laptop} no longer holds what it held: {:?}", reference.ops[*lost]);
        }
        seen.edits = held;
        Ok(())
    }
}
