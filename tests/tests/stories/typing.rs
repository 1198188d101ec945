//! A window that types sends changes in positions, made on the page as it last knew it: they enter among what others
//! did meanwhile, and the answer says exactly what that was.

use anyhow::{Result, bail, ensure};
use tern_model::Delta;
use tern_model::block::Marks;
use tern_model::delta::{Piece, Side};
use tern_model::flat::Flat;
use tern_peer::{Command, CommentOn, ErrorKind, PageChangesView, PageDeltaReply, Query, Reply, View};
use tern_tests::World;

const ADA: usize = 0;
const BAO: usize = 1;

fn page(world: &mut World, text: &str) -> Result<String> {
    let markdown = Some(text.to_owned());
    let new = Command::PageNew { title: "Plan".to_owned(), parent: None, space: None, markdown };
    let Reply::Doc(page) = world.perform(ADA, &new)? else { bail!("no page") };
    Ok(page.id)
}

/// What a window holds when it opens a page.
fn open(world: &mut World, laptop: usize, page: &str) -> Result<(String, Flat)> {
    let query = Query::PageFlat { page: page.to_owned(), at: None };
    let View::Flat(view) = world.ask(laptop, &query)? else { bail!("no page") };
    Ok((view.heads, view.flat))
}

fn send(world: &mut World, laptop: usize, page: &str, base: &str, delta: &Delta) -> Result<PageDeltaReply> {
    let (page, base, delta) = (page.to_owned(), base.to_owned(), delta.clone());
    let Reply::PageDelta(reply) = world.perform(laptop, &Command::PageDelta { page, base, delta })? else {
        bail!("another reply")
    };
    Ok(reply)
}

fn changes(world: &mut World, laptop: usize, page: &str, from: &str) -> Result<PageChangesView> {
    let query = Query::PageChanges { page: page.to_owned(), from: from.to_owned() };
    let View::PageChanges(view) = world.ask(laptop, &query)? else { bail!("no changes") };
    Ok(*view)
}

fn typed(at: usize, text: &str) -> Delta {
    Delta::splice(at, 0, [Piece::Text(text.to_owned(), Marks::default())])
}

fn text(flat: &Flat) -> Vec<&str> {
    flat.parts().iter().skip(1).map(|part| part.line.text()).collect()
}

#[test]
fn a_change_of_an_old_version_enters_among_what_came_in_between() -> Result<()> {
    let mut world = World::ready(31, 2)?;
    let id = page(&mut world, "one\n\ntwo")?;
    world.quiesce()?;
    let (base, mut window) = open(&mut world, ADA, &id)?;
    let (theirs, _) = open(&mut world, BAO, &id)?;
    send(&mut world, BAO, &id, &theirs, &typed(4, " and a half"))?;
    world.quiesce()?;

    // Ada's window has not heard of it and types into the second block.
    let own = typed(8, "!");
    window.apply(&own)?;
    let reply = send(&mut world, ADA, &id, &base, &own)?;
    ensure!(reply.changed && reply.remote == typed(4, " and a half"), "{reply:?}");
    window.apply(&reply.remote.transform(&own, Side::Document))?;
    ensure!(text(&window) == ["one and a half", "two!"], "{:?}", text(&window));
    let seen = changes(&mut world, ADA, &id, &reply.heads)?;
    ensure!(seen.delta.is_empty() && seen.heads == reply.heads && seen.digest == window.digest(), "{seen:?}");

    // Bao's window is told by asking.
    world.quiesce()?;
    let (_, mut other) = open(&mut world, BAO, &id)?;
    let since = changes(&mut world, BAO, &id, &theirs)?;
    ensure!(since.digest == other.digest() && since.digest == window.digest(), "both laptops hold one page");
    send(&mut world, BAO, &id, &since.heads, &typed(0, "0"))?;
    other.apply(&typed(0, "0"))?;
    let last = changes(&mut world, BAO, &id, &since.heads)?;
    ensure!(last.delta == typed(0, "0") && last.digest == other.digest(), "{last:?}");
    Ok(())
}

#[test]
fn a_batch_of_a_window_is_one_edit_and_an_empty_one_is_none() -> Result<()> {
    let mut world = World::ready(32, 2)?;
    let id = page(&mut world, "one")?;
    let (base, flat) = open(&mut world, ADA, &id)?;
    let items = |world: &World| world.core_ref(ADA).store().last_row();
    let before = items(&world)?;
    let empty = send(&mut world, ADA, &id, &base, &Delta::default())?;
    ensure!(!empty.changed && empty.heads == base && items(&world)? == before);
    let batch = typed(1, "x").compose(&typed(5, "y")).compose(&Delta::splice(2, 1, []));
    send(&mut world, ADA, &id, &base, &batch)?;
    ensure!(items(&world)? == before + 1);
    // What has been deleted meanwhile needs no deleting again.
    let gone = send(&mut world, ADA, &id, &base, &Delta::splice(1, 1, []))?;
    ensure!(!gone.changed, "{gone:?}");
    let mut then = flat.clone();
    then.apply(&gone.remote)?;
    ensure!(then == open(&mut world, ADA, &id)?.1);
    Ok(())
}

#[test]
fn a_version_that_is_not_here_and_a_reader_are_refused() -> Result<()> {
    let mut world = World::found(33)?;
    let reader = world.join("reader")?;
    let id = page(&mut world, "one")?;
    world.quiesce()?;
    let (base, _) = open(&mut world, ADA, &id)?;
    let command =
        |base: &str| Command::PageDelta { page: id.clone(), base: base.to_owned(), delta: typed(1, "x") };
    let unknown = world.perform(ADA, &command(&"0f".repeat(32))).expect_err("a version that nobody made");
    ensure!(unknown.kind == ErrorKind::NotFound, "{unknown:?}");
    let refused = world.perform(reader, &command(&base)).expect_err("a reader does not write");
    ensure!(refused.kind == ErrorKind::NotAllowed, "{refused:?}");
    ensure!(open(&mut world, ADA, &id)?.0 == base);
    Ok(())
}

#[test]
fn facts_of_a_page_come_without_its_content() -> Result<()> {
    let mut world = World::ready(34, 2)?;
    let id = page(&mut world, "one **two**")?;
    let View::Page(info) = world.ask(ADA, &Query::PageInfo { page: id.clone() })? else { bail!("no page") };
    let View::Page(mut whole) = world.ask(ADA, &Query::Page { page: id, at: None })? else {
        bail!("no page")
    };
    ensure!(!whole.blocks.is_empty() && info.blocks.is_empty());
    whole.blocks.clear();
    whole.markers.clear();
    whole.marks.clear();
    ensure!(info == whole);
    Ok(())
}

fn comment_place(world: &mut World, laptop: usize, page: &str) -> Result<Option<(usize, usize)>> {
    let View::Comments(view) = world.ask(laptop, &Query::Comments { page: page.to_owned() })? else {
        bail!("no comments")
    };
    let [thread] = view.threads.as_slice() else { bail!("not one comment: {view:?}") };
    ensure!(thread.quote == "two", "the words of that day: {}", thread.quote);
    Ok(thread.place.as_ref().map(|place| (place.index, place.at)))
}

#[test]
fn a_comment_goes_along_with_the_block_that_it_is_on() -> Result<()> {
    let mut world = World::ready(34, 2)?;
    let id = page(&mut world, "one\n\nand two\n\nthree")?;
    let on = CommentOn::Words("two".to_owned());
    world.quiesce()?;
    world.perform(BAO, &Command::CommentNew { page: id.clone(), on, text: "Why?".to_owned() })?;
    world.quiesce()?;
    ensure!(comment_place(&mut world, ADA, &id)? == Some((1, 4)));

    // Ada moves the block to the end; Bao writes before it meanwhile.
    let (base, flat) = open(&mut world, ADA, &id)?;
    let (start, end) = (flat.start(2) - 1, flat.start(2) + 7);
    let pieces = flat.pieces(start, end);
    let away = Delta::splice(start, end - start, []);
    let moved = away.compose(&Delta::splice(flat.len() - (end - start), 0, pieces));
    let (theirs, _) = open(&mut world, BAO, &id)?;
    send(&mut world, BAO, &id, &theirs, &typed(4, " and a half"))?;
    send(&mut world, ADA, &id, &base, &moved)?;
    ensure!(comment_place(&mut world, ADA, &id)? == Some((2, 4)));
    world.quiesce()?;
    ensure!(comment_place(&mut world, BAO, &id)? == Some((2, 4)));
    let (heads, flat) = open(&mut world, BAO, &id)?;
    ensure!(text(&flat) == ["one and a half", "three", "and two"], "{:?}", text(&flat));

    // Deleting is not moving: the comment keeps its words and stands nowhere.
    let (start, end) = (flat.start(3) - 1, flat.len());
    send(&mut world, BAO, &id, &heads, &Delta::splice(start, end - start, []))?;
    ensure!(comment_place(&mut world, BAO, &id)?.is_none());
    Ok(())
}

#[test]
fn taking_back_a_change_leaves_what_came_after_it() -> Result<()> {
    let mut world = World::ready(35, 2)?;
    let id = page(&mut world, "one\n\ntwo")?;
    world.quiesce()?;
    let (first, _) = open(&mut world, ADA, &id)?;
    send(&mut world, ADA, &id, &first, &Delta::splice(4, 4, []))?;
    let rename = Command::PageRename { page: id.clone(), title: "Another".to_owned() };
    world.perform(ADA, &rename)?;
    let back = Command::PageRevert { page: id.clone(), to: first.clone() };
    let Reply::Doc(reverted) = world.perform(ADA, &back)? else { bail!("another reply") };
    ensure!(text(&open(&mut world, ADA, &id)?.1) == ["one", "two"]);
    // Bao writes before the undo, Ada too.
    world.quiesce()?;
    let (theirs, _) = open(&mut world, BAO, &id)?;
    send(&mut world, BAO, &id, &theirs, &typed(1, "Bao: "))?;
    world.quiesce()?;
    let undo = Command::PageTakeBack { page: id.clone(), at: reverted.heads };
    let Reply::Doc(undone) = world.perform(ADA, &undo)? else { bail!("another reply") };
    ensure!(undone.changed);
    let (_, flat) = open(&mut world, ADA, &id)?;
    ensure!(text(&flat) == ["Bao: one"], "{:?}", text(&flat));
    let View::Page(page) = world.ask(ADA, &Query::Page { page: id.clone(), at: None })? else {
        bail!("no page")
    };
    ensure!(page.title == "Another", "the title before the restore: {}", page.title);
    // Nothing that one change made has these heads.
    let unknown = Command::PageTakeBack { page: id, at: "0f".repeat(32) };
    ensure!(world.perform(ADA, &unknown).expect_err("nobody made it").kind == ErrorKind::NotFound);
    Ok(())
}
