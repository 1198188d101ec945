//! One's own work: tasks and owed answers in the order in which they fit the hours that are left today.

use egui::{Align2, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::{WorkItem, WorkView};

use super::clock::Clock;
use super::command::{Queue, Route, UiCommand};
use super::icon::{self, Icon};
use super::look::look;
use super::tasks::data::due_words;
use super::tokens::{self, radius, size};
use super::views::Views;
use super::widgets;

/// Parts with their heads, in order.
const PARTS: [(&str, &str); 3] =
    [("now", "Fits today"), ("over", "Due today, beyond your hours"), ("later", "Can wait")];

/// `1 h 50 min`
fn span(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// What is left of the day, in a sentence.
pub fn left_words(view: &WorkView, clock: &Clock) -> String {
    match &view.until {
        Some(until) => {
            format!("{} of your hours are left today, until {}.", span(view.minutes_left), clock.words(until))
        }
        None => "None of your hours are left today.".to_owned(),
    }
}

/// An item in words: id, title, when it is due.
fn words(item: &WorkItem, clock: &Clock) -> (String, String, String) {
    let late = if item.overdue { "past, " } else { "" };
    match (&item.task, &item.owed) {
        (Some(task), _) => {
            (task.short_id.clone(), task.title.clone(), format!("{late}{}", due_words(task, clock)))
        }
        (None, Some(owed)) => {
            let what = if item.kind == "review" { "Review for" } else { "Answer" };
            let by = owed.yours.clone().unwrap_or_default();
            (String::new(), format!("{what} {}: {}", owed.who, owed.title), format!("{late}{by}"))
        }
        (None, None) => {
            let title = item.project.as_ref().map(|on| format!("Tell how {} goes", on.title));
            let by = item.by.as_deref().map(|by| clock.words(by)).unwrap_or_default();
            (String::new(), title.unwrap_or_default(), format!("{late}{by}"))
        }
    }
}

/// Draws it.
pub fn show(ui: &mut Ui, views: &Views, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let Some(view) = views.work.get() else {
        let words = views.work.error().map_or("Reading what there is to do".to_owned(), ToString::to_string);
        widgets::line(ui, room, Align2::CENTER_CENTER, &words, tokens::UI, p.ink2);
        return;
    };
    let body = Rect::from_min_max(room.min + vec2(24.0, 14.0), room.max - vec2(24.0, 0.0));
    widgets::region(ui, body, "work list", "What there is to do", |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        widgets::text(ui, &left_words(view, clock), tokens::CALLOUT, p.ink);
        ui.add_space(8.0);
        if view.items.is_empty() {
            ui.add_space(60.0);
            ui.vertical_centered(|ui| {
                widgets::text(ui, "Nothing waits for you.", tokens::DIALOG, p.ink);
                let words = "Tasks assigned to you and answers that you owe come here. C writes a task, G B shows all.";
                widgets::text(ui, words, tokens::UI, p.ink2);
            });
            return;
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (part, head) in PARTS {
                let items: Vec<&WorkItem> = view.items.iter().filter(|item| item.part == part).collect();
                if !items.is_empty() {
                    super::details::section(ui, head, &items.len().to_string());
                    for item in items {
                        row(ui, item, clock, out);
                    }
                }
            }
        });
    });
}

fn row(ui: &mut Ui, item: &WorkItem, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::TASK_ROW), Sense::click());
    widgets::row_ground(ui, rect, false, response.hovered());
    let (id, title, by) = words(item, clock);
    let sign = Rect::from_center_size(pos2(rect.left() + 16.0, rect.center().y), vec2(16.0, 16.0));
    match &item.task {
        Some(task) => icon::status(ui.painter(), sign, &task.status, &p),
        None => icon::paint(ui.painter(), sign, 16.0, Icon::Restore, p.ink2),
    }
    let mut inside = rect.with_min_x(rect.left() + 36.0).with_max_x(rect.right() - 8.0);
    let right = widgets::line(ui, inside, Align2::RIGHT_CENTER, &span(item.minutes), tokens::SMALL, p.ink3);
    inside.max.x = right.left().min(rect.right() - 70.0) - 12.0;
    let ink = if item.overdue { p.cut } else { p.ink2 };
    let right = widgets::line(ui, inside, Align2::RIGHT_CENTER, &by, tokens::SMALL, ink);
    inside.max.x = right.left() - 12.0;
    if !id.is_empty() {
        let at = widgets::line(ui, inside, Align2::LEFT_CENTER, &id, tokens::SMALL, p.ink3);
        inside.min.x = at.left() + 96.0;
    }
    widgets::line(ui, inside, Align2::LEFT_CENTER, &title, tokens::UI, p.ink);
    let spoken = format!("{title}, {by}");
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, spoken.trim_end_matches(", ")));
    widgets::focus_ring(ui, &response, radius::ROW);
    if let (true, Some(project)) = (response.clicked(), &item.project) {
        out.push(UiCommand::Go(Route::Project { id: project.id.clone() }));
    }
    if let (true, Some(task)) = (response.clicked(), &item.task) {
        out.extend([UiCommand::Go(Route::Tasks), UiCommand::SelectTask(Some(task.id.clone()))]);
    }
}
