//! Draws a thread: its title, what came of it, its messages. The composer stands at the foot.

use egui::{Align2, Id, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::{Command, InboxDoes, ThreadCommand};

use super::composer::{self, Ground};
use super::data::{self, Message, Thread};
use super::group;
use super::hint::Hint;
use super::{Ask, ThreadsState};
use crate::gui::actions::{Action, key_of};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, Route, Then, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::inbox::menus;
use crate::gui::look::{self, look};
use crate::gui::page::links::follow;
use crate::gui::picker::{Entry, Picker, Sign};
use crate::gui::tokens::{self, radius, stroke};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button, Field, Tone};

/// Space beside a thread.
const MARGIN: f32 = 24.0;
/// Widest thread.
const WIDTH_MAX: f32 = 760.0;
/// Where the text of messages begins.
const INDENT: f32 = 38.0;

/// What a thread is drawn from.
#[derive(Clone, Copy)]
pub struct Reads<'a> {
    /// The thread.
    pub thread: &'a Thread,
    /// The foot of the composer.
    pub hint: &'a Hint,
    /// Answers of the engine.
    pub views: &'a Views,
    /// What time it is.
    pub clock: &'a Clock,
}

/// The part of a room in which a thread stands.
pub fn column(room: Rect) -> Rect {
    let width = (room.width() - 2.0 * MARGIN).clamp(0.0, WIDTH_MAX);
    Rect::from_center_size(room.center(), vec2(width, room.height()))
}

/// Draws a thread with its composer.
pub fn show(ui: &mut Ui, state: &mut ThreadsState, reads: Reads<'_>, out: &mut Queue) {
    let room = column(ui.max_rect());
    let foot = state.foot.clamp(0.0, room.height() * 0.7);
    let body = room.with_max_y(room.bottom() - foot - 12.0);
    widgets::region(ui, body, "said", "Thread", |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        head(ui, state, reads.thread, out);
        outcome(ui, state, reads.thread, out);
        let salt = ("messages", &reads.thread.id);
        ScrollArea::vertical().auto_shrink(false).stick_to_bottom(true).id_salt(salt).show(ui, |ui| {
            for (index, message) in reads.thread.messages.iter().enumerate() {
                if index > 0 {
                    let p = look(ui.ctx());
                    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
                    let from = rect.left() + INDENT;
                    ui.painter().hline(from..=rect.right(), rect.top(), Stroke::new(stroke::LINE, p.line));
                }
                draw(ui, state, reads.thread, message, out);
            }
            group::show(ui, &reads.thread.id, &reads.thread.group, out);
        });
    });
    let at = room.with_min_y(body.bottom() + 2.0);
    state.foot = widgets::region(ui, at, "composer", "Composer", |ui| {
        let ground =
            Ground { key: &reads.thread.id, hint: reads.hint, views: reads.views, clock: reads.clock };
        composer::show(ui, state, ground, out);
        ui.min_rect().height()
    }) + 14.0;
    // It is drawn where it was as high as before: a further frame puts all of it in sight.
    if (state.foot - foot).abs() > 0.5 && state.foot < room.height() * 0.7 {
        ui.ctx().request_repaint();
    }
}

fn head(ui: &mut Ui, state: &mut ThreadsState, thread: &Thread, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.add_space(14.0);
    if state.narrow && state.opened {
        let key = key_of(Action::BackToList).unwrap_or_default();
        if Button::plain("Back to the list").icon(Icon::Back).key(&key).show(ui).clicked() {
            out.push(UiCommand::Threads(Ask::BackToList));
        }
        ui.add_space(4.0);
    }
    let width = ui.available_width();
    let job = look::wrapped(&thread.title, tokens::THREAD, p.ink, width - 40.0);
    let galley = look::layout(ui, job);
    let (rect, _) = ui.allocate_exact_size(vec2(width, galley.size().y), Sense::hover());
    ui.painter().galley(rect.min, galley.clone(), p.ink);
    let title = Rect::from_min_size(rect.min, galley.size());
    let response = ui.interact(title, Id::unique("thread title"), Sense::focusable_noninteractive());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &thread.title));
    widgets::focus_ring(ui, &response, radius::ROW);
    if std::mem::take(&mut state.focus_thread) {
        response.request_focus();
    }
    let more = Rect::from_min_size(pos2(rect.right() - 28.0, rect.top()), vec2(28.0, 28.0));
    let id = ui.scope_id().with("more");
    if widgets::icon_button_at(ui, more, id, Icon::More, "More for this thread", None).clicked() {
        out.push(UiCommand::Pick(Box::new(menu(thread, more))));
    }
    ui.add_space(4.0);
    place(ui, thread, out);
    ui.add_space(10.0);
    widgets::rule(ui);
}

/// What the thread belongs to, and who takes part.
fn place(ui: &mut Ui, thread: &Thread, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if let Some((kind, id, title)) = thread.on.as_ref().filter(|(.., title)| !title.is_empty()) {
            widgets::short(ui, "On", tokens::UI, p.ink2);
            let job = look::one_line(title, tokens::UI, p.ink, ui.available_width());
            let link = ui.add(egui::Label::new(job).selectable(false).sense(Sense::click()));
            let under = link.rect.bottom() - 0.5;
            ui.painter().hline(link.rect.x_range(), under, Stroke::new(stroke::LINE, p.edge));
            link.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("On {title}")));
            widgets::focus_ring(ui, &link, radius::KEY);
            if link.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
                out.extend(opens(kind, id));
            }
            widgets::short(ui, "·", tokens::UI, p.ink3);
        }
        widgets::short(ui, &thread.people, tokens::UI, p.ink2);
        if thread.muted {
            widgets::short(ui, "·  muted", tokens::UI, p.wait);
        }
    });
}

fn opens(kind: &str, id: &str) -> Queue {
    match kind {
        "page" => vec![UiCommand::Go(Route::page(id))],
        "task" => vec![UiCommand::Go(Route::Tasks), UiCommand::SelectTask(Some(id.to_owned()))],
        _ => Vec::new(),
    }
}

fn close(thread: &str, outcome: Option<String>) -> UiCommand {
    let command = ThreadCommand::Close { thread: thread.to_owned(), outcome };
    UiCommand::Send(Box::new(Command::Thread(command)), Then::Quiet)
}

fn menu(thread: &Thread, anchor: Rect) -> Picker {
    let anchor = Rect::from_min_size(anchor.min - vec2(220.0, 0.0), anchor.size());
    let act = |icon, label: &str, action| {
        Entry::new(Sign::Icon(icon), label, UiCommand::Do(action)).right(&key_of(action).unwrap_or_default())
    };
    let mute = if thread.muted { "Hear it again" } else { "Mute" };
    let closing = match thread.outcome {
        Some(_) => Entry::new(Sign::Icon(Icon::Restore), "Open it again", close(&thread.id, None)),
        None => Entry::new(
            Sign::Icon(Icon::Check),
            "Close with its outcome…",
            UiCommand::Threads(Ask::BeginClosing),
        ),
    };
    let entries = vec![
        act(Icon::Words, "Reply", Action::Reply),
        act(Icon::Check, "Acknowledge…", Action::Acknowledge),
        act(Icon::Inbox, "Done", Action::Done),
        act(Icon::Clock, "Snooze…", Action::Snooze),
        act(Icon::Info, "Keep as unread", Action::Unread),
        act(Icon::Moon, mute, Action::Mute),
        act(Icon::Check, "New vote…", Action::NewVote),
        closing,
    ];
    Picker::new("This thread", Some(anchor), entries)
}

/// What came of the thread; the line for it while it is written.
fn outcome(ui: &mut Ui, state: &mut ThreadsState, thread: &Thread, out: &mut Queue) {
    let p = look(ui.ctx());
    if let Some(text) = &mut state.outcome {
        ui.add_space(12.0);
        let field = Field::new("Outcome", "One line: what came of it");
        let response = field.show(ui, text);
        if ui.memory(|memory| memory.focused().is_none()) && !response.lost_focus() {
            response.request_focus();
        }
        let (enter, escape) =
            ui.input(|input| (input.key_pressed(egui::Key::Enter), input.key_pressed(egui::Key::Escape)));
        let why = text.trim().is_empty().then_some("Write what came of it first");
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let close = Button::new("Close the thread").key("Enter").disabled(why).show(ui);
            if close.clicked() || (response.lost_focus() && enter && why.is_none()) {
                out.push(UiCommand::Threads(Ask::Close));
            }
            let stay = Button::plain("Cancel").spoken("Leave the thread open").show(ui);
            if stay.clicked() || (response.lost_focus() && escape) {
                out.push(UiCommand::Threads(Ask::GiveUpClosing));
            }
        });
        ui.add_space(6.0);
    }
    let before = |ui: &mut Ui| {
        for before in &thread.before {
            widgets::text(ui, &format!("Before: {before}"), tokens::SMALL, p.ink3);
        }
    };
    let Some((outcome, said)) = &thread.outcome else {
        if !thread.before.is_empty() {
            ui.add_space(8.0);
        }
        return before(ui);
    };
    ui.add_space(12.0);
    let frame = egui::Frame::NONE.fill(p.sunken).corner_radius(radius::CARD).inner_margin(12.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        widgets::text(ui, &format!("Outcome: {outcome}"), tokens::CALLOUT.weight(600.0), p.ink);
        ui.add_space(2.0);
        widgets::text(ui, &format!("Closed by {said}"), tokens::SMALL, p.ink2);
        before(ui);
        ui.add_space(8.0);
        if Button::new("Open it again").show(ui).clicked() {
            out.push(close(&thread.id, None));
        }
    });
}

fn draw(ui: &mut Ui, state: &mut ThreadsState, thread: &Thread, message: &Message, out: &mut Queue) {
    ui.add_space(12.0);
    message_head(ui, message);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(INDENT);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.set_width(ui.available_width());
            let edited = state.edit.as_ref().is_some_and(|(id, _)| *id == message.id);
            if edited {
                edit(ui, state, out);
            } else {
                said(ui, &message.body, out);
            }
            if let Some(words) = &message.waiting {
                waiting(ui, words, message, edited, out);
            }
            for (index, words) in message.expected.iter().enumerate() {
                quiet(ui, (index == 0).then_some(Icon::Clock), words);
            }
            for words in &message.acks {
                quiet(ui, Some(Icon::Check), words);
            }
            if !message.ladder.is_empty() {
                ladder(ui, thread, message);
            }
        });
    });
    ui.add_space(12.0);
}

fn message_head(ui: &mut Ui, message: &Message) {
    let p = look(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let response =
        ui.interact(rect, ui.scope_id().with(("message", &message.id)), Sense::focusable_noninteractive());
    widgets::avatar(ui, pos2(rect.left() + 13.0, rect.top() + 13.0), 13.0, &message.name, message.working);
    let inside = rect.with_min_x(rect.left() + INDENT);
    let when = widgets::line(ui, inside, Align2::RIGHT_CENTER, &message.when, tokens::SMALL, p.ink2);
    let name = widgets::line(ui, inside, Align2::LEFT_CENTER, &message.who, tokens::UI_STRONG, p.ink);
    let mut left = name.right() + 10.0;
    if let Some(intent) = &message.intent {
        let room = when.left() - left - 8.0;
        left =
            widgets::chip(ui, pos2(left, rect.center().y), intent, Tone::Label, room.max(40.0)).right() + 8.0;
    }
    if message.unread {
        widgets::chip(ui, pos2(left, rect.center().y), "unread", Tone::Waiting, 80.0);
    }
    let intent = message.intent.as_ref().map(|intent| format!(", {intent}")).unwrap_or_default();
    let body: String = data::pieces(&message.body).into_iter().map(|piece| piece.text).collect();
    let spoken = format!("{}{intent}, {}: {body}", message.who, message.when);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    tip(ui, response, &message.everywhere);
}

/// A tooltip that comes under the pointer and with the keyboard.
fn tip(ui: &Ui, response: egui::Response, words: &str) {
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.has_focus() {
        response.show_tooltip_text(words);
    } else {
        response.on_hover_text(words);
    }
}

/// The text of a message; addresses in it open as links of pages do.
fn said(ui: &mut Ui, body: &str, out: &mut Queue) {
    let p = look(ui.ctx());
    let pieces = data::pieces(body);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
        for piece in &pieces {
            let mut format = look::format(tokens::BODY.weight(400.0), p.ink);
            if piece.link {
                format.underline = Stroke::new(stroke::LINE, p.edge);
            }
            let mut job = egui::text::LayoutJob::single_section(piece.text.clone(), format);
            job.wrap.max_width = ui.available_width();
            if !piece.link {
                ui.add(egui::Label::new(job).selectable(true).wrap());
                continue;
            }
            let link = ui.add(egui::Label::new(job).selectable(false).wrap().sense(Sense::click()));
            link.widget_info(|| WidgetInfo::labeled(Role::Link, true, &piece.text));
            widgets::focus_ring(ui, &link, radius::KEY);
            if link.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(&piece.href).clicked() {
                out.push(follow(&piece.href));
            }
        }
    });
}

/// A quiet line under a message.
fn quiet(ui: &mut Ui, sign: Option<Icon>, words: &str) {
    let p = look(ui.ctx());
    ui.add_space(4.0);
    let galley = look::layout(ui, look::wrapped(words, tokens::SMALL, p.ink2, ui.available_width() - 22.0));
    let size = vec2(ui.available_width(), galley.size().y.max(18.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    if let Some(sign) = sign {
        let at = Rect::from_min_size(rect.min, vec2(16.0, 18.0));
        icon::paint(ui.painter(), at, 15.0, sign, p.ink2);
    }
    ui.painter().galley(rect.min + vec2(22.0, 1.0), galley, p.ink2);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
}

/// Where a message of one's own has arrived, a line a rung under the pointer and with the keyboard.
fn ladder(ui: &mut Ui, thread: &Thread, message: &Message) {
    let p = look(ui.ctx());
    ui.add_space(4.0);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    let at = widgets::line(ui, rect, Align2::LEFT_CENTER, &message.ladder, tokens::SMALL, p.ink3);
    let id = ui.scope_id().with(("ladder", &thread.id, &message.id));
    let response = ui.interact(at.expand(2.0), id, Sense::focusable_noninteractive());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("Delivery: {}", message.ladder)));
    tip(ui, response, &message.rungs);
}

/// A message that has not appeared yet: that, and what can still be done with it.
fn waiting(ui: &mut Ui, words: &str, message: &Message, edited: bool, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.add_space(6.0);
    let frame = egui::Frame::NONE.fill(p.wait_tint).corner_radius(radius::ROW).inner_margin(8.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        widgets::text(ui, words, tokens::SMALL, p.wait);
        if edited {
            return;
        }
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            let of = (message.id.clone(), message.body.clone());
            if Button::new("Edit").spoken("Edit the message that waits").show(ui).clicked() {
                out.push(UiCommand::Threads(Ask::Edit { message: of.0.clone(), body: of.1.clone() }));
            }
            if Button::new("Cancel").spoken("Call the message back").show(ui).clicked() {
                out.push(UiCommand::Threads(Ask::CallBack { message: of.0, body: of.1 }));
            }
        });
    });
}

fn edit(ui: &mut Ui, state: &mut ThreadsState, out: &mut Queue) {
    let Some((_, text)) = &mut state.edit else { return };
    Field { rows: 3, ..Field::new("Text of the message", "What it says") }.show(ui, text);
    ui.add_space(6.0);
    let why = text.trim().is_empty().then_some("Write something first");
    ui.horizontal(|ui| {
        if Button::new("Keep").spoken("Keep the new text").disabled(why).show(ui).clicked() {
            out.push(UiCommand::Threads(Ask::EditDone));
        }
        if Button::plain("Cancel").spoken("Keep the text as it was").show(ui).clicked() {
            out.push(UiCommand::Threads(Ask::GiveUpEdit));
        }
    });
}

/// Mutes a thread, or lets it be heard again.
pub fn mute(thread: &str, muted: bool) -> UiCommand {
    let said = if muted { "Heard again" } else { "Muted: only what names you comes from here on" };
    menus::undoable(thread, InboxDoes::Mute(!muted), said.to_owned(), InboxDoes::Mute(muted))
}
