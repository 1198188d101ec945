//! Lists of titles with where each stands, what is said of it and when: decisions and projects. J, K and Enter walk them.

use egui::{
    Align2, CornerRadius, Id, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, vec2,
};

use super::command::{Queue, Route, UiCommand};
use super::look::{self, look};
use super::tokens::{self, radius, stroke};
use super::widgets;

/// Height of a line.
const LINE: f32 = 52.0;
/// Where titles begin, right of where the state stands.
const TITLE: f32 = 110.0;
/// Widest that a line stays readable.
pub const WIDEST: f32 = 860.0;

/// What a state means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// It waits, or it may come otherwise.
    Waits,
    /// It will not come as planned.
    Bad,
    /// It is over.
    Quiet,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Full id of what it is about.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Quiet letters after the title.
    pub beside: String,
    /// Where it stands; empty where nobody said.
    pub state: String,
    /// What that means.
    pub tone: Tone,
    /// What is said of it, below the title.
    pub about: String,
    /// When it last changed; empty where that is said elsewhere.
    pub when: String,
    /// The same in full and in UTC.
    pub everywhere: String,
}

/// What is selected in the list that is shown.
#[derive(Debug, Default)]
pub struct Titled {
    /// Id of the selected line.
    pub selected: Option<String>,
    /// It comes into sight.
    pub reveal: bool,
    /// What has the keyboard where that is the selected line.
    pub row: Option<Id>,
}

impl Titled {
    /// The next of these lines, or the one before; the first where none is selected.
    pub fn step(&mut self, ids: &[String], step: isize) {
        let now = self.selected.as_ref().and_then(|id| ids.iter().position(|known| known == id));
        let next = now.map_or(0, |at| at.saturating_add_signed(step)).min(ids.len().saturating_sub(1));
        if let Some(id) = ids.get(next) {
            (self.selected, self.reveal) = (Some(id.clone()), true);
        }
    }
}

/// A state on its ground, as wide as its words; returns where it stands.
pub fn state(ui: &Ui, left: egui::Pos2, words: &str, tone: Tone) -> Rect {
    let p = look(ui.ctx());
    let (ground, ink) = match tone {
        Tone::Good => (p.add_tint, p.add),
        Tone::Waits => (p.wait_tint, p.wait),
        Tone::Bad => (p.cut_tint, p.cut),
        Tone::Quiet => (p.sunken, p.ink2),
    };
    let rect = Rect::from_min_size(left, vec2(look::width(ui, words, tokens::SMALL) + 16.0, 20.0));
    let pen = if p.scheme.is_high_contrast() { Stroke::new(stroke::LINE, p.edge) } else { Stroke::NONE };
    ui.painter().rect(rect, CornerRadius::same(radius::CHIP), ground, pen, egui::StrokeKind::Inside);
    widgets::line(ui, rect, Align2::CENTER_CENTER, words, tokens::SMALL, ink);
    rect
}

/// Draws the lines; each opens what it is about.
pub fn show(ui: &mut Ui, lines: &[Line], list: &mut Titled, opens: fn(&str) -> Route, out: &mut Queue) {
    list.row = None;
    let selected = list.selected.as_ref().and_then(|id| lines.iter().position(|line| line.id == *id));
    let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("titled lines");
    if let Some(at) = selected.filter(|_| std::mem::take(&mut list.reveal)) {
        let room = ui.available_height() - LINE;
        area = area.vertical_scroll_offset((at as f32 * LINE - room / 2.0).max(0.0));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    area.show_rows(ui, LINE, lines.len(), |ui, range| {
        let first = range.start;
        for (at, line) in lines.get(range).unwrap_or_default().iter().enumerate() {
            let is_selected = selected == Some(first + at);
            let response = row(ui, line, is_selected);
            if is_selected {
                list.row = Some(response.id);
            }
            if response.clicked() {
                list.selected = Some(line.id.clone());
                out.push(UiCommand::Go(opens(&line.id)));
            }
        }
    });
}

fn row(ui: &mut Ui, line: &Line, selected: bool) -> egui::Response {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    widgets::row_ground(ui, rect, selected, response.hovered());
    if !line.state.is_empty() {
        state(ui, rect.min + vec2(10.0, 7.0), &line.state, line.tone);
    }
    let inside = rect.with_min_x(rect.left() + TITLE).with_max_x(rect.right() - 10.0);
    let upper = inside.with_max_y(rect.top() + 30.0);
    let mut right = upper.right();
    if !line.when.is_empty() {
        let when = widgets::line(ui, upper, Align2::RIGHT_CENTER, &line.when, tokens::SMALL, p.ink3);
        right = when.left() - 10.0;
    }
    let title = upper.with_max_x(right);
    let at = widgets::line(ui, title, Align2::LEFT_CENTER, &line.title, tokens::UI_STRONG, p.ink);
    let beside = title.with_min_x(at.right() + 10.0);
    widgets::line(ui, beside, Align2::LEFT_CENTER, &line.beside, tokens::SMALL, p.ink3);
    let lower = inside.with_min_y(rect.top() + 26.0).with_max_y(rect.bottom() - 4.0);
    widgets::line(ui, lower, Align2::LEFT_CENTER, &line.about, tokens::SMALL, p.ink2);
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(stroke::LINE, p.line));
    let spoken = [&line.title, &line.state, &line.about].into_iter().filter(|text| !text.is_empty());
    let spoken = spoken.cloned().collect::<Vec<_>>().join(", ");
    response.widget_info(|| WidgetInfo::selected(Role::Link, true, selected, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    let response =
        if line.everywhere.is_empty() { response } else { response.on_hover_text(&line.everywhere) };
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
