//! Laws over everything that people look at all day: what is owed, what is hidden, and that every list is a function of the
//! documents, whatever three people do, apart and together.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use proptest::prelude::*;
use tern_peer::{
    AccessCommand, AckSays, Command, InboxCommand, InboxDoes, ProjectCommand, Query, Reply, Say, SnoozeUntil,
    TaskCommand, ThreadCommand, ThreadView, View,
};
use tern_tests::World;
use tern_tests::world::PEOPLE;

fn perform(world: &mut World, laptop: usize, command: ThreadCommand) -> Result<ThreadView> {
    match world.perform(laptop, &Command::Thread(command))? {
        Reply::Thread(view) => Ok(*view),
        other => bail!("no thread: {other:?}"),
    }
}

fn question(body: &str, to: usize) -> Say {
    let (intent, to) = (Some("question".to_owned()), vec![PEOPLE[to].0.to_owned()]);
    Say { body: body.to_owned(), intent, to, ..Say::default() }
}

fn told(body: &str) -> Say {
    Say { body: body.to_owned(), ..Say::default() }
}

fn open(world: &mut World, laptop: usize, title: &str, say: Say) -> Result<ThreadView> {
    perform(world, laptop, ThreadCommand::New { title: title.to_owned(), on: None, space: None, say })
}

fn reply(world: &mut World, laptop: usize, thread: &str, say: Say) -> Result<ThreadView> {
    perform(world, laptop, ThreadCommand::Reply { thread: thread.to_owned(), say })
}

fn message(view: &ThreadView, body: &str) -> Result<String> {
    let found = view.messages.iter().find(|message| message.body == body);
    Ok(found.with_context(|| format!("“{body}” is not in {view:?}"))?.id.clone())
}

fn does(world: &mut World, laptop: usize, thread: &str, does: InboxDoes) -> Result<()> {
    world.perform(laptop, &Command::Inbox(InboxCommand { thread: thread.to_owned(), does }))?;
    Ok(())
}

/// Thread, message, who owes, who asked.
type Owed = (String, String, usize, usize);

/// What should be owed, kept beside what people do.
#[derive(Default)]
struct Ledger {
    open: BTreeSet<Owed>,
    /// By person: messages that they have, with their threads: an id is one within its thread alone.
    known: [BTreeSet<(String, String)>; 3],
    /// Threads that are open, with their messages.
    threads: BTreeMap<String, Vec<String>>,
}

impl Ledger {
    fn asks(&mut self, thread: &str, message: &str, from: usize, to: usize) {
        self.said(thread, message, from);
        self.open.insert((thread.to_owned(), message.to_owned(), to, from));
    }

    /// Whoever says something in a thread answers what they had been asked there by then.
    fn said(&mut self, thread: &str, message: &str, from: usize) {
        let known = self.known[from].clone();
        self.open.retain(|(of, asked, debtor, _)| {
            let has = known.contains(&(of.clone(), asked.clone()));
            !(of == thread && *debtor == from && has)
        });
        self.known[from].insert((thread.to_owned(), message.to_owned()));
        self.threads.entry(thread.to_owned()).or_default().push(message.to_owned());
    }

    fn handed_on(&mut self, thread: &str, message: &str, from: usize, to: usize) {
        let mine =
            self.open.iter().find(|(of, asked, who, _)| of == thread && asked == message && *who == from);
        if let Some(mine) = mine.cloned() {
            self.open.remove(&mine);
            self.open.insert((mine.0, mine.1, to, mine.3));
        }
    }

    fn closed(&mut self, thread: &str) {
        self.open.retain(|(of, ..)| of != thread);
        self.threads.remove(thread);
    }

    fn everybody_has_everything(&mut self) {
        let of = |(thread, all): (&String, &Vec<String>)| -> Vec<(String, String)> {
            all.iter().map(|message| (thread.clone(), message.clone())).collect()
        };
        let all: BTreeSet<(String, String)> = self.threads.iter().flat_map(of).collect();
        self.known.iter_mut().for_each(|known| known.extend(all.iter().cloned()));
    }

    /// What the ledger of a person should say: (do I owe it, thread, message, the other).
    fn of(&self, person: usize) -> BTreeSet<(bool, String, String, String)> {
        let line = |(thread, message, debtor, asker): &Owed| {
            let other = if *debtor == person { *asker } else { *debtor };
            (*debtor == person, thread.clone(), message.clone(), PEOPLE[other].0.to_owned())
        };
        self.open.iter().filter(|owed| owed.2 == person || owed.3 == person).map(line).collect()
    }
}

fn ledger(world: &mut World, laptop: usize) -> Result<BTreeSet<(bool, String, String, String)>> {
    let View::Owed(view) = world.ask(laptop, &Query::Owed)? else { bail!("no ledger") };
    let line = |item: tern_peer::OwedItem| (item.side == "i_owe", item.thread, item.message, item.who);
    Ok(view.items.into_iter().map(line).collect())
}

#[derive(Debug, Clone)]
enum Act {
    Open(usize, usize),
    Ask(usize, usize, usize),
    Say(usize, usize),
    Promise(usize, usize),
    HandOn(usize),
    Close(usize, usize),
    Meet,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let one = prop_oneof![
        2 => (0..3_usize, 1..3_usize).prop_map(|(from, to)| Act::Open(from, to)),
        4 => (0..3_usize, 1..3_usize, 0..9_usize).prop_map(|(from, to, thread)| Act::Ask(from, to, thread)),
        3 => (0..3_usize, 0..9_usize).prop_map(|(from, thread)| Act::Say(from, thread)),
        2 => (0..3_usize, 0..9_usize).prop_map(|(from, owed)| Act::Promise(from, owed)),
        2 => (0..9_usize).prop_map(Act::HandOn),
        1 => (0..3_usize, 0..9_usize).prop_map(|(from, thread)| Act::Close(from, thread)),
        3 => Just(Act::Meet),
    ];
    prop::collection::vec(one, 4..24)
}

fn meet(world: &mut World, should: &mut Ledger) -> Result<()> {
    world.quiesce()?;
    should.everybody_has_everything();
    for (laptop, (name, ..)) in PEOPLE.iter().enumerate().take(world.laptops.len()) {
        let (is, should) = (ledger(world, laptop)?, should.of(laptop));
        ensure!(is == should, "{name} owes and waits for {is:#?}\ninstead of {should:#?}");
    }
    Ok(())
}

/// A thread that a person has, if any.
fn pick(should: &Ledger, person: usize, at: usize) -> Option<String> {
    let has = |(thread, messages): &(&String, &Vec<String>)| {
        let first = messages.first().map(|first| ((*thread).clone(), first.clone()));
        first.is_some_and(|first| should.known[person].contains(&first))
    };
    let known: Vec<&String> = should.threads.iter().filter(has).map(|(id, _)| id).collect();
    (!known.is_empty()).then(|| known[at % known.len()].clone())
}

fn act(world: &mut World, should: &mut Ledger, n: usize, act: &Act) -> Result<()> {
    let body = format!("Number {n}.");
    match *act {
        Act::Open(from, to) => {
            let to = (from + to) % 3;
            let view = open(world, from, &format!("Thread {n}"), question(&body, to))?;
            should.asks(&view.id, &message(&view, &body)?, from, to);
        }
        Act::Ask(from, to, thread) => {
            let Some(thread) = pick(should, from, thread) else { return Ok(()) };
            let to = (from + to) % 3;
            let view = reply(world, from, &thread, question(&body, to))?;
            should.asks(&thread, &message(&view, &body)?, from, to);
        }
        Act::Say(from, thread) => {
            let Some(thread) = pick(should, from, thread) else { return Ok(()) };
            let view = reply(world, from, &thread, told(&body))?;
            should.said(&thread, &message(&view, &body)?, from);
        }
        Act::Promise(from, at) => {
            let mine = ledger(world, from)?.into_iter().filter(|line| line.0).collect::<Vec<_>>();
            let Some((_, thread, message, _)) = mine.get(at % mine.len().max(1)) else { return Ok(()) };
            let says = AckSays::WillAnswer(None);
            let ack = ThreadCommand::Ack { thread: thread.clone(), message: Some(message.clone()), says };
            perform(world, from, ack)?;
        }
        Act::HandOn(at) => {
            meet(world, should)?;
            let all: Vec<&Owed> = should.open.iter().collect();
            let Some(owed) = all.get(at % all.len().max(1)) else { return Ok(()) };
            let (thread, message, from, asker) = (*owed).clone();
            let to = (0..3).find(|one| *one != from && *one != asker).unwrap_or_default();
            let says = AckSays::NotMe(PEOPLE[to].0.to_owned());
            let ack = ThreadCommand::Ack { thread: thread.clone(), message: Some(message.clone()), says };
            perform(world, from, ack)?;
            should.handed_on(&thread, &message, from, to);
            meet(world, should)?;
        }
        Act::Close(from, thread) => {
            meet(world, should)?;
            let Some(thread) = pick(should, from, thread) else { return Ok(()) };
            let outcome = Some("Settled.".to_owned());
            perform(world, from, ThreadCommand::Close { thread: thread.clone(), outcome })?;
            should.closed(&thread);
            meet(world, should)?;
        }
        Act::Meet => meet(world, should)?,
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Law: the ledger holds a question from the moment it was asked until whoever owes the answer has it and says
    /// something, hands it on (then the other owes it), or the thread is closed. A promise empties nothing.
    #[test]
    fn the_ledger_empties_by_an_answer_a_hand_on_or_a_closing_and_by_nothing_else(
        acts in acts(), seed in 0..1_000_u64,
    ) {
        let run = || -> Result<()> {
            let mut world = World::ready(50_000 + seed, 3)?;
            let mut should = Ledger::default();
            for (n, one) in acts.iter().enumerate() {
                act(&mut world, &mut should, n, one)?;
            }
            meet(&mut world, &mut should)
        };
        run().map_err(|e| TestCaseError::fail(format!("{e:#}")))?;
    }
}

/// Everything that a person looks at, as text, list by list.
fn lists(world: &mut World, laptop: usize) -> Result<Vec<(&'static str, String)>> {
    let tasks = |group: Option<&str>| Query::Tasks {
        filter: String::new(),
        group: group.map(str::to_owned),
        sort: Some("order".to_owned()),
    };
    let all = [
        ("inbox", Query::Inbox),
        ("owed", Query::Owed),
        ("digest", Query::Digest { since: None }),
        ("threads", Query::Threads { on: None, closed: true }),
        ("decisions", Query::Decisions { state: None, project: None }),
        ("tasks", tasks(None)),
        ("board", tasks(Some("status"))),
        ("strip", Query::Strip { at: None }),
        ("my work", Query::Work),
        ("pages", Query::Pages { trash: true }),
        ("held", Query::Notify),
        ("members", Query::Members),
        ("projects", Query::Projects),
        ("views", Query::Views),
        ("drafts", Query::Drafts),
    ];
    let mut said = Vec::new();
    for (name, query) in all {
        said.push((name, format!("{:?}", world.ask(laptop, &query)?)));
    }
    Ok(said)
}

/// One thing that somebody does on a day, chosen by two numbers. What cannot be done just then is left.
fn day(world: &mut World, laptop: usize, n: usize, what: usize) -> Result<()> {
    let first = |world: &mut World, query: &Query| -> Result<Vec<String>> {
        Ok(match world.ask(laptop, query)? {
            View::Threads(view) => view.threads.into_iter().map(|row| row.id).collect(),
            View::Tasks(view) => view.tasks.into_iter().map(|row| row.id).collect(),
            View::Pages(view) => view.pages.into_iter().map(|row| row.id).collect(),
            other => bail!("no list: {other:?}"),
        })
    };
    let at = |all: Vec<String>| if all.is_empty() { None } else { all.get(n % all.len()).cloned() };
    let thread = at(first(world, &Query::Threads { on: None, closed: true })?);
    let task = at(first(world, &Query::Tasks { filter: String::new(), group: None, sort: None })?);
    let page = at(first(world, &Query::Pages { trash: false })?);
    let (other, text) = ((laptop + 1 + n % 2) % 3, format!("Line {n}"));
    match (what, thread, task, page) {
        (0, ..) => drop(open(world, laptop, &format!("Thread {n}"), question(&text, other))?),
        (1, Some(thread), ..) => drop(reply(world, laptop, &thread, question(&text, other))?),
        (2, Some(thread), ..) => drop(reply(world, laptop, &thread, told(&text))?),
        (3, Some(thread), ..) => does(world, laptop, &thread, InboxDoes::Done)?,
        (4, Some(thread), ..) => does(world, laptop, &thread, InboxDoes::Snooze(SnoozeUntil::Reply))?,
        (5, Some(thread), ..) => does(world, laptop, &thread, InboxDoes::Mute(n.is_multiple_of(2)))?,
        (6, Some(thread), ..) => does(world, laptop, &thread, InboxDoes::Unread)?,
        (7, Some(page), ..) | (8, _, _, Some(page)) => {
            world.perform(laptop, &Command::MarkRead { page, heads: None })?;
        }
        (9, Some(thread), ..) if n.is_multiple_of(3) => {
            perform(world, laptop, ThreadCommand::Close { thread, outcome: Some(text) })?;
        }
        (10, ..) => {
            let line = format!("{text} @{} !high >Web", PEOPLE[other].0);
            world.perform(laptop, &Command::Tasks(TaskCommand::New { line, fields: Vec::new() }))?;
        }
        (11, _, Some(task), _) => {
            let status = ["todo", "doing", "done"][n % 3];
            let fields = vec![("status".to_owned(), status.to_owned()), ("title".to_owned(), text)];
            world.perform(laptop, &Command::TaskSet { task, fields })?;
        }
        (12, _, Some(task), _) => {
            let (tasks, fields) = (vec![task], vec![("status".to_owned(), "review".to_owned())]);
            let place = TaskCommand::Place { tasks, fields, after: None, before: None };
            world.perform(laptop, &Command::Tasks(place))?;
        }
        (13, ..) => {
            let (title, markdown) = (format!("Page {n}"), Some(text));
            world.perform(laptop, &Command::PageNew { title, parent: None, space: None, markdown })?;
        }
        (14, _, _, Some(page)) => {
            world.perform(laptop, &Command::PageAppend { page, markdown: text })?;
        }
        (15, _, _, Some(page)) if n.is_multiple_of(4) => {
            world.perform(laptop, &Command::Trash { doc: page })?;
        }
        (16, ..) => {
            let template = "decision".to_owned();
            let new = Command::PageFromTemplate { template, title: Some(text), parent: None, space: None };
            let Reply::Doc(made) = world.perform(laptop, &new)? else { bail!("no page") };
            let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let fields = vec![field("state", "decided"), field("outcome", "So it is.")];
            world.perform(laptop, &Command::DecisionSet { page: made.id, fields })?;
        }
        (17, ..) => {
            let off = vec![format!("2027-0{}-0{}", 1 + n % 9, 1 + n % 8)];
            let change = tern_peer::ProfileChange { off, ..Default::default() };
            world.perform(laptop, &Command::ProfileSet(change))?;
        }
        (18, ..) => world.pass(5 * 3_600_000),
        (20, ..) => {
            // A digest stays on the screen while more comes, and is cleared up to what it showed.
            let View::Digest(shown) = world.ask(laptop, &Query::Digest { since: None })? else {
                bail!("no digest")
            };
            world.quiesce()?;
            let seen = shown.items.into_iter().map(|item| (item.id, item.heads));
            let seen = seen.filter(|(_, heads)| !heads.is_empty()).collect();
            world.perform(laptop, &Command::SeenAll { seen })?;
        }
        (21, ..) => {
            let title = format!("Project {}", n % 2);
            let new = ProjectCommand::New { title: title.clone(), fields: Vec::new() };
            // It may be there already.
            let _ = world.perform(laptop, &Command::Project(new));
            let health = ["on-track", "at-risk", "off-track"][n % 3].to_owned();
            let update = ProjectCommand::Update { project: title, health, text };
            world.perform(laptop, &Command::Project(update))?;
        }
        (19, ..) => world.quiesce()?,
        _ => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    /// Law: every list is a function of the documents, the marks and the time: made change by change it says the same as
    /// made anew out of everything.
    #[test]
    fn every_list_made_change_by_change_is_the_one_that_a_rebuild_makes(
        acts in prop::collection::vec((0..3_usize, 0..60_usize, 0..22_usize), 10..60), seed in 0..1_000_u64,
    ) {
        let run = || -> Result<()> {
            let mut world = World::ready(60_000 + seed, 3)?;
            for (laptop, n, what) in &acts {
                day(&mut world, *laptop, *n, *what)?;
            }
            world.quiesce()?;
            for laptop in 0..3 {
                let before = lists(&mut world, laptop)?;
                world.core(laptop)?.rebuild_projections()?;
                for (was, is) in before.into_iter().zip(lists(&mut world, laptop)?) {
                    ensure!(was == is, "{}: {}\nrebuilt: {}", was.0, was.1, is.1);
                }
            }
            Ok(())
        };
        run().map_err(|e| TestCaseError::fail(format!("{e:#}")))?;
    }
}

fn bodies(world: &mut World, laptop: usize, thread: &str) -> Result<Vec<String>> {
    let View::Thread(view) = world.ask(laptop, &Query::Thread { thread: thread.to_owned() })? else {
        bail!("no thread")
    };
    Ok(view.messages.into_iter().map(|message| message.body).collect())
}

fn in_inbox(world: &mut World, laptop: usize, thread: &str) -> Result<Option<usize>> {
    let View::Inbox(view) = world.ask(laptop, &Query::Inbox)? else { bail!("no inbox") };
    Ok(view.items.into_iter().find(|item| item.id == thread).map(|item| item.unread))
}

#[test]
fn what_a_muted_or_snoozed_thread_keeps_back_is_there_when_it_is_wanted() -> Result<()> {
    let mut world = World::ready(70_001, 2)?;
    let thread = open(&mut world, 0, "Moorings", question("Which pier?", 1))?.id;
    world.quiesce()?;
    reply(&mut world, 1, &thread, told("The second."))?;
    world.perform(1, &Command::MarkRead { page: thread.clone(), heads: None })?;
    does(&mut world, 1, &thread, InboxDoes::Mute(true))?;
    let said: Vec<String> = (0..5).map(|n| format!("Line {n} of the moorings.")).collect();
    for line in &said {
        reply(&mut world, 0, &thread, told(line))?;
        world.quiesce()?;
        ensure!(in_inbox(&mut world, 1, &thread)?.is_none(), "muted");
    }
    let View::Digest(digest) = world.ask(1, &Query::Digest { since: None })? else { bail!("no digest") };
    ensure!(digest.counts.muted == 1, "a digest counts what it does not show: {digest:?}");
    let shown = bodies(&mut world, 1, &thread)?;
    ensure!(said.iter().all(|line| shown.contains(line)), "every message lies in the thread: {shown:?}");
    let View::Search(found) = world.ask(1, &Query::Search { query: "moorings".to_owned(), limit: 20 })?
    else {
        bail!("no search")
    };
    ensure!(found.hits.iter().any(|hit| hit.id == thread), "and is found: {found:?}");
    does(&mut world, 1, &thread, InboxDoes::Mute(false))?;
    ensure!(in_inbox(&mut world, 1, &thread)? == Some(said.len()), "all of it is back");
    does(&mut world, 1, &thread, InboxDoes::Snooze(SnoozeUntil::Morning))?;
    ensure!(in_inbox(&mut world, 1, &thread)?.is_none(), "snoozed");
    world.pass(4 * 86_400_000);
    ensure!(in_inbox(&mut world, 1, &thread)? == Some(said.len()), "all of it is back again");
    Ok(())
}

#[test]
fn what_a_removed_member_wrote_and_what_lies_in_the_trash_is_kept() -> Result<()> {
    let mut world = World::ready(70_002, 3)?;
    let thread = open(&mut world, 2, "Tides", question("Who keeps the table?", 0))?.id;
    let new = Command::PageNew {
        title: "Tide table".to_owned(),
        parent: None,
        space: None,
        markdown: Some("High water at six.".to_owned()),
    };
    let Reply::Doc(page) = world.perform(2, &new)? else { bail!("no page") };
    let line = "Print the tide table @Cleo".to_owned();
    world.perform(2, &Command::Tasks(TaskCommand::New { line, fields: Vec::new() }))?;
    world.quiesce()?;
    let text = |world: &mut World, laptop: usize| -> Result<String> {
        let query = Query::PageText { page: page.id.clone(), format: "md".to_owned(), at: None };
        let View::Text { text } = world.ask(laptop, &query)? else { bail!("no text") };
        Ok(text)
    };
    let remove = AccessCommand::MemberRemove { member: "Cleo".to_owned() };
    world.perform(0, &Command::Access(remove))?;
    world.meet(0, tern_tests::world::NODE)?;
    world.meet(1, tern_tests::world::NODE)?;
    for laptop in [0, 1] {
        ensure!(bodies(&mut world, laptop, &thread)? == ["Who keeps the table?"]);
        ensure!(text(&mut world, laptop)?.contains("High water at six."));
        let all = Query::Tasks { filter: String::new(), group: None, sort: None };
        let View::Tasks(tasks) = world.ask(laptop, &all)? else { bail!("no tasks") };
        let task = tasks.tasks.iter().find(|task| task.title.contains("tide table"));
        ensure!(task.and_then(|task| task.assignee.as_deref()) == Some("Cleo"), "{tasks:?}");
    }
    let before = text(&mut world, 1)?;
    world.perform(0, &Command::Trash { doc: page.id.clone() })?;
    world
        .perform(1, &Command::PageAppend { page: page.id.clone(), markdown: "Low water at noon.".into() })?;
    world.meet(0, tern_tests::world::NODE)?;
    world.meet(1, tern_tests::world::NODE)?;
    world.perform(1, &Command::Restore { doc: page.id.clone() })?;
    let after = text(&mut world, 1)?;
    ensure!(after.starts_with(before.trim_end()) && after.contains("Low water at noon."), "{after}");
    Ok(())
}
