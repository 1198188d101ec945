//! Draws the invites and who waits to be let in.

use egui::{Align2, Sense, Ui, pos2, vec2};

use super::{caption, right, row, sign, spoken};
use crate::gui::access::data::invites::{Data, Invite, Request, joined_words};
use crate::gui::access::{confirm, menus};
use crate::gui::command::{Asking, Dialog, Queue, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::tokens::{self, radius};
use crate::gui::widgets::{self, Button, Tone};

/// Draws all of it.
pub fn show(ui: &mut Ui, data: &Data, out: &mut Queue) {
    if !data.requests.is_empty() {
        caption(ui, "Waiting to be let in");
        for request in &data.requests {
            request_card(ui, request, out);
            ui.add_space(8.0);
        }
        ui.add_space(10.0);
    }
    if data.invites.is_empty() {
        let words = "A ticket lets one or more people in, at once or after you said yes. It can be ended at any time.";
        super::empty(ui, data.empty, words);
        return;
    }
    caption(ui, "Invites");
    for invite in &data.invites {
        invite_row(ui, invite, out);
    }
}

fn request_card(ui: &mut Ui, request: &Request, out: &mut Queue) {
    let p = look(ui.ctx());
    let frame = egui::Frame::NONE.fill(p.wait_tint).corner_radius(radius::CARD).inner_margin(14.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let room = ui.max_rect();
        widgets::text(ui, &request.title, tokens::UI_STRONG, p.ink);
        widgets::text(ui, &request.words, tokens::SMALL, p.ink2);
        ui.add_space(8.0);
        widgets::text(ui, &request.matching, tokens::Type { size: 14.0, ..tokens::CODE }, p.ink);
        ui.add_space(2.0);
        let words = "Their screen shows the same four words. Compare them by voice before you let them in.";
        widgets::text(ui, words, tokens::SMALL, p.ink2);
        let at = room.with_max_y(room.top() + 28.0);
        right(ui, at, ("approve", &request.id), |ui| {
            let why = (!request.may_approve).then_some("Only an owner or admin lets people in");
            let name = format!("Approve {}", request.matching);
            if Button::main("Approve…").spoken(&name).disabled(why).show(ui).clicked() {
                let asking = Asking {
                    request: request.id.clone(),
                    role: request.role.clone(),
                    words: request.matching.clone(),
                };
                out.push(UiCommand::Open(Dialog::Approve(Box::new(asking))));
            }
        });
    });
}

fn invite_row(ui: &mut Ui, invite: &Invite, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, upper, lower) = row(ui, false);
    sign(ui, rect, Icon::PersonAdd);
    let ink = if invite.live { p.ink } else { p.ink2 };
    let at = widgets::line(ui, upper, Align2::LEFT_CENTER, &invite.title, tokens::UI_STRONG, ink);
    let tone = if invite.live { Tone::Waiting } else { Tone::Label };
    widgets::chip(ui, pos2(at.right() + 8.0, upper.center().y), &invite.state, tone, 90.0);
    let end = right(ui, rect, ("invite", &invite.id), |ui| {
        let name = format!("End the invite {}", invite.title);
        if invite.may_end && Button::plain("End…").spoken(&name).show(ui).clicked() {
            let joined: Vec<String> = invite.joined.iter().map(|(name, _)| name.clone()).collect();
            out.push(menus::ask(confirm::revoke(&invite.id, &invite.title, &joined)));
        }
    });
    let lower = lower.with_max_x(end - 8.0);
    widgets::line(ui, lower, Align2::LEFT_CENTER, &invite.words, tokens::SMALL, p.ink2);
    let words = format!("{}, {}, {}, {}", invite.title, invite.state, invite.words, joined_words(invite));
    spoken(ui, rect.with_max_x(end), ("invite words", &invite.id), &words);
    for (name, words) in &invite.joined {
        joined_row(ui, name, words, &invite.id);
    }
    if !invite.joined.is_empty() {
        ui.add_space(6.0);
    }
    widgets::rule(ui);
}

fn joined_row(ui: &mut Ui, name: &str, words: &str, invite: &str) {
    let p = look(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
    widgets::avatar(ui, pos2(rect.left() + super::TEXT_LEFT + 9.0, rect.center().y), 9.0, name, false);
    let inside = rect.with_min_x(rect.left() + super::TEXT_LEFT + 26.0);
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, name, tokens::UI_MEDIUM, p.ink);
    let inside = inside.with_min_x(at.right() + 12.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, words, tokens::CODE, p.ink2);
    let said = format!("{name} came in by it; matching words {words}");
    spoken(ui, rect, ("joined", invite, name), &said);
}
