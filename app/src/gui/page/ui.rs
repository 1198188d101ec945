//! Draws the open page. Only blocks in sight are laid out; the heights of the others are remembered or estimated.

use std::collections::BTreeMap;

use egui::{
    Align2, CornerRadius, Rect, Response, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
};
use egui::{accesskit::Role, pos2, vec2};
use tern_model::block::{Block, BlockKind};

use super::cells::{self, Cell, Glyph};
use super::data::{self, Form, Row, Sign};
use super::editor::{Editor, Key};
use super::pictures::{Picture, Pictures};
use super::{field, prose, table};
use crate::gui::command::{BlockAction, Queue, Route, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::widgets;

/// Width of one level of nesting.
const INDENT: f32 = 26.0;
/// Width of one level of quotation.
const QUOTE: f32 = 18.0;
/// Space for the handles left of the text.
const GUTTER: f32 = 46.0;

/// What the page view remembers between frames.
#[derive(Debug, Default)]
pub struct PageState {
    /// The text.
    pub editor: Editor,
    /// Images.
    pub pictures: Pictures,
    /// The title while it is typed.
    pub title: Option<String>,
    /// The title gets the keyboard in the next frame.
    pub focus_title: bool,
    /// An older state is shown: nothing can be typed.
    pub read_only: bool,
    /// Words to scroll to once the page is here.
    pub seek: Option<String>,
    /// The field of the block being typed in.
    pub field: field::FieldState,
    heights: BTreeMap<Key, Height>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Height {
    width: f32,
    height: f32,
}

impl PageState {
    /// Forgets remembered heights, after a change of type or zoom.
    pub fn forget_heights(&mut self) {
        self.heights.clear();
    }
}

/// Draws the page in the middle of the window.
pub fn show(ui: &mut Ui, state: &mut PageState, title: &str, out: &mut Queue) {
    let room = ui.max_rect();
    let width =
        (room.width() - 2.0 * GUTTER).clamp(size::TEXT_MIN.min(room.width() - 2.0 * GUTTER), size::TEXT);
    let left = room.left() + ((room.width() - width) / 2.0).max(GUTTER).round();
    ScrollArea::vertical().auto_shrink(false).id_salt("page").show_viewport(ui, |ui, viewport| {
        let origin = ui.max_rect().top();
        let mut y = origin + 22.0;
        y += title_field(ui, state, title, pos2(left, y), width, out) + 12.0;
        y = blocks(ui, state, pos2(left, y), width, viewport.translate(vec2(0.0, origin)), out);
        let rest = Rect::from_min_max(pos2(left, y), pos2(left + width, (y + 160.0).max(room.bottom())));
        below(ui, state, rest);
        ui.allocate_rect(
            Rect::from_min_max(pos2(room.left(), origin), pos2(room.right(), rest.bottom())),
            Sense::hover(),
        );
    });
}

fn title_field(
    ui: &mut Ui,
    state: &mut PageState,
    title: &str,
    at: egui::Pos2,
    width: f32,
    out: &mut Queue,
) -> f32 {
    let p = look(ui.ctx());
    let height = tokens::TITLE.line + 6.0;
    let rect = Rect::from_min_size(at, vec2(width, height));
    if state.read_only {
        widgets::line(ui, rect, Align2::LEFT_CENTER, title, tokens::TITLE, p.ink);
        return height;
    }
    let mut text = state.title.clone().unwrap_or_else(|| title.to_owned());
    let id = egui::Id::unique("page title");
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| {
        let mut job = look::one_line(text.as_str(), tokens::TITLE, p.ink, f32::INFINITY);
        job.keep_trailing_whitespace = true;
        look::layout(ui, job)
    };
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect).id_salt("title"));
    let hint = egui::RichText::new("Untitled").color(p.ink3).font(look::font(tokens::TITLE));
    let output = egui::TextEdit::singleline(&mut text)
        .id(id)
        .frame(egui::Frame::NONE)
        .desired_width(width)
        .hint_text(hint)
        .layouter(&mut layouter)
        .show(&mut child);
    let response: Response = (*output.response).clone().accessible_name("Page title");
    if state.focus_title {
        state.focus_title = false;
        response.request_focus();
    }
    if response.changed() {
        state.title = Some(text);
    }
    if response.lost_focus() {
        if state.title.is_some() {
            out.push(UiCommand::Do(crate::gui::actions::Action::Rename));
        }
        let entered = ui.input(|input| input.key_pressed(egui::Key::Enter));
        match state.editor.blocks().first().map(|first| first.key) {
            _ if !entered => {}
            Some(first) => state.editor.begin(first, 0),
            None => state.editor.insert_after(None, Block::plain(BlockKind::Paragraph, "")),
        }
    }
    height
}

fn blocks(
    ui: &mut Ui,
    state: &mut PageState,
    at: egui::Pos2,
    width: f32,
    sight: Rect,
    out: &mut Queue,
) -> f32 {
    let rows = data::rows(state.editor.blocks());
    let sight = sight.y_range().expand(200.0);
    let mut y = at.y;
    for row in &rows {
        y += row.gap;
        let editing = state.editor.session().is_some_and(|session| session.key == row.key);
        let known =
            state.heights.get(&row.key).filter(|height| height.width == width).map(|height| height.height);
        let expected = known
            .unwrap_or_else(|| state.editor.block(row.key).map_or(0.0, |block| estimate(block, row, width)));
        if editing || (y < sight.max && y + expected > sight.min) {
            let height = block(ui, state, row, pos2(at.x, y), width, editing, out);
            state.heights.insert(row.key, Height { width, height });
            y += height;
        } else {
            y += expected;
        }
    }
    if state.heights.len() > 2 * rows.len() + 64 {
        state.heights.retain(|key, _| rows.iter().any(|row| row.key == *key));
    }
    y
}

fn estimate(block: &Block, row: &Row, width: f32) -> f32 {
    match &block.kind {
        BlockKind::Table { table } => table.rows.len() as f32 * size::TABLE_ROW,
        BlockKind::Divider => 9.0,
        _ => {
            let text = block.text();
            let per_line = (width / (row.style.size * 0.5)).max(1.0);
            let lines: f32 =
                text.split('\n').map(|line| (line.chars().count() as f32 / per_line).ceil().max(1.0)).sum();
            lines * row.style.line + if row.form == Form::Code { 24.0 } else { 0.0 }
        }
    }
}

/// Draws one block; returns its height.
fn block(
    ui: &mut Ui,
    state: &mut PageState,
    row: &Row,
    at: egui::Pos2,
    width: f32,
    editing: bool,
    out: &mut Queue,
) -> f32 {
    let Some(block) = state.editor.block(row.key).cloned() else { return 0.0 };
    let shift = INDENT * row.indent as f32 + QUOTE * row.quotes as f32;
    let origin = pos2(at.x + shift, at.y);
    let width = (width - shift).max(80.0);
    let height = match row.form {
        Form::Divider => divider(ui, state, row, origin, width, out),
        Form::Table => table_block(ui, row, &block, origin, width),
        Form::Unknown => unknown(ui, &block, origin, width),
        Form::Code => code(ui, state, row, &block, origin, width, editing),
        Form::Text if editing => {
            let inside = Rect::from_min_size(origin, vec2(width, row.style.line));
            let height = field::show(ui, state, row, inside);
            height + images(ui, state, &block, pos2(origin.x, origin.y + height), width)
        }
        Form::Text => text_block(ui, state, row, &block, origin, width, out),
    };
    let whole = Rect::from_min_size(pos2(at.x, at.y), vec2(shift + width, height));
    decorate(ui, state, row, &block, origin, whole, out);
    height
}

fn decorate(
    ui: &mut Ui,
    state: &mut PageState,
    row: &Row,
    block: &Block,
    origin: egui::Pos2,
    whole: Rect,
    out: &mut Queue,
) {
    let p = look(ui.ctx());
    for level in 0..row.quotes {
        let x = whole.left() + QUOTE * level as f32 + 1.0;
        let bar = Rect::from_min_max(pos2(x, whole.top()), pos2(x + 2.0, whole.bottom()));
        ui.painter().rect_filled(bar, 1.0, p.edge);
    }
    sign(ui, state, row, block, origin);
    if !state.read_only {
        handles(ui, row, whole, out);
    }
}

fn sign(ui: &mut Ui, state: &mut PageState, row: &Row, block: &Block, origin: egui::Pos2) {
    let p = look(ui.ctx());
    let middle = origin.y + row.style.line / 2.0;
    match row.sign {
        Sign::None => {}
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
        Sign::Check(on) => {
            let rect = Rect::from_center_size(pos2(origin.x - 16.0, middle), Vec2::splat(16.0));
            let response =
                ui.interact(rect.expand(4.0), ui.scope_id().with(("check", row.key)), Sense::click());
            widgets::check_box(ui, rect, on);
            let label = block.text();
            response.widget_info(|| WidgetInfo::selected(Role::CheckBox, !state.read_only, on, &label));
            widgets::focus_ring(ui, &response, radius::BAR);
            if response.clicked() && !state.read_only {
                state.editor.toggle_check(row.key);
            }
        }
    }
}

/// The two handles that stand left of the block under the pointer.
fn handles(ui: &mut Ui, row: &Row, whole: Rect, out: &mut Queue) {
    let zone = Rect::from_min_max(pos2(whole.left() - GUTTER, whole.top() - 2.0), whole.max);
    let hovered = ui.rect_contains_pointer(zone) && ui.ctx().dragged_id().is_none();
    let reserved = ui.scope_id().with(("handles", row.key));
    if !hovered
        && !ui.memory(|memory| memory.has_focus(reserved.with(0)) || memory.has_focus(reserved.with(1)))
    {
        return;
    }
    let top = whole.top() + (row.style.line - 22.0) / 2.0 + if row.form == Form::Code { 10.0 } else { 0.0 };
    let plus = Rect::from_min_size(pos2(whole.left() - 44.0, top), Vec2::splat(22.0));
    let dots = plus.translate(vec2(20.0, 0.0)).with_max_x(plus.right() + 16.0);
    if widgets::icon_button_at(ui, plus, reserved.with(0), Icon::Plus, "Add a block below", None).clicked() {
        out.push(UiCommand::Block(row.key, BlockAction::AddBelow));
    }
    let menu = widgets::icon_button_at(ui, dots, reserved.with(1), Icon::Dots, "Block menu", None);
    if menu.clicked() {
        out.push(UiCommand::Pick(Box::new(super::menu::block_menu(row.key, dots))));
    }
}

fn text_block(
    ui: &mut Ui,
    state: &mut PageState,
    row: &Row,
    block: &Block,
    at: egui::Pos2,
    width: f32,
    out: &mut Queue,
) -> f32 {
    let p = look(ui.ctx());
    let cells = cells::from_inline(&block.inline);
    let only_images = !cells.is_empty()
        && cells.iter().all(|cell| !matches!(cell.glyph, Glyph::Char(c) if !c.is_whitespace()));
    if only_images {
        return images(ui, state, block, at, width).max(row.style.line);
    }
    let ink = if row.quiet { p.ink2 } else { p.ink };
    let galley = look::layout(ui, prose::job(&cells, row.style, ink, p, width));
    let height = galley.size().y.max(row.style.line);
    let rect = Rect::from_min_size(at, vec2(width, height));
    let response = ui.interact(rect, ui.scope_id().with(("block", row.key)), Sense::click());
    let link = link_under(ui, &response, &galley, &cells, at);
    let label = block.text();
    let role = if matches!(block.kind, BlockKind::Heading { .. }) { Role::Heading } else { Role::Paragraph };
    response.widget_info(|| WidgetInfo::labeled(role, true, &label));
    if block.inline.is_empty() && response.hovered() && !state.read_only {
        widgets::line(ui, rect, Align2::LEFT_CENTER, "Write here", row.style, p.ink3);
    }
    ui.painter().extend(prose::decor(&galley, &cells, at, p));
    ui.painter().galley(at, galley.clone(), ink);
    widgets::focus_ring(ui, &response, radius::BAR);
    let cursor = match (&link, state.read_only) {
        (Some(_), _) => egui::CursorIcon::PointingHand,
        (None, false) => egui::CursorIcon::Text,
        (None, true) => egui::CursorIcon::Default,
    };
    let response = response.on_hover_cursor(cursor);
    if response.clicked() {
        match (link, state.read_only) {
            (Some(href), _) => follow(&href, out),
            (None, true) => {}
            (None, false) => {
                let caret = response
                    .interact_pointer_pos()
                    .map_or(usize::MAX, |pos| galley.cursor_from_pos(pos - at).index.0);
                state.editor.begin(row.key, caret);
            }
        }
    }
    height + images(ui, state, block, pos2(at.x, at.y + height), width)
}

fn link_under(
    ui: &Ui,
    response: &Response,
    galley: &egui::Galley,
    cells: &[Cell],
    at: egui::Pos2,
) -> Option<String> {
    let pos = response.hover_pos()?;
    let place = pos - at;
    let on_text = galley.rows.iter().any(|row| row.rect().contains(place.to_pos2()));
    let index = galley.cursor_from_pos(place).index.0;
    let cell = cells.get(index.min(cells.len().saturating_sub(1))).filter(|_| on_text)?;
    let _ = ui;
    cell.marks.link.as_ref().map(|link| link.href.clone())
}

/// Follows a link: pages open here, addresses in the browser.
fn follow(href: &str, out: &mut Queue) {
    match href.strip_prefix("tern:") {
        Some(page) => {
            let page = page.split('#').next().unwrap_or(page);
            out.push(UiCommand::Go(Route::page(page)));
        }
        None => out.push(UiCommand::Browse(href.to_owned())),
    }
}

fn images(ui: &mut Ui, state: &mut PageState, block: &Block, at: egui::Pos2, width: f32) -> f32 {
    let mut y = at.y;
    for inline in &block.inline {
        if let tern_model::block::Inline::Image { src, alt, .. } = inline {
            y += 4.0;
            y += image(ui, &mut state.pictures, src, alt, pos2(at.x, y), width) + 4.0;
        }
    }
    y - at.y
}

fn image(ui: &mut Ui, pictures: &mut Pictures, src: &str, alt: &str, at: egui::Pos2, width: f32) -> f32 {
    let p = look(ui.ctx());
    let label = if alt.is_empty() { "Picture" } else { alt };
    let (rect, note) = match pictures.get(src) {
        Some(Picture::Ready(texture)) => {
            let natural = texture.size_vec2();
            let shown = natural * (width / natural.x).min(1.0);
            let rect = Rect::from_min_size(at, shown);
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), rect, whole, egui::Color32::WHITE);
            (rect, None)
        }
        Some(Picture::Missing(reason)) => (Rect::from_min_size(at, vec2(width, 44.0)), Some(reason.clone())),
        _ => (Rect::from_min_size(at, vec2(width, 44.0)), Some("being read".to_owned())),
    };
    if let Some(note) = note {
        let pen = Stroke::new(stroke::LINE, p.line);
        ui.painter().rect(rect, CornerRadius::same(radius::ROW), p.chrome, pen, StrokeKind::Inside);
        let sign = Rect::from_min_size(rect.min + vec2(12.0, 0.0), vec2(18.0, rect.height()));
        icon::paint(ui.painter(), sign, 18.0, Icon::Picture, p.ink3);
        let inside = rect.with_min_x(rect.left() + 40.0).with_max_x(rect.right() - 12.0);
        widgets::line(ui, inside, Align2::LEFT_CENTER, &format!("{label} — {note}"), tokens::UI, p.ink2);
    }
    let response = ui.interact(rect, ui.scope_id().with(("image", src, at.y as i32)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, label));
    rect.height()
}

fn divider(
    ui: &mut Ui,
    state: &mut PageState,
    row: &Row,
    at: egui::Pos2,
    width: f32,
    _out: &mut Queue,
) -> f32 {
    let p = look(ui.ctx());
    let rect = Rect::from_min_size(at, vec2(width, 9.0));
    let _ = (state, row);
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(stroke::LINE, p.line));
    rect.height()
}

fn table_block(ui: &mut Ui, row: &Row, block: &Block, at: egui::Pos2, width: f32) -> f32 {
    let BlockKind::Table { table } = &block.kind else { return 0.0 };
    table::show(ui, ui.scope_id().with(("table", row.key)), table, at, width)
}

fn unknown(ui: &mut Ui, block: &Block, at: egui::Pos2, width: f32) -> f32 {
    let p = look(ui.ctx());
    let BlockKind::Unknown { name } = &block.kind else { return 0.0 };
    let rect = Rect::from_min_size(at, vec2(width, 36.0));
    ui.painter().rect_filled(rect, CornerRadius::same(radius::ROW), p.sunken);
    let words = format!("A block of the kind “{name}”, kept as it is. Another version of Tern shows it.");
    widgets::line(ui, rect.shrink2(vec2(12.0, 0.0)), Align2::LEFT_CENTER, &words, tokens::SMALL, p.ink2);
    rect.height()
}

fn code(
    ui: &mut Ui,
    state: &mut PageState,
    row: &Row,
    block: &Block,
    at: egui::Pos2,
    width: f32,
    editing: bool,
) -> f32 {
    let p = look(ui.ctx());
    let language = match &block.kind {
        BlockKind::Code { language } => language.split_whitespace().next().unwrap_or_default().to_owned(),
        _ => "kept as written".to_owned(),
    };
    let ground = ui.painter().add(egui::Shape::Noop);
    let inside = Rect::from_min_size(at + vec2(14.0, 12.0), vec2(width - 28.0, row.style.line));
    let height = if editing {
        field::show(ui, state, row, inside)
    } else {
        let galley = look::layout(ui, look::wrapped(&block.text(), tokens::CODE, p.ink, inside.width()));
        let height = galley.size().y.max(row.style.line);
        let rect = Rect::from_min_size(inside.min, vec2(inside.width(), height));
        let response = ui.interact(rect, ui.scope_id().with(("block", row.key)), Sense::click());
        let label = block.text();
        response.widget_info(|| WidgetInfo::labeled(Role::Code, true, &label));
        ui.painter().galley(inside.min, galley.clone(), p.ink);
        widgets::focus_ring(ui, &response, radius::ROW);
        if response.clicked() && !state.read_only {
            let caret = response
                .interact_pointer_pos()
                .map_or(usize::MAX, |pos| galley.cursor_from_pos(pos - inside.min).index.0);
            state.editor.begin(row.key, caret);
        }
        height
    };
    let rect = Rect::from_min_size(at, vec2(width, height + 24.0));
    let pen = Stroke::new(stroke::LINE, p.line);
    ui.painter().set(
        ground,
        egui::epaint::RectShape::new(rect, CornerRadius::same(radius::ROW), p.code, pen, StrokeKind::Inside),
    );
    let corner = Rect::from_min_size(pos2(rect.left(), rect.top() + 4.0), vec2(rect.width() - 10.0, 14.0));
    widgets::line(ui, corner, Align2::RIGHT_CENTER, &language, tokens::TINY, p.ink3);
    rect.height()
}

/// The space under the last block: a click there goes on writing.
fn below(ui: &mut Ui, state: &mut PageState, rest: Rect) {
    let p = look(ui.ctx());
    if state.read_only {
        return;
    }
    let response = ui.interact(rest, ui.scope_id().with("below"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Write at the end of the page"));
    if state.editor.blocks().is_empty() {
        let first = Rect::from_min_size(rest.min, vec2(rest.width(), tokens::BODY.line));
        let words = "Write here. # makes a heading, - a list, [] a check list.";
        widgets::line(ui, first, Align2::LEFT_CENTER, words, tokens::BODY, p.ink3);
    }
    let response = response.on_hover_cursor(egui::CursorIcon::Text);
    if response.clicked() {
        let last = state.editor.blocks().last().map(|last| (last.key, last.block.clone()));
        match last {
            Some((key, block)) if block.inline.is_empty() && matches!(block.kind, BlockKind::Paragraph) => {
                state.editor.begin(key, 0);
            }
            last => {
                state.editor.insert_after(last.map(|(key, _)| key), Block::plain(BlockKind::Paragraph, ""))
            }
        }
    }
}
