//! The palette: jump to a page, task or person, run a command, search, or create, from one field.

use egui::{
    Align2, Area, Id, Key, Modifiers, Order, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::command::{Queue, Route, UiCommand};
use super::icon::{self, Icon};
use super::look::{self, look};
use super::picker::chosen;
use super::tokens::{self, Shadow, radius, size, stroke};
use super::widgets;

mod find;
mod fuzzy;

#[cfg(test)]
pub use find::text;
pub use find::{Found, FoundSign, Ground, find};

/// Height of the line one types in, and of the hints at the foot.
const ENTRY: f32 = 52.0;
const FOOT: f32 = 36.0;

fn entry_id() -> Id {
    Id::unique("palette entry")
}

/// The open palette.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What is typed.
    pub text: String,
    selected: usize,
    /// The selected result is brought into sight in the next frame.
    reveal: bool,
    age: u32,
    found: Vec<Found>,
    found_for: Option<Stamp>,
    /// How often everything was looked through; it is not done again while nothing changes.
    pub looked: u32,
}

/// What the results depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    text: String,
    answers: [usize; 3],
    people: usize,
}

impl Palette {
    /// A palette in which something is typed already.
    pub fn with(text: &str) -> Self {
        Palette { text: text.to_owned(), ..Palette::default() }
    }

    /// Draws it over everything.
    pub fn show(&mut self, ctx: &egui::Context, ground: Ground<'_>, out: &mut Queue) {
        self.age += 1;
        let p = look(ctx);
        let screen = ctx.content_rect();
        let scrim = ctx.layer_painter(egui::LayerId::new(Order::Middle, Id::unique("scrim")));
        scrim.rect_filled(screen, 0, p.scheme.scrim());
        self.look_through(ground);
        self.keys(ctx, out);
        let width = size::PALETTE.min(screen.width() - 32.0);
        let top = size::PALETTE_TOP.min(screen.height() * 0.12);
        let at = pos2(screen.center().x - width / 2.0, screen.top() + top);
        let area = Area::new(Id::unique("palette")).order(Order::Foreground).fixed_pos(at).constrain(true);
        let shown = area.accessible_name("Palette").show(ctx, |ui| {
            let frame = egui::Frame::NONE
                .fill(p.raised)
                .stroke(egui::Stroke::new(stroke::LINE, p.edge))
                .corner_radius(radius::DIALOG)
                .shadow(p.scheme.shadow(Shadow::Palette));
            frame.show(ui, |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 0.0;
                self.entry(ui);
                widgets::rule(ui);
                let most = (screen.bottom() - at.y - ENTRY - FOOT - 36.0).max(size::PALETTE_ROW * 2.0);
                egui::Frame::NONE.inner_margin(8.0).show(ui, |ui| {
                    let scroll = egui::ScrollArea::vertical().max_height(most).min_scrolled_height(most);
                    scroll.show(ui, |ui| self.results(ui, out));
                });
                widgets::rule(ui);
                foot(ui);
            });
        });
        let outside = ctx.input(|input| {
            input.pointer.any_pressed()
                && input.pointer.interact_pos().is_some_and(|pos| !shown.response.rect.contains(pos))
        });
        if outside && self.age > 1 {
            out.push(UiCommand::Close);
        }
    }

    fn look_through(&mut self, ground: Ground<'_>) {
        let views = ground.views;
        let stamp = Stamp {
            text: self.text.clone(),
            answers: [
                views.pages.stamp() ^ views.templates.stamp(),
                views.tasks.stamp(),
                views.members.stamp(),
            ],
            people: views.people.values().fold(0, |sum, person| sum ^ person.stamp()),
        };
        if self.found_for.as_ref() != Some(&stamp) {
            self.found = find(ground, &self.text);
            self.found_for = Some(stamp);
            self.looked += 1;
        }
    }

    fn keys(&mut self, ctx: &egui::Context, out: &mut Queue) {
        let count = self.found.len();
        self.selected = self.selected.min(count.saturating_sub(1));
        ctx.input_mut(|input| {
            if input.consume_key(Modifiers::NONE, Key::Escape) {
                out.push(UiCommand::Close);
            }
            if input.consume_key(Modifiers::NONE, Key::ArrowDown) && count > 0 {
                (self.selected, self.reveal) = ((self.selected + 1) % count, true);
            }
            if input.consume_key(Modifiers::NONE, Key::ArrowUp) && count > 0 {
                (self.selected, self.reveal) = ((self.selected + count - 1) % count, true);
            }
            let beside = input.consume_key(Modifiers::COMMAND, Key::Enter);
            if (beside || input.consume_key(Modifiers::NONE, Key::Enter))
                && let Some(chosen) = self.found.get(self.selected)
            {
                out.push(UiCommand::Close);
                out.extend(chosen.commands.iter().cloned().map(|command| match command {
                    UiCommand::Go(route @ Route::Page { .. }) if beside => UiCommand::GoBeside(route),
                    command => command,
                }));
            }
        });
    }

    fn entry(&mut self, ui: &mut Ui) {
        let p = look(ui.ctx());
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ENTRY), Sense::hover());
        let sign = Rect::from_min_size(rect.min + vec2(16.0, 0.0), vec2(20.0, rect.height()));
        icon::paint(ui.painter(), sign, 20.0, Icon::Search, p.ink2);
        let inside = Rect::from_min_max(
            pos2(rect.left() + 46.0, rect.top() + 14.0),
            pos2(rect.right() - if self.text.is_empty() { 16.0 } else { 150.0 }, rect.bottom()),
        );
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(inside).id_salt("entry"));
        if !self.text.is_empty() {
            let words = "Jump, run or create";
            widgets::line(
                ui,
                rect.with_max_x(rect.right() - 16.0),
                Align2::RIGHT_CENTER,
                words,
                tokens::SMALL,
                p.ink3,
            );
        }
        let hint = egui::RichText::new("Jump, run or create").color(p.ink3).font(look::font(tokens::ENTRY));
        let output = egui::TextEdit::singleline(&mut self.text)
            .id(entry_id())
            .font(look::font(tokens::ENTRY))
            .hint_text(hint)
            .frame(egui::Frame::NONE)
            .desired_width(inside.width())
            .show(&mut child);
        let response: egui::Response = (*output.response).clone().accessible_name("Jump, run or create");
        if response.changed() {
            self.selected = 0;
        }
        if !response.has_focus() {
            response.request_focus();
            let end = egui::text::CCursor::end_of_str(&self.text);
            let mut field = output.state.clone();
            field.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
            field.store(ui.ctx(), response.id);
        }
    }

    fn results(&mut self, ui: &mut Ui, out: &mut Queue) {
        let p = look(ui.ctx());
        let mut group = "";
        for (index, entry) in self.found.iter().enumerate() {
            if entry.group != group {
                group = entry.group;
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
                let inside = rect.with_min_x(rect.left() + 10.0).translate(vec2(0.0, 2.0));
                widgets::line(ui, inside, Align2::LEFT_CENTER, group, tokens::SMALL_STRONG, p.ink3);
            }
            let selected = index == self.selected;
            let response = result_row(ui, entry, selected);
            if selected {
                chosen(ui, entry_id(), &response);
            }
            if selected && std::mem::take(&mut self.reveal) {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                out.push(UiCommand::Close);
                out.extend(entry.commands.iter().cloned());
            }
        }
        if self.found.is_empty() {
            ui.add_space(8.0);
            widgets::text(ui, "  Nothing is called that.", tokens::UI, p.ink2);
            ui.add_space(8.0);
        }
    }
}

fn result_row(ui: &mut Ui, entry: &Found, selected: bool) -> egui::Response {
    let p = look(ui.ctx());
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), size::PALETTE_ROW), Sense::CLICK);
    widgets::row_ground(ui, rect, selected, response.hovered());
    let sign = Rect::from_min_size(rect.min + vec2(10.0, 0.0), vec2(18.0, rect.height()));
    match &entry.sign {
        FoundSign::Icon(icon) => {
            icon::paint(ui.painter(), sign, 18.0, *icon, if selected { p.here } else { p.ink2 });
        }
        FoundSign::Status(status) => {
            let ring = Rect::from_center_size(sign.center(), vec2(16.0, 16.0));
            icon::status(ui.painter(), ring, status, &p);
        }
        FoundSign::Person(name, working) => widgets::avatar(ui, sign.center(), 9.0, name, *working),
    }
    let inside =
        Rect::from_min_max(pos2(rect.left() + 38.0, rect.top()), pos2(rect.right() - 12.0, rect.bottom()));
    let right = right_side(ui, entry, inside, selected);
    let room = (right - inside.left() - 10.0).max(40.0);
    let galley = look::layout(ui, label(entry, selected, &p, room));
    let end = inside.left() + galley.size().x + 10.0;
    ui.painter().galley(pos2(inside.left(), rect.center().y - galley.size().y / 2.0), galley, p.ink);
    if right - end > 60.0 {
        let note = Rect::from_min_max(pos2(end, rect.top()), pos2(right - 10.0, rect.bottom()));
        widgets::line(ui, note, Align2::LEFT_CENTER, &entry.note, tokens::SMALL, p.ink3);
    }
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, selected, &entry.label));
    response
}

/// The label with the letters that match bold and underlined.
fn label(entry: &Found, selected: bool, p: &look::Look, width: f32) -> egui::text::LayoutJob {
    let style = if selected { tokens::UI_MEDIUM } else { tokens::UI };
    let mut job = egui::text::LayoutJob::default();
    for (text, is_match) in runs(&entry.label, &entry.places) {
        let mut format = look::format(if is_match { tokens::UI_STRONG.weight(700.0) } else { style }, p.ink);
        if is_match {
            format.underline = egui::Stroke::new(stroke::LINE, p.ink2);
        }
        job.append(&text, 0.0, format);
    }
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    job
}

/// Quiet text or key caps at the right; returns where they begin.
fn right_side(ui: &Ui, entry: &Found, inside: Rect, selected: bool) -> f32 {
    let p = look(ui.ctx());
    let enter = (selected && entry.keys.is_empty() && entry.right.is_empty()).then(|| "Enter".to_owned());
    let mut left = inside.right();
    for key in entry.keys.iter().chain(&enter).rev() {
        let width = look::width(ui, key, tokens::TINY).max(6.0) + 10.0;
        left -= width;
        widgets::key_cap(ui, pos2(left, inside.center().y), key, None);
        left -= 5.0;
    }
    let text = inside.with_max_x(left);
    left.min(widgets::line(ui, text, Align2::RIGHT_CENTER, &entry.right, tokens::SMALL, p.ink3).left())
}

/// The label as runs of letters that match or do not.
fn runs(label: &str, places: &[usize]) -> Vec<(String, bool)> {
    let mut runs: Vec<(String, bool)> = Vec::new();
    for (at, c) in label.chars().enumerate() {
        let is_match = places.binary_search(&at).is_ok();
        match runs.last_mut() {
            Some((text, same)) if *same == is_match => text.push(c),
            _ => runs.push((c.to_string(), is_match)),
        }
    }
    runs
}

fn foot(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), FOOT), Sense::hover());
    let mut x = rect.left() + 16.0;
    let ways =
        [(&["↑", "↓"][..], "choose"), (&["Enter"][..], "do it"), (&["Ctrl Enter"][..], "in the other pane")];
    for (keys, words) in ways {
        x = hint(ui, rect, x, keys, words);
    }
    let signs = [(&[">"][..], "commands"), (&["@"][..], "people"), (&["#"][..], "tasks")];
    let width = |(keys, words): &(&[&str], &str)| {
        let caps: f32 = keys.iter().map(|key| look::width(ui, key, tokens::TINY).max(6.0) + 15.0).sum();
        caps + look::width(ui, words, tokens::SMALL) + 18.0
    };
    x = x.max(rect.right() - signs.iter().map(width).sum::<f32>());
    for (keys, words) in signs {
        x = hint(ui, rect, x, keys, words);
    }
}

/// Key caps and what they do, from `x` on; returns where the next may begin.
fn hint(ui: &Ui, rect: Rect, mut x: f32, keys: &[&str], words: &str) -> f32 {
    for key in keys {
        x += widgets::key_cap(ui, pos2(x, rect.center().y), key, None) + 5.0;
    }
    let inside = rect.with_min_x(x + 2.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, words, tokens::SMALL, look(ui.ctx()).ink2).right() + 16.0
}

#[cfg(test)]
#[path = "palette/tests.rs"]
mod tests;
