//! What a hostile member, a hostile peer and a failing disk may do: nobody panics, the work of others goes on, and
//! whoever did it is named.

use anyhow::{Result, ensure};
use tern_peer::core::Core;
use tern_peer::net::Purpose;
use tern_peer::net::conn::NetIn;
use tern_peer::{Command, ErrorKind, Query, View};
use tern_store::{OpenOptions, VerdictFilter, VerdictRow};
use tern_sync::ItemResult;
use tern_tests::forge::{Forged, Forger, document, with_right_checksum};
use tern_tests::host::{SimHost, YEAR_MS};
use tern_tests::net::Link;
use tern_tests::reference::Reference;
use tern_tests::world::NODE;
use tern_tests::{Rng, World, bundle, checks};
use tern_trust::record::Fields;

const ADA: usize = 0;
const BAO: usize = 1;

fn aside(world: &World, laptop: usize) -> Result<Vec<VerdictRow>> {
    Ok(world.core_ref(laptop).store().verdicts(&VerdictFilter::All)?)
}

/// A page of Ada's that both have, and Bao as a forger.
fn scene(seed: u64) -> Result<(World, String, Forger)> {
    let mut world = World::ready(seed, 2)?;
    let page = world.new_page(ADA, "honest beginning")?;
    world.quiesce()?;
    let forger = Forger::of(&mut world, BAO)?;
    Ok((world, page, forger))
}

type Case = fn(&Forger, &[[u8; 32]], u64) -> Vec<Vec<u8>>;

fn right(forger: &Forger, deps: &[[u8; 32]], seq: u64, start: u64) -> Forged {
    Forged::right(forger.actor(), deps.to_vec(), seq, start)
}

const CASES: [(&str, Case); 9] = [
    ("columns written the long way", |f, deps, last| {
        vec![Forged { long_way: true, ..right(f, deps, 1, last + 1) }.bytes()]
    }),
    ("a gap in its sequence", |f, deps, last| vec![right(f, deps, 3, last + 1).bytes()]),
    ("operations from 2^32 on", |f, deps, _| vec![right(f, deps, 1, 1 << 32).bytes()]),
    ("operations from 2^32 - 2 on", |f, deps, _| vec![right(f, deps, 1, (1 << 32) - 2).bytes()]),
    ("its own last change left out", |f, deps, last| {
        vec![right(f, deps, 1, last + 1).bytes(), right(f, deps, 2, last + 1).bytes()]
    }),
    ("an object that does not exist", |f, deps, last| {
        let columns = vec![(1, vec![0x7f, 0]), (2, vec![0x7f, 0xff, 0x3f])];
        vec![Forged { columns, ..right(f, deps, 1, last + 1) }.bytes()]
    }),
    ("a million operations in a few bytes", |f, deps, last| {
        vec![Forged { ops: 1_000_001, ..right(f, deps, 1, last + 1) }.bytes()]
    }),
    ("another author's name", |f, deps, last| {
        vec![Forged { actor: [0xee; 16], ..right(f, deps, 1, last + 1) }.bytes()]
    }),
    ("a deflated chunk", |f, deps, last| vec![Forged { kind: 2, ..right(f, deps, 1, last + 1) }.bytes()]),
];

/// What the op gate tells by itself; without it the library's answer decides.
const OPERATIONS: [(&str, Case); 1] = [("a predecessor that does not exist", |f, deps, last| {
    let columns = vec![(112, vec![0x7f, 1]), (113, vec![0x7f, 0]), (115, vec![0x7f, 0xff, 0x3f])];
    vec![Forged { columns, ..right(f, deps, 1, last + 1) }.bytes()]
})];

/// How hostile items reach Ada.
#[derive(Debug, Clone, Copy)]
enum Way {
    Session,
    Bundle,
}

fn bring(world: &mut World, way: Way, item: Vec<u8>) -> Result<()> {
    ensure!(world.take(BAO, vec![item])? == [ItemResult::Stored], "the forger's own laptop did not keep it");
    match way {
        Way::Session => {
            world.meet(BAO, NODE)?;
            world.meet(ADA, NODE)
        }
        Way::Bundle => {
            let file = bundle::write(world.core_ref(BAO), [5; 32], None)?;
            bundle::read(world, ADA, &file).map(|_| ())
        }
    }
}

/// After whatever came: the page can be edited, kept, loaded and merged, with everything honest in it.
fn goes_on(world: &mut World, page: &str) -> Result<()> {
    world.append(ADA, page, "Ada goes on")?;
    world.append(BAO, page, "Bao goes on")?;
    world.quiesce()?;
    for laptop in [ADA, BAO] {
        world.power_cut(laptop)?;
        world.append(laptop, page, "after a restart")?;
        let text = world.text(laptop, page)?;
        for honest in ["honest beginning", "Ada goes on", "Bao goes on", "after a restart"] {
            ensure!(text.contains(honest), "{honest} is not in {text}");
        }
    }
    world.quiesce()?;
    for laptop in [ADA, BAO] {
        let View::Check(check) = world.ask(laptop, &Query::Check)? else { anyhow::bail!("no check") };
        ensure!(check.findings.is_empty(), "check of {laptop}: {:?}", check.findings);
    }
    checks::same_picture(world).map(|_| ())
}

#[test]
fn t26_a_members_hostile_change_is_set_aside_by_name_and_the_page_stays_editable() -> Result<()> {
    let mut failures = Vec::new();
    for (at, (what, case)) in CASES.iter().chain(&OPERATIONS).enumerate() {
        for (way, gate) in
            [(Way::Session, false), (Way::Bundle, false), (Way::Session, true), (Way::Bundle, true)]
        {
            let by_gate = gate && at >= CASES.len();
            if let Err(error) = hostile(at as u64, *case, way, (gate, by_gate)) {
                failures.push(format!("{what} by {way:?}, op gate {gate}: {error:#}"));
            }
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

fn hostile(seed: u64, case: Case, way: Way, (gate, by_gate): (bool, bool)) -> Result<()> {
    let (mut world, page, mut forger) = scene(seed)?;
    if gate {
        world.perform(ADA, &Command::Compact { on: true, least: None })?;
        world.quiesce()?;
    }
    let (doc, heads, last) = document(&mut world, BAO, &page)?;
    let item = forger.seal(doc.id(), case(&forger, &heads, last))?;
    bring(&mut world, way, item)?;
    let rows = aside(&world, ADA)?;
    let named = rows.iter().find(|r| r.author == world.device(BAO));
    let row = named.ok_or_else(|| anyhow::anyhow!("nobody is named"))?;
    ensure!(!row.reason.is_empty(), "no reason is given");
    ensure!(!by_gate || row.code == "gate", "it was for the library to say: {row:?}");
    goes_on(&mut world, &page)
}

#[test]
fn changes_with_mutated_operations_leave_every_page_loadable() -> Result<()> {
    let (mut world, page, mut forger) = scene(40)?;
    let mut rng = Rng::new(4);
    for _ in 0..40 {
        forger.start_again(&mut rng);
        let (mut doc, _, _) = document(&mut world, BAO, &page)?;
        let stamp = tern_model::Stamp { actor: forger.actor(), time_ms: 1_795_000_000_000 };
        let marker = doc.markers().first().cloned().unwrap_or_default();
        let edit = tern_model::Edit::Splice { block: marker, at: 0, delete: 0, insert: "mutated".to_owned() };
        let mut chunk = doc.edit(&stamp, &[edit])?.0.remove(0);
        let (at, bit) = (60 + rng.below(chunk.len() - 60), rng.below(8));
        chunk[at] ^= 1 << bit;
        let item = forger.seal(doc.id(), vec![with_right_checksum(chunk)])?;
        world.take(ADA, vec![item])?;
        world.append(ADA, &page, "still here")?;
    }
    goes_on(&mut world, &page)
}

#[test]
fn t33_a_commenters_page_edit_is_quarantined_for_its_role() -> Result<()> {
    for role in ["commenter", "reader"] {
        let mut world = World::found(50)?;
        world.join(role)?;
        let page = world.new_page(ADA, "honest beginning")?;
        world.quiesce()?;
        let denied = world.append(BAO, &page, "not mine to write").err();
        ensure!(denied.is_some_and(|e| e.to_string().contains("role")), "a {role} may write pages");
        let mut forger = Forger::of(&mut world, BAO)?;
        let (doc, heads, last) = document(&mut world, BAO, &page)?;
        let change = right(&forger, &heads, 1, last + 1).bytes();
        let item = forger.seal(doc.id(), vec![change])?;
        bring(&mut world, Way::Session, item)?;
        let rows = aside(&world, ADA)?;
        ensure!(rows.iter().any(|r| r.code == "role" && r.author == world.device(BAO)), "{role}: {rows:?}");
        world.append(ADA, &page, "Ada goes on")?;
    }
    Ok(())
}

#[test]
fn t10_kinds_of_later_versions_are_kept_and_passed_on() -> Result<()> {
    let (mut world, page, mut forger) = scene(60)?;
    let item = forger.unknown_kind(0x30)?;
    bring(&mut world, Way::Session, item.clone())?;
    let id = *tern_trust::Item::parse(item)?.id();
    ensure!(world.core_ref(ADA).store().item(&id)?.is_some(), "an item of an unknown kind was not passed on");
    checks::same_lanes(&world)?;
    goes_on(&mut world, &page)
}

#[test]
fn t7_replays_do_nothing_and_items_of_other_workspaces_are_refused() -> Result<()> {
    let (mut world, page, mut forger) = scene(61)?;
    let before = checks::picture(&mut world, ADA)?;
    let all: Vec<Vec<u8>> =
        world.core_ref(BAO).store().items_after(0, 64 << 20)?.into_iter().map(|i| i.bytes).collect();
    let results = world.take(ADA, all)?;
    ensure!(results.iter().all(|r| *r == ItemResult::Known), "{results:?}");
    let (doc, heads, last) = document(&mut world, BAO, &page)?;
    let change = right(&forger, &heads, 1, last + 1).bytes();
    forger.for_workspace([9; 32]);
    let foreign = forger.seal(doc.id(), vec![change])?;
    ensure!(world.take(ADA, vec![foreign])? == [ItemResult::Invalid], "a foreign item was taken");
    ensure!(before == checks::picture(&mut world, ADA)?, "a replay changed something");
    Ok(())
}

/// What stands in the clear is guarded by its signature alone.
#[test]
fn what_its_author_did_not_sign_is_taken_by_nobody() -> Result<()> {
    let (mut world, page, mut forger) = scene(67)?;
    let (doc, heads, last) = document(&mut world, BAO, &page)?;
    let change = right(&forger, &heads, 1, last + 1).bytes();
    let made = [
        ("content", forger.seal(doc.id(), vec![change])?),
        (
            "a record",
            forger.record(world.core_ref(BAO), Fields::ItemAdmit { space: [0; 16], items: vec![[9; 32]] })?,
        ),
        ("a reference to an attachment", forger.blob_ref([3; 32], 10)?),
        ("a later kind", forger.unknown_kind(0x51)?),
    ];
    let ada = world.device(ADA);
    let rows = world.core_ref(ADA).store().last_row()?;
    for (what, item) in &made {
        // In Ada's name; on another day than was signed; with another signature.
        let mut forged = vec![item.clone(); 3];
        forged[0][36..68].copy_from_slice(&ada);
        forged[1][2] ^= 1;
        *forged[2].last_mut().expect("a signature") ^= 1;
        for (at, item) in forged.into_iter().enumerate() {
            let there = world.take(ADA, vec![item.clone()])?;
            ensure!(there == [ItemResult::Invalid], "{what}, {at}: a laptop says {there:?}");
            let node = world.node.hub.tenants_mut().next().expect("a tenant");
            let there = tern_peer::hub::Tenant::ingest(node, vec![item]).0;
            ensure!(there == [ItemResult::Invalid], "{what}, {at}: the node says {there:?}");
        }
    }
    ensure!(world.core_ref(ADA).store().last_row()? == rows, "something was stored");
    for (what, item) in made {
        ensure!(world.take(ADA, vec![item])? == [ItemResult::Stored], "{what}, as it was signed");
    }
    goes_on(&mut world, &page)
}

#[test]
fn t6_clocks_that_lie_by_ten_years_change_nothing_but_the_dates_shown() -> Result<()> {
    let (mut world, page, _) = scene(62)?;
    world.laptops[ADA].clock.set_skew(10 * YEAR_MS);
    world.laptops[BAO].clock.set_skew(-10 * YEAR_MS);
    world.append(ADA, &page, "from the future")?;
    world.append(BAO, &page, "from the past")?;
    // At the same time both name the page: neither name may win by its date, and the other one is shown beside it.
    for (laptop, title) in [(ADA, "By Ada"), (BAO, "By Bao")] {
        world.perform(laptop, &Command::PageRename { page: page.clone(), title: title.to_owned() })?;
    }
    world.quiesce()?;
    checks::all(&mut world, &Reference::default())?;
    for laptop in [ADA, BAO] {
        let text = world.text(laptop, &page)?;
        ensure!(text.contains("from the future") && text.contains("from the past"), "{text}");
        let View::Page(shown) = world.ask(laptop, &Query::Page { page: page.clone(), at: None })? else {
            anyhow::bail!("no page")
        };
        let mut titles: Vec<&str> = shown.conflicts.iter().map(|lost| lost.value.as_str()).collect();
        titles.push(&shown.title);
        titles.sort_unstable();
        ensure!(titles == ["By Ada", "By Bao"], "laptop {laptop} shows {titles:?}");
    }
    goes_on(&mut world, &page)
}

#[test]
fn t42_without_a_required_feature_the_log_alone_is_exchanged_and_everybody_writes_on() -> Result<()> {
    let (mut world, page, _) = scene(70)?;
    let mut admin = Forger::of(&mut world, ADA)?;
    let bits = tern_peer::hub::FEATURES << 1;
    let require = admin.record(world.core_ref(ADA), Fields::Require { bits })?;
    ensure!(world.take(ADA, vec![require])? == [ItemResult::Stored], "the requirement was not kept");
    world.append(ADA, &page, "written after the requirement")?;
    world.append(BAO, &page, "written before it was known")?;
    // A record written later still arrives: whoever updates must know who is in.
    let invite = Command::Invite { role: "writer".into(), mode: "open".into(), uses: 1, expires_ms: 1 << 40 };
    world.perform(ADA, &invite)?;
    for (from, to) in [(ADA, NODE), (BAO, NODE), (ADA, BAO)] {
        ensure!(world.dial(from, to, Purpose::Meet), "no connection");
        world.settle()?;
        let news = world.links[0].news();
        ensure!(news.iter().all(|n| !n.in_sync), "content passed for exchanged");
        ensure!(
            news.iter().all(|n| n.update_needed.is_some_and(|why| why.contains("Update needed"))),
            "nobody says why: {news:?}"
        );
        world.hang_up();
    }
    let membership = |laptop: usize| world.core_ref(laptop).membership().clone();
    ensure!(membership(BAO).require == bits && membership(BAO).invites == membership(ADA).invites);
    world.append(BAO, &page, "written after it was known")?;
    ensure!(!world.text(BAO, &page)?.contains("written after the requirement"), "content came");
    ensure!(!world.text(ADA, &page)?.contains("written before it was known"), "content came");
    let bao = world.text(BAO, &page)?;
    for own in ["honest beginning", "written before it was known", "written after it was known"] {
        ensure!(bao.contains(own), "{own} is not in {bao}");
    }
    let View::Status(status) = world.ask(BAO, &Query::Status)? else { anyhow::bail!("no status") };
    ensure!(status.line.contains("update needed"), "{}", status.line);
    Ok(())
}

#[test]
fn garbage_of_any_peer_ends_its_session_and_nothing_else() -> Result<()> {
    let (mut world, page, _) = scene(63)?;
    let mut rng = Rng::new(9);
    for round in 0..400u64 {
        let target = if round % 2 == 0 { ADA } else { NODE };
        let devices =
            if round % 3 == 0 { [world.device(BAO), world.device(target)] } else { [rng.bytes(), [1; 32]] };
        let (mut link, [_, answerer]) =
            Link::new(100_000 + round, [BAO, target], devices, Purpose::Meet, rng.bytes());
        let conn = link.conn;
        world.deliver(target, NetIn::Open(answerer));
        for _ in 0..4 {
            let mut bytes = vec![0; rng.below(700)];
            rng.fill(&mut bytes);
            // Sometimes a frame whose length is believable.
            if rng.chance(50) && bytes.len() > 4 {
                let length = u32::try_from(bytes.len() - 4)?;
                bytes[..4].copy_from_slice(&length.to_le_bytes());
            }
            let tag = rng.bytes();
            world.deliver(target, NetIn::Control { conn, bytes: bytes.clone() });
            world.deliver(target, NetIn::Items { conn, stream: 3, tag, bytes });
        }
        world.deliver(target, NetIn::StreamEnded { conn, stream: 3 });
        world.pass(120_000);
        link.gather();
        let connected =
            if target == NODE { world.node.hub.connected() } else { world.laptops[ADA].hub.connected() };
        ensure!(connected.is_empty(), "round {round}: garbage passed for a greeting");
        let closed = link.hangs_up() || link.news()[1].closed.is_some();
        ensure!(closed, "round {round}: the session goes on after garbage");
        world.deliver(target, NetIn::Lost { conn });
    }
    goes_on(&mut world, &page)
}

#[test]
fn garbage_in_the_middle_of_a_real_session_loses_nothing() -> Result<()> {
    let (mut world, page, _) = scene(64)?;
    let mut rng = Rng::new(10);
    for round in 0..60 {
        world.append(ADA, &page, "more")?;
        world.dial_known(ADA, NODE)?;
        world.pump(rng.below(12));
        let conn = world.links.first().map_or(0, |l| l.conn);
        let mut bytes = vec![0; 1 + rng.below(90)];
        rng.fill(&mut bytes);
        world.deliver(if round % 2 == 0 { ADA } else { NODE }, NetIn::Control { conn, bytes });
        world.settle()?;
        world.hang_up();
    }
    goes_on(&mut world, &page)
}

#[test]
fn a_hundred_reconnects_leave_one_session() -> Result<()> {
    let (mut world, page, _) = scene(65)?;
    for _ in 0..100 {
        world.dial_known(ADA, NODE)?;
        let count = world.rng.below(40);
        world.pump(count);
        world.hang_up();
    }
    world.dial_known(ADA, NODE)?;
    world.settle()?;
    let (here, there) = (world.laptops[ADA].hub.connected(), world.node.hub.connected());
    ensure!(here.len() == 1 && there.len() == 1, "{} and {} sessions", here.len(), there.len());
    let loads = [world.laptops[ADA].hub.load(), world.node.hub.load()];
    ensure!(loads == [(1, 0); 2], "connections, and strangers among them: {loads:?}");
    goes_on(&mut world, &page)
}

#[test]
fn a_corrupted_row_is_found_and_named() -> Result<()> {
    let (mut world, page, _) = scene(66)?;
    let copy = world.disk.after_power_cut(&world.laptops[ADA].path.clone(), "damaged", &[])?;
    let conn = rusqlite::Connection::open(&copy)?;
    let wanted = "UPDATE items SET bytes = zeroblob(length(bytes)) WHERE row = (SELECT max(row) FROM items)";
    ensure!(conn.execute(wanted, [])? == 1, "no row was damaged");
    drop(conn);
    world.start_from(ADA, copy)?;
    let View::Check(check) = world.ask(ADA, &Query::Check)? else { anyhow::bail!("no check") };
    ensure!(check.bad > 0 && !check.findings.is_empty(), "{check:?}");
    // Whatever is asked, the answer is an answer or a sentence.
    let _ = world.text(ADA, &page);
    let _ = checks::picture(&mut world, ADA);
    Ok(())
}

fn reopen(world: &World, laptop: usize, options: &OpenOptions) -> Result<Core> {
    let machine = &world.laptops[laptop];
    Ok(Core::open_with(&machine.path, &machine.seed, None, SimHost::boxed(&machine.clock, 3), options)?)
}

#[test]
fn a_full_disk_refuses_edits_in_words_and_keeps_what_was_saved() -> Result<()> {
    let (mut world, page, _) = scene(67)?;
    world.core(ADA)?.rest();
    let size = std::fs::metadata(&world.laptops[ADA].path)?.len();
    let pages = u32::try_from(size / u64::from(tern_store::PAGE_BYTES))? + 12;
    let mut full =
        reopen(&world, ADA, &OpenOptions { max_page_count: Some(pages), ..OpenOptions::default() })?;
    let mut saved = 0;
    let mut refusal = None;
    for at in 0..400 {
        let markdown = format!("line {at} {}", "lorem ipsum ".repeat(40));
        match full.perform(&Command::PageAppend { page: page.clone(), markdown }) {
            Ok(_) => saved = at + 1,
            Err(e) => {
                refusal = Some(e);
                break;
            }
        }
    }
    let refusal = refusal.ok_or_else(|| anyhow::anyhow!("the disk never filled"))?;
    ensure!(refusal.to_string().contains("full"), "{refusal}");
    let query = Query::PageText { page: page.clone(), format: "md".to_owned(), at: None };
    let View::Text { text } = full.answer(&query)? else { anyhow::bail!("no text") };
    ensure!(saved == 0 || text.contains(&format!("line {} ", saved - 1)), "a saved line is gone");
    ensure!(!text.contains(&format!("line {saved} ")), "a refused line is shown");
    drop(full);
    let mut roomy = reopen(&world, ADA, &OpenOptions::default())?;
    roomy.perform(&Command::PageAppend { page, markdown: "room again".to_owned() })?;
    let View::Text { text } = roomy.answer(&query)? else { anyhow::bail!("no text") };
    ensure!(text.contains("room again") && (saved == 0 || text.contains(&format!("line {} ", saved - 1))));
    Ok(())
}

#[test]
fn a_read_only_store_is_read_and_refuses_edits_in_words() -> Result<()> {
    let (mut world, page, _) = scene(68)?;
    world.core(ADA)?.rest();
    let mut core = reopen(&world, ADA, &OpenOptions { read_only: true, ..OpenOptions::default() })?;
    let query = Query::PageText { page: page.clone(), format: "md".to_owned(), at: None };
    let View::Text { text } = core.answer(&query)? else { anyhow::bail!("no text") };
    ensure!(text.contains("honest beginning"), "{text}");
    let refusal = core.perform(&Command::PageAppend { page, markdown: "no".to_owned() }).err();
    let refusal = refusal.ok_or_else(|| anyhow::anyhow!("a read-only store took an edit"))?;
    ensure!(refusal.to_string().to_lowercase().contains("read"), "{refusal}");
    ensure!(refusal.kind != ErrorKind::Usage);
    Ok(())
}

#[test]
fn node_bundle_and_direct_session_lead_to_the_same_heads() -> Result<()> {
    let mut pictures = Vec::new();
    for way in 0..3 {
        let (mut world, page, _) = scene(69)?;
        world.append(ADA, &page, "by Ada alone")?;
        world.append(BAO, &page, "by Bao alone")?;
        world.new_page(BAO, "a page of Bao's")?;
        match way {
            0 => world.quiesce()?,
            1 => {
                let there = bundle::write(world.core_ref(ADA), [1; 32], None)?;
                let (summary, _) = bundle::read(&mut world, BAO, &there)?;
                let back = bundle::write(world.core_ref(BAO), [2; 32], Some(&summary))?;
                bundle::read(&mut world, ADA, &back)?;
            }
            _ => {
                ensure!(world.dial(ADA, BAO, Purpose::Meet), "no connection");
                world.settle()?;
            }
        }
        checks::same_picture(&mut world)?;
        pictures.push(checks::picture(&mut world, ADA)?);
    }
    ensure!(pictures[0] == pictures[1] && pictures[1] == pictures[2], "the three ways differ");
    Ok(())
}
