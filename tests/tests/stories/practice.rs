//! Documents of practice and asking a group: laws over what is written apart and merged, and rows that a rebuild makes the same.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail, ensure};
use tern_peer::{
    AgreementView, Command, DigestView, InboxView, MeetingView, NotifyView, PracticeCommand, PracticeQuery,
    PracticeView, Query, Reply, Say, TaskCommand, TasksView, ThreadCommand, UpkeepPage, View, VotesView,
};
use tern_tests::World;

fn does(world: &mut World, laptop: usize, command: PracticeCommand) -> Result<PracticeView> {
    match world.perform(laptop, &Command::Practice(command))? {
        Reply::Practice(view) => Ok(*view),
        other => bail!("no practice: {other:?}"),
    }
}

fn asks(world: &mut World, laptop: usize, query: PracticeQuery) -> Result<PracticeView> {
    let View::Practice(view) = world.ask(laptop, &Query::Practice(query))? else { bail!("no practice") };
    Ok(view)
}

fn meeting(world: &mut World, laptop: usize, page: &str) -> Result<MeetingView> {
    let PracticeView::Meeting(view) = asks(world, laptop, PracticeQuery::Meeting { page: page.to_owned() })?
    else {
        bail!("no meeting")
    };
    Ok(*view)
}

fn votes(world: &mut World, laptop: usize, thread: &str) -> Result<VotesView> {
    let PracticeView::Votes(view) = asks(world, laptop, PracticeQuery::Votes { thread: thread.to_owned() })?
    else {
        bail!("no votes")
    };
    Ok(view)
}

fn agreement(world: &mut World, laptop: usize) -> Result<AgreementView> {
    let PracticeView::Agreement(view) =
        asks(world, laptop, PracticeQuery::Agreement { page: None, at: None })?
    else {
        bail!("no agreement")
    };
    Ok(*view)
}

fn fields(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn set(world: &mut World, laptop: usize, page: &str, all: &[(&str, &str)]) -> Result<PracticeView> {
    does(world, laptop, PracticeCommand::MeetingSet { page: page.to_owned(), fields: fields(all) })
}

fn tasks(world: &mut World, laptop: usize) -> Result<TasksView> {
    let query = Query::Tasks { filter: String::new(), group: None, sort: None };
    let View::Tasks(view) = world.ask(laptop, &query)? else { bail!("no tasks") };
    Ok(view)
}

fn titles(world: &mut World, laptop: usize) -> Result<Vec<String>> {
    let mut all: Vec<String> = tasks(world, laptop)?.tasks.into_iter().map(|task| task.title).collect();
    all.sort();
    Ok(all)
}

fn write(world: &mut World, laptop: usize, page: &str, markdown: &str) -> Result<()> {
    let edit = Command::PageEdit { page: page.to_owned(), markdown: markdown.to_owned(), base: None };
    world.perform(laptop, &edit)?;
    Ok(())
}

const MINUTES: &str = "## Agenda\n\n1. Winter timetable\n\n## Outcome\n\n- The first boat leaves at six\n\n\
                       ## Actions\n\n- [ ] @Bao paints the pier\n- [ ] Ropes\n";

/// Everything that is projected of practice, as text.
fn rows(world: &World, laptop: usize) -> Result<String> {
    let store = world.core_ref(laptop).store();
    let mut text = String::new();
    for form in ["meeting", "incident", "agreement"] {
        text += &format!("{:?}\n", store.forms(form)?);
    }
    for name in ["upkeep", "rounds", "project"] {
        text += &format!("{:?}\n", store.aspects(name)?);
    }
    Ok(text)
}

fn meeting_with_bao(world: &mut World) -> Result<Box<MeetingView>> {
    let new = PracticeCommand::MeetingNew {
        title: "Harbour".to_owned(),
        with: vec!["Bao".to_owned()],
        starts: None,
        parent: None,
        space: None,
    };
    let PracticeView::Meeting(made) = does(world, 0, new)? else { bail!("no meeting") };
    Ok(made)
}

/// Law: however often and wherever a meeting is closed, each line under Actions becomes one task.
#[test]
fn an_incident_says_since_when_how_bad_and_closes_with_an_end() -> Result<()> {
    let mut world = World::ready(431, 2)?;
    let new = Command::PageFromTemplate {
        template: "Incident".into(),
        title: Some("Fog".into()),
        parent: None,
        space: None,
    };
    world.perform(0, &new)?;
    world.quiesce()?;
    let set = |fields: &[(&str, &str)]| PracticeCommand::IncidentSet {
        page: "Fog".into(),
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    let PracticeView::Incident(now) =
        does(&mut world, 1, set(&[("severity", "Major"), ("affected", "Dover")]))?
    else {
        bail!("no incident")
    };
    ensure!(now.state == "open" && now.started.is_some() && now.resolved.is_none(), "{now:?}");
    ensure!((now.severity.as_deref(), now.affected.as_str()) == (Some("major"), "Dover"), "{now:?}");
    ensure!(does(&mut world, 1, set(&[("severity", "huge")])).is_err());
    ensure!(does(&mut world, 1, set(&[("state", "closed")])).is_err(), "it says what stopped it");
    world.pass(3_600_000);
    let closed = set(&[("state", "closed"), ("outcome", "The wind turned")]);
    let PracticeView::Incident(over) = does(&mut world, 1, closed)? else { bail!("no incident") };
    ensure!(over.resolved.is_some() && over.resolved != over.started, "its end is when it was closed");
    world.quiesce()?;
    let View::Head(head) = world.ask(0, &Query::Head { page: "Fog".into() })? else { bail!("no head") };
    let there = head.incident.context("the page is an incident there too")?;
    ensure!((&there.state, &there.outcome) == (&over.state, &over.outcome), "{there:?}");
    let owner = head.upkeep.owner.map(|owner| owner.name);
    ensure!(owner == there.owner.map(|owner| owner.name), "who holds it answers for the page");
    let all = PracticeQuery::Incidents { page: None };
    let View::Practice(PracticeView::Incidents(all)) = world.ask(0, &Query::Practice(all))? else {
        bail!("no incidents")
    };
    ensure!(all.incidents.len() == 1);
    tern_tests::checks::clean(&mut world, 0, false)
}

#[test]
fn actions_of_a_meeting_become_tasks_once_also_when_two_close_it_apart() -> Result<()> {
    let mut world = World::ready(71, 2)?;
    let made = meeting_with_bao(&mut world)?;
    let page = made.id.clone();
    ensure!(made.state == "planned" && made.lacks.as_deref() == Some("agenda"), "{made:?}");
    let refused = set(&mut world, 0, &page, &[("state", "on")]).unwrap_err().to_string();
    ensure!(refused.contains("agenda"), "{refused}");
    ensure!(meeting(&mut world, 0, &page)?.state == "planned", "what is refused changes nothing");
    write(&mut world, 0, &page, "## Agenda\n\n1. Boats\n\n## Outcome\n\n-\n")?;
    set(&mut world, 0, &page, &[("state", "on")])?;
    let refused = set(&mut world, 0, &page, &[("state", "closed")]).unwrap_err().to_string();
    ensure!(refused.contains("outcome"), "{refused}");
    write(&mut world, 0, &page, MINUTES)?;
    world.meet(0, 1)?;
    set(&mut world, 0, &page, &[("state", "closed")])?;
    set(&mut world, 1, &page, &[("state", "closed"), ("present", "Bao")])?;
    world.meet(0, 1)?;
    let both = [titles(&mut world, 0)?, titles(&mut world, 1)?];
    ensure!(both[0] == ["Ropes", "paints the pier"] && both[0] == both[1], "{both:?}");
    let painted = tasks(&mut world, 0)?.tasks.into_iter().find(|task| task.title == "paints the pier");
    let assignee = painted.and_then(|task| task.assignee);
    ensure!(assignee.as_deref() == Some("Bao"), "{assignee:?}");
    // Closed once more, after one line was put in other words and one came: only that one makes a task.
    write(&mut world, 1, &page, &MINUTES.replace("- [ ] Ropes", "- [ ] Ropes and tar\n- [ ] Lamps"))?;
    set(&mut world, 1, &page, &[("state", "closed")])?;
    world.meet(0, 1)?;
    ensure!(titles(&mut world, 0)? == ["Lamps", "Ropes", "paints the pier"], "{:?}", titles(&mut world, 0)?);
    let before = rows(&world, 0)?;
    world.core(0)?.rebuild_projections()?;
    ensure!(before == rows(&world, 0)? && before.contains("closed"), "a rebuild says the same");
    Ok(())
}

#[test]
fn who_was_not_there_finds_the_closed_meeting_among_what_needs_them() -> Result<()> {
    let mut world = World::ready(72, 2)?;
    let made = meeting_with_bao(&mut world)?;
    write(&mut world, 0, &made.id, MINUTES)?;
    set(&mut world, 0, &made.id, &[("state", "closed"), ("present", "me")])?;
    world.meet(0, 1)?;
    let View::Digest(DigestView { items, .. }) = world.ask(1, &Query::Digest { since: None })? else {
        bail!("no digest")
    };
    let item = items.iter().find(|item| item.id == made.id);
    ensure!(
        item.is_some_and(|item| item.why == "missed" && item.text.contains("leaves at six")),
        "{items:?}"
    );
    Ok(())
}

#[test]
fn nobody_has_missed_a_meeting_before_it_is_over_and_who_was_excused_never_has() -> Result<()> {
    let mut world = World::ready(75, 3)?;
    let with = ["Bao", "Cleo"].map(str::to_owned).to_vec();
    let new =
        PracticeCommand::MeetingNew { title: "Ferry".into(), with, starts: None, parent: None, space: None };
    let PracticeView::Meeting(made) = does(&mut world, 0, new)? else { bail!("no meeting") };
    let missed = |view: &MeetingView| -> Vec<String> {
        view.attendees.iter().filter(|who| who.missed).map(|who| who.name.clone()).collect()
    };
    world.quiesce()?;
    // Two excuse themselves apart: both are.
    set(&mut world, 0, &made.id, &[("excused", "me")])?;
    set(&mut world, 1, &made.id, &[("excused", "me")])?;
    world.quiesce()?;
    write(&mut world, 0, &made.id, MINUTES)?;
    set(&mut world, 0, &made.id, &[("state", "on")])?;
    let before = meeting(&mut world, 0, &made.id)?;
    ensure!(missed(&before).is_empty(), "it is not over: {before:?}");
    ensure!(before.attendees.iter().filter(|who| who.excused).count() == 2, "{before:?}");
    for laptop in 1..3 {
        let View::Digest(view) = world.ask(laptop, &Query::Digest { since: None })? else { bail!("none") };
        ensure!(view.items.iter().all(|item| item.why != "missed" && item.why != "excused"), "{view:?}");
    }
    // Ada came after all.
    set(&mut world, 0, &made.id, &[("present", "me"), ("state", "closed")])?;
    world.quiesce()?;
    for (laptop, why) in [(1, "excused"), (2, "missed")] {
        let view = meeting(&mut world, laptop, &made.id)?;
        ensure!(missed(&view) == ["Cleo"], "{view:?}");
        let View::Digest(view) = world.ask(laptop, &Query::Digest { since: None })? else { bail!("none") };
        let item = view.items.into_iter().find(|item| item.id == made.id);
        let item = item.ok_or_else(|| anyhow::anyhow!("the closed meeting reaches everybody"))?;
        ensure!(item.why == why && item.text.contains("leaves at six"), "{item:?}");
        ensure!(why.is_empty() != (item.group == "needs_you"), "{item:?}");
    }
    let again = rows(&world, 1)?;
    world.core(1)?.rebuild_projections()?;
    ensure!(again == rows(&world, 1)?, "a rebuild says the same");
    Ok(())
}

fn agreement_page(world: &mut World, laptop: usize, title: &str) -> Result<String> {
    let (template, title) = ("working-agreement".to_owned(), Some(title.to_owned()));
    let new = Command::PageFromTemplate { template, title, parent: None, space: None };
    let Reply::Doc(page) = world.perform(laptop, &new)? else { bail!("no page") };
    Ok(page.id)
}

fn agree(world: &mut World, laptop: usize, page: &str, all: &[(&str, &str)]) -> Result<AgreementView> {
    let command = PracticeCommand::AgreementSet { page: Some(page.to_owned()), fields: fields(all) };
    let PracticeView::Agreement(view) = does(world, laptop, command)? else { bail!("no agreement") };
    Ok(*view)
}

/// Law: of several agreements that say something the oldest holds, on every laptop, in whatever order they came; which one
/// holds and that there are others is said.
#[test]
fn of_several_agreements_the_oldest_holds_everywhere_and_the_others_are_named() -> Result<()> {
    let mut world = World::ready(76, 2)?;
    let first = agreement_page(&mut world, 0, "How we work")?;
    world.pass(60_000);
    let second = agreement_page(&mut world, 1, "How we really work")?;
    // Only the younger one says something as yet, and the older one is not known there.
    agree(&mut world, 1, &second, &[("standard_hours", "48")])?;
    ensure!(agreement(&mut world, 1)?.in_force && agreement(&mut world, 1)?.others.is_empty());
    agree(&mut world, 0, &first, &[("standard_hours", "12")])?;
    world.quiesce()?;
    for laptop in 0..2 {
        let held = agreement(&mut world, laptop)?;
        ensure!(held.id.as_ref() == Some(&first) && held.in_force && held.standard_hours == 12, "{held:?}");
        let others: Vec<&str> = held.others.iter().map(|other| other.id.as_str()).collect();
        ensure!(others == [second.as_str()] && held.held_by.is_none(), "{held:?}");
        let query = PracticeQuery::Agreement { page: Some(second.clone()), at: None };
        let PracticeView::Agreement(other) = asks(&mut world, laptop, query)? else { bail!("none") };
        let by = other.held_by.clone().map(|by| (by.id, by.title));
        ensure!(by == Some((first.clone(), "How we work".to_owned())), "{other:?}");
        ensure!(!other.in_force && other.others.is_empty(), "{other:?}");
        let before = (held, *other);
        world.core(laptop)?.rebuild_projections()?;
        let query = PracticeQuery::Agreement { page: Some(second.clone()), at: None };
        let PracticeView::Agreement(other) = asks(&mut world, laptop, query)? else { bail!("none") };
        ensure!(before == (agreement(&mut world, laptop)?, *other), "a rebuild says the same");
    }
    // One that says nothing any more holds no longer, and the next one does.
    agree(&mut world, 0, &first, &[("standard_hours", "")])?;
    world.quiesce()?;
    for laptop in 0..2 {
        let held = agreement(&mut world, laptop)?;
        ensure!(held.id.as_ref() == Some(&second) && held.standard_hours == 48, "{held:?}");
    }
    Ok(())
}

/// Law: what changed a field over a page can be taken back, and what somebody else changed since then is left alone.
#[test]
fn fields_over_a_page_are_taken_back_and_what_others_did_since_stays() -> Result<()> {
    let mut world = World::ready(77, 2)?;
    let page = agreement_page(&mut world, 0, "How we work")?;
    agree(&mut world, 0, &page, &[("standard_hours", "12"), ("criteria", "Boats stand still")])?;
    world.quiesce()?;
    let change =
        agree(&mut world, 0, &page, &[("standard_hours", "48"), ("quiet", "checkins"), ("criteria", "")])?;
    let names: Vec<&str> = change.back.iter().map(|step| step.field.as_str()).collect();
    ensure!(names == ["criteria", "quiet", "standard_hours"], "{names:?}");
    world.quiesce()?;
    agree(&mut world, 1, &page, &[("standard_hours", "72")])?;
    world.quiesce()?;
    let back = Command::Tasks(TaskCommand::PutBack { steps: change.back });
    let Reply::Steps(done) = world.perform(0, &back)? else { bail!("no steps") };
    ensure!(done.changed == 1 && done.steps.len() == 2, "{done:?}");
    world.quiesce()?;
    for laptop in 0..2 {
        let view = agreement(&mut world, laptop)?;
        ensure!(view.standard_hours == 72 && view.criteria == ["Boats stand still"], "{view:?}");
        ensure!(view.quiet != "checkins", "{view:?}");
    }
    // Who answers for a page and when it is looked at, and that it is still true.
    let upkeep = |command: PracticeCommand, world: &mut World| -> Result<UpkeepPage> {
        let PracticeView::Upkeep(view) = does(world, 0, command)? else { bail!("no upkeep") };
        view.pages.into_iter().next().ok_or_else(|| anyhow::anyhow!("no page"))
    };
    let set = |all: &[(&str, &str)]| PracticeCommand::PageSet { page: page.clone(), fields: fields(all) };
    let shown = |page: &UpkeepPage| {
        (page.owner.as_ref().map(|who| who.name.clone()), page.review_by.clone(), page.still_true.clone())
    };
    let first = upkeep(set(&[("owner", "me"), ("review_by", "2026-12-01")]), &mut world)?;
    let second = upkeep(set(&[("owner", "Bao"), ("review_by", "2027-01-01")]), &mut world)?;
    ensure!(shown(&first) != shown(&second) && second.back.len() == 2, "{second:?}");
    world.perform(0, &Command::Tasks(TaskCommand::PutBack { steps: second.back }))?;
    let still = upkeep(PracticeCommand::StillTrue { page: page.clone() }, &mut world)?;
    ensure!(still.still_true.is_some() && still.owner == first.owner, "{still:?}");
    world.perform(0, &Command::Tasks(TaskCommand::PutBack { steps: still.back }))?;
    let PracticeView::Upkeep(view) = asks(&mut world, 0, PracticeQuery::Upkeep { page: Some(page.clone()) })?
    else {
        bail!("no upkeep")
    };
    ensure!(shown(&view.pages[0]) == shown(&first), "{view:?}");
    Ok(())
}

/// Law: what two people agree on apart is kept and shown, and both laptops expect answers by the same rule.
#[test]
fn an_agreement_changed_apart_holds_the_same_everywhere_and_shows_both() -> Result<()> {
    let mut world = World::ready(73, 2)?;
    let new = Command::PageFromTemplate {
        template: "Working agreement".to_owned(),
        title: None,
        parent: None,
        space: None,
    };
    world.perform(0, &new)?;
    world.meet(0, 1)?;
    let set = |world: &mut World, laptop: usize, hours: &str| {
        does(
            world,
            laptop,
            PracticeCommand::AgreementSet { page: None, fields: fields(&[("urgent_hours", hours)]) },
        )
    };
    set(&mut world, 0, "2")?;
    set(&mut world, 1, "6")?;
    world.meet(0, 1)?;
    let (one, other) = (agreement(&mut world, 0)?, agreement(&mut world, 1)?);
    ensure!(one.in_force && one.urgent_hours == other.urgent_hours, "{one:?} {other:?}");
    ensure!(one.conflicts.len() == 1 && one.conflicts[0].field == "urgent_hours", "{one:?}");
    let told: BTreeSet<String> = [one.urgent_hours.to_string(), one.conflicts[0].value.clone()].into();
    ensure!(told == ["2".to_owned(), "6".to_owned()].into(), "{told:?}");
    ensure!(!one.configures.is_empty(), "the page shows what it configures");
    Ok(())
}

#[test]
fn a_vote_comes_to_the_same_on_both_laptops_and_answers_the_message() -> Result<()> {
    let mut world = World::ready(74, 2)?;
    let say = Say { body: "About boats.".to_owned(), to: vec!["Bao".to_owned()], ..Say::default() };
    let new = ThreadCommand::New { title: "Boats".to_owned(), on: None, space: None, say };
    let Reply::Thread(thread) = world.perform(0, &Command::Thread(new))? else { bail!("no thread") };
    let ask = PracticeCommand::VoteNew {
        thread: thread.id.clone(),
        question: "Which boat?".to_owned(),
        options: vec!["Ferry".to_owned(), "Barge".to_owned()],
        to: Vec::new(),
        hours: Some(4),
    };
    let PracticeView::Votes(asked) = does(&mut world, 0, ask)? else { bail!("no votes") };
    ensure!(asked.polls[0].closes.is_none() && asked.polls[0].voters.len() == 2, "{asked:?}");
    world.meet(0, 1)?;
    let cast = |option: &str| PracticeCommand::VoteCast {
        thread: thread.id.clone(),
        poll: None,
        option: option.to_owned(),
    };
    does(&mut world, 1, cast("2"))?;
    does(&mut world, 0, cast("ferry"))?;
    does(&mut world, 1, cast("Ferry"))?;
    world.meet(0, 1)?;
    let (mine, theirs) = (votes(&mut world, 0, &thread.id)?, votes(&mut world, 1, &thread.id)?);
    ensure!(mine.polls[0].leads.as_deref() == Some("Ferry"), "{mine:?}");
    ensure!(
        mine.polls[0].options == theirs.polls[0].options && mine.polls[0].closes == theirs.polls[0].closes
    );
    let View::Inbox(InboxView { items, .. }) = world.ask(1, &Query::Inbox)? else { bail!("no inbox") };
    ensure!(items.iter().all(|item| item.why != "owed"), "a vote is an answer: {items:?}");
    Ok(())
}

#[test]
fn an_emergency_names_a_criterion_and_wakes_only_who_is_called() -> Result<()> {
    let mut world = World::ready(75, 3)?;
    let say = |criterion: Option<&str>| Say {
        body: "Boats stand still.".to_owned(),
        urgency: Some("emergency".to_owned()),
        criterion: criterion.map(str::to_owned),
        to: vec!["Bao".to_owned(), "Cleo".to_owned()],
        ..Say::default()
    };
    let new = |say: Say| {
        Command::Thread(ThreadCommand::New { title: "Pier".to_owned(), on: None, space: None, say })
    };
    let refused = world.perform(0, &new(say(Some("1")))).unwrap_err().to_string();
    ensure!(refused.contains("written down"), "{refused}");
    let template = Command::PageFromTemplate {
        template: "working-agreement".to_owned(),
        title: None,
        parent: None,
        space: None,
    };
    world.perform(0, &template)?;
    let agreed =
        fields(&[("criteria", "Boats stand still; Data is lost"), ("rota", "Bao daily 00:00-24:00")]);
    does(&mut world, 0, PracticeCommand::AgreementSet { page: None, fields: agreed })?;
    let refused = world.perform(0, &new(say(None))).unwrap_err().to_string();
    ensure!(refused.contains("criterion"), "{refused}");
    world.perform(0, &new(say(Some("boats"))))?;
    world.meet(0, 1)?;
    world.meet(0, 2)?;
    let heard = |world: &mut World, laptop: usize| -> Result<NotifyView> {
        let View::Notify(view) = world.ask(laptop, &Query::Notify)? else { bail!("no notifications") };
        Ok(view)
    };
    // For a week, by the hour: outside hours only the one on call hears it.
    let (mut woken, mut held) = (0, 0);
    for _ in 0..24 * 7 {
        world.pass(3_600_000);
        let (bao, cleo) = (heard(&mut world, 1)?, heard(&mut world, 2)?);
        ensure!(bao.notify.len() == 1, "who is on call hears it at any time: {bao:?}");
        ensure!(!cleo.quiet || cleo.notify.is_empty(), "{cleo:?}");
        woken += usize::from(bao.quiet);
        held += usize::from(cleo.quiet && !cleo.held.is_empty());
    }
    ensure!(woken > 50 && held > 50, "{woken} {held}");
    Ok(())
}

#[test]
fn a_question_is_due_once_a_day_and_skipping_it_is_seen_by_nobody() -> Result<()> {
    let mut world = World::ready(76, 2)?;
    let new = PracticeCommand::QuestionNew {
        question: "What is in your way?".to_owned(),
        when: "daily 09:30".to_owned(),
        to: vec!["me".to_owned(), "Bao".to_owned()],
        on: None,
        space: None,
    };
    let PracticeView::Questions(made) = does(&mut world, 0, new)? else { bail!("no question") };
    let thread = made.questions[0].thread.clone();
    world.meet(0, 1)?;
    world.pass(36 * 3_600_000);
    let due = |world: &mut World, laptop: usize| -> Result<usize> {
        let View::Inbox(view) = world.ask(laptop, &Query::Inbox)? else { bail!("no inbox") };
        Ok(view.asks.iter().filter(|ask| ask.kind == "question").count())
    };
    ensure!(
        (due(&mut world, 0)?, due(&mut world, 1)?) == (1, 1),
        "a day and a half later it is asked of both"
    );
    does(&mut world, 0, PracticeCommand::QuestionSkip { thread: thread.clone() })?;
    let answer = PracticeCommand::QuestionAnswer { thread: thread.clone(), body: "Fog.".to_owned() };
    does(&mut world, 1, answer)?;
    world.meet(0, 1)?;
    ensure!((due(&mut world, 0)?, due(&mut world, 1)?) == (0, 0));
    let PracticeView::Questions(seen) =
        asks(&mut world, 1, PracticeQuery::Questions { thread: Some(thread) })?
    else {
        bail!("no question")
    };
    let answered: Vec<&str> = seen.questions[0].answered.iter().map(|who| who.name.as_str()).collect();
    ensure!(answered == ["Bao"], "{answered:?}");
    let before = rows(&world, 1)?;
    world.core(1)?.rebuild_projections()?;
    ensure!(before == rows(&world, 1)? && before.contains("in your way"), "a rebuild says the same");
    world.pass(24 * 3_600_000);
    ensure!((due(&mut world, 0)?, due(&mut world, 1)?) == (1, 1), "the next day it is asked again, once");
    Ok(())
}

#[test]
fn an_overdue_page_waits_for_its_owner_until_somebody_says_that_it_is_still_true() -> Result<()> {
    let mut world = World::ready(77, 2)?;
    let new = Command::PageNew { title: "Pier rules".to_owned(), parent: None, space: None, markdown: None };
    let Reply::Doc(page) = world.perform(0, &new)? else { bail!("no page") };
    let given = fields(&[("owner", "Bao"), ("review_by", "2020-01-01"), ("review_days", "30")]);
    does(&mut world, 0, PracticeCommand::PageSet { page: page.id.clone(), fields: given })?;
    world.meet(0, 1)?;
    let waits = |world: &mut World, laptop: usize| -> Result<usize> {
        let View::Inbox(view) = world.ask(laptop, &Query::Inbox)? else { bail!("no inbox") };
        Ok(view.asks.iter().filter(|ask| ask.kind == "review").count())
    };
    ensure!((waits(&mut world, 0)?, waits(&mut world, 1)?) == (0, 1), "it waits for its owner alone");
    let PracticeView::Upkeep(view) =
        does(&mut world, 1, PracticeCommand::StillTrue { page: page.id.clone() })?
    else {
        bail!("no upkeep")
    };
    ensure!(!view.pages[0].overdue && view.pages[0].still_true.is_some(), "{view:?}");
    ensure!(waits(&mut world, 1)? == 0);
    world.meet(0, 1)?;
    let View::History(history) = world.ask(0, &Query::History { page: page.id })? else {
        bail!("no history")
    };
    ensure!(history.sessions.len() >= 2, "it stands in the history: {history:?}");
    world.pass(40 * 24 * 3_600_000);
    ensure!(waits(&mut world, 1)? == 1, "the next period brings it back, once");
    Ok(())
}
