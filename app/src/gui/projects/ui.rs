//! Draws the list of projects and the page of one.

use egui::{Align2, CornerRadius, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::ProjectView;

use super::data::{self, Line, Told};
use super::{Composer, menus};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, Route, UiCommand};
use crate::gui::details::section;
use crate::gui::icon::Icon;
use crate::gui::look::{self, look};
use crate::gui::tasks::Ask;
use crate::gui::tokens::{self, radius, size};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button};

/// Height of a line of the list.
const LINE: f32 = 52.0;
/// Widest that text stays readable.
const WIDEST: f32 = 860.0;

/// Draws the list.
pub fn list(ui: &mut Ui, views: &Views, clock: &Clock, out: &mut Queue) {
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
        ScrollArea::vertical().auto_shrink(false).id_salt("project lines").show_rows(
            ui,
            LINE,
            lines.len(),
            |ui, range| {
                for line in lines.get(range).unwrap_or_default() {
                    if row(ui, line) {
                        out.push(UiCommand::Go(Route::Project { id: line.id.clone() }));
                    }
                }
            },
        );
    });
}

fn row(ui: &mut Ui, line: &Line) -> bool {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    widgets::row_ground(ui, rect, false, response.hovered());
    let inside = rect.shrink2(vec2(10.0, 6.0));
    let upper = inside.with_max_y(rect.center().y);
    let at = widgets::line(ui, upper, Align2::LEFT_CENTER, &line.title, tokens::UI_STRONG, p.ink);
    widgets::line(
        ui,
        upper.with_min_x(at.right() + 10.0),
        Align2::LEFT_CENTER,
        &line.key,
        tokens::SMALL,
        p.ink3,
    );
    if !line.health.is_empty() {
        let width = look::width(ui, &line.health, tokens::SMALL) + 16.0;
        let left = pos2(inside.right() - width, upper.top());
        health_chip(ui, Rect::from_min_size(left, vec2(width, 20.0)), &line.health);
    }
    let lower = inside.with_min_y(rect.center().y);
    widgets::line(ui, lower, Align2::LEFT_CENTER, &line.about, tokens::SMALL, p.ink2);
    let spoken = [line.title.as_str(), &line.health, &line.about].into_iter().filter(|t| !t.is_empty());
    let spoken = spoken.collect::<Vec<_>>().join(", ");
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}

fn health_chip(ui: &Ui, rect: Rect, words: &str) {
    let p = look(ui.ctx());
    let (ground, ink) = match words {
        "On track" => (p.add_tint, p.add),
        "At risk" => (p.wait_tint, p.wait),
        _ => (p.cut_tint, p.cut),
    };
    ui.painter().rect_filled(rect, CornerRadius::same(radius::CHIP), ground);
    widgets::line(ui, rect, Align2::CENTER_CENTER, words, tokens::SMALL, ink);
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
            told(ui, &data::updates(project, clock), project, clock);
            beside(ui, project, out);
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

fn told(ui: &mut Ui, updates: &[Told], project: &ProjectView, clock: &Clock) {
    let p = look(ui.ctx());
    let due = project.update_due.as_deref().map(|due| format!("the next one {}", clock.then(due)));
    section(ui, "Updates", &due.unwrap_or_default());
    if updates.is_empty() {
        widgets::text(ui, "Nothing was told yet.", tokens::SMALL, p.ink3);
    }
    for update in updates {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
        let width = look::width(ui, &update.health, tokens::SMALL) + 16.0;
        health_chip(ui, Rect::from_min_size(rect.min + vec2(0.0, 5.0), vec2(width, 20.0)), &update.health);
        let right = rect.with_min_x(rect.left() + width + 10.0);
        widgets::line(ui, right, Align2::LEFT_CENTER, &update.by, tokens::SMALL, p.ink2);
        let spoken = format!("{}, {}", update.health, update.by);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
        widgets::text(ui, &update.text, tokens::UI, p.ink);
        ui.add_space(10.0);
    }
}

/// Threads and decisions.
fn beside(ui: &mut Ui, project: &ProjectView, out: &mut Queue) {
    if !project.threads.is_empty() {
        section(ui, "Threads", &project.threads.len().to_string());
        for thread in &project.threads {
            let state = if thread.outcome.is_some() { "Closed" } else { "Open" };
            if line(ui, state, &thread.title).clicked() {
                out.push(UiCommand::Go(Route::Thread { id: thread.id.clone() }));
            }
        }
    }
    if !project.pages.is_empty() {
        section(ui, "Decisions", &project.pages.len().to_string());
        for page in &project.pages {
            if line(ui, "Decision", &page.title).clicked() {
                out.push(UiCommand::Go(Route::page(&page.id)));
            }
        }
    }
}
