//! What a person of a large workspace does at an open laptop.

use std::fs;
use std::path::Path;

use tern_peer::{Command, Env, Peer, PeerError, Query, Reply, Say, TaskCommand, ThreadCommand, View};

use super::Share;
use super::cast::Person;
use super::words::Dice;
use crate::failure;

/// Surroundings of a machine whose clock stands at an instant, without a network.
pub(super) fn env(at_ms: i64) -> Env {
    Env { now_ms: Some(at_ms), ..Env::default() }
}

/// Takes in a file of somebody and removes it.
pub(super) fn carry_in(desk: &Desk, file: &Path) -> Result<(), PeerError> {
    desk.import(file)?;
    carry_out(file)
}

/// Removes a file that has done its work, or that was never written.
pub(super) fn carry_out(file: &Path) -> Result<(), PeerError> {
    match fs::remove_file(file) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failure::unwritable(file, &e)),
        _ => Ok(()),
    }
}

/// An open laptop.
#[derive(Debug)]
pub(super) struct Desk(pub(super) Peer);

impl Desk {
    pub(super) fn call(&self, command: Command) -> Result<Reply, PeerError> {
        self.0.call(command)
    }

    pub(super) fn query(&self, query: Query) -> Result<View, PeerError> {
        self.0.query(query)
    }

    pub(super) fn export(&self, file: &Path) -> Result<(), PeerError> {
        self.call(Command::BundleExport { file: file.into(), for_member: None }).map(|_| ())
    }

    pub(super) fn import(&self, file: &Path) -> Result<(), PeerError> {
        self.call(Command::BundleImport { file: file.into(), reply: None }).map(|_| ())
    }

    /// A task, with fields beside those of its line.
    pub(super) fn task(&self, line: &str, fields: &[(&str, &str)]) -> Result<String, PeerError> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        match self.call(Command::Tasks(TaskCommand::New { line: line.to_owned(), fields }))? {
            Reply::Task(task) => Ok(task.id),
            _ => Err(failure::mismatch()),
        }
    }

    /// The thread with this number, which asks one or two people something or only tells it.
    pub(super) fn open_thread(
        &self,
        people: &[Person],
        me: &Person,
        dice: &mut Dice,
        number: usize,
    ) -> Result<(), PeerError> {
        let mut to = vec![someone(people, me, dice)];
        if dice.once_in(3) {
            to.push(someone(people, me, dice));
        }
        to.dedup();
        let asks = !dice.once_in(3);
        let say = Say {
            body: dice.paragraph(2),
            intent: Some(
                if asks { ["question", "decision", "review", "blocker"][dice.below(4)] } else { "fyi" }
                    .to_owned(),
            ),
            to,
            ..Say::default()
        };
        let title = format!("{number:04} {}", dice.deed());
        self.call(Command::Thread(ThreadCommand::New { title, on: None, space: None, say })).map(|_| ())
    }

    /// Tasks, pages and replies of one turn, and changes of what was made before.
    pub(super) fn work(
        &self,
        people: &[Person],
        me: &Person,
        dice: &mut Dice,
        share: Share,
        (part, turn): (&str, usize),
        projects: &[&str],
    ) -> Result<(), PeerError> {
        self.reply(people, me, dice, share.replies)?;
        self.write_pages(me, dice, share.pages, &format!("{part} {turn}"))?;
        let made = self.tasks(people, me, dice, share.tasks, projects)?;
        let done: Vec<String> = made.into_iter().filter(|_| dice.once_in(4)).collect();
        if !done.is_empty() {
            let fields = vec![("status".to_owned(), "done".to_owned())];
            self.call(Command::Tasks(TaskCommand::SetMany { tasks: done, fields }))?;
        }
        Ok(())
    }

    /// Replies in threads that lie here, a question among six. Threads are chosen by title: ids are other ones each time.
    fn reply(&self, people: &[Person], me: &Person, dice: &mut Dice, count: usize) -> Result<(), PeerError> {
        if count == 0 {
            return Ok(());
        }
        let View::Threads(view) = self.query(Query::Threads { on: None, closed: true })? else {
            return Err(failure::mismatch());
        };
        let mut threads: Vec<(String, String)> = view.threads.into_iter().map(|t| (t.title, t.id)).collect();
        threads.sort();
        for _ in 0..count {
            let Some((_, thread)) = threads.get(dice.below(threads.len())) else { return Ok(()) };
            let asks = dice.once_in(6);
            let say = Say {
                body: dice.paragraph(1),
                intent: Some(if asks { "question" } else { "fyi" }.to_owned()),
                to: if asks { vec![someone(people, me, dice)] } else { Vec::new() },
                ..Say::default()
            };
            self.call(Command::Thread(ThreadCommand::Reply { thread: thread.clone(), say }))?;
        }
        Ok(())
    }

    /// Pages come in as a folder, one commit for all; then some older ones go on.
    fn write_pages(&self, me: &Person, dice: &mut Dice, count: usize, turn: &str) -> Result<(), PeerError> {
        let before = self.own_pages(me)?;
        // The folder becomes a page itself.
        let files = count.saturating_sub(1);
        if count > 0 {
            let root = tempfile::tempdir().map_err(|e| failure::system("Making a temporary folder", &e))?;
            let folder = root.path().join(format!("{} {turn}", me.profile.name));
            fs::create_dir_all(&folder).map_err(|e| failure::unwritable(&folder, &e))?;
            for n in 0..files {
                let title = format!("{} and {} {n}", dice.deed(), dice.thing());
                let file = folder.join(format!("{title}.md"));
                fs::write(&file, dice.page(&title)).map_err(|e| failure::unwritable(&file, &e))?;
            }
            if files == 0 {
                let new = Command::PageNew {
                    title: format!("{} {turn}", me.profile.name),
                    parent: None,
                    space: None,
                    markdown: Some(dice.paragraph(2)),
                };
                self.call(new)?;
            } else {
                self.call(Command::Import { path: root.path().into(), dry_run: false })?;
            }
        }
        for (_, page) in before {
            if !dice.once_in(6) {
                continue;
            }
            self.call(Command::PageAppend { page, markdown: dice.paragraph(1) })?;
        }
        Ok(())
    }

    /// Pages that are here, by title. In a home of its own these are the person's; the founder has everybody's.
    fn own_pages(&self, me: &Person) -> Result<Vec<(String, String)>, PeerError> {
        if me.index == 0 {
            return Ok(Vec::new());
        }
        let View::Pages(tree) = self.query(Query::Pages { trash: false })? else {
            return Err(failure::mismatch());
        };
        let mut pages: Vec<(String, String)> = tree.pages.into_iter().map(|p| (p.title, p.id)).collect();
        pages.sort();
        Ok(pages)
    }

    fn tasks(
        &self,
        people: &[Person],
        me: &Person,
        dice: &mut Dice,
        count: usize,
        projects: &[&str],
    ) -> Result<Vec<String>, PeerError> {
        let mut made = Vec::with_capacity(count);
        for _ in 0..count {
            let project = projects.get(dice.below(projects.len())).copied().unwrap_or_default();
            let priority = ["none", "low", "medium", "high", "urgent"][dice.below(5)];
            let mut line = format!("{} for the {} >{project} !{priority}", dice.deed(), dice.thing());
            if dice.once_in(2) {
                line += &format!(" #{}", dice.label());
            }
            let owner = if dice.once_in(3) { someone(people, me, dice) } else { me.profile.name.clone() };
            let status = ["backlog", "todo", "doing", "review"][dice.below(4)];
            let estimate = (1 + dice.below(8)).to_string();
            made.push(
                self.task(&line, &[("assignee", &owner), ("status", status), ("estimate", &estimate)])?,
            );
        }
        Ok(made)
    }

    /// Tasks, pages, and messages of each thread.
    pub(super) fn count(&self) -> Result<(usize, usize, Vec<usize>), PeerError> {
        let tasks = Query::Tasks { filter: String::new(), group: None, sort: None };
        let (View::Tasks(tasks), View::Pages(pages), View::Threads(threads)) = (
            self.query(tasks)?,
            self.query(Query::Pages { trash: false })?,
            self.query(Query::Threads { on: None, closed: true })?,
        ) else {
            return Err(failure::mismatch());
        };
        Ok((tasks.tasks.len(), pages.pages.len(), threads.threads.iter().map(|t| t.messages).collect()))
    }
}

/// The name of somebody else.
fn someone(people: &[Person], me: &Person, dice: &mut Dice) -> String {
    let at = (me.index + 1 + dice.below(people.len().saturating_sub(1))) % people.len().max(1);
    people.get(at).unwrap_or(me).profile.name.clone()
}
