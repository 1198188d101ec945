//! Dov, who writes what no honest program writes.

use anyhow::Result;
use tern_model::Doc;
use tern_sync::Lane;
use tern_trust::Role;
use tern_trust::derive::ZERO16;
use tern_trust::record::Fields;

use super::{ADA, BAO, CLEO, Company, DOV};
use crate::forge::{Forged, document, with_right_checksum};
use crate::world::NODE;

impl Company {
    /// Dov writes what no honest program writes, and gives it to whomever he likes.
    pub(super) fn forge(&mut self) -> Result<()> {
        // He writes by what his laptop heard; now and then he meets the node like anybody.
        if self.run.rng.chance(30) {
            self.run.dial(DOV, NODE)?;
        }
        let Some(page) = self.a_page()? else { return Ok(()) };
        let what = self.run.rng.below(12);
        if self.run.rng.chance(25) {
            self.dov.start_again(&mut self.run.rng);
        }
        let made = self.make(what, &page)?;
        let to = [ADA, BAO, CLEO, DOV][self.run.rng.below(4)];
        self.run.note(format_args!("Dov makes {} of kind {what} for {to}", made.len()));
        self.run.world.take(to, made)?;
        self.run.acted = to;
        Ok(())
    }

    fn a_page(&mut self) -> Result<Option<String>> {
        self.pages = self.run.pages_in(DOV, &ZERO16)?;
        Ok(self.run.rng.pick(&self.pages).cloned())
    }

    fn make(&mut self, what: usize, page: &str) -> Result<Vec<Vec<u8>>> {
        let Ok((doc, heads, last)) = document(&mut self.run.world, DOV, page) else { return Ok(Vec::new()) };
        let (actor, rng) = (self.dov.actor(), &mut self.run.rng);
        self.dov.day = 20_000 + rng.below(2_000) as u16;
        let right = |ops: i64| Forged { ops, ..Forged::right(actor, heads.clone(), 1, last + 1) }.bytes();
        let id = doc.id();
        Ok(match what {
            // Two versions of one change, in one place of his feed or in two.
            0 | 1 => {
                let (a, b) = (right(1), right(2 + rng.below(5) as i64));
                vec![self.dov.seal(id, vec![a])?, self.dov.seal(id, vec![b])?]
            }
            2 => {
                let mut twin = self.dov.twin();
                let first = self.dov.seal(id, vec![right(1)])?;
                vec![first, twin.seal(id, vec![right(3)])?]
            }
            3 => vec![self.dov.seal(id, vec![Forged::right(actor, heads, 3, last + 1).bytes()])?],
            4 => vec![self.dov.seal(id, vec![Forged::right(actor, heads, 1, (1 << 32) - 2).bytes()])?],
            5 => {
                let ada = tern_trust::derive::actor_id(&self.run.world.device(ADA), rng.draw());
                vec![self.dov.seal(id, vec![Forged::right(ada, heads, 1, last + 1).bytes()])?]
            }
            6 => self.mutated(&doc)?,
            7 => vec![self.dov.unknown_kind(0x20 + rng.below(0x40) as u8)?],
            8 | 9 => self.records()?,
            10 => vec![self.dov.pack_without_newest(&mut self.run.world, DOV, page)?],
            _ => {
                // What he holds, again and out of order.
                let items = self.run.world.core_ref(DOV).store().items_after(0, 64 << 20)?.into_iter();
                // Whom he tells of a private space that he is in is between him and them.
                let open = items.filter(|item| item.lane == Lane::LOG.0 || item.lane == ZERO16);
                let mut items: Vec<Vec<u8>> = open.map(|item| item.bytes).collect();
                self.run.rng.shuffle(&mut items);
                items.truncate(20);
                items
            }
        })
    }

    fn mutated(&mut self, doc: &Doc) -> Result<Vec<Vec<u8>>> {
        let mut doc = doc.clone();
        let stamp = tern_model::Stamp { actor: self.dov.actor(), time_ms: 1_795_000_000_000 };
        let Some(marker) = doc.markers().first().cloned() else { return Ok(Vec::new()) };
        let edit = tern_model::Edit::Splice { block: marker, at: 0, delete: 0, insert: "mutated".to_owned() };
        let Ok(mut changes) = doc.edit(&stamp, &[edit]) else { return Ok(Vec::new()) };
        let mut chunk = changes.0.remove(0);
        let (at, bit) = (60 + self.run.rng.below(chunk.len() - 60), self.run.rng.below(8));
        chunk[at] ^= 1 << bit;
        Ok(vec![self.dov.seal(doc.id(), vec![with_right_checksum(chunk)])?])
    }

    /// Records that Dov may not write, by what his laptop knows: it may be long out of date.
    fn records(&mut self) -> Result<Vec<Vec<u8>>> {
        let of = self.run.world.member([ADA, BAO, CLEO, DOV][self.run.rng.below(4)])?;
        let fields = match self.run.rng.below(4) {
            0 => Fields::RoleSet { member: of, role: Role::Admin, cuts: Vec::new() },
            1 => Fields::MemberRemove { member: of, cuts: Vec::new() },
            2 => Fields::MemberRestore { member: of, role: Role::Writer },
            _ => Fields::RelayAdd { device: self.run.rng.bytes() },
        };
        let record = self.dov.record(self.run.world.core_ref(DOV), fields);
        Ok(record.into_iter().collect())
    }
}
