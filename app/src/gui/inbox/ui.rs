//! Draws lists of threads: the inbox, the ledger, all threads.

use egui::{Align2, Rect, Response, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::Tab;
use super::data::{List, Row};
use crate::gui::actions::{Action, key_of};
use crate::gui::command::{Queue, Route, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::threads::{Ask, ThreadsState};
use crate::gui::tokens::{self, size, stroke};
use crate::gui::widgets::{self, Button};

/// Space at the left of a list.
pub(super) const MARGIN: f32 = 16.0;

/// Draws a list; `tab` is the part of the inbox that it is.
pub fn list(ui: &mut Ui, state: &mut ThreadsState, data: &List, tab: Option<Tab>, out: &mut Queue) {
    ui.spacing_mut().item_spacing.y = 0.0;
    state.row = None;
    ScrollArea::vertical().auto_shrink(false).id_salt(data.title).show(ui, |ui| {
        head(ui, data, tab, out);
        if data.groups.is_empty() {
            empty(ui, data, out);
        }
        for group in &data.groups {
            group_head(ui, group.name, group.rows.len());
            for row in &group.rows {
                draw_row(ui, state, row, out);
            }
        }
        ui.add_space(16.0);
    });
    state.reveal = false;
}

/// The title of a list and what can be shown in its place.
pub(super) fn tabs(ui: &mut Ui, name: &str, tab: Option<Tab>, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.add_space(14.0);
    ui.horizontal(|ui| {
        ui.add_space(MARGIN);
        let title = widgets::short(ui, name, tokens::THREAD, p.ink);
        title.widget_info(|| WidgetInfo::labeled(Role::Heading, true, name));
        if let Some(tab) = tab {
            ui.add_space(8.0);
            if let Some(tab) = widgets::choices(ui, "Shown", &Tab::ALL, tab) {
                out.push(UiCommand::Threads(Ask::Show(tab)));
            }
        } else {
            ui.add_space(8.0);
            let key = key_of(Action::NewThread).unwrap_or_default();
            if Button::new("New thread").key(&key).show(ui).clicked() {
                out.push(UiCommand::Do(Action::NewThread));
            }
        }
    });
}

fn head(ui: &mut Ui, data: &List, tab: Option<Tab>, out: &mut Queue) {
    let p = look(ui.ctx());
    tabs(ui, data.title, tab, out);
    ui.add_space(4.0);
    if !data.groups.is_empty() {
        padded(ui, |ui| widgets::text(ui, &data.note, tokens::SMALL, p.ink2));
    }
}

/// Content with the margins of a list.
pub(super) fn padded<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) {
    ui.horizontal(|ui| {
        ui.add_space(MARGIN);
        ui.vertical(|ui| {
            ui.set_width((ui.available_width() - MARGIN).max(0.0));
            content(ui)
        });
    });
}

fn empty(ui: &mut Ui, data: &List, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.add_space(72.0);
    ui.vertical_centered(|ui| {
        ui.set_max_width(400.0);
        widgets::text(ui, &data.empty, tokens::DIALOG, p.ink);
        ui.add_space(6.0);
        widgets::text(ui, &data.note, tokens::UI, p.ink2);
        ui.add_space(14.0);
    });
    ui.horizontal(|ui| {
        let [new, all] =
            [Action::NewThread, Action::GoThreads].map(|action| key_of(action).unwrap_or_default());
        let buttons = [
            (Button::new("Ask something").key(&new), Action::NewThread),
            (Button::new("All threads").key(&all), Action::GoThreads),
        ];
        let wide = buttons.iter().map(|(button, _)| button.width(ui)).sum::<f32>();
        ui.add_space((ui.available_width() - wide - 2.0 * ui.spacing().item_spacing.x) / 2.0);
        for (button, action) in buttons {
            if button.show(ui).clicked() {
                out.push(UiCommand::Do(action));
            }
        }
    });
}

/// The heading of a group.
pub(super) fn group_head(ui: &mut Ui, name: &str, count: usize) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
    let inside = Rect::from_min_max(pos2(rect.left() + MARGIN, rect.top() + 10.0), rect.max);
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, name, tokens::SMALL_STRONG, p.ink);
    let after = inside.with_min_x(at.right() + 7.0);
    widgets::line(ui, after, Align2::LEFT_CENTER, &count.to_string(), tokens::SMALL, p.ink3);
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, format!("{name}, {count}")));
}

fn draw_row(ui: &mut Ui, state: &mut ThreadsState, row: &Row, out: &mut Queue) {
    let p = look(ui.ctx());
    let selected = state.selected.as_deref() == Some(row.thread.as_str());
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), size::INBOX_ROW), Sense::click());
    if selected {
        ui.painter().rect_filled(rect, 0.0, p.here_tint);
        let bar = Rect::from_min_size(rect.min, vec2(stroke::FOCUS, rect.height()));
        ui.painter().rect_filled(bar, 0.0, p.here);
        state.anchor = Some(rect.with_min_x(rect.left() + 46.0));
        state.row = Some(response.id);
        if state.reveal {
            ui.scroll_to_rect(rect, None);
        }
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, p.scheme.hover());
    }
    let sign = pos2(rect.left() + MARGIN + 10.0, rect.top() + 15.0);
    if row.name.is_empty() {
        let at = Rect::from_center_size(sign, vec2(18.0, 18.0));
        icon::paint(ui.painter(), at, 18.0, Icon::Clock, p.ink2);
    } else {
        widgets::avatar(ui, sign, 10.0, &row.name, row.working);
    }
    words(ui, rect, row, selected);
    let unread = if row.unread { ", unread" } else { "" };
    let spoken = format!("{}{unread}: {} · {}, {}", row.title, row.intent, row.note, row.when);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &spoken));
    let clicked = response.clicked();
    tip(ui, response.on_hover_cursor(egui::CursorIcon::PointingHand), &row.everywhere);
    if clicked {
        out.push(match row.is_page {
            true => UiCommand::Go(Route::page(&row.thread)),
            false => UiCommand::Threads(Ask::Select(row.thread.clone())),
        });
    }
}

/// The ring, and a tooltip: under the pointer, and at once where the keyboard is.
pub(super) fn tip(ui: &Ui, response: Response, words: &str) {
    widgets::focus_ring(ui, &response, 0);
    if words.is_empty() {
        return;
    }
    if response.has_focus() {
        response.show_tooltip_text(words);
    } else {
        response.on_hover_text(words);
    }
}

fn words(ui: &Ui, rect: Rect, row: &Row, selected: bool) {
    let style = match (row.unread, selected) {
        (true, _) => tokens::UI_STRONG,
        (false, true) => tokens::UI_MEDIUM,
        (false, false) => tokens::UI,
    };
    lines(ui, rect, (&row.title, style), &row.when, (&row.intent, &row.note));
}

/// The two lines of a row: its title and when, under it a word that stands out and what is to be known.
pub(super) fn lines(
    ui: &Ui,
    rect: Rect,
    (title, style): (&str, tokens::Type),
    when: &str,
    (strong, note): (&str, &str),
) {
    let p = look(ui.ctx());
    let left = rect.left() + MARGIN + 30.0;
    let first =
        Rect::from_min_max(pos2(left, rect.top() + 6.0), pos2(rect.right() - MARGIN, rect.top() + 24.0));
    let when = widgets::line(ui, first, Align2::RIGHT_CENTER, when, tokens::SMALL, p.ink2);
    widgets::line(ui, first.with_max_x(when.left() - 10.0), Align2::LEFT_CENTER, title, style, p.ink);
    let mut second =
        Rect::from_min_max(pos2(left, rect.top() + 24.0), pos2(first.right(), rect.top() + 40.0));
    let mut put = |words: &str, style| {
        let at = widgets::line(ui, second, Align2::LEFT_CENTER, words, style, p.ink2);
        second.min.x = at.right();
    };
    if strong.is_empty() {
        put(note, tokens::SMALL);
    } else {
        put(strong, tokens::SMALL_STRONG);
        put(&format!(" · {note}"), tokens::SMALL);
    }
}

/// What the keys of a list of threads do, at its head.
const KEYS: [(&[Action], &str); 7] = [
    (&[Action::Next, Action::Previous], "walk"),
    (&[Action::Done], "done"),
    (&[Action::Snooze], "snooze"),
    (&[Action::Acknowledge], "acknowledge"),
    (&[Action::Reply], "reply"),
    (&[Action::Mute], "mute"),
    (&[Action::Unread], "unread"),
];

/// What the keys of the digest do.
const DIGEST_KEYS: [(&[Action], &str); 4] = [
    (&[Action::Next, Action::Previous], "walk"),
    (&[Action::OpenItem], "open"),
    (&[Action::ClearItem], "clear"),
    (&[Action::ClearDigest], "clear all"),
];

/// Draws the keys of a list of threads, or of the digest, as far as there is room.
pub fn keys(ui: &Ui, room: Rect, digest: bool) {
    let p = look(ui.ctx());
    let mut left = room.left();
    for (actions, words) in if digest { &DIGEST_KEYS[..] } else { &KEYS[..] } {
        let caps: Vec<String> = actions.iter().filter_map(|action| key_of(*action)).collect();
        let wide = look::width(ui, words, tokens::SMALL) + 26.0 * caps.len() as f32 + 14.0;
        if left + wide > room.right() {
            break;
        }
        for cap in &caps {
            left += widgets::key_cap(ui, pos2(left, room.center().y), cap, None) + 4.0;
        }
        let at =
            widgets::line(ui, room.with_min_x(left + 1.0), Align2::LEFT_CENTER, words, tokens::SMALL, p.ink2);
        left = at.right() + 16.0;
    }
}

/// Draws the line between a list and a thread.
pub fn divide(ui: &Ui, at: f32, room: Rect) {
    ui.painter().vline(at, room.y_range(), Stroke::new(stroke::LINE, look(ui.ctx()).line));
}
