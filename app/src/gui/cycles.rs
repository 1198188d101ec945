//! Cycles: how far each is, its scopes, and the hill on which they stand. Arrows on a scope move it.

use egui::{Align2, Key, Pos2, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::{CycleView, ScopeView};

use super::clock::Clock;
use super::command::{Queue, Route, UiCommand, set_task};
use super::details::section;
use super::icon::{self, Icon};
use super::look::look;
use super::tokens::{self, radius, size, stroke};
use super::views::Views;
use super::widgets::{self, Button};

mod menus;

/// Height of the drawn hill.
const HILL: f32 = 150.0;
/// Widest that a hill is drawn.
const WIDEST: f32 = 860.0;
/// Widest name beside a scope on the hill.
const LABEL: f32 = 220.0;
/// How far an arrow moves a scope.
const STEP: i64 = 5;
/// Points of the curve.
const POINTS: usize = 96;

/// The head of a cycle in words: `work, 12 days left · 6 weeks to Sun 15 Nov, then 2 to cool down`.
pub fn head_words(cycle: &CycleView, clock: &Clock) -> String {
    let day = |date: &Option<String>| date.as_deref().map(|date| clock.day(date)).unwrap_or_default();
    let phase = match (cycle.phase.as_str(), cycle.days_left) {
        ("work", Some(1)) => "1 day of work left".to_owned(),
        ("work", Some(days)) => format!("{days} days of work left"),
        ("cooldown", _) => "Cooling down".to_owned(),
        ("over", _) => "Over".to_owned(),
        _ => format!("Begins {}", day(&cycle.start)),
    };
    format!(
        "{phase} · {} weeks from {} to {}, then {} to cool down",
        cycle.weeks,
        day(&cycle.start),
        day(&cycle.work_ends),
        cycle.cooldown
    )
}

/// A scope in words: `10 days · at 35, finding out · from 20 (Mia, Tue 09:00)`.
pub fn scope_words(scope: &ScopeView, clock: &Clock) -> String {
    let appetite = scope.appetite.map(|days| format!("{days} days"));
    let hill = match scope.hill {
        None => "not on the hill yet".to_owned(),
        Some(100) => "done".to_owned(),
        Some(at) if at < 50 => format!("at {at}, finding out"),
        Some(at) => format!("at {at}, making it"),
    };
    let moved = match scope.history.as_slice() {
        [.., before, last] => {
            Some(format!("from {} ({}, {})", before.position, last.by, clock.words(&last.when)))
        }
        _ => None,
    };
    appetite.into_iter().chain([hill]).chain(moved).collect::<Vec<_>>().join(" · ")
}

/// Draws them, the latest first.
pub fn show(ui: &mut Ui, views: &Views, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let body = ui.max_rect().shrink2(vec2(24.0, 14.0));
    widgets::region(ui, body, "cycle list", "List of cycles", |ui| {
        let new = Button::new("New cycle").icon(Icon::Plus).show(ui);
        if new.clicked() {
            out.push(UiCommand::Pick(Box::new(menus::new_cycle(Some(new.rect)))));
        }
        ui.add_space(8.0);
        let Some(view) = views.cycles.get() else {
            let words = views.cycles.error().map_or("Reading the cycles".to_owned(), ToString::to_string);
            widgets::text(ui, &words, tokens::UI, p.ink2);
            return;
        };
        if view.cycles.is_empty() {
            widgets::text(ui, "No cycle yet.", tokens::DIALOG, p.ink);
            ui.add_space(6.0);
            let words = "Six weeks of work and two of cooling down, with scopes that have an appetite and a place on a hill.";
            widgets::text(ui, words, tokens::UI, p.ink2);
            return;
        }
        ScrollArea::vertical().auto_shrink(false).id_salt("cycles").show(ui, |ui| {
            ui.set_max_width(WIDEST);
            ui.spacing_mut().item_spacing.y = 0.0;
            for cycle in &view.cycles {
                one(ui, cycle, clock, out);
            }
        });
    });
}

fn one(ui: &mut Ui, cycle: &CycleView, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let head = section(ui, &cycle.title, "");
    let right = egui::Layout::right_to_left(egui::Align::Center);
    let builder = egui::UiBuilder::new().max_rect(head).id_salt(&cycle.id).layout(right);
    let spoken = format!("Change {}", cycle.title);
    let change = Button::new("Change…").spoken(&spoken).show(&mut ui.new_child(builder));
    if change.clicked() {
        out.push(UiCommand::Pick(Box::new(menus::change(cycle, clock, Some(change.rect)))));
    }
    widgets::text(ui, &head_words(cycle, clock), tokens::SMALL, p.ink2);
    if cycle.scopes.is_empty() {
        let words = "No scope yet: open a task’s details and choose this cycle.";
        widgets::text(ui, words, tokens::SMALL, p.ink3);
        ui.add_space(12.0);
        return;
    }
    hill(ui, cycle);
    for scope in &cycle.scopes {
        row(ui, scope, clock, out);
    }
    if !cycle.unfinished.is_empty() {
        ui.add_space(6.0);
        let titles: Vec<&str> = cycle.unfinished.iter().map(|task| task.title.as_str()).collect();
        let words = format!("Not finished when the work ended, and not moved: {}.", titles.join(", "));
        widgets::text(ui, &words, tokens::UI, p.ink);
    }
    ui.add_space(18.0);
}

/// A place on the hill, 0 to 100.
fn place(rect: Rect, at: f32) -> Pos2 {
    let share = at / 100.0;
    let height = (1.0 - (share * std::f32::consts::TAU).cos()) / 2.0;
    pos2(rect.left() + share * rect.width(), rect.bottom() - height * rect.height())
}

fn hill(ui: &mut Ui, cycle: &CycleView) {
    let p = look(ui.ctx());
    let (whole, response) = ui.allocate_exact_size(vec2(ui.available_width(), HILL), Sense::hover());
    let standing = cycle.scopes.iter().filter(|scope| scope.hill.is_some()).count();
    let spoken = format!("Hill of {}: {standing} scopes stand on it", cycle.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let rect = Rect::from_min_max(whole.min + vec2(16.0, 30.0), whole.max - vec2(16.0, 26.0));
    let curve: Vec<Pos2> = (0..=POINTS).map(|at| place(rect, at as f32 * 100.0 / POINTS as f32)).collect();
    let pen = Stroke::new(stroke::LINE, p.line);
    ui.painter().hline(rect.x_range(), rect.bottom(), pen);
    ui.painter().vline(rect.center().x, rect.y_range(), pen);
    ui.painter().add(egui::Shape::line(curve, Stroke::new(stroke::GLYPH, p.ink3)));
    let below = whole.with_min_y(rect.bottom() + 4.0);
    widgets::line(
        ui,
        below.with_max_x(rect.center().x),
        Align2::CENTER_CENTER,
        "Finding out",
        tokens::SMALL,
        p.ink3,
    );
    widgets::line(
        ui,
        below.with_min_x(rect.center().x),
        Align2::CENTER_CENTER,
        "Making it",
        tokens::SMALL,
        p.ink3,
    );
    for scope in &cycle.scopes {
        let Some(at) = scope.hill else { continue };
        let centre = place(rect, at as f32);
        if let [.., before, _] = scope.history.as_slice() {
            ui.painter().circle_stroke(
                place(rect, before.position as f32),
                4.0,
                Stroke::new(stroke::LINE, p.ink3),
            );
        }
        ui.painter().circle_filled(centre, 6.0, p.here);
        // Outside of the hill, where no line runs through the words.
        let (corner, side) =
            if at < 50 { (-LABEL - 8.0, Align2::RIGHT_CENTER) } else { (8.0, Align2::LEFT_CENTER) };
        let label = Rect::from_min_size(centre + vec2(corner, -22.0), vec2(LABEL, 18.0));
        let label = label.intersect(whole.with_min_y(whole.top() - 8.0));
        widgets::line(ui, label, side, &scope.task.title, tokens::TINY, p.ink);
    }
}

fn row(ui: &mut Ui, scope: &ScopeView, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::TASK_ROW), Sense::click());
    widgets::row_ground(ui, rect, false, response.hovered());
    let sign = Rect::from_center_size(pos2(rect.left() + 16.0, rect.center().y), vec2(16.0, 16.0));
    icon::status(ui.painter(), sign, &scope.task.status, &p);
    let words = scope_words(scope, clock);
    let inside = rect.with_min_x(rect.left() + 36.0).with_max_x(rect.right() - 8.0);
    let right = widgets::line(ui, inside, Align2::RIGHT_CENTER, &words, tokens::SMALL, p.ink2);
    let title = inside.with_max_x(right.left() - 12.0);
    widgets::line(ui, title, Align2::LEFT_CENTER, &scope.task.title, tokens::UI, p.ink);
    let spoken = format!("{}, {words}. Left and right move it on its hill", scope.task.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.has_focus() {
        let filter = egui::EventFilter { horizontal_arrows: true, ..egui::EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let step = ui.input(|input| {
            i64::from(input.key_pressed(Key::ArrowRight)) - i64::from(input.key_pressed(Key::ArrowLeft))
        });
        if step != 0 {
            let at = (scope.hill.unwrap_or(0) + step * STEP).clamp(0, 100);
            out.push(set_task(&scope.task.id, "hill", &at.to_string()));
        }
    }
    if response.clicked() {
        out.extend([UiCommand::Go(Route::Tasks), UiCommand::SelectTask(Some(scope.task.id.clone()))]);
    }
}
