//! Traps of the protocol (section 15) that need several machines and their disks.

use anyhow::{Result, ensure};
use tern_peer::core::Core;
use tern_peer::hub::Tenant as _;
use tern_peer::node::NodeCore;
use tern_peer::{Command, Query, View};
use tern_store::{OpenOptions, Store};
use tern_sync::ItemResult;
use tern_tests::disk::beside_bytes;
use tern_tests::doing::text_of;
use tern_tests::forge::{Forged, Forger, document};
use tern_tests::host::SimHost;
use tern_tests::node::SimNode;
use tern_tests::world::NODE;
use tern_tests::{World, checks};
use tern_trust::DeviceKeys;

const ADA: usize = 0;
const BAO: usize = 1;
/// Longer than a node keeps what a pack covers.
const EIGHT_DAYS_MS: i64 = 8 * 86_400_000;

/// A page with a history of both, in a workspace that counts packs.
fn history(seed: u64, laptops: usize) -> Result<(World, String)> {
    let mut world = World::ready(seed, laptops)?;
    world.perform(ADA, &Command::Compact { on: true, least: None })?;
    let page = world.new_page(ADA, "a beginning")?;
    for n in 0..6 {
        world.quiesce()?;
        world.append(if n % 2 == 0 { BAO } else { ADA }, &page, &format!("line {n}"))?;
    }
    world.quiesce()?;
    Ok((world, page))
}

#[test]
fn t3_fifty_remote_changes_cost_as_one() -> Result<()> {
    let mut world = World::ready(203, 2)?;
    let page = world.new_page(ADA, "a beginning")?;
    world.quiesce()?;
    let before = world.core_ref(ADA).store().last_row()?;
    for n in 0..50 {
        world.append(ADA, &page, &format!("line {n}"))?;
    }
    let rows = world.core_ref(ADA).store().rows_after(before, 1_000)?;
    ensure!(rows.len() >= 50, "{} items", rows.len());
    world.meet(ADA, NODE)?;
    let commits = world.core_ref(BAO).version();
    let last = world.core_ref(BAO).store().last_row()?;
    // They come as they come over the wire; a meeting has commits of its own.
    world.meet(BAO, NODE)?;
    let commits = world.core_ref(BAO).version() - commits;
    ensure!(commits <= 10, "{commits} commits for fifty changes of one document");
    ensure!(world.core_ref(BAO).store().last_row()? - last >= 50);
    let text = world.text(BAO, &page)?;
    ensure!((0..50).all(|n| text.contains(&format!("line {n}"))), "{text}");
    Ok(())
}

#[test]
fn t39_days_of_a_liar_are_stored_and_reconciled_like_any_others() -> Result<()> {
    let mut world = World::ready(239, 3)?;
    let page = world.new_page(ADA, "a beginning")?;
    world.quiesce()?;
    let (doc, deps, last) = document(&mut world, BAO, &page)?;
    let mut rng = world.rng.clone();
    for day in [0, 1, 19_000, 30_000, u16::MAX] {
        let mut forger = Forger::of(&mut world, BAO)?;
        forger.start_again(&mut rng);
        forger.day = day;
        let change = Forged::right(forger.actor(), deps.clone(), 1, last + 1).bytes();
        let item = forger.seal(doc.id(), vec![change])?;
        ensure!(world.take(BAO, vec![item])? == [ItemResult::Stored], "day {day}");
        world.append(ADA, &page, &format!("beside day {day}"))?;
        world.meet(BAO, NODE)?;
    }
    world.quiesce()?;
    checks::same_picture(&mut world)?;
    for laptop in [ADA, BAO, 2] {
        // None of it waits for its day.
        checks::clean(&mut world, laptop, false)?;
    }
    let text = world.text(2, &page)?;
    ensure!(text.contains("beside day 65535"), "{text}");
    Ok(())
}

#[test]
fn t9b_the_trie_is_equal_under_other_keys_and_other_roles() -> Result<()> {
    let (mut world, page) = history(209, 3)?;
    // The third may read only; the node holds no key at all.
    let member = world.member_hex(2)?;
    world.perform(ADA, &Command::MemberRole { member, role: "reader".to_owned() })?;
    world.quiesce()?;
    ensure!(world.compact(BAO, 2)?.packed > 0, "nothing was folded");
    world.quiesce()?;
    ensure!(world.compact(ADA, 2)?.attested > 0, "nobody gave their word");
    world.quiesce()?;
    ensure!(world.compact(BAO, 2)?.dropped > 0, "nothing was dropped");
    let picture = world.text(2, &page)?;
    world.quiesce()?;
    checks::same_lanes(&world)?;
    // What is covered counts as absent whether or not it lies there still: on the node it does, and then it does not.
    world.clock.pass(EIGHT_DAYS_MS);
    let gone: u64 = world.node.hub.tenants_mut().map(SimNode::tidy).sum();
    ensure!(gone > 0, "the node dropped nothing");
    checks::same_lanes(&world)?;
    ensure!(world.text(2, &page)? == picture);
    // A newcomer who never saw the originals, with the newest key alone, has the same trie too.
    let fourth = world.join("commenter")?;
    world.quiesce()?;
    checks::same_lanes(&world)?;
    ensure!(world.text(fourth, &page)? == picture);
    Ok(())
}

/// Every state that a power cut could leave of what one step writes opens, is clean and shows the same; from the last
/// and from one in the middle the laptop goes on with everybody.
fn cut_at_each_write(
    world: &mut World,
    laptop: usize,
    page: &str,
    step: impl FnOnce(&mut World) -> Result<u64>,
) -> Result<()> {
    let shown = world.text(laptop, page)?;
    let path = world.laptops[laptop].path.clone();
    let before = beside_bytes(&path)?;
    ensure!(step(world)? > 0, "the step did nothing");
    let cuts = world.disk.cuts_since(&path, before)?;
    ensure!(cuts.len() > 4, "{} writes", cuts.len());
    for cut in &cuts {
        let machine = &world.laptops[laptop];
        let mut core = Core::open(cut, &machine.seed, SimHost::boxed(&machine.clock, 5))?;
        ensure!(text_of(&mut core, page)? == shown, "something else is shown after {}", cut.display());
        let View::Check(check) = core.answer(&Query::Check)? else { anyhow::bail!("no check") };
        ensure!(check.findings.is_empty(), "{:?}", check.findings);
    }
    for cut in [cuts[cuts.len() / 2].clone(), cuts[cuts.len() - 1].clone()] {
        let copy = world.disk.after_power_cut(&cut, "laptop", &[])?;
        world.start_from(laptop, copy)?;
        world.append(laptop, page, "and on")?;
        world.quiesce()?;
        checks::same_picture(world)?;
    }
    Ok(())
}

#[test]
fn t13_a_power_cut_at_each_write_of_pack_attest_and_drop_loses_nothing() -> Result<()> {
    // Bao folds; the Owner, whose own packs need nobody else's word, gives hers for it.
    let (mut world, page) = history(213, 2)?;
    cut_at_each_write(&mut world, BAO, &page, |world| Ok(world.compact(BAO, 2)?.packed))?;
    world.compact(BAO, 2)?;
    world.quiesce()?;
    cut_at_each_write(&mut world, ADA, &page, |world| Ok(world.compact(ADA, 2)?.attested))?;
    world.compact(ADA, 2)?;
    world.quiesce()?;
    cut_at_each_write(&mut world, BAO, &page, |world| Ok(world.compact(BAO, 2)?.dropped))
}

#[test]
fn t13_a_power_cut_at_each_write_of_a_nodes_drop_changes_no_trie() -> Result<()> {
    let (mut world, page) = history(214, 2)?;
    ensure!(world.compact(ADA, 2)?.packed > 0, "nothing was folded");
    world.quiesce()?;
    let roots = |core: &NodeCore| core.replica().store.lanes();
    let before = roots(world.node.hub.tenants().next().expect("a tenant").core())?;
    world.clock.pass(EIGHT_DAYS_MS);
    let written = beside_bytes(&world.node.path)?;
    for node in world.node.hub.tenants_mut() {
        node.tidy();
    }
    let path = world.node.path.clone();
    let cuts = world.disk.cuts_since(&path, written)?;
    ensure!(cuts.len() > 2, "nothing was dropped");
    let keys = DeviceKeys::from_seed(&world.node.seed);
    for cut in &cuts {
        let store = Store::open_existing(cut, &OpenOptions::default())?;
        let core = NodeCore::with_host(store, world.workspace, &keys, SimHost::boxed(&world.clock, 6))?;
        ensure!(roots(&core)? == before, "another trie after {}", cut.display());
    }
    world.append(ADA, &page, "and on")?;
    world.quiesce()?;
    checks::same_picture(&mut world).map(|_| ())
}
