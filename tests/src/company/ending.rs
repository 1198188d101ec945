//! The end of a run: everybody meets, and what they hold and show is compared.

use anyhow::{Result, ensure};
use tern_store::VerdictFilter;
use tern_trust::Role;

use super::{ADA, Company, DOV};
use crate::checks;
use crate::world::NODE;

impl Company {
    /// All meet, all is compared. Where the node lied they meet without it, and once more through one that does not.
    pub(super) fn end(&mut self) -> Result<()> {
        self.update()?;
        if self.lies {
            self.run.note("all meet without the node");
            self.reunion(Company::meet_each_other)?;
            self.compare()?;
            self.run.note("the node does not lie any more");
            self.run.world.node_is_honest(self.run.rng.chance(50))?;
            // A refusal holds for a day.
            self.run.world.pass(25 * 3_600_000);
        }
        self.run.note("all meet");
        self.reunion(Company::meet_the_node)?;
        self.compare()
    }

    /// Whoever is out gets the log.
    fn meet_the_node(&mut self) -> Result<()> {
        (0..self.run.world.laptops.len()).try_for_each(|laptop| self.run.world.meet_for_news(laptop, NODE))
    }

    /// Each two: what is private goes by nobody who is not inside. Once more, as the last may have brought the first news.
    fn meet_each_other(&mut self) -> Result<()> {
        let count = self.run.world.laptops.len();
        let pairs = || (0..count).flat_map(move |a| (a + 1..count).map(move |b| (a, b)));
        pairs().chain(pairs()).try_for_each(|(a, b)| self.run.world.meet_for_news(a, b))
    }

    /// Everybody who is in meets until their stores hold the same and nobody has anything to add.
    fn reunion(&mut self, meet: fn(&mut Company) -> Result<()>) -> Result<()> {
        self.run.world.hang_up();
        self.run.world.cut.clear();
        // Keys for those who came back are given after a pause: equal stores are not yet the end.
        let mut before = None;
        for _ in 0..16 {
            meet(self)?;
            let rows = self.rows()?;
            if self.same_lanes().is_ok() && before.as_ref() == Some(&rows) {
                break;
            }
            before = Some(rows);
            self.run.world.pass(60_000);
            for laptop in self.people() {
                let core = self.run.world.core(laptop)?;
                if core.is_member() {
                    core.tend()?;
                }
            }
        }
        self.same_lanes()
    }

    fn rows(&self) -> Result<Vec<i64>> {
        self.people().into_iter().map(|l| Ok(self.run.world.core_ref(l).store().last_row()?)).collect()
    }

    /// Laptops that are in, by Ada's log.
    pub(super) fn inside(&self) -> Vec<usize> {
        let world = &self.run.world;
        let membership = world.core_ref(ADA).membership();
        self.people().into_iter().filter(|l| membership.acting_role(&world.device(*l)) > Role::None).collect()
    }

    fn same_lanes(&self) -> Result<()> {
        let inside = self.inside();
        checks::same_lanes_of(&self.run.world, &inside)
    }

    fn compare(&mut self) -> Result<()> {
        let inside = self.inside();
        let first = checks::open_picture(&mut self.run.world, ADA)?;
        for laptop in inside.iter().skip(1) {
            let other = checks::open_picture(&mut self.run.world, *laptop)?;
            for (a, b) in first.iter().zip(&other) {
                let aside = || (self.aside(ADA), self.aside(*laptop));
                ensure!(a == b, "laptop {laptop} shows {b}\nwhere Ada shows {a}\naside: {:?}", aside());
            }
            ensure!(
                first.len() == other.len(),
                "laptop {laptop} shows {} lines, Ada {}",
                other.len(),
                first.len()
            );
        }
        // Whoever is out may hold work that nobody has.
        for op in self.run.reference.ops.iter_mut().filter(|op| !inside.contains(&op.laptop)) {
            op.may_lose = true;
        }
        self.run.reference.compare(&mut self.run.world, ADA)?;
        self.nobody_is_accused()?;
        if let Some(laptop) = self.run.rng.pick(&inside) {
            checks::checked(&mut self.run.world, *laptop)?;
        }
        self.rooms_hold()?;
        self.laters_are_kept()?;
        checks::node_is_blind(&self.run.world)?;
        // What the disk holds is what memory showed.
        self.run.world.power_cut(ADA)?;
        ensure!(
            first == checks::open_picture(&mut self.run.world, ADA)?,
            "after a power cut Ada sees something else"
        );
        Ok(())
    }

    /// What a laptop sets aside, for whoever looks into a failing run.
    fn aside(&self, laptop: usize) -> Vec<String> {
        let rows = self.run.world.core_ref(laptop).store().verdicts(&VerdictFilter::All).unwrap_or_default();
        let author = |device| (0..self.run.world.laptops.len()).find(|l| self.run.world.device(*l) == device);
        rows.iter().map(|row| format!("{:?} {}", author(row.author), row.code)).collect()
    }

    /// Honest work is set aside for what happened to its author's role, or for what Dov wrote below it; it is never said
    /// to be badly made.
    fn nobody_is_accused(&self) -> Result<()> {
        let world = &self.run.world;
        let dov = world.device(DOV);
        for row in world.core_ref(ADA).store().verdicts(&VerdictFilter::All)? {
            if row.author == dov {
                continue;
            }
            let fair =
                ["role", "removed", "fork", "deps", "equivocation", "key"].contains(&row.code.as_str());
            ensure!(fair, "honest work is called {}: {}", row.code, row.reason);
        }
        Ok(())
    }
}
