//! Draws a page as it was after a sitting, and what changed since one read it. Only rows in sight are laid out; what was
//! drawn once is remembered by its height.

use egui::{
    Align2, CornerRadius, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role,
    pos2, vec2,
};

use super::data::{self, Mark, Past, PastRow, Run, Touch};
use super::{Ask, PastState, ink, scrub};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{Look, look};
use crate::gui::page::layout::{CALLOUT_PAD, CODE_PAD, INDENT, QUOTE};
use crate::gui::page::rows::{Form, Sign};
use crate::gui::page::ui::GUTTER;
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button};

/// Height of the row over a view of the past.
pub const BAR: f32 = 44.0;
/// Drawn beyond what is in sight.
const AHEAD: f32 = 200.0;

/// What the views of the past read.
#[derive(Debug, Clone, Copy)]
pub struct Reads<'a> {
    /// Answers of the engine.
    pub views: &'a Views,
    /// What time it is.
    pub clock: &'a Clock,
    /// Title of the page.
    pub title: &'a str,
}

/// Heights of rows that were drawn once.
#[derive(Debug, Default)]
pub struct Heights {
    of: usize,
    width: f32,
    rows: Vec<Option<f32>>,
}

impl Heights {
    /// Those of an answer at a width; others are forgotten.
    fn begin(&mut self, of: usize, width: f32, past: &Past) {
        let same = self.of == of && (self.width - width).abs() < 0.5 && self.rows.len() == past.rows.len();
        if !same {
            *self = Heights { of, width, rows: vec![None; past.rows.len()] };
        }
    }

    fn get(&self, index: usize, row: &PastRow) -> f32 {
        self.rows.get(index).copied().flatten().unwrap_or_else(|| data::guess(row, self.width))
    }
}

/// What can be restored from a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offer {
    /// Any block as it was then.
    Then,
    /// What changed since.
    Before,
}

/// Draws the page as it was at some heads, with what its sitting changed.
pub fn history(ui: &mut Ui, state: &mut PastState, reads: Reads<'_>, heads: &str, out: &mut Queue) {
    let room = ui.max_rect();
    let top = room.with_max_y(room.top() + BAR);
    let sittings = reads.views.open.history.get().map(|view| view.sessions.as_slice()).unwrap_or_default();
    widgets::region(ui, top, "scrub", "Versions", |ui| scrub::show(ui, sittings, heads, reads.clock, out));
    let room = room.with_min_y(top.bottom());
    let stamp = reads.views.open.diff.stamp();
    let Some(diff) = reads.views.open.diff.get() else {
        let words =
            reads.views.open.diff.error().map_or("Reading the page as it was".into(), ToString::to_string);
        return quiet(ui, room, &words);
    };
    let rows = rows(&mut state.rows, stamp, || data::build(diff));
    let restore = Offer::Then;
    let heights = &mut state.heights;
    widgets::region(ui, room, "past", "The page as it was", |ui| {
        page(ui, rows, (heights, stamp), reads.title, restore, out);
    });
}

/// Draws what changed since oneself read the page.
pub fn since(ui: &mut Ui, state: &mut PastState, reads: Reads<'_>, out: &mut Queue) {
    let room = ui.max_rect();
    let top = room.with_max_y(room.top() + BAR);
    let stamp = reads.views.open.since.stamp();
    let Some(view) = reads.views.open.since.get() else {
        let words = reads.views.open.since.error().map_or("Comparing the page".into(), ToString::to_string);
        return quiet(ui, room, &words);
    };
    let rows = rows(&mut state.rows, stamp, || data::build(&view.diff));
    let changed = view.changed && !rows.is_same();
    let words = since_words(view.read_before, rows);
    widgets::region(ui, top, "since", "What changed", |ui| since_bar(ui, &words, changed, out));
    let room = room.with_min_y(top.bottom());
    if !changed {
        return quiet(ui, room, &nothing_words(reads));
    }
    let heights = &mut state.heights;
    widgets::region(ui, room, "past", "What changed since you read it", |ui| {
        page(ui, rows, (heights, stamp), reads.title, Offer::Before, out);
    });
}

/// What the row over the changes says.
pub fn since_words(read_before: bool, past: &Past) -> String {
    let count = past.rows.iter().filter(|row| row.mark != Mark::Same).count() + past.fields.len();
    let places = if count == 1 { "1 place".to_owned() } else { format!("{count} places") };
    let since = if read_before { "since you read it" } else { "you have not read this page yet" };
    match past.legend().as_str() {
        "" => format!("{places} · {since}"),
        legend => format!("{places} · {since} · {legend}"),
    }
}

/// What is said where nothing changed: with the last change, where one is known.
fn nothing_words(reads: Reads<'_>) -> String {
    let last = reads.views.open.history.get().and_then(|view| view.sessions.last());
    let Some(last) = last else { return "Nothing changed since you read it.".to_owned() };
    let who = if last.mine { "yours" } else { &last.author };
    format!(
        "Nothing changed since you read it. The last change is from {}, {who}.",
        reads.clock.words(&last.to)
    )
}

fn rows(kept: &mut Option<(usize, Past)>, stamp: usize, build: impl FnOnce() -> Past) -> &Past {
    if kept.as_ref().is_none_or(|(of, _)| *of != stamp) {
        *kept = None;
    }
    &kept.get_or_insert_with(|| (stamp, build())).1
}

fn quiet(ui: &mut Ui, room: Rect, words: &str) {
    let p = look(ui.ctx());
    let at = Rect::from_center_size(room.center(), vec2(room.width().min(560.0) - 40.0, 60.0));
    widgets::region(ui, at, "quiet", "Note", |ui| {
        ui.vertical_centered(|ui| widgets::text(ui, words, tokens::UI, p.ink2));
    });
}

/// The row over a view: a ground, words at the left, and buttons from the right; returns the room between.
pub fn bar(ui: &mut Ui, words: &str, buttons: impl FnOnce(&mut Ui)) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    ui.painter().rect_filled(room, 0, p.chrome);
    ui.painter().hline(room.x_range(), room.bottom() - 0.5, Stroke::new(stroke::LINE, p.line));
    let row = room.shrink2(vec2(16.0, 0.0));
    let builder = egui::UiBuilder::new()
        .max_rect(row)
        .layout(egui::Layout::right_to_left(egui::Align::Center))
        .id_salt("buttons");
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.x = 8.0;
    buttons(&mut child);
    let left = row.with_max_x(child.min_rect().left() - 12.0);
    let at = widgets::line(ui, left, Align2::LEFT_CENTER, words, tokens::UI, p.ink);
    let response = ui.interact(at, ui.scope_id().with("words"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    response.on_hover_text(words);
}

fn since_bar(ui: &mut Ui, words: &str, changed: bool, out: &mut Queue) {
    bar(ui, if changed { words } else { "Since you read it" }, |ui| {
        if changed && Button::main("Mark as read").key("Enter").show(ui).clicked() {
            out.push(UiCommand::Past(Ask::MarkRead));
        }
        if Button::new("Back").key("Esc").spoken("Back to the page").show(ui).clicked() {
            out.push(UiCommand::Past(Ask::Leave));
        }
    });
}

fn page(
    ui: &mut Ui,
    past: &Past,
    (heights, stamp): (&mut Heights, usize),
    title: &str,
    offer: Offer,
    out: &mut Queue,
) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let inner = (room.width() - 2.0 * GUTTER).max(80.0);
    let width = inner.clamp(size::TEXT_MIN.min(inner), size::TEXT);
    let left = room.left() + ((room.width() - width) / 2.0).max(GUTTER).round();
    heights.begin(stamp, width, past);
    ScrollArea::vertical().auto_shrink(false).id_salt(("past", stamp)).show_viewport(ui, |ui, viewport| {
        let origin = ui.max_rect().top();
        let sight = viewport.translate(vec2(0.0, origin)).expand2(vec2(0.0, AHEAD));
        let mut y = origin + 22.0 + head(ui, past, title, pos2(left, origin + 22.0), width, p);
        let mut grown = false;
        for (index, row) in past.rows.iter().enumerate() {
            let guessed = heights.get(index, row);
            if y + guessed >= sight.top() && y <= sight.bottom() {
                let height = block(ui, row, pos2(left, y), width, p);
                restore(ui, row, past, Rect::from_min_size(pos2(left, y), vec2(width, height)), offer, out);
                grown |= (height - guessed).abs() > 0.5;
                if let Some(kept) = heights.rows.get_mut(index) {
                    *kept = Some(height);
                }
                y += height;
            } else {
                y += guessed;
            }
        }
        if grown {
            ui.ctx().request_repaint();
        }
        let whole = Rect::from_min_max(pos2(room.left(), origin), pos2(room.right(), y + 120.0));
        ui.allocate_rect(whole, Sense::hover());
    });
}

/// Title and fields; returns their height.
fn head(ui: &mut Ui, past: &Past, title: &str, at: egui::Pos2, width: f32, p: Look) -> f32 {
    let plain = [Run {
        touch: Touch::Keep,
        content: vec![tern_model::block::Inline::text(title)],
        by: String::new(),
    }];
    let titled = past.fields.iter().find(|(name, _)| name == "Title");
    let runs = titled.map_or(plain.as_slice(), |(_, runs)| runs);
    let mut y = ink::put(ui, runs, tokens::TITLE, at, width, p);
    speak(
        ui,
        Rect::from_min_size(at, vec2(width, y)),
        "title",
        Role::Heading,
        &data::spoken_runs(runs, false),
    );
    for (name, runs) in past.fields.iter().filter(|(name, _)| name != "Title") {
        y += 6.0;
        let from = pos2(at.x, at.y + y);
        let caption = Rect::from_min_size(from, vec2(110.0, tokens::UI.line));
        widgets::line(ui, caption, Align2::LEFT_CENTER, name, tokens::UI, p.ink3);
        let height = ink::put(ui, runs, tokens::UI, from + vec2(110.0, 0.0), width - 110.0, p);
        let words = format!("{name}: {}", data::spoken_runs(runs, false));
        speak(ui, Rect::from_min_size(from, vec2(width, height)), name, Role::Label, &words);
        y += height;
    }
    y + 12.0
}

fn speak(ui: &mut Ui, rect: Rect, salt: &str, role: Role, words: &str) {
    let id = ui.scope_id().with(("spoken", salt, rect.top() as i64));
    ui.interact(rect, id, Sense::hover()).widget_info(|| WidgetInfo::labeled(role, true, words));
}

/// Draws a block; returns its height with the gap above.
fn block(ui: &mut Ui, row: &PastRow, at: egui::Pos2, width: f32, p: Look) -> f32 {
    let shape = &row.row;
    let left = at.x + INDENT * shape.indent as f32 + QUOTE * shape.quotes as f32;
    let mut y = at.y + shape.gap;
    if !row.note.is_empty() {
        let note = Rect::from_min_size(pos2(left, y), vec2(width, tokens::SMALL.line + 4.0));
        widgets::line(ui, note, Align2::LEFT_TOP, &row.note, tokens::SMALL, p.ink2);
        y = note.bottom();
    }
    let top = pos2(left, y);
    let inner = (at.x + width - left).max(60.0);
    let height = match shape.form {
        Form::Table => table(ui, row, top, inner, p),
        Form::Divider => divider(ui, row, top, inner, p),
        Form::Task => task(ui, row, top, inner, p),
        form => framed(ui, row, form, top, inner, p),
    };
    signs(ui, row, at.x, Rect::from_min_size(top, vec2(inner, height)), p);
    if row.mark == Mark::Moved {
        let bar = Rect::from_min_size(
            pos2(at.x - 12.0, at.y + shape.gap),
            vec2(2.0, y + height - at.y - shape.gap),
        );
        ui.painter().rect_filled(bar, 1.0, p.ink3);
    }
    let whole = Rect::from_min_max(pos2(left, at.y + shape.gap), pos2(left + inner, y + height));
    let role = match shape.form {
        Form::Table => Role::Table,
        _ if shape.style.size > tokens::BODY.size => Role::Heading,
        _ => Role::Paragraph,
    };
    speak(ui, whole, &row.marker, role, &data::spoken(row));
    y + height - at.y
}

/// Text, and the ground that code and callouts stand on.
fn framed(ui: &Ui, row: &PastRow, form: Form, at: egui::Pos2, width: f32, p: Look) -> f32 {
    let (pad, side, fill) = match form {
        Form::Code => (CODE_PAD, 14.0, Some(p.code)),
        Form::Callout => (CALLOUT_PAD, 42.0, Some(p.wait_tint)),
        _ => (0.0, 0.0, None),
    };
    let inner = (width - side - if fill.is_some() { 14.0 } else { 0.0 }).max(40.0);
    let inked = ink::set(ui, &row.runs, row.row.style, inner, p);
    let height = inked.galley.size().y.max(row.row.style.line) + pad;
    if let Some(fill) = fill {
        let rect = Rect::from_min_size(at, vec2(width, height));
        let pen = Stroke::new(stroke::LINE, if form == Form::Code { p.line } else { fill });
        ui.painter().rect(rect, CornerRadius::same(radius::ROW), fill, pen, StrokeKind::Inside);
    }
    if form == Form::Callout {
        let sign = Rect::from_min_size(at + vec2(14.0, 12.0), vec2(18.0, row.row.style.line));
        icon::paint(ui.painter(), sign, 18.0, Icon::Info, p.wait);
    }
    ink::paint(ui, &inked, at + vec2(side, pad / 2.0), p);
    height
}

/// A live task: what it is today is the task's own matter, so only that one stands here is said.
fn task(ui: &Ui, row: &PastRow, at: egui::Pos2, width: f32, p: Look) -> f32 {
    let rect = Rect::from_min_size(at, vec2(width, size::TABLE_ROW));
    let (pen, ink) = match row.mark {
        Mark::Added => (p.add, p.add),
        Mark::Removed => (p.cut, p.cut),
        _ => (p.line, p.ink2),
    };
    let frame = Stroke::new(stroke::LINE, pen);
    ui.painter().rect_stroke(rect, CornerRadius::same(radius::ROW), frame, StrokeKind::Inside);
    let inside = rect.shrink2(vec2(12.0, 0.0));
    widgets::line(ui, inside, Align2::LEFT_CENTER, "A task that lives in this page", tokens::UI, ink);
    rect.height()
}

fn divider(ui: &Ui, row: &PastRow, at: egui::Pos2, width: f32, p: Look) -> f32 {
    let pen = match row.mark {
        Mark::Added => Stroke::new(stroke::FOCUS, p.add),
        Mark::Removed => Stroke::new(stroke::FOCUS, p.cut),
        _ => Stroke::new(stroke::LINE, p.line),
    };
    ui.painter().hline(at.x..=(at.x + width), at.y + 8.0, pen);
    16.0
}

fn table(ui: &Ui, row: &PastRow, at: egui::Pos2, width: f32, p: Look) -> f32 {
    let Some((align, rows)) = &row.table else { return size::TABLE_ROW };
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(1).max(1);
    let cell_width = width / columns as f32;
    let mut y = at.y;
    for (index, table_row) in rows.iter().enumerate() {
        let style = if index == 0 { tokens::UI_STRONG } else { tokens::UI };
        let runs: Vec<[Run; 1]> = table_row
            .cells
            .iter()
            .map(|cell| [Run { touch: table_row.touch, content: cell.clone(), by: String::new() }])
            .collect();
        let of = |runs: &[Run; 1]| ink::size(ui, runs, style, cell_width - 20.0, p);
        let sizes: Vec<Vec2> = runs.iter().map(of).collect();
        let height = sizes.iter().map(|size| size.y + 9.0).fold(size::TABLE_ROW, f32::max);
        for (column, (runs, wanted)) in runs.iter().zip(&sizes).enumerate() {
            let spare = (cell_width - 20.0 - wanted.x).max(0.0);
            let shift = match align.get(column) {
                Some(tern_model::block::Align::Right) => spare,
                Some(tern_model::block::Align::Center) => spare / 2.0,
                _ => 0.0,
            };
            let x = at.x + cell_width * column as f32 + 10.0 + shift;
            ink::put(ui, runs, style, pos2(x, y + (height - wanted.y) / 2.0), cell_width - 20.0, p);
        }
        y += height;
        ui.painter().hline(at.x..=(at.x + width), y - 0.5, Stroke::new(stroke::LINE, p.line));
    }
    y - at.y
}

/// Bullet, number, check box and bars of quotations.
fn signs(ui: &Ui, row: &PastRow, page_left: f32, rect: Rect, p: Look) {
    let shape = &row.row;
    for level in 0..shape.quotes {
        let x = page_left + QUOTE * level as f32 + 1.0;
        let bar = Rect::from_min_max(pos2(x, rect.top()), pos2(x + 2.0, rect.bottom()));
        ui.painter().rect_filled(bar, 1.0, p.edge);
    }
    let middle = rect.top() + shape.style.line / 2.0;
    match shape.sign {
        Sign::None | Sign::Ring => {}
        Sign::Bullet(_) => {
            ui.painter().circle_filled(pos2(rect.left() - 14.0, middle), 2.6, p.ink2);
        }
        Sign::Number(number) => {
            let at = Rect::from_min_max(
                pos2(rect.left() - 60.0, rect.top()),
                pos2(rect.left() - 8.0, rect.top() + shape.style.line),
            );
            widgets::line(ui, at, Align2::RIGHT_CENTER, &format!("{number}."), tokens::BODY, p.ink2);
        }
        Sign::Check(on) => {
            let at = Rect::from_center_size(pos2(rect.left() - 16.0, middle), Vec2::splat(16.0));
            widgets::check_box(ui, at, on);
        }
    }
}

/// What restoring a row of a view means; nothing where it makes no sense.
fn restores(row: &PastRow, past: &Past, offer: Offer) -> Option<Ask> {
    let at = match (offer, row.mark) {
        (Offer::Then, Mark::Removed) | (Offer::Before, Mark::Removed | Mark::Changed) => past.from.clone(),
        (Offer::Then, _) => past.to.clone(),
        (Offer::Before, _) => return None,
    };
    Some(Ask::RestoreBlock { at, block: row.marker.clone() })
}

/// The button beside a block: always where it changed, else under the pointer.
fn restore(ui: &mut Ui, row: &PastRow, past: &Past, rect: Rect, offer: Offer, out: &mut Queue) {
    let Some(ask) = restores(row, past, offer) else { return };
    let zone = rect.with_max_x(rect.right() + GUTTER);
    let id = ui.scope_id().with(("restore", &row.marker));
    let focused = ui.memory(|memory| memory.has_focus(id));
    if row.mark == Mark::Same && !focused && !ui.rect_contains_pointer(zone) {
        return;
    }
    let at =
        Rect::from_min_size(pos2(rect.right() + 10.0, rect.top() + row.row.gap - 2.0), Vec2::splat(26.0));
    let words: String = data::spoken(row).chars().take(40).collect();
    let label = format!("Restore this block: {words}");
    let response = widgets::icon_button_at(ui, at, id, Icon::Restore, &label, None);
    if response.clicked() {
        out.push(UiCommand::Past(ask));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_model::block::{Block, BlockKind};
    use tern_peer::{DiffBlockView, DiffView};

    fn past(states: &[&str]) -> Past {
        let block = |state: &&str| {
            let whole = Some(Block::plain(BlockKind::Paragraph, state));
            let (block, was) = if *state == "removed" { (None, whole) } else { (whole.clone(), whole) };
            DiffBlockView {
                state: (*state).into(),
                marker: (*state).into(),
                block,
                was,
                ..DiffBlockView::default()
            }
        };
        let blocks = states.iter().map(block).collect();
        data::build(&DiffView {
            blocks,
            from_heads: "old".into(),
            to_heads: "new".into(),
            ..DiffView::default()
        })
    }

    #[test]
    fn what_a_block_can_be_restored_to_depends_on_the_view() {
        let past = past(&["same", "changed", "removed", "added", "moved"]);
        let of = |offer| -> Vec<Option<String>> {
            let at = |row| match restores(row, &past, offer) {
                Some(Ask::RestoreBlock { at, .. }) => Some(at),
                _ => None,
            };
            past.rows.iter().map(at).collect()
        };
        let some = |words: &str| Some(words.to_owned());
        assert_eq!(of(Offer::Then), [some("new"), some("new"), some("old"), some("new"), some("new")]);
        assert_eq!(of(Offer::Before), [None, some("old"), some("old"), None, None]);
    }

    #[test]
    fn the_row_over_the_changes_counts_them() {
        let words = since_words(true, &past(&["same", "changed", "added"]));
        assert_eq!(words, "2 places · since you read it");
        let words = since_words(false, &past(&["added"]));
        assert_eq!(words, "1 place · you have not read this page yet");
    }
}
