//! Draws the page tree: one stop of the Tab key, arrows inside, and pages that are dragged to another place.

use egui::{
    Align2, EventFilter, Id, Rect, Response, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};
use tern_peer::{Command, PageRow};

use super::moves::{self, Part, Place};
use super::{Data, Line, TreeRow, shown_title};
use crate::gui::command::{Held, Queue, Route, Then, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::widgets;

/// Seconds over a folded page after which it unfolds while something is dragged.
const UNFOLD_SECS: f64 = 0.6;
/// Width of one level.
const INDENT: f32 = 16.0;

/// What the tree remembers between frames.
#[derive(Debug, Clone, Default)]
pub struct TreeState {
    /// The page under the keyboard.
    pub cursor: Option<String>,
    /// It gets the keyboard in the next frame.
    pub focus: bool,
    /// It is brought into sight in the next frame.
    pub reveal: bool,
    /// The tree had the keyboard in the last frame.
    pub focused: bool,
    /// A title that is typed in its place.
    pub rename: Option<Rename>,
    drag: Option<Drag>,
    offset: f32,
}

/// A title that is typed in the tree.
#[derive(Debug, Clone, Default)]
pub struct Rename {
    /// Of which page.
    pub page: String,
    /// As typed.
    pub text: String,
    /// The field had the keyboard.
    begun: bool,
}

impl Rename {
    /// Of a page with this title.
    pub fn new(page: &PageRow) -> Self {
        Rename { page: page.id.clone(), text: page.title.clone(), begun: false }
    }
}

#[derive(Debug, Clone)]
struct Drag {
    page: String,
    title: String,
    over: Option<(String, f64)>,
    place: Option<Place>,
}

/// Moves a page, with a way back and a sentence.
pub fn move_page(pages: &[PageRow], page: &str, place: Place) -> Option<UiCommand> {
    let was = moves::here(pages, page)?;
    let title = |id: &str| {
        let row = pages.iter().find(|row| row.id == id);
        shown_title(row.map(|row| row.title.as_str()).unwrap_or_default()).to_owned()
    };
    let said = match (&place.parent, place.parent == was.parent) {
        (Some(parent), false) => format!("“{}” lies under “{}”", title(page), title(parent)),
        (None, false) => format!("“{}” lies at the top", title(page)),
        (_, true) => format!("“{}” has another place", title(page)),
    };
    let to =
        |place: Place| Command::PageMove { page: page.to_owned(), parent: place.parent, after: place.after };
    let back = Box::new(Held(to(was)));
    Some(UiCommand::Send(Box::new(to(place)), Then::Undoable(said, back)))
}

/// Draws the lines; only those in sight are laid out.
pub fn show(ui: &mut Ui, state: &mut TreeState, data: &Data, pages: &[PageRow], out: &mut Queue) {
    keep_cursor(state, data, pages);
    let mut area = egui::ScrollArea::vertical().auto_shrink(false);
    if std::mem::take(&mut state.reveal)
        && let Some(at) = data.tree.iter().position(|line| is_at(line, pages, state.cursor.as_deref()))
    {
        area = area.vertical_scroll_offset(revealed(at, state.offset, ui.available_height()));
    }
    state.focused = false;
    let shown = area.show_rows(ui, size::ROW, data.tree.len(), |ui, visible| {
        for line in data.tree.get(visible).unwrap_or_default() {
            match line {
                Line::Favourites => {
                    super::head_line(ui, "Favourites");
                }
                Line::Favourite(index) => {
                    if let Some(page) = pages.get(*index) {
                        favourite(ui, page, data, out);
                    }
                }
                Line::Pages => super::pages_head(ui, out),
                Line::Space { id, title, open } => super::space_head(ui, id, title, *open, out),
                Line::Page(row) => {
                    if let Some(page) = pages.get(row.page) {
                        tree_row(ui, state, *row, page, pages, out);
                    }
                }
            }
        }
    });
    state.offset = shown.state.clamped_offset().y;
    finish_drag(ui, state, pages, out);
}

/// The cursor stands on a page that is shown: the open one, or the first.
fn keep_cursor(state: &mut TreeState, data: &Data, pages: &[PageRow]) {
    let shown = |id: &str| data.tree.iter().any(|line| is_at(line, pages, Some(id)));
    if state.cursor.as_deref().is_some_and(shown) && (state.focused || state.focus) {
        return;
    }
    let rows = data.tree.iter().filter_map(|line| match line {
        Line::Page(row) => Some(row),
        _ => None,
    });
    let mut rows = rows.peekable();
    let first = rows.peek().map(|row| row.page);
    let open = rows.find(|row| row.selected).map(|row| row.page);
    state.cursor = open.or(first).and_then(|index| pages.get(index)).map(|page| page.id.clone());
}

fn is_at(line: &Line, pages: &[PageRow], id: Option<&str>) -> bool {
    matches!(line, Line::Page(row) if pages.get(row.page).is_some_and(|page| Some(page.id.as_str()) == id))
}

/// The least scrolling that shows a line.
fn revealed(at: usize, offset: f32, height: f32) -> f32 {
    let top = at as f32 * size::ROW;
    offset.clamp((top + size::ROW - height).max(0.0), top.max(0.0))
}

fn row_id(page: &str) -> Id {
    Id::unique(("tree row", page))
}

fn tree_row(
    ui: &mut Ui,
    state: &mut TreeState,
    row: TreeRow,
    page: &PageRow,
    pages: &[PageRow],
    out: &mut Queue,
) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::hover());
    if state.rename.as_ref().is_some_and(|rename| rename.page == page.id) {
        rename_field(ui, state, rect, page, out);
        return;
    }
    let is_cursor = state.cursor.as_deref() == Some(page.id.as_str());
    let sense = if is_cursor { Sense::click_and_drag() } else { Sense::CLICK | Sense::DRAG };
    let response = ui.interact(rect, row_id(&page.id), sense);
    let title = shown_title(&page.title);
    paint_row(ui, &response, row, page, state.drag.is_some());
    keep_keyboard(ui, state, is_cursor, &response);
    if let Some(folded) = row.folded {
        fold_button(ui, rect, page, title, folded, out);
    }
    if response.clicked() {
        state.cursor = Some(page.id.clone());
        out.push(UiCommand::Go(Route::page(&page.id)));
    }
    if response.double_clicked() {
        state.rename = Some(Rename::new(page));
    }
    drag_row(ui, state, row, page, pages, &response, out);
}

/// Arrows belong to the tree while a row of it has the keyboard.
fn keep_keyboard(ui: &Ui, state: &mut TreeState, is_cursor: bool, response: &Response) {
    if !is_cursor {
        return;
    }
    if std::mem::take(&mut state.focus) {
        response.request_focus();
    }
    if response.has_focus() {
        state.focused = true;
        let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    }
}

fn paint_row(ui: &Ui, response: &Response, row: TreeRow, page: &PageRow, dragging: bool) {
    let title = shown_title(&page.title);
    // The chevron stands in front of the icon, so the tree begins a little further right than other rows.
    let (rect, p) = (response.rect, look(ui.ctx()));
    widgets::row_ground(ui, rect, row.selected, response.hovered());
    let left = rect.left() + 20.0 + INDENT * page.depth as f32;
    let sign = if row.folded.is_some() { Icon::Folder } else { Icon::Page };
    let at = Rect::from_min_size(pos2(left, rect.top()), vec2(17.0, rect.height()));
    icon::paint(ui.painter(), at, 16.5, sign, if row.selected { p.here } else { p.ink2 });
    let style = if row.selected { tokens::UI_MEDIUM } else { tokens::UI };
    let inside = Rect::from_min_max(pos2(left + 24.0, rect.top()), pos2(rect.right() - 8.0, rect.bottom()));
    widgets::line(ui, inside, Align2::LEFT_CENTER, title, style, p.ink);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, row.selected, title));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_level(page.depth + 1);
        if let Some(folded) = row.folded {
            node.set_expanded(!folded);
        }
    });
    if !dragging {
        widgets::focus_ring(ui, response, radius::ROW);
    }
}

fn fold_button(ui: &Ui, rect: Rect, page: &PageRow, title: &str, folded: bool, out: &mut Queue) {
    let left = rect.left() + 2.0 + INDENT * page.depth as f32;
    let at = Rect::from_min_size(pos2(left, rect.top() + 4.0), vec2(18.0, 20.0));
    let sign = if folded { Icon::ChevronRight } else { Icon::ChevronDown };
    let label = format!("{} {title}", if folded { "Unfold" } else { "Fold" });
    let fold = ui.interact(at, ui.scope_id().with(("fold", &page.id)), Sense::CLICK);
    icon::paint(ui.painter(), fold.rect, 15.0, sign, look(ui.ctx()).ink3);
    fold.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    if fold.clicked() {
        out.push(UiCommand::Fold { page: page.id.clone(), folded: !folded });
    }
}

fn favourite(ui: &mut Ui, page: &PageRow, data: &Data, out: &mut Queue) {
    let title = shown_title(&page.title);
    let spoken = format!("Favourite: {title}");
    let selected = data.open.as_deref() == Some(page.id.as_str());
    let row =
        widgets::Row { icon: Some(Icon::Star), selected, spoken: Some(&spoken), ..widgets::Row::new(title) };
    let response = ui.push_id(("favourite", &page.id), |ui| row.show(ui)).inner;
    if response.clicked() {
        out.push(UiCommand::Go(Route::page(&page.id)));
    }
}

fn rename_field(ui: &mut Ui, state: &mut TreeState, rect: Rect, page: &PageRow, out: &mut Queue) {
    let Some(rename) = &mut state.rename else { return };
    let left = rect.left() + 40.0 + INDENT * page.depth as f32;
    let inside =
        Rect::from_min_max(pos2(left, rect.top() + 1.0), pos2(rect.right() - 4.0, rect.bottom() - 1.0));
    let p = look(ui.ctx());
    ui.painter().rect(
        inside,
        radius::ROW,
        p.page,
        Stroke::new(stroke::FOCUS, p.ink2),
        egui::StrokeKind::Inside,
    );
    let mut child =
        ui.new_child(egui::UiBuilder::new().max_rect(inside.shrink2(vec2(6.0, 4.0))).id_salt("rename"));
    let output = egui::TextEdit::singleline(&mut rename.text)
        .id(Id::unique("tree rename"))
        .font(look::font(tokens::UI))
        .frame(egui::Frame::NONE)
        .desired_width(inside.width() - 12.0)
        .show(&mut child);
    let response = (*output.response).clone().accessible_name("New title");
    if !rename.begun {
        rename.begun = true;
        response.request_focus();
        let mut field = output.state.clone();
        let all = egui::text::CCursorRange::select_all(&output.galley);
        field.cursor.set_char_range(Some(all));
        field.store(ui.ctx(), response.id);
        return;
    }
    if response.lost_focus() {
        let (kept, text) =
            (!ui.input(|input| input.key_pressed(egui::Key::Escape)), rename.text.trim().to_owned());
        if kept && text != page.title {
            let command = Command::PageRename { page: page.id.clone(), title: text };
            out.push(UiCommand::Send(Box::new(command), Then::Quiet));
        }
        state.rename = None;
        state.cursor = Some(page.id.clone());
        state.focus = true;
        ui.ctx().request_repaint();
    }
}

/// Begins a drag, and shows on the row under the pointer where the page would go.
fn drag_row(
    ui: &Ui,
    state: &mut TreeState,
    row: TreeRow,
    page: &PageRow,
    pages: &[PageRow],
    response: &Response,
    out: &mut Queue,
) {
    if response.drag_started() {
        let title = shown_title(&page.title).to_owned();
        state.drag = Some(Drag { page: page.id.clone(), title, over: None, place: None });
    }
    let Some(drag) = &mut state.drag else { return };
    let Some(pos) = ui.ctx().pointer_interact_pos().filter(|pos| response.rect.contains(*pos)) else {
        return;
    };
    let part = match (pos.y - response.rect.top()) / response.rect.height() {
        share if share < 0.28 => Part::Before,
        share if share > 0.72 => Part::After,
        _ => Part::Inside,
    };
    drag.place = moves::drop(pages, &drag.page, &page.id, part, row.folded == Some(false));
    if drag.place.is_some() {
        sign(ui, response.rect, page.depth, part, row.folded == Some(false));
    }
    let now = ui.input(|input| input.time);
    match &drag.over {
        Some((over, since)) if *over == page.id => {
            if row.folded == Some(true) && now - since > UNFOLD_SECS {
                out.push(UiCommand::Fold { page: page.id.clone(), folded: false });
            }
        }
        _ => drag.over = Some((page.id.clone(), now)),
    }
    ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(UNFOLD_SECS));
}

/// A tint for inside, a line for before and after.
fn sign(ui: &Ui, rect: Rect, depth: usize, part: Part, unfolded: bool) {
    let p = look(ui.ctx());
    let deeper = if part == Part::After && unfolded { 1.0 } else { 0.0 };
    let left = rect.left() + 20.0 + INDENT * (depth as f32 + deeper);
    let pen = Stroke::new(stroke::FOCUS, p.here);
    match part {
        Part::Inside => {
            let inside = egui::StrokeKind::Inside;
            ui.painter().rect(rect, radius::ROW, p.here.gamma_multiply(0.10), pen, inside);
        }
        Part::Before | Part::After => {
            let y = if part == Part::Before { rect.top() } else { rect.bottom() };
            ui.painter().circle_stroke(pos2(left, y), 3.0, pen);
            ui.painter().hline((left + 3.0)..=rect.right(), y, pen);
        }
    }
}

fn finish_drag(ui: &Ui, state: &mut TreeState, pages: &[PageRow], out: &mut Queue) {
    let Some(drag) = &state.drag else { return };
    if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        state.drag = None;
        return;
    }
    let inside = ui.ctx().pointer_interact_pos().filter(|pos| ui.clip_rect().contains(*pos));
    let place = drag.place.clone().filter(|_| inside.is_some());
    ui.ctx().set_cursor_icon(if place.is_some() {
        egui::CursorIcon::Grabbing
    } else {
        egui::CursorIcon::NoDrop
    });
    if let Some(pos) = ui.ctx().pointer_interact_pos() {
        let p = look(ui.ctx());
        let painter =
            ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, Id::unique("dragged page")));
        let galley = look::layout(ui, look::one_line(&drag.title, tokens::UI, p.ink, 220.0));
        let rect = Rect::from_min_size(pos + vec2(14.0, 6.0), galley.size() + vec2(20.0, 10.0));
        painter.rect(
            rect,
            radius::ROW,
            p.raised,
            Stroke::new(stroke::LINE, p.edge),
            egui::StrokeKind::Inside,
        );
        painter.galley(rect.min + vec2(10.0, 5.0), galley, p.ink);
    }
    if ui.input(|input| !input.pointer.any_down()) {
        let command = place.and_then(|place| move_page(pages, &drag.page, place));
        state.cursor = Some(drag.page.clone());
        out.extend(command);
        state.drag = None;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;

    fn page(at: usize) -> PageRow {
        PageRow {
            id: format!("p{at}"),
            title: format!("Page {at}"),
            parent: None,
            order: at,
            depth: 0,
            space: "00".into(),
            trashed: false,
        }
    }

    #[test]
    fn of_ten_thousand_pages_only_those_in_sight_are_drawn_and_the_last_is_reached_by_key() {
        let pages: Vec<PageRow> = (0..10_000).map(page).collect();
        let rows = super::super::tree(&pages, &BTreeMap::new(), None);
        let data = Data { tree: rows.into_iter().map(Line::Page).collect(), ..Data::default() };
        let state = TreeState::default();
        let mut harness = Harness::builder().with_size([240.0, 600.0]).build_ui_state(
            move |ui, state: &mut TreeState| {
                ui.spacing_mut().item_spacing.y = 0.0;
                show(ui, state, &data, &pages, &mut Queue::new());
            },
            state,
        );
        harness.run_steps(2);
        let drawn = harness.query_all_by_label_contains("Page ").count();
        assert!((15..40).contains(&drawn), "{drawn} rows");
        *harness.state_mut() =
            TreeState { cursor: Some("p9999".into()), focus: true, reveal: true, ..TreeState::default() };
        harness.run_steps(2);
        assert!(harness.get_by_label("Page 9999").is_focused());
        assert!(harness.query_by_label("Page 0").is_none());
    }
}
