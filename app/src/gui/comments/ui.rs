//! Draws comments in the right column.

use egui::{Align2, Id, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::Command;

use super::data::{self, Said, Thread};
use super::{Draft, Talk, TalkState};
use crate::gui::actions::{Action, key_of};
use crate::gui::clock::Clock;
use crate::gui::command::{Held, Queue, Then, UiCommand};
use crate::gui::details::section;
use crate::gui::look::{self, look};
use crate::gui::people::is_working;
use crate::gui::tokens::{self, radius, stroke};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button, Field};

/// Most characters of a quote that are shown.
const QUOTE_CHARS: usize = 140;

/// Draws the comments on the open page.
pub fn show(ui: &mut Ui, state: &mut TalkState, views: &Views, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let threads = views.open.comments.get();
    let threads = threads.map(|view| data::build(view, views.members.get(), clock, state.resolved));
    let threads = threads.unwrap_or_default();
    let head = section(ui, "Comments", &data::count_words(&threads));
    new_button(ui, head, out);
    draft(ui, state, out);
    if threads.shown.is_empty() && state.draft.is_none() {
        let words = "Select words in the page and comment on them. Comments stand here beside the text.";
        widgets::text(ui, words, tokens::SMALL, p.ink3);
    }
    for thread in &threads.shown {
        card(ui, state, thread, out);
        ui.add_space(8.0);
    }
    if threads.resolved > 0 {
        let words = match (state.resolved, threads.resolved) {
            (true, _) => "Hide what is resolved".to_owned(),
            (false, 1) => "Show 1 resolved".to_owned(),
            (false, count) => format!("Show {count} resolved"),
        };
        if Button::plain(&words).show(ui).clicked() {
            out.push(UiCommand::Talk(Talk::ShowResolved(!state.resolved)));
        }
    }
    if let Some(error) = views.open.comments.error() {
        widgets::text(ui, &error.to_string(), tokens::SMALL, p.cut);
    }
}

/// The key that begins a comment, at the right of the heading; a click does the same.
fn new_button(ui: &mut Ui, head: Rect, out: &mut Queue) {
    let key = key_of(Action::Comment).unwrap_or_default();
    let width = look::width(ui, &key, tokens::TINY) + 10.0;
    let at = Rect::from_min_max(
        pos2(head.right() - width, head.top() + 3.0),
        pos2(head.right(), head.bottom() - 3.0),
    );
    let response = ui.interact(at, ui.scope_id().with("comment"), Sense::click());
    widgets::key_cap(ui, pos2(at.left(), at.center().y), &key, None);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Comment on what is selected"));
    widgets::focus_ring(ui, &response, radius::KEY);
    let response = response.on_hover_cursor(egui::CursorIcon::PointingHand);
    if response.on_hover_text("Comment on what is selected").clicked() {
        out.push(UiCommand::Talk(Talk::Begin));
    }
}

fn frame(p: look::Look, focused: bool) -> egui::Frame {
    let pen = if focused { Stroke::new(stroke::GLYPH, p.here) } else { Stroke::new(stroke::LINE, p.line) };
    egui::Frame::NONE
        .fill(p.raised)
        .stroke(pen)
        .corner_radius(radius::CARD)
        .inner_margin(egui::Margin::same(12))
}

/// The words a thread is on, with a bar.
fn quote(ui: &mut Ui, words: &str, note: &str) {
    let p = look(ui.ctx());
    if !words.is_empty() {
        let mut shown: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if shown.chars().count() > QUOTE_CHARS {
            shown = shown.chars().take(QUOTE_CHARS).chain(['…']).collect();
        }
        let width = ui.available_width() - 10.0;
        let galley = look::layout(ui, look::wrapped(&shown, tokens::SMALL, p.ink2, width));
        let size = vec2(ui.available_width(), galley.size().y + 2.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let bar = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
        ui.painter().rect_filled(bar, 0.0, p.edge);
        ui.painter().galley(rect.min + vec2(10.0, 1.0), galley, p.ink2);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &shown));
        ui.add_space(6.0);
    }
    if !note.is_empty() {
        widgets::text(ui, note, tokens::SMALL, p.ink3);
        ui.add_space(4.0);
    }
}

/// Ctrl Enter in the field with this identity.
fn sends(ui: &Ui, id: Id) -> bool {
    let keyed = egui::Modifiers::COMMAND;
    ui.memory(|memory| memory.has_focus(id))
        && ui.input_mut(|input| input.consume_key(keyed, egui::Key::Enter))
}

fn draft(ui: &mut Ui, state: &mut TalkState, out: &mut Queue) {
    let Some(draft) = &mut state.draft else { return };
    let p = look(ui.ctx());
    frame(p, true).show(ui, |ui| {
        ui.set_width(ui.available_width());
        quote(ui, &draft.quote, if draft.quote.is_empty() { "On the page as a whole" } else { "" });
        draft_field(ui, draft, out);
    });
    ui.add_space(8.0);
}

fn draft_field(ui: &mut Ui, draft: &mut Draft, out: &mut Queue) {
    let name = if draft.quote.is_empty() {
        "Comment on the page".to_owned()
    } else {
        let words: String = draft.quote.chars().take(QUOTE_CHARS).collect();
        format!("Comment on “{words}”")
    };
    let id = Id::unique("new comment");
    let send = sends(ui, id) && !draft.text.trim().is_empty();
    let field = Field { rows: 3, id, ..Field::new(&name, "What should be said about this") };
    let response = field.show(ui, &mut draft.text);
    if std::mem::take(&mut draft.focus) {
        response.request_focus();
        ui.scroll_to_rect(response.rect.expand(40.0), None);
    }
    let left = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape));
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let why = match (draft.sent || draft.sending, draft.text.trim().is_empty()) {
            (true, _) => Some("It is on its way"),
            (false, true) => Some("Write something first"),
            (false, false) => None,
        };
        let main = Button::main("Send").spoken("Send comment").key("Ctrl Enter").disabled(why);
        if (main.show(ui).clicked() || send) && why.is_none() {
            out.push(UiCommand::Talk(Talk::Send));
        }
        let give_up = Button::plain("Cancel").spoken("Cancel the comment").show(ui);
        if give_up.clicked() || (left && draft.text.trim().is_empty()) {
            out.push(UiCommand::Talk(Talk::Cancel));
        }
    });
}

fn card(ui: &mut Ui, state: &mut TalkState, thread: &Thread, out: &mut Queue) {
    let p = look(ui.ctx());
    let focused = state.focus.as_deref() == Some(thread.id.as_str());
    let shown = frame(p, focused).show(ui, |ui| {
        ui.set_width(ui.available_width());
        quote(ui, &thread.quote, &thread.note);
        for said in &thread.said {
            message(ui, said);
        }
        if focused && !thread.resolved {
            reply(ui, state, thread, out);
        }
        foot(ui, thread, focused, out);
    });
    let rect = shown.response.rect;
    if focused && std::mem::take(&mut state.reveal) {
        ui.scroll_to_rect(rect, None);
    }
    // The head of the card takes clicks; what lies in it keeps its own.
    let head = rect.with_max_y(rect.bottom() - 44.0);
    let response = ui.interact(head, ui.scope_id().with(("thread", &thread.id)), Sense::click());
    let label = format!("Thread: {}", if thread.quote.is_empty() { &thread.note } else { &thread.quote });
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, focused, &label));
    widgets::focus_ring(ui, &response, radius::CARD);
    if !focused && response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        out.push(UiCommand::Talk(Talk::Pick(thread.id.clone())));
    }
}

fn message(ui: &mut Ui, said: &Said) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    widgets::avatar(
        ui,
        pos2(rect.left() + 9.0, rect.center().y),
        9.0,
        &said.name,
        is_working(ui.ctx(), &said.name),
    );
    let inside = rect.with_min_x(rect.left() + 26.0);
    let when = widgets::line(ui, inside, Align2::RIGHT_CENTER, &said.when, tokens::SMALL, p.ink3);
    let name = inside.with_max_x(when.left() - 8.0);
    widgets::line(ui, name, Align2::LEFT_CENTER, &said.who, tokens::UI_STRONG, p.ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}, {}", said.who, said.when)));
    widgets::text(ui, &said.text, tokens::UI, p.ink);
    ui.add_space(8.0);
}

fn reply(ui: &mut Ui, state: &mut TalkState, thread: &Thread, out: &mut Queue) {
    let id = Id::unique(("reply", &thread.id));
    let text = state.replies.entry(thread.id.clone()).or_default();
    let send = sends(ui, id) && !text.trim().is_empty();
    let name = format!("Reply to {}", thread.said.first().map_or("this", |said| said.who.as_str()));
    Field { rows: 2, id, ..Field::new(&name, "Reply") }.show(ui, text);
    if send {
        out.push(UiCommand::Talk(Talk::Reply(thread.id.clone())));
    }
    ui.add_space(8.0);
}

fn foot(ui: &mut Ui, thread: &Thread, focused: bool, out: &mut Queue) {
    let resolve = |on| Command::CommentResolve { thread: thread.id.clone(), on };
    let about = if thread.quote.is_empty() { "the page" } else { &thread.quote };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if thread.resolved {
            if Button::new("Open again").spoken(&format!("Open again: {about}")).show(ui).clicked() {
                out.push(UiCommand::Send(Box::new(resolve(false)), Then::Quiet));
            }
            return;
        }
        if focused {
            let send =
                Button::new("Reply").key("Ctrl Enter").spoken(&format!("Send the reply: {about}")).show(ui);
            if send.clicked() {
                out.push(UiCommand::Talk(Talk::Reply(thread.id.clone())));
            }
        } else if Button::plain("Reply").spoken(&format!("Reply: {about}")).show(ui).clicked() {
            out.push(UiCommand::Talk(Talk::Pick(thread.id.clone())));
        }
        if Button::plain("Resolve").spoken(&format!("Resolve: {about}")).show(ui).clicked() {
            let then = Then::Undoable("The comment is resolved".to_owned(), Box::new(Held(resolve(false))));
            out.push(UiCommand::Send(Box::new(resolve(true)), then));
        }
    });
}
