//! What the palette finds: plain data, ranked and grouped.

use tern_peer::{Command, PageRow, TaskView, ThreadRowView};

use super::fuzzy::{Match, Typed};
use crate::gui::actions::{ACTIONS, Action, Situation, Spec, of};
use crate::gui::command::{Queue, Route, Section, Then, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::open::from_template;
use crate::gui::people;
use crate::gui::prefs::Prefs;
use crate::gui::sidebar::shown_title;
use crate::gui::views::Views;

/// Most results in all.
pub const RESULTS_MAX: usize = 12;
/// Most recents when nothing is typed.
const RECENTS_MAX: usize = 7;
/// Results that each kind may have before the rest is shared out.
const SHARE: usize = 2;
/// Points for what was open lately; less the longer ago.
const RECENT_POINTS: i32 = 12;

/// Stands among the commands only while nothing is typed; then the one that names what is typed takes its place.
const SEARCH: &str = "Search all text";

/// A result.
#[derive(Debug, Clone)]
pub struct Found {
    /// Heading under which it stands.
    pub group: &'static str,
    /// Icon or status.
    pub sign: FoundSign,
    /// What it says.
    pub label: String,
    /// Letters of it that match, in characters.
    pub places: Vec<usize>,
    /// Quiet text after it.
    pub note: String,
    /// Quiet text at the right.
    pub right: String,
    /// The key that does the same, cap by cap.
    pub keys: Vec<String>,
    /// What choosing it does.
    pub commands: Queue,
}

/// What stands before a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundSign {
    /// An icon.
    Icon(Icon),
    /// The ring of a status.
    Status(String),
    /// Initials, and whether the person is within their hours.
    Person(String, bool),
}

/// What the palette looks through.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// Answers of the engine.
    pub views: &'a Views,
    /// What was open lately.
    pub prefs: &'a Prefs,
    /// What is open now.
    pub situation: Situation,
    /// The page that is open.
    pub open: Option<&'a str>,
}

struct Group {
    whole: bool,
    found: Vec<Found>,
}

/// What is found for the typed text: `>` commands only, `@` people only, `#` tasks only.
pub fn find(ground: Ground<'_>, text: &str) -> Vec<Found> {
    let text = text.trim_start();
    let (only, rest) = match text.chars().next() {
        Some(sign @ ('>' | '#' | '@')) => (Some(sign), text.get(1..).unwrap_or_default().trim()),
        _ => (None, text.trim()),
    };
    if let Some(id) = rest.strip_prefix("tern:").filter(|_| only.is_none()) {
        return vec![link(ground, id)];
    }
    let typed = Typed::new(rest);
    let groups = match only {
        Some('>') => vec![commands(ground, &typed)],
        Some('#') => vec![tasks(ground, &typed)],
        Some(_) => vec![persons(ground, &typed)],
        None if typed.is_empty() => return at_first(ground),
        None => vec![
            pages(ground, &typed),
            tasks(ground, &typed),
            threads(ground, &typed),
            saved(ground, &typed),
            persons(ground, &typed),
            commands(ground, &typed),
            from_templates(ground, &typed),
        ],
    };
    if only.is_some() {
        return shared_out(groups, RESULTS_MAX);
    }
    let made = create(rest);
    let mut found = shared_out(groups, RESULTS_MAX - made.len());
    found.retain(|found| found.label != SEARCH);
    let after_commands =
        found.iter().rposition(|found| found.group == "Commands").map_or(found.len(), |at| at + 1);
    let (everywhere, made) = (made.first().cloned(), made.into_iter().skip(1));
    if let Some(everywhere) = everywhere {
        found.insert(after_commands, everywhere);
    }
    found.extend(made);
    found
}

/// Every kind gets a share, the rest goes to the first ones. What stands there as it is typed goes before what has the
/// letters apart.
fn shared_out(mut groups: Vec<Group>, most: usize) -> Vec<Found> {
    groups.retain(|group| !group.found.is_empty());
    groups.sort_by_key(|group| !group.whole);
    let mut shares: Vec<usize> = groups.iter().map(|group| group.found.len().min(SHARE)).collect();
    let mut left = most.saturating_sub(shares.iter().sum());
    for (share, group) in shares.iter_mut().zip(&groups) {
        let more = (group.found.len() - *share).min(left);
        *share += more;
        left -= more;
    }
    groups
        .into_iter()
        .zip(shares)
        .flat_map(|(group, share)| group.found.into_iter().take(share))
        .take(most)
        .collect()
}

/// The best of many, with how they match.
fn best<'a, T: 'a>(
    items: impl Iterator<Item = (T, &'a str)>,
    typed: &Typed,
    recency: impl Fn(&T) -> i32,
) -> (bool, Vec<(T, Match)>) {
    let mut ranked: Vec<(i32, usize, usize, T, Match)> = items
        .enumerate()
        .filter_map(|(order, (item, name))| {
            let found = typed.score(name)?;
            Some((-found.score - recency(&item), name.len(), order, item, found))
        })
        .collect();
    ranked.sort_by_key(|(points, length, order, ..)| (*points, *length, *order));
    let ranked: Vec<_> =
        ranked.into_iter().take(RESULTS_MAX).map(|(_, _, _, item, found)| (item, found)).collect();
    (ranked.first().is_some_and(|(_, found)| found.whole), ranked)
}

fn recency(prefs: &Prefs, id: &str) -> i32 {
    let at = prefs.recents.iter().position(|other| other == id);
    at.map_or(0, |at| RECENT_POINTS.saturating_sub(i32::try_from(at).unwrap_or(RECENT_POINTS)).max(0))
}

fn rows(views: &Views) -> &[PageRow] {
    views.pages.get().map(|view| view.pages.as_slice()).unwrap_or_default()
}

fn all_tasks(views: &Views) -> &[TaskView] {
    views.tasks.get().map(|view| view.tasks.as_slice()).unwrap_or_default()
}

fn page(group: &'static str, all: &[PageRow], page: &PageRow, places: Vec<usize>) -> Found {
    let parent = page.parent.as_ref().and_then(|id| all.iter().find(|other| other.id == *id));
    Found {
        group,
        sign: FoundSign::Icon(Icon::Page),
        label: shown_title(&page.title).to_owned(),
        places,
        note: parent.map(|parent| shown_title(&parent.title).to_owned()).unwrap_or_default(),
        right: String::new(),
        keys: Vec::new(),
        commands: vec![UiCommand::Go(Route::page(&page.id))],
    }
}

fn task(group: &'static str, task: &TaskView, places: Vec<usize>) -> Found {
    Found {
        group,
        sign: FoundSign::Status(task.status.clone()),
        label: task.title.clone(),
        places,
        note: String::new(),
        right: match &task.assignee {
            Some(person) => format!("{} · {person}", task.short_id),
            None => task.short_id.clone(),
        },
        keys: Vec::new(),
        commands: vec![UiCommand::Go(Route::Tasks), UiCommand::SelectTask(Some(task.id.clone()))],
    }
}

fn all_threads(views: &Views) -> &[ThreadRowView] {
    views.talks.threads.get().map(|view| view.threads.as_slice()).unwrap_or_default()
}

fn thread(group: &'static str, thread: &ThreadRowView, places: Vec<usize>) -> Found {
    Found {
        group,
        sign: FoundSign::Icon(Icon::Threads),
        label: thread.title.clone(),
        places,
        note: thread.on.as_ref().map(|on| on.title.clone()).unwrap_or_default(),
        right: if thread.outcome.is_some() { "closed".to_owned() } else { String::new() },
        keys: Vec::new(),
        commands: vec![UiCommand::Go(Route::Thread { id: thread.id.clone() })],
    }
}

fn threads(ground: Ground<'_>, typed: &Typed) -> Group {
    let all = all_threads(ground.views).iter().map(|row| (row, row.title.as_str()));
    let (whole, best) = best(all, typed, |row| recency(ground.prefs, &row.id));
    Group {
        whole,
        found: best.into_iter().map(|(row, found)| thread("Threads", row, found.places)).collect(),
    }
}

fn command(spec: &Spec, places: Vec<usize>) -> Found {
    Found {
        group: "Commands",
        sign: FoundSign::Icon(action_icon(spec.action)),
        label: spec.label.to_owned(),
        places,
        note: String::new(),
        right: String::new(),
        keys: spec.keys.first().map(|keys| keys.caps()).unwrap_or_default(),
        commands: vec![UiCommand::Do(spec.action)],
    }
}

fn pages(ground: Ground<'_>, typed: &Typed) -> Group {
    let all = rows(ground.views);
    let named = all.iter().map(|page| (page, shown_title(&page.title)));
    let (whole, best) = best(named, typed, |page| recency(ground.prefs, &page.id));
    Group {
        whole,
        found: best.into_iter().map(|(row, found)| page("Pages", all, row, found.places)).collect(),
    }
}

fn tasks(ground: Ground<'_>, typed: &Typed) -> Group {
    let all = all_tasks(ground.views);
    let by_title = all.iter().map(|task| (task, task.title.as_str()));
    let (mut whole, mut found) = best(by_title, typed, |task| recency(ground.prefs, &task.id));
    if found.is_empty() {
        let by_id = all.iter().map(|task| (task, task.short_id.as_str()));
        let (same, ids) = best(by_id, typed, |_| 0);
        whole = same;
        found = ids.into_iter().map(|(task, found)| (task, Match { places: Vec::new(), ..found })).collect();
    }
    Group { whole, found: found.into_iter().map(|(row, found)| task("Tasks", row, found.places)).collect() }
}

fn saved(ground: Ground<'_>, typed: &Typed) -> Group {
    let views = ground.views.saved.get().map(|saved| saved.views.as_slice()).unwrap_or_default();
    let (whole, best) = best(views.iter().map(|view| (view, view.title.as_str())), typed, |_| 0);
    let found = best.into_iter().map(|(view, found)| Found {
        group: "Views",
        sign: FoundSign::Icon(Icon::Filter),
        label: view.title.clone(),
        places: found.places,
        note: String::new(),
        right: view.shape.query.clone(),
        keys: Vec::new(),
        commands: vec![crate::gui::tasks::Ask::OpenView(view.id.clone()).into()],
    });
    Group { whole, found: found.collect() }
}

fn persons(ground: Ground<'_>, typed: &Typed) -> Group {
    let members = ground.views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
    let active = members.iter().filter(|member| member.state == "active");
    let (whole, best) = best(active.map(|member| (member, member.name.as_str())), typed, |_| 0);
    let person = |(member, found): (&tern_peer::MemberView, Match)| {
        let profile = ground.views.people.get(&member.id).and_then(|slot| slot.get());
        Found {
            group: "People",
            sign: FoundSign::Person(member.name.clone(), profile.is_some_and(|profile| profile.working)),
            label: member.name.clone(),
            places: found.places,
            note: if member.me { "you".to_owned() } else { people::place(&member.zone) },
            right: profile.map(|profile| profile.local.clone()).unwrap_or_default(),
            keys: Vec::new(),
            commands: vec![UiCommand::Go(Route::People(Section::Members))],
        }
    };
    Group { whole, found: best.into_iter().map(person).collect() }
}

fn commands(ground: Ground<'_>, typed: &Typed) -> Group {
    let listed = ACTIONS.iter().filter(|spec| spec.listed && spec.when.holds(ground.situation));
    let (whole, best) = best(listed.map(|spec| (spec, spec.label)), typed, |_| 0);
    Group { whole, found: best.into_iter().map(|(spec, found)| command(spec, found.places)).collect() }
}

fn from_templates(ground: Ground<'_>, typed: &Typed) -> Group {
    let all = ground.views.all_templates().iter();
    let (whole, best) = best(all.map(|template| (template, template.name.as_str())), typed, |_| 0);
    let entry = |(template, found): (&tern_peer::TemplateView, Match)| Found {
        group: "Templates",
        sign: FoundSign::Icon(Icon::Template),
        label: template.name.clone(),
        places: found.places,
        note: "new page from template".to_owned(),
        right: String::new(),
        keys: Vec::new(),
        commands: vec![from_template(template)],
    };
    Group { whole, found: best.into_iter().map(entry).collect() }
}

/// Before anything is typed: what was open lately, and what one begins with.
fn at_first(ground: Ground<'_>) -> Vec<Found> {
    let (all, tasks) = (rows(ground.views), all_tasks(ground.views));
    let recent = |id: &String| {
        let row = all.iter().find(|page| page.id == *id).map(|row| page("Recent", all, row, Vec::new()));
        let row = row.or_else(|| {
            let threads = all_threads(ground.views).iter();
            threads.into_iter().find(|row| row.id == *id).map(|row| thread("Recent", row, Vec::new()))
        });
        row.or_else(|| tasks.iter().find(|task| task.id == *id).map(|row| task("Recent", row, Vec::new())))
    };
    let elsewhere = ground.prefs.recents.iter().filter(|id| ground.open != Some(id.as_str()));
    let mut found: Vec<Found> = elsewhere.filter_map(recent).take(RECENTS_MAX).collect();
    let begin = [Action::NewPage, Action::NewTask, Action::Search, Action::NewFromTemplate, Action::Keys];
    let more = ACTIONS.iter().filter(|spec| spec.listed && spec.when.holds(ground.situation));
    let rest = more.filter(|spec| !begin.contains(&spec.action) && !spec.keys.is_empty());
    found.extend(begin.into_iter().filter_map(of).chain(rest).map(|spec| command(spec, Vec::new())));
    found.truncate(RESULTS_MAX);
    found
}

/// The page or task that a link names.
fn link(ground: Ground<'_>, link: &str) -> Found {
    let id = link.split('#').next().unwrap_or(link).trim();
    if let Some(row) = all_tasks(ground.views).iter().find(|task| task.id == id) {
        return task("Link", row, Vec::new());
    }
    let all = rows(ground.views);
    match all.iter().find(|page| page.id == id) {
        Some(row) => page("Link", all, row, Vec::new()),
        None => Found {
            group: "Link",
            sign: FoundSign::Icon(Icon::Link),
            label: "Open the linked page".to_owned(),
            places: Vec::new(),
            note: "it is not here yet".to_owned(),
            right: String::new(),
            keys: Vec::new(),
            commands: vec![UiCommand::Go(Route::page(id))],
        },
    }
}

fn create(typed: &str) -> Vec<Found> {
    let entry = |group, icon, label: String, key: Action, commands| Found {
        group,
        sign: FoundSign::Icon(icon),
        label,
        places: Vec::new(),
        note: String::new(),
        right: String::new(),
        keys: of(key).and_then(|spec| spec.keys.first()).map(|keys| keys.caps()).unwrap_or_default(),
        commands,
    };
    let task = Command::TaskNew { line: typed.to_owned() };
    let page = Command::PageNew { title: typed.to_owned(), parent: None, space: None, markdown: None };
    vec![
        entry(
            "Commands",
            Icon::Search,
            format!("Search all text for “{typed}”"),
            Action::Search,
            vec![UiCommand::Go(Route::Search), UiCommand::SearchFor(typed.to_owned())],
        ),
        entry(
            "Create",
            Icon::Tasks,
            format!("New task “{typed}”"),
            Action::NewTask,
            vec![UiCommand::Go(Route::Tasks), UiCommand::Send(Box::new(task), Then::SelectMade)],
        ),
        entry(
            "Create",
            Icon::Page,
            format!("New page “{typed}”"),
            Action::NewPage,
            vec![UiCommand::Send(Box::new(page), Then::OpenMade)],
        ),
    ]
}

fn action_icon(action: Action) -> Icon {
    match action {
        Action::Search => Icon::Search,
        Action::NewTask | Action::GoTasks | Action::SetStatus | Action::SetPriority => Icon::Tasks,
        Action::NewPage | Action::NewPageInside | Action::GoPages | Action::Rename | Action::GoTree => {
            Icon::Page
        }
        Action::NewFromTemplate | Action::SaveTemplate => Icon::Template,
        Action::Favourite => Icon::Star,
        Action::CopyLink => Icon::Link,
        Action::Back => Icon::Back,
        Action::Forward => Icon::Forward,
        Action::GoTrash | Action::TrashThis => Icon::Trash,
        Action::GoDelivery => Icon::Laptop,
        Action::GoInbox | Action::Done => Icon::Inbox,
        Action::GoThreads | Action::NewThread | Action::NewThreadHere | Action::Reply => Icon::Threads,
        Action::NewQuestion => Icon::Threads,
        Action::NewVote => Icon::Check,
        Action::NewMeeting | Action::GoMeetings => Icon::Calendar,
        Action::GoOnCall => Icon::People,
        Action::Snooze => Icon::Clock,
        Action::Acknowledge | Action::Record | Action::GoDecisions | Action::StillTrue => Icon::Check,
        Action::SetAssignee | Action::Invite | Action::GoInvites => Icon::PersonAdd,
        Action::GoPeople => Icon::People,
        Action::GoDevices | Action::LinkDevice => Icon::Laptop,
        Action::GoSpaces | Action::NewSpace | Action::MoveToSpace => Icon::Folder,
        Action::Move(_) | Action::GoLog => Icon::List,
        Action::GoReview | Action::Choose => Icon::Fork,
        Action::Drill | Action::Keys => Icon::Words,
        Action::KeysKept => Icon::Key,
        Action::Backups => Icon::Clock,
        Action::ImportTasks | Action::ImportUndo => Icon::List,
        Action::SetDue => Icon::Calendar,
        Action::AddNode => Icon::Node,
        Action::ToggleTheme => Icon::Sun,
        Action::ToggleDetails | Action::ToggleSidebar => Icon::Panel,
        _ => Icon::Settings,
    }
}

/// The results as text, for tests.
#[cfg(test)]
pub fn text(found: &[Found]) -> String {
    let line = |entry: &Found| {
        let quiet = [entry.note.as_str(), entry.right.as_str(), &entry.keys.join(" ")];
        let quiet: Vec<&str> = quiet.into_iter().filter(|text| !text.is_empty()).collect();
        format!("{}: {} | {}\n", entry.group, entry.label, quiet.join(" | "))
    };
    found.iter().map(line).collect()
}
