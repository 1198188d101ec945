//! A menu at a place: entries chosen by pointer, arrows, Tab, first digit or Enter; with a field where free text makes sense.
//! The keyboard stays in it: on the chosen entry, or in the field.

use egui::{
    Align2, Area, EventFilter, Id, Key, Modifiers, Order, Pos2, Rect, Response, Sense, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::command::{Queue, UiCommand};
use super::icon::{self, Icon};
use super::look::look;
use super::people::is_working;
use super::tokens::{self, size};
use super::widgets;

/// Most entries that are shown of those which typing narrows: so many fit the smallest window.
const SHOWN_MAX: usize = 12;

/// What stands before an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// Nothing.
    None,
    /// An icon.
    Icon(Icon),
    /// The ring of a status.
    Status(String),
    /// The bars of a priority.
    Priority(String),
    /// Initials.
    Person(String),
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What stands before it.
    pub sign: Sign,
    /// What it says.
    pub label: String,
    /// Quiet text at the right.
    pub right: String,
    /// What choosing it does.
    pub command: UiCommand,
}

impl Entry {
    /// An entry without quiet text.
    pub fn new(sign: Sign, label: &str, command: UiCommand) -> Self {
        Entry { sign, label: label.to_owned(), right: String::new(), command }
    }

    /// With quiet text at the right.
    pub fn right(self, right: &str) -> Self {
        Entry { right: right.to_owned(), ..self }
    }
}

/// Free text beside the entries.
#[derive(Debug, Clone)]
pub struct Entered {
    /// Name of the field.
    pub name: &'static str,
    /// Shown while empty.
    pub hint: String,
    /// What is typed.
    pub text: String,
    /// Only entries that hold what is typed stay; what is typed counts where none does.
    pub narrows: bool,
    /// What the text does.
    pub does: fn(&[String], &str) -> UiCommand,
    /// What it does that with.
    pub with: Vec<String>,
}

/// An open menu.
#[derive(Debug, Clone)]
pub struct Picker {
    /// Its name.
    pub title: String,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// The entry under the keyboard.
    pub selected: usize,
    /// What it hangs from; where the pointer is when unknown.
    pub anchor: Option<Rect>,
    /// Free text.
    pub entered: Option<Entered>,
    /// Frames shown; a press in the first one opened it.
    pub age: u32,
}

impl Picker {
    /// A menu without a field.
    pub fn new(title: &str, anchor: Option<Rect>, entries: Vec<Entry>) -> Self {
        Picker { title: title.to_owned(), entries, selected: 0, anchor, entered: None, age: 0 }
    }

    /// With this entry under the keyboard.
    pub fn at(self, label: &str) -> Self {
        let selected = self.entries.iter().position(|entry| entry.label == label).unwrap_or(0);
        Picker { selected, ..self }
    }

    /// Draws it; commands that close it or follow from it are enqueued.
    pub fn show(&mut self, ctx: &egui::Context, out: &mut Queue) {
        self.age += 1;
        self.keys(ctx, out);
        let p = look(ctx);
        let at = self.place(ctx);
        let area = Area::new(Id::unique("menu")).order(Order::Foreground).fixed_pos(at).constrain(true);
        let shown = area.accessible_name(self.title.clone()).show(ctx, |ui| {
            let frame = widgets::floating(p, 6.0);
            frame.show(ui, |ui| {
                ui.set_width(self.width(ui));
                self.content(ui, out);
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

    fn place(&mut self, ctx: &egui::Context) -> Pos2 {
        let anchor = *self.anchor.get_or_insert_with(|| {
            let screen = ctx.content_rect();
            let pointer =
                ctx.pointer_latest_pos().filter(|pos| screen.contains(*pos)).unwrap_or(screen.center());
            Rect::from_min_size(pointer, vec2(0.0, 0.0))
        });
        let height = 20.0 + size::MENU_ROW * (self.offered().len() as f32 + 1.0);
        let below = anchor.bottom() + 4.0;
        let screen = ctx.content_rect();
        let y = if below + height > screen.bottom() {
            (anchor.top() - height - 4.0).max(screen.top() + 4.0)
        } else {
            below
        };
        pos2(anchor.left(), y)
    }

    /// The entries that stay beside what is typed.
    fn offered(&self) -> Vec<usize> {
        let typed = self.entered.as_ref().filter(|entered| entered.narrows);
        let typed = typed.map(|entered| entered.text.trim().to_lowercase()).unwrap_or_default();
        let stays = |entry: &Entry| entry.label.to_lowercase().contains(&typed);
        let most =
            if self.entered.as_ref().is_some_and(|entered| entered.narrows) { SHOWN_MAX } else { usize::MAX };
        (0..self.entries.len()).filter(|at| self.entries.get(*at).is_some_and(stays)).take(most).collect()
    }

    fn width(&self, ui: &Ui) -> f32 {
        let widest = self.entries.iter().map(|entry| {
            super::look::width(ui, &entry.label, tokens::UI)
                + super::look::width(ui, &entry.right, tokens::SMALL)
        });
        (widest.fold(0.0, f32::max) + 76.0).clamp(200.0, 360.0)
    }

    fn keys(&mut self, ctx: &egui::Context, out: &mut Queue) {
        let count = self.offered().len();
        self.selected = self.selected.min(count.saturating_sub(1));
        let typing = self.entered.as_ref().is_some_and(|entered| !entered.text.is_empty());
        ctx.input_mut(|input| {
            if input.consume_key(Modifiers::NONE, Key::Escape) {
                out.push(UiCommand::Close);
            }
            let back = input.consume_key(Modifiers::SHIFT, Key::Tab)
                || input.consume_key(Modifiers::NONE, Key::ArrowUp);
            let on = input.consume_key(Modifiers::NONE, Key::Tab)
                || input.consume_key(Modifiers::NONE, Key::ArrowDown);
            if count > 0 {
                self.selected = (self.selected + usize::from(on) + (count - 1) * usize::from(back)) % count;
            }
            if input.consume_key(Modifiers::NONE, Key::Enter) {
                self.choose(typing, out);
            }
            if self.entered.is_none() {
                let digit = input.events.iter().find_map(|event| match event {
                    egui::Event::Text(text) => text.parse::<usize>().ok(),
                    _ => None,
                });
                if let Some(entry) = digit.and_then(|digit| self.entries.get(digit.wrapping_sub(1))) {
                    out.extend([UiCommand::Close, entry.command.clone()]);
                }
            }
        });
    }

    fn choose(&self, typing: bool, out: &mut Queue) {
        let offered = self.offered();
        let entry = offered.get(self.selected).and_then(|at| self.entries.get(*at));
        match (&self.entered, entry) {
            (Some(entered), entry) if typing && (!entered.narrows || entry.is_none()) => {
                out.extend([UiCommand::Close, (entered.does)(&entered.with, entered.text.trim())]);
            }
            (_, Some(entry)) => out.extend([UiCommand::Close, entry.command.clone()]),
            _ => {}
        }
    }

    fn content(&mut self, ui: &mut Ui, out: &mut Queue) {
        let p = look(ui.ctx());
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.horizontal(|ui| {
            ui.add_space(8.0);
            ui.set_height(24.0);
            widgets::short(ui, &self.title, tokens::SMALL_STRONG, p.ink3);
        });
        let mut field = None;
        if let Some(entered) = &mut self.entered {
            let response = widgets::Field::new(entered.name, &entered.hint).show(ui, &mut entered.text);
            keep(ui, &response);
            field = Some(response.id);
            ui.add_space(4.0);
        }
        let digits = self.entered.is_none() && self.entries.iter().all(|entry| entry.right.is_empty());
        let offered = self.offered();
        let entries = offered.iter().filter_map(|at| self.entries.get(*at));
        for (index, entry) in entries.enumerate() {
            let selected = index == self.selected;
            let response = entry_row(ui, entry, index, selected, digits);
            match field {
                Some(field) if selected => chosen(ui, field, &response),
                None if selected => keep(ui, &response),
                _ => {}
            }
            if response.clicked() {
                out.extend([UiCommand::Close, entry.command.clone()]);
            }
        }
    }
}

/// What leads the keyboard elsewhere is for the menu.
const KEPT: EventFilter =
    EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };

/// The keyboard is here as long as the menu is open.
fn keep(ui: &Ui, response: &Response) {
    if !response.has_focus() {
        response.request_focus();
    }
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, KEPT));
}

/// Tells screen readers that `response` is chosen in a list which is led from the field `field`, where the keyboard is.
pub fn chosen(ui: &Ui, field: Id, response: &Response) {
    let row = response.id.accesskit_id();
    ui.ctx().accesskit_node_builder(field, |node| node.set_active_descendant(row));
}

fn entry_row(ui: &mut Ui, entry: &Entry, index: usize, selected: bool, digits: bool) -> Response {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::MENU_ROW), Sense::click());
    widgets::row_ground(ui, rect, selected, response.hovered());
    let sign = Rect::from_min_size(pos2(rect.left() + 8.0, rect.top()), vec2(18.0, rect.height()));
    match &entry.sign {
        Sign::None => {}
        Sign::Icon(icon) => icon::paint(ui.painter(), sign, 17.0, *icon, p.ink2),
        Sign::Status(status) => {
            let ring = Rect::from_center_size(sign.center(), vec2(16.0, 16.0));
            icon::status(ui.painter(), ring, status, &p);
        }
        Sign::Priority(priority) => icon::priority(ui.painter(), sign, priority, &p),
        Sign::Person(name) => widgets::avatar(ui, sign.center(), 9.0, name, is_working(ui.ctx(), name)),
    }
    let left = if entry.sign == Sign::None { rect.left() + 10.0 } else { rect.left() + 34.0 };
    let inside = Rect::from_min_max(pos2(left, rect.top()), pos2(rect.right() - 10.0, rect.bottom()));
    let digit = if digits && index < 9 { (index + 1).to_string() } else { String::new() };
    let quiet = if entry.right.is_empty() { &digit } else { &entry.right };
    let taken = widgets::line(ui, inside, Align2::RIGHT_CENTER, quiet, tokens::SMALL, p.ink3).width();
    let style = if selected { tokens::UI_MEDIUM } else { tokens::UI };
    let inside = inside.with_max_x(inside.right() - taken - 6.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, &entry.label, style, p.ink);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, selected, &entry.label));
    response
}
