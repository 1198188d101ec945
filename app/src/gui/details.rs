//! The right column: what belongs to the page or task in the middle.

use egui::{Align2, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::{ConflictView, HistoryView, PageView, TaskView};

use super::clock::Clock;
use super::command::{Queue, Then, UiCommand};
use super::comments::{TalkState, ui as comments};
use super::icon::{self, Icon};
use super::look::look;
use super::practice;
use super::tasks::{data as task_data, menus};
use super::tokens::{self, radius, size};
use super::views::Views;
use super::widgets::{self, Button, Field, Tone};
use facts::Facts;
use history::Sitting;

pub mod facts;
pub mod history;
mod links;
pub mod task_more;

/// Details of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageDetails {
    /// Names and values.
    pub fields: Vec<(String, String)>,
    /// Kept values: what to say, field, value.
    pub kept: Vec<(String, String, String)>,
    /// Files: name and size in words.
    pub files: Vec<(String, String)>,
    /// Newest first.
    pub history: Vec<Sitting>,
}

/// Details of a page as data.
pub fn build(page: &PageView, history: Option<&HistoryView>, clock: &Clock) -> PageDetails {
    let fields = page
        .fields
        .iter()
        .filter_map(|(name, value)| {
            let name = match name.as_str() {
                "source_path" => "Imported from",
                _ => return None,
            };
            Some((name.to_owned(), value.as_str()?.to_owned()))
        })
        .collect();
    let kept = page
        .conflicts
        .iter()
        .map(|conflict| {
            (task_data::kept_words(conflict, clock), conflict.field.clone(), conflict.value.clone())
        })
        .collect();
    let files = page
        .attachments
        .iter()
        .map(|file| {
            let here = if file.here { "" } else { ", not here yet" };
            (file.name.clone(), format!("{}{here}", bytes_words(file.bytes)))
        })
        .collect();
    let history = history.map(|history| history::build(history, clock)).unwrap_or_default();
    PageDetails { fields, kept, files, history }
}

/// A size as people say it.
pub fn bytes_words(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1_000_000.0),
    }
}

/// Details of a page as text, for tests.
#[cfg(test)]
pub fn text(details: &PageDetails) -> String {
    let mut out = String::new();
    for (name, value) in details.fields.iter().chain(&details.files) {
        out += &format!("{name}: {value}\n");
    }
    for (words, ..) in &details.kept {
        out += &format!("({words})\n");
    }
    for sitting in &details.history {
        out += &format!("{}, {}: {}\n", sitting.author, sitting.summary, sitting.when);
    }
    out
}

/// A heading of the column with a quiet note; returns where it stands.
pub fn section(ui: &mut Ui, title: &str, note: &str) -> Rect {
    let p = look(ui.ctx());
    ui.add_space(4.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::hover());
    let at = widgets::line(ui, rect, Align2::LEFT_CENTER, title, tokens::UI_STRONG, p.ink);
    widgets::line(ui, rect.with_min_x(at.right() + 8.0), Align2::LEFT_CENTER, note, tokens::SMALL, p.ink3);
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, title));
    rect
}

fn pair(ui: &mut Ui, name: &str, value: &str) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    widgets::line(ui, rect, Align2::LEFT_CENTER, name, tokens::SMALL, p.ink3);
    widgets::line(ui, rect.with_min_x(rect.left() + 92.0), Align2::LEFT_CENTER, value, tokens::SMALL, p.ink);
    let spoken = format!("{name}: {value}");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    response.on_hover_text(value);
}

fn column(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().auto_shrink(false).id_salt("details").show(ui, |ui| {
        egui::Frame::NONE.inner_margin(egui::Margin::symmetric(16, 6)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            content(ui);
        });
    });
}

/// What the details of a page read.
#[derive(Debug, Clone, Copy)]
pub struct PageReads<'a> {
    /// The page.
    pub page: &'a PageView,
    /// Answers of the engine.
    pub views: &'a Views,
    /// Heads at which it is shown, where it is not shown as it is.
    pub shown_at: Option<&'a str>,
    /// What time it is.
    pub clock: &'a Clock,
    /// What can be told of its text.
    pub facts: &'a Facts,
}

/// Draws the details of a page.
pub fn page(ui: &mut Ui, reads: PageReads<'_>, talk: &mut TalkState, out: &mut Queue) {
    let PageReads { page, views, clock, facts, .. } = reads;
    let details = build(page, views.open.history.get(), clock);
    let now = reads.shown_at.is_none();
    column(ui, |ui| {
        let words = if now { facts.words_line() } else { String::new() };
        first(ui, page, &details, &words, out);
        if now {
            practice::upkeep::show(ui, &page.id, views, clock, out);
        }
        if !details.files.is_empty() {
            rule(ui);
            section(ui, "Files", &details.files.len().to_string());
            for (name, size) in &details.files {
                file(ui, name, size);
            }
        }
        if now {
            rule(ui);
            comments::show(ui, talk, views, clock, out);
        }
        rule(ui);
        section(ui, "History", "");
        history::show(ui, &details.history, reads.shown_at, out);
        if now && views.open.backlinks.get().is_some() {
            rule(ui);
            links::linked_from(ui, views.open.backlinks.get(), out);
        }
        if now && !facts.headings.is_empty() {
            rule(ui);
            links::outline(ui, facts, out);
        }
        ui.add_space(16.0);
    });
}

fn rule(ui: &mut Ui) {
    ui.add_space(8.0);
    widgets::rule(ui);
}

/// Words, fields, and what two people set apart.
fn first(ui: &mut Ui, page: &PageView, details: &PageDetails, words: &str, out: &mut Queue) {
    let p = look(ui.ctx());
    section(ui, "Details", "");
    if !words.is_empty() {
        pair(ui, "Length", words);
    }
    for (name, value) in &details.fields {
        pair(ui, name, value);
    }
    for (said, field, value) in &details.kept {
        kept(ui, page, said, field, value, out);
    }
    if words.is_empty() && details.fields.is_empty() && details.kept.is_empty() {
        widgets::text(ui, "Nothing set apart by two people.", tokens::SMALL, p.ink3);
        ui.add_space(6.0);
    }
}

fn kept(ui: &mut Ui, page: &PageView, words: &str, field: &str, value: &str, out: &mut Queue) {
    kept_line(ui, words, (field, value));
    if field == "title" && Button::new("Choose").show(ui).clicked() {
        let command = tern_peer::Command::PageRename { page: page.id.clone(), title: value.to_owned() };
        out.push(UiCommand::Send(Box::new(command), Then::Quiet));
    }
}

/// A kept value as a chip over the width of the column; returns the chip.
fn kept_line(ui: &mut Ui, words: &str, salt: (&str, &str)) -> Rect {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
    let chip = widgets::chip(ui, pos2(rect.left(), rect.center().y), words, Tone::Kept, rect.width());
    let named = ui.interact(chip, ui.scope_id().with(("kept", salt)), Sense::hover());
    named.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    named.on_hover_text(words);
    chip
}

fn file(ui: &mut Ui, name: &str, size: &str) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::hover());
    let sign = Rect::from_min_size(rect.min, vec2(18.0, rect.height()));
    icon::paint(ui.painter(), sign, 16.0, Icon::Clip, p.ink2);
    let inside = rect.with_min_x(rect.left() + 26.0);
    let right = widgets::line(ui, inside, Align2::RIGHT_CENTER, size, tokens::SMALL, p.ink3);
    widgets::line(ui, inside.with_max_x(right.left() - 8.0), Align2::LEFT_CENTER, name, tokens::UI, p.ink);
    let spoken = format!("{name}, {size}");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    response.on_hover_text(name);
}

/// The description of the selected task while it is typed.
#[derive(Debug, Clone, Default)]
pub struct TaskDraft {
    task: String,
    base: String,
    text: String,
}

/// Draws the details of a task; `whole` is a view of it alone, and not a line of a list.
pub fn task(
    ui: &mut Ui,
    (task, whole): (&TaskView, bool),
    views: &Views,
    draft: &mut TaskDraft,
    clock: &Clock,
    out: &mut Queue,
) {
    let p = look(ui.ctx());
    let shown = task_data::shown(task, views, clock);
    let this = std::slice::from_ref(&task.id);
    column(ui, |ui| {
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            widgets::short(ui, &task.short_id, tokens::SMALL, p.ink3);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let more = widgets::icon_button(ui, Icon::More, "More for this task", None);
                if more.clicked() {
                    let menu = menus::more(&task.id, &task.title, Some(more.rect));
                    out.push(UiCommand::Pick(Box::new(menu)));
                }
            });
        });
        widgets::text(ui, &task.title, tokens::H2, p.ink);
        ui.add_space(10.0);
        field_row(
            ui,
            "Status",
            &task.more.state.clone().unwrap_or_else(|| task_data::value_name("status", &task.status)),
            |at| menus::status(this, task, views, at),
            out,
        );
        let priority = task_data::value_name("priority", &task.priority);
        field_row(ui, "Priority", &priority, |at| menus::priority(this, &task.priority, at), out);
        let person = if shown.assignee.is_empty() { "Nobody" } else { &shown.assignee };
        field_row(ui, "Assignee", person, |at| menus::assignee(this, Some(task), views, at), out);
        let due = if shown.due.is_empty() { "No due date" } else { &shown.due };
        field_row(ui, "Due", due, |at| menus::due(this, clock, at), out);
        let labels = if task.labels.is_empty() { "None".to_owned() } else { task.labels.join(", ") };
        field_row(ui, "Labels", &labels, |at| menus::labels(this, views, at), out);
        let estimate = task.estimate.as_deref().unwrap_or("None");
        field_row(ui, "Estimate", estimate, |at| menus::estimate(this, at), out);
        if let Some(project) = &task.project {
            pair(ui, "Project", project);
        }
        for conflict in &task.conflicts {
            conflict_row(ui, task, conflict, clock, out);
        }
        task_more::show(ui, task, views, clock, out);
        ui.add_space(10.0);
        widgets::rule(ui);
        section(ui, "Description", "Markdown");
        // Lists hold no descriptions: nothing is written over one that is not here yet.
        if whole {
            description(ui, task, draft, out);
        }
    });
}

/// A name and its value as a line that opens a menu.
pub fn field_row(
    ui: &mut Ui,
    name: &str,
    value: &str,
    menu: impl FnOnce(Option<Rect>) -> super::picker::Picker,
    out: &mut Queue,
) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::click());
    widgets::row_ground(ui, rect.expand2(vec2(8.0, 0.0)), false, response.hovered());
    widgets::line(ui, rect, Align2::LEFT_CENTER, name, tokens::SMALL, p.ink3);
    let inside = rect.with_min_x(rect.left() + 92.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, value, tokens::UI, p.ink);
    let spoken = format!("{name}: {value}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.clicked() {
        out.push(UiCommand::Pick(Box::new(menu(Some(inside)))));
    }
}

fn conflict_row(ui: &mut Ui, task: &TaskView, conflict: &ConflictView, clock: &Clock, out: &mut Queue) {
    let words = task_data::kept_words(conflict, clock);
    let chip = kept_line(ui, &words, (&conflict.field, &conflict.value));
    if Button::new("Choose").show(ui).clicked() {
        out.push(UiCommand::Pick(Box::new(menus::choose(task, conflict, clock, Some(chip)))));
    }
}

fn description(ui: &mut Ui, task: &TaskView, draft: &mut TaskDraft, out: &mut Queue) {
    let untouched = draft.text == draft.base;
    if draft.task != task.id || (untouched && draft.base != task.description) {
        let text = task.description.clone();
        *draft = TaskDraft { task: task.id.clone(), base: text.clone(), text };
    }
    let field =
        Field { rows: 6, ..Field::new("Task description", "What it takes, what is done when it is done") };
    let response = field.show(ui, &mut draft.text);
    if response.lost_focus() && draft.text != draft.base {
        draft.base = draft.text.clone();
        out.push(super::command::set_task(&task.id, "description", &draft.text));
    }
}

impl TaskDraft {
    /// The change that was typed and not yet sent, when the window moves on.
    pub fn take_unsent(&mut self) -> Option<UiCommand> {
        if self.text == self.base {
            return None;
        }
        self.base = self.text.clone();
        Some(super::command::set_task(&self.task, "description", &self.text))
    }
}
