//! The answers that the window shows, each watched for as long as it is of use.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use tern_peer::{
    AboutView, BacklinksView, ClockWatchView, CommentsView, CyclesView, DecisionsView, DevicesView, DiffView,
    DigestView, DraftsView, HeadView, HistoryView, InboxView, InvitesView, KeysView, LinkTargetsView,
    LogView, MembersView, MergesView, MovePreview, NoticesView, NotifyView, OverlapView, OwedView, PageView,
    PagesView, PeerError, PracticeView, ProfileView, ProjectView, ProjectsView, Query, ReviewView,
    SearchView, SinceReadView, SpacesView, StatusView, StripView, TaskView, TasksView, TemplateView,
    TemplatesView, ThreadView, ThreadsView, UpdateDraftView, View, ViewsView, WeeklyView, WhenView, WorkView,
};

use super::backend::{Answer, Backend, Wake, Watched};
use super::practice::watched::GroupViews;
use super::tasks::asked::Asked;

/// A kind of view.
pub trait Kind {
    /// Picks it out of an answer.
    fn pick(view: &View) -> Option<&Self>;
}

macro_rules! kinds {
    ($($kind:ty = $name:ident),*) => {$(
        impl Kind for $kind {
            fn pick(view: &View) -> Option<&Self> {
                match view {
                    View::$name(view) => Some(view),
                    _ => None,
                }
            }
        }
    )*};
}

kinds!(
    PagesView = Pages,
    PageView = Page,
    HistoryView = History,
    TasksView = Tasks,
    ViewsView = Views,
    WorkView = Work,
    MembersView = Members,
    ProfileView = Profile,
    StatusView = Status,
    SearchView = Search,
    KeysView = Keys,
    AboutView = About,
    DevicesView = Devices,
    InvitesView = Invites,
    ReviewView = Review,
    NoticesView = Notices,
    DecisionsView = Decisions,
    MovePreview = MovePreview,
    SpacesView = Spaces,
    LogView = Log,
    DiffView = Diff,
    SinceReadView = SinceRead,
    MergesView = Merges,
    CommentsView = Comments,
    PracticeView = Practice,
    BacklinksView = Backlinks,
    LinkTargetsView = LinkTargets,
    TemplatesView = Templates,
    StripView = Strip,
    InboxView = Inbox,
    DigestView = Digest,
    NotifyView = Notify,
    OverlapView = Overlap,
    ClockWatchView = ClockWatch,
    WeeklyView = Weekly,
    HeadView = Head,
    OwedView = Owed,
    ThreadsView = Threads,
    ThreadView = Thread,
    DraftsView = Drafts,
    WhenView = When,
    TaskView = Task,
    ProjectsView = Projects,
    ProjectView = Project,
    UpdateDraftView = UpdateDraft,
    CyclesView = Cycles
);

/// One watched query and its newest answer.
pub struct Slot<T> {
    query: Option<Query>,
    watch: Option<Box<dyn Watched>>,
    answer: Option<Answer>,
    /// The next answer is enough: what is dear to work out is not worked out after every commit.
    once: bool,
    kind: PhantomData<T>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Slot { query: None, watch: None, answer: None, once: false, kind: PhantomData }
    }
}

impl<T> std::fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").field("query", &self.query).field("answered", &self.answer.is_some()).finish()
    }
}

impl<T: Kind> Slot<T> {
    /// Watches `query` from here on; an answer to another one is forgotten.
    pub fn watch(&mut self, backend: &dyn Backend, wake: &Wake, query: Query) {
        if self.query.as_ref() != Some(&query) {
            self.answer = None;
            self.ask(backend, wake, query);
        }
    }

    /// Watches another query from here on; the old answer stays until the new one is here.
    pub fn follow(&mut self, backend: &dyn Backend, wake: &Wake, query: Query) {
        if self.query.as_ref() != Some(&query) {
            self.ask(backend, wake, query);
        }
    }

    /// Asks once, and again with [`Slot::refresh`]; an answer to another query is forgotten.
    pub fn ask_once(&mut self, backend: &dyn Backend, wake: &Wake, query: Query) {
        self.once = true;
        self.watch(backend, wake, query);
    }

    /// Asks again; the old answer stays until the new one is here.
    pub fn refresh(&mut self, backend: &dyn Backend, wake: &Wake) {
        if let Some(query) = self.query.clone() {
            self.ask(backend, wake, query);
        }
    }

    fn ask(&mut self, backend: &dyn Backend, wake: &Wake, query: Query) {
        self.watch = Some(backend.watch(query.clone(), wake.clone()));
        self.query = Some(query);
    }

    /// Answers come from here.
    #[cfg(test)]
    pub fn give(&mut self, watch: Box<dyn Watched>) {
        self.watch = Some(watch);
    }

    /// Ends the watch.
    pub fn clear(&mut self) {
        *self = Slot::default();
    }

    /// Takes a newer answer if there is one; returns whether there was.
    pub fn poll(&mut self) -> bool {
        let Some(answer) = self.watch.as_mut().and_then(|watch| watch.take()) else { return false };
        self.answer = Some(answer);
        if self.once {
            self.watch = None;
        }
        true
    }

    /// The newest answer.
    pub fn get(&self) -> Option<&T> {
        self.answer.as_ref()?.as_ref().as_ref().ok().and_then(T::pick)
    }

    /// Tells one answer from the next.
    pub fn stamp(&self) -> usize {
        self.answer.as_ref().map_or(0, |answer| std::sync::Arc::as_ptr(answer) as *const () as usize)
    }

    /// Whether something was asked.
    pub fn is_asked(&self) -> bool {
        self.query.is_some()
    }

    /// Why there is none.
    pub fn error(&self) -> Option<&PeerError> {
        self.answer.as_ref()?.as_ref().as_ref().err()
    }
}

/// What is watched of a page that is open.
#[derive(Debug, Default)]
pub struct PageViews {
    /// The page itself.
    pub page: Slot<PageView>,
    /// Its history.
    pub history: Slot<HistoryView>,
    /// What one sitting changed; watched while the page is shown as it was after it.
    pub diff: Slot<DiffView>,
    /// What changed since oneself read it; watched while that is shown.
    pub since: Slot<SinceReadView>,
    /// What was combined in it while people were apart.
    pub merges: Slot<MergesView>,
    /// Comments on it.
    pub comments: Slot<CommentsView>,
    /// What stands over it: its meeting, what it configures, its upkeep.
    pub practice: Slot<PracticeView>,
    /// The typed fields over its text.
    pub head: Slot<HeadView>,
    /// What links to it.
    pub backlinks: Slot<BacklinksView>,
    /// What its links lead to.
    pub targets: Slot<LinkTargetsView>,
    /// The page that the link pointed at leads to, and its history; asked while its card is shown.
    pub linked: Slot<PageView>,
    /// See [`PageViews::linked`].
    pub linked_history: Slot<HistoryView>,
}

impl PageViews {
    /// Takes newer answers. Returns whether the page's own is newer.
    pub fn poll(&mut self) -> bool {
        self.history.poll();
        self.diff.poll();
        self.since.poll();
        self.merges.poll();
        self.comments.poll();
        self.practice.poll();
        self.head.poll();
        self.backlinks.poll();
        self.targets.poll();
        self.linked.poll();
        self.linked_history.poll();
        self.page.poll()
    }
}

/// Everything that is watched.
#[derive(Debug, Default)]
pub struct Views {
    /// Workspace and oneself.
    pub about: Slot<AboutView>,
    /// The page tree.
    pub pages: Slot<PagesView>,
    /// The decision log; watched while it is shown.
    pub decisions: Slot<DecisionsView>,
    /// The page tree with the trash; watched while the trash is shown.
    pub trash: Slot<PagesView>,
    /// Members.
    pub members: Slot<MembersView>,
    /// Profiles by member.
    pub people: BTreeMap<String, Slot<ProfileView>>,
    /// Delivery.
    pub status: Slot<StatusView>,
    /// Where keys are kept.
    pub keys: Slot<KeysView>,
    /// All tasks that are not in the trash.
    pub tasks: Slot<TasksView>,
    /// The answer to what list and board are asked.
    pub listed: Slot<TasksView>,
    /// The selected task with all that is said of it.
    pub task: Slot<TaskView>,
    /// Projects.
    pub projects: Slot<ProjectsView>,
    /// The project whose page is shown.
    pub project: Slot<ProjectView>,
    /// What changed in it since its last update.
    pub update_draft: Slot<UpdateDraftView>,
    /// Cycles.
    pub cycles: Slot<CyclesView>,
    /// Saved views of tasks.
    pub saved: Slot<ViewsView>,
    /// One's own work; watched while it is shown.
    pub work: Slot<WorkView>,
    /// What is known of the open page; of the one that has the focus, where two panes show one each.
    pub open: PageViews,
    /// Who is where in their day.
    pub strip: Slot<StripView>,
    /// What chosen people share; watched while it is shown.
    pub overlap: Slot<OverlapView>,
    /// Clock changes that are to come.
    pub clock_watch: Slot<ClockWatchView>,
    /// The draft of one's week; asked for when it is written.
    pub weekly: Slot<WeeklyView>,
    /// What a page can begin as.
    pub templates: Slot<TemplatesView>,
    /// Search results.
    pub search: Slot<SearchView>,
    /// Spaces.
    pub spaces: Slot<SpacesView>,
    /// Invites, and who waits to be let in.
    pub invites: Slot<InvitesView>,
    /// Edits that were set aside.
    pub review: Slot<ReviewView>,
    /// What one should know about one's own devices.
    pub notices: Slot<NoticesView>,
    /// Devices by member: one's own, and those that are shown.
    pub devices: BTreeMap<String, Slot<DevicesView>>,
    /// The membership log; watched while it is shown.
    pub log: Slot<LogView>,
    /// What a move to another space makes visible; watched while it is asked.
    pub preview: Slot<MovePreview>,
    /// Threads, the inbox and what belongs to them.
    pub talks: Talks,
    /// How the group works.
    pub group: GroupViews,
}

/// What is watched of threads.
#[derive(Debug, Default)]
pub struct Talks {
    /// What needs oneself.
    pub inbox: Slot<InboxView>,
    /// What of the inbox may be heard now.
    pub notify: Slot<NotifyView>,
    /// What changed while one was away; asked for when it is looked at.
    pub digest: Slot<DigestView>,
    /// All threads, closed ones too.
    pub threads: Slot<ThreadsView>,
    /// The ledger of answers; watched while it is shown.
    pub owed: Slot<OwedView>,
    /// The thread in sight.
    pub thread: Slot<ThreadView>,
    /// What is being written; watched while a new thread is.
    pub drafts: Slot<DraftsView>,
    /// When those who are written to can be expected to answer.
    pub when: Slot<WhenView>,
}

impl Talks {
    fn start(&mut self, backend: &dyn Backend, wake: &Wake) {
        self.inbox.watch(backend, wake, Query::Inbox);
        self.notify.watch(backend, wake, Query::Notify);
        self.threads.watch(backend, wake, Query::Threads { on: None, closed: true });
    }

    fn poll(&mut self) {
        self.inbox.poll();
        self.notify.poll();
        self.digest.poll();
        self.threads.poll();
        self.owed.poll();
        self.thread.poll();
        self.drafts.poll();
        self.when.poll();
    }

    fn minute_passed(&mut self, backend: &dyn Backend, wake: &Wake) {
        self.inbox.refresh(backend, wake);
        self.notify.refresh(backend, wake);
        self.owed.refresh(backend, wake);
        self.thread.refresh(backend, wake);
        self.when.refresh(backend, wake);
    }
}

impl Views {
    /// Begins watching what every screen shows.
    pub fn start(&mut self, backend: &dyn Backend, wake: &Wake) {
        self.about.watch(backend, wake, Query::About);
        self.pages.watch(backend, wake, Query::Pages { trash: false });
        self.members.watch(backend, wake, Query::Members);
        self.templates.watch(backend, wake, Query::Templates);
        self.strip.watch(backend, wake, Query::Strip { at: None });
        self.clock_watch.ask_once(backend, wake, Query::ClockWatch);
        self.status.watch(backend, wake, Query::Status);
        self.keys.watch(backend, wake, Query::Keys);
        self.spaces.watch(backend, wake, Query::Spaces);
        self.invites.watch(backend, wake, Query::Invites);
        self.review.watch(backend, wake, Query::Review);
        self.notices.watch(backend, wake, Query::Notices);
        self.talks.start(backend, wake);
        self.group.start(backend, wake);
        self.saved.watch(backend, wake, Query::Views);
        self.projects.watch(backend, wake, Query::Projects);
        self.cycles.watch(backend, wake, Query::Cycles);
        self.listed.watch(backend, wake, Asked::default().question());
        let group = Some("status".to_owned());
        self.tasks.watch(
            backend,
            wake,
            Query::Tasks { filter: String::new(), group, sort: Some("due".to_owned()) },
        );
    }

    /// What a page can begin as.
    pub fn all_templates(&self) -> &[TemplateView] {
        self.templates.get().map(|view| view.templates.as_slice()).unwrap_or_default()
    }

    /// Takes newer answers to everything but what belongs to an open page: see [`PageViews::poll`].
    pub fn poll(&mut self, backend: &dyn Backend, wake: &Wake) {
        for changed in [
            self.about.poll(),
            self.pages.poll(),
            self.trash.poll(),
            self.decisions.poll(),
            self.status.poll(),
            self.keys.poll(),
            self.tasks.poll(),
            self.listed.poll(),
            self.saved.poll(),
            self.task.poll(),
            self.projects.poll(),
            self.project.poll(),
            self.update_draft.poll(),
            self.cycles.poll(),
            self.work.poll(),
            self.templates.poll(),
            self.strip.poll(),
            self.overlap.poll(),
            self.clock_watch.poll(),
            self.weekly.poll(),
            self.search.poll(),
            self.spaces.poll(),
            self.invites.poll(),
            self.review.poll(),
            self.notices.poll(),
            self.log.poll(),
            self.preview.poll(),
        ] {
            let _ = changed;
        }
        self.talks.poll();
        self.group.poll();
        if self.members.poll() {
            self.watch_people(backend, wake);
        }
        for person in self.people.values_mut() {
            person.poll();
        }
        for devices in self.devices.values_mut() {
            devices.poll();
        }
    }

    fn watch_people(&mut self, backend: &dyn Backend, wake: &Wake) {
        let Some(members) = self.members.get() else { return };
        let ids: Vec<String> = members.members.iter().map(|member| member.id.clone()).collect();
        self.people.retain(|id, _| ids.contains(id));
        for id in ids {
            let query = Query::Profile { member: Some(id.clone()) };
            self.people.entry(id).or_default().watch(backend, wake, query);
        }
    }

    /// Watches the devices of these members and of nobody else.
    pub fn watch_devices(&mut self, backend: &dyn Backend, wake: &Wake, members: &[String]) {
        self.devices.retain(|id, _| members.contains(id));
        for id in members {
            let query = Query::Devices { member: Some(id.clone()) };
            self.devices.entry(id.clone()).or_default().watch(backend, wake, query);
        }
    }

    /// Asks again for what depends on the time of day.
    pub fn minute_passed(&mut self, backend: &dyn Backend, wake: &Wake) {
        for person in self.people.values_mut() {
            person.refresh(backend, wake);
        }
        self.strip.refresh(backend, wake);
        self.work.refresh(backend, wake);
        self.task.refresh(backend, wake);
        self.cycles.refresh(backend, wake);
        self.status.refresh(backend, wake);
        self.talks.minute_passed(backend, wake);
        self.group.minute_passed(backend, wake);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::gui::canned::Canned;

    #[test]
    fn what_is_asked_once_is_not_worked_out_after_every_change() {
        let world = Canned::sample();
        let wake: Wake = Arc::new(|| {});
        let mut slot: Slot<HistoryView> = Slot::default();
        slot.ask_once(&world, &wake, Query::History { page: "launch".into() });
        assert!(slot.poll(), "the answer comes");
        world.remote("launch", 0, "Somebody changes it.");
        assert!(!slot.poll(), "and nothing more by itself");
        assert!(slot.get().is_some(), "the answer stays");
        slot.refresh(&world, &wake);
        assert!(slot.poll(), "until it is asked for again");
        world.remote("launch", 0, "Again.");
        assert!(!slot.poll());
    }
}
