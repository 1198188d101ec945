//! Draws the spaces and who is in them.

use egui::{Align2, Rect, Sense, Ui, pos2, vec2};

use super::{menu_button, right, row, sign, spoken};
use crate::gui::access::data::role_name;
use crate::gui::access::data::spaces::{self, Data, Space};
use crate::gui::access::menus;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::look::look;
use crate::gui::tokens;
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button, Tone};

/// Draws all spaces.
pub fn show(ui: &mut Ui, data: &Data, views: &Views, out: &mut Queue) {
    if data.spaces.is_empty() {
        super::empty(ui, "Reading the spaces", "");
        return;
    }
    for space in &data.spaces {
        space_row(ui, space, views, out);
        for (id, name, role) in &space.members {
            member_row(ui, space, (id, name, role), out);
        }
        if !space.members.is_empty() {
            ui.add_space(6.0);
        }
        widgets::rule(ui);
    }
    ui.add_space(14.0);
    let p = look(ui.ctx());
    let words = "Who is not in a private space cannot tell that it exists: not its title, not its pages, not who is in it. \
                 Your personal space follows your devices.";
    widgets::text(ui, words, tokens::SMALL, p.ink3);
}

fn space_row(ui: &mut Ui, space: &Space, views: &Views, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, upper, lower) = row(ui, false);
    sign(ui, rect, spaces::sign(&space.access));
    let at = widgets::line(ui, upper, Align2::LEFT_CENTER, &space.title, tokens::UI_STRONG, p.ink);
    if !space.title.eq_ignore_ascii_case(&space.access) {
        widgets::chip(ui, pos2(at.right() + 8.0, upper.center().y), &space.access, Tone::Label, 90.0);
    }
    let end = right(ui, rect, ("space", &space.id), |ui| {
        if space.may_change {
            let name = format!("Add a member to {}", space.title);
            let response = Button::new("Add a member").spoken(&name).show(ui);
            if response.clicked() {
                let menu = menus::add_to_space(space, views, Some(response.rect));
                out.push(UiCommand::Pick(Box::new(menu)));
            }
        } else {
            ui.add_space(2.0);
            widgets::short(ui, &format!("you: {}", space.role), tokens::SMALL, p.ink3);
        }
    });
    let lower = lower.with_max_x(end - 8.0);
    widgets::line(ui, lower, Align2::LEFT_CENTER, &space.words, tokens::SMALL, p.ink2);
    let words = format!("{}, {}, your role: {}", space.title, space.words, space.role);
    spoken(ui, rect.with_max_x(end), ("space words", &space.id), &words);
}

fn member_row(ui: &mut Ui, space: &Space, member: (&str, &str, &str), out: &mut Queue) {
    let p = look(ui.ctx());
    let (_, name, role) = member;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
    widgets::avatar(ui, pos2(rect.left() + super::TEXT_LEFT + 9.0, rect.center().y), 9.0, name, false);
    let inside = rect.with_min_x(rect.left() + super::TEXT_LEFT + 26.0);
    let at = widgets::line(
        ui,
        inside.with_max_x(inside.left() + 180.0),
        Align2::LEFT_CENTER,
        name,
        tokens::UI,
        p.ink,
    );
    let role_at = Rect::from_min_size(pos2(inside.left() + 190.0, rect.top() + 2.0), vec2(120.0, 26.0));
    let shown = role_name(role);
    let words = format!("{name} in {}: {shown}", space.title);
    if space.may_change && role != "owner" {
        if menu_button(ui, role_at, &shown, &words) {
            out.push(UiCommand::Pick(Box::new(menus::in_space(space, member, Some(role_at)))));
        }
    } else {
        let inside = role_at.with_min_x(role_at.left() + 8.0);
        widgets::line(ui, inside, Align2::LEFT_CENTER, &shown, tokens::SMALL, p.ink3);
        spoken(ui, at, ("space member", &space.id, name), &words);
    }
}
