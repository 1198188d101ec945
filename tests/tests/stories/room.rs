//! A node with little room: it refuses in words, takes the log, loses nothing, is not asked again and again, and goes on
//! by itself once its operator gives it more.

use anyhow::{Result, bail, ensure};
use tern_peer::hub::Tenant as _;
use tern_peer::node::{LANES_PER_MEMBER, LOG_RESERVE_BYTES, Quota, RoomUse};
use tern_peer::{AccessCommand, Command, Query, Reply, StatusView, View};
use tern_sync::{ItemResult, Lane, Refusal};
use tern_tests::disk::takes_no_items;
use tern_tests::forge::Forger;
use tern_tests::world::NODE;
use tern_tests::{World, checks};

const ADA: usize = 0;
const BAO: usize = 1;

/// A page with so much text.
fn long_page(world: &mut World, laptop: usize, kib: usize) -> Result<String> {
    let text: String = (0..kib).map(|_| noise(world, 1_024) + " ").collect();
    world.new_page(laptop, &text)
}

/// Letters that no compression makes shorter by much.
fn noise(world: &mut World, count: usize) -> String {
    (0..count / 16).map(|_| format!("{:016x}", world.rng.draw())).collect()
}

fn room(world: &mut World, quota: Quota) -> bool {
    world.node.hub.tenants_mut().any(|node| node.core_mut().set_quota(quota))
}

fn used(world: &World) -> RoomUse {
    world.node.hub.tenants().next().expect("a tenant").core().use_of_room()
}

fn status(world: &mut World, laptop: usize) -> Result<StatusView> {
    match world.ask(laptop, &Query::Status)? {
        View::Status(status) => Ok(status),
        other => bail!("{other:?}"),
    }
}

/// Who has a page, in words.
fn delivery(world: &mut World, laptop: usize, page: &str) -> Result<Vec<String>> {
    match world.ask(laptop, &Query::Page { page: page.to_owned(), at: None })? {
        View::Page(page) => Ok(page.delivery),
        other => bail!("{other:?}"),
    }
}

/// Bytes of one meeting.
fn cost(world: &mut World, laptop: usize) -> Result<u64> {
    ensure!(world.dial_known(laptop, NODE)?, "no connection");
    world.settle()?;
    let bytes = world.links.iter().map(|link| link.bytes).sum();
    world.hang_up();
    Ok(bytes)
}

#[test]
fn t17_a_full_node_refuses_in_words_takes_the_log_and_goes_on_by_itself_when_it_is_given_room() -> Result<()>
{
    let mut world = World::ready(171, 2)?;
    world.quiesce()?;
    let before = used(&world);
    room(&mut world, Quota { bytes: before.bytes + 200_000, items: None });
    let pages = (0..8).map(|_| long_page(&mut world, ADA, 60)).collect::<Result<Vec<_>>>()?;
    world.meet(ADA, NODE)?;
    ensure!(used(&world).full, "the node took it all: {:?}", used(&world));
    ensure!(used(&world).bytes < before.bytes + 400_000, "far more than its quota: {:?}", used(&world));

    let told = status(&mut world, ADA)?;
    let node = told.peers.iter().find(|p| p.kind == "node").expect("a node");
    ensure!(node.full && !node.all, "{node:?}");
    ensure!(node.text.contains("full") && node.text.contains("stay here"), "{}", node.text);
    ensure!(told.only_here.items > 0, "{told:?}");

    // The log goes on: a new role is known on the other laptop, through the node.
    let member = world.member_hex(BAO)?;
    world.perform(ADA, &Command::MemberRole { member, role: "commenter".to_owned() })?;
    world.meet(ADA, NODE)?;
    world.meet(BAO, NODE)?;
    let role = world.core_ref(BAO).membership().role_of(&world.member(BAO)?);
    ensure!(role == tern_trust::Role::Commenter, "{role:?}");

    // Nothing is lost, and nobody has to do anything once there is room.
    ensure!(room(&mut world, Quota::default()), "there is room again");
    world.meet(ADA, NODE)?;
    world.meet(BAO, NODE)?;
    checks::same_lanes(&world)?;
    let told = status(&mut world, ADA)?;
    ensure!(told.only_here.items == 0 && told.peers.iter().all(|p| !p.full), "{told:?}");
    for page in pages {
        let query = Query::PageText { page, format: "md".to_owned(), at: None };
        ensure!(matches!(world.ask(BAO, &query)?, View::Text { text } if text.len() > 50_000));
    }
    Ok(())
}

#[test]
fn t38_a_full_node_is_not_asked_again_and_again() -> Result<()> {
    let mut world = World::ready(172, 2)?;
    world.quiesce()?;
    let before = used(&world);
    room(&mut world, Quota { bytes: before.bytes, items: None });
    for _ in 0..6 {
        long_page(&mut world, ADA, 60)?;
    }
    let first = cost(&mut world, ADA)?;
    for round in 0..10 {
        let again = cost(&mut world, ADA)?;
        ensure!(again < 90_000 && again < first / 3, "meeting {round} cost {again} bytes, the first {first}");
    }
    // Connected for hours, it says nothing more of what was refused.
    ensure!(world.dial_known(ADA, NODE)?);
    world.settle()?;
    let bytes = |world: &World| world.links.iter().map(|link| link.bytes).sum::<u64>();
    let after_settling = bytes(&world);
    for _ in 0..900 {
        world.pass(4_000);
        world.pump(1_000);
    }
    ensure!(world.links.len() == 1, "the connection ended");
    let hour = bytes(&world) - after_settling;
    ensure!(hour < 60_000, "{hour} bytes in an hour of standing still");
    Ok(())
}

#[test]
fn items_are_bounded_where_the_operator_says_so() -> Result<()> {
    let mut world = World::ready(173, 2)?;
    world.quiesce()?;
    let most = used(&world).items + 5;
    room(&mut world, Quota { items: Some(most), ..Quota::default() });
    for _ in 0..10 {
        long_page(&mut world, ADA, 1)?;
    }
    world.meet(ADA, NODE)?;
    ensure!(used(&world).full && used(&world).items == most, "{:?} of {most}", used(&world));
    room(&mut world, Quota::default());
    world.meet(ADA, NODE)?;
    checks::same_lanes_of(&world, &[ADA])
}

#[test]
fn a_node_that_starts_again_knows_that_it_was_full() -> Result<()> {
    let mut world = World::ready(174, 2)?;
    world.quiesce()?;
    let before = used(&world);
    room(&mut world, Quota { bytes: before.bytes, items: None });
    long_page(&mut world, ADA, 60)?;
    world.meet(ADA, NODE)?;
    ensure!(used(&world).full);
    world.restart_node(false)?;
    ensure!(used(&world).full, "a full node forgot it");
    ensure!(room(&mut world, Quota::default()), "and is told of its room");
    world.meet(ADA, NODE)?;
    checks::same_lanes_of(&world, &[ADA])
}

#[test]
fn one_member_begins_so_many_lanes_on_a_node_and_no_more() -> Result<()> {
    let mut world = World::ready(175, 2)?;
    world.quiesce()?;
    let mut forger = Forger::of(&mut world, BAO)?;
    let lane = |n: usize| {
        let mut lane = [9; 16];
        lane[..8].copy_from_slice(&(n as u64).to_le_bytes());
        lane
    };
    let core = world.node.hub.tenants_mut().next().expect("a tenant");
    let begun = core.replica().store.lanes()?.len();
    let mut taken = 0;
    for n in 0..LANES_PER_MEMBER * 2 {
        let item = forger.in_lane(lane(n))?;
        let (results, _) = core.ingest(vec![item]);
        match results.as_slice() {
            [ItemResult::Stored] => taken += 1,
            other => ensure!(other == [ItemResult::Refused(Refusal::Size)], "{other:?}"),
        }
    }
    // Bao's personal space counts, as any closed lane does.
    ensure!((LANES_PER_MEMBER - 1..=LANES_PER_MEMBER).contains(&taken), "{taken} lanes");
    let lanes = core.replica().store.lanes()?.len();
    ensure!(lanes <= begun + LANES_PER_MEMBER, "{lanes} lanes, {begun} before");
    // What is begun goes on, by whomever, and others begin their own.
    forger.start_again(&mut world.rng);
    let core = world.node.hub.tenants_mut().next().expect("a tenant");
    ensure!(core.ingest(vec![forger.in_lane(lane(0))?]).0 == [ItemResult::Stored]);
    let mut other = Forger::of(&mut world, ADA)?;
    let core = world.node.hub.tenants_mut().next().expect("a tenant");
    for n in 0..taken {
        ensure!(core.ingest(vec![other.in_lane(lane(n))?]).0 == [ItemResult::Stored]);
    }
    ensure!(core.ingest(vec![other.in_lane(lane(500))?]).0 == [ItemResult::Stored]);
    // What is refused for lack of room has begun nothing.
    let begun = core.replica().store.lanes()?.len();
    let items = Some(core.core().use_of_room().items);
    for n in 600..600 + 2 * LANES_PER_MEMBER {
        core.core_mut().set_quota(Quota::default());
        core.core_mut().set_quota(Quota { items, ..Quota::default() });
        let refused = core.ingest(vec![other.in_lane(lane(n))?]).0;
        ensure!(refused == [ItemResult::Refused(Refusal::Quota)], "{refused:?}");
    }
    core.core_mut().set_quota(Quota::default());
    ensure!(core.ingest(vec![other.in_lane(lane(700))?]).0 == [ItemResult::Stored]);
    ensure!(core.replica().store.lanes()?.len() == begun + 1);
    ensure!(core.replica().store.lane(&Lane::LOG.0)?.items > 0);
    Ok(())
}

#[test]
fn what_a_node_refuses_for_its_number_is_not_shown_as_held_there() -> Result<()> {
    let mut world = World::ready(178, 2)?;
    world.quiesce()?;
    let mut forger = Forger::of(&mut world, ADA)?;
    let core = world.node.hub.tenants_mut().next().expect("a tenant");
    for n in 0..LANES_PER_MEMBER {
        core.ingest(vec![forger.in_lane([n as u8 | 0x80; 16])?]);
    }
    let new = AccessCommand::SpaceNew { title: "One more".to_owned(), private: true, with: Vec::new() };
    let Reply::Space { id: space } = world.perform(ADA, &Command::Access(new))? else { bail!("no space") };
    let new = Command::PageNew {
        title: "Plan".to_owned(),
        parent: None,
        space: Some(space),
        markdown: Some("words".to_owned()),
    };
    let Reply::Doc(page) = world.perform(ADA, &new)? else { bail!("no page") };
    for met in [NODE, BAO] {
        world.meet(ADA, met)?;
    }
    let said = status(&mut world, ADA)?;
    let of = |kind: &str| said.peers.iter().find(|peer| peer.kind == kind).expect("known");
    let (node, bao) = (of("node"), of("laptop"));
    ensure!(node.has < node.of && !node.full && node.text.contains("too large or too many"), "{node:?}");
    ensure!(bao.all && bao.of < node.of, "Bao holds what is shared with him: {bao:?}");
    ensure!(said.only_here.items == node.of - node.has, "{:?}", said.only_here);
    let delivery = delivery(&mut world, ADA, &page.id)?;
    ensure!(delivery == ["Saved here", "node lacks 1 change"], "{delivery:?}");
    // A day later it is offered again, and refused again; that other work is confirmed says nothing of it.
    world.clock.pass(25 * 3_600_000);
    world.new_page(ADA, "in the open")?;
    for _ in 0..2 {
        world.meet(ADA, NODE)?;
        let said = status(&mut world, ADA)?;
        let lacks = said.peers.iter().find(|peer| peer.kind == "node").map(|node| node.of - node.has);
        ensure!(lacks == Some(said.only_here.items) && lacks > Some(0), "{said:?}");
    }
    Ok(())
}

#[test]
fn a_machine_whose_store_fails_is_not_called_full_and_gets_everything_once_it_works() -> Result<()> {
    let mut world = World::ready(179, 2)?;
    world.quiesce()?;
    let broken = [world.node.path.clone(), world.laptops[BAO].path.clone()];
    for store in &broken {
        takes_no_items(store, true)?;
    }
    let page = world.new_page(ADA, "words")?;
    for met in [NODE, BAO, NODE] {
        world.meet(ADA, met)?;
        let said = status(&mut world, ADA)?;
        ensure!(said.peers.iter().all(|peer| !peer.full && !peer.all), "{:?}", said.peers);
        ensure!(said.only_here.items > 0, "nobody has it");
    }
    let said = delivery(&mut world, ADA, &page)?;
    ensure!(said.iter().all(|words| !words.ends_with("has it")), "{said:?}");
    for store in &broken {
        takes_no_items(store, false)?;
    }
    for met in [NODE, BAO] {
        world.meet(ADA, met)?;
    }
    let said = status(&mut world, ADA)?;
    ensure!(said.peers.iter().all(|peer| peer.all) && said.only_here.items == 0, "{said:?}");
    ensure!(world.text(BAO, &page)?.contains("words"));
    Ok(())
}

#[test]
fn attachments_count_as_large_as_they_are_said_to_be_and_none_is_larger_than_a_laptop_makes() -> Result<()> {
    let mut world = World::ready(176, 2)?;
    world.quiesce()?;
    let mut forger = Forger::of(&mut world, BAO)?;
    let bytes = used(&world).bytes + (3 << 30);
    room(&mut world, Quota { bytes, items: None });
    let core = world.node.hub.tenants_mut().next().expect("a tenant");
    let mut offer =
        |n: u8, size: u64| Ok::<_, anyhow::Error>(core.ingest(vec![forger.blob_ref([n; 32], size)?]).0);
    ensure!(offer(1, u64::MAX)? == [ItemResult::Refused(Refusal::Size)]);
    ensure!(offer(2, 1 << 30)? == [ItemResult::Stored]);
    ensure!(offer(3, 1 << 30)? == [ItemResult::Stored]);
    ensure!(offer(4, 1 << 30)? == [ItemResult::Refused(Refusal::Size)], "what is on its way counts");
    ensure!(offer(5, 1_000)? == [ItemResult::Stored], "one that does not fit keeps nothing else out");
    // Who named less first has not made room for more.
    ensure!(
        offer(5, 1 << 30)? == [ItemResult::Refused(Refusal::Size)],
        "named again, and larger than there is room"
    );
    ensure!(offer(5, 500)? == [ItemResult::Stored] && offer(5, 2_000)? == [ItemResult::Stored]);
    ensure!(used(&world).bytes > 2 << 30 && !used(&world).full);
    Ok(())
}

#[test]
fn the_log_of_a_full_node_has_room_of_its_own_and_that_too_has_an_end() -> Result<()> {
    let mut world = World::ready(177, 2)?;
    world.quiesce()?;
    let mut forger = Forger::of(&mut world, ADA)?;
    let mut records = Vec::new();
    for _ in 0..2 {
        let require = tern_trust::record::Fields::Require { bits: 0 };
        records.push(forger.record(world.core_ref(ADA), require)?);
    }
    let large = forger.blob_ref([6; 32], 1 << 30)?;
    // The operator took room away: the node is full, and takes the log.
    room(&mut world, Quota { bytes: 0, items: None });
    let core = world.node.hub.tenants_mut().next().expect("a tenant");
    ensure!(core.core().use_of_room().bytes < LOG_RESERVE_BYTES);
    ensure!(core.ingest(vec![records.remove(0)]).0 == [ItemResult::Stored], "a full node takes the log");
    // It holds more than quota and reserve: there is an end to that.
    room(&mut world, Quota::default());
    let core = world.node.hub.tenants_mut().next().expect("a tenant");
    ensure!(core.ingest(vec![large]).0 == [ItemResult::Stored]);
    room(&mut world, Quota { bytes: 0, items: None });
    let core = world.node.hub.tenants_mut().next().expect("a tenant");
    ensure!(core.core().use_of_room().bytes > LOG_RESERVE_BYTES);
    let end = core.ingest(records).0;
    ensure!(end == [ItemResult::Refused(Refusal::Quota)], "{end:?}");
    Ok(())
}
