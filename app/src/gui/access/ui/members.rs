//! Draws the members.

use egui::{Align2, Rect, Ui, pos2, vec2};

use super::{menu_button, middle, right, row, spoken};
use crate::gui::access::data::members::{Data, Member, devices_words};
use crate::gui::access::{confirm, menus};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::look;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Tone};

const ROLE_WIDTH: f32 = 124.0;
const DEVICES_WIDTH: f32 = 92.0;
const END_WIDTH: f32 = 96.0;

/// Draws everybody.
pub fn show(ui: &mut Ui, data: &Data, out: &mut Queue) {
    if data.members.is_empty() {
        super::empty(ui, "Reading the members", "");
        return;
    }
    for member in &data.members {
        member_row(ui, member, out);
    }
    ui.add_space(22.0);
    leave(ui, data, out);
}

fn member_row(ui: &mut Ui, member: &Member, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, upper, lower) = row(ui, true);
    let removed = member.state == "removed";
    widgets::avatar(ui, pos2(rect.left() + 17.0, rect.center().y), 13.0, &member.name, member.working);
    let wide = rect.width() > 620.0;
    let end = rect.right() - END_WIDTH;
    let role = middle(rect, end - ROLE_WIDTH, ROLE_WIDTH);
    let devices_left = role.left() - if wide { DEVICES_WIDTH } else { 0.0 };
    let inside = upper.with_max_x(devices_left - 8.0);
    let ink = if removed { p.ink2 } else { p.ink };
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, &member.name, tokens::UI_STRONG, ink);
    let mut left = at.right() + 8.0;
    if member.me {
        let rest = inside.with_min_x(left);
        left = widgets::line(ui, rest, Align2::LEFT_CENTER, "you", tokens::SMALL, p.ink3).right() + 8.0;
    }
    if !member.state_words.is_empty() {
        let tone = if removed { Tone::Label } else { Tone::Waiting };
        let room = (inside.right() - left).max(24.0);
        widgets::chip(ui, pos2(left, inside.center().y), member.state_words, tone, room);
    }
    let lower = lower.with_max_x(devices_left - 8.0);
    let at = widgets::line(ui, lower, Align2::LEFT_CENTER, &member.time, tokens::SMALL, p.ink2);
    if !removed {
        let sky = Rect::from_min_size(pos2(at.right() + 5.0, lower.top()), vec2(15.0, lower.height()));
        icon::paint(ui.painter(), sky, 14.0, if member.working { Icon::Sun } else { Icon::Moon }, p.ink3);
    }
    if wide {
        let at = Rect::from_min_max(pos2(devices_left, rect.top()), pos2(role.left(), rect.bottom()));
        widgets::line(ui, at, Align2::LEFT_CENTER, &devices_words(member), tokens::SMALL, p.ink2);
    }
    role_and_end(ui, member, rect, role, out);
    let me = if member.me { ", you" } else { "" };
    let state = if member.state_words.is_empty() { "active" } else { member.state_words };
    let words = format!(
        "{}{me}, {}, {}, {}, {state}",
        member.name,
        member.role_name,
        member.time,
        devices_words(member)
    );
    spoken(ui, rect.with_max_x(devices_left), ("member", &member.id), &words);
}

fn role_and_end(ui: &mut Ui, member: &Member, rect: Rect, role: Rect, out: &mut Queue) {
    let p = look(ui.ctx());
    let removed = member.state == "removed";
    if member.may_change && !removed {
        let name = format!("Role of {}: {}", member.name, member.role_name);
        if menu_button(ui, role, &member.role_name, &name) {
            out.push(UiCommand::Pick(Box::new(menus::role(member, Some(role)))));
        }
    } else if !removed {
        let inside = role.with_min_x(role.left() + 8.0);
        widgets::line(ui, inside, Align2::LEFT_CENTER, &member.role_name, tokens::UI, p.ink2);
    }
    if !member.may_change {
        return;
    }
    right(ui, rect, ("end", &member.id), |ui| {
        if removed {
            let name = format!("Restore {}", member.name);
            let response = Button::new("Restore").spoken(&name).show(ui);
            if response.clicked() {
                out.push(UiCommand::Pick(Box::new(menus::restore(member, Some(response.rect)))));
            }
        } else {
            let name = format!("Remove {}", member.name);
            if Button::plain("Remove…").spoken(&name).show(ui).clicked() {
                out.push(menus::ask(confirm::remove_member(&member.id, &member.name, member.devices)));
            }
        }
    });
}

fn leave(ui: &mut Ui, data: &Data, out: &mut Queue) {
    ui.horizontal(|ui| {
        let button = Button::new("Leave the workspace…").disabled(data.stays);
        if button.show(ui).clicked() {
            out.push(menus::ask(confirm::leave(&data.workspace)));
        }
        if let Some(why) = data.stays {
            ui.add_space(4.0);
            widgets::short(ui, why, tokens::SMALL, look(ui.ctx()).ink3);
        }
    });
}
