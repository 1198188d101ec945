//! Private spaces: what whoever is outside may not even learn, and what becomes of one whose maker was removed first.

use anyhow::{Result, bail, ensure};
use tern_peer::{
    AccessCommand, Command, ErrorKind, Query, Reply, Say, StatusView, ThreadCommand, ThreadView, View,
};
use tern_tests::world::NODE;
use tern_tests::{World, checks};

const ADA: usize = 0;
const BAO: usize = 1;
const CLEO: usize = 2;

/// A private space of `by`, with these people.
fn private(world: &mut World, by: usize, with: &[usize]) -> Result<String> {
    let with = with.iter().map(|laptop| world.member_hex(*laptop)).collect::<Result<_>>()?;
    let new = AccessCommand::SpaceNew { title: "Between us".to_owned(), private: true, with };
    match world.perform(by, &Command::Access(new))? {
        Reply::Space { id } => Ok(id),
        other => bail!("{other:?}"),
    }
}

fn page_in(world: &mut World, laptop: usize, space: Option<&str>) -> Result<String> {
    let (title, markdown) = ("Plan".to_owned(), Some("words".to_owned()));
    let space = space.map(str::to_owned);
    match world.perform(laptop, &Command::PageNew { title, parent: None, space, markdown })? {
        Reply::Doc(doc) => Ok(doc.id),
        other => bail!("{other:?}"),
    }
}

fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).filter_map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()).collect()
}

#[test]
fn t30_a_removal_by_somebody_inside_does_not_tell_outsiders_that_there_is_a_space() -> Result<()> {
    let mut world = World::company(401)?;
    let space = private(&mut world, BAO, &[CLEO])?;
    world.quiesce()?;
    page_in(&mut world, CLEO, Some(&space))?;
    world.quiesce()?;
    let member = world.member_hex(CLEO)?;
    world.perform(BAO, &Command::Access(AccessCommand::MemberRemove { member }))?;
    for laptop in [BAO, ADA, CLEO, ADA] {
        world.meet(laptop, NODE)?;
    }
    let id = bytes(&space);
    ensure!(checks::on_disk(&world.laptops[BAO].path, &id), "whoever is inside holds the id");
    ensure!(!checks::on_disk(&world.laptops[ADA].path, &id), "Ada, who never was inside, holds the id");
    // What Cleo wrote before is still there inside.
    let found = checks::pages(&mut world, BAO, None)?;
    ensure!(found.iter().any(|line| line.contains("words")), "{found:?}");
    Ok(())
}

/// Who holds what, who has a page, and on whose machines the message of a thread is.
fn known(world: &mut World, page: &str, thread: &str) -> Result<(StatusView, Vec<String>, Vec<String>)> {
    let View::Status(status) = world.ask(ADA, &Query::Status)? else { bail!("no status") };
    let View::Page(page) = world.ask(ADA, &Query::Page { page: page.to_owned(), at: None })? else {
        bail!("no page")
    };
    let View::Thread(thread) = world.ask(ADA, &Query::Thread { thread: thread.to_owned() })? else {
        bail!("no thread")
    };
    let rungs = thread.messages[0].delivered.iter().map(|rung| rung.text.clone()).collect();
    Ok((status, page.delivery, rungs))
}

#[test]
fn who_is_outside_a_space_is_not_shown_as_holding_what_is_in_it() -> Result<()> {
    let mut world = World::company(404)?;
    world.quiesce()?;
    let space = private(&mut world, ADA, &[BAO])?;
    let page = page_in(&mut world, ADA, Some(&space))?;
    let say = Say { body: "Shall we?".to_owned(), ..Say::default() };
    let new = ThreadCommand::New { title: "Alone".to_owned(), on: None, space: Some(space.clone()), say };
    let Reply::Thread(thread) = world.perform(ADA, &Command::Thread(new))? else { bail!("no thread") };
    let ThreadView { id: thread, .. } = *thread;
    world.meet(ADA, CLEO)?;
    let (status, delivery, rungs) = known(&mut world, &page, &thread)?;
    let cleo = status.peers.iter().find(|peer| peer.id == hex(&world.device(CLEO))).expect("met");
    ensure!(cleo.all, "Cleo holds what is hers to hold: {cleo:?}");
    ensure!(status.only_here.items >= 2, "nobody else holds it: {:?}", status.only_here);
    ensure!(delivery.iter().all(|words| !words.ends_with("has it")), "{delivery:?}");
    ensure!(rungs == ["Saved here"], "{rungs:?}");
    world.meet(ADA, BAO)?;
    let (status, delivery, rungs) = known(&mut world, &page, &thread)?;
    ensure!(status.only_here.items == 0, "{:?}", status.only_here);
    ensure!(delivery.iter().filter(|words| words.ends_with("has it")).count() == 1, "{delivery:?}");
    ensure!(rungs.len() == 2 && rungs[1].starts_with("On "), "{rungs:?}");
    // Whoever comes in later holds nothing of it before the next meeting.
    let has = |delivery: &[String]| delivery.iter().filter(|words| words.ends_with("has it")).count();
    let member = world.member_hex(CLEO)?;
    let add = AccessCommand::SpaceAdd { space, member, role: "writer".to_owned() };
    world.perform(ADA, &Command::Access(add))?;
    let (_, delivery, rungs) = known(&mut world, &page, &thread)?;
    ensure!(has(&delivery) == 1 && rungs.len() == 2, "{delivery:?} {rungs:?}");
    world.meet(ADA, CLEO)?;
    let (_, delivery, rungs) = known(&mut world, &page, &thread)?;
    ensure!(has(&delivery) == 2 && rungs.len() == 3, "{delivery:?} {rungs:?}");
    Ok(())
}

#[test]
fn a_node_that_got_a_new_space_beside_much_else_is_known_to_hold_it_after_that_meeting() -> Result<()> {
    let mut world = World::ready(405, 2)?;
    world.quiesce()?;
    // More than is pushed at once, so that the two compare what they hold.
    let noise: String = (0..3 << 16).map(|_| format!("{:016x} ", world.rng.draw())).collect();
    for part in noise.as_bytes().chunks(400 << 10) {
        world.new_page(ADA, &String::from_utf8_lossy(part))?;
    }
    let space = private(&mut world, ADA, &[])?;
    let page = page_in(&mut world, ADA, Some(&space))?;
    world.meet(ADA, NODE)?;
    let View::Page(page) = world.ask(ADA, &Query::Page { page, at: None })? else { bail!("no page") };
    ensure!(page.delivery == ["Saved here", "node has it"], "{:?}", page.delivery);
    let View::Status(status) = world.ask(ADA, &Query::Status)? else { bail!("no status") };
    ensure!(status.only_here.items == 0 && status.peers.iter().any(|peer| peer.all), "{status:?}");
    Ok(())
}

#[test]
fn a_page_is_not_put_under_a_page_that_other_people_read() -> Result<()> {
    let mut world = World::ready(402, 2)?;
    let space = private(&mut world, ADA, &[])?;
    let (open, inside) = (page_in(&mut world, ADA, None)?, page_in(&mut world, ADA, Some(&space))?);
    for (page, parent) in [(&open, &inside), (&inside, &open)] {
        let parent = Some(parent.clone());
        let moved = world.perform(ADA, &Command::PageMove { page: page.clone(), parent, after: None });
        let refused = moved.err();
        ensure!(refused.as_ref().is_some_and(|e| e.kind == ErrorKind::Usage), "{refused:?}");
        ensure!(refused.is_some_and(|e| e.to_string().contains("different spaces")));
    }
    Ok(())
}

#[test]
fn a_space_whose_maker_had_been_removed_is_not_listed_and_what_is_in_it_is_kept() -> Result<()> {
    let mut world = World::company(403)?;
    let member = world.member_hex(CLEO)?;
    world.perform(BAO, &Command::Access(AccessCommand::MemberRemove { member }))?;
    // Cleo has not heard of it, and Ada hears of the space first.
    let space = private(&mut world, CLEO, &[ADA])?;
    let page = page_in(&mut world, CLEO, Some(&space))?;
    world.meet(ADA, CLEO)?;
    let query = Query::Page { page: page.clone(), at: None };
    ensure!(matches!(world.ask(ADA, &query)?, View::Page(_)), "Ada reads it until she knows");
    world.meet(BAO, NODE)?;
    world.meet(ADA, NODE)?;
    ensure!(world.ask(ADA, &query).is_err(), "a page of a space that never was is shown");
    let listed = checks::pages(&mut world, ADA, None)?;
    ensure!(
        listed.iter().all(|line| !line.contains(&page)),
        "it is listed, and cannot be opened: {listed:?}"
    );
    checks::checked(&mut world, ADA)?;
    let rows = world.core_ref(ADA).store().verdicts(&tern_store::VerdictFilter::All)?;
    ensure!(!rows.is_empty(), "what was written is neither shown nor listed");
    Ok(())
}
