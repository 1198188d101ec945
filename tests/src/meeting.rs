//! Meetings of machines, one after the other, until all hold the same.

use anyhow::Result;
use tern_peer::hub::Tenant as _;

use crate::world::{NODE, World};

impl World {
    /// One meeting of two machines, to its end.
    pub fn meet(&mut self, a: usize, b: usize) -> Result<()> {
        if self.dial_known(a, b)? {
            self.settle()?;
        }
        self.hang_up();
        Ok(())
    }

    /// As [`World::meet`], unless the two were equal when they last met and nothing came to either since.
    pub(crate) fn meet_for_news(&mut self, a: usize, b: usize) -> Result<()> {
        // Whoever looks for others does first what is due.
        self.core(a)?.targets(None)?;
        if self.equal.get(&(a, b)).is_some_and(|then| Some(*then) == self.standing_of(a, b)) {
            return Ok(());
        }
        self.equal.remove(&(a, b));
        if self.dial_known(a, b)? {
            self.settle()?;
        }
        let equal =
            self.links.iter().any(|link| link.joins(a, b) && link.news().iter().all(|news| news.in_sync));
        if let Some(standing) = self.standing_of(a, b).filter(|_| equal) {
            self.equal.insert((a, b), standing);
        }
        self.hang_up();
        Ok(())
    }

    /// Where the stores of two machines stand.
    fn standing_of(&self, a: usize, b: usize) -> Option<[(u64, i64); 2]> {
        let stands = |machine: usize| {
            let store = match machine {
                NODE => self.node.hub.tenants().next()?.replica().store,
                laptop => self.core_ref(laptop).store(),
            };
            Some((store.id().0, store.last_row().ok()?))
        };
        Some([stands(a)?, stands(b)?])
    }

    /// All heard of each other, nobody is cut off: meetings until every store holds the same.
    pub fn quiesce(&mut self) -> Result<()> {
        self.hang_up();
        self.cut.clear();
        for round in 0..8 {
            for laptop in 0..self.laptops.len() {
                self.meet_for_news(laptop, NODE)?;
            }
            if round > 0 && crate::checks::same_lanes(self).is_ok() {
                return Ok(());
            }
        }
        crate::checks::same_lanes(self)
    }
}
