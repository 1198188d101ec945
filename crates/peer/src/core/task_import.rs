//! Tasks of another tool's table into tasks here: as one step that can be taken back, and again without doubles.
//!
//! A task keeps the row that it was made from. When the table comes again, only what its row says otherwise than then is
//! written: work done here since stays.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tern_interop::tasks::{Field, ImportedTask, Row, Source, TaskTable};
use tern_model::task::more;
use tern_model::task::{Due, Priority};
use tern_model::{Class, DocId, Edit, Kind, Value, order};
use tern_trust::Id16;

use crate::api::*;
use crate::handle::Progress;

use super::errors::{self, internal};
use super::resolve::hex;
use super::{Work, bulk, people, web, words};

mod places;
mod undo;

use places::Places;
pub(crate) use undo::take_back;
use undo::{Last, Text};

/// Most bytes of a description.
const MAX_DESCRIPTION_BYTES: usize = 256 * 1024;
/// Most bytes of any other cell.
const MAX_CELL_BYTES: usize = 64 * 1024;
/// Most bytes of a row as the task keeps it.
const MAX_ROW_BYTES: usize = 128 * 1024;
/// Most characters of a label.
const MAX_LABEL_CHARS: usize = 200;
/// The column under which the name of somebody who is no member is kept.
const ASSIGNEE: &str = "Assignee";

/// A table to import, read.
pub(crate) struct Wish<'a> {
    pub(crate) table: &'a TaskTable,
    /// Name of the file.
    pub(crate) file: String,
    /// Project of rows that name none.
    pub(crate) project: String,
    pub(crate) dry_run: bool,
}

/// The row of a task as it keeps it: its cells without the description, which the page of the task has.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    cells: Vec<(String, String)>,
    /// blake3 of the description, hex.
    text: String,
}

enum Deed {
    Create,
    Change(DocId),
    Leave(DocId),
}

struct Planned<'a> {
    row: &'a Row,
    task: ImportedTask,
    project: String,
    kept: String,
    hash: String,
    deed: Deed,
}

fn hash(bytes: &[u8]) -> String {
    iroh_blobs::Hash::new(bytes).to_hex()
}

fn set(name: &str, value: Value) -> Edit {
    Edit::SetField { name: name.to_owned(), value }
}

fn text(name: &str, text: &str) -> Edit {
    set(name, Value::Text(text.to_owned()))
}

fn at_line(line: u64, reason: String) -> ImportLine {
    ImportLine { path: format!("line {line}"), reason }
}

/// Imports a table, or says what would happen.
pub(crate) fn import(
    work: &mut Work<'_, '_>,
    wish: &Wish<'_>,
    progress: Option<&Progress>,
) -> Result<ImportReport, PeerError> {
    let mut report = ImportReport::default();
    let refused = wish.table.refused.iter().map(|(line, reason)| at_line(*line, reason.clone()));
    report.refused.extend(refused);
    let members = Members::of(work);
    let planned = plan(work, wish, &members, &mut report)?;
    report.tasks = Some(view(work, wish, &planned, &members)?);
    if wish.dry_run {
        return Ok(report);
    }
    write(work, wish, &planned, &members, &mut report, progress)?;
    Ok(report)
}

/// The name under which rows of a table are known: those of a tool whose ids are its own everywhere, else of one list.
fn source_name(wish: &Wish<'_>) -> String {
    match wish.table.source {
        Source::Other => format!("{} {}", Source::Other.name(), wish.project.to_lowercase()),
        known => known.name().to_owned(),
    }
}

fn plan<'a>(
    work: &Work<'_, '_>,
    wish: &Wish<'a>,
    members: &Members,
    report: &mut ImportReport,
) -> Result<Vec<Planned<'a>>, PeerError> {
    let source = source_name(wish);
    let rows = work.txn.tasks()?;
    let known = rows.iter().filter_map(|row| {
        let more = web::more_of(row);
        let from = more.imported.clone().filter(|from| from.source == source)?;
        Some((from.id.clone(), (row, more, from)))
    });
    let known: BTreeMap<String, _> = known.collect();
    let mut planned = Vec::with_capacity(wish.table.rows.len());
    for row in &wish.table.rows {
        let task = wish.table.task(&row.cells);
        let kept = kept(wish.table, row, &task)?;
        if let Some(reason) = too_much(wish.table, row, &task, &kept) {
            report.refused.push(at_line(row.line, reason));
            continue;
        }
        let hash = hash(format!("{kept}\n{}", task.description).as_bytes());
        let deed = match known.get(&row.id) {
            None => Deed::Create,
            Some((here, ..)) if here.trashed => {
                report.kept.push(at_line(row.line, format!("“{}” is in the trash here", task.title)));
                report.unchanged += 1;
                continue;
            }
            Some((here, more, from)) => {
                // Somebody whose name was kept may have joined since.
                let name = places::field_name(ASSIGNEE).and_then(|name| more.values.get(&name));
                let joined = here.assignee.is_none() && name.is_some_and(|name| members.find(name).is_some());
                let id = DocId(here.doc);
                if from.hash == hash && !joined { Deed::Leave(id) } else { Deed::Change(id) }
            }
        };
        match deed {
            Deed::Create => report.created += 1,
            Deed::Change(_) => report.updated += 1,
            Deed::Leave(_) => report.unchanged += 1,
        }
        let project = task.project.clone().unwrap_or_else(|| wish.project.clone());
        planned.push(Planned { row, task, project, kept, hash, deed });
    }
    Ok(planned)
}

fn kept(table: &TaskTable, row: &Row, task: &ImportedTask) -> Result<String, PeerError> {
    let cells = row.cells.iter().filter(|(name, _)| table.meaning(name) != Field::Description);
    let kept = Kept { cells: cells.cloned().collect(), text: hash(task.description.as_bytes()) };
    serde_json::to_string(&kept).map_err(|e| internal(e.to_string()))
}

/// Why a row cannot be a task.
fn too_much(table: &TaskTable, row: &Row, task: &ImportedTask, kept: &str) -> Option<String> {
    let long = |text: &str, most: usize| text.chars().count() > most;
    if long(&task.title, errors::MAX_TITLE_CHARS) {
        return Some(format!("its title has more than {} characters", errors::MAX_TITLE_CHARS));
    }
    if task.project.as_deref().is_some_and(|name| long(name, errors::MAX_TITLE_CHARS)) {
        return Some(format!("the name of its project has more than {} characters", errors::MAX_TITLE_CHARS));
    }
    if let Some(label) = task.labels.iter().find(|label| long(label, MAX_LABEL_CHARS)) {
        let begin: String = label.chars().take(20).collect();
        return Some(format!("its label “{begin}…” has more than {MAX_LABEL_CHARS} characters"));
    }
    let most = |name: &str| match table.meaning(name) {
        Field::Description => MAX_DESCRIPTION_BYTES,
        _ => MAX_CELL_BYTES,
    };
    if let Some((name, _)) = row.cells.iter().find(|(name, cell)| cell.len() > most(name)) {
        return Some(format!("its {name} is larger than {} KiB", most(name) / 1024));
    }
    (kept.len() > MAX_ROW_BYTES).then(|| format!("it is larger than {} KiB", MAX_ROW_BYTES / 1024))
}

/// Members by what a table may call them.
struct Members(Vec<(Id16, String)>);

impl Members {
    fn of(work: &Work<'_, '_>) -> Members {
        Members(people::names(&work.txn, &work.mem.membership))
    }

    /// The one member of a name, of a first name, or whose name stands before the @ of an address.
    fn find(&self, text: &str) -> Option<Id16> {
        let name = text.split_once('@').map_or(text, |(name, _)| name).replace(['.', '_'], " ");
        let name = name.trim().to_lowercase();
        let one = |test: &dyn Fn(&str) -> bool| {
            let mut found = self.0.iter().filter(|(_, other)| test(&other.to_lowercase()));
            found.next().filter(|_| found.next().is_none()).map(|(member, _)| *member)
        };
        let first = |other: &str| other.split_whitespace().next() == Some(name.as_str());
        one(&|other| other == name).or_else(|| one(&first))
    }

    fn name(&self, member: &Id16) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == member).map(|(_, name)| name.as_str())
    }

    /// A task with the name of whoever is no member as a value of its own.
    fn settle(&self, mut task: ImportedTask) -> ImportedTask {
        if let Some(name) = task.assignee.clone().filter(|name| self.find(name).is_none()) {
            task.assignee = None;
            task.own.entry(ASSIGNEE.to_owned()).or_insert(name);
        }
        task
    }
}

fn view(
    work: &Work<'_, '_>,
    wish: &Wish<'_>,
    planned: &[Planned<'_>],
    members: &Members,
) -> Result<TaskImportView, PeerError> {
    let table = wish.table;
    let columns = table
        .columns
        .iter()
        .map(|(column, field)| ColumnView { column: column.clone(), field: field.name().to_owned() });
    let known = work.txn.projects()?;
    let mut view = TaskImportView {
        source: table.source.name().to_owned(),
        columns: columns.collect(),
        dates: table.dates.map(|order| order.name().to_owned()),
        dates_guessed: table.dates_guessed,
        ..TaskImportView::default()
    };
    let mut projects: BTreeMap<String, ProjectWordView> = BTreeMap::new();
    let mut statuses: BTreeMap<&str, StatusWordView> = BTreeMap::new();
    let mut people: BTreeMap<&str, PersonWordView> = BTreeMap::new();
    for one in planned {
        let lower = one.project.to_lowercase();
        let new = || !known.iter().any(|row| !row.trashed && places::is_called(row, &lower));
        let project = projects.entry(lower.clone()).or_insert_with(|| ProjectWordView {
            name: one.project.clone(),
            new: new(),
            tasks: 0,
        });
        project.tasks += 1;
        if let Some(word) = &one.task.status {
            let entry = statuses.entry(&word.word).or_insert_with(|| StatusWordView {
                word: word.word.clone(),
                status: words::status(word.status).to_owned(),
                named: !word.plain,
                tasks: 0,
            });
            entry.tasks += 1;
        }
        if let Some(name) = &one.task.assignee {
            let entry = people.entry(name).or_insert_with(|| PersonWordView {
                name: name.clone(),
                member: members.find(name).and_then(|member| members.name(&member)).map(str::to_owned),
                tasks: 0,
            });
            entry.tasks += 1;
        }
    }
    view.projects = projects.into_values().collect();
    view.statuses = statuses.into_values().collect();
    view.people = people.into_values().collect();
    view.statuses.sort_by_key(|word| std::cmp::Reverse(word.tasks));
    view.people.sort_by_key(|word| std::cmp::Reverse(word.tasks));
    Ok(view)
}

fn write(
    work: &mut Work<'_, '_>,
    wish: &Wish<'_>,
    planned: &[Planned<'_>],
    members: &Members,
    report: &mut ImportReport,
    progress: Option<&Progress>,
) -> Result<(), PeerError> {
    let mut last = Last { file: wish.file.clone(), ..Last::default() };
    let source = source_name(wish);
    let settled: Vec<ImportedTask> = planned.iter().map(|one| members.settle(one.task.clone())).collect();
    let told: Vec<(&str, &ImportedTask)> = planned
        .iter()
        .zip(&settled)
        .filter(|(one, _)| !matches!(one.deed, Deed::Leave(_)))
        .map(|(one, task)| (one.project.as_str(), task))
        .collect();
    let places = Places::make(work, &told, &mut last, report)?;
    let mut place = work.txn.tasks()?.into_iter().map(|task| task.ord).max();
    let mut ids: Vec<DocId> = Vec::with_capacity(planned.len());
    let mut before: Vec<Option<ImportedTask>> = Vec::with_capacity(planned.len());
    for (at, (one, task)) in planned.iter().zip(&settled).enumerate() {
        if let Some(progress) = progress {
            progress("writing tasks", at as u64 + 1, planned.len() as u64);
        }
        let (id, old) = match one.deed {
            Deed::Leave(id) => (id, None),
            Deed::Create => {
                let mut edits = edits(task, None, &one.project, None, &places, members)?;
                let key = order::between(place.as_deref(), None, work.random());
                edits.push(text("order", &key));
                place = Some(key);
                edits.extend(origin(&source, one));
                if !task.description.is_empty() {
                    edits.push(Edit::SetBlocks { base: None, blocks: wish.table.blocks(&task.description) });
                }
                let id = DocId::new(Class::Content, work.random());
                work.create(id, &Kind::Task, &edits)?;
                last.created.push((id, String::new()));
                last.made.insert(id);
                keep_base(work, id)?;
                (id, None)
            }
            Deed::Change(id) => (id, Some(change(work, wish, one, task, id, &places, members, &mut last)?)),
        };
        ids.push(id);
        before.push(old);
    }
    relate(work, planned, &settled, &before, &ids, &mut last, report)?;
    for (id, heads) in &mut last.created {
        *heads = work.doc(*id)?.heads().to_string();
    }
    last.keep(work)
}

/// What a task says of where it comes from.
fn origin(source: &str, one: &Planned<'_>) -> [Edit; 5] {
    [
        text(more::SOURCE, source),
        text(more::SOURCE_ID, &one.row.id),
        text(more::SOURCE_KEY, one.task.key.as_deref().unwrap_or_default()),
        text(more::SOURCE_ROW, &one.kept),
        text(more::SOURCE_HASH, &one.hash),
    ]
}

/// Writes what the row of a task says otherwise than when it was read last; gives what it said then.
#[allow(clippy::too_many_arguments, reason = "one step of a loop")]
fn change(
    work: &mut Work<'_, '_>,
    wish: &Wish<'_>,
    one: &Planned<'_>,
    task: &ImportedTask,
    id: DocId,
    places: &Places,
    members: &Members,
    last: &mut Last,
) -> Result<ImportedTask, PeerError> {
    let doc = work.doc(id)?;
    let kept = doc.field(more::SOURCE_ROW).and_then(|row| serde_json::from_str::<Kept>(row.as_text()?).ok());
    let here = doc.task().assignee.is_some();
    let said = doc.task_more();
    let (source, values) = (said.imported.unwrap_or_default().source, said.values);
    // Without the row that it was made from, the table counts.
    let mut old = kept.as_ref().map(|kept| members.settle(wish.table.task(&kept.cells))).unwrap_or_default();
    if !here {
        // Its name was kept while nobody here had it.
        let name = places::field_name(ASSIGNEE).and_then(|name| values.get(&name).cloned());
        old.own.extend(old.assignee.take().and(name).map(|name| (ASSIGNEE.to_owned(), name)));
    }
    let was = old.project.clone().unwrap_or_else(|| wish.project.clone());
    let was = kept.is_some().then_some(was);
    let mut edits = edits(task, Some(&old), &one.project, was.as_deref(), places, members)?;
    edits.extend(origin(&source, one));
    bulk::step(work, id, &edits, &mut last.steps)?;
    if kept.is_none_or(|kept| kept.text != hash(task.description.as_bytes())) {
        let base = work.txn.meta(&base_key(id))?.and_then(|heads| crate::files::kept_heads(&heads));
        let before = work.doc(id)?.heads();
        let base = base.filter(|base| work.mem.docs.get(&id).is_some_and(|open| open.doc.at(base).is_ok()));
        let blocks = wish.table.blocks(&task.description);
        work.edit(id, &[Edit::SetBlocks { base, blocks }])?;
        let after = work.doc(id)?.heads();
        last.texts.push(Text { task: id, before: before.to_string(), after: after.to_string() });
    }
    keep_base(work, id)?;
    Ok(old)
}

fn base_key(task: DocId) -> String {
    format!("import.{task}")
}

/// The version whose description equals the table: what is written here later is told from it.
fn keep_base(work: &mut Work<'_, '_>, task: DocId) -> Result<(), PeerError> {
    let heads = work.doc(task)?.heads();
    work.txn.set_meta(&base_key(task), &heads.0.concat())?;
    Ok(())
}

/// The edits that make a task say what its row says, where that differs from `old`.
fn edits(
    task: &ImportedTask,
    old: Option<&ImportedTask>,
    project: &str,
    old_project: Option<&str>,
    places: &Places,
    members: &Members,
) -> Result<Vec<Edit>, PeerError> {
    let nothing = ImportedTask::default();
    let was = old.unwrap_or(&nothing);
    let place = places.of(project)?;
    let mut edits = Vec::new();
    let moved = old_project.is_none_or(|old| !old.eq_ignore_ascii_case(project));
    if moved {
        edits.push(text("project", &place.id.to_string()));
    }
    if task.title != was.title {
        edits.push(text("title", &task.title));
    }
    if old.is_none() && task.status.is_none() {
        edits.push(text("status", "todo"));
    }
    if let Some(word) = task.status.as_ref().filter(|word| moved || was.status.as_ref() != Some(word)) {
        let (status, state) = place.state(word);
        edits.push(text("status", words::status(status)));
        edits.extend(state.map(|state| text(more::STATE, &state)));
    }
    if task.priority != was.priority {
        edits.push(text("priority", words::priority(task.priority.unwrap_or(Priority::None))));
    }
    if task.assignee != was.assignee {
        let member = task.assignee.as_deref().and_then(|name| members.find(name));
        edits.push(set("assignee", member.map_or(Value::Null, |member| Value::Text(hex(&member)))));
    }
    let labels = || "labels".to_owned();
    let gone = was.labels.iter().filter(|label| !task.labels.contains(label));
    edits.extend(gone.map(|item| Edit::RemoveFrom { set: labels(), item: item.clone() }));
    let new = task.labels.iter().filter(|label| !was.labels.contains(label));
    edits.extend(new.map(|item| Edit::AddTo { set: labels(), item: item.clone() }));
    if task.estimate != was.estimate {
        edits.push(set("estimate", task.estimate.map_or(Value::Null, Value::Int)));
    }
    if task.due != was.due {
        let due = task.due.clone().map(|date| Due::EndOfDay { date }.to_value());
        edits.push(set("due", due.unwrap_or(Value::Null)));
    }
    let columns: BTreeSet<&String> = task.own.keys().chain(was.own.keys()).collect();
    for column in columns {
        let Some(name) = place.field(column) else { continue };
        let (now, before) = (task.own.get(column), was.own.get(column));
        if now != before || (moved && now.is_some()) {
            let value = now.map_or(Value::Null, |value| Value::Text(value.clone()));
            edits.push(set(&format!("{}{name}", more::OWN_FIELD), value));
        }
    }
    Ok(edits)
}

/// What rows say of each other: of what they are part, what they wait for, what they repeat.
fn relate(
    work: &mut Work<'_, '_>,
    planned: &[Planned<'_>],
    tasks: &[ImportedTask],
    before: &[Option<ImportedTask>],
    ids: &[DocId],
    last: &mut Last,
    report: &mut ImportReport,
) -> Result<(), PeerError> {
    let mut called: BTreeMap<String, DocId> = BTreeMap::new();
    for (one, id) in planned.iter().zip(ids).rev() {
        called.insert(one.task.title.to_lowercase(), *id);
    }
    for (one, id) in planned.iter().zip(ids) {
        let names = [Some(&one.row.id), one.task.key.as_ref()];
        called.extend(names.into_iter().flatten().map(|name| (name.to_lowercase(), *id)));
    }
    let find = |name: &String| called.get(&name.to_lowercase()).copied();
    let nothing = ImportedTask::default();
    for (((one, task), old), id) in planned.iter().zip(tasks).zip(before).zip(ids) {
        if matches!(one.deed, Deed::Leave(_)) {
            continue;
        }
        let was = old.as_ref().unwrap_or(&nothing);
        let mut own: Vec<Edit> = Vec::new();
        let mut missing: Vec<&String> = Vec::new();
        let single = [
            ("parent", &task.parent, &was.parent),
            (more::DUPLICATE_OF, &task.duplicate_of, &was.duplicate_of),
        ];
        for (field, now, before) in single {
            if now == before {
                continue;
            }
            let to = now.as_ref().and_then(find).filter(|to| to != id);
            missing.extend(now.iter().filter(|_| to.is_none()));
            own.push(set(field, to.map_or(Value::Null, |to| Value::Text(to.to_string()))));
        }
        for name in task.relates.iter().filter(|name| !was.relates.contains(name)) {
            match find(name).filter(|to| to != id) {
                Some(to) => own.push(Edit::AddTo { set: more::RELATES.to_owned(), item: to.to_string() }),
                None => missing.push(name),
            }
        }
        for name in was.relates.iter().filter(|name| !task.relates.contains(name)) {
            let item = find(name).map(|to| to.to_string());
            own.extend(item.map(|item| Edit::RemoveFrom { set: more::RELATES.to_owned(), item }));
        }
        apply(work, *id, &own, last)?;
        for name in task.blocked_by.iter().filter(|name| !was.blocked_by.contains(name)) {
            match find(name).filter(|to| to != id) {
                Some(to) => {
                    let edit = Edit::AddTo { set: more::BLOCKS.to_owned(), item: id.to_string() };
                    apply(work, to, &[edit], last)?;
                }
                None => missing.push(name),
            }
        }
        for to in was.blocked_by.iter().filter(|name| !task.blocked_by.contains(name)).filter_map(find) {
            let edit = Edit::RemoveFrom { set: more::BLOCKS.to_owned(), item: id.to_string() };
            apply(work, to, &[edit], last)?;
        }
        let missing = missing.into_iter().map(|name| {
            at_line(one.row.line, format!("“{name}”, which “{}” names, is no row of this table", task.title))
        });
        report.kept.extend(missing);
    }
    Ok(())
}

/// Edits a task so that it can be taken back; one that was made just now goes as a whole.
fn apply(work: &mut Work<'_, '_>, id: DocId, edits: &[Edit], last: &mut Last) -> Result<(), PeerError> {
    if edits.is_empty() {
        return Ok(());
    }
    if last.made.contains(&id) {
        return work.edit(id, edits).map(|_| ());
    }
    bulk::step(work, id, edits, &mut last.steps)
}
