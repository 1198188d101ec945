//! Faults that were put in on purpose, one at a time: each must be found. What finds it is a check that an honest build passes in
//! the same run, so no fault is "found" by a check that always fails.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail, ensure};
use tern_peer::{AccessCommand, Command, Query, Reply, View};
use tern_store::VerdictFilter;
use tern_sync::{ItemResult, Lane};
use tern_tests::forge::{Forged, Forger, document};
use tern_tests::world::NODE;
use tern_tests::{World, checks};
use tern_trust::planted::{Fault, plant};
use tern_trust::record::{Fields, Role};
use tern_trust::{Batch, Item};

const ADA: usize = 0;
const BAO: usize = 1;
const CLEO: usize = 2;

/// Counts what is allocated at once, so that a bomb is seen where it goes off.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "an allocator that passes everything on and counts")]
// SAFETY: every call goes to the system's allocator with the same layout.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// A page of Ada's that everybody has.
fn scene(seed: u64, laptops: usize) -> Result<(World, String)> {
    let mut world = World::ready(seed, laptops)?;
    let page = world.new_page(ADA, "honest beginning")?;
    world.quiesce()?;
    Ok((world, page))
}

fn has(world: &mut World, laptop: usize, page: &str, words: &[&str]) -> Result<()> {
    let text = world.text(laptop, page)?;
    for word in words {
        ensure!(text.contains(word), "“{word}” is not in {text}");
    }
    Ok(())
}

fn remove(world: &mut World, by: usize, laptop: usize) -> Result<()> {
    let member = world.member_hex(laptop)?;
    world.perform(by, &Command::Access(AccessCommand::MemberRemove { member }))?;
    Ok(())
}

/// Two lives of one laptop write at the same time; both stay.
fn restored_backup() -> Result<()> {
    let (mut world, page) = scene(301, 2)?;
    world.back_up(BAO)?;
    world.append(BAO, &page, "by the first life")?;
    let late = world.core_ref(BAO).store().items_after(0, 64 << 20)?;
    world.restore(BAO, 0, true)?;
    world.append(BAO, &page, "by the second life")?;
    world.take(ADA, late.into_iter().map(|item| item.bytes).collect())?;
    world.quiesce()?;
    for laptop in [ADA, BAO] {
        has(&mut world, laptop, &page, &["by the first life", "by the second life"])?;
    }
    Ok(())
}

fn flushed_commits() -> Result<()> {
    let (world, _) = scene(302, 1)?;
    ensure!(
        world.core_ref(ADA).store().flushes_commits()?,
        "a commit is said to be durable before it is flushed"
    );
    Ok(())
}

fn stored_means_stored() -> Result<()> {
    let (mut world, page) = scene(303, 2)?;
    world.append(BAO, &page, "said to be stored")?;
    let items = world.core_ref(BAO).store().items_after(0, 64 << 20)?;
    let last = items.last().ok_or_else(|| anyhow::anyhow!("no item"))?.clone();
    let answers = world.take(ADA, vec![last.bytes])?;
    world.power_cut(ADA)?;
    let held = world.core_ref(ADA).store().item(&last.id)?.is_some();
    ensure!(answers == [ItemResult::Stored] && held, "{answers:?}, and it is held: {held}");
    Ok(())
}

fn bounded_inflation() -> Result<()> {
    let bomb = tern_trust::batch::deflate(&vec![0; 96 << 20]);
    let mut content = [1; 16].to_vec();
    content.push(1);
    content.extend_from_slice(&1_000u32.to_le_bytes());
    content.extend_from_slice(&bomb);
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    ensure!(Batch::decode(&content).is_err(), "a bomb is a batch");
    let cost = MOST.load(Ordering::Relaxed).saturating_sub(before);
    ensure!(cost < 8 << 20, "{} MiB for a bomb of {} bytes", cost >> 20, content.len());
    Ok(())
}

/// Bao wrote twice in one place; Ada built on the first one, the second claims a later day.
fn equivocation() -> Result<()> {
    let (mut world, page) = scene(304, 2)?;
    let mut forger = Forger::of(&mut world, BAO)?;
    let (doc, heads, last) = document(&mut world, BAO, &page)?;
    let change = |ops| Forged { ops, ..Forged::right(forger.actor(), heads.clone(), 1, last + 1) }.bytes();
    let (first, second) = (change(1), change(2));
    let item = forger.seal(doc.id(), vec![first])?;
    world.take(ADA, vec![item])?;
    world.append(ADA, &page, "built on the first")?;
    forger.day = 20_999;
    let late = forger.seal(doc.id(), vec![second])?;
    world.take(ADA, vec![late])?;
    has(&mut world, ADA, &page, &["honest beginning", "built on the first"])
}

fn work_before_a_removal_stays() -> Result<()> {
    let (mut world, _) = scene(305, 3)?;
    // Nobody builds on it: what others build on would stay anyway.
    let page = world.new_page(BAO, "before the removal")?;
    world.quiesce()?;
    remove(&mut world, ADA, BAO)?;
    world.meet(ADA, NODE)?;
    world.meet(CLEO, NODE)?;
    for laptop in [ADA, CLEO] {
        has(&mut world, laptop, &page, &["before the removal"])?;
    }
    Ok(())
}

/// Bao, an Admin whom Ada removes, makes Cleo an Admin as if he had done it before; what Cleo then does to Dov is void.
fn accomplices() -> Result<()> {
    let (mut world, _) = scene(306, 3)?;
    let dov = world.join("writer")?;
    world.quiesce()?;
    let role = Command::MemberRole { member: world.member_hex(BAO)?, role: "admin".to_owned() };
    world.perform(ADA, &role)?;
    world.quiesce()?;
    let (cleo, victim) = (world.member(CLEO)?, world.member(dov)?);
    // Bao has not heard of his removal: his record names the heads of before.
    let mut bao = Forger::of(&mut world, BAO)?;
    let grant = Fields::RoleSet { member: cleo, role: Role::Admin, cuts: Vec::new() };
    let grant = bao.record(world.core_ref(BAO), grant)?;
    world.take(CLEO, vec![grant.clone()])?;
    let mut accomplice = Forger::of(&mut world, CLEO)?;
    let out = Fields::MemberRemove { member: victim, cuts: Vec::new() };
    let out = accomplice.record(world.core_ref(CLEO), out)?;
    remove(&mut world, ADA, BAO)?;
    world.take(ADA, vec![grant, out])?;
    let role = world.core_ref(ADA).membership().role_of(&victim);
    ensure!(role == Role::Writer, "what the removed made of an accomplice puts others out");
    Ok(())
}

fn another_authors_name() -> Result<()> {
    let (mut world, page) = scene(307, 2)?;
    let mut forger = Forger::of(&mut world, BAO)?;
    let (doc, heads, last) = document(&mut world, BAO, &page)?;
    let ada = tern_trust::derive::actor_id(&world.device(ADA), 77);
    let item = forger.seal(doc.id(), vec![Forged::right(ada, heads, 1, last + 1).bytes()])?;
    world.take(ADA, vec![item])?;
    let rows = world.core_ref(ADA).store().verdicts(&VerdictFilter::All)?;
    ensure!(rows.iter().any(|row| row.author == world.device(BAO)), "an edit in another's name is taken");
    Ok(())
}

/// A reference to an attachment stands in the clear: its signature alone says whose it is.
fn a_forged_signature() -> Result<()> {
    let (mut world, _) = scene(314, 2)?;
    let mut item = Forger::of(&mut world, BAO)?.blob_ref([3; 32], 10)?;
    item[36..68].copy_from_slice(&world.device(ADA));
    let answers = world.take(ADA, vec![item])?;
    ensure!(answers == [ItemResult::Invalid], "an item in Ada's name that she did not sign: {answers:?}");
    Ok(())
}

/// Ada folds; Bao looks before he gives his word; nothing listed is left out.
fn folding() -> Result<()> {
    let (mut world, page) = scene(308, 2)?;
    world.perform(ADA, &Command::Compact { on: true, least: None })?;
    for n in 0..6 {
        world.append(n % 2, &page, &format!("line {n}"))?;
        world.quiesce()?;
    }
    // Not the Owner: the word of another member is needed.
    let Reply::Compact(folded) = world.perform(BAO, &Command::Compact { on: false, least: Some(4) })? else {
        bail!("no answer")
    };
    world.quiesce()?;
    let Reply::Compact(seen) = world.perform(ADA, &Command::Compact { on: false, least: Some(1_000) })?
    else {
        bail!("no answer")
    };
    ensure!(folded.packed > 0 && seen.attested > 0, "an honest pack gets no word: {folded:?} {seen:?}");
    ensure!(seen.left_out == 0, "a pack leaves out {} edits", seen.left_out);
    world.quiesce()?;
    has(&mut world, BAO, &page, &["line 0", "line 4", "line 5"])?;
    checks::same_picture(&mut world).map(drop)
}

/// Bao folds something that he does not list right: Ada gives no word for it.
fn lying_pack() -> Result<()> {
    let (mut world, page) = scene(309, 2)?;
    world.perform(ADA, &Command::Compact { on: true, least: None })?;
    world.append(ADA, &page, "left out by a liar")?;
    world.quiesce()?;
    let mut forger = Forger::of(&mut world, BAO)?;
    let pack = forger.pack_without_newest(&mut world, BAO, &page)?;
    world.take(ADA, vec![pack])?;
    let Reply::Compact(seen) = world.perform(ADA, &Command::Compact { on: false, least: Some(1_000) })?
    else {
        bail!("no answer")
    };
    ensure!(seen.attested == 0, "a word for a pack that leaves out what it lists");
    has(&mut world, ADA, &page, &["left out by a liar"])
}

/// Ada removes Bao while Cleo, who does not know it, changes the key for everybody, Bao too.
fn sealing_after_a_removal() -> Result<()> {
    let (mut world, page) = scene(310, 3)?;
    let invite = Command::Invite { role: "writer".into(), mode: "open".into(), uses: 1, expires_ms: 1 << 40 };
    let role = Command::MemberRole { member: world.member_hex(CLEO)?, role: "admin".to_owned() };
    world.perform(ADA, &role)?;
    world.perform(ADA, &invite)?;
    world.quiesce()?;
    remove(&mut world, ADA, BAO)?;
    for _ in 0..3 {
        let View::Invites(invites) = world.ask(CLEO, &Query::Invites)? else { bail!("no invites") };
        let Some(open) = invites.invites.first() else { bail!("no invite") };
        world.perform(CLEO, &Command::Access(AccessCommand::InviteRevoke { invite: open.id.clone() }))?;
        world.perform(CLEO, &invite)?;
    }
    // Bao holds what Cleo gave him; Ada learns of it and writes.
    let log = world.core_ref(CLEO).store().records(&Lane::LOG.0)?;
    let records: Vec<Vec<u8>> = log.into_iter().map(|record| record.bytes).collect();
    world.take(BAO, records.clone())?;
    world.take(ADA, records)?;
    let row = world.core_ref(ADA).store().last_row()?;
    world.append(ADA, &page, "not for Bao")?;
    let (ring, _) = checks::keys(&world, BAO)?;
    for item in world.core_ref(ADA).store().items_after(row, 64 << 20)? {
        let item = Item::parse(item.bytes)?;
        let opens = ring.get(&item.header().epoch).is_some_and(|key| item.open(key).is_some());
        ensure!(item.kind().is_record() || !opens, "whoever is out reads what is written after");
    }
    Ok(())
}

fn set_aside_is_listed() -> Result<()> {
    let mut world = World::found(311)?;
    world.join("commenter")?;
    let page = world.new_page(ADA, "honest beginning")?;
    world.quiesce()?;
    let mut forger = Forger::of(&mut world, BAO)?;
    let (doc, heads, last) = document(&mut world, BAO, &page)?;
    let item = forger.seal(doc.id(), vec![Forged::right(forger.actor(), heads, 1, last + 1).bytes()])?;
    world.take(ADA, vec![item])?;
    let rows = world.core_ref(ADA).store().verdicts(&VerdictFilter::All)?;
    ensure!(rows.iter().any(|row| row.code == "role"), "a Commenter’s page edit is nowhere");
    Ok(())
}

/// What does not count is in the trie all the same: a node, which cannot judge, must hold the same set.
fn tries_do_not_judge() -> Result<()> {
    let (mut world, page) = scene(312, 2)?;
    let mut forger = Forger::of(&mut world, BAO)?;
    let (doc, heads, last) = document(&mut world, BAO, &page)?;
    let item = forger.seal(doc.id(), vec![Forged::right(forger.actor(), heads, 3, last + 1).bytes()])?;
    let before = world.core_ref(ADA).store().lane(&[0; 16])?;
    world.take(ADA, vec![item])?;
    let after = world.core_ref(ADA).store().lane(&[0; 16])?;
    ensure!(before.items + 1 == after.items, "an item that does not count left the trie");
    Ok(())
}

/// A laptop lost rows that the node believes it has: roots tell.
fn lost_rows_come_again() -> Result<()> {
    let (mut world, page) = scene(313, 2)?;
    world.append(ADA, &page, "to come again")?;
    world.quiesce()?;
    let copy = world.disk.after_power_cut(&world.laptops[BAO].path.clone(), "damaged", &[])?;
    let conn = rusqlite::Connection::open(&copy)?;
    let sql = "UPDATE items SET bytes = zeroblob(length(bytes)) WHERE row = (SELECT max(row) FROM items)";
    ensure!(conn.execute(sql, [])? == 1, "no row was damaged");
    drop(conn);
    world.start_from(BAO, copy)?;
    world.ask(BAO, &Query::Check)?;
    world.meet(BAO, NODE)?;
    has(&mut world, BAO, &page, &["honest beginning", "to come again"])?;
    checks::same_lanes(&world)
}

type Check = fn() -> Result<()>;

fn finder(fault: Fault) -> Check {
    match fault {
        Fault::ReusedActor => restored_backup,
        Fault::NotFlushed => flushed_commits,
        Fault::AckBeforeCommit => stored_means_stored,
        Fault::UnboundedInflate => bounded_inflation,
        Fault::ClockWins => equivocation,
        Fault::SkippedCut => work_before_a_removal_stays,
        Fault::GrantWithoutSupport => accomplices,
        Fault::UncheckedActor => another_authors_name,
        Fault::UncheckedSignature => a_forged_signature,
        Fault::PackDropsChange => folding,
        Fault::BlindAttest => lying_pack,
        Fault::SealedForRemoved => sealing_after_a_removal,
        Fault::QuarantineLost => set_aside_is_listed,
        Fault::TrieOfValid => tries_do_not_judge,
        Fault::CursorTrusted => lost_rows_come_again,
    }
}

/// The switch is the process's.
static SWITCH: Mutex<()> = Mutex::new(());

/// A run that fails for a planted fault is told as the few steps that it needs, and these fail again.
#[test]
fn a_failing_run_is_told_as_the_few_steps_that_it_needs() {
    let _switch = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    let campaign = tern_tests::schedule::CAMPAIGN;
    plant(Some(Fault::PackDropsChange));
    let failing = (0..200).find_map(|seed| Some((seed, campaign.one(seed, &campaign.all()).err()?)));
    let short = failing.map(|(seed, error)| campaign.shorten(seed, error));
    let again = short.as_ref().map(|short| campaign.one(short.seed, &short.steps));
    plant(None);
    let short = short.expect("no run sees that packs drop changes");
    assert!(short.steps.len() <= 8, "{}", campaign.tell(&short));
    assert!(again.is_some_and(|again| again.is_err()), "the steps do not fail again");
    let replays = format!("TERN_SCHEDULE={} TERN_STEPS=", short.seed);
    assert!(campaign.tell(&short).contains(&replays), "{}", campaign.tell(&short));
    let honest = campaign.one(short.seed, &short.steps);
    assert!(honest.is_ok(), "the steps fail without the fault too: {honest:?}");
}

#[test]
fn every_planted_fault_is_found_by_a_check_that_an_honest_build_passes() {
    let _switch = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    let mut missed = Vec::new();
    for fault in Fault::ALL {
        let check = finder(fault);
        plant(None);
        if let Err(error) = check() {
            missed.push(format!("{fault:?}: its check fails without it: {error:#}"));
            continue;
        }
        plant(Some(fault));
        let found = std::panic::catch_unwind(check);
        plant(None);
        match found {
            Ok(Ok(())) => missed.push(format!("{fault:?} was not found")),
            Ok(Err(error)) => println!("{fault:?}: {error:#}"),
            Err(_) => println!("{fault:?}: a panic"),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
