//! A workspace that exists only in memory: canned views for tests of panels and flows, with just enough behaviour that
//! a click shows its effect.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use tern_model::block::{Block, BlockKind};
use tern_model::flat::Flat;
use tern_peer::{
    AboutView, Command, DocReply, DueView, FlatView, HitView, LinkState, MembersView, PageRow, PageView,
    PagesView, PeerError, ProfileView, Query, Reply, SavedView, SearchView, StatusView, StripView, TaskView,
    TemplateView, TemplatesView, View, ViewsView,
};

use crate::gui::backend::{Answer, Backend, BackupAnswer, BackupStep, Done, Told, Wake, Watched};
use crate::gui::clipboard::Clipboard;
use crate::gui::secret::Secret;
use access::Access;
use paper::Paper;
use sample::{history, member, page, sample_world, task};

pub mod access;
pub mod away;
mod backups;
mod board;
pub mod group;
mod home;
mod imports;
pub mod notices;
mod paper;
pub mod past;
pub mod projects;
mod sample;
pub mod threads;

/// Tue 24 Nov 2026 15:10 in London.
pub const NOW_MS: i64 = 1_795_533_000_000;

/// What is in the workspace.
#[derive(Default)]
pub struct World {
    pages: Vec<(PageView, Option<String>, Paper)>,
    tasks: Vec<TaskView>,
    people: Vec<ProfileView>,
    status: StatusView,
    made: usize,
    /// Saved views.
    saved: Vec<SavedView>,
    /// Pages kept as templates.
    templates: Vec<TemplateView>,
    /// Commands in the order in which they came.
    pub sent: Vec<Command>,
    /// The next command is refused with this.
    pub refuse: Option<PeerError>,
    version: usize,
    /// Commands are kept back until a test lets them through.
    pub slow: bool,
    waiting: Vec<(Command, Done)>,
    wakes: Vec<Wake>,
    exists: bool,
    /// Opens it, when it is locked.
    pub passphrase: Option<String>,
    /// Text and HTML that were copied.
    pub clipboard: (String, Option<String>),
    /// Copies of the workspace.
    backups: backups::Backups,
    /// Who may do what.
    pub access: Access,
    /// The past of pages.
    pub past: past::Pasts,
    /// Threads and the inbox.
    pub talks: threads::Talks,
    /// Projects and cycles.
    pub plans: projects::Plans,
    /// What happened while one was away, and heads of pages.
    pub away: away::Away,
    /// Where the window keeps what it remembers.
    pub settings: Option<PathBuf>,
}

/// The strip of people of the sample.
pub fn strip() -> StripView {
    sample::strip(&sample_world().people)
}

/// A handle on the world, shared with the window.
#[derive(Clone, Default)]
pub struct Canned(pub Arc<Mutex<World>>);

fn lock(world: &Arc<Mutex<World>>) -> std::sync::MutexGuard<'_, World> {
    world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct Watch {
    world: Arc<Mutex<World>>,
    query: Query,
    seen: Rc<RefCell<Option<usize>>>,
}

impl Watched for Watch {
    fn take(&mut self) -> Option<Answer> {
        let world = lock(&self.world);
        let mut seen = self.seen.borrow_mut();
        if *seen == Some(world.version) {
            return None;
        }
        *seen = Some(world.version);
        Some(Arc::new(world.answer(&self.query)))
    }
}

/// `word1 word2 …`
fn recovery_words() -> String {
    let words: Vec<String> = (1..=24).map(|n| format!("word{n}")).collect();
    words.join(" ")
}

impl Backend for Canned {
    fn watch(&self, query: Query, wake: Wake) -> Box<dyn Watched> {
        wake();
        lock(&self.0).wakes.push(wake);
        Box::new(Watch { world: self.0.clone(), query, seen: Rc::default() })
    }

    fn send(&self, command: Command, done: Done) {
        let mut world = lock(&self.0);
        world.sent.push(command.clone());
        if world.slow {
            world.waiting.push((command, done));
            return;
        }
        let reply = world.perform(command);
        drop(world);
        done(reply);
    }

    fn go_online(&self, done: Told<()>) {
        done(Ok(()));
    }

    fn link_start(&self, done: Told<Secret>) {
        lock(&self.0).access.link.state = "waiting".into();
        done(Ok(Secret::new("ternlink1qpzry9x8gf2tvdw0".into())));
    }

    fn link_state(&self, done: Told<LinkState>) {
        let state = lock(&self.0).access.link.clone();
        done(Ok(state));
    }

    fn link_answer(&self, accept: bool, done: Told<()>) {
        let mut world = lock(&self.0);
        world.access.answer_link(accept);
        world.bump();
        drop(world);
        done(Ok(()));
    }

    fn backups(&self, step: BackupStep, done: Told<BackupAnswer>) {
        let answer = lock(&self.0).backups.step(&step);
        done(Ok(answer));
    }

    fn drill(&self, words: Secret, done: Told<String>) {
        done(access::drill(words.text()));
    }

    fn shutdown(&self) {}
}

impl Clipboard for Canned {
    fn html(&self) -> Option<String> {
        lock(&self.0).clipboard.1.clone()
    }

    fn put(&self, text: &str, html: &str) -> bool {
        lock(&self.0).clipboard = (text.to_owned(), Some(html.to_owned()));
        true
    }
}

impl Canned {
    /// A home without a workspace.
    pub fn empty() -> Self {
        Canned::default()
    }

    /// The sample workspace.
    pub fn sample() -> Self {
        Canned(Arc::new(Mutex::new(World { exists: true, ..sample_world() })))
    }

    /// The sample workspace before a page is written.
    #[cfg(test)]
    pub fn without_pages() -> Self {
        Canned(Arc::new(Mutex::new(World { exists: true, pages: Vec::new(), ..sample_world() })))
    }

    /// The same with one more page.
    #[cfg(test)]
    pub fn with_page(self, id: &str, title: &str, blocks: Vec<Block>) -> Self {
        lock(&self.0).pages.push(page(id, title, None, blocks));
        self
    }

    /// Lets the commands through that were kept back.
    #[cfg(test)]
    pub fn let_through(&self) {
        let waiting = std::mem::take(&mut lock(&self.0).waiting);
        for (command, done) in waiting {
            let reply = lock(&self.0).perform(command);
            done(reply);
        }
    }

    /// Somebody else's change of a page's block arrives.
    #[cfg(test)]
    pub fn remote(&self, page: &str, block: usize, text: &str) {
        let mut world = lock(&self.0);
        let found = world.pages.iter_mut().find(|(view, ..)| view.id == page).expect("a page");
        let mut paper = std::mem::take(&mut found.2);
        paper.rewrite(block, text);
        found.0.blocks = paper.flat().blocks();
        found.0.heads = paper.heads();
        found.2 = paper;
        world.bump();
        for wake in &world.wakes {
            wake();
        }
    }

    /// Something about the past of pages changes without the window's doing.
    #[cfg(test)]
    pub fn change_past(&self, change: impl FnOnce(&mut past::Pasts)) {
        let mut world = lock(&self.0);
        change(&mut world.past);
        world.bump();
        for wake in &world.wakes {
            wake();
        }
    }

    /// Something about threads changes without the window's doing.
    #[cfg(test)]
    pub fn change_talks(&self, change: impl FnOnce(&mut threads::Talks)) {
        let mut world = lock(&self.0);
        change(&mut world.talks);
        world.bump();
        for wake in &world.wakes {
            wake();
        }
    }

    /// Something about what happened while one was away changes without the window's doing.
    #[cfg(test)]
    pub fn change_away(&self, change: impl FnOnce(&mut away::Away)) {
        let mut world = lock(&self.0);
        change(&mut world.away);
        world.bump();
        for wake in &world.wakes {
            wake();
        }
    }

    /// Something about access changes without the window's doing.
    pub fn change(&self, change: impl FnOnce(&mut Access)) {
        let mut world = lock(&self.0);
        change(&mut world.access);
        world.bump();
        for wake in &world.wakes {
            wake();
        }
    }

    /// Texts of a page's blocks.
    #[cfg(test)]
    pub fn lines(&self, page: &str) -> Vec<String> {
        let world = lock(&self.0);
        let found = world.pages.iter().find(|(view, ..)| view.id == page).expect("a page");
        found.0.blocks.iter().map(Block::text).collect()
    }

    /// Fills the workspace with tasks.
    #[cfg(test)]
    pub fn many_tasks(&self, count: usize) {
        let mut world = lock(&self.0);
        for n in 0..count {
            let title = format!("Measure tablet {n} on the ferry and write down what it shows");
            let status = ["todo", "doing", "review", "done"][n % 4];
            world.tasks.push(task(&format!("many{n}"), &title, status, "low"));
        }
    }

    /// A task of the world.
    #[cfg(test)]
    pub fn task(&self, short_id: &str) -> TaskView {
        lock(&self.0).tasks.iter().find(|task| task.short_id == short_id).expect("a task").clone()
    }
}

impl World {
    fn relock(&mut self, passphrase: Option<&str>) {
        self.passphrase = passphrase.map(str::to_owned);
        let locked = passphrase.is_some();
        self.access.keys.state = if locked { "passphrase" } else { "file (not protected)" }.to_owned();
        (self.access.keys.protected, self.access.keys.locked) = (locked, locked);
        self.bump();
    }

    /// Tasks, to be changed before the window opens.
    pub fn tasks_mut(&mut self) -> &mut Vec<TaskView> {
        &mut self.tasks
    }

    fn bump(&mut self) {
        self.version += 1;
    }

    fn answer(&self, query: &Query) -> Result<View, PeerError> {
        let missing =
            |what: &str| PeerError::new(tern_peer::ErrorKind::NotFound, format!("{what} is not here."));
        Ok(match query {
            Query::About => View::About(self.about()),
            Query::Pages { trash } => {
                View::Pages(PagesView { pages: self.tree(*trash), set_aside: Vec::new() })
            }
            Query::Page { page, at } => {
                let (view, ..) =
                    self.pages.iter().find(|(view, ..)| view.id == *page).ok_or(missing("This page"))?;
                let mut view = view.clone();
                if at.is_some() {
                    view.blocks.truncate(1);
                    view.markers.truncate(1);
                }
                View::Page(Box::new(view))
            }
            Query::PageInfo { page } => {
                let (view, ..) =
                    self.pages.iter().find(|(view, ..)| view.id == *page).ok_or(missing("This page"))?;
                View::Page(Box::new(PageView { blocks: Vec::new(), markers: Vec::new(), ..view.clone() }))
            }
            Query::PageFlat { page, at } => {
                let (view, _, paper) =
                    self.pages.iter().find(|(view, ..)| view.id == *page).ok_or(missing("This page"))?;
                let flat = if at.is_some() { Flat::of(&view.blocks[..1]) } else { paper.flat().clone() };
                let heads = at.clone().unwrap_or_else(|| paper.heads());
                View::Flat(Box::new(FlatView { id: page.clone(), heads, flat }))
            }
            Query::PageChanges { page, from } => {
                let (.., paper) =
                    self.pages.iter().find(|(view, ..)| view.id == *page).ok_or(missing("This page"))?;
                View::PageChanges(Box::new(paper.pull(page, from)?))
            }
            Query::History { .. } => View::History(history()),
            Query::Diff { .. }
            | Query::SinceRead { .. }
            | Query::Merges { .. }
            | Query::Comments { .. }
            | Query::Backlinks { .. }
            | Query::LinkTargets { .. } => self.past_answer(query),
            Query::PageTorn { page, .. } => {
                let (.., paper) =
                    self.pages.iter().find(|(view, ..)| view.id == *page).ok_or(missing("This page"))?;
                View::PageTorn(paper.torn(page))
            }
            Query::Templates => View::Templates(self.templates()),
            Query::Strip { .. } => View::Strip(sample::strip(&self.people)),
            Query::Tasks { filter, group, sort } => {
                View::Tasks(self.ask_tasks(filter, group.as_deref(), sort.as_deref())?)
            }
            Query::Views => View::Views(ViewsView {
                views: self.saved.iter().filter(|view| !view.trashed).cloned().collect(),
            }),
            Query::Work => View::Work(Box::new(self.work())),
            Query::Members => View::Members(MembersView {
                members: self.people.iter().map(|person| self.access.member(member(person))).collect(),
                ..MembersView::default()
            }),
            Query::Profile { member } => {
                let found = self.people.iter().find(|person| Some(&person.id) == member.as_ref());
                View::Profile(found.ok_or(missing("This person"))?.clone())
            }
            Query::Status => View::Status(self.status.clone()),
            Query::Keys => View::Keys(self.access.keys.clone()),
            Query::Devices { .. }
            | Query::Invites
            | Query::Review
            | Query::Notices
            | Query::Spaces
            | Query::Log
            | Query::MovePreview { .. } => self.access.answer(query).ok_or(missing("This"))?,
            Query::Search { query, .. } => View::Search(self.search(query)),
            Query::Projects
            | Query::Project { .. }
            | Query::UpdateDraft { .. }
            | Query::Cycles
            | Query::Task { .. } => self.plans.answer(query, &self.tasks).ok_or(missing("This"))?,
            _ => match self.away.answer(query, &self.talks.inbox, &self.people) {
                Some(view) => view,
                None => return self.talks.answer(query, &self.people).unwrap_or(Err(missing("This"))),
            },
        })
    }

    fn heads_of(&self, page: &str) -> String {
        let found = self.pages.iter().find(|(view, ..)| view.id == page);
        found.map(|(.., paper)| paper.heads()).unwrap_or_default()
    }

    fn past_answer(&self, query: &Query) -> View {
        match query {
            Query::Diff { page, from, to } => {
                let found = self.pages.iter().find(|(view, ..)| view.id == *page);
                let first = found.and_then(|(view, ..)| view.blocks.first());
                View::Diff(past::diff(first, from, to.as_deref().unwrap_or_default()))
            }
            Query::SinceRead { page } => View::SinceRead(self.past.since(page, self.heads_of(page))),
            Query::Merges { page } => View::Merges(self.past.merges(page, self.heads_of(page))),
            Query::Comments { page } => View::Comments(self.past.comments(page, self.heads_of(page))),
            Query::Backlinks { page } => View::Backlinks(past::backlinks(&self.pages, page)),
            Query::LinkTargets { ids } => View::LinkTargets(past::targets(&self.pages, ids)),
            _ => View::Text { text: String::new() },
        }
    }

    fn about(&self) -> AboutView {
        let me = self.people.first();
        AboutView {
            workspace: "w".into(),
            title: "Northlight".into(),
            member: me.map(|me| me.id.clone()).unwrap_or_default(),
            name: me.map(|me| me.name.clone()).unwrap_or_default(),
            role: self.access.my_role.clone(),
            device: "d".into(),
            zone: me.map(|me| me.zone.clone()).unwrap_or_default(),
            zone_data: "2026e".into(),
        }
    }

    fn tree(&self, trash: bool) -> Vec<PageRow> {
        let mut rows = Vec::new();
        self.tree_below(None, 0, trash, &mut rows);
        rows
    }

    fn tree_below(&self, parent: Option<&str>, depth: usize, trash: bool, rows: &mut Vec<PageRow>) {
        for (order, (page, above, _)) in self.pages.iter().enumerate() {
            if above.as_deref() == parent && (trash || !page.trashed) {
                rows.push(PageRow {
                    id: page.id.clone(),
                    title: page.title.clone(),
                    parent: above.clone(),
                    order,
                    depth,
                    space: self.access.space_of(&page.id),
                    trashed: page.trashed,
                });
                self.tree_below(Some(&page.id), depth + 1, trash, rows);
            }
        }
    }

    fn search(&self, query: &str) -> SearchView {
        let hits = self
            .pages
            .iter()
            .filter(|(page, ..)| page.blocks.iter().any(|block| block.text().to_lowercase().contains(query)))
            .map(|(page, ..)| HitView {
                id: page.id.clone(),
                kind: "page".into(),
                page: None,
                title: page.title.clone(),
                snippet: format!("… where [{query}] is said …"),
            })
            .collect();
        SearchView { hits, took_ms: 0.4 }
    }

    fn templates(&self) -> TemplatesView {
        let built_in = tern_peer::templates::all().iter().map(|t| TemplateView {
            name: t.name.into(),
            id: None,
            title: t.title.into(),
            text: t.text.into(),
        });
        TemplatesView { templates: built_in.chain(self.templates.iter().cloned()).collect() }
    }

    fn perform(&mut self, command: Command) -> Result<Reply, PeerError> {
        if let Some(error) = self.refuse.take() {
            return Err(error);
        }
        self.bump();
        let heads = format!("h{}", self.version);
        let doc =
            |id: &str| Ok(Reply::Doc(DocReply { id: id.to_owned(), heads: heads.clone(), changed: true }));
        if let Some(reply) = self.perform_past(&command) {
            return Ok(reply);
        }
        if let Some(reply) = self.away.perform(&command) {
            return Ok(reply);
        }
        if let Some(reply) = self.talks.perform(&command) {
            return Ok(reply);
        }
        match command {
            Command::PageNew { title, parent, space, markdown } => {
                self.made += 1;
                let id = format!("made{}", self.made);
                self.access.place(&id, space);
                let (view, parent, paper) = page(&id, &title, parent.as_deref(), lines(markdown.as_deref()));
                self.pages.push((view, parent, paper));
                doc(&id)
            }
            Command::PageFromTemplate { template, title, parent, space } => {
                let found = self.templates().templates;
                let found =
                    found.into_iter().rev().find(|t| t.name == template || t.id.as_ref() == Some(&template));
                let found = found.expect("a template of this name");
                let (today, project) = ("24 Nov 2026".to_owned(), "Field kit".to_owned());
                let filling = tern_peer::templates::Filling { me: "Ben".into(), today, project };
                let fill = |text: &str| tern_peer::templates::fill(text, &filling);
                let (title, markdown) = (title.unwrap_or(fill(&found.title)), Some(fill(&found.text)));
                self.perform(Command::PageNew { title, parent, space, markdown })
            }
            Command::TemplateSave { page } => {
                self.made += 1;
                let (id, title) = (format!("made{}", self.made), self.page(&page).title.clone());
                let text = self.page(&page).blocks.iter().map(Block::text).collect::<Vec<_>>().join("\n\n");
                self.templates.push(TemplateView { name: title.clone(), id: Some(id.clone()), title, text });
                doc(&id)
            }
            Command::PageMove { page, parent, after } => {
                self.move_page(&page, parent, after.as_deref());
                doc(&page)
            }
            Command::PageRename { page, title } => {
                self.page(&page).title = title;
                doc(&page)
            }
            Command::PageDelta { page, base, delta } => {
                let found = self.pages.iter_mut().find(|(view, ..)| view.id == page).expect("a page");
                let reply = found.2.push(&page, &base, &delta)?;
                found.0.blocks = found.2.flat().blocks();
                found.0.heads.clone_from(&reply.heads);
                Ok(Reply::PageDelta(reply))
            }
            Command::Trash { doc: id } | Command::Restore { doc: id } => {
                for (page, ..) in self.pages.iter_mut().filter(|(page, ..)| page.id == id) {
                    page.trashed = !page.trashed;
                }
                for task in self.tasks.iter_mut().filter(|task| task.id == id) {
                    task.trashed = !task.trashed;
                }
                doc(&id)
            }
            Command::TaskNew { line } => {
                self.made += 1;
                let id = format!("task{}", self.made);
                let new = TaskView {
                    short_id: format!("WEB-NEW{}", self.made),
                    ..task(&id, &line, "todo", "none")
                };
                self.tasks.push(new.clone());
                Ok(Reply::Task(Box::new(new)))
            }
            Command::Tasks(command) => self.perform_tasks(command),
            Command::View(command) => Ok(self.perform_view(command)),
            Command::Project(command) => Ok(self.plans.project(command)),
            Command::Cycle(command) => Ok(self.plans.cycle(command)),
            Command::ImportUndo => Ok(Reply::ImportUndone(imports::undone())),
            Command::ImportTasks(wish) => Ok(Reply::Import(imports::report(&wish))),
            Command::Attach { .. } => Ok(Reply::Attachment { hash: "ab".repeat(32), bytes: 1 }),
            Command::TaskSet { task, fields } => {
                self.set_task(&task, fields);
                doc(&task)
            }
            Command::Invite { .. } => {
                Ok(Reply::Ticket { ticket: "tern1qpzry9x8gf2tvdw0s3jn54khce6mua7l".into() })
            }
            Command::MemberRole { member, role } => {
                self.access.roles.insert(member, role);
                Ok(Reply::Done {})
            }
            Command::Access(command) => {
                let names = self.people.iter().map(|p| (p.id.clone(), p.name.clone())).collect();
                Ok(self.access.perform(command, &names))
            }
            _ => Ok(Reply::Done {}),
        }
    }

    fn blocks(&self, page: &str) -> &[Block] {
        &self.pages.iter().find(|(view, ..)| view.id == page).expect("a page").0.blocks
    }

    /// Where the links of a page lead.
    pub fn links(&self, page: &str) -> Vec<String> {
        let runs = self.blocks(page).iter().flat_map(|block| &block.inline);
        runs.filter_map(|run| run.marks().link.as_ref()).map(|link| link.href.clone()).collect()
    }

    /// What is strong on a page.
    pub fn strong(&self, page: &str) -> Vec<String> {
        let runs = self.blocks(page).iter().flat_map(|block| &block.inline);
        runs.filter(|run| run.marks().strong).map(|run| run.as_text().to_owned()).collect()
    }

    /// How deep each block of a page is nested.
    pub fn depths(&self, page: &str) -> Vec<usize> {
        self.blocks(page).iter().map(|block| block.parents.len()).collect()
    }

    /// The first table of a page, a line a row, a comma behind each cell but the last.
    pub fn table(&self, page: &str) -> Vec<String> {
        let table = self.blocks(page).iter().find_map(|block| match &block.kind {
            BlockKind::Table { table } => Some(table),
            _ => None,
        });
        let cell = |cell: &Vec<tern_model::block::Inline>| {
            cell.iter().map(tern_model::block::Inline::as_text).collect::<String>()
        };
        let row = |row: &Vec<_>| row.iter().map(cell).collect::<Vec<_>>().join(",");
        table.expect("a table").rows.iter().map(row).collect()
    }

    fn perform_past(&mut self, command: &Command) -> Option<Reply> {
        let about = match command {
            Command::PageRevert { page, .. }
            | Command::PageRestoreBlock { page, .. }
            | Command::PageTakeBack { page, .. } => {
                let heads = self.heads_of(page);
                return Some(Reply::Doc(DocReply { id: page.clone(), heads, changed: true }));
            }
            Command::CommentNew { page, .. } => self.pages.iter().find(|(view, ..)| view.id == *page),
            _ => None,
        };
        self.past.perform(command, about.map(|(.., paper)| paper.flat())).then_some(Reply::Done {})
    }

    fn page(&mut self, id: &str) -> &mut PageView {
        &mut self.pages.iter_mut().find(|(page, ..)| page.id == id).expect("a page").0
    }

    fn move_page(&mut self, id: &str, parent: Option<String>, after: Option<&str>) {
        let at = self.pages.iter().position(|(page, ..)| page.id == id).expect("a page");
        let (page, _, paper) = self.pages.remove(at);
        let place = match after {
            Some(after) => self.pages.iter().position(|(page, ..)| page.id == after).map_or(0, |at| at + 1),
            None => 0,
        };
        self.pages.insert(place, (page, parent, paper));
    }

    fn set_task(&mut self, id: &str, fields: Vec<(String, String)>) {
        let names: BTreeMap<String, String> =
            self.people.iter().map(|p| (p.id.clone(), p.name.clone())).collect();
        let others: Vec<_> = self.tasks.iter().map(projects::link).collect();
        let Some(task) = self.tasks.iter_mut().find(|task| task.id == id) else { return };
        for (field, value) in fields {
            task.conflicts.retain(|conflict| conflict.field != field);
            match field.as_str() {
                "title" => task.title = value,
                "status" => task.status = value,
                "priority" => task.priority = value,
                "assignee" => {
                    task.assignee = names.get(&value).cloned();
                    task.assignee_id = Some(value).filter(|value| !value.is_empty());
                }
                "description" => task.description = value,
                "estimate" => task.estimate = Some(value).filter(|value| !value.is_empty()),
                "+label" => {
                    task.labels.push(value);
                    task.labels.sort();
                    task.labels.dedup();
                }
                "-label" => task.labels.retain(|label| *label != value),
                "due" => {
                    task.due = (!value.is_empty()).then(|| DueView {
                        yours: value.clone(),
                        value,
                        ..DueView::default()
                    });
                }
                "project" | "order" => {}
                other => projects::set_more(task, other, value, &others, &self.plans),
            }
        }
    }
}

/// Each line of a text as a paragraph: enough to see that it arrived.
fn lines(text: Option<&str>) -> Vec<Block> {
    let lines = text.unwrap_or_default().lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| Block::plain(BlockKind::Paragraph, line)).collect()
}
