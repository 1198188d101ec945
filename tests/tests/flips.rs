//! One flipped bit anywhere in the files of a laptop, round after round: no panic, no workspace that is silently empty or
//! silently other, and after a meeting with a machine that holds the items everything is as it was.
//!
//! `TERN_FLIPS=10000 cargo test -p tern-tests --test flips -- --nocapture` makes more rounds and prints what they met;
//! `TERN_SEED` sets another row of them, `TERN_ROUND` goes through one of them alone.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use tern_peer::{Command, ErrorKind, PeerError, Query, Reply, View};
use tern_store::StoreError;
use tern_tests::campaign::number;
use tern_tests::disk::{places_of_items, wal};
use tern_tests::world::NODE;
use tern_tests::{Rng, World, checks};

const FLIPS: u64 = 300;
const BAO: usize = 1;
/// Items of the file that are hit.
const ITEMS: usize = 8;

/// A laptop that holds work; the node holds all of it too.
struct Scene {
    world: World,
    /// The file as it lies there when everything was folded into it.
    closed: Vec<u8>,
    /// The file and the log beside it before that.
    file: Vec<u8>,
    log: Vec<u8>,
    /// Places in the closed file in the middle of items.
    items: Vec<usize>,
    /// What a person sees of all.
    all: Vec<String>,
    /// The same of what was folded into the file, and after each edit since.
    before: Vec<Vec<String>>,
}

impl Scene {
    fn new() -> Result<Scene> {
        let mut world = World::ready(93, 2)?;
        let mut pages = Vec::new();
        for n in 0..4 {
            let markdown = Some(format!("Words of page {n}.\n\n- [ ] a\n\n").repeat(12));
            let new = Command::PageNew { title: format!("Plan {n}"), parent: None, space: None, markdown };
            let Reply::Doc(page) = world.perform(BAO, &new)? else { anyhow::bail!("no page") };
            let markdown = "a line".to_owned();
            world.perform(BAO, &Command::PageAppend { page: page.id.clone(), markdown })?;
            pages.push(page.id);
        }
        world.quiesce()?;
        world.core_ref(BAO).store().checkpoint(true)?;
        let mut before = vec![checks::picture(&mut world, BAO)?];
        for page in pages.into_iter().take(2) {
            let markdown = "not folded yet".to_owned();
            world.perform(BAO, &Command::PageAppend { page, markdown })?;
            before.push(checks::picture(&mut world, BAO)?);
        }
        world.quiesce()?;
        let all = checks::picture(&mut world, BAO)?;
        let path = world.laptops[BAO].path.clone();
        let (file, log) = (std::fs::read(&path)?, std::fs::read(wal(&path))?);
        ensure!(log.len() > 20_000 && file.len() > 100_000, "{} and {} bytes", file.len(), log.len());
        world.core_ref(BAO).store().checkpoint(true)?;
        let closed = std::fs::read(&path)?;
        let copy = world.disk.fresh("folded");
        std::fs::write(&copy, &closed)?;
        let items = places_of_items(&copy, ITEMS)?;
        Ok(Scene { world, closed, file, log, items, all, before })
    }

    /// Files in which one bit is another; where, and whether it is in the log beside the file.
    fn flipped(&mut self, rng: &mut Rng) -> Result<(PathBuf, String, bool)> {
        let bit = rng.below(8);
        let path = self.world.disk.fresh("flipped");
        let (mut closed, mut log) = (self.closed.clone(), self.log.clone());
        let (bytes, what, at) = match rng.below(20) {
            0..3 => (&mut log, "log", rng.below(self.log.len())),
            // Much of a small file is unused: half of the flips go into items.
            3..12 => (&mut closed, "file, an item", self.items[rng.below(ITEMS)] + rng.below(10)),
            _ => (&mut closed, "file", rng.below(self.closed.len())),
        };
        bytes[at] ^= 1 << bit;
        let place = format!("bit {bit} of byte {at} of the {what}");
        let in_log = what == "log";
        if in_log {
            std::fs::write(&path, &self.file)?;
            std::fs::write(wal(&path), log)?;
        } else {
            std::fs::write(&path, closed)?;
        }
        Ok((path, place, in_log))
    }

    fn findings(&mut self) -> Result<Vec<String>> {
        let View::Check(check) = self.world.ask(BAO, &Query::Check)? else { anyhow::bail!("no check") };
        Ok(check.findings)
    }

    /// One round; gives what it met.
    fn round(&mut self, path: &Path, in_log: bool) -> Result<&'static str> {
        // A peer that comes back all the time is not met at once.
        self.world.clock.pass(3_600_000);
        if let Err(error) = self.world.start_from(BAO, path.to_path_buf()) {
            tern_tests::disk::remove_store(path);
            return damaged(&error).map(|()| "refused at the start");
        }
        let before = checks::picture(&mut self.world, BAO);
        let found = self.findings();
        let met = match (&before, &found) {
            (Err(error), _) | (_, Err(error)) => damaged(error).map(|()| "refused when read")?,
            (Ok(shown), Ok(found)) if *shown == self.all && found.is_empty() => return Ok("nothing to see"),
            (Ok(shown), Ok(found)) if *shown == self.all => {
                ensure!(!found.is_empty());
                "found by the check"
            }
            // What the log beside the file no longer holds is as if it had not been written yet.
            (Ok(shown), Ok(found)) if found.is_empty() => {
                ensure!(in_log, "shown otherwise, and nothing is found");
                ensure!(self.before.contains(shown), "it never looked like this");
                "shown as before the last commits"
            }
            (Ok(_), Ok(_)) => "shown otherwise, found by the check",
        };
        let mended = self.world.meet(BAO, NODE).and_then(|()| {
            // A check mends the lists; what it found is gone with it.
            self.findings()?;
            let left = self.findings()?;
            let shown = checks::picture(&mut self.world, BAO)?;
            // An index of SQLite's own is told by every check until a snapshot is restored.
            let structure = left.iter().all(|line| line.starts_with("database structure"));
            ensure!(structure, "still there after a meeting: {left:?}");
            ensure!(shown == self.all, "another picture after a meeting");
            Ok(())
        });
        match mended {
            Ok(()) => Ok(met),
            Err(error) if met == "refused when read" => {
                damaged(&error).map(|()| "structure, restore a snapshot")
            }
            Err(error) => Err(error.context(met)),
        }
    }
}

/// An error says that the store is damaged.
fn damaged(error: &anyhow::Error) -> Result<()> {
    let kind = error.chain().find_map(|e| e.downcast_ref::<PeerError>()).map(|e| e.kind);
    // A header that is hit may also say of another kind, size or version.
    let store = error.chain().filter_map(|e| e.downcast_ref::<StoreError>()).any(|e| {
        use StoreError::{Corrupt, Damaged, Newer, NotAStore, Truncated};
        matches!(e, Corrupt { .. } | Damaged { .. } | NotAStore { .. } | Truncated { .. } | Newer { .. })
    });
    ensure!(kind == Some(ErrorKind::Damaged) || store, "not told as damage: {error:#} ({kind:?})");
    Ok(())
}

#[test]
fn a_flipped_bit_anywhere_is_told_or_harmless_and_mended_by_a_meeting() -> Result<()> {
    let (rounds, seed) = (number("TERN_FLIPS").unwrap_or(FLIPS), number("TERN_SEED").unwrap_or(7));
    let alone = number("TERN_ROUND");
    let rounds = rounds.max(alone.map_or(0, |alone| alone + 1));
    let mut scene = Scene::new()?;
    let mut rng = Rng::new(seed);
    let mut met: BTreeMap<&str, u64> = BTreeMap::new();
    let mut failures = Vec::new();
    for round in 0..rounds {
        let (path, place, in_log) = scene.flipped(&mut rng)?;
        if alone.is_some_and(|alone| alone != round) {
            tern_tests::disk::remove_store(&path);
            continue;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| scene.round(&path, in_log)));
        let outcome = outcome.unwrap_or_else(|_| Err(anyhow!("it panicked")));
        match outcome.with_context(|| format!("seed {seed}, round {round}: {place}")) {
            Ok(what) => *met.entry(what).or_default() += 1,
            Err(error) => failures.push(format!("{error:#}")),
        }
        if failures.len() >= 40 {
            break;
        }
    }
    println!("{rounds} flips of {} bytes: {met:#?}", scene.closed.len() + scene.log.len());
    ensure!(!met.is_empty() || !failures.is_empty(), "no round was gone through");
    ensure!(failures.is_empty(), "{} rounds failed:\n{}", failures.len(), failures.join("\n"));
    Ok(())
}
