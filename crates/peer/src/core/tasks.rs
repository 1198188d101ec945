//! Commands and views of tasks.

use std::collections::BTreeMap;

use tern_interop::export::LiveTasks;
use tern_interop::markdown::LiveTask;
use tern_model::capture::{self, capture};
use tern_model::hours::{Profile, Zone};
use tern_model::project::Plan;
use tern_model::query::{Asker, GroupBy, GroupKey, More, Query as TaskQuery, Sort, TaskRow as Listed};
use tern_model::shortid::ShortIds;
use tern_model::task::{Due, Priority};
use tern_model::{Class, Conflict, DocId, Edit, Kind, Value, order};
use tern_store::{Store, TaskRow};
use tern_trust::Id16;

use crate::api::{ErrorKind, PeerError, TaskView, TasksView};

use super::errors::{self, bad_input};
use super::resolve::{self, Wanted, hex, unhex};
use super::web::Web;
use super::{Core, Work, people, projects, task_more, task_times, words};

fn set(name: &str, value: Value) -> Edit {
    Edit::SetField { name: name.to_owned(), value }
}

fn usage(text: impl Into<String>, next: &str) -> PeerError {
    PeerError::new(ErrorKind::Usage, text).safe("Nothing was changed.").next(next)
}

/// Makes a task from a capture line.
pub(crate) fn create(work: &mut Work<'_, '_>, line: &str) -> Result<DocId, PeerError> {
    let zone = people::zone_of(&work.txn, work.mem.member());
    let captured = capture(line, zone.date(work.now_ms()), &zone);
    if captured.title.trim().is_empty() {
        return Err(usage(
            "A task needs a title.",
            "Write for example: Fix login @aiko #auth !high ^fri >Web",
        ));
    }
    errors::bounded("The title", &captured.title, errors::MAX_TITLE_CHARS)?;
    let mut edits = vec![set("title", Value::Text(captured.title.trim().to_owned())), status_edit("todo")?];
    if let Some(person) = &captured.person {
        edits.push(set("assignee", Value::Text(hex(&member(work, person)?))));
    }
    edits.extend(captured.labels.iter().map(|l| Edit::AddTo { set: "labels".to_owned(), item: l.clone() }));
    edits.extend(captured.priority.map(priority_edit));
    edits.extend(captured.due.as_ref().map(|due| set("due", due.to_value())));
    if let Some(name) = &captured.project {
        let project = project(work, name)?;
        edits.push(set("project", Value::Text(project.to_string())));
    }
    let last = work.txn.tasks()?.into_iter().map(|t| t.ord).max();
    let tie = work.random();
    edits.push(set("order", Value::Text(order::between(last.as_deref(), None, tie))));
    let id = DocId::new(Class::Content, work.random());
    work.create(id, &Kind::Task, &edits)?;
    Ok(id)
}

fn member(work: &Work<'_, '_>, text: &str) -> Result<Id16, PeerError> {
    let people = people::names(&work.txn, &work.mem.membership);
    resolve::member(&people, work.mem.member(), text)
}

/// The project of a name; made when there is none.
fn project(work: &mut Work<'_, '_>, name: &str) -> Result<DocId, PeerError> {
    let wanted = name.trim().to_lowercase();
    let known = work
        .txn
        .projects()?
        .into_iter()
        .find(|p| !p.trashed && (p.title.to_lowercase() == wanted || p.key.to_lowercase() == wanted));
    if let Some(known) = known {
        return Ok(DocId(known.doc));
    }
    projects::create(work, name.trim())
}

/// What pages that show tasks say of them in text: titles, and ticks of what is done or will not be.
pub(crate) fn live(store: &Store) -> Result<LiveTasks, PeerError> {
    let ticked = |status: &str| matches!(status, "done" | "cancelled");
    let tasks = store.tasks()?.into_iter();
    let live = tasks.map(|t| (DocId(t.doc).to_text(), LiveTask { done: ticked(&t.status), title: t.title }));
    Ok(live.collect())
}

fn status_edit(word: &str) -> Result<Edit, PeerError> {
    let status = words::parse_status(word).ok_or_else(|| {
        usage(format!("“{word}” is no status."), "Choose backlog, todo, doing, review, done or cancelled.")
    })?;
    Ok(set("status", Value::Text(words::status(status).to_owned())))
}

fn priority_edit(priority: Priority) -> Edit {
    set("priority", Value::Text(words::priority(priority).to_owned()))
}

/// Changes fields of a task.
pub(crate) fn change(
    work: &mut Work<'_, '_>,
    task: &str,
    fields: &[(String, String)],
) -> Result<(DocId, bool), PeerError> {
    let id = resolve::document(&work.txn, task, Wanted::Task)?;
    let mut edits = Vec::new();
    let mut others = false;
    for (name, value) in fields {
        if task_more::blocked_by(work, id, name.trim(), value.trim())? {
            others = true;
            continue;
        }
        edits.extend(field_edits(work, id, name.trim(), value.trim())?);
        // What a field means may hang on those before it: states and own fields on the project.
        if name.trim() == "project" {
            others |= work.edit(id, &edits)?;
            edits.clear();
        }
    }
    let changed = work.edit(id, &edits)?;
    Ok((id, changed || others))
}

pub(crate) fn field_edits(
    work: &mut Work<'_, '_>,
    id: DocId,
    name: &str,
    value: &str,
) -> Result<Vec<Edit>, PeerError> {
    let empty = value.is_empty();
    let one = |value: Value| Ok(vec![set(name, value)]);
    match name {
        "title" if empty => Err(usage("A task needs a title.", "Give one, or put the task into the trash.")),
        "title" => {
            errors::bounded("The title", value, errors::MAX_TITLE_CHARS)?;
            one(Value::Text(value.to_owned()))
        }
        "status" | "state" => task_more::status_edits(work, id, value),
        "priority" => {
            let word = if empty { "none" } else { value };
            let priority = capture::parse_priority(word).ok_or_else(|| {
                usage(format!("“{value}” is no priority."), "Choose none, low, medium, high or urgent.")
            })?;
            Ok(vec![priority_edit(priority)])
        }
        "due" => {
            let wanted = if empty { None } else { Some(due(work, value)?) };
            if let Some(moved) = task_times::moved(work, id, wanted.as_ref())? {
                return Ok(vec![moved]);
            }
            one(wanted.as_ref().map_or(Value::Null, Due::to_value))
        }
        "assignee" | "parent" | "project" | "estimate" | "duplicate_of" | "recur" | "cycle" | "appetite"
        | "hill"
            if empty =>
        {
            one(Value::Null)
        }
        "assignee" => one(Value::Text(hex(&member(work, value)?))),
        "estimate" => {
            let number = value
                .parse()
                .map_err(|_| usage(format!("“{value}” is no number."), "Give a whole number."))?;
            one(Value::Int(number))
        }
        "project" => {
            let project = project(work, value)?;
            one(Value::Text(project.to_string()))
        }
        "label" | "+label" => {
            Ok(vec![Edit::AddTo { set: "labels".to_owned(), item: value.trim_start_matches('#').to_owned() }])
        }
        "-label" => Ok(vec![Edit::RemoveFrom {
            set: "labels".to_owned(),
            item: value.trim_start_matches('#').to_owned(),
        }]),
        "labels" => labels(work, id, value),
        "description" => {
            let blocks = tern_interop::markdown::parse(value);
            Ok(vec![Edit::SetBlocks { base: None, blocks }])
        }
        other => task_more::field_edits(work, id, other, value)?.ok_or_else(|| {
            let own = "and those that its project defines: `tern project show`.";
            let known = "title status priority assignee label -label labels estimate due project description";
            usage(
                format!("A task has no field “{other}”."),
                &format!("Fields: {known} {}, {own}", task_more::NAMES),
            )
        }),
    }
}

fn labels(work: &mut Work<'_, '_>, id: DocId, value: &str) -> Result<Vec<Edit>, PeerError> {
    let wanted: Vec<&str> =
        value.split([',', ' ']).map(|l| l.trim().trim_start_matches('#')).filter(|l| !l.is_empty()).collect();
    let current = work.doc(id)?.task().labels;
    let mut edits: Vec<Edit> = current
        .iter()
        .filter(|l| !wanted.contains(&l.as_str()))
        .map(|l| Edit::RemoveFrom { set: "labels".to_owned(), item: l.clone() })
        .collect();
    let new = wanted.iter().filter(|l| !current.iter().any(|c| c == *l));
    edits.extend(new.map(|l| Edit::AddTo { set: "labels".to_owned(), item: (*l).to_owned() }));
    Ok(edits)
}

fn due(work: &Work<'_, '_>, value: &str) -> Result<Due, PeerError> {
    let zone = people::zone_of(&work.txn, work.mem.member());
    capture::parse_due(value, zone.date(work.now_ms()), &zone).ok_or_else(|| {
        usage(format!("“{value}” is no date."), "Write 2026-12-01, fri, +3d, or fri 15:00 Asia/Tokyo.")
    })
}

/// Everything lists need beside the rows.
pub(crate) struct Names {
    pub(crate) ids: ShortIds,
    people: BTreeMap<Id16, String>,
    projects: BTreeMap<Id16, (String, String)>,
    pub(crate) zone: Zone,
    /// States and fields of projects that have such.
    pub(crate) plans: BTreeMap<Id16, Plan>,
    /// Names of cycles.
    pub(crate) cycles: BTreeMap<Id16, String>,
    pub(crate) web: Web,
    /// What tasks with parts can be called.
    called: BTreeMap<DocId, Vec<String>>,
    /// Hours of whoever tasks are assigned to, each read once.
    profiles: BTreeMap<Id16, Option<Profile>>,
}

impl Core {
    pub(crate) fn task_names(&self, tasks: &[TaskRow]) -> Result<Names, PeerError> {
        let rows = self.store.projects()?;
        let plans = rows.iter().map(|row| (row.doc, projects::plan_of(row)));
        let plans =
            plans.filter(|(_, plan)| !plan.states.is_empty() || !plan.own_fields.is_empty()).collect();
        let projects = rows.into_iter().map(|p| (p.doc, (p.key, p.title)));
        let cycles = self.store.forms("cycle")?.into_iter().map(|row| (row.doc, row.title));
        let web = Web::of(tasks);
        let mut names = Names {
            plans,
            cycles: cycles.collect(),
            web,
            called: BTreeMap::new(),
            ids: ShortIds::new(tasks.iter().map(|t| DocId(t.doc))),
            people: people::names(&self.store, &self.mem.membership).into_iter().collect(),
            projects: projects.collect(),
            zone: self.my_zone(),
            profiles: self.profiles(tasks),
        };
        let whole = tasks.iter().filter(|row| !names.web.parts.to(&DocId(row.doc)).is_empty());
        let called = whole.map(|row| {
            let id = DocId(row.doc);
            (id, vec![id.to_string(), names.ids.shown(&id), names.short_id(row), row.title.clone()])
        });
        names.called = called.collect();
        Ok(names)
    }

    fn profiles(&self, tasks: &[TaskRow]) -> BTreeMap<Id16, Option<Profile>> {
        let mut profiles = BTreeMap::new();
        for member in tasks.iter().filter_map(|task| task.assignee) {
            profiles.entry(member).or_insert_with(|| people::profile_of(&self.store, &member));
        }
        profiles
    }

    pub(crate) fn tasks_view(
        &self,
        filter: &str,
        group: Option<&str>,
        sort: Option<&str>,
    ) -> Result<TasksView, PeerError> {
        let query: TaskQuery = filter.parse().map_err(|e| bad_input(format!("{e}")))?;
        let group: GroupBy = parse_or(group)?;
        let sort: Sort = parse_or(sort)?;
        let rows = self.store.tasks()?;
        let names = self.task_names(&rows)?;
        let asker = Asker {
            me: self.mem.member().map(|m| hex(&m)).unwrap_or_default(),
            now_ms: self.now_ms(),
            today: names.zone.date(self.now_ms()),
        };
        let by_id: BTreeMap<DocId, &TaskRow> = rows.iter().map(|r| (DocId(r.doc), r)).collect();
        let listed: Vec<Listed> = rows.iter().map(|row| listed(row, &names)).collect();
        let asked = query.one_project().filter(|_| group == GroupBy::Status);
        let asked = asked.and_then(|project| projects::find(&self.store, project, false).ok());
        let plan =
            asked.and_then(|project| names.plans.get(&project.0)).filter(|plan| !plan.states.is_empty());
        let mut groups: BTreeMap<GroupKey, Vec<&Listed>> = BTreeMap::new();
        for row in listed.iter().filter(|row| query.matches(row, &asker)) {
            let keys = match plan.and_then(|plan| state_key(plan, row)) {
                Some(key) => vec![key],
                None => group.keys(row, &asker),
            };
            for key in keys {
                groups.entry(key).or_default().push(row);
            }
        }
        let mut tasks = Vec::new();
        for (key, mut members) in groups {
            members.sort_by(|a, b| sort.compare(a, b));
            for row in members {
                let Some(stored) = by_id.get(&row.id) else { continue };
                let mut view = self.task_row_view(stored, &names);
                view.more = self.task_more_view(stored, &rows, &names, false);
                if group != GroupBy::Nothing {
                    view.group = Some(key.title());
                    view.group_value = key.value(asker.today);
                }
                tasks.push(view);
            }
        }
        Ok(TasksView { tasks, states: plan.map(super::project_view::shown_states).unwrap_or_default() })
    }

    fn task_row_view(&self, row: &TaskRow, names: &Names) -> TaskView {
        let due: Option<Due> = row.due_json.as_deref().and_then(|j| serde_json::from_str(j).ok());
        let conflicts: Vec<Conflict> = match row.conflicts_json.as_str() {
            "[]" => Vec::new(),
            json => serde_json::from_str(json).unwrap_or_default(),
        };
        let profile = row.assignee.and_then(|m| names.profiles.get(&m)?.as_ref());
        let key = row.project.and_then(|p| names.projects.get(&p));
        TaskView {
            id: DocId(row.doc).to_string(),
            short_id: names.short_id(row),
            title: row.title.clone(),
            status: row.status.clone(),
            priority: row.priority.clone(),
            assignee: row.assignee.map(|m| name(&self.store, names, &m)),
            assignee_id: row.assignee.map(|m| hex(&m)),
            labels: row.labels.clone(),
            estimate: row.estimate.map(|e| e.to_string()),
            due: due.map(|d| words::due(&d, &names.zone, profile, self.now_ms())),
            project: key.map(|k| k.1.clone()),
            description: String::new(),
            conflicts: words::conflicts(&self.store, &self.mem.membership, &names.zone, &conflicts),
            group: None,
            group_value: None,
            more: Default::default(),
            trashed: row.trashed,
            heads: String::new(),
        }
    }

    pub(crate) fn task_view(&mut self, task: &str) -> Result<TaskView, PeerError> {
        let id = resolve::document(&self.store, task, Wanted::Task)?;
        let rows = self.store.tasks()?;
        let names = self.task_names(&rows)?;
        let row =
            rows.iter().find(|r| r.doc == id.0).ok_or_else(|| super::errors::not_found("task", task))?;
        let mut view = self.task_row_view(row, &names);
        view.more = self.task_more_view(row, &rows, &names, true);
        let doc = super::documents::load(&self.store, &mut self.mem, id)?;
        view.description = tern_interop::markdown::render(&doc.blocks());
        view.heads = doc.heads().to_string();
        let (more, done) = (doc.task_more(), doc.done_times());
        if let Some(recurs) = &mut view.more.recurs {
            recurs.done_times = self.done_times(&more, &done);
        }
        Ok(view)
    }
}

impl Names {
    /// The short id of a task with the key of its project.
    pub(crate) fn short_id(&self, row: &TaskRow) -> String {
        let shown = self.ids.shown(&DocId(row.doc));
        match row.project.and_then(|p| self.projects.get(&p)).filter(|(key, _)| !key.is_empty()) {
            Some((key, _)) => format!("{key}-{shown}"),
            None => shown,
        }
    }
}

/// The group of a task where the board shows the named states of one project.
fn state_key(plan: &Plan, row: &Listed) -> Option<GroupKey> {
    let state = plan.state_of(row.status, row.more.state.as_deref())?;
    let place = plan.states.iter().position(|other| other == state)?;
    Some(GroupKey::State(state.class, place, state.name.clone()))
}

fn name(store: &Store, names: &Names, member: &Id16) -> String {
    names.people.get(member).cloned().unwrap_or_else(|| people::name_of(store, member))
}

fn listed(row: &TaskRow, names: &Names) -> Listed {
    let key = row.project.and_then(|p| names.projects.get(&p));
    Listed {
        id: DocId(row.doc),
        short_id: row.short.clone(),
        title: row.title.clone(),
        status: words::parse_status(&row.status).unwrap_or_default(),
        priority: capture::parse_priority(&row.priority).unwrap_or_default(),
        assignee: row.assignee.map(|m| hex(&m)),
        assignee_name: row.assignee.and_then(|m| names.people.get(&m).cloned()),
        labels: row.labels.clone(),
        project: row.project.map(DocId),
        project_name: key.map(|k| k.1.clone()),
        due_ms: row.due_ms,
        due_date: row.due_ms.map(|at| names.zone.date(at)),
        order: row.ord.clone(),
        created_ms: row.created_ms,
        updated_ms: row.updated_ms,
        conflicted: row.conflicts_json.len() > 2,
        trashed: row.trashed,
        more: asked_more(row, names),
    }
}

fn asked_more(row: &TaskRow, names: &Names) -> More {
    let id = DocId(row.doc);
    let Some(said) = names.web.said.get(&id) else {
        let state =
            row.project.and_then(|p| names.plans.get(&p)?.state_of(words::parse_status(&row.status)?, None));
        let blocked = !names.web.waits_for(&id).is_empty();
        return More { state: state.map(|state| state.name.clone()), blocked, ..More::default() };
    };
    let plan = row.project.and_then(|p| names.plans.get(&p));
    let status = words::parse_status(&row.status).unwrap_or_default();
    let parent = names.web.parts.of(&id).first();
    More {
        state: plan
            .and_then(|plan| plan.state_of(status, said.state.as_deref()))
            .map(|state| state.name.clone()),
        blocked: !names.web.waits_for(&id).is_empty(),
        recurs: said.recur.is_some(),
        duplicate: !names.web.duplicates.of(&id).is_empty(),
        parent: parent
            .map(|parent| names.called.get(parent).cloned().unwrap_or_default())
            .unwrap_or_default(),
        cycle: said.cycle.and_then(|cycle| names.cycles.get(&cycle.0).cloned()),
        values: said
            .values
            .iter()
            .map(|(name, value)| {
                let person = unhex::<16>(value).and_then(|member| names.people.get(&member).cloned());
                (name.clone(), person.unwrap_or_else(|| value.clone()))
            })
            .collect(),
    }
}

fn parse_or<T: Default + std::str::FromStr>(text: Option<&str>) -> Result<T, PeerError>
where
    T::Err: std::fmt::Display,
{
    text.map_or_else(
        || Ok(T::default()),
        |t| t.parse().map_err(|e| PeerError::new(ErrorKind::Usage, format!("{e}."))),
    )
}
