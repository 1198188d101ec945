//! Find and replace in the open page.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use egui::{Align2, Area, Id, Key, Modifiers, Order, Rect, Ui, pos2};
use tern_model::Delta;
use tern_model::block::BlockKind;
use tern_model::delta::{Cell, Piece, Step};
use tern_model::flat::{Flat, Line};

use super::edit::{self, Change};
use super::select::{self, InCell, Selection};
use super::ui::PageState;
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Field};

/// Most matches that are looked for.
const MATCHES_MAX: usize = 10_000;
/// Width of the bar.
const WIDTH: f32 = 420.0;

/// Where words stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// From one position of the page to another.
    Text(usize, usize),
    /// In a cell of a table, from `anchor` to `head`.
    Cell(InCell),
}

impl Found {
    /// The page's position of it; all cells of a table have that of the table.
    fn at(&self, flat: &Flat) -> usize {
        match self {
            Found::Text(from, _) => *from,
            Found::Cell(cell) => flat.index(cell.key).map_or(0, |index| flat.start(index)),
        }
    }

    fn selected(&self, flat: &Flat) -> Selection {
        match self {
            Found::Text(from, to) => Selection::range(*from, *to),
            Found::Cell(cell) => Selection::in_cell(flat, *cell),
        }
    }
}

/// Find and replace, while it is open.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// What is looked for.
    pub query: String,
    /// What comes in its place, when replacing.
    pub replace: Option<String>,
    matches: Vec<Found>,
    /// Those outside of tables, in their order.
    in_text: Vec<(usize, usize)>,
    looked: Option<(String, u64)>,
    current: usize,
    focus: bool,
    /// What is looked for was just typed.
    fresh: bool,
    /// The match that is to be shown.
    go: bool,
}

impl Find {
    /// Matches outside of tables that touch `from..to`.
    pub fn matches_in(&self, from: usize, to: usize) -> impl Iterator<Item = (usize, usize)> {
        let first = self.in_text.partition_point(|(_, end)| *end <= from);
        self.in_text[first..].iter().copied().take_while(move |(start, _)| *start < to)
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
    let flat = state.session.flat();
    find.matches = look_for(flat, &find.query);
    let text = |found: &Found| if let Found::Text(from, to) = found { Some((*from, *to)) } else { None };
    find.in_text = find.matches.iter().filter_map(text).collect();
    if std::mem::take(&mut find.fresh) {
        // Begins where the caret is, and goes round.
        let from = state.session.selection.ordered().0;
        find.current = find.matches.iter().position(|found| found.at(flat) >= from).unwrap_or(0);
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
    if let Some(found) = found {
        state.session.selection = found.selected(flat);
        state.hands.reveal = true;
    }
}

fn fold(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// Where words stand, without regard to case: in the text and in the cells of tables, in the order of the page.
pub fn look_for(flat: &Flat, query: &str) -> Vec<Found> {
    let wanted: Vec<char> = query.chars().map(fold).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut start = 0;
    for part in flat.parts() {
        if let Some(BlockKind::Table { table }) = part.head.as_ref().map(|head| &head.kind) {
            for (row, cells) in table.rows.iter().enumerate() {
                for (column, inline) in cells.iter().enumerate() {
                    let cell = |(anchor, head)| InCell { key: part.key, row, column, anchor, head };
                    let places = places(Line::of(inline).text(), &wanted);
                    out.extend(places.into_iter().map(|place| Found::Cell(cell(place))));
                }
            }
        }
        let text = places(part.line.text(), &wanted);
        out.extend(text.into_iter().map(|(from, to)| Found::Text(start + from, start + to)));
        if out.len() >= MATCHES_MAX {
            out.truncate(MATCHES_MAX);
            return out;
        }
        start += part.line.len() + 1;
    }
    out
}

/// Characters of a text between which the wanted ones stand.
fn places(text: &str, wanted: &[char]) -> Vec<(usize, usize)> {
    let chars: Vec<char> = text.chars().map(fold).collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while at + wanted.len() <= chars.len() && out.len() < MATCHES_MAX {
        if chars.get(at..at + wanted.len()) == Some(wanted) {
            out.push((at, at + wanted.len()));
            at += wanted.len();
        } else {
            at += 1;
        }
    }
    out
}

/// All matches become `with`, each with the marks it had.
pub fn replace(flat: &Flat, matches: &[Found], with: &str) -> Option<Change> {
    let (mut steps, mut at, mut grown) = (Vec::new(), 0, 0_isize);
    let longer = with.chars().count() as isize;
    let mut after = Selection::default();
    let mut rest = matches;
    while let Some(found) = rest.first() {
        match found {
            Found::Text(from, to) => {
                let (index, off) = flat.find(*from);
                let marks = edit::typing_marks(&flat.parts().get(index)?.line, off, off + to - from);
                steps.push(Step::Keep(from - at));
                steps.push(Step::Insert(Piece::Text(with.to_owned(), marks)));
                steps.push(Step::Delete(to - from));
                at = *to;
                grown += longer - (to - from) as isize;
                after = Selection::at(to.saturating_add_signed(grown));
                rest = &rest[1..];
            }
            Found::Cell(cell) => {
                let same = |other: &&Found| matches!(other, Found::Cell(c) if c.key == cell.key);
                let (here, more) = rest.split_at(rest.iter().take_while(same).count());
                let marker = flat.start(flat.index(cell.key)?) - 1;
                steps.extend([Step::Keep(marker - at), Step::Cells(cells(flat, here, with)?)]);
                at = marker + 1;
                if let Some(Found::Cell(last)) = here.last() {
                    let end = last.anchor + with.chars().count();
                    let single = here.len() == 1;
                    let caret = InCell { anchor: end, head: end, ..*last };
                    let table = Selection::at(at.saturating_add_signed(grown));
                    after = Selection { cell: single.then_some(caret), ..table };
                }
                rest = more;
            }
        }
    }
    Some(Change::new(Delta::new(steps), after))
}

/// The cells of one table in which matches become `with`.
fn cells(flat: &Flat, matches: &[Found], with: &str) -> Option<Vec<Cell>> {
    let mut lines: BTreeMap<(usize, usize), Line> = BTreeMap::new();
    // From the last on, so that places before it stay.
    for found in matches.iter().rev() {
        let Found::Cell(cell) = found else { continue };
        let line = match lines.entry((cell.row, cell.column)) {
            Entry::Occupied(line) => line.into_mut(),
            Entry::Vacant(free) => free.insert(select::cell_line(flat, cell)?),
        };
        let marks = edit::typing_marks(line, cell.anchor, cell.head);
        line.remove(cell.anchor, cell.head);
        line.insert_text(cell.anchor, with, &marks);
    }
    let cell = |((row, column), line): ((usize, usize), Line)| Cell { row, column, inline: line.inline() };
    Some(lines.into_iter().map(cell).collect())
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
    if let Some(found) = find.matches.get(find.current) {
        state.session.selection = found.selected(state.session.flat());
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
    use tern_model::block::{Align, Block, Inline, Table};

    #[test]
    fn words_are_found_in_any_case_and_replaced_everywhere_at_once() {
        let mut flat = Flat::of(&[
            Block::plain(BlockKind::Paragraph, "Über den Fluß, über"),
            Block::plain(BlockKind::Heading { level: 1 }, "ÜBER"),
        ]);
        let matches = look_for(&flat, "über");
        let text = [(1, 5), (16, 20), (21, 25)].map(|(from, to)| Found::Text(from, to));
        assert_eq!(matches, text);
        let change = replace(&flat, &matches, "an").expect("there are matches");
        flat.apply(&change.delta).expect("it fits");
        assert_eq!(flat.blocks()[0].text(), "an den Fluß, an");
        assert_eq!(flat.blocks()[1].text(), "an");
        assert!(look_for(&flat, "").is_empty());
    }
    #[test]
    fn words_in_cells_of_a_table_are_found_and_replaced_in_the_order_of_the_page() {
        let cell = |text: &str| vec![Inline::text(text)];
        let rows = vec![vec![cell("Tide"), cell("low tide, high tide")], vec![cell("x"), cell("TIDE")]];
        let table = BlockKind::Table { table: Table { align: vec![Align::default(); 2], rows } };
        let mut flat = Flat::of(&[
            Block::plain(BlockKind::Paragraph, "before the tide"),
            Block::plain(table, ""),
            Block::plain(BlockKind::Paragraph, "after the tide"),
        ]);
        let found = look_for(&flat, "tide");
        let kinds: Vec<bool> = found.iter().map(|found| matches!(found, Found::Cell(_))).collect();
        assert_eq!(kinds, [false, true, true, true, true, false]);
        let first = replace(&flat, &found[2..3], "water").expect("one of them");
        let mut one = flat.clone();
        one.apply(&first.delta).expect("it fits");
        assert!(one.blocks()[1].clone() != flat.blocks()[1] && look_for(&one, "tide").len() == 5);
        assert_eq!(first.after.cell.map(|cell| (cell.row, cell.column, cell.head)), Some((0, 1, 9)));
        let all = replace(&flat, &found, "flood").expect("all of them");
        flat.apply(&all.delta).expect("it fits");
        assert!(look_for(&flat, "tide").is_empty());
        assert_eq!(look_for(&flat, "flood").len(), 6);
        let BlockKind::Table { table } = &flat.blocks()[1].kind else { panic!("a table") };
        assert_eq!(table.rows[0][1], cell("low flood, high flood"));
    }
}
