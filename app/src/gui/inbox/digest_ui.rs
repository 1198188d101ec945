//! Draws what changed while one was away: the list, and beside it the item that is selected.

use egui::{
    Align2, CornerRadius, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2,
    vec2,
};

use super::Tab;
use super::digest::{Ask, Digest, DigestGroup, DigestRow, DigestSign, DigestState};
use super::ui::{MARGIN, group_head, lines, padded, tabs, tip};
use crate::gui::actions::{Action, key_of};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon;
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::widgets::{self, Button};

/// Height of a task's row.
const SHORT_ROW: f32 = 27.0;
/// Space between what was taken away and what stands there instead.
const REPLACED: f32 = 4.0;
/// Where the title of a task begins.
const TASK_TITLE: f32 = 92.0;

/// Draws the list.
pub fn list(ui: &mut Ui, state: &mut DigestState, digest: &Digest, out: &mut Queue) {
    ui.spacing_mut().item_spacing.y = 0.0;
    state.row = None;
    ScrollArea::vertical().auto_shrink(false).id_salt("digest").show(ui, |ui| {
        head(ui, digest, out);
        if digest.groups.is_empty() {
            empty(ui, digest, out);
        }
        for group in &digest.groups {
            group_head(ui, group.name, group.rows.len());
            for row in &group.rows {
                draw_row(ui, state, group, row, out);
            }
        }
        if !digest.counted.is_empty() && !digest.groups.is_empty() {
            ui.add_space(12.0);
            padded(ui, |ui| widgets::text(ui, &digest.counted, tokens::SMALL, look(ui.ctx()).ink3));
        }
        ui.add_space(16.0);
    });
    state.reveal = false;
}

fn head(ui: &mut Ui, digest: &Digest, out: &mut Queue) {
    let p = look(ui.ctx());
    tabs(ui, "Since you left", Some(Tab::Since), out);
    ui.add_space(4.0);
    if digest.groups.is_empty() {
        return;
    }
    padded(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            let key = key_of(Action::ClearDigest).unwrap_or_default();
            let button = Button::new("Clear all").key(&key);
            let room = (ui.available_width() - button.width(ui) - 10.0).max(120.0);
            ui.allocate_ui(vec2(room, size::BUTTON), |ui| {
                ui.set_width(room);
                widgets::text(ui, &digest.note, tokens::SMALL, p.ink2);
            });
            if button.show(ui).clicked() {
                out.push(UiCommand::Digest(Ask::ClearAll));
            }
        });
    });
}

fn empty(ui: &mut Ui, digest: &Digest, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.add_space(72.0);
    ui.vertical_centered(|ui| {
        ui.set_max_width(400.0);
        widgets::text(ui, "Nothing has changed that you have not seen", tokens::DIALOG, p.ink);
        ui.add_space(6.0);
        let words = "What others write comes with the next exchange and is gathered here, in one place.";
        widgets::text(ui, words, tokens::UI, p.ink2);
        if !digest.counted.is_empty() {
            ui.add_space(6.0);
            widgets::text(ui, &digest.counted, tokens::SMALL, p.ink3);
        }
        ui.add_space(14.0);
    });
    ui.horizontal(|ui| {
        let [inbox, work] = [Action::GoInbox, Action::GoWork].map(|a| key_of(a).unwrap_or_default());
        let buttons = [
            (Button::new("Inbox").key(&inbox).spoken("To the inbox"), Action::GoInbox),
            (Button::new("My work").key(&work).spoken("To my work"), Action::GoWork),
        ];
        let wide = buttons.iter().map(|(button, _)| button.width(ui)).sum::<f32>();
        ui.add_space(((ui.available_width() - wide - 2.0 * ui.spacing().item_spacing.x) / 2.0).max(0.0));
        for (button, action) in buttons {
            if button.show(ui).clicked() {
                out.push(UiCommand::Do(action));
            }
        }
    });
}

fn draw_row(ui: &mut Ui, state: &mut DigestState, group: &DigestGroup, row: &DigestRow, out: &mut Queue) {
    let p = look(ui.ctx());
    let width = ui.available_width();
    let diff = (!row.parts.is_empty()).then(|| {
        let room = width - 2.0 * MARGIN - 30.0 - 20.0;
        look::layout(ui, diff_job(ui, &row.parts, room))
    });
    let base = if group.short { SHORT_ROW } else { size::INBOX_ROW };
    let height = base + diff.as_ref().map_or(0.0, |galley| galley.size().y + 24.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    let selected = state.selected.as_deref() == Some(row.id.as_str());
    if selected {
        ui.painter().rect_filled(rect, 0.0, p.here_tint);
        let bar = Rect::from_min_size(rect.min, vec2(stroke::FOCUS, rect.height()));
        ui.painter().rect_filled(bar, 0.0, p.here);
        state.row = Some(response.id);
        if state.reveal {
            ui.scroll_to_rect(rect, None);
        }
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, p.scheme.hover());
    }
    let top = rect.with_max_y(rect.top() + base);
    sign(ui, top, group.short, row);
    if group.short {
        short_words(ui, top, row)
    } else {
        words(ui, top, row, selected)
    }
    if let Some(galley) = diff {
        let at = Rect::from_min_size(
            pos2(rect.left() + MARGIN + 30.0, top.bottom()),
            vec2(width - 2.0 * MARGIN - 30.0, galley.size().y + 16.0),
        );
        let corner = CornerRadius::same(radius::ROW);
        ui.painter().rect(at, corner, p.page, Stroke::new(stroke::LINE, p.line), StrokeKind::Inside);
        ui.painter().galley(at.min + vec2(10.0, 8.0), galley, p.ink);
    }
    let spoken = spoken(row);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &spoken));
    let clicked = response.clicked();
    let twice = response.double_clicked();
    tip(ui, response.on_hover_cursor(egui::CursorIcon::PointingHand), &row.everywhere);
    if clicked {
        out.push(UiCommand::Digest(Ask::Select(row.id.clone())));
    }
    if twice {
        out.push(UiCommand::Digest(Ask::Open(row.id.clone())));
    }
}

/// All of a row in words.
fn spoken(row: &DigestRow) -> String {
    let why = if row.strong.is_empty() { String::new() } else { format!("{} · ", row.strong) };
    let short = if row.short_id.is_empty() { String::new() } else { format!("{} ", row.short_id) };
    let parts: Vec<String> = row
        .parts
        .iter()
        .filter(|(state, _)| state != "same")
        .map(|(state, text)| format!("{state} “{}”", text.trim()))
        .collect();
    let diff = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("{short}{}: {why}{}{diff}, {}", row.title, row.note, row.when)
}

/// What changed as text: what came underlined, what went struck through.
fn diff_job(ui: &Ui, parts: &[(String, String)], width: f32) -> egui::text::LayoutJob {
    let p = look(ui.ctx());
    let wrap = egui::text::TextWrapping { max_rows: 4, ..egui::text::TextWrapping::wrap_at_width(width) };
    let mut job = egui::text::LayoutJob { wrap, ..Default::default() };
    for (at, (state, text)) in parts.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| parts.get(at)).map(|(state, _)| state.as_str());
        let gap = if (before, state.as_str()) == (Some("removed"), "added") { REPLACED } else { 0.0 };
        let mut format = match state.as_str() {
            "added" => look::format(tokens::UI, p.add),
            "removed" => look::format(tokens::UI, p.cut),
            _ => look::format(tokens::UI, p.ink),
        };
        match state.as_str() {
            "added" => {
                format.background = p.add_tint;
                format.underline = Stroke::new(stroke::FOCUS, p.add);
            }
            "removed" => {
                format.background = p.cut_tint;
                format.strikethrough = Stroke::new(stroke::LINE, p.cut);
            }
            _ => {}
        }
        job.append(text, gap, format);
    }
    job
}

fn sign(ui: &Ui, rect: Rect, short: bool, row: &DigestRow) {
    let p = look(ui.ctx());
    let y = if short { rect.center().y } else { rect.top() + 15.0 };
    let centre = pos2(rect.left() + MARGIN + 10.0, y);
    let at = Rect::from_center_size(centre, vec2(18.0, 18.0));
    match &row.sign {
        DigestSign::Person(name, working) => widgets::avatar(ui, centre, 10.0, name, *working),
        DigestSign::Icon(sign) => icon::paint(ui.painter(), at, 18.0, *sign, p.ink2),
        DigestSign::Status(status) => {
            icon::status(ui.painter(), Rect::from_center_size(centre, vec2(16.0, 16.0)), status, &p);
        }
    }
}

/// A task in one line: id, title, what became of it.
fn short_words(ui: &Ui, rect: Rect, row: &DigestRow) {
    let p = look(ui.ctx());
    let inside = Rect::from_min_max(
        pos2(rect.left() + MARGIN + 30.0, rect.top()),
        pos2(rect.right() - MARGIN, rect.bottom()),
    );
    let most = inside.width() * 0.5;
    let right = inside.with_min_x(inside.right() - most);
    let note = widgets::line(ui, right, Align2::RIGHT_CENTER, &row.note, tokens::SMALL, p.ink2);
    let mut title = inside.with_max_x(note.left() - 10.0);
    if !row.short_id.is_empty() {
        widgets::line(ui, title, Align2::LEFT_CENTER, &row.short_id, tokens::SMALL, p.ink2);
        title.min.x += TASK_TITLE;
    }
    widgets::line(ui, title, Align2::LEFT_CENTER, &row.title, tokens::UI, p.ink);
}

fn words(ui: &Ui, rect: Rect, row: &DigestRow, selected: bool) {
    let style = if selected { tokens::UI_STRONG } else { tokens::UI_MEDIUM };
    lines(ui, rect, (&row.title, style), &row.when, (&row.strong, &row.note));
}

/// Draws what is known of an item that is no thread.
pub fn card(ui: &mut Ui, row: &DigestRow, out: &mut Queue) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let inside = Rect::from_min_max(room.min + vec2(24.0, 14.0), room.max - vec2(24.0, 14.0));
    widgets::region(ui, inside, "digest item", "What changed", |ui| {
        ScrollArea::vertical().auto_shrink(false).id_salt(&row.id).show(ui, |ui| {
            let title = widgets::text(ui, &row.title, tokens::THREAD, p.ink);
            title.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &row.title));
            ui.add_space(4.0);
            let why = if row.strong.is_empty() { String::new() } else { format!("{} · ", row.strong) };
            widgets::text(ui, &format!("{why}{}", row.note), tokens::UI, p.ink2);
            ui.add_space(2.0);
            widgets::text(ui, &row.everywhere, tokens::SMALL, p.ink3);
            ui.add_space(10.0);
            widgets::rule(ui);
            ui.add_space(12.0);
            if row.parts.is_empty() {
                widgets::text(ui, &row.text, tokens::BODY, p.ink);
            } else {
                let job = diff_job(ui, &row.parts, ui.available_width());
                ui.add(egui::Label::new(job).selectable(false).wrap());
                ui.add_space(8.0);
                widgets::text(ui, &row.text, tokens::SMALL, p.ink3);
            }
            ui.add_space(16.0);
            ui.horizontal(|ui| {
                let [open, clear] =
                    [Action::OpenItem, Action::ClearItem].map(|action| key_of(action).unwrap_or_default());
                if Button::main(opens(row)).key(&open).show(ui).clicked() {
                    out.push(UiCommand::Digest(Ask::Open(row.id.clone())));
                }
                if Button::new("Clear").key(&clear).spoken("Clear this").show(ui).clicked() {
                    out.push(UiCommand::Digest(Ask::Clear(row.id.clone())));
                }
            });
        });
    });
}

/// What opening an item does, in words.
fn opens(row: &DigestRow) -> &'static str {
    match row.kind.as_str() {
        "page" => "Open at what changed",
        "task" => "Open the task",
        "decision" => "Open the decision",
        "handoff" => "Open the hand-off",
        "comments" => "Open the page",
        _ => "Open",
    }
}
