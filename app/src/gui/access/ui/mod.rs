//! Draws the view of people: tabs, the one main action, and the part that is open.

mod devices;
mod invites;
mod log;
mod meetings;
mod members;
mod on_call;
mod review;
mod spaces;

use egui::{Align2, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::AccessState;
use super::data::{self, waiting};
use crate::gui::actions::Action;
use crate::gui::clock::Clock;
use crate::gui::command::{Dialog, Queue, Route, Section, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::overlap;
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button};

/// Widest the lists grow.
const WIDTH_MAX: f32 = 880.0;
/// A row of two lines.
const ROW: f32 = 52.0;
/// Where text begins beside an icon or initials.
const TEXT_LEFT: f32 = 44.0;

/// Space at both sides of the name of a tab together.
const PAD: f32 = 20.0;
/// The same where there is little room.
const PAD_NARROW: f32 = 10.0;

/// Draws the view.
pub fn show(
    ui: &mut Ui,
    section: Section,
    state: &mut AccessState,
    views: &Views,
    clock: &Clock,
    out: &mut Queue,
) {
    let room = ui.max_rect();
    let head = Rect::from_min_max(room.min + vec2(24.0, 8.0), pos2(room.right() - 24.0, room.top() + 48.0));
    let p = look(ui.ctx());
    ui.painter().hline(room.x_range(), head.bottom(), Stroke::new(stroke::LINE, p.line));
    widgets::region(ui, head, "tabs", "Parts of people", |ui| tabs(ui, section, views, out));
    let left = room.left() + 24.0;
    let width = (room.width() - 48.0).min(WIDTH_MAX);
    let body = Rect::from_min_max(pos2(left, head.bottom() + 1.0), pos2(left + width, room.bottom()));
    widgets::region(ui, body, "part", section_name(section), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if section == Section::Log {
            log::show(ui, state, views, clock, out);
            return;
        }
        ScrollArea::vertical().auto_shrink(false).id_salt(section_name(section)).show(ui, |ui| {
            ui.add_space(12.0);
            match section {
                Section::Members => members::show(ui, &data::members::build(views), out),
                Section::Devices => devices::show(ui, &data::devices::build(views, state, clock), out),
                Section::Invites => invites::show(ui, &data::invites::build(views, clock), out),
                Section::Review => review::show(ui, &data::review::build(views, clock), out),
                Section::Spaces => spaces::show(ui, &data::spaces::build(views), views, out),
                Section::Shared => {
                    overlap::ui::show(ui, &overlap::data::build(views, &state.shared, clock), out);
                }
                Section::Meetings => meetings::show(ui, views, out),
                Section::OnCall => on_call::show(ui, views, clock, out),
                Section::Log => {}
            }
            ui.add_space(24.0);
        });
    });
}

fn section_name(section: Section) -> &'static str {
    Section::ALL.iter().find(|(other, _)| *other == section).map_or("", |(_, name)| name)
}

fn tabs(ui: &mut Ui, chosen: Section, views: &Views, out: &mut Queue) {
    let room = ui.max_rect();
    let mut left = room.left() - 10.0;
    let names: f32 = Section::ALL.iter().map(|(_, name)| look::width(ui, name, tokens::UI_STRONG)).sum();
    let all = names + (PAD + 2.0) * Section::ALL.len() as f32;
    let pad = if all > room.width() - size::BUTTON { PAD_NARROW } else { PAD };
    for (section, name) in Section::ALL {
        let count = waiting(views, section);
        let rect = tab(ui, pos2(left, room.top()), section, (name, pad), count, section == chosen, out);
        left = rect.right() + 2.0;
    }
    let (label, icon, command) = match chosen {
        Section::Members | Section::Invites => {
            ("Invite a person", Icon::PersonAdd, UiCommand::Open(Dialog::Invite))
        }
        Section::Devices => ("Link another device", Icon::Laptop, UiCommand::Do(Action::LinkDevice)),
        Section::Spaces => ("New space", Icon::Plus, UiCommand::Open(Dialog::NewSpace)),
        Section::Meetings => ("New meeting", Icon::Calendar, UiCommand::Open(Dialog::NewMeeting)),
        Section::Review | Section::Shared | Section::OnCall | Section::Log => return,
    };
    let wide = room.right() - left > look::width(ui, label, tokens::UI_MEDIUM) + 60.0;
    let at = room.with_min_x(left).with_max_y(room.top() + 32.0);
    right(ui, at, "main", |ui| {
        let used = if wide {
            Button::main(label).icon(icon).show(ui).clicked()
        } else {
            widgets::icon_button(ui, icon, label, None).clicked()
        };
        if used {
            out.push(command);
        }
    });
}

fn tab(
    ui: &Ui,
    at: egui::Pos2,
    section: Section,
    (name, pad): (&str, f32),
    count: usize,
    chosen: bool,
    out: &mut Queue,
) -> Rect {
    let p = look(ui.ctx());
    let style = if chosen { tokens::UI_STRONG } else { tokens::UI };
    let number = if count == 0 { String::new() } else { count.to_string() };
    let width = look::width(ui, name, tokens::UI_STRONG);
    let more = if count == 0 { 0.0 } else { look::width(ui, &number, tokens::TINY_STRONG) + 16.0 };
    let rect = Rect::from_min_size(at, vec2(width + more + pad, 32.0));
    let response = ui.interact(rect, ui.scope_id().with(("tab", name)), Sense::click());
    if response.hovered() && !chosen {
        ui.painter().rect_filled(rect, radius::ROW, p.scheme.hover());
    }
    let ink = if chosen { p.ink } else { p.ink2 };
    let inside = rect.with_min_x(rect.left() + pad / 2.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, name, style, ink);
    if count > 0 {
        let pill = Rect::from_center_size(
            pos2(rect.right() - 6.0 - (more - 4.0) / 2.0, rect.center().y),
            vec2(more - 6.0, 17.0),
        );
        let pen = if p.scheme.is_high_contrast() { Stroke::new(stroke::LINE, p.edge) } else { Stroke::NONE };
        ui.painter().rect(pill, 8.5, p.wait_tint, pen, egui::StrokeKind::Inside);
        widgets::line(ui, pill, Align2::CENTER_CENTER, &number, tokens::TINY_STRONG, p.wait);
    }
    if chosen {
        let bar = Rect::from_min_max(
            pos2(rect.left() + 8.0, rect.bottom() + 6.0),
            pos2(rect.right() - 8.0, rect.bottom() + 8.0),
        );
        ui.painter().rect_filled(bar, 0, p.here);
    }
    let spoken = if count == 0 { name.to_owned() } else { format!("{name}, {count} waiting") };
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        out.push(UiCommand::Go(Route::People(section)));
    }
    rect
}

/// Draws at the right of a place; returns the left edge of what was drawn.
fn right(
    ui: &mut Ui,
    rect: Rect,
    salt: impl std::hash::Hash + std::fmt::Debug,
    content: impl FnOnce(&mut Ui),
) -> f32 {
    let builder = egui::UiBuilder::new()
        .max_rect(rect)
        .layout(egui::Layout::right_to_left(egui::Align::Center))
        .id_salt(salt);
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.x = 6.0;
    content(&mut child);
    child.min_rect().left().min(rect.right())
}

/// A caption over a list.
fn caption(ui: &mut Ui, words: &str) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
    widgets::line(ui, rect, Align2::LEFT_CENTER, words, tokens::SMALL_STRONG, p.ink3);
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, words));
}

/// An empty list, in words.
fn empty(ui: &mut Ui, title: &str, words: &str) {
    let p = look(ui.ctx());
    ui.add_space(16.0);
    widgets::text(ui, title, tokens::DIALOG, p.ink);
    ui.add_space(6.0);
    ui.scope(|ui| {
        ui.set_max_width(560.0);
        widgets::text(ui, words, tokens::UI, p.ink2);
    });
    ui.add_space(16.0);
}

/// The ground of a row of two lines, perhaps with a hairline below, and its upper and lower line beside an icon.
fn row(ui: &mut Ui, ruled: bool) -> (Rect, Rect, Rect) {
    let p = look(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    if ruled {
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(stroke::LINE, p.line));
    }
    let left = rect.left() + TEXT_LEFT;
    let upper = Rect::from_min_max(pos2(left, rect.top() + 7.0), pos2(rect.right(), rect.center().y));
    let lower = Rect::from_min_max(pos2(left, rect.center().y), pos2(rect.right(), rect.bottom() - 7.0));
    (rect, upper, lower)
}

/// An icon before a row.
fn sign(ui: &Ui, rect: Rect, icon: Icon) {
    let p = look(ui.ctx());
    let at = Rect::from_min_size(rect.min + vec2(7.0, 0.0), vec2(20.0, rect.height()));
    icon::paint(ui.painter(), at, 19.0, icon, p.ink2);
}

/// Text that a screen reader reads as one thing.
fn spoken(ui: &Ui, rect: Rect, salt: impl std::hash::Hash + std::fmt::Debug, words: &str) {
    let response = ui.interact(rect, ui.scope_id().with(salt), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
}

/// A value that opens a menu; returns whether it was used.
fn menu_button(ui: &Ui, rect: Rect, words: &str, name: &str) -> bool {
    let p = look(ui.ctx());
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, radius::ROW, p.scheme.hover());
    }
    let inside = rect.shrink2(vec2(8.0, 0.0));
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, words, tokens::UI, p.ink);
    let chevron = Rect::from_min_size(pos2(at.right() + 4.0, rect.top()), vec2(14.0, rect.height()));
    icon::paint(ui.painter(), chevron, 14.0, Icon::ChevronDown, p.ink3);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    widgets::focus_ring(ui, &response, radius::ROW);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}

/// The place of a button of a row.
fn middle(rect: Rect, left: f32, width: f32) -> Rect {
    Rect::from_min_size(pos2(left, rect.center().y - size::BUTTON / 2.0), vec2(width, size::BUTTON))
}
