//! Releases of the time-zone database among replicas: each says its own, and people learn where two differ.

use anyhow::{Result, bail, ensure};
use tern_peer::core::Core;
use tern_peer::hub::Hub;
use tern_peer::{Query, View, ZoneDataView};
use tern_tests::World;
use tern_tests::host::SimHost;

/// What a laptop says wherever people look: delivery, members, strip.
fn said(world: &mut World, laptop: usize) -> Result<ZoneDataView> {
    let View::Status(status) = world.ask(laptop, &Query::Status)? else { bail!("no status") };
    let View::Members(members) = world.ask(laptop, &Query::Members)? else { bail!("no members") };
    let View::Strip(strip) = world.ask(laptop, &Query::Strip { at: None })? else { bail!("no strip") };
    ensure!(members.zone_data == status.zone_data && strip.zone_data_differs == status.zone_data.text);
    Ok(status.zone_data)
}

/// Starts a laptop with another release of the zone data, as an update of Tern does.
fn update(world: &mut World, laptop: usize, release: &'static str) -> Result<()> {
    let host = SimHost::with_zone_data(&world.laptops[laptop].clock, 7, release);
    let (path, seed) = (world.laptops[laptop].path.clone(), world.laptops[laptop].seed);
    world.laptops[laptop].hub = Hub::laptop(Core::open(&path, &seed, host)?);
    Ok(())
}

#[test]
fn t41_two_replicas_with_different_zone_data_say_so_and_equal_ones_do_not() -> Result<()> {
    let mut world = World::ready(81_001, 3)?;
    world.quiesce()?;
    for laptop in 0..3 {
        let same = said(&mut world, laptop)?;
        ensure!(same.others.is_empty() && same.text.is_empty() && !same.version.is_empty(), "{same:?}");
    }
    update(&mut world, 1, "2025b")?;
    world.quiesce()?;
    let ada = said(&mut world, 0)?;
    let others: Vec<(&str, &str)> =
        ada.others.iter().map(|one| (one.name.as_str(), one.version.as_str())).collect();
    ensure!(others == [("Bao", "2025b")] && ada.text.ends_with("Update Tern there."), "{ada:?}");
    let bao = said(&mut world, 1)?;
    ensure!(bao.version == "2025b" && bao.others.len() == 2, "{bao:?}");
    ensure!(bao.text.ends_with("Update Tern here."), "{bao:?}");
    update(&mut world, 1, tern_model::hours::tzdb_version())?;
    world.quiesce()?;
    for laptop in 0..3 {
        ensure!(said(&mut world, laptop)?.others.is_empty(), "all are alike again");
    }
    Ok(())
}

#[test]
fn what_a_device_says_of_its_zone_data_is_said_once() -> Result<()> {
    let mut world = World::ready(81_002, 2)?;
    update(&mut world, 1, "2025b")?;
    world.quiesce()?;
    let rows = |world: &World| world.core_ref(1).store().last_row();
    let before = rows(&world)?;
    for _ in 0..3 {
        world.quiesce()?;
    }
    ensure!(rows(&world)? == before, "nothing is written again");
    Ok(())
}
