//! Find and replace in the open page.

use egui::{Align2, Area, Id, Key, Modifiers, Order, Rect, Ui, pos2};
use tern_model::Delta;
use tern_model::delta::{Piece, Step};
use tern_model::flat::Flat;

use super::edit::{self, Change};
use super::select::Selection;
use super::ui::PageState;
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Field};

/// Most matches that are looked for.
const MATCHES_MAX: usize = 10_000;
/// Width of the bar.
const WIDTH: f32 = 420.0;

/// Find and replace, while it is open.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// What is looked for.
    pub query: String,
    /// What comes in its place, when replacing.
    pub replace: Option<String>,
    matches: Vec<(usize, usize)>,
    looked: Option<(String, u64)>,
    current: usize,
    focus: bool,
    /// What is looked for was just typed.
    fresh: bool,
    /// The match that is to be shown.
    go: bool,
}

impl Find {
    /// Matches that touch `from..to`.
    pub fn matches_in(&self, from: usize, to: usize) -> impl Iterator<Item = (usize, usize)> {
        let first = self.matches.partition_point(|(_, end)| *end <= from);
        self.matches[first..].iter().copied().take_while(move |(start, _)| *start < to)
    }
}

/// Opens the bar with what is selected.
pub fn open(state: &mut PageState, replace: bool) {
    let flat = state.session.flat();
    let (from, to) = state.session.selection.ordered();
    let (index, off) = flat.find(from);
    let selected = flat.parts().get(index).map(|part| part.line.slice(off, off + to - from).to_owned());
    let before = state.find.take().unwrap_or_default();
    let query = selected.filter(|text| !text.is_empty() && !text.contains('\n')).unwrap_or(before.query);
    let replace = (replace && !state.read_only).then(|| before.replace.unwrap_or_default());
    state.find = Some(Find { query, replace, focus: true, fresh: true, go: true, ..Find::default() });
}

/// Looks again when the page or what is looked for changed; begins at the match for words that a search led to.
pub fn refresh(state: &mut PageState) {
    if state.seek.is_some() && state.session.is_loaded() {
        let query = state.seek.take().unwrap_or_default();
        seek(state, &query);
    }
    let revision = state.session.revision();
    let Some(find) = &mut state.find else { return };
    if find.looked.as_ref().is_some_and(|(query, at)| *query == find.query && *at == revision) {
        return;
    }
    find.matches = look_for(state.session.flat(), &find.query);
    if std::mem::take(&mut find.fresh) {
        // Begins where the caret is, and goes round.
        let from = state.session.selection.ordered().0;
        find.current = find.matches.iter().position(|(start, _)| *start >= from).unwrap_or(0);
    }
    find.current = find.current.min(find.matches.len().saturating_sub(1));
    find.looked = Some((find.query.clone(), revision));
}

/// Shows the first of the words that a search found: the whole of them, else each one.
fn seek(state: &mut PageState, query: &str) {
    let flat = state.session.flat();
    let words = std::iter::once(query).chain(query.split_whitespace());
    let found =
        words.filter_map(|words| look_for(flat, words.trim_matches(['"', '*'])).first().copied()).next();
    if let Some((from, to)) = found {
        state.session.selection = Selection::range(from, to);
        state.hands.reveal = true;
    }
}

fn fold(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// Where words stand, without regard to case.
pub fn look_for(flat: &Flat, query: &str) -> Vec<(usize, usize)> {
    let wanted: Vec<char> = query.chars().map(fold).collect();
    let Some(first) = wanted.first() else { return Vec::new() };
    let mut out = Vec::new();
    let mut start = 0;
    for part in flat.parts() {
        let chars: Vec<char> = part.line.text().chars().map(fold).collect();
        let mut at = 0;
        while at + wanted.len() <= chars.len() {
            if chars[at] == *first && chars[at..at + wanted.len()] == wanted[..] {
                out.push((start + at, start + at + wanted.len()));
                at += wanted.len();
            } else {
                at += 1;
            }
            if out.len() >= MATCHES_MAX {
                return out;
            }
        }
        start += part.line.len() + 1;
    }
    out
}

/// All matches become `with`, each with the marks it had.
pub fn replace(flat: &Flat, matches: &[(usize, usize)], with: &str) -> Option<Change> {
    let (mut steps, mut at, mut grown) = (Vec::new(), 0, 0_isize);
    let mut after = 0;
    for (from, to) in matches {
        let (index, off) = flat.find(*from);
        let marks = edit::typing_marks(&flat.parts().get(index)?.line, off, off + to - from);
        steps.push(Step::Keep(from - at));
        steps.push(Step::Insert(Piece::Text(with.to_owned(), marks)));
        steps.push(Step::Delete(to - from));
        at = *to;
        grown += with.chars().count() as isize - (to - from) as isize;
        after = to.saturating_add_signed(grown);
    }
    Some(Change::new(Delta::new(steps), Selection::at(after)))
}

fn step(state: &mut PageState, forward: bool) {
    let Some(find) = &mut state.find else { return };
    let count = find.matches.len();
    if count == 0 {
        return;
    }
    find.current = if forward { (find.current + 1) % count } else { (find.current + count - 1) % count };
    find.go = true;
}

fn go(state: &mut PageState) {
    let Some(find) = &mut state.find else { return };
    let looked = find.looked.as_ref().is_some_and(|(query, _)| *query == find.query);
    if !looked || !std::mem::take(&mut find.go) {
        return;
    }
    if let Some((from, to)) = find.matches.get(find.current) {
        state.session.selection = Selection::range(*from, *to);
        state.hands.reveal = true;
    }
}

/// Draws the bar at the top of the page.
pub fn bar(ui: &mut Ui, state: &mut PageState, room: Rect) {
    if state.find.is_none() {
        return;
    }
    let now = ui.input(|input| input.time);
    let p = look(ui.ctx());
    let area = Area::new(Id::unique(("find in page", state.pane)))
        .order(Order::Foreground)
        .fixed_pos(pos2(room.right() - WIDTH - 24.0, room.top() + 8.0));
    let mut close = keys(ui, state);
    area.show(ui.ctx(), |ui| {
        let frame = widgets::floating(p, 10.0);
        frame.show(ui, |ui| {
            ui.set_width(WIDTH - 20.0);
            close |= content(ui, state, now);
        });
    });
    go(state);
    if close {
        state.find = None;
        ui.memory_mut(|memory| memory.request_focus(state.editor()));
    }
}

fn keys(ui: &Ui, state: &mut PageState) -> bool {
    let focused = ui.memory(egui::Memory::focused);
    if focused == Some(state.editor()) {
        return false;
    }
    if focused.is_none() {
        // A field that Escape was pressed in has lost the keyboard already.
        return ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    }
    let (next, before, leave) = ui.input_mut(|input| {
        let before = input.consume_key(Modifiers::SHIFT, Key::Enter);
        (
            input.consume_key(Modifiers::NONE, Key::Enter),
            before,
            input.consume_key(Modifiers::NONE, Key::Escape),
        )
    });
    if next || before {
        step(state, next);
    }
    leave
}

fn content(ui: &mut Ui, state: &mut PageState, now: f64) -> bool {
    let Some(find) = &mut state.find else { return false };
    let mut close = false;
    let mut wanted = None;
    ui.horizontal(|ui| {
        ui.scope(|ui| {
            ui.set_width(180.0);
            let response = Field::new("Find in this page", "Find").show(ui, &mut find.query);
            if std::mem::take(&mut find.focus) {
                response.request_focus();
            }
            if response.changed() {
                find.fresh = true;
                find.go = true;
            }
        });
        let count = match (find.matches.len(), find.query.is_empty()) {
            (_, true) => String::new(),
            (0, _) => "None".to_owned(),
            (count, _) => format!("{} of {count}", find.current + 1),
        };
        let (rect, response) = ui.allocate_exact_size(egui::vec2(70.0, 28.0), egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Status, true, &count));
        widgets::line(ui, rect, Align2::LEFT_CENTER, &count, tokens::SMALL, look(ui.ctx()).ink2);
        if widgets::icon_button(ui, Icon::Back, "Match before", Some("Shift Enter")).clicked() {
            wanted = Some(false);
        }
        if widgets::icon_button(ui, Icon::Forward, "Next match", Some("Enter")).clicked() {
            wanted = Some(true);
        }
        close = widgets::icon_button(ui, Icon::Close, "Close find", Some("Esc")).clicked();
    });
    replacing(ui, state, now);
    if let Some(forward) = wanted {
        step(state, forward);
    }
    close
}

fn replacing(ui: &mut Ui, state: &mut PageState, now: f64) {
    let Some(find) = &mut state.find else { return };
    let Some(with) = &mut find.replace else { return };
    let (mut one, mut all) = (false, false);
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        ui.scope(|ui| {
            ui.set_width(180.0);
            Field::new("Replace with", "Replace with").show(ui, with);
        });
        one = Button::new("Replace").show(ui).clicked();
        all = Button::new("Replace all").show(ui).clicked();
    });
    if !one && !all {
        return;
    }
    let with = with.clone();
    let matches = if all {
        find.matches.clone()
    } else {
        find.matches.get(find.current).copied().into_iter().collect()
    };
    if matches.is_empty() {
        return;
    }
    let change = replace(state.session.flat(), &matches, &with);
    state.run(change, now);
    refresh(state);
    if let Some(find) = &mut state.find {
        find.go = !all;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_model::block::{Block, BlockKind};

    #[test]
    fn words_are_found_in_any_case_and_replaced_everywhere_at_once() {
        let mut flat = Flat::of(&[
            Block::plain(BlockKind::Paragraph, "Über den Fluß, über"),
            Block::plain(BlockKind::Heading { level: 1 }, "ÜBER"),
        ]);
        let matches = look_for(&flat, "über");
        assert_eq!(matches, [(1, 5), (16, 20), (21, 25)]);
        let change = replace(&flat, &matches, "an").expect("there are matches");
        flat.apply(&change.delta).expect("it fits");
        assert_eq!(flat.blocks()[0].text(), "an den Fluß, an");
        assert_eq!(flat.blocks()[1].text(), "an");
        assert!(look_for(&flat, "").is_empty());
    }
}
