//! Draws one block of the page.

use egui::accesskit::Role;
use egui::text::{CCursor, CCursorRange, CharIndex};
use egui::{Align2, CornerRadius, Rect, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};
use tern_model::block::BlockKind;
use tern_model::flat::{OBJECT, Part};

use super::figures::{self, only_picture};
use super::layout::{Chunk, QUOTE, Slot};
use super::prose::{self, Preedit};
use super::rows::{Form, Row, Sign};
use super::ui::{GUTTER, PageState};
use super::view::{self, Laid, Setting, Shown};
use super::{anchors, blocks, live, menu, table};
use crate::gui::command::{BlockAction, Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::Look;
use crate::gui::tokens::{self, radius, stroke};
use crate::gui::widgets;

/// Draws a block; returns whether it measures otherwise than was thought. `sight` is in points below the first block.
pub fn block(
    ui: &mut Ui,
    state: &mut PageState,
    slot_index: usize,
    y: f32,
    setting: &Setting,
    sight: (f32, f32),
    out: &mut Queue,
) -> bool {
    let Some(slot) = state.layout.slots().get(slot_index).cloned() else { return false };
    let Some(part) = state.session.flat().parts().get(slot.index).cloned() else { return false };
    let start = state.session.flat().start(slot.index);
    let row = &slot.row;
    let left = setting.left + super::layout::INDENT * row.indent as f32 + QUOTE * row.quotes as f32;
    let width = (setting.left + setting.width - left).max(60.0);
    let mut shown = Shown {
        slot: slot_index,
        index: slot.index,
        key: part.key,
        start,
        rect: Rect::from_min_size(pos2(left, y), vec2(width, slot.height())),
        text: Vec::new(),
        cells: Vec::new(),
    };
    let ground = ui.painter().add(Shape::Noop);
    let mut changed = match row.form {
        Form::Table => table_rows(ui, state, &slot, &part, &mut shown, setting, sight),
        Form::Divider => divider(ui, &shown, setting.look),
        Form::Task => {
            live::show(ui, state, &part, &shown, setting, out);
            false
        }
        Form::Unknown => unknown(ui, &part, &shown, setting.look),
        _ => text(ui, state, &slot, &part, &mut shown, setting, sight),
    };
    changed |= figures::show(ui, state, &slot, &part, &mut shown);
    if let Some(slot) = state.layout.slots().get(slot_index) {
        shown.rect.set_height(slot.height());
    }
    let shapes = ground_of(row, &shown, setting.look);
    ui.painter().set(ground, shapes);
    speak(ui, state, row, &part, &shown);
    sign(ui, state, &slot, &part, &shown, setting);
    if !state.read_only {
        handles(ui, state, row, &shown, out);
    }
    state.shown.push(shown);
    changed
}

fn text(
    ui: &Ui,
    state: &mut PageState,
    slot: &Slot,
    part: &Part,
    shown: &mut Shown,
    setting: &Setting,
    sight: (f32, f32),
) -> bool {
    let only_picture = only_picture(part);
    let left = setting.text_left(&slot.row);
    let mut y = shown.rect.top() + slot.padding() / 2.0;
    let mut changed = false;
    let preedit = state.hands.preedit.clone();
    let caret = state.session.selection.head;
    for (index, chunk) in slot.chunks.iter().enumerate() {
        let top = y - setting.top;
        if top > sight.1 || top + chunk.height < sight.0 {
            y += chunk.height;
            continue;
        }
        let composing = preedit
            .as_deref()
            .filter(|_| caret >= shown.start && state.session.selection.cell.is_none())
            .map(|text| Preedit { at: caret - shown.start, text })
            .filter(|preedit| preedit.at <= part.line.len() && holds(chunk, preedit.at, part.line.len()));
        let galley =
            view::lay(ui, part, &slot.row, (chunk.from, chunk.to), setting, &mut state.highlights, composing);
        let pos = pos2(left, y);
        let height = if only_picture { 0.0 } else { galley.size().y.max(slot.row.style.line) };
        let composing = composing.map(|preedit| (preedit.at, preedit.text.chars().count()));
        let laid = Laid { from: chunk.from, to: chunk.to, galley, pos, composing };
        if !only_picture {
            ui.painter().extend(prose::decor(&laid.galley, &part.line, laid.from, pos, setting.look));
            anchors::tints(ui, state, shown.start, &laid, setting.look);
            anchors::absent(ui, state, part, &laid, setting.look);
            tints(ui, state, shown.start, &laid, setting.look);
            ui.painter().galley(pos, laid.galley.clone(), setting.look.ink);
        }
        shown.text.push(laid);
        changed |= state.layout.measure(shown.slot, index, height);
        y += height;
    }
    changed
}

fn holds(chunk: &Chunk, at: usize, len: usize) -> bool {
    (chunk.from..chunk.to).contains(&at) || (at == len && chunk.to == len)
}

/// Selection, matches and marked changes behind a stretch of text.
fn tints(ui: &Ui, state: &PageState, start: usize, laid: &Laid, p: Look) {
    let paint = |from: usize, to: usize, color| {
        let (a, b) = (from.max(start), to.min(start + laid.to));
        if a < b {
            for rect in laid.rects(a - start, b - start) {
                ui.painter().rect_filled(rect, 0.0, color);
            }
        }
    };
    for (from, to) in state.find.iter().flat_map(|find| find.matches_in(start + laid.from, start + laid.to)) {
        paint(from, to, p.wait_tint);
    }
    let (from, to) = state.session.selection.ordered();
    if from < to && state.session.selection.cell.is_none() {
        // A selection that goes on into the next block shows the end of the line as selected too.
        paint(from, to, p.scheme.selection());
        let end = start + laid.to;
        if from <= end && to > end && laid.from == laid.to {
            let caret = laid.caret(laid.to);
            ui.painter().rect_filled(
                Rect::from_min_size(caret.min, vec2(6.0, caret.height())),
                0.0,
                p.scheme.selection(),
            );
        }
    }
}

/// What lies behind a block.
fn ground_of(row: &Row, shown: &Shown, p: Look) -> Shape {
    let rect = shown.rect;
    match row.form {
        Form::Code => Shape::Rect(egui::epaint::RectShape::new(
            rect,
            CornerRadius::same(radius::ROW),
            p.code,
            Stroke::new(stroke::LINE, p.line),
            StrokeKind::Inside,
        )),
        Form::Callout => Shape::rect_filled(rect, CornerRadius::same(radius::ROW), p.wait_tint),
        _ => Shape::Noop,
    }
}

/// The block as a screen reader finds it; the one with the caret tells its text, caret and selection.
fn speak(ui: &mut Ui, state: &PageState, row: &Row, part: &Part, shown: &Shown) {
    let id = state.editor().with(("block", part.key));
    let response = ui.interact(shown.rect, id, Sense::hover());
    let selection = &state.session.selection;
    let (index, off) = state.session.flat().find(selection.head);
    let here = index == shown.index && ui.memory(|memory| memory.has_focus(state.editor()));
    let role = match row.form {
        Form::Table => Role::Table,
        Form::Code => Role::Code,
        Form::Divider => Role::Splitter,
        Form::Task => Role::ListItem,
        _ if row.style.size > tokens::BODY.size => Role::Heading,
        _ if here => Role::MultilineTextInput,
        _ => Role::Paragraph,
    };
    response.widget_info(|| WidgetInfo::labeled(role, true, label(part)));
    let Some(laid) = shown.laid(off).filter(|laid| here && off >= laid.from) else { return };
    let cursor = |at: usize| CCursor {
        index: CharIndex(at.clamp(laid.from, laid.to) - laid.from),
        prefer_next_row: true,
    };
    let anchor = selection.anchor.saturating_sub(shown.start);
    let range = CCursorRange::two(cursor(anchor), cursor(off));
    let transform = egui::emath::TSTransform::from_translation(laid.pos.to_vec2());
    egui::text_selection::accesskit_text::update_accesskit_for_text_widget(
        ui.ctx(),
        id,
        Some(range),
        transform,
        &laid.galley,
    );
}

/// What a screen reader says of a block. Worked out only where one listens.
fn label(part: &Part) -> String {
    match part.head.as_ref().map(|head| &head.kind) {
        Some(BlockKind::Table { table }) => table::spoken(table),
        Some(BlockKind::Divider) => "Divider".to_owned(),
        Some(BlockKind::Task { .. }) => "Live task".to_owned(),
        _ => spoken(part),
    }
}

/// Longest text of a block that is given to a screen reader at once, characters.
const SPOKEN_MAX: usize = 4_000;

fn spoken(part: &Part) -> String {
    let mut objects = part.line.objects().iter();
    let mut text = String::new();
    for c in part.line.text().chars().take(SPOKEN_MAX) {
        match c {
            OBJECT => text
                .push_str(objects.next().and_then(Option::as_ref).map_or("", |picture| picture.alt.as_str())),
            c => text.push(c),
        }
    }
    text
}

fn sign(ui: &mut Ui, state: &mut PageState, slot: &Slot, part: &Part, shown: &Shown, setting: &Setting) {
    let (p, row) = (setting.look, &slot.row);
    let origin = shown.rect.min;
    for level in 0..row.quotes {
        let x = setting.left + QUOTE * level as f32 + 1.0;
        let bar = Rect::from_min_max(pos2(x, origin.y), pos2(x + 2.0, shown.rect.bottom()));
        ui.painter().rect_filled(bar, 1.0, p.edge);
    }
    if row.form == Form::Callout {
        let at = Rect::from_min_size(origin + vec2(14.0, 12.0), vec2(18.0, row.style.line));
        icon::paint(ui.painter(), at, 18.0, Icon::Info, p.wait);
    }
    if row.form == Form::Code {
        let language = match part.head.as_ref().map(|head| &head.kind) {
            Some(BlockKind::Code { language }) => {
                language.split_whitespace().next().unwrap_or_default().to_owned()
            }
            _ => "kept as written".to_owned(),
        };
        let corner =
            Rect::from_min_size(pos2(origin.x, origin.y + 4.0), vec2(shown.rect.width() - 10.0, 14.0));
        widgets::line(ui, corner, Align2::RIGHT_CENTER, &language, tokens::TINY, p.ink3);
    }
    let middle = origin.y + row.style.line / 2.0;
    match row.sign {
        Sign::None | Sign::Ring => {}
        Sign::Bullet(level) => {
            let centre = pos2(origin.x - 14.0, middle);
            match level % 3 {
                0 => ui.painter().circle_filled(centre, 2.6, p.ink2),
                1 => ui.painter().circle_stroke(centre, 2.6, Stroke::new(1.2, p.ink2)),
                _ => ui.painter().rect_filled(Rect::from_center_size(centre, Vec2::splat(4.6)), 0.5, p.ink2),
            };
        }
        Sign::Number(number) => {
            let rect = Rect::from_min_max(
                pos2(origin.x - 60.0, origin.y),
                pos2(origin.x - 8.0, origin.y + row.style.line),
            );
            widgets::line(ui, rect, Align2::RIGHT_CENTER, &format!("{number}."), tokens::BODY, p.ink2);
        }
        Sign::Check(on) => check(ui, state, part, shown, pos2(origin.x - 16.0, middle), on),
    }
}

fn check(ui: &mut Ui, state: &mut PageState, part: &Part, shown: &Shown, centre: egui::Pos2, on: bool) {
    let rect = Rect::from_center_size(centre, Vec2::splat(16.0));
    let id = state.editor().with(("check", part.key));
    let response = ui.interact(rect.expand(4.0), id, Sense::click());
    widgets::check_box(ui, rect, on);
    let label = spoken(part);
    let enabled = !state.read_only;
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, on, &label));
    widgets::focus_ring(ui, &response, radius::BAR);
    if response.clicked() && enabled {
        let now = ui.input(|input| input.time);
        let selection = state.session.selection.clone();
        let change = blocks::toggle_check(state.session.flat(), shown.index, &selection);
        state.run(change, now);
        state.hands.reveal = false;
    }
}

/// The two handles that stand left of the block under the pointer.
fn handles(ui: &mut Ui, state: &mut PageState, row: &Row, shown: &Shown, out: &mut Queue) {
    let whole = shown.rect;
    let left = whole.left() - if row.sign == Sign::None { 0.0 } else { super::layout::INDENT };
    let zone = Rect::from_min_max(pos2(left - GUTTER, whole.top() - 2.0), whole.max);
    let id = state.editor().with(("handles", shown.key));
    let dragging = state.hands.block_drag.is_some_and(|drag| drag.key == shown.key);
    let dragged = ui.ctx().dragged_id();
    let hovered = dragged == Some(id.with(2)) || (ui.rect_contains_pointer(zone) && dragged.is_none());
    let focused = ui.memory(|memory| memory.has_focus(id.with(0)) || memory.has_focus(id.with(1)));
    if !hovered && !focused && !dragging {
        return;
    }
    let lower = match row.form {
        Form::Code | Form::Callout => 10.0,
        Form::Task => 4.0,
        _ => 0.0,
    };
    let top = whole.top() + (row.style.line - 22.0) / 2.0 + lower;
    let plus = Rect::from_min_size(pos2(left - 44.0, top), Vec2::splat(22.0));
    let dots = plus.translate(vec2(20.0, 0.0)).with_max_x(plus.right() + 16.0);
    if widgets::icon_button_at(ui, plus, id.with(0), Icon::Plus, "Add a block below", None).clicked() {
        out.push(UiCommand::Block(shown.key, BlockAction::AddBelow));
    }
    let handle = widgets::icon_button_at(
        ui,
        dots,
        id.with(1),
        Icon::Dots,
        "Block menu: click for it, drag to move",
        None,
    );
    if handle.clicked() {
        let cell = menu::cell_in(state, shown.key, row.form == Form::Table);
        out.push(UiCommand::Pick(Box::new(menu::block_menu(shown.key, dots, cell))));
    }
    // The button takes clicks; the same place takes drags.
    let drag = ui.interact(dots, id.with(2), Sense::drag());
    if drag.drag_started() {
        state.hands.block_drag = Some(super::input::BlockDrag { key: shown.key, target: None });
    }
}

fn table_rows(
    ui: &Ui,
    state: &mut PageState,
    slot: &Slot,
    part: &Part,
    shown: &mut Shown,
    setting: &Setting,
    sight: (f32, f32),
) -> bool {
    let (mut tops, mut y) = (Vec::with_capacity(slot.chunks.len()), 0.0);
    for chunk in &slot.chunks {
        tops.push(y);
        y += chunk.height;
    }
    let base = shown.rect.top() - setting.top;
    let first = tops.partition_point(|top| base + top < sight.0).saturating_sub(1);
    let last = tops.partition_point(|top| base + top < sight.1);
    let p = setting.look;
    let widths = column_widths(ui, state, part, shown.rect.width(), p);
    let cells = view::lay_cells(ui, part, first..last, &tops, shown.rect.min, setting, &widths);
    let mut changed = false;
    for cell in &cells {
        ui.painter().extend(prose::decor(&cell.laid.galley, &cell.line, 0, cell.laid.pos, p));
        ui.painter().galley(cell.laid.pos, cell.laid.galley.clone(), p.ink);
        if cell.column == 0 {
            let bottom = cell.rect.bottom() - 0.5;
            ui.painter().hline(shown.rect.x_range(), bottom, Stroke::new(stroke::LINE, p.line));
            changed |= state.layout.measure(shown.slot, cell.row, cell.rect.height());
        }
    }
    shown.cells = cells;
    changed
}

/// Widths of the columns of a table; worked out when table or room change, for the first rows are laid out for them.
fn column_widths(ui: &Ui, state: &mut PageState, part: &Part, room: f32, p: Look) -> Vec<f32> {
    let Some(BlockKind::Table { table }) = part.head.as_ref().map(|head| &head.kind) else {
        return Vec::new();
    };
    if let Some((rev, of, widths)) = state.layout.columns.get(&part.key)
        && (*rev, *of) == (part.rev, room)
    {
        return widths.clone();
    }
    let widths = table::widths(ui, table, room, p);
    state.layout.columns.insert(part.key, (part.rev, room, widths.clone()));
    widths
}

fn divider(ui: &Ui, shown: &Shown, p: Look) -> bool {
    ui.painter().hline(shown.rect.x_range(), shown.rect.center().y, Stroke::new(stroke::LINE, p.line));
    false
}

fn unknown(ui: &Ui, part: &Part, shown: &Shown, p: Look) -> bool {
    let Some(BlockKind::Unknown { name }) = part.head.as_ref().map(|head| &head.kind) else { return false };
    ui.painter().rect_filled(shown.rect, CornerRadius::same(radius::ROW), p.sunken);
    let words = format!("A block of the kind “{name}”, kept as it is. Another version of Tern shows it.");
    widgets::line(
        ui,
        shown.rect.shrink2(vec2(12.0, 0.0)),
        Align2::LEFT_CENTER,
        &words,
        tokens::SMALL,
        p.ink2,
    );
    false
}
