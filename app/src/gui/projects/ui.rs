//! Draws the list of projects and the page of one.

use egui::{Align2, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, vec2};
use tern_peer::ProjectView;

use super::data::{self, Told};
use super::{Composer, menus};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, Route, UiCommand};
use crate::gui::details::section;
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::said;
use crate::gui::sidebar::shown_title;
use crate::gui::tasks::Ask;
use crate::gui::titled::{self, Titled, WIDEST};
use crate::gui::tokens::{self, radius, size};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button};

/// Draws the list.
pub fn list(ui: &mut Ui, list: &mut Titled, views: &Views, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let body = ui.max_rect().shrink2(vec2(24.0, 14.0));
    widgets::region(ui, body, "projects", "List of projects", |ui| {
        ui.set_max_width(WIDEST);
        let new = Button::new("New project").icon(Icon::Plus).show(ui);
        if new.clicked() {
            out.push(UiCommand::Pick(Box::new(menus::new_project(Some(new.rect)))));
        }
        ui.add_space(8.0);
        let Some(view) = views.projects.get() else {
            let words = views.projects.error().map_or("Reading the projects".to_owned(), ToString::to_string);
            widgets::text(ui, &words, tokens::UI, p.ink2);
            return;
        };
        let lines = data::build(view, clock);
        if lines.is_empty() {
            widgets::text(ui, "No project yet.", tokens::DIALOG, p.ink);
            ui.add_space(6.0);
            let words =
                "A project gives its tasks named states and fields of their own, and tells how it goes.";
            widgets::text(ui, words, tokens::UI, p.ink2);
            return;
        }
        titled::show(ui, &lines, list, |id| Route::Project { id: id.to_owned() }, out);
    });
}

/// Draws the page of one.
pub fn page(ui: &mut Ui, composer: &mut Option<Composer>, views: &Views, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let body = ui.max_rect().shrink2(vec2(24.0, 14.0));
    widgets::region(ui, body, "project", "Project", |ui| {
        let Some(project) = views.project.get() else {
            let words = views.project.error().map_or("Reading the project".to_owned(), ToString::to_string);
            widgets::text(ui, &words, tokens::UI, p.ink2);
            return;
        };
        ScrollArea::vertical().auto_shrink(false).id_salt("project page").show(ui, |ui| {
            ui.set_max_width(WIDEST);
            ui.spacing_mut().item_spacing.y = 0.0;
            head(ui, project, views, composer, out);
            if composer.as_ref().is_some_and(|composer| composer.project != project.id) {
                *composer = None;
            }
            let draft = views.update_draft.get();
            if composer.as_mut().is_some_and(|composer| composer.show(ui, draft, out)) {
                *composer = None;
            }
            work(ui, project, out);
            told(ui, &data::updates(project, clock), project, clock, out);
            beside(ui, project, views, out);
            ui.add_space(24.0);
        });
    });
}

fn head(ui: &mut Ui, project: &ProjectView, views: &Views, composer: &mut Option<Composer>, out: &mut Queue) {
    let p = look(ui.ctx());
    widgets::text(ui, &project.title, tokens::H2, p.ink);
    ui.add_space(8.0);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
        let name =
            project.lead.as_ref().map_or("Nobody leads".to_owned(), |lead| format!("{} leads", lead.name));
        let lead = Button::new(&name).spoken("Lead").show(ui);
        if lead.clicked() {
            out.push(UiCommand::Pick(Box::new(menus::lead(project, views, Some(lead.rect)))));
        }
        if Button::new("Board").icon(Icon::Board).spoken("Board of its tasks").show(ui).clicked() {
            out.extend(board(&project.title));
        }
        if composer.is_none() && Button::main("Write an update").show(ui).clicked() {
            *composer = Some(Composer::new(&project.id, project.health.as_deref()));
        }
    });
    for conflict in &project.conflicts {
        let words = format!("{} — also: {} ({})", conflict.field, conflict.value, conflict.author);
        widgets::text(ui, &words, tokens::SMALL, p.ink2);
    }
}

/// The board of a project's tasks.
fn board(title: &str) -> Vec<UiCommand> {
    vec![
        Ask::LeaveView.into(),
        Ask::Question(format!("project:\"{title}\"")).into(),
        Ask::Group("status".to_owned()).into(),
        Ask::Board(true).into(),
        UiCommand::Go(Route::Tasks),
    ]
}

/// A line with a name, a value and a menu.
fn line(ui: &mut Ui, name: &str, value: &str) -> egui::Response {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::click());
    widgets::row_ground(ui, rect.expand2(vec2(8.0, 0.0)), false, response.hovered());
    widgets::line(ui, rect, Align2::LEFT_CENTER, name, tokens::SMALL, p.ink3);
    widgets::line(ui, rect.with_min_x(rect.left() + 110.0), Align2::LEFT_CENTER, value, tokens::UI, p.ink);
    let spoken = format!("{name}: {value}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    response.on_hover_text(value)
}

fn work(ui: &mut Ui, project: &ProjectView, out: &mut Queue) {
    section(ui, "Tasks", &project.key);
    if line(ui, "By status", &data::tasks_line(project)).clicked() {
        out.extend(board(&project.title));
    }
    let columns = data::columns(project);
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let names = if names.is_empty() { "The six classes".to_owned() } else { names.join(" → ") };
    let states = line(ui, "States", &names);
    if states.clicked() {
        out.push(UiCommand::Pick(Box::new(menus::states(project, Some(states.rect)))));
    }
    let fields: Vec<&str> = project.fields.iter().map(|field| field.name.as_str()).collect();
    let fields = if fields.is_empty() { "None of its own".to_owned() } else { fields.join(", ") };
    let fields = line(ui, "Fields", &fields);
    if fields.clicked() {
        out.push(UiCommand::Pick(Box::new(menus::fields(project, Some(fields.rect)))));
    }
}

fn told(ui: &mut Ui, updates: &[Told], project: &ProjectView, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let due = project.update_due.as_deref().map(|due| format!("the next one {}", clock.then(due)));
    section(ui, "Updates", &due.unwrap_or_default());
    if updates.is_empty() {
        widgets::text(ui, "Nothing was told yet.", tokens::SMALL, p.ink3);
    }
    for update in updates {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
        let tone = data::tone(&update.health);
        let chip = titled::state(ui, rect.min + vec2(0.0, 5.0), &update.health, tone);
        let right = rect.with_min_x(chip.right() + 10.0);
        widgets::line(ui, right, Align2::LEFT_CENTER, &update.by, tokens::SMALL, p.ink2);
        let spoken = format!("{}, {}", update.health, update.by);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
        said::markdown(ui, &update.id, &update.text, tokens::UI, out);
        ui.add_space(10.0);
    }
}

/// Pages that belong to it, threads and decisions.
fn beside(ui: &mut Ui, project: &ProjectView, views: &Views, out: &mut Queue) {
    let p = look(ui.ctx());
    let (pages, decisions): (Vec<_>, Vec<_>) = project.pages.iter().partition(|page| page.kind == "page");
    let count = if pages.is_empty() { String::new() } else { pages.len().to_string() };
    section(ui, "Pages", &count);
    for page in &pages {
        if line(ui, "Page", shown_title(&page.title)).clicked() {
            out.push(UiCommand::Go(Route::page(&page.id)));
        }
    }
    if pages.is_empty() {
        widgets::text(ui, "No page belongs to it yet.", tokens::SMALL, p.ink3);
    }
    ui.add_space(6.0);
    let add = Button::new("Add a page…").icon(Icon::Plus).show(ui);
    if add.clicked() {
        out.push(UiCommand::Pick(Box::new(menus::add_page(project, views, Some(add.rect)))));
    }
    if !project.threads.is_empty() {
        section(ui, "Threads", &project.threads.len().to_string());
        for thread in &project.threads {
            let state = if thread.outcome.is_some() { "Closed" } else { "Open" };
            if line(ui, state, &thread.title).clicked() {
                out.push(UiCommand::Go(Route::Thread { id: thread.id.clone() }));
            }
        }
    }
    if !decisions.is_empty() {
        section(ui, "Decisions", &decisions.len().to_string());
        for page in &decisions {
            if line(ui, "Decision", shown_title(&page.title)).clicked() {
                out.push(UiCommand::Go(Route::page(&page.id)));
            }
        }
    }
}
