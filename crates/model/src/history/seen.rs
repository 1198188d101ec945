//! How far somebody has read: what they noted, and own changes made upon nothing but that.

use std::collections::BTreeSet;

use crate::doc::{Doc, Hash, Heads};

impl Doc {
    /// The version that somebody has seen who noted `heads`: those, and own changes that are made upon nothing else.
    /// Hashes that are not here count as not seen.
    pub fn seen(&self, heads: &Heads, is_mine: &dyn Fn(&[u8; 16]) -> bool) -> Heads {
        let known = Heads::new(heads.0.iter().copied().filter(|h| self.has_change(h)));
        let fresh = self.history_since(&known);
        let unseen: BTreeSet<Hash> = fresh.iter().map(|c| c.hash).collect();
        let mut added: BTreeSet<Hash> = BTreeSet::new();
        let mut tips: BTreeSet<Hash> = known.0.iter().copied().collect();
        for change in &fresh {
            let upon = change.deps.iter().all(|dep| !unseen.contains(dep) || added.contains(dep));
            if upon && is_mine(&change.actor) {
                added.insert(change.hash);
                change.deps.iter().for_each(|dep| {
                    tips.remove(dep);
                });
                tips.insert(change.hash);
            }
        }
        Heads::new(tips)
    }

    /// The version that holds every change from before an instant, by the authors' clocks, and no other one's: a change
    /// that is made upon a later one counts as later.
    pub fn before(&self, time_ms: i64) -> Heads {
        let mut inside: BTreeSet<Hash> = BTreeSet::new();
        let mut tips: BTreeSet<Hash> = BTreeSet::new();
        for change in self.history() {
            if change.time_ms < time_ms && change.deps.iter().all(|dep| inside.contains(dep)) {
                change.deps.iter().for_each(|dep| {
                    tips.remove(dep);
                });
                inside.insert(change.hash);
                tips.insert(change.hash);
            }
        }
        Heads::new(tips)
    }

    /// One version out of several: what all of them hold. Hashes that are not here are left out.
    pub fn joined(&self, versions: &[Heads]) -> Heads {
        let all = versions.iter().flat_map(|v| v.0.iter().copied()).filter(|h| self.has_change(h));
        let all: BTreeSet<Hash> = all.collect();
        if all.len() < 2 {
            return Heads::new(all);
        }
        let newest = |hash: &Hash| {
            let others = Heads::new(all.iter().copied().filter(|h| h != hash));
            self.history_since(&others).iter().any(|c| c.hash == *hash)
        };
        Heads::new(all.iter().copied().filter(newest))
    }
}
