//! Draws the head of a page: what it is and how it stands over the title, its fields below it.

use egui::{
    Align, Align2, CornerRadius, Layout, Rect, Response, Sense, Stroke, Ui, UiBuilder, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::data::{DecisionHead, HandoffHead, Head, Named};
use super::incident::IncidentHead;
use super::{Field, Part};
use crate::gui::actions::Action;
use crate::gui::command::{Queue, Route, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::widgets::{self, Button};

/// Height of the row over the title.
const KICKER: f32 = 28.0;
/// Where the words of a field begin.
const CAPTION: f32 = 76.0;
/// Height of a line of a field.
const LINE: f32 = 24.0;

/// Draws what the page is over its title; returns the height.
pub fn kicker(ui: &mut Ui, head: &Head, at: egui::Pos2, width: f32, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let rect = Rect::from_min_size(at, vec2(width, KICKER));
    let (sign, kind, state) = match head {
        Head::Decision(head) => (Icon::Check, "Decision", head.state_name()),
        Head::Handoff(head) => (Icon::Forward, "Hand-off", head.state_name()),
        Head::Incident(head) => (Icon::Info, "Incident", head.state_name()),
    };
    let place = Rect::from_min_size(rect.min, vec2(17.0, KICKER));
    icon::paint(ui.painter(), place, 17.0, sign, p.ink2);
    let words = rect.with_min_x(rect.left() + 25.0);
    let end = widgets::line(ui, words, Align2::LEFT_CENTER, kind, tokens::UI, p.ink2).right();
    let chip_width = look::width(ui, state, tokens::SMALL) + 16.0;
    let chip = Rect::from_min_size(
        pos2(end + 10.0, rect.center().y - size::CHIP / 2.0),
        vec2(chip_width, size::CHIP),
    );
    let part = match head {
        Head::Decision(_) => Some(Part::State),
        Head::Incident(_) => Some(Part::Incident(Field::State)),
        Head::Handoff(_) => None,
    };
    let changes = part.is_some();
    let sense = if changes { Sense::click() } else { Sense::hover() };
    let response = ui.interact(chip, ui.scope_id().with("state of the page"), sense);
    let (ground, ink) = match state {
        "Open" if matches!(head, Head::Incident(_)) => (p.cut_tint, p.cut),
        "Proposed" | "Open" | "Contained" => (p.wait_tint, p.wait),
        "Decided" | "Taken" => (p.add_tint, p.add),
        _ => (p.sunken, p.ink2),
    };
    let pen = if p.scheme.is_high_contrast() || response.hovered() && changes {
        Stroke::new(stroke::LINE, p.edge)
    } else {
        Stroke::NONE
    };
    let corner = CornerRadius::same(radius::CHIP);
    ui.painter().rect(chip, corner, ground, pen, egui::StrokeKind::Inside);
    widgets::line(ui, chip, Align2::CENTER_CENTER, state, tokens::SMALL, ink);
    let role = if changes { Role::Button } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, format!("State: {state}")));
    if let Some(part) = part {
        pressed(ui, response, part, out);
    }
    KICKER
}

/// Draws the fields below the title; returns the height.
pub fn fields(ui: &mut Ui, head: &Head, at: egui::Pos2, width: f32, out: &mut Queue) -> f32 {
    let rect = Rect::from_min_size(at, vec2(width, 10.0));
    let builder = UiBuilder::new().max_rect(rect).id_salt("head").layout(Layout::top_down(Align::Min));
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing = vec2(6.0, 2.0);
    child.set_width(width);
    match head {
        Head::Decision(head) => decision(&mut child, head, out),
        Head::Handoff(head) => handoff(&mut child, head, out),
        Head::Incident(head) => incident(&mut child, head, out),
    }
    child.add_space(12.0);
    widgets::rule(&mut child);
    child.min_rect().height() + 12.0
}

fn decision(ui: &mut Ui, head: &DecisionHead, out: &mut Queue) {
    let p = look(ui.ctx());
    row(ui, "People", |ui| {
        match &head.owner {
            Some(owner) => {
                let words = if owner.name == "You" {
                    "You own it".to_owned()
                } else {
                    format!("{} owns it", owner.name)
                };
                person(ui, owner, &words, &format!("Owner: {}", owner.name), Part::Owner, out);
            }
            None => value(ui, "Nobody owns it", "Owner: nobody", Part::Owner, true, out),
        }
        plain(ui, "·", p.ink3);
        if head.deciders.is_empty() {
            value(ui, "nobody is asked to decide", "Deciders: nobody", Part::Deciders, true, out);
        } else {
            plain(ui, "decided by", p.ink2);
            for decider in &head.deciders {
                person(
                    ui,
                    decider,
                    &decider.name,
                    &format!("Decider: {}", decider.name),
                    Part::Deciders,
                    out,
                );
            }
        }
    });
    row(ui, "Decide by", |ui| {
        if head.by.is_empty() {
            value(ui, "No time is set", "Decide by: no time", Part::DecideBy, true, out);
            return;
        }
        let spoken = format!("Decide by: {}, {}", head.by, head.by_others.join(", "));
        let ink = if head.overdue { p.cut } else { p.ink };
        let response = words(ui, &head.by, tokens::UI_STRONG, ink, &spoken);
        let response = tip(response, &head.everywhere);
        pressed(ui, response, Part::DecideBy, out);
        for other in &head.by_others {
            plain(ui, "·", p.ink3);
            plain(ui, other, p.ink2);
        }
        if head.overdue {
            plain(ui, "· past, and nothing is decided", p.cut);
        }
    });
    row(ui, "Outcome", |ui| {
        prose(ui, &head.outcome, "Nothing is decided yet", "Outcome", Part::Outcome, out);
    });
    row(ui, "Affects", |ui| {
        let all = head.affects.iter().map(|(_, title)| title.as_str()).collect::<Vec<_>>().join(", ");
        let (shown, quiet) =
            if all.is_empty() { ("No project is named", true) } else { (all.as_str(), false) };
        value(ui, shown, &format!("Affects: {shown}"), Part::Affects, quiet, out);
    });
    row(ui, "Replaces", |ui| {
        for (id, title) in &head.replaces {
            link(ui, id, title, "Replaces", out);
        }
        let (shown, spoken) = match head.replaces.is_empty() {
            true => ("No other decision", "Replaces: no other decision"),
            false => ("change", "Replaces: change"),
        };
        value(ui, shown, spoken, Part::Replaces, true, out);
    });
    if !head.replaced_by.is_empty() {
        row(ui, "Replaced by", |ui| {
            for (id, title) in &head.replaced_by {
                link(ui, id, title, "Replaced by", out);
            }
        });
    }
    kept(ui, &head.kept);
}

/// Values that others wrote at the same time.
fn kept(ui: &mut Ui, all: &[String]) {
    for kept in all {
        row(ui, "", |ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
            widgets::chip(ui, rect.left_center(), kept, widgets::Tone::Kept, rect.width());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, kept));
        });
    }
}

/// A text over several lines that opens what changes it, or what is said where it is empty.
fn prose(ui: &mut Ui, text: &str, none: &str, spoken: &str, part: Part, out: &mut Queue) {
    if text.is_empty() {
        return value(ui, none, &format!("{spoken}: none yet"), part, true, out);
    }
    let p = look(ui.ctx());
    let spoken = format!("{spoken}: {text}");
    if look::width(ui, text, tokens::UI_MEDIUM) < ui.available_width() {
        // On one line it stands as high as its caption, like every other field.
        let response = words(ui, text, tokens::UI_MEDIUM, p.ink, &spoken);
        return pressed(ui, response, part, out);
    }
    let job = look::wrapped(text, tokens::UI_MEDIUM, p.ink, ui.available_width());
    let response = ui.add(egui::Label::new(job).selectable(false).wrap().sense(Sense::click()));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    pressed(ui, response, part, out);
}

fn incident(ui: &mut Ui, head: &IncidentHead, out: &mut Queue) {
    let p = look(ui.ctx());
    let part = Part::Incident;
    row(ui, "Held by", |ui| match &head.owner {
        Some(owner) => {
            let spoken = format!("Held by: {}", owner.name);
            person(ui, owner, &owner.name, &spoken, part(Field::Owner), out);
        }
        None => value(ui, "Nobody holds it", "Held by: nobody", part(Field::Owner), true, out),
    });
    row(ui, "Severity", |ui| {
        let (shown, quiet) = head.severity_name().map_or(("Not said", true), |name| (name, false));
        value(ui, shown, &format!("Severity: {shown}"), part(Field::Severity), quiet, out);
    });
    row(ui, "Affected", |ui| {
        prose(ui, &head.affected, "Nobody said what is hit", "Affected", part(Field::Affected), out);
    });
    let [started, resolved] = &head.everywhere;
    row(ui, "Since", |ui| {
        let shown = if head.started.is_empty() { "Nobody knows" } else { &head.started };
        let ink = if head.started.is_empty() { p.ink3 } else { p.ink };
        let response = words(ui, shown, tokens::UI, ink, &format!("Since: {shown}"));
        pressed(ui, tip(response, started), part(Field::Started), out);
        if !head.lasts.is_empty() {
            plain(ui, "·", p.ink3);
            plain(ui, &head.lasts, if head.state == "open" { p.cut } else { p.ink2 });
        }
    });
    row(ui, "Until", |ui| {
        let shown = if head.resolved.is_empty() { "Not over yet" } else { &head.resolved };
        let ink = if head.resolved.is_empty() { p.ink3 } else { p.ink };
        let response = words(ui, shown, tokens::UI, ink, &format!("Until: {shown}"));
        pressed(ui, tip(response, resolved), part(Field::Resolved), out);
    });
    row(ui, "Outcome", |ui| {
        prose(ui, &head.outcome, "Nothing stopped it yet", "Outcome", part(Field::Outcome), out);
    });
    kept(ui, &head.kept);
}

fn handoff(ui: &mut Ui, head: &HandoffHead, out: &mut Queue) {
    let p = look(ui.ctx());
    row(ui, "From", |ui| side(ui, &head.from));
    row(ui, "To", |ui| {
        side(ui, &head.to);
        if !head.begins.is_empty() {
            plain(ui, "·", p.ink3);
            plain(ui, &format!("hours begin {}", head.begins), p.ink2);
        }
    });
    row(ui, "State", |ui| {
        let reason = if head.reason.is_empty() { String::new() } else { format!(": “{}”", head.reason) };
        plain(ui, &format!("{}{reason}", head.said), p.ink);
    });
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        if head.mine {
            if Button::main("Take it").icon(Icon::Check).show(ui).clicked() {
                out.push(UiCommand::Do(Action::Head(Part::Accept)));
            }
            if Button::new("Give it back…").show(ui).clicked() {
                out.push(UiCommand::Do(Action::Head(Part::Return)));
            }
        }
        if let Some(thread) = &head.thread
            && Button::plain("Its thread").icon(Icon::Threads).show(ui).clicked()
        {
            out.push(UiCommand::Go(Route::Thread { id: thread.clone() }));
        }
    });
}

/// A caption and what stands beside it, over several lines where it must.
fn row(ui: &mut Ui, caption: &str, content: impl FnOnce(&mut Ui)) {
    let p = look(ui.ctx());
    ui.horizontal_top(|ui| {
        // A row as high as its words: else they stand lower than their caption.
        ui.spacing_mut().interact_size.y = LINE;
        let (rect, _) = ui.allocate_exact_size(vec2(CAPTION, LINE), Sense::hover());
        widgets::line(ui, rect, Align2::LEFT_CENTER, caption, tokens::UI, p.ink2);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(5.0, 0.0);
            ui.set_min_height(LINE);
            content(ui);
        });
    });
}

/// Words of a field that is not changed here.
fn plain(ui: &mut Ui, text: &str, ink: egui::Color32) {
    let width = look::width(ui, text, tokens::UI).min(ui.max_rect().width());
    let (rect, response) = ui.allocate_exact_size(vec2(width, LINE), Sense::hover());
    widgets::line(ui, rect, Align2::LEFT_CENTER, text, tokens::UI, ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}

/// Words that open what changes them.
fn words(ui: &mut Ui, text: &str, style: tokens::Type, ink: egui::Color32, spoken: &str) -> Response {
    let p = look(ui.ctx());
    let width = look::width(ui, text, style).min(ui.max_rect().width());
    let (rect, response) = ui.allocate_exact_size(vec2(width, LINE), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(3.0, -1.0)), radius::KEY, p.scheme.hover());
    }
    widgets::line(ui, rect, Align2::LEFT_CENTER, text, style, ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, spoken));
    response
}

fn value(ui: &mut Ui, text: &str, spoken: &str, part: Part, quiet: bool, out: &mut Queue) {
    let p = look(ui.ctx());
    let ink = if quiet { p.ink3 } else { p.ink };
    let response = words(ui, text, tokens::UI, ink, spoken);
    pressed(ui, response, part, out);
}

/// Initials and words that open what changes them.
fn person(ui: &mut Ui, who: &Named, text: &str, spoken: &str, part: Part, out: &mut Queue) {
    let p = look(ui.ctx());
    let width = look::width(ui, text, tokens::UI) + 24.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, LINE), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect.expand2(vec2(3.0, -1.0)), radius::KEY, p.scheme.hover());
    }
    initials(ui, rect, who);
    let inside = rect.with_min_x(rect.left() + 23.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, text, tokens::UI, p.ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, spoken));
    pressed(ui, response, part, out);
}

fn initials(ui: &Ui, rect: Rect, who: &Named) {
    widgets::avatar(ui, pos2(rect.left() + 9.0, rect.center().y), 9.0, &who.full, who.working);
}

fn side(ui: &mut Ui, who: &Named) {
    let p = look(ui.ctx());
    let width = look::width(ui, &who.name, tokens::UI_MEDIUM) + 24.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, LINE), Sense::hover());
    initials(ui, rect, who);
    let inside = rect.with_min_x(rect.left() + 23.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, &who.name, tokens::UI_MEDIUM, p.ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &who.name));
}

/// Another decision, which opens.
fn link(ui: &mut Ui, id: &str, title: &str, what: &str, out: &mut Queue) {
    let p = look(ui.ctx());
    let width = look::width(ui, title, tokens::UI).min(ui.max_rect().width());
    let (rect, response) = ui.allocate_exact_size(vec2(width, LINE), Sense::click());
    let at = widgets::line(ui, rect, Align2::LEFT_CENTER, title, tokens::UI, p.ink);
    ui.painter().hline(at.x_range(), at.bottom() - 0.5, Stroke::new(stroke::LINE, p.edge));
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("{what}: {title}")));
    widgets::focus_ring(ui, &response, radius::KEY);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        out.push(UiCommand::Go(Route::page(id)));
    }
}

/// A tooltip: under the pointer, and at once where the keyboard is.
fn tip(response: Response, words: &str) -> Response {
    if words.is_empty() {
        return response;
    }
    if response.has_focus() {
        response.show_tooltip_text(words);
        return response;
    }
    response.on_hover_text(words)
}

fn pressed(ui: &Ui, response: Response, part: Part, out: &mut Queue) {
    widgets::focus_ring(ui, &response, radius::KEY);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        out.push(UiCommand::Do(Action::Head(part)));
    }
}
