//! What a pane shows of threads: a list and one of them side by side, or one of both where there is no room.

use egui::{Align2, Rect, Ui};

use crate::gui::command::{Queue, Route};
use crate::gui::inbox::{self, Tab, digest_ui};
use crate::gui::look::look;
use crate::gui::open::Open;
use crate::gui::threads::{NEW, composer, data, ui as thread_ui};
use crate::gui::tokens::{self, size};
use crate::gui::widgets;

/// Share of a pane that the list has.
const LIST_SHARE: f32 = 0.47;

/// Draws the pane at hand.
pub(super) fn show(ui: &mut Ui, open: &mut Open, out: &mut Queue) {
    let room = ui.max_rect();
    match open.pane.route.clone() {
        Route::NewThread => {
            let hint = open.thread_hint(NEW);
            let ground = composer::Ground { key: NEW, hint: &hint, views: &open.views, clock: &open.clock };
            let state = &mut open.threads;
            widgets::region(ui, thread_ui::column(room), "new thread", "New thread", |ui| {
                composer::new_thread(ui, state, ground, out);
            });
        }
        Route::Thread { id } => {
            open.threads.narrow = false;
            thread(ui, open, room, Some(&id), out);
        }
        _ => list_and_thread(ui, open, room, out),
    }
}

fn list_and_thread(ui: &mut Ui, open: &mut Open, room: Rect, out: &mut Queue) {
    let window = ui.ctx().content_rect().width();
    if open.digest_is_shown() {
        return digest(ui, open, room, window, out);
    }
    open.threads.narrow = window < size::INBOX_ALONE || room.width() < 2.0 * size::INBOX_MIN;
    let selected = open.threads.selected.clone();
    if open.threads.narrow {
        match selected.filter(|_| open.threads.opened) {
            Some(_) if comment(ui, open, room, out) => {}
            Some(id) => thread(ui, open, room, Some(&id), out),
            None => list(ui, open, room, out),
        }
        return;
    }
    let width = (room.width() * LIST_SHARE).clamp(size::INBOX_MIN, size::INBOX_MAX);
    let edge = (room.left() + width).round();
    list(ui, open, room.with_max_x(edge), out);
    inbox::ui::divide(ui, edge, room);
    let beside = room.with_min_x(edge + 1.0);
    if !comment(ui, open, beside, out) {
        thread(ui, open, beside, selected.as_deref(), out);
    }
}

/// The comment that is selected in the inbox; false when it is a thread.
fn comment(ui: &mut Ui, open: &Open, room: Rect, out: &mut Queue) -> bool {
    let Some(item) = open.selected_comment() else { return false };
    let row = open.thread_list().unwrap_or_default();
    let row = row.groups.iter().flat_map(|group| &group.rows).find(|row| row.thread == item.id);
    let everywhere = row.map(|row| row.everywhere.as_str()).unwrap_or_default();
    widgets::region(ui, room, "item", "Item", |ui| inbox::comment::card(ui, item, everywhere, out));
    true
}

/// What changed while one was away, and beside it the item that is selected.
fn digest(ui: &mut Ui, open: &mut Open, room: Rect, window: f32, out: &mut Queue) {
    open.threads.narrow = window < size::INBOX_ALONE || room.width() < 2.0 * size::INBOX_MIN;
    let Some(digest) = open.digest() else {
        let words = open.digest_waits(ui.input(|input| input.time));
        widgets::line(ui, room, Align2::CENTER_CENTER, &words, tokens::UI, look(ui.ctx()).ink2);
        let response = ui.interact(room, ui.scope_id().with("waits"), egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Status, true, &words));
        return;
    };
    let narrow = open.threads.narrow;
    let selected = open.threads.digest.selected.clone();
    let row = digest.rows().find(|row| Some(&row.id) == selected.as_ref());
    let width = (room.width() * LIST_SHARE).clamp(size::INBOX_MIN, size::INBOX_MAX);
    let edge = if narrow { room.right() } else { (room.left() + width).round() };
    let is_opened = narrow && open.threads.opened && row.is_some();
    if !is_opened {
        let state = &mut open.threads.digest;
        let at = room.with_max_x(edge);
        widgets::region(ui, at, "threads", "Since you left", |ui| digest_ui::list(ui, state, &digest, out));
    }
    let beside = if is_opened { room } else { room.with_min_x(edge + 1.0) };
    if narrow && !is_opened {
        return;
    }
    if !is_opened {
        inbox::ui::divide(ui, edge, room);
    }
    match row {
        Some(row) if row.kind == "thread" => thread(ui, open, beside, Some(&row.id), out),
        Some(row) => widgets::region(ui, beside, "item", "Item", |ui| digest_ui::card(ui, row, out)),
        None if digest.groups.is_empty() => {}
        None => {
            let words = "J and K walk what changed; one of it stands here.";
            widgets::line(ui, beside, Align2::CENTER_CENTER, words, tokens::UI, look(ui.ctx()).ink2);
        }
    }
}

fn list(ui: &mut Ui, open: &mut Open, room: Rect, out: &mut Queue) {
    let tab = (open.pane.route == Route::Inbox).then_some(open.threads.tab);
    let Some(list) = open.thread_list() else {
        let talks = &open.views.talks;
        let error = match tab {
            Some(Tab::Inbox) => talks.inbox.error(),
            Some(Tab::Owed) => talks.owed.error(),
            Some(Tab::Since) => talks.digest.error(),
            None => talks.threads.error(),
        };
        let words = error.map_or("Reading the threads".to_owned(), ToString::to_string);
        widgets::line(ui, room, Align2::CENTER_CENTER, &words, tokens::UI, look(ui.ctx()).ink2);
        return;
    };
    let state = &mut open.threads;
    widgets::region(ui, room, "threads", list.title, |ui| inbox::ui::list(ui, state, &list, tab, out));
}

fn thread(ui: &mut Ui, open: &mut Open, room: Rect, id: Option<&str>, out: &mut Queue) {
    let shown = open.views.talks.thread.get().filter(|view| Some(view.id.as_str()) == id);
    let Some(view) = shown else {
        let words = match (id, open.views.talks.thread.error()) {
            (None, _) => "J and K walk the list; the thread stands here.".to_owned(),
            (Some(_), Some(error)) => error.to_string(),
            (Some(_), None) => "Reading the thread".to_owned(),
        };
        widgets::line(ui, room, Align2::CENTER_CENTER, &words, tokens::UI, look(ui.ctx()).ink2);
        return;
    };
    let thread = data::build(view, &open.views, &open.clock);
    let hint = open.thread_hint(&thread.id);
    let reads = thread_ui::Reads { thread: &thread, hint: &hint, views: &open.views, clock: &open.clock };
    let state = &mut open.threads;
    widgets::region(ui, room, "thread", "Thread and composer", |ui| {
        thread_ui::show(ui, state, reads, out);
    });
}
