//! Clearing and taking back, hand-offs as one item, focus and quiet hours: what the window relies on.

use anyhow::{Context, Result, bail, ensure};
use tern_model::hours::Zone;
use tern_peer::{
    Command, CommentOn, DigestView, DocReply, InboxCommand, InboxDoes, NotifyView, ProfileChange, Query,
    Reply, Say, SnoozeUntil, ThreadCommand, View, WeeklyDraft,
};
use tern_tests::World;

fn digest(world: &mut World, laptop: usize) -> Result<DigestView> {
    let View::Digest(view) = world.ask(laptop, &Query::Digest { since: None })? else { bail!("no digest") };
    Ok(view)
}

fn notify(world: &mut World, laptop: usize) -> Result<NotifyView> {
    let View::Notify(view) = world.ask(laptop, &Query::Notify)? else { bail!("no notices") };
    Ok(view)
}

fn question(world: &mut World, from: usize, to: &str, title: &str) -> Result<String> {
    let say = Say {
        body: "Does it sail?".to_owned(),
        intent: Some("question".to_owned()),
        to: vec![to.to_owned()],
        ..Say::default()
    };
    let new = ThreadCommand::New { title: title.to_owned(), on: None, space: None, say };
    let Reply::Thread(view) = world.perform(from, &Command::Thread(new))? else { bail!("no thread") };
    Ok(view.id)
}

fn name(world: &mut World, laptop: usize) -> Result<String> {
    let View::About(view) = world.ask(laptop, &Query::About)? else { bail!("nobody") };
    Ok(view.name)
}

/// Why each thread is in the inbox.
fn why(world: &mut World, laptop: usize) -> Result<Vec<(String, String, Option<String>)>> {
    let View::Inbox(view) = world.ask(laptop, &Query::Inbox)? else { bail!("no inbox") };
    Ok(view.items.into_iter().map(|item| (item.id, item.why, item.put_away)).collect())
}

#[test]
fn what_is_cleared_and_taken_back_is_in_the_digest_as_it_was() -> Result<()> {
    let mut world = World::ready(610, 2)?;
    let markdown = Some("Each crew gets a card.".to_owned());
    let new = Command::PageNew { title: "Plan".to_owned(), parent: None, space: None, markdown };
    let Reply::Doc(page) = world.perform(0, &new)? else { bail!("no page") };
    world.quiesce()?;
    world.perform(1, &Command::MarkRead { page: page.id.clone(), heads: None })?;
    let edit = Command::PageEdit {
        page: page.id.clone(),
        markdown: "Each crew gets a printed card.".to_owned(),
        base: None,
    };
    world.perform(0, &edit)?;
    let to = name(&mut world, 1)?;
    question(&mut world, 0, &to, "Ferry")?;
    world.quiesce()?;
    let before = digest(&mut world, 1)?;
    let plan = before.items.iter().find(|item| item.id == page.id).context("the page")?;
    let added: Vec<&str> =
        plan.parts.iter().filter(|part| part.state == "added").map(|part| part.text.trim()).collect();
    ensure!(added == ["printed"], "{plan:?}");
    let all = || before.items.iter().filter(|item| !item.heads.is_empty());
    let seen = all().map(|item| (item.id.clone(), item.heads.clone())).collect();
    world.perform(1, &Command::SeenAll { seen })?;
    ensure!(digest(&mut world, 1)?.items.is_empty());
    let seen = all().map(|item| (item.id.clone(), item.from_heads.clone())).collect();
    world.perform(1, &Command::SeenBack { seen })?;
    let after = digest(&mut world, 1)?;
    ensure!(after == before, "{after:?}\n{before:?}");
    Ok(())
}

#[test]
fn an_owed_answer_that_is_put_away_and_taken_back_is_owed() -> Result<()> {
    let mut world = World::ready(611, 2)?;
    let to = name(&mut world, 1)?;
    let thread = question(&mut world, 0, &to, "Ferry")?;
    world.quiesce()?;
    let does = |world: &mut World, does: InboxDoes| -> Result<()> {
        world.perform(1, &Command::Inbox(InboxCommand { thread: thread.clone(), does }))?;
        Ok(())
    };
    let before = why(&mut world, 1)?;
    ensure!(before == [(thread.clone(), "owed".to_owned(), None)], "{before:?}");
    does(&mut world, InboxDoes::Done)?;
    ensure!(why(&mut world, 1)?.is_empty());
    does(&mut world, InboxDoes::Back(None))?;
    ensure!(why(&mut world, 1)? == before, "as what it was: {:?}", why(&mut world, 1)?);
    does(&mut world, InboxDoes::Done)?;
    let again = Say {
        body: "And tomorrow?".to_owned(),
        intent: Some("question".to_owned()),
        to: vec![to.clone()],
        ..Say::default()
    };
    world.perform(0, &Command::Thread(ThreadCommand::Reply { thread: thread.clone(), say: again }))?;
    world.quiesce()?;
    let second = why(&mut world, 1)?;
    let [(_, _, Some(put_away))] = &second[..] else { bail!("{second:?}") };
    does(&mut world, InboxDoes::Done)?;
    does(&mut world, InboxDoes::Back(Some(put_away.clone())))?;
    ensure!(why(&mut world, 1)? == second, "the first question stays away");
    Ok(())
}

#[test]
fn a_hand_off_stands_once_in_what_needs_one_and_takes_its_thread_along() -> Result<()> {
    let mut world = World::ready(612, 2)?;
    let to = name(&mut world, 1)?;
    let Reply::Handoff(made) = world.perform(0, &Command::Handoff { to: Some(to) })? else { bail!("none") };
    world.quiesce()?;
    let view = digest(&mut world, 1)?;
    let needs: Vec<_> = view.items.iter().filter(|item| item.group == "needs_you").collect();
    let [item] = needs[..] else { bail!("once: {needs:?}") };
    ensure!((item.kind.as_str(), item.why.as_str()) == ("handoff", "handoff"), "{item:?}");
    ensure!(item.also.len() == 1 && Some(&item.also[0].id) == made.thread.as_ref(), "{item:?}");
    let own = [(item.id.clone(), item.heads.clone())];
    let also = item.also.iter().map(|one| (one.id.clone(), one.heads.clone()));
    world.perform(1, &Command::SeenAll { seen: own.into_iter().chain(also).collect() })?;
    let left = digest(&mut world, 1)?;
    ensure!(left.items.iter().all(|item| item.group != "needs_you"), "{left:?}");
    Ok(())
}

fn timetable(world: &mut World) -> Result<DocReply> {
    let markdown = Some("The boat sails at six.".to_owned());
    let new = Command::PageNew { title: "Timetable".to_owned(), parent: None, space: None, markdown };
    let Reply::Doc(page) = world.perform(0, &new)? else { bail!("no page") };
    Ok(page)
}

#[test]
fn a_comment_that_answers_ones_own_needs_one_and_any_other_is_to_be_known() -> Result<()> {
    let mut world = World::ready(613, 2)?;
    let page = timetable(&mut world)?;
    let comment = |text: &str| Command::CommentNew {
        page: page.id.clone(),
        on: CommentOn::Page,
        text: text.to_owned(),
    };
    world.quiesce()?;
    let Reply::Doc(mine) = world.perform(1, &comment("Is that winter time?"))? else { bail!("none") };
    world.quiesce()?;
    let to = name(&mut world, 1)?;
    world.perform(0, &Command::CommentReply { thread: mine.id.clone(), text: "It is.".to_owned() })?;
    let Reply::Doc(other) = world.perform(0, &comment("Nice photo."))? else { bail!("none") };
    let Reply::Doc(named) = world.perform(0, &comment(&format!("@{to} please look.")))? else {
        bail!("none")
    };
    world.quiesce()?;
    let view = digest(&mut world, 1)?;
    let of = |id: &str| {
        let item = view.items.iter().find(|item| item.id == id);
        item.map(|item| (item.group.as_str(), item.why.as_str(), item.page.as_deref()))
    };
    let on = Some(page.id.as_str());
    ensure!(of(&mine.id) == Some(("needs_you", "answered", on)), "{view:?}");
    ensure!(of(&named.id) == Some(("needs_you", "named", on)), "{view:?}");
    ensure!(of(&other.id) == Some(("fyi", "", on)), "{view:?}");
    Ok(())
}

/// What the inbox says of comments: id, why, and what each is on.
fn comments(world: &mut World, laptop: usize) -> Result<Vec<(String, String, Option<String>)>> {
    let View::Inbox(view) = world.ask(laptop, &Query::Inbox)? else { bail!("no inbox") };
    let items = view.items.into_iter().filter(|item| item.comment);
    Ok(items.map(|item| (item.id, item.why, item.on.map(|on| on.id))).collect())
}

#[test]
fn comments_that_name_one_or_answer_ones_own_stand_in_the_inbox_until_they_are_dealt_with() -> Result<()> {
    let mut world = World::ready(621, 2)?;
    let page = timetable(&mut world)?;
    let comment = |text: &str| Command::CommentNew {
        page: page.id.clone(),
        on: CommentOn::Page,
        text: text.to_owned(),
    };
    let reply =
        |thread: &str, text: &str| Command::CommentReply { thread: thread.to_owned(), text: text.to_owned() };
    let does = |thread: &str, does| Command::Inbox(InboxCommand { thread: thread.to_owned(), does });
    world.quiesce()?;
    let Reply::Doc(mine) = world.perform(1, &comment("Is that winter time?"))? else { bail!("none") };
    world.quiesce()?;
    let to = name(&mut world, 1)?;
    world.perform(0, &reply(&mine.id, "It is."))?;
    world.perform(0, &comment("Nice photo."))?;
    let Reply::Doc(named) = world.perform(0, &comment(&format!("@{to} please look.")))? else {
        bail!("none")
    };
    world.quiesce()?;
    let on = Some(page.id.clone());
    let answered = (mine.id.clone(), "answered".to_owned(), on.clone());
    let names = (named.id.clone(), "named".to_owned(), on);
    ensure!(comments(&mut world, 1)? == [names.clone(), answered.clone()], "{:?}", comments(&mut world, 1)?);
    ensure!(comments(&mut world, 0)?.is_empty(), "nobody is asked by what one said oneself");
    let View::Threads(list) = world.ask(1, &Query::Threads { on: None, closed: true })? else {
        bail!("no threads")
    };
    ensure!(list.threads.is_empty(), "comments are no threads: {list:?}");

    world.perform(1, &does(&named.id, InboxDoes::Done))?;
    ensure!(comments(&mut world, 1)? == std::slice::from_ref(&answered));
    world.perform(1, &does(&named.id, InboxDoes::Back(None)))?;
    ensure!(comments(&mut world, 1)? == [names.clone(), answered.clone()], "and back");
    world.perform(1, &does(&named.id, InboxDoes::Snooze(SnoozeUntil::Reply)))?;
    ensure!(comments(&mut world, 1)? == [answered]);
    let View::Inbox(view) = world.ask(1, &Query::Inbox)? else { bail!("no inbox") };
    ensure!(view.snoozed.iter().any(|one| one.id == named.id && one.title == "Timetable"), "{view:?}");
    world.perform(0, &reply(&named.id, "Did you?"))?;
    world.quiesce()?;
    ensure!(comments(&mut world, 1)?.iter().any(|(id, ..)| *id == named.id), "a reply brings it back");

    world.perform(1, &reply(&mine.id, "Thank you."))?;
    ensure!(comments(&mut world, 1)?.iter().all(|(id, ..)| *id != mine.id), "one's own word answers it");
    world.perform(0, &Command::CommentResolve { thread: named.id, on: true })?;
    world.quiesce()?;
    ensure!(comments(&mut world, 1)?.is_empty(), "what is resolved asks for nothing");
    Ok(())
}

#[test]
fn a_thread_whose_message_links_to_a_page_stands_among_its_backlinks_once_it_appeared() -> Result<()> {
    let mut world = World::ready(622, 2)?;
    let new = Command::PageNew { title: "Timetable".to_owned(), parent: None, space: None, markdown: None };
    let Reply::Doc(page) = world.perform(0, &new)? else { bail!("no page") };
    world.quiesce()?;
    let body = format!("All agreed; it is in [Timetable](tern:{}).", page.id);
    let say = Say { body, ..Say::default() };
    let new = ThreadCommand::New { title: "Minutes".to_owned(), on: None, space: None, say };
    world.perform(0, &Command::Thread(new))?;
    world.quiesce()?;
    for laptop in [0, 1] {
        let query = Query::Backlinks { page: page.id.clone() };
        let View::Backlinks(view) = world.ask(laptop, &query)? else { bail!("no backlinks") };
        let found: Vec<(&str, &str, &str)> = view
            .links
            .iter()
            .map(|link| (link.kind.as_str(), link.title.as_str(), link.context.as_str()))
            .collect();
        ensure!(found == [("thread", "Minutes", "All agreed; it is in Timetable.")], "{found:?}");
    }
    Ok(())
}

#[test]
fn what_is_written_of_a_week_is_kept_and_forgotten() -> Result<()> {
    let mut world = World::ready(623, 1)?;
    let kept = |world: &mut World| -> Result<Option<WeeklyDraft>> {
        let View::Weekly(view) = world.ask(0, &Query::Weekly)? else { bail!("no week") };
        Ok(view.draft)
    };
    ensure!(kept(&mut world)?.is_none());
    let slots = vec![("Decided".to_owned(), "Captions stay.".to_owned())];
    let draft = WeeklyDraft { title: "My week".to_owned(), slots };
    world.perform(0, &Command::WeeklyKeep(Some(draft.clone())))?;
    ensure!(kept(&mut world)? == Some(draft));
    world.perform(0, &Command::WeeklyKeep(None))?;
    ensure!(kept(&mut world)?.is_none());
    Ok(())
}

/// Passes time until an instant.
fn until(world: &mut World, at_ms: i64) {
    let now = world.core_ref(1).now_ms();
    if at_ms > now {
        world.pass(at_ms - now);
    }
}

#[test]
fn over_both_clock_changes_nothing_is_heard_outside_hours_and_what_was_held_comes_at_the_check_in()
-> Result<()> {
    let london = Zone::get("Europe/London")?;
    let mut world = World::ready(614, 2)?;
    let change = ProfileChange {
        zone: Some("Europe/London".to_owned()),
        hours: Some("Mon-Fri 09:00-17:30".to_owned()),
        checkins: Some("10:00,16:00".to_owned()),
        ..ProfileChange::default()
    };
    world.perform(1, &Command::ProfileSet(change))?;
    let to = name(&mut world, 1)?;
    // The Friday evening before each change, and the Monday after it.
    for (friday, early, checkin) in [
        ("2027-03-26T19:00", "2027-03-29T09:59", "2027-03-29T10:00"),
        ("2027-10-29T19:00", "2027-11-01T09:59", "2027-11-01T10:00"),
    ] {
        until(&mut world, london.moment(friday)?);
        let thread = question(&mut world, 0, &to, friday)?;
        world.quiesce()?;
        let heard = |world: &mut World| -> Result<(bool, bool, bool)> {
            let view = notify(world, 1)?;
            let held = view.held.iter().find(|held| held.item.id == thread);
            let at = held.and_then(|held| held.until.as_deref()).map(|at| Zone::utc().moment(at));
            let right = at.transpose()?.is_none_or(|at| Some(at) == london.moment(checkin).ok());
            Ok((view.quiet, view.notify.iter().any(|item| item.id == thread), held.is_some() && right))
        };
        ensure!(heard(&mut world)? == (true, false, true), "{friday}: {:?}", notify(&mut world, 1)?);
        until(&mut world, london.moment(early)?);
        ensure!(heard(&mut world)? == (false, false, true), "{early}: {:?}", notify(&mut world, 1)?);
        until(&mut world, london.moment(checkin)?);
        ensure!(heard(&mut world)? == (false, true, false), "{checkin}: {:?}", notify(&mut world, 1)?);
    }
    Ok(())
}

#[test]
fn in_focus_nothing_is_heard_and_others_see_its_end_alone() -> Result<()> {
    let mut world = World::ready(615, 2)?;
    let change = ProfileChange {
        zone: Some("UTC".to_owned()),
        hours: Some("Mon-Sun 00:00-23:59".to_owned()),
        ..ProfileChange::default()
    };
    world.perform(1, &Command::ProfileSet(change))?;
    let to = name(&mut world, 1)?;
    question(&mut world, 0, &to, "Ferry")?;
    world.quiesce()?;
    ensure!(notify(&mut world, 1)?.notify.len() == 1, "{:?}", notify(&mut world, 1)?);
    let end = Zone::utc().rfc3339(world.core_ref(1).now_ms() + 3 * 3_600_000);
    world.perform(1, &Command::Focus { until: Some(end.clone()) })?;
    world.quiesce()?;
    let view = notify(&mut world, 1)?;
    ensure!(view.notify.is_empty() && view.held.len() == 1 && view.focus_until.is_some(), "{view:?}");
    let View::Profile(seen) = world.ask(0, &Query::Profile { member: Some(to) })? else { bail!("none") };
    let seen = seen.focus_until.context("they see when it ends")?;
    ensure!(Zone::utc().moment(&seen)? == Zone::utc().moment(&end)?, "{seen} {end}");
    world.pass(3 * 3_600_000);
    ensure!(notify(&mut world, 1)?.notify.len() == 1, "it ends by itself");
    let past = Command::Focus { until: Some("2020-01-01T00:00:00Z".to_owned()) };
    ensure!(world.perform(1, &past).is_err());
    Ok(())
}

/// Who writes, what, and whom that names.
type Said = (usize, &'static str, &'static [usize]);

#[test]
fn who_is_named_is_told_and_nobody_whose_name_begins_alike() -> Result<()> {
    named(
        ["Ben", "Benjamin", "Ben Whitfield"],
        &[
            (1, "@Ben, is that winter time?", &[0]),
            (0, "@benjamin: yes.", &[1]),
            (0, "It was @Ben Whitfield’s plan.", &[2]),
            (0, "@Bennett does not work here; nor does x@Benjamin.", &[]),
            (2, "Both of you, @Ben and @Benjamin", &[0, 1]),
        ],
    )?;
    named(
        ["田中", "田中一郎", "Σοφία"],
        &[
            (1, "＠田中さん、お願いします。", &[0]),
            (0, "@田中一郎さんと @σοφία!", &[1, 2]),
            (0, "@Σοφίας", &[]),
        ],
    )
}

fn named(names: [&str; 3], said: &[Said]) -> Result<()> {
    let mut world = World::ready(622, 3)?;
    for (laptop, name) in names.iter().enumerate() {
        let change = ProfileChange { name: Some((*name).to_owned()), ..ProfileChange::default() };
        world.perform(laptop, &Command::ProfileSet(change))?;
    }
    let page = timetable(&mut world)?;
    world.quiesce()?;
    let mut comments = Vec::new();
    for &(who, text, named) in said {
        let new = Command::CommentNew { page: page.id.clone(), on: CommentOn::Page, text: text.to_owned() };
        let Reply::Doc(reply) = world.perform(who, &new)? else { bail!("no comment") };
        comments.push((who, reply.id, text, named));
    }
    let mut threads = Vec::new();
    for &(who, text, named) in said {
        let say = Say { body: text.to_owned(), ..Say::default() };
        let new = ThreadCommand::New { title: text.to_owned(), on: None, space: None, say };
        let Reply::Thread(view) = world.perform(who, &Command::Thread(new))? else { bail!("no thread") };
        threads.push((who, view.id, text, named));
    }
    world.quiesce()?;
    for (laptop, name) in names.iter().enumerate() {
        let inbox = why(&mut world, laptop)?;
        let told = digest(&mut world, laptop)?;
        for (who, id, text, named) in comments.iter().chain(&threads).filter(|(who, ..)| *who != laptop) {
            let expected = named.contains(&laptop);
            let asks = inbox.iter().any(|(thread, why, _)| thread == id && why == "named");
            ensure!(asks == expected, "inbox of {name}: “{text}” of {who}");
            // A digest asks for who takes part in a thread; a comment needs nobody else.
            let is_comment = comments.iter().any(|(_, comment, ..)| comment == id);
            let needs = told.items.iter().any(|item| item.id == *id && item.why == "named");
            ensure!(!is_comment || needs == expected, "digest of {name}: “{text}” of {who}");
        }
    }
    Ok(())
}

#[test]
fn clock_changes_are_told_of_a_pair_and_of_every_two_of_a_group() -> Result<()> {
    let mut world = World::ready(623, 3)?;
    let zones = ["Europe/London", "America/New_York", "Asia/Tokyo"];
    for (laptop, zone) in zones.iter().enumerate() {
        let change = ProfileChange { zone: Some((*zone).to_owned()), ..ProfileChange::default() };
        world.perform(laptop, &Command::ProfileSet(change))?;
    }
    world.quiesce()?;
    let who = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut asked = |names: &[&str], weeks: u16| -> Result<Vec<(String, i64, i64)>> {
        let query = Query::ClockWatchOf { who: who(names), weeks };
        let View::ClockWatch(view) = world.ask(0, &query)? else { bail!("no clocks") };
        let told = view.warnings.into_iter();
        Ok(told.map(|w| (w.text, w.minutes_before, w.minutes_after)).collect())
    };
    // From 23 November on: America turns its clocks on 14 March, Europe on 28 March.
    let pair = asked(&["Bao"], 20)?;
    ensure!(
        pair.len() == 2 && asked(&["me", "Bao"], 20)? == pair,
        "one name is paired with oneself: {pair:?}"
    );
    ensure!(pair[0].0.contains("America/New_York on Sun 14 Mar") && pair[0].2 > pair[0].1, "{pair:?}");
    ensure!(pair[1].0.contains("Europe/London on Sun 28 Mar") && pair[1].2 < pair[1].1, "{pair:?}");
    ensure!(asked(&["Bao"], 8)?.is_empty(), "nothing changes so soon");
    // The three of them never share an hour: what the pair loses is told all the same.
    let group = asked(&["me", "Bao", "Cleo"], 20)?;
    ensure!(pair.iter().all(|warning| group.contains(warning)), "{group:?}");
    let View::Overlap(all) = world.ask(0, &Query::Overlap { who: who(&["me", "Bao", "Cleo"]), weeks: 20 })?
    else {
        bail!("no hours")
    };
    ensure!(all.warnings.is_empty() && all.windows.is_empty(), "{all:?}");
    Ok(())
}
