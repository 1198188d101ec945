//! Tasks of another tool's table into tasks here: as one step that can be taken back, and again without doubles.
//!
//! A task keeps the row that it was made from. When the table comes again, only what its row says otherwise than then is
//! written: work done here since stays.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tern_interop::tasks::{DateOrder, Field, ImportedTask, Options, Row, Source, TaskTable, quoted};
use tern_model::block::{Block, BlockKind};
use tern_model::task::more;
use tern_model::task::{Due, Priority, Status};
use tern_model::{Class, DocId, Edit, Kind, Value, order};
use tern_trust::Id16;

use crate::api::*;
use crate::handle::Progress;

use super::errors::{self, internal};
use super::resolve::hex;
use super::{Work, bulk, people, web, words};

mod places;
mod undo;

use places::{Finder, Places};
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
/// Most labels of a task, and most tasks that it names.
const MAX_NAMED_OF_ROW: usize = 100;
/// Most projects of a table.
const MAX_PROJECTS: usize = 1_000;
/// Cells, beside title and ids, from which on a row can be told from another one.
const MIN_TOLD: usize = 3;
/// The column under which the name of somebody who is no member is kept.
const ASSIGNEE: &str = "Assignee";

/// A table to import, read.
pub(crate) struct Wish<'a> {
    pub(crate) table: &'a TaskTable,
    /// How it was read, but for what it shows itself.
    pub(crate) options: &'a Options,
    /// Name of the file.
    pub(crate) file: String,
    /// Project of rows that name none.
    pub(crate) project: String,
    pub(crate) dry_run: bool,
}

/// The row of a task as it keeps it: its cells without the description, which the page of the task has, and how they were read.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    cells: Vec<(String, String)>,
    /// blake3 of the description, hex.
    text: String,
    /// blake3 of the page as Markdown when it said what the description says, hex.
    page: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dates: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    columns: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    statuses: Vec<(String, String)>,
}

impl Kept {
    fn of(wish: &Wish<'_>, row: &Row, task: &ImportedTask) -> Kept {
        let cells = row.cells.iter().filter(|(name, _)| wish.table.meaning(name) != Field::Description);
        let columns = wish.options.columns.iter();
        // What was said of other statuses is nothing to this one.
        let statuses = task.status.iter().filter(|word| word.given);
        Kept {
            cells: cells.cloned().collect(),
            text: hash(task.description.as_bytes()),
            page: String::new(),
            dates: wish.table.order_of(&row.cells).map(|order| order.name().to_owned()),
            columns: columns.map(|(field, name)| (field.name().to_owned(), name.clone())).collect(),
            statuses: statuses.map(|word| (word.word.clone(), word.status.name().to_owned())).collect(),
        }
    }

    /// How the row was read.
    fn options(&self) -> Options {
        let columns =
            self.columns.iter().filter_map(|(field, name)| Some((Field::from_name(field)?, name.clone())));
        let statuses = self
            .statuses
            .iter()
            .filter_map(|(word, status)| Some((word.clone(), Status::from_name(status)?)));
        Options {
            source: None,
            columns: columns.collect(),
            statuses: statuses.collect(),
            dates: self.dates.as_deref().and_then(DateOrder::from_name),
        }
    }

    /// What the row says again where the table has no such column any more, so that it is not taken for empty.
    fn carry(&mut self, table: &TaskTable, old: &Kept) {
        let mut room = MAX_ROW_BYTES;
        let gone = old.cells.iter().filter(|(name, _)| !table.has_column(name)).take_while(|(name, cell)| {
            room = room.saturating_sub(name.len() + cell.len());
            room > 0
        });
        self.cells.extend(gone.cloned());
        if !table.has(Field::Description) {
            self.text.clone_from(&old.text);
        }
    }

    fn json(&self) -> Result<String, PeerError> {
        serde_json::to_string(self).map_err(|e| internal(e.to_string()))
    }
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
    kept: Kept,
    hash: String,
    deed: Deed,
}

fn hash(bytes: &[u8]) -> String {
    iroh_blobs::Hash::new(bytes).to_hex()
}

/// blake3 of a page as Markdown, hex: the same for every laptop on which it says the same.
fn page_hash(blocks: &[Block]) -> String {
    hash(tern_interop::markdown::render(&tern_interop::markdown::normalise(blocks)).as_bytes())
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
    let mut homes = BTreeMap::new();
    let planned = plan(work, wish, &members, &mut homes, &mut report)?;
    report.tasks = Some(view(work, wish, &planned, &members, &homes)?);
    if wish.dry_run {
        return Ok(report);
    }
    write(work, wish, &planned, &members, &homes, &mut report, progress)?;
    Ok(report)
}

/// The name under which rows of a table are known: those of a tool whose ids are its own everywhere, else of one list.
fn source_name(wish: &Wish<'_>) -> String {
    match wish.table.source {
        Source::Other => format!("{} {}", Source::Other.name(), wish.project.to_lowercase()),
        known => known.name().to_owned(),
    }
}

/// A task that a table of this source made, as it is here.
struct Known {
    id: DocId,
    title: String,
    assigned: bool,
    project: String,
    trashed: bool,
    hash: String,
    values: BTreeMap<String, String>,
}

fn known(work: &Work<'_, '_>, source: &str, homes: &mut Homes) -> Result<BTreeMap<String, Known>, PeerError> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for row in work.txn.tasks()? {
        let more = web::more_of(&row);
        let Some(from) = more.imported.filter(|from| from.source == source) else { continue };
        if let Some(project) = row.project.filter(|_| !row.trashed && !from.project.is_empty()) {
            *homes.entry(from.project.to_lowercase()).or_default().entry(DocId(project)).or_default() += 1;
        }
        // Two laptops may have made it twice before they met: one that is not in the trash counts.
        if known.get(&from.id).is_some_and(|other| !other.trashed) {
            continue;
        }
        let one = Known {
            id: DocId(row.doc),
            title: row.title,
            assigned: row.assignee.is_some(),
            project: from.project,
            trashed: row.trashed,
            hash: from.hash,
            values: more.values,
        };
        known.insert(from.id, one);
    }
    Ok(known)
}

/// In which projects tasks are here whose rows name the same project, and how many of them.
type Homes = BTreeMap<String, BTreeMap<DocId, usize>>;

fn plan<'a>(
    work: &mut Work<'_, '_>,
    wish: &Wish<'a>,
    members: &Members,
    homes: &mut Homes,
    report: &mut ImportReport,
) -> Result<Vec<Planned<'a>>, PeerError> {
    let known = known(work, &source_name(wish), homes)?;
    let mut planned = Vec::with_capacity(wish.table.rows.len());
    let mut projects = BTreeSet::new();
    for row in &wish.table.rows {
        if let Some(reason) = too_large(wish.table, row) {
            report.refused.push(at_line(row.line, reason));
            continue;
        }
        let task = wish.table.task(&row.cells);
        let mut kept = Kept::of(wish, row, &task);
        let json = kept.json()?;
        if let Some(reason) = too_much(wish.table, &task, &json) {
            report.refused.push(at_line(row.line, reason));
            continue;
        }
        let hash = hash(format!("{json}\n{}", task.description).as_bytes());
        let deed = match known.get(&row.id) {
            None => Deed::Create,
            Some(here) if here.trashed => {
                let reason = format!("“{}” is in the trash here", quoted(&task.title));
                report.kept.push(at_line(row.line, reason));
                report.unchanged += 1;
                continue;
            }
            Some(here) => {
                // Somebody whose name was kept may have joined since.
                let name = places::field_name(ASSIGNEE).and_then(|name| here.values.get(&name));
                let named = task.assignee.as_ref().filter(|name| members.find(name).is_some());
                let joined = !here.assigned && named.is_some() && named == name;
                if here.hash == hash && !joined {
                    Deed::Leave(here.id)
                } else if let Some(old) = kept_of(work, here.id)? {
                    if is_another(wish, row, &task, &old) {
                        let reason = format!(
                            "its id “{}” is that of “{}” here, which is another task",
                            quoted(&row.id),
                            quoted(&here.title)
                        );
                        report.refused.push(at_line(row.line, reason));
                        continue;
                    }
                    kept.carry(wish.table, &old);
                    Deed::Change(here.id)
                } else {
                    Deed::Change(here.id)
                }
            }
        };
        match deed {
            Deed::Create => report.created += 1,
            Deed::Change(_) => report.updated += 1,
            Deed::Leave(_) => report.unchanged += 1,
        }
        let before = known.get(&row.id).map(|here| here.project.clone()).filter(|name| !name.is_empty());
        let project = task.project.clone().or(before).unwrap_or_else(|| wish.project.clone());
        projects.insert(project.to_lowercase());
        if projects.len() > MAX_PROJECTS {
            let text = format!("The table names more than {MAX_PROJECTS} projects.");
            return Err(errors::usage(text, "Say with --map project=COLUMN which column holds them."));
        }
        planned.push(Planned { row, task, project, kept, hash, deed });
    }
    Ok(planned)
}

/// The row that a task was made from, as it keeps it.
fn kept_of(work: &mut Work<'_, '_>, id: DocId) -> Result<Option<Kept>, PeerError> {
    let row = work.doc(id)?.field(more::SOURCE_ROW);
    Ok(row.and_then(|row| serde_json::from_str(row.as_text()?).ok()))
}

/// Whether a row is not what was read under its id before: neither its title nor its name is the same, and little else is. Two
/// sites of one tool, or two lists, count from 1 each.
fn is_another(wish: &Wish<'_>, row: &Row, task: &ImportedTask, old: &Kept) -> bool {
    let is_sure = match wish.table.source {
        Source::Asana | Source::GitLab => true,
        Source::Linear => wish.table.has(Field::Id),
        _ => false,
    };
    if is_sure {
        return false;
    }
    let was = wish.table.earlier(&old.cells, &old.options());
    let named = |task: &ImportedTask| task.key.clone().filter(|key| *key != row.id);
    if was.title == task.title || (named(&was).is_some() && named(&was) == named(task)) {
        return false;
    }
    let tells = |(name, _): &&(String, String)| {
        !matches!(wish.table.meaning(name), Field::Id | Field::Key | Field::Title | Field::Kept)
    };
    let told: Vec<&(String, String)> = old.cells.iter().filter(tells).collect();
    let same = told.iter().filter(|cell| row.cells.contains(cell)).count();
    told.len() >= MIN_TOLD && same * 2 < told.len()
}

/// Why the cells of a row are too large to be looked at.
fn too_large(table: &TaskTable, row: &Row) -> Option<String> {
    let most = |name: &str| match table.meaning(name) {
        Field::Description => MAX_DESCRIPTION_BYTES,
        _ => MAX_CELL_BYTES,
    };
    let large = row.cells.iter().find(|(name, cell)| cell.len() > most(name));
    large.map(|(name, _)| format!("its {name} is larger than {} KiB", most(name) / 1024))
}

/// Why a row cannot be a task.
fn too_much(table: &TaskTable, task: &ImportedTask, kept: &str) -> Option<String> {
    let long = |text: &str, most: usize| text.chars().count() > most;
    if long(&task.title, errors::MAX_TITLE_CHARS) {
        return Some(format!("its title has more than {} characters", errors::MAX_TITLE_CHARS));
    }
    if task.project.as_deref().is_some_and(|name| long(name, errors::MAX_TITLE_CHARS)) {
        return Some(format!("the name of its project has more than {} characters", errors::MAX_TITLE_CHARS));
    }
    if let Some(label) = task.labels.iter().find(|label| long(label, MAX_LABEL_CHARS)) {
        return Some(format!("its label “{}” has more than {MAX_LABEL_CHARS} characters", quoted(label)));
    }
    if task.labels.len() > MAX_NAMED_OF_ROW {
        return Some(format!("it has more than {MAX_NAMED_OF_ROW} labels"));
    }
    if task.blocked_by.len() + task.relates.len() > MAX_NAMED_OF_ROW {
        return Some(format!("it names more than {MAX_NAMED_OF_ROW} other tasks"));
    }
    if kept.len() > MAX_ROW_BYTES {
        return Some(format!("it is larger than {} KiB", MAX_ROW_BYTES / 1024));
    }
    let too_wide = |block: &Block| match &block.kind {
        BlockKind::Table { table } => {
            let width = table.rows.iter().map(Vec::len).chain([table.align.len()]).max().unwrap_or(0);
            width > tern_model::page::MAX_COLUMNS || table.rows.len() * width > tern_model::page::MAX_CELLS
        }
        _ => false,
    };
    let tables = task.description.contains('|') && table.blocks(&task.description).iter().any(too_wide);
    tables.then(|| "its description has a table that is too large".to_owned())
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
    homes: &Homes,
) -> Result<TaskImportView, PeerError> {
    let table = wish.table;
    let columns = table
        .columns
        .iter()
        .map(|(column, field)| ColumnView { column: column.clone(), field: field.name().to_owned() });
    let finder = Finder::new(work, homes)?;
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
        let project = projects.entry(one.project.to_lowercase()).or_insert_with(|| {
            let found = finder.find(&one.project);
            let name = found.map_or(&one.project, |(_, title)| title).clone();
            ProjectWordView { name, new: found.is_none(), tasks: 0 }
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
    homes: &Homes,
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
    let places = Places::make(work, &told, homes, &mut last, report)?;
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
                let blocks = wish.table.blocks(&task.description);
                edits.extend(origin(&source, one, page_hash(&blocks))?);
                if !task.description.is_empty() {
                    edits.push(Edit::SetBlocks { base: None, blocks });
                }
                let id = DocId::new(Class::Content, work.random());
                work.create(id, &Kind::Task, &edits)?;
                last.created.push((id, String::new()));
                last.made.insert(id);
                (id, None)
            }
            Deed::Change(id) => {
                let places = (&places, members);
                (id, Some(change(work, wish, one, task, id, places, &mut last, report)?))
            }
        };
        ids.push(id);
        before.push(old);
    }
    relate(work, planned, &settled, &before, &ids, &mut last, report)?;
    for (id, heads) in last.created.iter_mut().chain(&mut last.projects) {
        *heads = work.doc(*id)?.heads().to_string();
    }
    last.keep(work)
}

/// What a task says of where it comes from; `page` is the hash of the page that says what its description says.
fn origin(source: &str, one: &Planned<'_>, page: String) -> Result<[Edit; 6], PeerError> {
    let kept = Kept { page, ..one.kept.clone() };
    Ok([
        text(more::SOURCE, source),
        text(more::SOURCE_ID, &one.row.id),
        text(more::SOURCE_KEY, one.task.key.as_deref().unwrap_or_default()),
        text(more::SOURCE_PROJECT, &one.project),
        text(more::SOURCE_ROW, &kept.json()?),
        text(more::SOURCE_HASH, &one.hash),
    ])
}

/// Writes what the row of a task says otherwise than when it was read last; gives what it said then.
#[allow(clippy::too_many_arguments, reason = "one step of a loop")]
fn change(
    work: &mut Work<'_, '_>,
    wish: &Wish<'_>,
    one: &Planned<'_>,
    task: &ImportedTask,
    id: DocId,
    (places, members): (&Places, &Members),
    last: &mut Last,
    report: &mut ImportReport,
) -> Result<ImportedTask, PeerError> {
    let kept = kept_of(work, id)?;
    let doc = work.doc(id)?;
    let (here, said, blocks) = (doc.task(), doc.task_more(), doc.blocks());
    let from = said.imported.unwrap_or_default();
    // Without the row that it was made from, the table counts. What it has no column for any more is as it was.
    let mut old = match &kept {
        Some(kept) => {
            let cells: Vec<_> =
                kept.cells.iter().filter(|(name, _)| wish.table.has_column(name)).cloned().collect();
            members.settle(wish.table.earlier(&cells, &kept.options()))
        }
        None => ImportedTask::default(),
    };
    if here.assignee.is_none() {
        // Its name was kept while nobody here had it.
        let name = places::field_name(ASSIGNEE).and_then(|name| said.values.get(&name).cloned());
        old.own.extend(old.assignee.take().and(name).map(|name| (ASSIGNEE.to_owned(), name)));
    }
    let was = old.project.clone().unwrap_or(from.project);
    let was = kept.as_ref().map(|_| (was.as_str(), here.project));
    let mut edits = edits(task, Some(&old), &one.project, was, places, members)?;
    let new = wish.table.blocks(&task.description);
    let text = kept.as_ref().map(|kept| (kept.text != one.kept.text, kept.page.clone()));
    let (changed, page) = text.unwrap_or_else(|| (true, page_hash(&[])));
    let (here, there) = (page_hash(&blocks), page_hash(&new));
    // What somebody wrote here since is not written over; what they wrote as the table has it is no difference.
    let differs = changed && here != there;
    let writes = differs && here == page;
    edits.extend(origin(&from.source, one, if changed && (writes || !differs) { there } else { page })?);
    bulk::step(work, id, &edits, &mut last.steps)?;
    if writes {
        let before = work.doc(id)?.heads();
        work.edit(id, &[Edit::SetBlocks { base: None, blocks: new }])?;
        let after = work.doc(id)?.heads();
        last.texts.push(Text { task: id, before: before.to_string(), after: after.to_string() });
    } else if differs {
        let reason = format!(
            "the description of “{}” was changed here too; that of the table is not taken",
            quoted(&task.title)
        );
        report.kept.push(at_line(one.row.line, reason));
    }
    Ok(old)
}

/// The edits that make a task say what its row says, where that differs from `old`.
fn edits(
    task: &ImportedTask,
    old: Option<&ImportedTask>,
    project: &str,
    old_project: Option<(&str, Option<DocId>)>,
    places: &Places,
    members: &Members,
) -> Result<Vec<Edit>, PeerError> {
    let nothing = ImportedTask::default();
    let was = old.unwrap_or(&nothing);
    let place = places.of(project)?;
    let mut edits = Vec::new();
    // Where its row names the same project, it stays in the one that it is in here.
    let stays = old_project.filter(|(old, _)| old.to_lowercase() == project.to_lowercase());
    let moved = stays.is_none();
    let is_there = stays.is_none_or(|(_, here)| here == Some(place.id));
    if moved {
        edits.push(text("project", &place.id.to_string()));
    }
    if task.title != was.title {
        edits.push(text("title", &task.title));
    }
    if old.is_none() && task.status.is_none() {
        edits.push(text("status", "todo"));
    }
    if let Some(word) = task.status.as_ref().filter(|word| was.status.as_ref() != Some(word)) {
        let (status, state) = if is_there { place.state(word) } else { (word.status, None) };
        edits.push(text("status", words::status(status)));
        match state {
            Some(state) => edits.push(text(more::STATE, &state)),
            None if old.is_some() => edits.push(set(more::STATE, Value::Null)),
            None => {}
        }
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
    let mut of_others: BTreeMap<DocId, Vec<Edit>> = BTreeMap::new();
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
            match now {
                _ if now == before => {}
                None => own.push(set(field, Value::Null)),
                // What it names may be here without being in this table: then nothing is changed.
                Some(name) => match find(name).filter(|to| to != id) {
                    Some(to) => own.push(text(field, &to.to_string())),
                    None => missing.push(name),
                },
            }
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
                    of_others.entry(to).or_default().push(edit);
                }
                None => missing.push(name),
            }
        }
        for to in was.blocked_by.iter().filter(|name| !task.blocked_by.contains(name)).filter_map(find) {
            let edit = Edit::RemoveFrom { set: more::BLOCKS.to_owned(), item: id.to_string() };
            of_others.entry(to).or_default().push(edit);
        }
        let missing = missing.into_iter().map(|name| {
            let (name, title) = (quoted(name), quoted(&task.title));
            at_line(one.row.line, format!("“{name}”, which “{title}” names, is no row of this table"))
        });
        report.kept.extend(missing);
    }
    for (id, edits) in of_others {
        apply(work, id, &edits, last)?;
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
