//! Draws the edits that were set aside.

use egui::{Align2, Rect, Sense, Stroke, Ui, pos2, vec2};
use tern_peer::AccessCommand;

use super::{right, spoken};
use crate::gui::access::data::review::{Data, Entry, Group};
use crate::gui::access::{confirm, menus};
use crate::gui::command::{Dialog, Exporting, Queue, Route, UiCommand, access};
use crate::gui::look::look;
use crate::gui::tokens::{self, radius, stroke};
use crate::gui::widgets::{self, Button};

/// Draws the list.
pub fn show(ui: &mut Ui, data: &Data, out: &mut Queue) {
    if data.groups.is_empty() {
        super::empty(ui, data.empty.0, data.empty.1);
        return;
    }
    for group in &data.groups {
        group_head(ui, group);
        for entry in &group.entries {
            entry_card(ui, entry, out);
            ui.add_space(8.0);
        }
        ui.add_space(14.0);
    }
}

fn group_head(ui: &mut Ui, group: &Group) {
    let p = look(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 38.0), Sense::hover());
    widgets::avatar(ui, pos2(rect.left() + 11.0, rect.center().y), 11.0, &group.author, false);
    let inside = rect.with_min_x(rect.left() + 30.0);
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, &group.author, tokens::UI_STRONG, p.ink);
    let inside = inside.with_min_x(at.right() + 10.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, &group.reason, tokens::UI, p.ink2);
    let words = format!("{}: {}", group.author, group.reason);
    spoken(ui, rect, ("group", &words), &words);
}

fn entry_card(ui: &mut Ui, entry: &Entry, out: &mut Queue) {
    let p = look(ui.ctx());
    let frame = egui::Frame::NONE
        .fill(p.raised)
        .stroke(Stroke::new(stroke::LINE, p.line))
        .corner_radius(radius::CARD)
        .inner_margin(14.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
        let end = decisions(ui, entry, head, out);
        title(ui, entry, head.with_max_x(end - 10.0), out);
        if !entry.preview.is_empty() {
            ui.add_space(8.0);
            preview(ui, &entry.preview);
        }
    });
}

fn title(ui: &mut Ui, entry: &Entry, room: Rect, out: &mut Queue) {
    let p = look(ui.ctx());
    let meta = format!("{} since {}", entry.items, entry.since);
    let meta_width = crate::gui::look::width(ui, &meta, tokens::SMALL) + 12.0;
    let inside = room.with_max_x((room.right() - meta_width).max(room.left() + 60.0));
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, &entry.title, tokens::UI_STRONG, p.ink);
    let rest = room.with_min_x(at.right() + 10.0);
    widgets::line(ui, rest, Align2::LEFT_CENTER, &meta, tokens::SMALL, p.ink3);
    let Some(document) = &entry.document else {
        spoken(ui, room, ("entry", &entry.id), &format!("{}, {meta}", entry.title));
        return;
    };
    let response = ui.interact(at, ui.scope_id().with(("entry", &entry.id)), Sense::click());
    if response.hovered() {
        ui.painter().hline(at.x_range(), at.bottom(), Stroke::new(stroke::LINE, p.ink2));
    }
    let name = format!("Open “{}” as it is without {meta}", entry.title);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Link, true, &name));
    widgets::focus_ring(ui, &response, radius::KEY);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        out.push(UiCommand::Go(Route::page(document)));
    }
}

/// The edits in a few words, beside a bar.
fn preview(ui: &mut Ui, words: &str) {
    let p = look(ui.ctx());
    let response =
        egui::Frame::NONE.inner_margin(egui::Margin { left: 12, ..egui::Margin::ZERO }).show(ui, |ui| {
            widgets::text(ui, words, tokens::CALLOUT, p.ink2);
        });
    let rect = response.response.rect;
    let bar = Rect::from_min_max(rect.min, pos2(rect.left() + 2.0, rect.bottom()));
    ui.painter().rect_filled(bar, 0, p.edge);
}

/// Admit, export, discard; returns where they begin.
fn decisions(ui: &mut Ui, entry: &Entry, head: Rect, out: &mut Queue) -> f32 {
    let of = format!("{} by {} in “{}”", entry.items, entry.author, entry.title);
    right(ui, head, ("decide", &entry.id), |ui| {
        let name = format!("Discard {of}");
        if Button::plain("Discard…").spoken(&name).show(ui).clicked() {
            out.push(menus::ask(confirm::discard(&entry.id, &entry.items, &entry.author, &entry.title)));
        }
        let name = format!("Export {of}");
        if Button::new("Export…").spoken(&name).show(ui).clicked() {
            let exporting = Exporting { entry: entry.id.clone(), title: entry.title.clone() };
            out.push(UiCommand::Open(Dialog::ExportReview(Box::new(exporting))));
        }
        let name = format!("Admit {of}");
        if Button::new("Admit").spoken(&name).disabled(entry.why_not).show(ui).clicked() {
            let command = AccessCommand::ReviewAdmit { entry: entry.id.clone() };
            out.push(access(command, format!("Admitted: {of}")));
        }
    })
}
