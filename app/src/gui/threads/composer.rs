//! Draws what is being written: the text, its intent and urgency, who it is for, and what each choice of sending does.

use egui::{
    CornerRadius, Id, Key, Margin, Modifiers, Rect, Response, Sense, Stroke, Ui, WidgetInfo, accesskit::Role,
};
use egui::{pos2, vec2};

use super::hint::Hint;
use super::{Ask, Composer, INTENTS, NEW, ThreadsState, emergency, named, people};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::picker::{Entry, Picker, Sign};
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button, Field};

/// Most names that are offered at once.
const OFFERED_MAX: usize = 5;
/// Space inside.
const INNER: f32 = 12.0;

/// What a composer is drawn from.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The thread it is for; [`NEW`] for a new one.
    pub key: &'a str,
    /// Its foot.
    pub hint: &'a Hint,
    /// Answers of the engine.
    pub views: &'a Views,
    /// What time it is.
    pub clock: &'a Clock,
}

/// Where the text of a composer is written.
pub fn field_id(key: &str) -> Id {
    Id::unique(("message", key))
}

/// Draws the composer of a thread.
pub fn show(ui: &mut Ui, state: &mut ThreadsState, ground: Ground<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    let focus = std::mem::take(&mut state.focus_composer);
    let composer = state.composers.entry(ground.key.to_owned()).or_default();
    let before = composer.kept();
    keys(ui, ground.key, out);
    let focused = ui.memory(|memory| memory.has_focus(field_id(ground.key)));
    let pen = if focused { Stroke::new(stroke::FOCUS, p.ink2) } else { Stroke::new(stroke::LINE, p.edge) };
    let frame = egui::Frame::NONE.fill(p.raised).stroke(pen).corner_radius(radius::CARD);
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        padded(ui, |ui| {
            text(ui, composer, ground, focus);
            ui.add_space(8.0);
            if composer.urgency() == "urgent" {
                let reason = composer.say.reason.get_or_insert_default();
                Field::new("Why it cannot wait", "Why it cannot wait").show(ui, reason);
                ui.add_space(8.0);
            }
            if composer.is_emergency() {
                emergency::ticks(ui, composer, ground.views);
                ui.add_space(8.0);
            }
            choices(ui, composer, ground, out);
        });
        foot(ui, composer, ground, out);
    });
    if composer.kept() != before {
        composer.problem = None;
        state.typed_at = Some(state.now);
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(super::SAVED_AFTER_SECS));
    }
}

fn padded(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    egui::Frame::NONE.inner_margin(INNER).show(ui, |ui| {
        ui.set_width(ui.available_width());
        content(ui);
    });
}

/// Ctrl Enter sends, with Shift it is held; both only from within the composer.
fn keys(ui: &Ui, key: &str, out: &mut Queue) {
    if !ui.memory(|memory| memory.has_focus(field_id(key))) {
        return;
    }
    ui.input_mut(|input| {
        let hold = input.consume_key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Enter);
        if hold || input.consume_key(Modifiers::COMMAND, Key::Enter) {
            out.push(UiCommand::Threads(Ask::Send { hold }));
        }
    });
}

fn text(ui: &mut Ui, composer: &mut Composer, ground: Ground<'_>, focus: bool) {
    let p = look(ui.ctx());
    let is_new = ground.key == NEW;
    let hint = if is_new { "What it is about, what was tried, what is needed" } else { "Reply" };
    let hint = egui::RichText::new(hint).color(p.ink3).font(look::font(tokens::BODY));
    let name = if is_new { "Message" } else { "Reply to the thread" };
    let most = if is_new { 320.0 } else { 200.0 };
    let scroll = egui::ScrollArea::vertical().max_height(most).id_salt("text");
    let response = scroll
        .show(ui, |ui| {
            let edit = egui::TextEdit::multiline(&mut composer.say.body)
                .id(field_id(ground.key))
                .font(look::font(tokens::BODY))
                .hint_text(hint)
                .frame(egui::Frame::NONE.inner_margin(Margin::symmetric(2, 2)))
                .desired_width(ui.available_width())
                .desired_rows(if is_new { 8 } else { 2 });
            let response: Response = (*edit.show(ui).response).clone();
            response.accessible_name(name)
        })
        .inner;
    if focus {
        response.request_focus();
    }
}

/// Intent and urgency, and whether what is written is kept.
fn choices(ui: &mut Ui, composer: &Composer, ground: Ground<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let (intent, urgency) = (composer.intent(), composer.urgency());
        let shown = named(&INTENTS, intent);
        let picked = drop_down(ui, "Intent", &shown);
        if picked.clicked() {
            let menu = menu("Intent", &INTENTS, &shown, picked.rect, Ask::Intent);
            out.push(UiCommand::Pick(Box::new(menu)));
        }
        let shown = named(&emergency::ALL, urgency);
        let picked = drop_down(ui, "Urgency", &shown);
        if picked.clicked() {
            let menu =
                menu("Urgency", &emergency::urgencies(ground.views), &shown, picked.rect, Ask::Urgency);
            out.push(UiCommand::Pick(Box::new(menu)));
        }
        let words = match (&composer.problem, composer.is_saved()) {
            (Some(_), _) => "Not sent",
            (None, true) => "Draft saved here",
            (None, false) => "",
        };
        let left = ui.available_width();
        let (rect, response) = ui.allocate_exact_size(vec2(left, size::BUTTON), Sense::hover());
        if !words.is_empty() {
            widgets::line(ui, rect, egui::Align2::RIGHT_CENTER, words, tokens::SMALL, p.ink3);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
        }
    });
    if let Some(problem) = &composer.problem {
        ui.add_space(6.0);
        widgets::text(ui, problem, tokens::SMALL, p.cut);
    }
}

fn menu(title: &str, of: &[(&str, &str)], now: &str, anchor: Rect, ask: fn(String) -> Ask) -> Picker {
    let entry = |(word, name): &(&str, &str)| {
        Entry::new(Sign::None, name, UiCommand::Threads(ask((*word).to_owned())))
    };
    Picker::new(title, Some(anchor), of.iter().map(entry).collect()).at(now)
}

/// A button that shows what is chosen and opens a menu.
fn drop_down(ui: &mut Ui, name: &str, chosen: &str) -> Response {
    let p = look(ui.ctx());
    let (wide, strong) =
        (look::width(ui, name, tokens::SMALL), look::width(ui, chosen, tokens::SMALL_STRONG));
    let (rect, response) = ui.allocate_exact_size(vec2(wide + strong + 46.0, 26.0), Sense::click());
    let corner = CornerRadius::same(radius::ROW);
    let pen = Stroke::new(stroke::LINE, p.line);
    ui.painter().rect(rect, corner, p.raised, pen, egui::StrokeKind::Inside);
    if response.hovered() {
        ui.painter().rect_filled(rect, corner, p.scheme.hover());
    }
    let inside = rect.shrink2(vec2(9.0, 0.0));
    let at = widgets::line(ui, inside, egui::Align2::LEFT_CENTER, name, tokens::SMALL, p.ink2);
    let after = inside.with_min_x(at.right() + 5.0);
    let at = widgets::line(ui, after, egui::Align2::LEFT_CENTER, chosen, tokens::SMALL_STRONG, p.ink);
    let sign = Rect::from_min_size(pos2(at.right() + 4.0, rect.top()), vec2(16.0, rect.height()));
    icon::paint(ui.painter(), sign, 14.0, Icon::ChevronDown, p.ink2);
    let spoken = format!("{name}: {chosen}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}

/// Who it reaches when, and the two ways to send it.
fn foot(ui: &mut Ui, composer: &Composer, ground: Ground<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    let hint = ground.hint;
    let corner = CornerRadius { sw: radius::CARD, se: radius::CARD, ..CornerRadius::ZERO };
    let frame = egui::Frame::NONE.fill(p.chrome).corner_radius(corner).inner_margin(INNER);
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        if !hint.who.is_empty() {
            hint_words(ui, hint);
            ui.add_space(8.0);
        }
        let room = vec2(ui.available_width(), size::BUTTON);
        ui.allocate_ui_with_layout(room, egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let lacks = composer.lacks(ground.key == NEW);
            let main = Button::main(&hint.deliver).key("Ctrl Enter").disabled(lacks).show(ui);
            if main.clicked() {
                out.push(UiCommand::Threads(Ask::Send { hold: false }));
            }
            if let Some(hold) = &hint.hold {
                let held = Button::new(hold).key("Ctrl Shift Enter").disabled(lacks).show(ui);
                if held.clicked() {
                    out.push(UiCommand::Threads(Ask::Send { hold: true }));
                }
            }
        });
    });
    let top = shown.response.rect.top();
    ui.painter().hline(shown.response.rect.x_range(), top, Stroke::new(stroke::LINE, p.line));
}

fn hint_words(ui: &mut Ui, hint: &Hint) {
    let p = look(ui.ctx());
    let width = ui.available_width() - 26.0;
    let mut job = egui::text::LayoutJob::default();
    job.append(&hint.who, 0.0, look::format(tokens::UI_STRONG, p.ink));
    job.append(&format!(" {}", hint.choices), 0.0, look::format(tokens::UI, p.ink));
    job.wrap.max_width = width;
    let galley = look::layout(ui, job);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), galley.size().y), Sense::hover());
    let sky = Rect::from_min_size(rect.min, vec2(18.0, 18.0));
    icon::paint(ui.painter(), sky, 16.0, if hint.working { Icon::Sun } else { Icon::Moon }, p.ink2);
    ui.painter().galley(rect.min + vec2(26.0, 0.0), galley, p.ink);
    let spoken = format!("{} {}", hint.who, hint.choices);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    for warning in &hint.warnings {
        ui.add_space(4.0);
        widgets::text(ui, warning, tokens::SMALL, p.wait);
    }
}

/// Draws the page on which a new thread is written.
pub fn new_thread(ui: &mut Ui, state: &mut ThreadsState, ground: Ground<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.spacing_mut().item_spacing.y = 0.0;
    egui::ScrollArea::vertical().auto_shrink(false).id_salt("new thread").show(ui, |ui| {
        ui.add_space(18.0);
        widgets::text(ui, "New thread", tokens::THREAD, p.ink);
        ui.add_space(12.0);
        let before = {
            let composer = state.composers.entry(NEW.to_owned()).or_default();
            let before = composer.title.clone();
            if let Some((_, title)) = &composer.on {
                let (label, spoken) = (format!("On {title}"), format!("Not on {title}"));
                if Button::new(&label).icon(Icon::Close).spoken(&spoken).show(ui).clicked() {
                    out.push(UiCommand::Threads(Ask::OffPage));
                }
                ui.add_space(8.0);
            }
            let field = Field::new("Title", "One line that says what it is about");
            let response = field.show(ui, &mut composer.title);
            if state.focus_composer && before.is_empty() {
                response.request_focus();
                state.focus_composer = false;
            }
            ui.add_space(10.0);
            asked(ui, composer, ground, out);
            ui.add_space(12.0);
            before
        };
        if state.composers.get(NEW).is_some_and(|composer| composer.title != before) {
            state.typed_at = Some(state.now);
        }
        show(ui, state, ground, out);
        ui.add_space(20.0);
    });
}

/// Who is asked, with the names that fit what is typed.
fn asked(ui: &mut Ui, composer: &mut Composer, ground: Ground<'_>, out: &mut Queue) {
    if !composer.say.to.is_empty() {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
            for id in &composer.say.to {
                let name = people::name(ground.views, id);
                let spoken = format!("Take {name} out");
                if Button::new(name).icon(Icon::Close).spoken(&spoken).show(ui).clicked() {
                    out.push(UiCommand::Threads(Ask::DropTo(id.clone())));
                }
            }
        });
        ui.add_space(8.0);
    }
    let response = Field::new("To", "Who is asked: a name, then Enter").show(ui, &mut composer.to);
    let typed = composer.to.trim().to_lowercase();
    if typed.is_empty() {
        return;
    }
    let members = ground.views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
    let fits = members.iter().filter(|member| {
        let named = member.name.to_lowercase();
        let begins =
            named.split_whitespace().any(|word| word.starts_with(&typed)) || named.starts_with(&typed);
        member.state == "active" && !member.me && begins && !composer.say.to.contains(&member.id)
    });
    let offered: Vec<&tern_peer::MemberView> = fits.take(OFFERED_MAX).collect();
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if let (true, Some(first)) = (entered, offered.first()) {
        out.push(UiCommand::Threads(Ask::AddTo(first.id.clone())));
        response.request_focus();
        return;
    }
    ui.add_space(6.0);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for member in offered {
            let now = ground.clock.now().timestamp().to_string();
            let local = ground.clock.due_in(&now, &member.zone).unwrap_or_else(|| ground.clock.due(&now));
            let label = format!("{}, {local}", member.name);
            let spoken = format!("Ask {}", member.name);
            if Button::new(&label).spoken(&spoken).show(ui).clicked() {
                out.push(UiCommand::Threads(Ask::AddTo(member.id.clone())));
            }
        }
    });
}
