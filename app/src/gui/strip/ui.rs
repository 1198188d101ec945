//! Draws the strip.

use egui::{
    Align2, CornerRadius, Id, Key, Modifiers, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};
use tern_model::hours::MINUTE_MS;

use super::data::{Bar, Mark, Row, Ruler};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, Look, look};
use crate::gui::tokens::{self, radius, stroke};
use crate::gui::widgets;

/// Height of one person's row.
pub const ROW: f32 = 17.0;
/// Room above the rows.
pub const HEAD: f32 = 25.0;
const FOOT: f32 = 8.0;
/// Step of the instant that keys move, milliseconds.
const STEP_MS: i64 = 30 * MINUTE_MS;

/// Distance at which the labels of two instants do not touch.
const PILLS_APART: f32 = 76.0;

/// Height of the strip.
pub fn height(ruler: &Ruler) -> f32 {
    let more = if ruler.unseen > 0 { ROW } else { 0.0 };
    HEAD + ROW * ruler.rows.len() as f32 + more + FOOT
}

/// Where the parts of the strip stand; they line up with the columns below.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// The whole strip.
    pub room: Rect,
    /// Left and right edge of the ruler.
    pub ruler: egui::Rangef,
}

struct Paint<'a> {
    ui: &'a Ui,
    p: Look,
    ruler: &'a Ruler,
    columns: Columns,
    at_ms: i64,
}

impl Paint<'_> {
    fn x(&self, at_ms: i64) -> f32 {
        let whole = (self.ruler.until_ms - self.ruler.from_ms).max(1) as f32;
        let part = (at_ms - self.ruler.from_ms) as f32 / whole;
        self.columns.ruler.min + part.clamp(0.0, 1.0) * self.columns.ruler.span()
    }

    fn row(&self, index: usize) -> Rect {
        let top = self.columns.room.top() + HEAD + ROW * index as f32;
        self.columns.room.with_min_y(top).with_max_y(top + ROW)
    }

    fn bottom(&self) -> f32 {
        self.columns.room.top() + HEAD + ROW * self.ruler.rows.len() as f32
    }

    fn pill(&self, at_ms: i64, main: bool) -> Rect {
        let p = self.p;
        let (fill, ink) = if main { (p.here, p.on_here) } else { (p.raised, p.ink) };
        let words = self.ruler.time(at_ms);
        let width = look::width(self.ui, &words, tokens::TINY_STRONG) + 12.0;
        let left = (self.x(at_ms) - width / 2.0)
            .clamp(self.columns.ruler.min, (self.columns.ruler.max - width).max(self.columns.ruler.min));
        let rect = Rect::from_min_size(pos2(left, self.columns.room.top() + 4.0), vec2(width, 17.0));
        let pen = if main { Stroke::NONE } else { Stroke::new(stroke::LINE, p.edge) };
        self.ui.painter().rect(rect, CornerRadius::same(radius::KEY), fill, pen, StrokeKind::Inside);
        widgets::line(self.ui, rect, Align2::CENTER_CENTER, &words, tokens::TINY_STRONG, ink);
        rect
    }

    fn line(&self, at_ms: i64, main: bool) {
        let pen = if main {
            Stroke::new(stroke::FOCUS, self.p.here)
        } else {
            Stroke::new(stroke::GLYPH, self.p.ink2)
        };
        self.ui.painter().vline(self.x(at_ms), self.columns.room.top() + 20.0..=self.bottom(), pen);
    }

    fn marks(&self, taken: &[Rect]) {
        let hour = self.columns.ruler.span() / 24.0;
        let step = [2, 3, 4, 6].into_iter().find(|step| hour * *step as f32 >= 44.0).unwrap_or(6);
        let (p, top) = (self.p, self.columns.room.top());
        let marks = self.ruler.marks(step);
        let days: Vec<Rect> =
            marks.iter().filter(|mark| mark.midnight).map(|mark| self.label(mark)).collect();
        let rows = top + HEAD..=self.bottom();
        for mark in &marks {
            let label = self.label(mark);
            let grid = if p.scheme.is_high_contrast() { p.night } else { p.line };
            let pen = Stroke::new(stroke::LINE, if mark.midnight { p.edge } else { grid });
            self.ui.painter().vline(self.x(mark.at_ms), rows.clone(), pen);
            let near = |other: &Rect| other.expand2(vec2(4.0, 0.0)).intersects(label);
            if taken.iter().any(near) || (!mark.midnight && days.iter().any(near)) {
                continue;
            }
            let (style, ink) =
                if mark.midnight { (tokens::TINY_STRONG, p.ink) } else { (tokens::TINY, p.ink3) };
            widgets::line(self.ui, label, Align2::CENTER_CENTER, &mark.label, style, ink);
        }
    }

    fn label(&self, mark: &Mark) -> Rect {
        let width = look::width(self.ui, &mark.label, tokens::TINY_STRONG);
        let center = pos2(self.x(mark.at_ms), self.columns.room.top() + 12.0);
        Rect::from_center_size(center, vec2(width + 2.0, 14.0))
    }

    fn bar(&self, row: Rect, bar: &Bar) {
        let p = self.p;
        let at = Rect::from_x_y_ranges(
            self.x(bar.from_ms)..=self.x(bar.until_ms),
            row.shrink2(vec2(0.0, 2.5)).y_range(),
        );
        let pen =
            if p.scheme.is_high_contrast() { Stroke::new(stroke::LINE, p.day_ink) } else { Stroke::NONE };
        self.ui.painter().rect(at, CornerRadius::same(radius::BAR), p.day, pen, StrokeKind::Inside);
    }

    /// What a bar says, where it does not lie under a check-in or a line.
    fn hours(&self, row: Rect, bar: &Bar, dots: &[i64]) {
        let width = look::width(self.ui, &bar.label, tokens::TINY);
        let (left, right) = (self.x(bar.from_ms) + 7.0, self.x(bar.until_ms) - 4.0);
        let mut blocked: Vec<f32> = dots.iter().map(|at| self.x(*at)).collect();
        blocked.push(self.x(self.ruler.now_ms));
        blocked.sort_by(f32::total_cmp);
        let mut start = left;
        for x in blocked.into_iter().filter(|x| *x > left - 12.0 && *x < right) {
            if start + width + 7.0 <= x {
                break;
            }
            start = start.max(x + 8.0);
        }
        if bar.label.is_empty() || start + width > right {
            return;
        }
        let room = Rect::from_x_y_ranges(start..=right, row.y_range());
        widgets::line(self.ui, room, Align2::LEFT_CENTER, &bar.label, tokens::TINY, self.p.day_ink);
    }

    fn people(&self, row: Rect, person: &Row) {
        let p = self.p;
        let shown = self.ruler.shown(person, self.at_ms);
        let left = self.columns.room.left() + 16.0;
        let sky = Rect::from_min_size(pos2(left, row.top()), vec2(16.0, ROW));
        icon::paint(self.ui.painter(), sky, 14.0, if shown.working { Icon::Sun } else { Icon::Moon }, p.ink2);
        let right = self.columns.ruler.min - 16.0;
        let time = row.with_min_x(left).with_max_x(right);
        let strong = if person.me { tokens::SMALL_STRONG } else { tokens::SMALL };
        let time = widgets::line(self.ui, time, Align2::RIGHT_CENTER, &shown.time, strong, p.ink);
        let names = row.with_min_x(sky.right() + 4.0).with_max_x(time.left() - 6.0);
        let at =
            widgets::line(self.ui, names, Align2::LEFT_CENTER, &person.name, tokens::SMALL_STRONG, p.ink);
        let place = names.with_min_x(at.right() + 5.0);
        if place.width() > 20.0 {
            widgets::line(self.ui, place, Align2::LEFT_CENTER, &person.place, tokens::SMALL, p.ink3);
        }
    }

    fn next(&self, row: Rect, person: &Row) {
        let (next, until) = self.ruler.next(person);
        let room = row.with_min_x(self.columns.ruler.max + 16.0).with_max_x(self.columns.room.right() - 24.0);
        if room.width() < 90.0 {
            return;
        }
        let at = widgets::line(self.ui, room, Align2::LEFT_CENTER, &next, tokens::SMALL, self.p.ink);
        let rest = room.with_min_x(at.right() + 8.0);
        widgets::line(self.ui, rest, Align2::RIGHT_CENTER, &until, tokens::SMALL, self.p.ink2);
    }

    fn person(&self, index: usize, person: &Row) {
        let (p, row) = (self.p, self.row(index));
        for bar in &person.bars {
            self.bar(row, bar);
        }
        for bar in &person.bars {
            self.hours(row, bar, &person.checkins);
        }
        for at in &person.checkins {
            let center = pos2(self.x(*at), row.center().y);
            if Some(*at) == person.next_ms {
                self.ui.painter().circle(center, 4.0, p.page, Stroke::new(stroke::FOCUS, p.day_ink));
            } else {
                self.ui.painter().circle_filled(center, 2.5, p.day_ink);
            }
        }
        if let Some(away) = &person.away {
            let left = self.x(self.ruler.now_ms) + 20.0;
            let width = look::width(self.ui, away, tokens::TINY) + 8.0;
            let room = Rect::from_min_size(pos2(left, row.top() + 1.0), vec2(width, ROW - 2.0));
            self.ui.painter().rect_filled(room, 0, p.chrome);
            widgets::line(self.ui, room, Align2::CENTER_CENTER, away, tokens::TINY, p.ink2);
        }
        self.people(row, person);
        self.next(row, person);
    }
}

/// Draws the strip. `at_ms` is the instant that keys chose; returns the one they choose now.
pub fn show(ui: &Ui, ruler: &Ruler, columns: Columns, at_ms: Option<i64>, hold: bool) -> Option<i64> {
    let p = look(ui.ctx());
    let response = ui.interact(columns.room, id(), Sense::click());
    let mut chosen = by_keys(ui, &response, ruler, at_ms);
    if !response.has_focus() {
        chosen = None;
    }
    let pointed = ui.input(|input| input.pointer.latest_pos()).filter(|pos| {
        columns.ruler.contains(pos.x) && (hold || (columns.room.contains(*pos) && response.hovered()))
    });
    let whole = (ruler.until_ms - ruler.from_ms) as f32;
    let by_pointer = pointed.map(|pos| {
        let part = (pos.x - columns.ruler.min) / columns.ruler.span().max(1.0);
        let at = ruler.from_ms + (part * whole) as i64;
        at - at.rem_euclid(5 * MINUTE_MS)
    });
    let other = by_pointer.or(chosen).or(hold.then_some(ruler.now_ms));
    let at_ms = other.unwrap_or(ruler.now_ms);
    let paint = Paint { ui, p, ruler, columns, at_ms };
    let there = other.filter(|at| *at != ruler.now_ms);
    let far = |at: i64| (paint.x(at) - paint.x(ruler.now_ms)).abs() > PILLS_APART;
    let now = there.is_none_or(far).then(|| paint.pill(ruler.now_ms, true));
    let taken: Vec<Rect> = now.into_iter().chain(there.map(|at| paint.pill(at, false))).collect();
    paint.marks(&taken);
    for (index, person) in ruler.rows.iter().enumerate() {
        paint.person(index, person);
        speak(ui, &paint, index, person);
    }
    paint.line(ruler.now_ms, true);
    if let Some(at) = there {
        paint.line(at, false);
    }
    heads(&paint);
    if ruler.unseen > 0 {
        let row = paint.row(ruler.rows.len()).with_min_x(columns.room.left() + 36.0);
        let words = format!("and people in {} more zones, under People", ruler.unseen);
        widgets::line(ui, row, Align2::LEFT_CENTER, &words, tokens::SMALL, p.ink3);
    }
    let words = format!("People at {}", ruler.time(at_ms));
    response.widget_info(|| WidgetInfo::labeled(Role::Table, true, &words));
    widgets::focus_ring(ui, &response, radius::ROW);
    chosen
}

fn id() -> Id {
    Id::unique("strip of people")
}

fn heads(paint: &Paint<'_>) {
    let (p, room) = (paint.p, paint.columns.room);
    let head = room.with_max_y(room.top() + 24.0);
    let left = head.with_min_x(room.left() + 18.0).with_max_x(paint.columns.ruler.min - 16.0);
    let hint = if left.width() > 150.0 { "hold Z" } else { "" };
    widgets::line(paint.ui, left, Align2::LEFT_CENTER, "Local time", tokens::TINY, p.ink3);
    widgets::line(paint.ui, left, Align2::RIGHT_CENTER, hint, tokens::TINY, p.ink3);
    let right = head.with_min_x(paint.columns.ruler.max + 16.0);
    if right.width() > 120.0 {
        widgets::line(
            paint.ui,
            right,
            Align2::LEFT_CENTER,
            "Next check-in, their time",
            tokens::TINY,
            p.ink3,
        );
    }
}

fn speak(ui: &Ui, paint: &Paint<'_>, index: usize, person: &Row) {
    let response = ui.interact(paint.row(index), id().with(index), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, paint.ruler.spoken(person, paint.at_ms)));
}

/// Left and right move the instant by half an hour while the strip has the keyboard; Home goes back to now.
fn by_keys(ui: &Ui, response: &Response, ruler: &Ruler, at_ms: Option<i64>) -> Option<i64> {
    if !response.has_focus() {
        return at_ms;
    }
    let filter = egui::EventFilter { horizontal_arrows: true, ..egui::EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let mut at = at_ms;
    ui.input_mut(|input| {
        for (key, step) in [(Key::ArrowLeft, -STEP_MS), (Key::ArrowRight, STEP_MS)] {
            while input.consume_key(Modifiers::NONE, key) {
                let now = at.unwrap_or(ruler.now_ms);
                at = Some((now - now.rem_euclid(STEP_MS) + step).clamp(ruler.from_ms, ruler.until_ms));
            }
        }
        if input.consume_key(Modifiers::NONE, Key::Home) {
            at = None;
        }
    });
    at
}
