//! Damaged rows of a store: what can be read is read, nothing is written on a log with gaps, and the next meeting brings
//! back what was lost.

use anyhow::{Result, ensure};
use tern_peer::{Command, ErrorKind, PeerError, Query, Reply, View};
use tern_sync::Lane;
use tern_tests::world::NODE;
use tern_tests::{World, checks};

const ADA: usize = 0;
const BAO: usize = 1;

fn scene(seed: u64) -> Result<(World, String)> {
    let mut world = World::ready(seed, 2)?;
    let markdown = Some("honest beginning".to_owned());
    let new = Command::PageNew { title: "Plan".to_owned(), parent: None, space: None, markdown };
    let Reply::Doc(page) = world.perform(ADA, &new)? else { anyhow::bail!("no page") };
    world.quiesce()?;
    Ok((world, page.id))
}

/// Bao's laptop starts again on a store in which these rows are damaged.
fn damage(world: &mut World, rows: &[i64]) -> Result<()> {
    let copy = world.disk.after_power_cut(&world.laptops[BAO].path.clone(), "damaged", &[])?;
    let conn = rusqlite::Connection::open(&copy)?;
    for row in rows {
        let sql = "UPDATE items SET bytes = zeroblob(length(bytes)) WHERE row = ?1";
        ensure!(conn.execute(sql, [row])? == 1, "no row was damaged");
    }
    drop(conn);
    world.start_from(BAO, copy)
}

fn findings(world: &mut World) -> Result<Vec<String>> {
    let View::Check(check) = world.ask(BAO, &Query::Check)? else { anyhow::bail!("no check") };
    ensure!((check.bad == 0) == check.findings.is_empty());
    Ok(check.findings)
}

#[test]
fn every_record_of_the_log_can_be_damaged_and_comes_back_with_the_next_meeting() -> Result<()> {
    let (mut world, page) = scene(90)?;
    let records = world.core_ref(BAO).store().records(&Lane::LOG.0)?;
    ensure!(records.len() >= 5, "{} records", records.len());
    let mut ids: Vec<[u8; 32]> = records.into_iter().map(|r| r.id).collect();
    ids.push(ids[0]);
    let (all, mut unreadable) = (ids.len(), 0);
    for (round, id) in ids.into_iter().enumerate() {
        let row = world.core_ref(BAO).store().row_of(&id)?.ok_or_else(|| anyhow::anyhow!("no row"))?;
        damage(&mut world, &[row])?;
        let View::Pages(tree) = world.ask(BAO, &Query::Pages { trash: false })? else {
            anyhow::bail!("no tree")
        };
        ensure!(tree.pages.iter().any(|p| p.title == "Plan"), "record {round}: the tree is gone");
        match world.text(BAO, &page) {
            Ok(text) => ensure!(text.contains("honest beginning"), "record {round}: the text is gone"),
            // The record may be the one that carries the key.
            Err(error) => {
                let kind = error.downcast_ref::<PeerError>().map(|e| e.kind);
                ensure!(kind == Some(ErrorKind::Damaged), "record {round}: {error:#}");
                unreadable += 1;
            }
        }
        let found = findings(&mut world)?;
        ensure!(
            found.iter().any(|f| f.contains("record of the membership log")),
            "record {round}: {found:?}"
        );
        let edit = Command::PageAppend { page: page.clone(), markdown: format!("after {round}") };
        let refused = world.perform(BAO, &edit).err();
        ensure!(
            refused.is_some_and(|e| e.kind == ErrorKind::Damaged),
            "record {round}: written on a log with gaps"
        );
        world.meet(BAO, NODE)?;
        ensure!(findings(&mut world)?.is_empty(), "record {round}: {:?}", findings(&mut world)?);
        world.perform(BAO, &edit)?;
        world.power_cut(BAO)?;
        ensure!(world.text(BAO, &page)?.contains(&format!("after {round}")));
    }
    ensure!(unreadable * 2 <= all, "{unreadable} of {all} records left the page unreadable");
    world.quiesce()?;
    checks::same_lanes(&world)?;
    checks::same_picture(&mut world).map(|_| ())
}

#[test]
fn damaged_rows_of_content_are_named_by_a_check_and_come_back_with_the_next_meeting() -> Result<()> {
    let (mut world, page) = scene(91)?;
    let all = world.core_ref(BAO).store().items_after(0, 64 << 20)?;
    let rows: Vec<i64> = all.iter().filter(|i| i.lane != Lane::LOG.0).map(|i| i.row).collect();
    ensure!(rows.len() >= 3);
    damage(&mut world, &rows)?;
    let found = findings(&mut world)?;
    ensure!(found.len() >= rows.len(), "{found:?}");
    ensure!(!findings(&mut world)?.is_empty(), "what is lost is not said again");
    world.meet(BAO, NODE)?;
    ensure!(findings(&mut world)?.is_empty(), "{:?}", findings(&mut world)?);
    ensure!(world.text(BAO, &page)?.contains("honest beginning"));
    let edit = Command::PageAppend { page, markdown: "goes on".to_owned() };
    world.perform(BAO, &edit)?;
    world.quiesce()?;
    checks::same_lanes(&world)?;
    checks::same_picture(&mut world).map(|_| ())
}

#[test]
fn edits_that_come_for_a_page_with_a_damaged_row_are_taken_and_the_row_is_asked_for_again() -> Result<()> {
    let (mut world, page) = scene(92)?;
    let all = world.core_ref(BAO).store().items_after(0, 64 << 20)?;
    let rows: Vec<i64> = all.iter().filter(|i| i.lane != Lane::LOG.0).map(|i| i.row).collect();
    damage(&mut world, &rows)?;
    let edit = Command::PageAppend { page: page.clone(), markdown: "from Ada".to_owned() };
    world.perform(ADA, &edit)?;
    world.quiesce()?;
    world.quiesce()?;
    ensure!(world.text(BAO, &page)?.contains("from Ada"));
    Ok(())
}
