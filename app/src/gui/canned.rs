//! A workspace that exists only in memory: canned views for tests of panels and flows, with just enough behaviour that
//! a click shows its effect.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use tern_model::block::{Align, Block, BlockKind, Container, Inline, Link, Marks, Table};
use tern_peer::{
    AboutView, AttachmentView, BlockEdit, Command, ConflictView, DocReply, DueView, HistoryView, HitView,
    InitReport, JoinReport, LinkState, MemberView, MembersView, OnlyHere, PageRow, PageView, PagesView,
    PeerError, PeerState, Profile, ProfileView, Progress, Query, Reply, SearchView, SessionView, StatusView,
    TaskView, TasksView, View,
};

use crate::gui::backend::{Answer, Backend, Done, Home, Recovery, Told, Wake, Watched};
use crate::gui::secret::Secret;
use access::Access;

pub mod access;

use crate::gui::page::cells;

/// Tue 24 Nov 2026 15:10 in London.
pub const NOW_MS: i64 = 1_795_533_000_000;

/// What is in the workspace.
#[derive(Default)]
pub struct World {
    pages: Vec<(PageView, Option<String>)>,
    tasks: Vec<TaskView>,
    people: Vec<ProfileView>,
    status: StatusView,
    made: usize,
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
    /// Who may do what.
    pub access: Access,
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

    fn drill(&self, words: Secret, done: Told<String>) {
        done(access::drill(words.text()));
    }

    fn shutdown(&self) {}
}

impl Home for Canned {
    fn exists(&self) -> bool {
        lock(&self.0).exists
    }

    fn make(&self, profile: &Profile, title: &str) -> Result<InitReport, PeerError> {
        let mut world = lock(&self.0);
        world.people = vec![person("me", &profile.name, &profile.zone, "15:10", true)];
        let (page, parent) = page("home", title, None, Vec::new());
        world.pages = vec![(page, parent)];
        world.exists = true;
        Ok(InitReport {
            workspace: "w".into(),
            member: "me".into(),
            device: "d".into(),
            recovery_words: recovery_words(),
        })
    }

    fn join(&self, profile: &Profile, ticket: &str) -> Result<JoinReport, PeerError> {
        if !ticket.starts_with("tern1") {
            return Err(PeerError::new(tern_peer::ErrorKind::BadInput, "This is no ticket of Tern.")
                .safe("Nothing was made on this laptop.")
                .next("Copy the whole ticket; it begins with tern1."));
        }
        *lock(&self.0) = World { exists: true, ..sample_world() };
        let _ = profile;
        Ok(JoinReport {
            workspace: "w".into(),
            member: "me".into(),
            device: "d".into(),
            words: if ticket.contains("link") { String::new() } else { "copper lantern quiet river".into() },
            state: "member".into(),
            recovery_words: if ticket.contains("link") { String::new() } else { recovery_words() },
        })
    }

    fn accept_link(
        &self,
        ticket: &str,
        words: Box<dyn FnOnce(String) + Send>,
    ) -> Result<JoinReport, PeerError> {
        words("amber falcon gentle harbour".into());
        if lock(&self.0).slow {
            return Err(PeerError::new(tern_peer::ErrorKind::NotAllowed, "The other device refused."));
        }
        self.join(&Profile::default(), &ticket.replace("ternlink1", "tern1link"))
    }

    fn come_back(&self, recovery: &Recovery, progress: &Progress) -> Result<JoinReport, PeerError> {
        progress("meeting peers", 0, 1);
        access::drill(recovery.words.text())?;
        if recovery.ticket.text() != "ternnode1awake" {
            let asleep =
                PeerError::new(tern_peer::ErrorKind::Unreachable, "The node did not answer in time.");
            return Err(asleep.safe("Nothing was left behind here.").next("Check that the node is running."));
        }
        self.join(&Profile::default(), "tern1link")
    }

    fn is_locked(&self) -> bool {
        lock(&self.0).passphrase.is_some()
    }

    fn lock(&self, now: Option<&Secret>, passphrase: &Secret) -> Result<(), PeerError> {
        self.open(now)?;
        lock(&self.0).relock(Some(passphrase.text()));
        Ok(())
    }

    fn unlock(&self, passphrase: &Secret) -> Result<(), PeerError> {
        self.open(Some(passphrase))?;
        lock(&self.0).relock(None);
        Ok(())
    }

    fn open(&self, passphrase: Option<&Secret>) -> Result<Box<dyn Backend + Send>, PeerError> {
        if passphrase.map(Secret::text) != lock(&self.0).passphrase.as_deref() {
            let wrong =
                PeerError::new(tern_peer::ErrorKind::NotAllowed, "This passphrase does not open the key.");
            return Err(wrong.safe("Nothing was changed."));
        }
        Ok(Box::new(self.clone()))
    }

    fn settings_file(&self) -> Option<PathBuf> {
        None
    }

    fn now_ms(&self) -> Option<i64> {
        Some(NOW_MS)
    }

    fn documents(&self) -> PathBuf {
        PathBuf::from("/home/ben")
    }

    fn zone(&self) -> String {
        "Europe/London".into()
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
        let found = world.pages.iter_mut().find(|(view, _)| view.id == page).expect("a page");
        found.0.blocks[block].inline = vec![Inline::text(text)];
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
        let found = world.pages.iter().find(|(view, _)| view.id == page).expect("a page");
        found.0.blocks.iter().map(Block::text).collect()
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

    fn bump(&mut self) {
        self.version += 1;
        let heads = format!("h{}", self.version);
        for (page, _) in &mut self.pages {
            page.heads.clone_from(&heads);
        }
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
                let (view, _) =
                    self.pages.iter().find(|(view, _)| view.id == *page).ok_or(missing("This page"))?;
                let mut view = view.clone();
                if at.is_some() {
                    view.blocks.truncate(1);
                    view.markers.truncate(1);
                }
                View::Page(Box::new(view))
            }
            Query::History { .. } => View::History(history()),
            Query::Tasks { .. } => View::Tasks(TasksView {
                tasks: self.tasks.iter().filter(|task| !task.trashed).cloned().collect(),
            }),
            Query::Members => View::Members(MembersView {
                members: self.people.iter().map(|person| self.access.member(member(person))).collect(),
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
            _ => return Err(missing("This")),
        })
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
        for (order, (page, above)) in self.pages.iter().enumerate() {
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
            .filter(|(page, _)| page.blocks.iter().any(|block| block.text().to_lowercase().contains(query)))
            .map(|(page, _)| HitView {
                id: page.id.clone(),
                kind: "page".into(),
                page: None,
                title: page.title.clone(),
                snippet: format!("… where [{query}] is said …"),
            })
            .collect();
        SearchView { hits, took_ms: 0.4 }
    }

    fn perform(&mut self, command: Command) -> Result<Reply, PeerError> {
        if let Some(error) = self.refuse.take() {
            return Err(error);
        }
        self.bump();
        let heads = format!("h{}", self.version);
        let doc =
            |id: &str| Ok(Reply::Doc(DocReply { id: id.to_owned(), heads: heads.clone(), changed: true }));
        match command {
            Command::PageNew { title, parent, space, .. } => {
                self.made += 1;
                let id = format!("made{}", self.made);
                self.access.place(&id, space);
                let (mut view, parent) = page(&id, &title, parent.as_deref(), Vec::new());
                view.heads.clone_from(&heads);
                self.pages.push((view, parent));
                doc(&id)
            }
            Command::PageRename { page, title } => {
                self.page(&page).title = title;
                doc(&page)
            }
            Command::PageBlocks { page, edits } => {
                self.made += edits.len();
                let made = self.made;
                let view = self.page(&page);
                for (nth, edit) in edits.into_iter().enumerate() {
                    apply(view, edit, &format!("new{made}-{nth}"));
                }
                doc(&page)
            }
            Command::Trash { doc: id } | Command::Restore { doc: id } => {
                for (page, _) in self.pages.iter_mut().filter(|(page, _)| page.id == id) {
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

    fn page(&mut self, id: &str) -> &mut PageView {
        &mut self.pages.iter_mut().find(|(page, _)| page.id == id).expect("a page").0
    }

    fn set_task(&mut self, id: &str, fields: Vec<(String, String)>) {
        let names: BTreeMap<String, String> =
            self.people.iter().map(|p| (p.id.clone(), p.name.clone())).collect();
        let Some(task) = self.tasks.iter_mut().find(|task| task.id == id) else { return };
        for (field, value) in fields {
            task.conflicts.retain(|conflict| conflict.field != field);
            match field.as_str() {
                "title" => task.title = value,
                "status" => task.status = value,
                "priority" => task.priority = value,
                "assignee" => task.assignee = names.get(&value).cloned(),
                "description" => task.description = value,
                "due" => {
                    task.due = (!value.is_empty()).then(|| DueView {
                        yours: value.clone(),
                        value,
                        ..DueView::default()
                    });
                }
                _ => {}
            }
        }
    }
}

fn apply(view: &mut PageView, edit: BlockEdit, marker: &str) {
    let at =
        |view: &PageView, block: &str| view.markers.iter().position(|m| m == block).expect("a known marker");
    match edit {
        BlockEdit::SetContent { block, new, .. } => {
            let at = at(view, &block);
            view.blocks[at].inline = new.inline;
        }
        BlockEdit::Insert { after, block } => {
            let at = after.map_or(0, |after| at(view, &after) + 1);
            view.blocks.insert(at, block);
            view.markers.insert(at, marker.to_owned());
        }
        BlockEdit::Split { block, at: split } => {
            let at = at(view, &block);
            let all = cells::from_inline(&view.blocks[at].inline);
            let (left, right) = all.split_at(split);
            let second = Block { inline: cells::to_inline(right), ..view.blocks[at].clone() };
            view.blocks[at].inline = cells::to_inline(left);
            view.blocks.insert(at + 1, second);
            view.markers.insert(at + 1, marker.to_owned());
        }
        BlockEdit::Join { block } => {
            let at = at(view, &block);
            let gone = view.blocks.remove(at);
            view.markers.remove(at);
            let mut all = cells::from_inline(&view.blocks[at - 1].inline);
            all.extend(cells::from_inline(&gone.inline));
            view.blocks[at - 1].inline = cells::to_inline(&all);
        }
        BlockEdit::SetKind { block, kind, parents } => {
            let at = at(view, &block);
            view.blocks[at].kind = kind;
            view.blocks[at].parents = parents;
        }
        BlockEdit::Delete { block } => {
            let at = at(view, &block);
            view.blocks.remove(at);
            view.markers.remove(at);
        }
    }
}

fn page(id: &str, title: &str, parent: Option<&str>, blocks: Vec<Block>) -> (PageView, Option<String>) {
    let markers = (0..blocks.len()).map(|n| format!("{id}-{n}")).collect();
    let view = PageView {
        id: id.into(),
        title: title.into(),
        blocks,
        markers,
        marks: Vec::new(),
        fields: BTreeMap::new(),
        conflicts: Vec::new(),
        heads: "h0".into(),
        trashed: false,
        attachments: Vec::new(),
        delivery: vec!["Saved here 15:08".into(), "node up to 14:01".into()],
    };
    (view, parent.map(str::to_owned))
}

fn task(id: &str, title: &str, status: &str, priority: &str) -> TaskView {
    TaskView {
        id: id.into(),
        short_id: format!("WEB-{}", id.to_uppercase()),
        title: title.into(),
        status: status.into(),
        priority: priority.into(),
        ..TaskView::default()
    }
}

fn person(id: &str, name: &str, zone: &str, time: &str, working: bool) -> ProfileView {
    ProfileView {
        id: id.into(),
        name: name.into(),
        zone: zone.into(),
        hours: "Mon-Fri 09:00-17:30".into(),
        checkins: "09:00,13:00,16:00".into(),
        off: Vec::new(),
        local: if time.contains(' ') { time.into() } else { format!("Tue {time}") },
        working,
    }
}

fn member(person: &ProfileView) -> MemberView {
    MemberView {
        id: person.id.clone(),
        name: person.name.clone(),
        role: "writer".into(),
        zone: person.zone.clone(),
        devices: 1,
        state: "active".into(),
        me: person.id == "me",
    }
}

fn history() -> HistoryView {
    let session = |author: &str, from: &str, to: &str, changes| SessionView {
        author: author.into(),
        from: from.into(),
        to: to.into(),
        heads: format!("{author}{from}"),
        changes,
        ..SessionView::default()
    };
    HistoryView {
        sessions: vec![
            session("Ben", "2026-11-20T11:04:00Z", "2026-11-20T11:04:20Z", 1),
            session("Aiko", "2026-11-23T06:20:00Z", "2026-11-23T06:41:00Z", 2),
            session("Mia", "2026-11-24T13:10:00Z", "2026-11-24T13:28:00Z", 3),
            session("Ben", "2026-11-24T14:02:00Z", "2026-11-24T15:08:00Z", 2),
        ],
    }
}

fn marked(text: &str, marks: Marks) -> Inline {
    Inline::Text { text: text.into(), marks }
}

fn decision_page() -> Vec<Block> {
    let text = |text: &str| Block::plain(BlockKind::Paragraph, text);
    let heading = |text: &str| Block::plain(BlockKind::Heading { level: 2 }, text);
    let item = |checked, text: &str| Block::plain(BlockKind::TaskItem { checked, loose: false }, text);
    let cell = |text: &str| if text.is_empty() { Vec::new() } else { vec![Inline::text(text)] };
    let row = |cells: [&str; 4]| cells.iter().map(|text| cell(text)).collect::<Vec<_>>();
    let table = Table {
        align: vec![Align::Left, Align::Right, Align::Right, Align::Left],
        rows: vec![
            row(["Tablet", "Records", "Index", "Measured by"]),
            row(["T1, 2019", "18,400", "31 MB", "Mia, 19 Nov"]),
            row(["T2, 2022", "18,400", "31 MB", "Mia, 19 Nov"]),
            row(["T3, 2024", "42,000", "70 MB", "Dev, 20 Nov"]),
        ],
    };
    let link =
        Marks { link: Some(Link { href: "tern:launch".into(), title: String::new() }), ..Marks::default() };
    let mut first = text("");
    first.inline = vec![
        Inline::text(
            "Surveyors lose signal for up to six hours. Today every search in Field kit asks the server, so \
                      the tool goes blank exactly when someone stands in front of the thing they need to look up. ",
        ),
        marked("41 of 112 searches failed", Marks { strong: true, ..Marks::default() }),
        Inline::text(" last week in Lagos; see the "),
        marked("launch plan", link),
        Inline::text("."),
    ];
    let mut second = text("");
    second.inline = vec![
        Inline::text("We build the index on the tablet, from the records it "),
        marked("already", Marks { em: true, ..Marks::default() }),
        Inline::text(" holds, with "),
        marked("fts5", Marks { code: true, ..Marks::default() }),
        Inline::text("."),
    ];
    let quote = Block {
        parents: vec![Container::Quote],
        ..text("The screen says so, and searching titles works meanwhile.")
    };
    vec![
        first,
        second,
        quote,
        heading("What has to happen"),
        item(true, "Measure index size on the three oldest tablets"),
        item(false, "Write the fallback notice in all four languages"),
        Block { parents: vec![Container::Bullet], ..item(false, "Ask Aiko about the Japanese one") },
        heading("Size and cost"),
        Block::plain(BlockKind::Table { table }, ""),
        Block::plain(
            BlockKind::Code { language: "sql".into() },
            "-- one table a space; rebuilt, never synced\nCREATE VIRTUAL TABLE records_fts USING fts5(title, body);",
        ),
        Block::plain(BlockKind::OrderedItem { start: Some(1), loose: false }, "Build it in the background"),
        Block::plain(BlockKind::OrderedItem { start: None, loose: false }, "Stop asking the server"),
        Block::plain(BlockKind::Divider, ""),
        text("Decided by Carla, Aiko and Mia."),
    ]
}

fn sample_tasks() -> Vec<TaskView> {
    let due = |words: &str| Some(DueView { yours: words.into(), ..DueView::default() });
    let with = |mut task: TaskView, person: &str, id: &str, when: &str, labels: &[&str]| {
        task.assignee = Some(person.into());
        task.assignee_id = Some(id.into());
        task.due = due(when);
        task.labels = labels.iter().map(|label| (*label).to_owned()).collect();
        task
    };
    let mut kept = with(
        task("m4a7k", "Stop asking the server when there is no signal", "review", "high"),
        "Aiko",
        "aiko",
        "Tue 24 Nov",
        &["offline"],
    );
    kept.conflicts = vec![ConflictView {
        field: "status".into(),
        value: "done".into(),
        author: "Dev".into(),
        when: "2026-11-24T13:05:00Z".into(),
    }];
    vec![
        with(
            task("5pz0n", "Empty result says when the index was last built", "doing", "medium"),
            "Ben",
            "me",
            "Today 17:30",
            &["search", "copy"],
        ),
        with(
            task("7k3qx", "Build the index in the background, 50 records at a time", "doing", "high"),
            "Dev",
            "dev",
            "Wed 25 Nov 13:30",
            &["offline", "search"],
        ),
        kept,
        with(
            task("x3b9g", "Index survives a power cut", "review", "urgent"),
            "Dev",
            "dev",
            "Thu 26 Nov 10:00",
            &["offline"],
        ),
        with(
            task("9dm2a", "Write the fallback notice in all four languages", "todo", "medium"),
            "Carla",
            "carla",
            "Thu 26 Nov 00:00",
            &["offline", "copy"],
        ),
        with(
            task("4ht8v", "Search results: show which tablet a record came from", "todo", "low"),
            "Mia",
            "mia",
            "Fri 27 Nov",
            &["search"],
        ),
        task("81xje", "Remove the old server search flag", "backlog", "none"),
        with(
            task("6yq2d", "Measure index size on the three oldest tablets", "done", "medium"),
            "Mia",
            "mia",
            "Thu 19 Nov",
            &["search"],
        ),
    ]
}

fn sample_world() -> World {
    let text = |text: &str| vec![Block::plain(BlockKind::Paragraph, text)];
    let mut decision = page("decision", "Keep the search index on the device", Some("web"), decision_page());
    decision.0.conflicts = vec![ConflictView {
        field: "title".into(),
        value: "Index on the tablet".into(),
        author: "Aiko".into(),
        when: "2026-11-24T09:10:00Z".into(),
    }];
    decision.0.attachments = vec![AttachmentView {
        hash: "ab".into(),
        name: "lagos-survey.pdf".into(),
        bytes: 482_113,
        here: true,
    }];
    let peer = |name: &str, kind: &str, has, at: &str| PeerState {
        name: name.into(),
        kind: kind.into(),
        has,
        of: 41,
        all: has == 41,
        last_contact: Some(at.into()),
        ..PeerState::default()
    };
    World {
        people: vec![
            person("me", "Ben", "Europe/London", "15:10", true),
            person("aiko", "Aiko", "Asia/Tokyo", "Wed 00:10", false),
            person("carla", "Carla", "America/Los_Angeles", "07:10", false),
            person("dev", "Dev", "Asia/Kolkata", "20:40", false),
            person("mia", "Mia", "Africa/Lagos", "16:10", true),
        ],
        pages: vec![
            page("web", "Web", None, text("Home of the web team.")),
            decision,
            page("launch", "Launch plan, 3.2", Some("web"), text("Ferry first, then Lagos.")),
            page("notes", "Accessibility notes", Some("web"), text("Contrast is measured.")),
            page("kit", "Field kit", None, text("All about the kit.")),
            page("battery", "Battery tests, Lagos", Some("kit"), text("The search drains it.")),
            page("team", "Team", None, Vec::new()),
            page("budget", "Budget 2027", None, text("Tablets first.")),
        ],
        access: access::sample(),
        tasks: sample_tasks(),
        status: StatusView {
            only_here: OnlyHere { items: 3, since: Some("2026-11-24T14:02:00Z".into()) },
            peers: vec![
                peer("node", "node", 38, "2026-11-24T14:01:00Z"),
                peer("Aiko’s laptop", "laptop", 30, "2026-11-24T09:12:00Z"),
            ],
            line: String::new(),
        },
        ..World::default()
    }
}
