//! Draws the devices.

use egui::{Align2, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{caption, right, row, sign, spoken};
use crate::gui::access::data::devices::{Data, Device, Group};
use crate::gui::access::{confirm, menus};
use crate::gui::command::{Dialog, Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::look;
use crate::gui::tokens::{self, radius};
use crate::gui::widgets::{self, Button, Tone};

/// Draws all devices.
pub fn show(ui: &mut Ui, data: &Data, out: &mut Queue) {
    awaited(ui, data);
    let mut others = false;
    for group in &data.groups {
        if group.me {
            caption(ui, "Yours");
        } else {
            if !std::mem::replace(&mut others, true) {
                ui.add_space(18.0);
                caption(ui, "Of others");
            }
            group_row(ui, group, out);
        }
        if group.open {
            for device in &group.devices {
                device_row(ui, device, group, out);
            }
            if !group.note.is_empty() {
                let p = look(ui.ctx());
                ui.add_space(6.0);
                widgets::text(ui, group.note, tokens::SMALL, p.ink3);
                ui.add_space(8.0);
            }
        }
    }
}

/// What this laptop waits for.
fn awaited(ui: &mut Ui, data: &Data) {
    if data.awaited.is_empty() {
        return;
    }
    let p = look(ui.ctx());
    let frame = egui::Frame::NONE.fill(p.wait_tint).corner_radius(radius::CARD).inner_margin(12.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        for words in &data.awaited {
            ui.horizontal_top(|ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(20.0, 18.0), Sense::hover());
                icon::paint(ui.painter(), rect, 17.0, Icon::Key, p.wait);
                widgets::text(ui, words, tokens::UI, p.ink);
            });
        }
    });
    ui.add_space(12.0);
}

fn group_row(ui: &mut Ui, group: &Group, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::click());
    widgets::row_ground(ui, rect, false, response.hovered());
    let fold = Rect::from_min_size(rect.min + vec2(4.0, 0.0), vec2(18.0, rect.height()));
    let icon = if group.open { Icon::ChevronDown } else { Icon::ChevronRight };
    icon::paint(ui.painter(), fold, 15.0, icon, p.ink3);
    let inside = rect.with_min_x(rect.left() + 26.0);
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, &group.name, tokens::UI_STRONG, p.ink);
    let inside = inside.with_min_x(at.right() + 8.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, &group.count, tokens::SMALL, p.ink3);
    let verb = if group.open { "Hide" } else { "Show" };
    let name = format!("{verb} the devices of {}", group.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        out.push(UiCommand::ShowDevices { member: group.member.clone(), shown: !group.open });
    }
}

fn device_row(ui: &mut Ui, device: &Device, group: &Group, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, upper, lower) = row(ui, true);
    sign(ui, rect, if device.words { Icon::Words } else { Icon::Laptop });
    let ink = if device.removed { p.ink2 } else { p.ink };
    let at = widgets::line(ui, upper, Align2::LEFT_CENTER, &device.title, tokens::UI_STRONG, ink);
    if device.removed {
        widgets::chip(ui, pos2(at.right() + 8.0, upper.center().y), "removed", Tone::Label, 90.0);
    }
    if let Some((kept, protected)) = device.keys {
        let tone = if protected { Tone::Label } else { Tone::Waiting };
        widgets::chip(ui, pos2(at.right() + 8.0, upper.center().y), kept, tone, 190.0);
    }
    let end = right(ui, rect, ("device", &device.id), |ui| {
        let name = format!("Remove {} of {}", device.title, group.name);
        if device.may_remove && Button::plain("Remove…").spoken(&name).show(ui).clicked() {
            let whose =
                if group.me { "your account".to_owned() } else { format!("{}’s devices", group.name) };
            out.push(menus::ask(confirm::remove_device(&device.id, &device.title, &whose, device.this)));
        }
        if device.this && Button::new("Keys…").spoken("Where the keys are kept").show(ui).clicked() {
            out.push(UiCommand::Open(Dialog::KeysKept));
        }
    });
    let lower = lower.with_max_x(end - 8.0);
    let at = widgets::line(ui, lower, Align2::LEFT_CENTER, &device.contact, tokens::SMALL, p.ink2);
    if let Some(waits) = &device.waits {
        let inside = lower.with_min_x(at.right());
        widgets::line(ui, inside, Align2::LEFT_CENTER, &format!("  ·  {waits}"), tokens::SMALL, p.wait);
    }
    let waits = device.waits.as_ref().map(|words| format!(", {words}")).unwrap_or_default();
    let state = if device.removed { ", removed" } else { "" };
    let kept = device.keys.map(|(words, _)| format!(", {words}")).unwrap_or_default();
    let words = format!("{} of {}, {}{kept}{waits}{state}", device.title, group.name, device.contact);
    spoken(ui, rect.with_max_x(end), ("device words", &device.id), &words);
}
