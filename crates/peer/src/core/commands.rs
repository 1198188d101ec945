//! Commands that need nothing but the store: one exhaustive match. Files and network are the engine's.

use tern_model::{DocId, Kind};

use crate::api::{AccessCommand, Command, DocReply, PeerError, Reply, ThreadCommand, ThreadView};

use super::errors::internal;
use super::resolve::{self, Wanted};
use super::{
    Core, Work, access, audit, bulk, comments, cycles, decisions, drafts, focus, handoff, inbox, invites,
    pages, past, people, practice, project, projects, reading, record, removal, review, saved_views, spaces,
    task_import, tasks, templates, threads, typing, weekly,
};

/// What a command did, before the reply is made.
enum Did {
    Doc(DocId, bool),
    Task(DocId),
    Thread(threads::Done),
    Decision(DocId),
    Handoff(DocId),
    Practice(practice::Done),
    Drafts,
    View(DocId),
    Project(DocId),
    Cycle(DocId),
    Other(Box<Reply>),
}

impl Did {
    fn other(reply: Reply) -> Did {
        Did::Other(Box::new(reply))
    }
}

impl Core {
    /// Performs a command; durable when it returns.
    pub fn perform(&mut self, command: &Command) -> Result<Reply, PeerError> {
        self.refresh()?;
        self.mem.whole_log()?;
        if let Command::Compact { on, least } = command {
            return self.compact(*on, *least);
        }
        if matches!(command, Command::WeeklyPost) {
            let draft = self.weekly()?;
            let id = self.write(|work| weekly::post(work, &draft))?;
            return Ok(Reply::Weekly(Box::new(crate::api::WeeklyView { id: Some(id.to_string()), ..draft })));
        }
        let did = self.write(|work| perform(work, command))?;
        match did {
            Did::Doc(id, changed) => self.doc_reply(id, changed),
            Did::Task(id) => Ok(Reply::Task(Box::new(self.task_view(&id.to_string())?))),
            Did::Thread(done) => {
                let view = self.thread_view(&done.thread.to_string())?;
                Ok(Reply::Thread(Box::new(ThreadView { note: done.note, ..view })))
            }
            Did::Decision(id) => {
                let view = self.decision_view(&id)?.ok_or_else(|| internal("The decision is not here."))?;
                Ok(Reply::Decision(Box::new(view)))
            }
            Did::Handoff(id) => Ok(Reply::Handoff(Box::new(self.handoff_view(id)?))),
            Did::Project(id) => Ok(Reply::Project(Box::new(self.project_view(&id.to_string())?))),
            Did::Cycle(id) => Ok(Reply::Cycle(Box::new(self.cycle_view(&id.to_string())?))),
            Did::Practice(done) => Ok(Reply::Practice(Box::new(self.practice_done(&done)?))),
            Did::View(id) => Ok(Reply::View(Box::new(self.saved_view(id)?))),
            Did::Drafts => Ok(Reply::Drafts(self.drafts_view()?)),
            Did::Other(reply) => match *reply {
                Reply::Profile(_) => Ok(Reply::Profile(self.profile_view(None)?)),
                reply => Ok(reply),
            },
        }
    }

    pub(crate) fn doc_reply(&mut self, id: DocId, changed: bool) -> Result<Reply, PeerError> {
        let doc = super::documents::load(&self.store, &mut self.mem, id)?;
        Ok(Reply::Doc(DocReply { id: id.to_string(), heads: doc.heads().to_string(), changed }))
    }
}

fn perform(work: &mut Work<'_, '_>, command: &Command) -> Result<Did, PeerError> {
    let done = |(id, changed): (DocId, bool)| Did::Doc(id, changed);
    Ok(match command {
        Command::Invite { role, mode, uses, expires_ms } => {
            Did::other(invites::invite(work, role, mode, *uses, *expires_ms)?)
        }
        Command::Access(command) => access_command(work, command)?,
        Command::MemberRole { member, role } => Did::other(removal::set_role(work, member, role)?),
        Command::ProfileSet(change) => {
            people::change(work, change)?;
            // The view is made after the commit.
            Did::other(Reply::Profile(empty_profile()))
        }
        Command::Focus { until } => {
            focus::set(work, until.as_deref())?;
            Did::other(Reply::Profile(empty_profile()))
        }
        Command::WeeklyKeep(draft) => {
            weekly::keep(work, draft.as_ref())?;
            Did::other(Reply::Done {})
        }
        Command::RelayAdd { ticket } => Did::other(access::add_relay(work, ticket)?),
        Command::RelayRemove { device } => Did::other(access::remove_relay(work, device)?),
        Command::PageNew { title, parent, space, markdown } => {
            let made = pages::create(work, title, parent.as_deref(), space.as_deref(), markdown.as_deref())?;
            Did::Doc(made, true)
        }
        Command::PageFromTemplate { template, title, parent, space } => {
            let place = templates::Place { parent: parent.as_deref(), space: space.as_deref() };
            Did::Doc(templates::begin(work, template, title.as_deref(), &place)?, true)
        }
        Command::TemplateSave { page } => Did::Doc(templates::save(work, page)?, true),
        Command::PageEdit { page, markdown, base } => {
            done(pages::edit(work, page, markdown, base.as_deref())?)
        }
        Command::PageAppend { page, markdown } => done(pages::append(work, page, markdown)?),
        Command::PageDelta { page, base, delta } => {
            Did::other(Reply::PageDelta(typing::change(work, page, base, delta)?))
        }
        Command::PageRename { page, title } => done(pages::rename(work, page, title)?),
        Command::PageMove { page, parent, after } => {
            done(pages::relocate(work, page, parent.as_deref(), after.as_deref())?)
        }
        Command::Trash { doc } => done(pages::trash(work, doc, true)?),
        Command::Restore { doc } => done(pages::trash(work, doc, false)?),
        Command::PageRevert { page, to } => done(pages::revert(work, page, to)?),
        Command::PageTakeBack { page, at } => done(typing::take_back(work, page, at)?),
        Command::PageRestoreBlock { page, at, block } => done(past::restore_block(work, page, at, block)?),
        Command::MarkRead { page, heads } => {
            Did::other(reading::note(work, reading::Mark::Read, page, heads.as_deref())?)
        }
        Command::MergeReviewed { page, heads } => {
            Did::other(reading::note(work, reading::Mark::Reviewed, page, heads.as_deref())?)
        }
        Command::Thread(ThreadCommand::Draft { thread, title, say }) => {
            drafts::keep(work, thread.as_deref(), title, say.as_ref())?;
            Did::Drafts
        }
        Command::Thread(ThreadCommand::ShareSeen { on }) => Did::other(threads::share_seen(work, *on)?),
        Command::Thread(command) => Did::Thread(threads::perform(work, command)?),
        Command::SeenAll { seen } => Did::other(reading::note_all(work, seen)?),
        Command::SeenBack { seen } => Did::other(reading::note_back(work, seen)?),
        Command::DecisionSet { page, fields } => Did::Decision(decisions::change(work, page, fields)?),
        Command::Practice(command) => Did::Practice(practice::perform(work, command)?),
        Command::Record { what, yes } => {
            Did::other(Reply::Recorded(Box::new(record::perform(work, what, *yes)?)))
        }
        Command::Handoff { to } => Did::Handoff(handoff::hand(work, to.as_deref())?),
        Command::HandoffAnswer { page, accept, reason } => {
            Did::Handoff(handoff::answer(work, page, *accept, reason.as_deref())?)
        }
        Command::Inbox(command) => Did::other(inbox::perform(work, command)?),
        Command::CommentNew { page, on, text } => done(comments::create(work, page, on, text)?),
        Command::CommentReply { thread, text } => done(comments::reply(work, thread, text)?),
        Command::CommentResolve { thread, on } => done(comments::resolve(work, thread, *on)?),
        Command::TaskNew { line } => Did::Task(tasks::create(work, line)?),
        Command::TaskSet { task, fields } => Did::Task(tasks::change(work, task, fields)?.0),
        Command::Tasks(command) => match bulk::perform(work, command)? {
            bulk::Done::Made(task) => Did::Task(task),
            bulk::Done::Changed(steps) => Did::other(Reply::Steps(steps)),
        },
        Command::Project(command) => Did::Project(projects::perform(work, command)?),
        Command::Cycle(command) => Did::Cycle(cycles::perform(work, command)?),
        Command::View(command) => Did::View(saved_views::perform(work, command)?),
        Command::DocLoad { bytes } => done(load(work, bytes)?),
        Command::ImportUndo => Did::other(Reply::ImportUndone(task_import::take_back(work)?)),
        Command::Attach { .. }
        | Command::WeeklyPost
        | Command::Compact { .. }
        | Command::Import { .. }
        | Command::ImportTasks(_)
        | Command::Export { .. }
        | Command::BundleExport { .. }
        | Command::BundleImport { .. } => return Err(internal("This command belongs to the engine.")),
    })
}

fn access_command(work: &mut Work<'_, '_>, command: &AccessCommand) -> Result<Did, PeerError> {
    Ok(match command {
        AccessCommand::InviteRevoke { invite } => Did::other(invites::revoke(work, invite)?),
        AccessCommand::Approve { request, role } => {
            Did::other(invites::approve(work, request, role.as_deref())?)
        }
        AccessCommand::MemberRemove { member } => Did::other(removal::remove_member(work, member)?),
        AccessCommand::MemberRestore { member, role } => Did::other(removal::restore(work, member, role)?),
        AccessCommand::Leave => Did::other(removal::leave(work)?),
        AccessCommand::DeviceRemove { device } => Did::other(removal::remove_device(work, device)?),
        AccessCommand::NoticeSeen { notice } => Did::other(audit::notice_seen(work, notice)?),
        AccessCommand::ReviewAdmit { entry } => Did::other(review::admit(work, entry)?),
        AccessCommand::ReviewDiscard { entry } => Did::other(review::discard(work, entry)?),
        AccessCommand::SpaceNew { title, private, with } => {
            Did::other(spaces::create(work, title, *private, with)?)
        }
        AccessCommand::SpaceAdd { space, member, role } => {
            Did::other(spaces::add(work, space, member, role)?)
        }
        AccessCommand::SpaceRemove { space, member } => Did::other(spaces::remove(work, space, member)?),
        AccessCommand::PageToSpace { page, space } => Did::Doc(spaces::move_page(work, page, space)?, true),
        AccessCommand::ReviewExport { .. } => {
            return Err(internal("This command belongs to the engine."));
        }
    })
}

fn empty_profile() -> crate::api::ProfileView {
    crate::api::ProfileView {
        id: String::new(),
        name: String::new(),
        zone: String::new(),
        hours: String::new(),
        checkins: String::new(),
        off: Vec::new(),
        local: String::new(),
        working: false,
        holidays: Vec::new(),
        travelling: None,
        focus_until: None,
    }
}

/// Takes in a plain Automerge file: into the document it names, or as a new page. The same file again changes nothing.
fn load(work: &mut Work<'_, '_>, bytes: &[u8]) -> Result<(DocId, bool), PeerError> {
    if bytes.is_empty() {
        return Err(super::errors::bad_input("The file is empty."));
    }
    let key = format!("loaded.{}", resolve::hex(iroh_blobs::Hash::new(bytes).as_bytes()));
    let before =
        work.txn.meta(&key)?.and_then(|id| String::from_utf8(id).ok()).and_then(|id| id.parse().ok());
    if let Some(id) = before
        && work.doc(id).is_ok()
    {
        return Ok((id, false));
    }
    let done = take_in(work, bytes)?;
    work.txn.set_meta(&key, done.0.to_string().as_bytes())?;
    Ok(done)
}

fn take_in(work: &mut Work<'_, '_>, bytes: &[u8]) -> Result<(DocId, bool), PeerError> {
    let read = work.mem.trials.clone().foreign(bytes)?;
    let known = read.id.filter(|id| resolve::document(&work.txn, &id.to_string(), Wanted::Any).is_ok());
    if let Some(id) = known {
        let changed = work.edit_with(id, |doc, stamp| doc.adopt_foreign(&read, stamp))?;
        return Ok((id, changed));
    }
    let id = DocId::new(tern_model::Class::Content, work.random());
    let order = pages::last_place(work)?;
    let edits = [pages::text("title", "Untitled"), pages::text("order", &order)];
    work.create(id, &Kind::Page, &edits)?;
    work.edit_with(id, |doc, stamp| doc.adopt_foreign(&read, stamp))?;
    let title = project::text(work.doc(id)?, "title");
    if title.is_empty() {
        work.edit(id, &[pages::text("title", "Untitled")])?;
    }
    Ok((id, true))
}
