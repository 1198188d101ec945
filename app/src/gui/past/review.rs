//! Draws what was combined while people were apart: one place at a time, both sides beside each other, what came of them
//! below, and the list of places.

use egui::{
    Align2, CornerRadius, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2,
    vec2,
};

use super::data::{Run, spoken_runs};
use super::places::{Place, Side};
use super::ui::bar;
use super::{Ask, PastState, ink};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::look;
use crate::gui::people::is_working;
use crate::gui::tokens::{self, radius, stroke};
use crate::gui::widgets::{self, Button};

/// Width of the review.
const WIDTH: f32 = 720.0;
/// Below this width the sides stand under each other.
const BESIDE: f32 = 560.0;
/// Height of the foot of a card.
const FOOT: f32 = 44.0;

/// The quiet line over a page in which something was combined; returns its height.
pub fn chip(ui: &mut Ui, room: Rect, words: &str, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let rect = room.with_max_y(room.top() + 40.0);
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(stroke::LINE, p.line));
    let sign = Rect::from_min_size(pos2(rect.left() + 16.0, rect.top()), vec2(18.0, rect.height()));
    icon::paint(ui.painter(), sign, 17.0, Icon::Fork, p.ink2);
    let row = rect.with_min_x(sign.right() + 8.0).with_max_x(rect.right() - 16.0);
    let builder = egui::UiBuilder::new()
        .max_rect(row)
        .layout(egui::Layout::left_to_right(egui::Align::Center))
        .id_salt("combined");
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.x = 12.0;
    let label = child.available_width() - 100.0;
    child.scope(|ui| {
        ui.set_max_width(label);
        widgets::short(ui, words, tokens::UI, p.ink2);
    });
    if Button::new("Review").spoken("Review what was combined").show(&mut child).clicked() {
        out.push(UiCommand::Past(Ask::Show(super::Mode::Review)));
    }
    rect.height()
}

/// Draws the review.
pub fn show(ui: &mut Ui, state: &PastState, places: &[Place], out: &mut Queue) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let top = room.with_max_y(room.top() + super::ui::BAR);
    let index = state.place.min(places.len().saturating_sub(1));
    let words = match places.len() {
        0 => "Combined while apart".to_owned(),
        count => format!("Combined while apart · {} of {count} places on this page", index + 1),
    };
    widgets::region(ui, top, "review bar", "Review", |ui| {
        bar(ui, &words, |ui| {
            if Button::new("Back").key("Esc").spoken("Back to the page").show(ui).clicked() {
                out.push(UiCommand::Past(Ask::Leave));
            }
            if places.len() > 1 {
                if Button::plain("Next").key("J").show(ui).clicked() {
                    out.push(UiCommand::Past(Ask::Place((index + 1).min(places.len() - 1))));
                }
                if Button::plain("Previous").key("K").show(ui).clicked() {
                    out.push(UiCommand::Past(Ask::Place(index.saturating_sub(1))));
                }
            }
        });
    });
    let room = room.with_min_y(top.bottom());
    let Some(place) = places.get(index) else {
        let at = Rect::from_center_size(room.center(), vec2(420.0, 40.0));
        widgets::line(ui, at, Align2::CENTER_CENTER, "Nothing waits to be looked at.", tokens::UI, p.ink2);
        return;
    };
    widgets::region(ui, room, "review", "Combined while apart", |ui| {
        ScrollArea::vertical().auto_shrink(false).id_salt("review").show(ui, |ui| {
            let width = WIDTH.min(ui.available_width() - 32.0);
            let left = room.left() + ((room.width() - width) / 2.0).round();
            ui.add_space(20.0);
            ui.horizontal_top(|ui| {
                ui.add_space(left - room.left());
                ui.vertical(|ui| {
                    ui.set_width(width);
                    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
                    one(ui, place, width, out);
                    ui.add_space(20.0);
                    list(ui, state, places, index, out);
                    ui.add_space(40.0);
                });
            });
        });
    });
}

/// One place: head, both sides, what came of them.
fn one(ui: &mut Ui, place: &Place, width: f32, out: &mut Queue) {
    let p = look(ui.ctx());
    let frame = egui::Frame::NONE
        .fill(p.chrome)
        .stroke(Stroke::new(stroke::LINE, p.edge))
        .corner_radius(radius::SHEET)
        .inner_margin(egui::Margin::same(14));
    frame.show(ui, |ui| {
        let inner = width - 30.0;
        ui.set_width(inner);
        widgets::text(ui, &place.title, tokens::UI_STRONG, p.ink);
        let about = format!("{} changed this without each other’s text.", place.who);
        widgets::text(ui, &about, tokens::SMALL, p.ink2);
        ui.add_space(10.0);
        if inner >= BESIDE {
            let half = (inner - 10.0) / 2.0;
            let height = [&place.mine, &place.theirs]
                .map(|side| side_height(ui, side, half))
                .into_iter()
                .fold(0.0, f32::max);
            let (rect, _) = ui.allocate_exact_size(vec2(inner, height), Sense::hover());
            let first = rect.with_max_x(rect.left() + half);
            side(ui, &place.mine, first, true, out);
            side(ui, &place.theirs, rect.with_min_x(rect.right() - half), false, out);
        } else {
            for (whose, mine) in [(&place.mine, true), (&place.theirs, false)] {
                let (rect, _) =
                    ui.allocate_exact_size(vec2(inner, side_height(ui, whose, inner)), Sense::hover());
                side(ui, whose, rect, mine, out);
                ui.add_space(8.0);
            }
        }
        ui.add_space(10.0);
        merged(ui, place, inner, out);
    });
}

fn side_height(ui: &Ui, side: &Side, width: f32) -> f32 {
    let p = look(ui.ctx());
    40.0 + ink::size(ui, &side.runs, tokens::CALLOUT, width - 24.0, p).y + 12.0 + FOOT
}

/// The frame of a card with its head, text and foot; returns the room of the foot.
fn card(ui: &mut Ui, rect: Rect, pen: Stroke, runs: &[Run], spoken: &str) -> Rect {
    let p = look(ui.ctx());
    ui.painter().rect(rect, CornerRadius::same(radius::CARD), p.page, pen, StrokeKind::Inside);
    let at = rect.min + vec2(12.0, 40.0);
    ink::put(ui, runs, tokens::CALLOUT, at, rect.width() - 24.0, p);
    let text = Rect::from_min_max(at, pos2(rect.right() - 12.0, rect.bottom() - FOOT));
    let words = format!("{spoken}: {}", spoken_runs(runs, false));
    let response = ui.interact(text, ui.scope_id().with(("card", spoken)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Paragraph, true, &words));
    let foot = rect.with_min_y(rect.bottom() - FOOT);
    ui.painter().hline(foot.x_range().shrink(1.0), foot.top(), Stroke::new(stroke::LINE, p.line));
    foot.shrink2(vec2(12.0, 0.0))
}

fn side(ui: &mut Ui, side: &Side, rect: Rect, mine: bool, out: &mut Queue) {
    let p = look(ui.ctx());
    let foot = card(ui, rect, Stroke::new(stroke::LINE, p.line), &side.runs, &side.whose);
    let head = Rect::from_min_size(rect.min + vec2(12.0, 8.0), vec2(rect.width() - 24.0, 24.0));
    widgets::avatar(
        ui,
        pos2(head.left() + 9.0, head.center().y),
        9.0,
        &side.name,
        is_working(ui.ctx(), &side.name),
    );
    let name = head.with_min_x(head.left() + 26.0);
    let when = widgets::line(ui, name, Align2::RIGHT_CENTER, &side.when, tokens::SMALL, p.ink3);
    let name = name.with_max_x(when.left() - 8.0);
    widgets::line(ui, name, Align2::LEFT_CENTER, &side.whose, tokens::UI_STRONG, p.ink);
    let (key, spoken) = if mine { ("1", "Restore mine") } else { ("2", "Restore theirs") };
    feet(ui, foot, &side.counts, spoken, |ui| {
        let why = (!side.fixed.is_empty()).then_some(side.fixed.as_str());
        if Button::new("Restore").key(key).spoken(spoken).disabled(why).show(ui).clicked() {
            out.push(UiCommand::Past(Ask::Take { mine }));
        }
    });
}

fn merged(ui: &mut Ui, place: &Place, width: f32, out: &mut Queue) {
    let p = look(ui.ctx());
    let text = ink::size(ui, &place.merged, tokens::CALLOUT, width - 24.0, p).y;
    let (rect, _) = ui.allocate_exact_size(vec2(width, 40.0 + text + 12.0 + FOOT), Sense::hover());
    let foot = card(ui, rect, Stroke::new(stroke::GLYPH, p.ink), &place.merged, "Merged");
    let head = Rect::from_min_size(rect.min + vec2(12.0, 8.0), vec2(rect.width() - 24.0, 24.0));
    let sign = Rect::from_min_size(head.min, vec2(18.0, head.height()));
    icon::paint(ui.painter(), sign, 17.0, Icon::Fork, p.ink2);
    widgets::line(ui, head, Align2::RIGHT_CENTER, &place.legend, tokens::SMALL, p.ink2);
    let name = head.with_min_x(head.left() + 26.0);
    widgets::line(ui, name, Align2::LEFT_CENTER, "Merged, as the page reads", tokens::UI_STRONG, p.ink);
    let words = "Whatever you choose is a new change. All three stay in history.";
    feet(ui, foot, words, "merged", |ui| {
        if Button::main("Keep merged").key("Enter").show(ui).clicked() {
            out.push(UiCommand::Past(Ask::Keep));
        }
    });
}

/// The foot of a card: words at the left, buttons at the right.
fn feet(ui: &mut Ui, foot: Rect, words: &str, salt: &str, buttons: impl FnOnce(&mut Ui)) {
    let p = look(ui.ctx());
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    let builder = egui::UiBuilder::new().max_rect(foot).layout(layout).id_salt(salt);
    let mut child = ui.new_child(builder);
    buttons(&mut child);
    let left = foot.with_max_x(child.min_rect().left() - 10.0);
    widgets::line(ui, left, Align2::LEFT_CENTER, words, tokens::SMALL, p.ink2);
}

/// All places; the one under review is selected.
fn list(ui: &mut Ui, state: &PastState, places: &[Place], index: usize, out: &mut Queue) {
    if places.len() < 2 {
        return;
    }
    for (at, place) in places.iter().enumerate() {
        let right = if state.done.contains(&place.key) { "looked at" } else { place.who.as_str() };
        let row = widgets::Row {
            icon: Some(Icon::Fork),
            right,
            selected: at == index,
            ..widgets::Row::new(&place.title)
        };
        if row.show(ui).clicked() {
            out.push(UiCommand::Past(Ask::Place(at)));
        }
    }
}
