//! What is offered while somebody types: blocks after `/`, pages after `[[`, people and days after `@`. What is typed
//! stays text of the page until something is chosen.

use egui::{
    Align2, Area, Id, Key, Modifiers, Order, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};
use tern_model::Delta;
use tern_model::block::BlockKind;
use tern_model::flat::{Flat, Head};

use super::ask::{Ask, What};
use super::edit::Change;
use super::offer::{Does, Entry, Popup, Trigger, entries};
use super::select::Selection;
use super::ui::PageState;
use super::view::Shown;
use super::{blocks, typing};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon;
use crate::gui::look::look;
use crate::gui::picker::chosen;
use crate::gui::tokens::{self, size};
use crate::gui::widgets;

/// Characters after which nothing is looked for any more.
const QUERY_MAX: usize = 40;
const WIDTH: f32 = 320.0;

/// Opens a list when what was just typed asks for one.
pub fn typed(state: &mut PageState, text: &str) {
    let selection = &state.session.selection;
    if state.popup.is_some() || selection.cell.is_some() || !selection.is_caret() {
        return;
    }
    let flat = state.session.flat();
    let (index, off) = flat.find(selection.head);
    let Some(part) = flat.parts().get(index).filter(|part| super::edit::is_prose(part)) else { return };
    let before = |count: usize| part.line.slice(off.saturating_sub(count + 1), off.saturating_sub(count));
    let after_space =
        |count: usize| off == count || before(count).chars().all(char::is_whitespace) || before(count) == "(";
    let trigger = match text {
        "/" if after_space(1) => Some((Trigger::Slash, 1)),
        "@" if after_space(1) => Some((Trigger::At, 1)),
        "[" if off >= 2 && part.line.slice(off - 2, off) == "[[" => Some((Trigger::Link, 2)),
        _ => None,
    };
    if let Some((trigger, len)) = trigger {
        state.popup = Some(Popup { trigger, start: selection.head - len, query: String::new(), selected: 0 });
    }
}

/// Takes up what was typed on, or closes the list when the caret left it.
pub fn follow(state: &mut PageState) {
    let Some(popup) = &mut state.popup else { return };
    let (flat, selection) = (state.session.flat(), &state.session.selection);
    let sign = if popup.trigger == Trigger::Link { 2 } else { 1 };
    let (index, off) = flat.find(selection.head);
    let begins = selection
        .head
        .checked_sub(popup.start)
        .filter(|len| *len >= sign && *len <= QUERY_MAX && *len <= off);
    let typed = begins.map(|len| flat.parts()[index].line.slice(off - len + sign, off).to_owned());
    let signed = begins.map(|len| flat.parts()[index].line.slice(off - len, off - len + sign).to_owned());
    let expected = match popup.trigger {
        Trigger::Link => "[[",
        Trigger::At => "@",
        Trigger::Slash | Trigger::Template => "/",
    };
    match typed {
        Some(query)
            if selection.is_caret() && signed.as_deref() == Some(expected) && !query.contains("]]") =>
        {
            if query != popup.query {
                popup.query = query;
                popup.selected = 0;
            }
        }
        _ => state.popup = None,
    }
}

/// Keys of the open list. Returns whether it took the key.
pub fn key(state: &mut PageState, key: Key, held: Modifiers, now: f64, out: &mut Queue) -> bool {
    let Some(popup) = &mut state.popup else { return false };
    let found = entries(popup, &state.offers);
    let count = found.len();
    if held.any() || (count == 0 && key != Key::Escape) {
        return false;
    }
    match key {
        Key::ArrowDown => popup.selected = (popup.selected + 1) % count,
        Key::ArrowUp => popup.selected = (popup.selected + count - 1) % count,
        Key::Escape => state.popup = None,
        Key::Enter | Key::Tab => {
            let chosen = found.into_iter().nth(popup.selected.min(count - 1));
            if let Some(entry) = chosen {
                choose(state, entry.does, now, out);
            }
        }
        _ => return false,
    }
    true
}

/// What was chosen comes in place of what was typed to find it.
fn choose(state: &mut PageState, does: Does, now: f64, out: &mut Queue) {
    let Some(popup) = state.popup.take() else { return };
    state.session.break_typing();
    let (from, to) = (popup.start, state.session.selection.head);
    let erase = Delta::splice(from, to - from, []);
    let mut page = state.session.flat().clone();
    if page.apply(&erase).is_err() {
        return;
    }
    let selection = Selection::at(from);
    let change = match does {
        Does::Open(trigger) => {
            reopen(state, trigger, &popup, &erase, now);
            return;
        }
        Does::Become(head) => becoming(&page, &selection, &head),
        Does::Insert(head) => inserting(&page, &selection, head),
        Does::Link(href, words) => link(&page, &selection, &href, &words),
        Does::Text(text) => super::edit::insert_text(&page, &selection, &text),
        Does::Markdown(text) => super::clip::paste(&page, &selection, &text),
        Does::NewPage(title) => {
            out.push(UiCommand::NewLinkedPage(title));
            Some(Change::new(Delta::default(), selection))
        }
        Does::File => {
            state.ask = Some(Ask::new(What::File, String::new()));
            Some(Change::new(Delta::default(), selection))
        }
        Does::Action(action) => {
            out.push(UiCommand::Do(action));
            Some(Change::new(Delta::default(), selection))
        }
        Does::Task => {
            let (index, _) = page.find(from);
            let line = page.parts().get(index).filter(|part| part.head.is_some());
            if let Some(line) = line.filter(|line| !super::live::line_of(line).is_empty()) {
                out.push(UiCommand::Promote(line.key));
                state.run(Some(Change::new(erase, selection)), now);
                return;
            }
            let item = Head::plain(BlockKind::TaskItem { checked: false, loose: false });
            blocks::convert(&page, index, index, &item, &selection)
        }
    };
    if let Some(change) = change {
        state.run(Some(Change { delta: erase.compose(&change.delta), ..change }), now);
        super::input::enter_first_cell(state);
    }
}

/// Another list takes the place of this one, opened by its own sign.
fn reopen(state: &mut PageState, trigger: Trigger, popup: &Popup, erase: &Delta, now: f64) {
    let sign = match trigger {
        Trigger::Link => "[[",
        Trigger::At => "@",
        Trigger::Slash | Trigger::Template => "/",
    };
    let mut page = state.session.flat().clone();
    if page.apply(erase).is_err() {
        return;
    }
    let change = super::edit::insert_text(&page, &Selection::at(popup.start), sign);
    if let Some(change) = change {
        state.run(Some(Change { delta: erase.compose(&change.delta), ..change }), now);
        state.popup = Some(Popup { trigger, start: popup.start, query: String::new(), selected: 0 });
    }
}

/// The block becomes a kind; one that holds text already is followed by a new one.
fn becoming(page: &Flat, selection: &Selection, head: &Head) -> Option<Change> {
    let (index, _) = page.find(selection.head);
    if page.parts().get(index)?.head.is_none() {
        return blocks::insert_after(page, index, head.clone());
    }
    blocks::convert(page, index, index, head, selection)
}

/// A block that holds no text comes in place of an empty one, or behind it; a paragraph follows to write on in.
fn inserting(page: &Flat, selection: &Selection, head: Head) -> Option<Change> {
    let (index, _) = page.find(selection.head);
    let part = page.parts().get(index)?;
    let parents = part.head.as_ref().map(|head| head.parents.clone()).unwrap_or_default();
    let at = page.start(index) + part.line.len();
    let empty = part.line.is_empty()
        && part.head.as_ref().is_some_and(|head| matches!(head.kind, BlockKind::Paragraph));
    let last = index + 1 == page.parts().len();
    let table = matches!(head.kind, BlockKind::Table { .. });
    let block = tern_model::delta::Piece::Block(Box::new(Head { parents: parents.clone(), ..head }));
    let next = tern_model::delta::Piece::Block(Box::new(Head {
        kind: BlockKind::Paragraph,
        parents,
        restart: None,
    }));
    let (from, delete) = if empty { (at - 1, 1) } else { (at, 0) };
    let pieces = if last { vec![block, next] } else { vec![block] };
    let delta = Delta::splice(from, delete, pieces);
    let after = if last && !table { from + 2 } else { from + 1 };
    Some(Change::new(delta, Selection::at(after)))
}

fn link(page: &Flat, selection: &Selection, href: &str, words: &str) -> Option<Change> {
    let mut change = typing::link(page, selection, href, words)?;
    // A space behind it: what is typed next does not belong to the link.
    let mut after = page.clone();
    after.apply(&change.delta).ok()?;
    let space = super::edit::insert_text(&after, &change.after, " ")?;
    change.delta = change.delta.compose(&space.delta);
    change.after = space.after;
    Some(change)
}

/// Draws the list under the caret.
pub fn show(ui: &Ui, state: &mut PageState, now: f64, out: &mut Queue) {
    let Some(popup) = state.popup.clone() else { return };
    let found = entries(&popup, &state.offers);
    let Some(anchor) = place_of(&state.shown, state.session.flat(), popup.start) else { return };
    let p = look(ui.ctx());
    let height = found.len().clamp(1, 12) as f32 * size::MENU_ROW + 12.0;
    let below = anchor.bottom() + 6.0;
    let fits = below + height < ui.ctx().content_rect().bottom();
    let at = pos2(anchor.left() - 8.0, if fits { below } else { anchor.top() - height - 6.0 });
    let area = Area::new(Id::unique(("completion", state.pane)))
        .order(Order::Foreground)
        .fixed_pos(at)
        .constrain(true);
    let mut chosen = None;
    area.show(ui.ctx(), |ui| {
        let frame = widgets::floating(p, 6.0);
        frame.show(ui, |ui| {
            ui.set_width(WIDTH);
            egui::ScrollArea::vertical().max_height(12.0 * size::MENU_ROW).show(ui, |ui| {
                for (index, entry) in found.iter().enumerate() {
                    if row(ui, state.editor(), entry, index == popup.selected) {
                        chosen = Some(entry.does.clone());
                    }
                }
                if found.is_empty() {
                    let (rect, _) = ui.allocate_exact_size(vec2(WIDTH, size::MENU_ROW), Sense::hover());
                    widgets::line(
                        ui,
                        rect.shrink2(vec2(8.0, 0.0)),
                        Align2::LEFT_CENTER,
                        "Nothing is called that",
                        tokens::UI,
                        p.ink3,
                    );
                }
            });
        });
    });
    if let Some(does) = chosen {
        choose(state, does, now, out);
        ui.memory_mut(|memory| memory.request_focus(state.editor()));
    }
}

fn row(ui: &mut Ui, editor: Id, entry: &Entry, selected: bool) -> bool {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, size::MENU_ROW), Sense::CLICK);
    widgets::row_ground(ui, rect, selected, response.hovered());
    let sign = Rect::from_min_size(rect.min + vec2(8.0, 0.0), vec2(18.0, rect.height()));
    icon::paint(ui.painter(), sign, 17.0, entry.icon, p.ink2);
    let inside = rect.with_min_x(rect.left() + 34.0).with_max_x(rect.right() - 10.0);
    let right = widgets::line(ui, inside, Align2::RIGHT_CENTER, &entry.right, tokens::SMALL, p.ink3);
    let room = inside.with_max_x((right.left() - 8.0).max(inside.left()));
    let style = if selected { tokens::UI_MEDIUM } else { tokens::UI };
    widgets::line(ui, room, Align2::LEFT_CENTER, &entry.label, style, p.ink);
    let label = entry.label.clone();
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, selected, &label));
    if selected {
        response.scroll_to_me(None);
        chosen(ui, editor, &response);
    }
    response.clicked()
}

fn place_of(shown: &[Shown], flat: &Flat, at: usize) -> Option<Rect> {
    let (index, off) = flat.find(at);
    shown.iter().find(|shown| shown.index == index)?.caret(off)
}
