//! Second devices of members, and a laptop that runs an older build.

use anyhow::{Result, ensure};
use automerge::transaction::Transactable as _;
use automerge::{ActorId, AutoCommit, ROOT, ReadDoc as _};
use tern_peer::hub::FEATURES;
use tern_peer::{AccessCommand, Command, Query, View};
use tern_sync::Lane;
use tern_trust::derive::{ZERO16, id16};
use tern_trust::{Id, Item};

use super::{ADA, BAO, CLEO, Company};
use crate::checks::hex;
use crate::forge::{Forger, document};
use crate::net::Link;
use crate::reference::packed;
use crate::world::NODE;

/// Laptops of one run.
const MOST_LAPTOPS: usize = 6;

/// A field that a newer build wrote and no other knows.
#[derive(Debug)]
pub(super) struct Later {
    item: Id,
    page: String,
    name: String,
}

impl Company {
    /// A member links a second laptop, or one is put out again.
    pub(super) fn device(&mut self) -> Result<()> {
        let count = self.run.world.laptops.len();
        let of = [ADA, BAO, CLEO][self.run.rng.below(3)];
        let second = (4..count).find(|laptop| self.persons[*laptop] == of);
        match second {
            None if count < MOST_LAPTOPS && self.older != Some(of) => self.link(of),
            Some(laptop) if self.run.rng.chance(50) => {
                let by = if self.run.rng.chance(70) { of } else { ADA };
                let device = hex(self.run.world.device(laptop));
                self.put_out_devices.insert(laptop);
                self.perform(by, &Command::Access(AccessCommand::DeviceRemove { device })).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    fn link(&mut self, of: usize) -> Result<()> {
        let linked = self.run.world.link(of)?;
        self.run.note(format_args!("{of} links another laptop: {linked:?}"));
        if linked.is_some() {
            self.persons.push(of);
        }
        Ok(())
    }

    /// Ada writes with a newer build, on a page, a field that nobody else knows.
    pub(super) fn later(&mut self) -> Result<()> {
        let Some(page) = self.run.pages_in(ADA, &ZERO16)?.first().cloned() else { return Ok(()) };
        let mut forger = Forger::of(&mut self.run.world, ADA)?;
        let (doc, _, _) = document(&mut self.run.world, ADA, &page)?;
        let mut newer = AutoCommit::load(&doc.save())?.with_actor(ActorId::from(&forger.actor()[..]));
        let name = format!("later {}", self.laters.len());
        newer.put(ROOT, &name, "of a newer build")?;
        let change = newer.get_last_local_change().map(|change| change.raw_bytes().to_vec());
        let item = forger.seal(doc.id(), change.into_iter().collect())?;
        self.run.note(format_args!("0 writes “{name}” on {page} with a newer build"));
        let id = *Item::parse(item.clone())?.id();
        self.run.world.take(ADA, vec![item])?;
        self.laters.push(Later { item: id, page, name });
        Ok(())
    }

    /// Fields that nobody knows are there after everybody's edits, wherever the items that carry them are.
    pub(super) fn laters_are_kept(&mut self) -> Result<()> {
        for laptop in self.inside() {
            for later in &self.laters {
                let store = self.run.world.core_ref(laptop).store();
                // Loose and counting, or folded into a pack by somebody who may not know the field.
                let counts = match store.row_of(&later.item)? {
                    Some(row) => {
                        let aside = store.verdicts(&tern_store::VerdictFilter::All)?;
                        aside.iter().all(|aside| aside.row != row)
                    }
                    None => packed(store)?.contains(&id16(&later.item)),
                };
                if !counts {
                    continue;
                }
                let (doc, _, _) = document(&mut self.run.world, laptop, &later.page)?;
                let doc = AutoCommit::load(&doc.save())?;
                let there = doc.get(ROOT, &later.name)?.is_some();
                ensure!(there, "laptop {laptop}: “{}” of {} is gone", later.name, later.page);
            }
        }
        Ok(())
    }

    /// A laptop begins with a build that lacks a feature that the workspace asks for.
    pub(super) fn begin_older(&mut self) -> Result<()> {
        let laptop = if self.run.rng.chance(50) { BAO } else { CLEO };
        let lacks = [1, 2, 3][self.run.rng.below(3)];
        self.run.note(format_args!("{laptop} runs an older build, which lacks {lacks}"));
        self.run.world.run_build(laptop, FEATURES & !lacks)?;
        self.older = Some(laptop);
        Ok(())
    }

    /// The older build hears the log and no content, says so and writes on; then it is replaced.
    pub(super) fn update(&mut self) -> Result<()> {
        let Some(laptop) = self.older.take() else { return Ok(()) };
        if !self.lies {
            self.hears_the_log_alone(laptop)?;
        }
        self.run.note(format_args!("{laptop} is updated"));
        self.run.world.run_build(laptop, FEATURES)
    }

    fn hears_the_log_alone(&mut self, laptop: usize) -> Result<()> {
        self.run.world.hang_up();
        self.run.world.cut.clear();
        // A node that lost everything is told of the workspace again at the second meeting.
        for who in [ADA, ADA, laptop, laptop] {
            self.run.world.meet(who, NODE)?;
        }
        let core = self.run.world.core_ref(laptop);
        let lacks = core.membership().require & !self.run.world.laptops[laptop].features != 0;
        if !core.is_member() || !lacks {
            return Ok(());
        }
        let content = |company: &Company| company.run.world.core_ref(laptop).store().lane(&ZERO16);
        let before = content(self)?;
        let dialled = self.run.world.dial_known(laptop, NODE)?;
        self.run.world.settle()?;
        ensure!(dialled && !self.run.world.links.is_empty(), "laptop {laptop} does not reach the node");
        let told = self.run.world.links.iter().flat_map(Link::news).all(|news| news.update_needed.is_some());
        let synced = self.run.world.links.iter().flat_map(Link::news).any(|news| news.in_sync);
        self.run.world.hang_up();
        ensure!(told && !synced, "told of the update {told}, content exchanged {synced}");
        ensure!(content(self)? == before, "content came to a build that lacks a feature");
        let node = self
            .run
            .world
            .node
            .hub
            .tenant()
            .map(|node| tern_peer::hub::Tenant::replica(node).store.lane(&Lane::LOG.0));
        let log = self.run.world.core_ref(laptop).store().lane(&Lane::LOG.0)?;
        ensure!(node.transpose()?.is_none_or(|node| node == log), "the log did not come");
        let View::Status(status) = self.run.world.ask(laptop, &Query::Status)? else { return Ok(()) };
        ensure!(status.line.contains("update needed"), "{}", status.line);
        let row = self.run.world.core_ref(laptop).store().last_row()?;
        let made = self.run.new_page(None, None);
        self.run.make(laptop, row, made)
    }
}
