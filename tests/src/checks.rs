//! What must hold when every machine has heard of everything.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use tern_peer::hub::Tenant as _;
use tern_peer::{Query, View};
use tern_store::{Store, VerdictClass, VerdictFilter};
use tern_sync::Lane;
use tern_trust::derive::ZERO16;
use tern_trust::{DeviceKeys, Id16, Item, KeyRing, Log, Spaces};

use crate::disk::wal;
use crate::reference::Reference;
use crate::world::{CANARY, NODE, World};

fn roots(store: &Store) -> Result<String> {
    Ok(format!("{:?} {:?}", store.lane(&Lane::LOG.0)?, store.lane(&ZERO16)?))
}

/// Every laptop and the node hold the same items: equal roots of the membership log and of the workspace.
pub fn same_lanes(world: &World) -> Result<()> {
    same_lanes_of(world, &(0..world.laptops.len()).collect::<Vec<_>>())
}

/// The same of some laptops and the node; of the laptops alone where the node lies.
pub fn same_lanes_of(world: &World, laptops: &[usize]) -> Result<()> {
    let mut all = BTreeMap::new();
    for index in laptops {
        all.insert(*index, roots(world.core_ref(*index).store())?);
    }
    for node in world.node.hub.tenants().filter(|_| world.node.lies.is_none()) {
        all.insert(NODE, roots(node.replica().store)?);
    }
    let mut different: Vec<&String> = all.values().collect();
    different.dedup();
    ensure!(different.len() <= 1, "the stores hold different items: {all:#?}");
    Ok(())
}

/// Pages of one space as a person sees them, or of all: heads, blocks, marks, fields, conflicts, in the tree's order.
pub fn pages(world: &mut World, laptop: usize, space: Option<&Id16>) -> Result<Vec<String>> {
    let space = space.map(hex);
    let mut lines = Vec::new();
    if let View::Pages(tree) = world.ask(laptop, &Query::Pages { trash: true })? {
        for row in tree.pages.iter().filter(|row| space.as_ref().is_none_or(|space| *space == row.space)) {
            lines.push(format!("{} {:?} {}", row.id, row.parent, row.title));
            let page = Query::Page { page: row.id.clone(), at: None };
            if let View::Page(page) = world.ask(laptop, &page)? {
                let lost: Vec<_> = page.conflicts.iter().map(|c| (&c.field, &c.value)).collect();
                let parts =
                    (&page.heads, &page.blocks, &page.markers, &page.marks, &page.fields, page.trashed);
                lines.push(format!("  {parts:?} {lost:?}"));
            }
        }
        if space.is_none() {
            lines.extend(tree.set_aside);
        }
    }
    Ok(lines)
}

/// Everything a person can see of the documents, as text: pages, tasks, people.
pub fn picture(world: &mut World, laptop: usize) -> Result<Vec<String>> {
    let mut lines = pages(world, laptop, None)?;
    lines.extend(tasks_and_people(world, laptop)?);
    Ok(lines)
}

/// What of it everybody in the workspace sees.
pub fn open_picture(world: &mut World, laptop: usize) -> Result<Vec<String>> {
    let mut lines = pages(world, laptop, Some(&ZERO16))?;
    lines.extend(tasks_and_people(world, laptop)?);
    Ok(lines)
}

fn tasks_and_people(world: &mut World, laptop: usize) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut tasks = Vec::new();
    if let View::Tasks(list) =
        world.ask(laptop, &Query::Tasks { filter: String::new(), group: None, sort: None })?
    {
        tasks.extend(list.tasks.into_iter().map(|t| t.id));
    }
    tasks.sort();
    for task in tasks {
        if let View::Task(t) = world.ask(laptop, &Query::Task { task })? {
            let lost: Vec<_> = t.conflicts.iter().map(|c| (&c.field, &c.value)).collect();
            lines.push(format!(
                "{} {} {} {:?} {} {} {lost:?}",
                t.id, t.title, t.status, t.labels, t.priority, t.heads
            ));
        }
    }
    if let View::Members(members) = world.ask(laptop, &Query::Members)? {
        let mut rows: Vec<String> =
            members.members.iter().map(|m| format!("{} {} {} {}", m.id, m.name, m.role, m.zone)).collect();
        rows.sort();
        lines.extend(rows);
    }
    Ok(lines)
}

/// All laptops show the same; this is it.
pub fn same_picture(world: &mut World) -> Result<Vec<String>> {
    let first = picture(world, 0)?;
    for laptop in 1..world.laptops.len() {
        let other = picture(world, laptop)?;
        let name = world.laptops[laptop].name;
        for (a, b) in first.iter().zip(&other) {
            ensure!(a == b, "{name} shows {b}\nwhere Ada shows {a}");
        }
        ensure!(first.len() == other.len(), "{name} shows {} lines, Ada {}", other.len(), first.len());
    }
    Ok(first)
}

/// The store of a laptop checks clean, and no honest work is set aside; `lost` as in [`nothing_aside`].
pub fn clean(world: &mut World, laptop: usize, lost: bool) -> Result<()> {
    checked(world, laptop)?;
    nothing_aside(world, laptop, lost)
}

/// The product's own check of a laptop finds nothing.
pub fn checked(world: &mut World, laptop: usize) -> Result<()> {
    let name = world.laptops[laptop].name;
    if let View::Check(check) = world.ask(laptop, &Query::Check)? {
        ensure!(check.findings.is_empty(), "check of {name}: {:?}", check.findings);
    }
    Ok(())
}

/// No honest work is set aside. `lost`: some edit went with a disk, so that what was written on top of it may wait.
pub fn nothing_aside(world: &World, laptop: usize, lost: bool) -> Result<()> {
    let name = world.laptops[laptop].name;
    for row in world.core_ref(laptop).store().verdicts(&VerdictFilter::All)? {
        let waits = lost && row.class == VerdictClass::Pending && row.code == "deps";
        ensure!(waits, "{name} sets honest work aside: {} {}", row.code, row.reason);
    }
    Ok(())
}

/// The keys of the workspace as a member's laptop holds them.
pub fn keys(world: &World, laptop: usize) -> Result<(KeyRing, Log)> {
    keys_of(world.core_ref(laptop), &world.laptops[laptop].seed)
}

/// The same of an engine and its device key.
pub fn keys_of(core: &tern_peer::core::Core, seed: &[u8; 32]) -> Result<(KeyRing, Log)> {
    let keys = DeviceKeys::from_seed(seed);
    let mut log = Log::new(core.workspace());
    for item in core.store().records(&Lane::LOG.0)? {
        log.insert_stored(Item::parse(item.bytes)?);
    }
    let mut ring = KeyRing::new();
    ring.learn(&log, &[keys.opener()]);
    Ok((ring, log))
}

/// Bytes as commands and lists write ids.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether `needle` stands anywhere in a store's files.
pub fn on_disk(store: &std::path::Path, needle: &[u8]) -> bool {
    [store.to_owned(), wal(store)].iter().any(|path| std::fs::read(path).is_ok_and(|b| contains(&b, needle)))
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(hay, needle).is_some()
}

/// Nothing on the node's disk tells a title, a text or a content key.
pub fn node_is_blind(world: &World) -> Result<()> {
    let (ring, _) = keys(world, 0)?;
    let sealed = (0..world.laptops.len()).filter_map(|laptop| world.core_ref(laptop).replica().spaces);
    let keys: Vec<_> = ring.keys().chain(sealed.flat_map(Spaces::keys)).collect();
    for path in [world.node.path.clone(), wal(&world.node.path)] {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        ensure!(!contains(&bytes, CANARY.as_bytes()), "the node's disk holds the canary");
        for key in &keys {
            ensure!(!contains(&bytes, key.to_bytes().as_slice()), "the node's disk holds a content key");
        }
    }
    Ok(())
}

/// Everything at once, after [`World::quiesce`]; what all laptops show.
pub fn all(world: &mut World, reference: &Reference) -> Result<Vec<String>> {
    same_lanes(world)?;
    let picture = same_picture(world)?;
    reference.compare(world, 0)?;
    let lost = reference.standing(world)?.len() < reference.ops.len();
    for laptop in 0..world.laptops.len() {
        nothing_aside(world, laptop, lost)?;
    }
    // A check makes every list anew: one laptop a run, another in the next.
    let drawn = world.rng.below(world.laptops.len());
    checked(world, drawn)?;
    node_is_blind(world)?;
    Ok(picture)
}
