//! The relay role never holds a key: nobody honest gives a node one, and a key that a member forces on it stays shut.

use anyhow::{Result, ensure};
use tern_peer::hub::Tenant as _;
use tern_peer::{AccessCommand, Command, Reply};
use tern_sync::{ItemResult, Lane};
use tern_tests::forge::Forger;
use tern_tests::world::NODE;
use tern_tests::{World, checks};
use tern_trust::derive::Dice;
use tern_trust::log::Standing;
use tern_trust::record::{Fields, KeyWrap};
use tern_trust::space::Spaces;
use tern_trust::wrap::{Hint, wrap};
use tern_trust::{DeviceKeys, Item, KeyRing, Log};

const ADA: usize = 0;
const BAO: usize = 1;
/// Tables of a store that only whoever reads fills.
const READERS_TABLES: [&str; 9] =
    ["docs", "pages", "tasks", "people", "projects", "threads", "messages", "verdicts", "search_docs"];

/// The log as a store has it.
fn log(store: &tern_store::Store, world: &World) -> Result<Log> {
    let mut log = Log::new(world.workspace);
    for item in store.records(&Lane::LOG.0)? {
        log.insert_stored(Item::parse(item.bytes)?);
    }
    Ok(log)
}

/// A workspace in which every occasion for giving keys away was had.
fn busy(seed: u64) -> Result<World> {
    let mut world = World::ready(seed, 3)?;
    let private = AccessCommand::SpaceNew { title: "Payroll".to_owned(), private: true, with: vec![] };
    world.perform(ADA, &Command::Access(private))?;
    let page = Command::PageNew {
        title: "Plan".to_owned(),
        parent: None,
        space: Some("Payroll".to_owned()),
        markdown: Some("sealed".to_owned()),
    };
    let Reply::Doc(_) = world.perform(ADA, &page)? else { anyhow::bail!("no page") };
    world.join("writer")?;
    world.quiesce()?;
    let member = world.member_hex(2)?;
    world.perform(ADA, &Command::Access(AccessCommand::MemberRemove { member }))?;
    for laptop in [ADA, BAO, ADA] {
        world.meet(laptop, NODE)?;
    }
    Ok(world)
}

#[test]
fn nobody_honest_wraps_a_key_to_a_relay() -> Result<()> {
    let world = busy(301)?;
    let node = DeviceKeys::from_seed(&world.node.seed);
    let log = log(world.core_ref(ADA).store(), &world)?;
    ensure!(matches!(log.membership().standing(&node.id()), Standing::Relay));
    let (mut epochs, mut wraps) = (0, 0);
    for (_, record) in log.records() {
        let recipients: &[[u8; 32]] = match &record.fields {
            Fields::Epoch(epoch) => &epoch.recipients,
            Fields::KeyWrap(given) => &given.recipients,
            _ => &[],
        };
        ensure!(!recipients.contains(node.opener().public()), "a key is given to the relay");
        epochs += usize::from(matches!(record.fields, Fields::Epoch(_)));
        wraps += recipients.len();
    }
    ensure!(epochs > 0 && wraps > 0, "no key was given to anybody");
    ensure!(KeyRing::new().learn(&log, &[node.opener()]).is_empty(), "the relay's key opens an epoch");
    let mut spaces = Spaces::new();
    spaces.learn(&log, &[node.opener()]);
    ensure!(spaces.iter().next().is_none(), "the relay's key opens a space");
    // The same looking finds what a member can open.
    let ada = DeviceKeys::from_seed(&world.laptops[ADA].seed);
    ensure!(!KeyRing::new().learn(&log, &[ada.opener()]).is_empty());
    spaces.learn(&log, &[ada.opener()]);
    ensure!(spaces.iter().next().is_some());
    checks::node_is_blind(&world)
}

#[test]
fn a_wrap_that_a_member_forges_to_a_relay_makes_the_node_no_reader_and_troubles_nobody() -> Result<()> {
    let mut world = busy(302)?;
    let node = DeviceKeys::from_seed(&world.node.seed);
    let (ring, before) = checks::keys(&world, BAO)?;
    let membership = before.membership();
    let key = ring.keys().find(|key| membership.epochs.contains_key(&key.epoch())).expect("a key");
    let recipient = *node.opener().public();
    let forged =
        wrap(&world.workspace, key, &recipient, Hint::Shown, &mut Dice::new([6; 32])).expect("a box");
    let fields =
        Fields::KeyWrap(KeyWrap { epoch: key.epoch(), recipients: vec![recipient], wraps: vec![forged] });
    let mut forger = Forger::of(&mut world, BAO)?;
    let record = forger.record(world.core_ref(BAO), fields)?;
    ensure!(world.take(BAO, vec![record.clone()])? == [ItemResult::Stored]);
    world.meet(BAO, NODE)?;
    world.meet(ADA, NODE)?;

    // The member could have told the node's operator the key by any other way. The node itself keeps the record shut.
    let tenant = world.node.hub.tenants().next().expect("a tenant");
    let there = log(tenant.replica().store, &world)?;
    ensure!(there.contains(Item::parse(record)?.id()), "the record is carried");
    ensure!(
        KeyRing::new().learn(&there, &[node.opener()]).contains(&key.epoch()),
        "the forgery is a good one"
    );
    checks::node_is_blind(&world)?;
    let conn = rusqlite::Connection::open(&world.node.path)?;
    let laptop = rusqlite::Connection::open(&world.laptops[ADA].path)?;
    let count = |conn: &rusqlite::Connection, table: &str| {
        conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
    };
    let mut readable = 0;
    for table in READERS_TABLES {
        readable += count(&laptop, table)?;
        // A node's store need not have the table at all.
        let rows = count(&conn, table);
        ensure!(rows.map_or(true, |count| count == 0), "the node's store has rows in {table}");
    }
    ensure!(readable > 0, "a laptop has rows there");
    // Nobody has to change the key again for it, and work goes on.
    let count = |world: &World| {
        Ok::<_, anyhow::Error>(log(world.core_ref(ADA).store(), world)?.membership().epochs.len())
    };
    let epochs = count(&world)?;
    for _ in 0..3 {
        let page = Command::PageNew { title: "More".to_owned(), parent: None, space: None, markdown: None };
        world.perform(ADA, &page)?;
        world.meet(ADA, NODE)?;
        world.meet(BAO, NODE)?;
    }
    ensure!(count(&world)? == epochs, "a forged wrap makes everybody change keys");
    Ok(())
}

#[test]
fn the_code_of_a_node_speaks_of_no_key_of_anybodys_content() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/peer/src");
    let mut files =
        vec![format!("{dir}/node.rs"), format!("{dir}/core/holdings.rs"), format!("{dir}/core/cover.rs")];
    for entry in std::fs::read_dir(format!("{dir}/node")).expect("readable source") {
        files.push(entry.expect("readable source").path().to_string_lossy().into_owned());
    }
    assert!(files.len() > 6);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("readable source");
        for word in ["KeyRing", "EpochKey", "Opener", ".opener()", "open_item", "Spaces::"] {
            assert!(!text.contains(word), "{file} speaks of {word}");
        }
    }
}
