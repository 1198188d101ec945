//! What a digest holds, over pages, tasks, decisions, threads, projects and all the rest, whatever two people do apart and together: every
//! change of others after what one has seen, each of them once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use proptest::prelude::*;
use tern_model::doc::Hash;
use tern_model::{Doc, DocId, Heads, Kind};
use tern_peer::{Command, DigestView, ProjectCommand, Query, Reply, Say, TaskCommand, ThreadCommand, View};
use tern_sync::Lane;
use tern_tests::World;
use tern_tests::world::{NODE, PEOPLE};
use tern_trust::{Batch, Item, KeyRing, Kind as ItemKind};

/// Minutes that go by with everything that is done.
const STEP_MS: i64 = 60_000;
/// Longest time that a message is held back.
const HELD_MS: i64 = 600_000;

/// Changes by document.
type Changes = BTreeMap<String, BTreeSet<Hash>>;

#[derive(Debug, Clone)]
enum Act {
    Page(usize),
    Write(usize, usize),
    Task(usize),
    SetTask(usize, usize),
    Decision(usize),
    Decide(usize, usize),
    Thread(usize),
    Ask(usize, usize),
    Say(usize, usize),
    /// A message that appears later.
    Later(usize, usize),
    Close(usize, usize),
    Project(usize),
    /// It is told how a project goes.
    Update(usize, usize),
    /// One document is read to its end.
    Read(usize, usize),
    /// The digest is looked at, and stays on the screen.
    Look(usize),
    /// What is on the screen is cleared, whatever came since.
    Clear(usize),
    /// The other one changes something while the digest is on the screen, and all of it comes before it is cleared.
    Late(usize, usize),
    /// One of them meets the node.
    Meet(usize),
    /// Both do, until neither lacks anything.
    MeetAll,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let who = || 0..2_usize;
    let at = || (0..2_usize, 0..9_usize);
    let one = prop_oneof![
        2 => who().prop_map(Act::Page),
        3 => at().prop_map(|(who, n)| Act::Write(who, n)),
        2 => who().prop_map(Act::Task),
        3 => at().prop_map(|(who, n)| Act::SetTask(who, n)),
        1 => who().prop_map(Act::Decision),
        2 => at().prop_map(|(who, n)| Act::Decide(who, n)),
        2 => who().prop_map(Act::Thread),
        2 => at().prop_map(|(who, n)| Act::Ask(who, n)),
        2 => at().prop_map(|(who, n)| Act::Say(who, n)),
        2 => at().prop_map(|(who, n)| Act::Later(who, n)),
        1 => at().prop_map(|(who, n)| Act::Close(who, n)),
        1 => who().prop_map(Act::Project),
        2 => at().prop_map(|(who, n)| Act::Update(who, n)),
        3 => at().prop_map(|(who, n)| Act::Read(who, n)),
        3 => who().prop_map(Act::Look),
        3 => who().prop_map(Act::Clear),
        3 => at().prop_map(|(who, n)| Act::Late(who, n)),
        4 => who().prop_map(Act::Meet),
        2 => Just(Act::MeetAll),
    ];
    prop::collection::vec(one, 8..40)
}

/// Somebody who reads digests.
#[derive(Default)]
struct Reader {
    /// Changes that were cleared or read.
    seen: Changes,
    /// The digest on the screen, with what it stood for.
    screen: Option<(DigestView, Changes)>,
}

struct Story {
    world: World,
    /// The keys of the workspace.
    keys: KeyRing,
    readers: [Reader; 2],
    /// Kinds of documents of which a digest told a change.
    told: BTreeSet<&'static str>,
}

impl Story {
    /// A document out of the items that a laptop holds of it.
    fn document(&self, laptop: usize, id: DocId) -> Result<Doc> {
        let store = self.world.core_ref(laptop).store();
        let row = store.doc(&id.0)?.with_context(|| format!("{id} is not here"))?;
        let mut changes = Vec::new();
        for stored in store.items_by_tag_after(&row.lane, &row.tag, 0)? {
            let item = Item::parse(stored.bytes)?;
            if stored.kind != ItemKind::Batch.byte() {
                continue;
            }
            let key = self.keys.get(&item.header().epoch).context("no key")?;
            changes.extend(Batch::decode(&item.open(key).context("sealed")?)?.changes);
        }
        let mut doc = Doc::empty(id);
        doc.apply(&changes)?;
        Ok(doc)
    }

    /// Every document of the workspace that a laptop has; one's own notes of what was read lie in a personal space.
    fn documents(&self, laptop: usize) -> Result<Vec<Doc>> {
        let rows = self.world.core_ref(laptop).store().docs()?;
        let shared = rows.into_iter().filter(|row| row.lane == Lane::ROOT.0);
        shared.map(|row| self.document(laptop, DocId(row.doc))).collect()
    }

    /// Whether a change was made on another laptop.
    fn is_of_others(&self, laptop: usize, actor: &[u8; 16]) -> bool {
        let mut run = [0; 8];
        run.copy_from_slice(&actor[8..]);
        tern_trust::derive::actor_id(&self.world.device(laptop), u64::from_le_bytes(run)) != *actor
    }

    /// What an entry of a digest stands for: the changes of others between two versions.
    fn stands_for(&self, laptop: usize, id: &str, from: &str, to: &str) -> Result<BTreeSet<Hash>> {
        let doc = self.document(laptop, id.parse()?)?;
        let (from, to): (Heads, Heads) = (from.parse()?, to.parse()?);
        let after = doc.at(&to)?.history_since(&from);
        let others = after.into_iter().filter(|change| self.is_of_others(laptop, &change.actor));
        Ok(others.map(|change| change.hash).collect())
    }

    /// A digest with what it stands for; no change twice.
    fn digest(&mut self, laptop: usize, since: Option<String>) -> Result<(DigestView, Changes)> {
        let View::Digest(view) = self.world.ask(laptop, &Query::Digest { since })? else {
            bail!("no digest")
        };
        let items = view.items.iter().map(|item| (&item.id, &item.from_heads, &item.heads, item.changes));
        let counted = view.counted.iter().chain(view.items.iter().flat_map(|item| &item.also));
        let counted = counted.map(|one| (&one.id, &one.from_heads, &one.heads, one.changes));
        let mut all = Changes::new();
        for (id, from, to, count) in items.chain(counted) {
            let stands = self.stands_for(laptop, id, from, to)?;
            ensure!(stands.len() == count, "{id} says {count} changes and stands for {}", stands.len());
            let before = all.insert(id.clone(), stands);
            ensure!(before.is_none(), "{id} stands twice in {view:?}");
        }
        all.retain(|_, changes| !changes.is_empty());
        Ok((view, all))
    }

    /// Whether a message lies in a thread that has not appeared.
    fn waits(&self, laptop: usize, doc: &DocId) -> Result<bool> {
        let now_ms = self.world.core_ref(laptop).now_ms();
        let messages = self.world.core_ref(laptop).store().messages_of(&doc.0)?;
        Ok(messages.iter().any(|message| message.release_ms.is_some_and(|at| at > now_ms)))
    }

    /// The law: what a digest stands for is what others changed and was not seen. A thread in which nothing but a message
    /// that has not appeared is new may be left out until it appears.
    fn look(&mut self, laptop: usize) -> Result<()> {
        let (view, stands) = self.digest(laptop, None)?;
        for doc in self.documents(laptop)? {
            let id = doc.id().to_string();
            let seen = self.readers[laptop].seen.get(&id).cloned().unwrap_or_default();
            let others = doc.history().into_iter().filter(|c| self.is_of_others(laptop, &c.actor));
            let unseen: BTreeSet<Hash> =
                others.map(|change| change.hash).filter(|hash| !seen.contains(hash)).collect();
            let told = stands.get(&id).cloned().unwrap_or_default();
            let held = told.is_empty() && self.waits(laptop, &doc.id())?;
            ensure!(
                held || told == unseen,
                "{} is told {} of {} unseen changes in {} {id} “{}”",
                PEOPLE[laptop].0,
                told.intersection(&unseen).count(),
                unseen.len(),
                doc.kind().name(),
                doc.title()
            );
            if !told.is_empty() {
                self.told.insert(match (doc.kind(), doc.form()) {
                    (Kind::Page, Some(_)) => "decision",
                    (Kind::Page, None) => "page",
                    (Kind::Task, _) => "task",
                    (Kind::Thread, _) => "thread",
                    (Kind::Project, _) => "project",
                    _ => "other",
                });
            }
        }
        self.readers[laptop].screen = Some((view, stands));
        Ok(())
    }

    /// The law of a digest that is asked for since an instant: what others wrote from then on, and what was made upon that.
    fn since(&mut self, laptop: usize, at_ms: i64) -> Result<()> {
        let since = tern_model::hours::Zone::utc().rfc3339(at_ms);
        let stands = self.digest(laptop, Some(since.clone()))?.1;
        for doc in self.documents(laptop)? {
            let mut late = BTreeSet::new();
            let mut of_others = BTreeSet::new();
            for change in doc.history() {
                if change.time_ms >= at_ms || change.deps.iter().any(|dep| late.contains(dep)) {
                    late.insert(change.hash);
                    if self.is_of_others(laptop, &change.actor) {
                        of_others.insert(change.hash);
                    }
                }
            }
            let told = stands.get(&doc.id().to_string()).cloned().unwrap_or_default();
            let held = told.is_empty() && self.waits(laptop, &doc.id())?;
            ensure!(
                held || told == of_others,
                "since {since}: {} of {} in “{}”",
                told.len(),
                of_others.len(),
                doc.title()
            );
        }
        Ok(())
    }

    fn clear(&mut self, laptop: usize) -> Result<()> {
        let Some((view, stood)) = self.readers[laptop].screen.take() else { return Ok(()) };
        let items = view.items.iter().map(|item| (item.id.clone(), item.heads.clone()));
        let counted = view.counted.iter().chain(view.items.iter().flat_map(|item| &item.also));
        let seen = items.chain(counted.map(|one| (one.id.clone(), one.heads.clone())));
        let seen = seen.filter(|(_, heads)| !heads.is_empty()).collect();
        self.world.perform(laptop, &Command::SeenAll { seen })?;
        for (id, changes) in stood {
            self.readers[laptop].seen.entry(id).or_default().extend(changes);
        }
        Ok(())
    }

    fn read(&mut self, laptop: usize, n: usize) -> Result<()> {
        let mut all = Vec::new();
        for query in [&PAGES, &tasks(), &THREADS, &Query::Projects] {
            all.extend(self.ids(laptop, query)?);
        }
        let Some(id) = pick(all, n * 7) else { return Ok(()) };
        let history = self.document(laptop, id.parse()?)?.history();
        self.world.perform(laptop, &Command::MarkRead { page: id.clone(), heads: None })?;
        let seen = self.readers[laptop].seen.entry(id).or_default();
        seen.extend(history.into_iter().map(|change| change.hash));
        Ok(())
    }

    fn ids(&mut self, laptop: usize, query: &Query) -> Result<Vec<String>> {
        Ok(match self.world.ask(laptop, query)? {
            View::Pages(view) => view.pages.into_iter().map(|row| row.id).collect(),
            View::Tasks(view) => view.tasks.into_iter().map(|row| row.id).collect(),
            View::Threads(view) => view.threads.into_iter().map(|row| row.id).collect(),
            View::Projects(view) => view.projects.into_iter().map(|row| row.id).collect(),
            View::Decisions(view) => view.decisions.into_iter().map(|row| row.id).collect(),
            other => bail!("no list: {other:?}"),
        })
    }

    fn one(&mut self, laptop: usize, query: &Query, n: usize) -> Result<Option<String>> {
        Ok(pick(self.ids(laptop, query)?, n))
    }

    fn perform(&mut self, laptop: usize, command: &Command) -> Result<Reply> {
        Ok(self.world.perform(laptop, command)?)
    }

    fn thread(&mut self, laptop: usize, n: usize, say: Say) -> Result<()> {
        if let Some(thread) = self.one(laptop, &THREADS, n)? {
            self.perform(laptop, &Command::Thread(ThreadCommand::Reply { thread, say }))?;
        }
        Ok(())
    }

    fn act(&mut self, step: usize, act: &Act) -> Result<()> {
        self.world.pass(STEP_MS);
        let text = format!("Line {step}.");
        match *act {
            Act::Page(who) => {
                let (title, markdown) = (format!("Page {step}"), Some(text));
                self.perform(who, &Command::PageNew { title, parent: None, space: None, markdown })?;
            }
            Act::Write(who, n) => {
                if let Some(page) = self.one(who, &PAGES, n)? {
                    self.perform(who, &Command::PageAppend { page, markdown: text })?;
                }
            }
            Act::Task(who) => {
                let line = format!("Task {step} @{}", PEOPLE[step % 2].0);
                self.perform(who, &Command::Tasks(TaskCommand::New { line, fields: Vec::new() }))?;
            }
            Act::SetTask(who, n) => {
                if let Some(task) = self.one(who, &tasks(), n)? {
                    let fields = vec![("title".to_owned(), text)];
                    self.perform(who, &Command::TaskSet { task, fields })?;
                }
            }
            Act::Decision(who) => {
                let (template, title) = ("decision".to_owned(), Some(format!("Decision {step}")));
                self.perform(who, &Command::PageFromTemplate { template, title, parent: None, space: None })?;
            }
            Act::Decide(who, n) => {
                if let Some(page) = self.one(who, &DECISIONS, n)? {
                    let fields = [("state", "decided".to_owned()), ("outcome", text)];
                    let fields = fields.map(|(name, value)| (name.to_owned(), value)).to_vec();
                    self.perform(who, &Command::DecisionSet { page, fields })?;
                }
            }
            Act::Thread(who) => {
                let (title, say) = (format!("Thread {step}"), asks(&text, who, step.is_multiple_of(2)));
                self.perform(
                    who,
                    &Command::Thread(ThreadCommand::New { title, on: None, space: None, say }),
                )?;
            }
            Act::Ask(who, n) => self.thread(who, n, asks(&text, who, true))?,
            Act::Say(who, n) => self.thread(who, n, asks(&text, who, false))?,
            Act::Later(who, n) => {
                let at_ms = self.world.core_ref(who).now_ms() + HELD_MS * (1 + i64::try_from(n)?) / 9;
                let deliver_at = Some(tern_model::hours::Zone::utc().rfc3339(at_ms));
                self.thread(who, n, Say { deliver_at, ..asks(&text, who, true) })?;
            }
            Act::Close(who, n) => {
                if let Some(thread) = self.one(who, &THREADS, n)? {
                    let close = ThreadCommand::Close { thread, outcome: Some(text) };
                    self.perform(who, &Command::Thread(close))?;
                }
            }
            Act::Project(who) => {
                let new = ProjectCommand::New { title: format!("Project {step}"), fields: Vec::new() };
                self.perform(who, &Command::Project(new))?;
            }
            Act::Update(who, n) => {
                if let Some(project) = self.one(who, &Query::Projects, n)? {
                    let health = ["on-track", "at-risk", "off-track"][n % 3].to_owned();
                    let update = ProjectCommand::Update { project, health, text };
                    self.perform(who, &Command::Project(update))?;
                }
            }
            Act::Read(who, n) => self.read(who, n)?,
            Act::Look(who) => {
                self.look(who)?;
                let back_ms = STEP_MS * i64::try_from(step % 9)?;
                let at_ms = self.world.core_ref(who).now_ms() - back_ms;
                self.since(who, at_ms - at_ms % 1_000)?;
            }
            Act::Clear(who) => self.clear(who)?,
            Act::Late(who, n) => {
                self.look(who)?;
                let other = 1 - who;
                let change = [
                    Act::Write(other, n),
                    Act::SetTask(other, n),
                    Act::Decide(other, n),
                    Act::Say(other, n),
                    Act::Update(other, n),
                ];
                self.act(step, &change[n % change.len()])?;
                self.world.quiesce()?;
                self.clear(who)?;
            }
            Act::Meet(who) => self.world.meet(who, NODE)?,
            Act::MeetAll => self.world.quiesce()?,
        }
        Ok(())
    }
}

const PAGES: Query = Query::Pages { trash: false };
const THREADS: Query = Query::Threads { on: None, closed: true };
const DECISIONS: Query = Query::Decisions { state: None, project: None };

fn tasks() -> Query {
    Query::Tasks { filter: String::new(), group: None, sort: None }
}

fn pick(all: Vec<String>, n: usize) -> Option<String> {
    let at = n.checked_rem(all.len())?;
    all.into_iter().nth(at)
}

fn asks(body: &str, who: usize, answer: bool) -> Say {
    let told = Say { body: body.to_owned(), ..Say::default() };
    if !answer {
        return told;
    }
    Say { intent: Some("question".to_owned()), to: vec![PEOPLE[1 - who].0.to_owned()], ..told }
}

/// Plays the acts from a settled workspace; at the end everything that was held back has appeared, and both have cleared all.
fn play(seed: u64, acts: &[Act]) -> Result<BTreeSet<&'static str>> {
    let world = World::ready(seed, 2)?;
    let keys = tern_tests::checks::keys(&world, 0)?.0;
    let mut story = Story { world, keys, readers: Default::default(), told: BTreeSet::new() };
    // One of them tells when they have seen a message, which is a change in the thread.
    story.perform(1, &Command::Thread(ThreadCommand::ShareSeen { on: true }))?;
    for (step, act) in acts.iter().enumerate() {
        story.act(step, act)?;
    }
    story.world.quiesce()?;
    story.world.pass(2 * HELD_MS);
    for laptop in [0, 1] {
        story.look(laptop)?;
        story.clear(laptop)?;
        story.look(laptop)?;
        let left = &story.readers[laptop].screen;
        ensure!(left.as_ref().is_some_and(|(view, _)| view.items.is_empty()), "cleared, and still {left:?}");
    }
    Ok(story.told)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    /// Law: at any moment a digest stands for every change of others after what one has seen, for each of them once, and for
    /// nothing else; asked since an instant, for everything of others from then on.
    #[test]
    fn a_digest_stands_for_every_unseen_change_once(acts in acts(), seed in 0..1_000_u64) {
        play(80_000 + seed, &acts).map_err(|e| TestCaseError::fail(format!("{e:#}")))?;
    }
}

#[test]
fn what_the_law_is_tried_on_holds_pages_tasks_decisions_threads_and_projects() -> Result<()> {
    let all = [
        Act::Page(0),
        Act::Task(0),
        Act::Decision(0),
        Act::Thread(0),
        Act::Project(0),
        Act::Update(0, 1),
        Act::MeetAll,
        Act::Look(1),
        // What comes between the look and the clearing is not cleared with it.
        Act::Write(0, 0),
        Act::SetTask(0, 0),
        Act::Decide(0, 0),
        Act::Say(0, 0),
        Act::Update(0, 2),
        Act::MeetAll,
        Act::Clear(1),
        Act::Look(1),
    ];
    let told = play(81_000, &all)?;
    ensure!(
        ["page", "task", "decision", "thread", "project"].iter().all(|kind| told.contains(kind)),
        "{told:?}"
    );
    Ok(())
}
