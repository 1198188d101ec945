//! Threads in the engine: rows are functions of the documents, and what was delivered is noted in the same meeting.

use anyhow::{Result, bail, ensure};
use tern_peer::{
    AckSays, Command, InboxCommand, InboxDoes, InboxView, OwedView, Query, Reply, Say, SnoozeUntil,
    ThreadCommand, ThreadView, View,
};
use tern_tests::World;
use tern_tests::world::NODE;

fn say(body: &str) -> Say {
    Say { body: body.to_owned(), ..Say::default() }
}

fn asks(body: &str, who: &str) -> Say {
    Say { intent: Some("question".to_owned()), to: vec![who.to_owned()], ..say(body) }
}

fn perform(world: &mut World, laptop: usize, command: ThreadCommand) -> Result<ThreadView> {
    match world.perform(laptop, &Command::Thread(command))? {
        Reply::Thread(view) => Ok(*view),
        other => bail!("no thread: {other:?}"),
    }
}

fn open(world: &mut World, laptop: usize, title: &str, say: Say) -> Result<String> {
    let new = ThreadCommand::New { title: title.to_owned(), on: None, space: None, say };
    Ok(perform(world, laptop, new)?.id)
}

fn reply(world: &mut World, laptop: usize, thread: &str, say: Say) -> Result<ThreadView> {
    perform(world, laptop, ThreadCommand::Reply { thread: thread.to_owned(), say })
}

fn inbox(world: &mut World, laptop: usize) -> Result<InboxView> {
    let View::Inbox(view) = world.ask(laptop, &Query::Inbox)? else { bail!("no inbox") };
    Ok(view)
}

/// Why each thread is in the inbox.
fn why(world: &mut World, laptop: usize) -> Result<Vec<String>> {
    Ok(inbox(world, laptop)?.items.into_iter().map(|item| item.why).collect())
}

fn owed(world: &mut World, laptop: usize) -> Result<OwedView> {
    let View::Owed(view) = world.ask(laptop, &Query::Owed)? else { bail!("no ledger") };
    Ok(view)
}

fn does(world: &mut World, laptop: usize, thread: &str, does: InboxDoes) -> Result<()> {
    world.perform(laptop, &Command::Inbox(InboxCommand { thread: thread.to_owned(), does }))?;
    Ok(())
}

/// Everything that is projected of threads, as text.
fn rows(world: &World, laptop: usize) -> Result<String> {
    let store = world.core_ref(laptop).store();
    let mut text = format!("{:?}\n{:?}\n", store.threads()?, store.marks()?);
    for thread in store.threads()? {
        text += &format!("{:?}\n{:?}\n", store.messages_of(&thread.doc)?, store.owed_in(&thread.doc)?);
    }
    text += &format!("{:?}\n{:?}\n", store.unseen_news()?, store.news_since(0)?);
    text += &format!("{:?}", store.search("timetable OR boat", 99)?);
    Ok(text)
}

/// What was projected change by change is what a rebuild makes.
fn rebuilt_the_same(world: &mut World, laptop: usize) -> Result<()> {
    let before = rows(world, laptop)?;
    world.core(laptop)?.rebuild_projections()?;
    let after = rows(world, laptop)?;
    ensure!(before == after, "before: {before}\nafter: {after}");
    ensure!(before.contains("ThreadRow"), "there is nothing to compare");
    Ok(())
}

#[test]
fn rows_made_change_by_change_are_those_that_a_rebuild_makes() -> Result<()> {
    let mut world = World::ready(301, 2)?;
    let thread = open(&mut world, 0, "The timetable", asks("Which boat?", "Bao"))?;
    world.quiesce()?;
    reply(&mut world, 1, &thread, say("The first boat, @Ada."))?;
    reply(&mut world, 0, &thread, asks("And back?", "Bao"))?;
    world.quiesce()?;
    rebuilt_the_same(&mut world, 1)?;
    let ack = ThreadCommand::Ack { thread: thread.clone(), message: None, says: AckSays::WillAnswer(None) };
    perform(&mut world, 1, ack)?;
    world.perform(1, &Command::MarkRead { page: thread.clone(), heads: None })?;
    does(&mut world, 1, &thread, InboxDoes::Snooze(SnoozeUntil::Reply))?;
    let draft =
        ThreadCommand::Draft { thread: Some(thread.clone()), title: String::new(), say: Some(say("By")) };
    world.perform(1, &Command::Thread(draft))?;
    rebuilt_the_same(&mut world, 1)?;
    reply(&mut world, 0, &thread, say("Take your time."))?;
    world.quiesce()?;
    does(&mut world, 1, &thread, InboxDoes::Done)?;
    let close = ThreadCommand::Close { thread, outcome: Some("The first boat.".to_owned()) };
    perform(&mut world, 0, close)?;
    world.quiesce()?;
    for laptop in [0, 1] {
        rebuilt_the_same(&mut world, laptop)?;
        tern_tests::checks::clean(&mut world, laptop, false)?;
    }
    Ok(())
}

#[test]
fn the_note_of_delivery_leaves_in_the_meeting_that_gave_rise_to_it() -> Result<()> {
    let mut world = World::ready(302, 2)?;
    let thread = open(&mut world, 0, "The timetable", asks("Which boat?", "Bao"))?;
    ensure!(!owed(&mut world, 0)?.items[0].delivered, "it is on no other machine");
    let at = world.core_ref(0).now_ms();
    world.meet(0, NODE)?;
    world.hang_up();
    world.pass(3 * 3_600_000);
    // The sender sleeps from here on; the recipient learns from the node alone.
    world.meet(1, NODE)?;
    let id = thread.parse::<tern_model::DocId>()?;
    let [mine, theirs] =
        [0, 1].map(|laptop| world.core_ref(laptop).store().owed_in(&id.0).expect("rows")[0].json.clone());
    ensure!(mine == theirs, "{mine} is not {theirs}");
    let reached = serde_json::from_str::<serde_json::Value>(&theirs)?["reached_ms"].as_i64();
    ensure!(
        reached.is_some_and(|reached| (at..at + 60_000).contains(&reached)),
        "{theirs} does not count from the meeting at {at}"
    );
    Ok(())
}

#[test]
fn a_meeting_is_not_over_before_its_note_is_confirmed() -> Result<()> {
    for seed in 0..10 {
        let mut world = World::ready(310 + seed, 2)?;
        open(&mut world, 0, "The timetable", asks("Which boat?", "Bao"))?;
        world.dial_known(0, NODE)?;
        for _ in 0..100_000 {
            let news: Vec<_> = world.links.iter().flat_map(tern_tests::net::Link::news).collect();
            if !news.is_empty() && news.iter().all(|news| news.settled && news.in_sync) {
                break;
            }
            if !world.step() {
                world.pass(1_000);
            }
        }
        let View::Status(status) = world.ask(0, &Query::Status)? else { bail!("no status") };
        ensure!(owed(&mut world, 0)?.items[0].delivered, "seed {seed}: nothing was noted");
        let node = status.peers.iter().any(|peer| peer.kind == "node" && peer.all);
        ensure!(node, "seed {seed}: over, and the note is only here: {status:?}");
    }
    Ok(())
}

#[test]
fn without_a_note_the_recipient_counts_from_the_arrival_here() -> Result<()> {
    let mut world = World::ready(303, 2)?;
    let thread = open(&mut world, 0, "The timetable", asks("Which boat?", "Bao"))?;
    let items: Vec<Vec<u8>> = {
        let store = world.core_ref(0).store();
        store.items_after(0, 64 << 20)?.into_iter().map(|item| item.bytes).collect()
    };
    world.pass(3_600_000);
    let at = world.core_ref(1).now_ms();
    world.take(1, items)?;
    let id = thread.parse::<tern_model::DocId>()?;
    let row = world.core_ref(1).store().owed_in(&id.0)?[0].json.clone();
    ensure!(row.contains(&format!("\"reached_ms\":{at}")), "{row} does not count from {at}");
    world.pass(3_600_000);
    rebuilt_the_same(&mut world, 1)?;
    let sender = world.core_ref(0).store().owed_in(&id.0)?[0].json.clone();
    ensure!(sender.contains("\"reached_ms\":null"), "nobody told the sender: {sender}");
    Ok(())
}

#[test]
fn the_inbox_empties_and_what_is_new_brings_a_thread_back() -> Result<()> {
    let mut world = World::ready(304, 2)?;
    let thread = open(&mut world, 0, "The timetable", asks("Which boat?", "Bao"))?;
    world.quiesce()?;
    ensure!(why(&mut world, 1)? == ["owed"]);
    does(&mut world, 1, &thread, InboxDoes::Done)?;
    ensure!(why(&mut world, 1)?.is_empty() && owed(&mut world, 1)?.items.len() == 1, "away, and still owed");
    reply(&mut world, 0, &thread, say("Take your time."))?;
    world.quiesce()?;
    ensure!(why(&mut world, 1)? == ["follows"]);

    does(&mut world, 1, &thread, InboxDoes::Snooze(SnoozeUntil::Reply))?;
    ensure!(why(&mut world, 1)?.is_empty() && inbox(&mut world, 1)?.snoozed.len() == 1);
    reply(&mut world, 0, &thread, say("The second one perhaps."))?;
    world.quiesce()?;
    ensure!(why(&mut world, 1)? == ["follows"]);

    does(&mut world, 1, &thread, InboxDoes::Snooze(SnoozeUntil::Morning))?;
    ensure!(why(&mut world, 1)?.is_empty());
    world.pass(4 * 86_400_000);
    ensure!(why(&mut world, 1)? == ["follows"]);

    world.perform(1, &Command::MarkRead { page: thread.clone(), heads: None })?;
    ensure!(why(&mut world, 1)?.is_empty());
    does(&mut world, 1, &thread, InboxDoes::Unread)?;
    ensure!(why(&mut world, 1)? == ["unread"]);
    world.perform(1, &Command::MarkRead { page: thread.clone(), heads: None })?;

    does(&mut world, 1, &thread, InboxDoes::Mute(true))?;
    reply(&mut world, 0, &thread, say("Anybody?"))?;
    world.quiesce()?;
    ensure!(why(&mut world, 1)?.is_empty(), "muted");
    reply(&mut world, 0, &thread, say("@Bao, are you there?"))?;
    world.quiesce()?;
    ensure!(why(&mut world, 1)? == ["named"]);
    ensure!(why(&mut world, 0)?.is_empty(), "own messages need nobody");
    Ok(())
}

#[test]
fn handing_on_makes_the_other_owe_and_a_removed_member_owes_nothing() -> Result<()> {
    let mut world = World::ready(305, 3)?;
    let thread = open(&mut world, 0, "The timetable", asks("Which boat?", "Bao"))?;
    world.quiesce()?;
    let not_me = |who: &str| ThreadCommand::Ack {
        thread: thread.clone(),
        message: None,
        says: AckSays::NotMe(who.to_owned()),
    };
    ensure!(world.perform(1, &Command::Thread(not_me("Ada"))).is_err(), "not back to the asker");
    ensure!(world.perform(2, &Command::Thread(not_me("Ada"))).is_err(), "Cleo owes nothing yet");
    perform(&mut world, 1, not_me("Cleo"))?;
    world.quiesce()?;
    ensure!(owed(&mut world, 1)?.items.is_empty());
    let (cleo, ada) = (owed(&mut world, 2)?, owed(&mut world, 0)?);
    ensure!(cleo.items[0].side == "i_owe" && cleo.items[0].handed_by.as_deref() == Some("Bao"), "{cleo:?}");
    ensure!(ada.items[0].side == "owed_to_me" && ada.items[0].who == "Cleo", "{ada:?}");
    let remove = tern_peer::AccessCommand::MemberRemove { member: "Cleo".to_owned() };
    world.perform(0, &Command::Access(remove))?;
    ensure!(owed(&mut world, 0)?.items.is_empty(), "a removed member owes nothing");
    Ok(())
}

#[test]
fn seen_is_told_by_those_who_chose_to_and_by_nobody_else() -> Result<()> {
    let mut world = World::ready(306, 2)?;
    let thread = open(&mut world, 0, "The timetable", asks("Which boat?", "Bao"))?;
    let rungs = |world: &mut World| -> Result<Vec<String>> {
        let View::Thread(view) = world.ask(0, &Query::Thread { thread: thread.clone() })? else {
            bail!("none")
        };
        Ok(view.messages[0].delivered.iter().map(|d| d.rung.clone()).collect())
    };
    ensure!(rungs(&mut world)? == ["here"]);
    world.quiesce()?;
    let read = Command::MarkRead { page: thread.clone(), heads: None };
    world.perform(1, &read)?;
    world.quiesce()?;
    let before = rungs(&mut world)?;
    ensure!(before.contains(&"node".to_owned()) && !before.contains(&"seen".to_owned()), "{before:?}");
    world.perform(1, &Command::Thread(ThreadCommand::ShareSeen { on: true }))?;
    world.perform(1, &read)?;
    world.quiesce()?;
    ensure!(rungs(&mut world)?.contains(&"seen".to_owned()));
    ensure!(owed(&mut world, 0)?.items.len() == 1, "seen is no answer");
    Ok(())
}
