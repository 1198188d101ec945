//! What keys and menus do to whole blocks: convert, nest, move, delete, tick, tables. Pure, like `edit`.

use tern_model::Delta;
use tern_model::block::{Align, BlockKind, Container, Table};
use tern_model::delta::{Piece, Restyle, Step};
use tern_model::flat::{Flat, Head};

use super::edit::Change;
use super::select::{self, InCell, Selection};

/// The kind of the block that Enter makes after one of `kind`.
pub fn continued(kind: &BlockKind) -> BlockKind {
    match kind {
        BlockKind::BulletItem { loose } => BlockKind::BulletItem { loose: *loose },
        BlockKind::OrderedItem { loose, .. } => BlockKind::OrderedItem { start: None, loose: *loose },
        BlockKind::TaskItem { loose, .. } => BlockKind::TaskItem { checked: false, loose: *loose },
        _ => BlockKind::Paragraph,
    }
}

/// The last part of the item that begins at `index`: the blocks nested in it belong to it.
pub fn end_of_item(flat: &Flat, index: usize) -> usize {
    let Some(Some(head)) = flat.parts().get(index).map(|part| &part.head) else { return index };
    let depth = head.parents.len();
    let inside = |part: &&std::sync::Arc<tern_model::flat::Part>| {
        part.head.as_ref().is_some_and(|head| head.parents.len() > depth)
    };
    if head.opens().is_none() {
        return index;
    }
    index + flat.parts().iter().skip(index + 1).take_while(inside).count()
}

/// The blocks that a selection touches, those nested in the last one included.
pub fn touched(flat: &Flat, selection: &Selection) -> (usize, usize) {
    let (first, last) = selection.parts(flat);
    (first.max(1).min(flat.parts().len().saturating_sub(1)), end_of_item(flat, last))
}

/// The blocks `first..=last` become `head`'s kind, at `head`'s containers below their own where it names some.
pub fn convert(flat: &Flat, first: usize, last: usize, head: &Head, selection: &Selection) -> Option<Change> {
    let mut delta = Delta::default();
    for index in first.max(1)..=last {
        let Some(old) = flat.parts().get(index).and_then(|part| part.head.as_ref()) else { continue };
        if old.is_leaf() {
            continue;
        }
        let mut parents: Vec<Container> = old
            .parents
            .iter()
            .copied()
            .filter(|parent| *parent == Container::Quote || head.opens().is_some())
            .collect();
        parents.extend(head.parents.iter().copied());
        delta =
            delta.compose(&reshape(flat, index, Head { kind: head.kind.clone(), parents, restart: None }));
    }
    Some(Change::new(delta, selection.clone()))
}

/// A block gets another marker; marks go where the kind knows none.
pub fn reshape(flat: &Flat, index: usize, head: Head) -> Delta {
    let Some(part) = flat.parts().get(index) else { return Delta::default() };
    let start = flat.start(index);
    let mut delta = Delta::default();
    if head.is_plain_text() && !part.line.is_empty() {
        delta = Delta::restyle(start, start + part.line.len(), Restyle::none());
    }
    if part.head.as_ref() == Some(&head) { delta } else { delta.compose(&Delta::head(start - 1, head)) }
}

/// Ticks or unticks a check list item.
pub fn toggle_check(flat: &Flat, index: usize, selection: &Selection) -> Option<Change> {
    let head = flat.parts().get(index)?.head.as_ref()?;
    let BlockKind::TaskItem { checked, loose } = head.kind else { return None };
    let head = Head { kind: BlockKind::TaskItem { checked: !checked, loose }, ..head.clone() };
    Some(Change::new(reshape(flat, index, head), selection.clone()))
}

/// The item at `index` goes into the item before it. `None` where there is none.
fn nest(flat: &Flat, index: usize) -> Option<Delta> {
    let head = flat.parts().get(index)?.head.as_ref()?;
    let depth = head.parents.len();
    head.opens()?;
    let before = flat.parts().get(1..index)?.iter().rev().filter_map(|part| part.head.as_ref());
    let host = before
        .take_while(|other| other.parents.len() >= depth)
        .find(|other| other.parents.len() == depth && other.opens().is_some())?;
    let container = host.opens()?;
    let mut parents = host.parents.clone();
    parents.push(container);
    let mut delta = reshape(flat, index, Head { parents, restart: None, ..head.clone() });
    for child in index + 1..=end_of_item(flat, index) {
        let Some(head) = flat.parts().get(child).and_then(|part| part.head.clone()) else { continue };
        let mut parents = head.parents.clone();
        parents.insert(depth.min(parents.len()), container);
        delta = delta.compose(&reshape(flat, child, Head { parents, ..head }));
    }
    Some(delta)
}

/// Tab: items go into the item before them.
pub fn indent(flat: &Flat, first: usize, last: usize, selection: &Selection) -> Option<Change> {
    let mut delta = Delta::default();
    let mut page = flat.clone();
    let mut index = first;
    while index <= last {
        let end = end_of_item(&page, index);
        // Only the outermost of what is selected moves by itself; what lies in it goes along.
        if let Some(step) = nest(&page, index) {
            page.apply(&step).ok()?;
            delta = delta.compose(&step);
        }
        index = end + 1;
    }
    Some(Change::new(delta, selection.clone()))
}

/// Shift+Tab: items leave the item around them; at top level they become plain text.
pub fn outdent(flat: &Flat, first: usize, last: usize, caret: usize) -> Option<Change> {
    outdent_selected(flat, first, last, &Selection::at(caret))
}

/// As [`outdent`], for what is selected.
pub fn outdent_selected(flat: &Flat, first: usize, last: usize, selection: &Selection) -> Option<Change> {
    let mut delta = Delta::default();
    let mut index = first.max(1);
    while index <= last {
        let end = end_of_item(flat, index);
        let Some(head) = flat.parts().get(index).and_then(|part| part.head.clone()) else { break };
        let depth = head.parents.len();
        let mut parents = head.parents.clone();
        let new = if parents.pop().is_some() {
            Head { parents, restart: None, ..head }
        } else {
            Head::plain(if head.opens().is_some() { BlockKind::Paragraph } else { head.kind })
        };
        delta = delta.compose(&reshape(flat, index, new));
        for child in index + 1..=end {
            let Some(head) = flat.parts().get(child).and_then(|part| part.head.clone()) else { continue };
            let mut parents = head.parents.clone();
            if depth > 0 {
                parents.remove(depth - 1);
            } else if !parents.is_empty() {
                parents.remove(0);
            }
            delta = delta.compose(&reshape(flat, child, Head { parents, ..head }));
        }
        index = end + 1;
    }
    Some(Change::new(delta, selection.clone()))
}

/// A block goes with what lies in it; the caret comes to the end of the one before, or to the next.
pub fn remove(flat: &Flat, index: usize) -> Option<Change> {
    remove_range(flat, index, end_of_item(flat, index))
}

/// The blocks `first..=last` go.
pub fn remove_range(flat: &Flat, first: usize, last: usize) -> Option<Change> {
    let first = first.max(1);
    let from = flat.start(first).checked_sub(1)?;
    let to = flat.start(last) + flat.parts().get(last)?.line.len();
    let delta = Delta::splice(from, to - from, []);
    let visible_before = first > 1 || flat.parts().first().is_some_and(|part| !part.line.is_empty());
    let at = if visible_before { from } else { from + 1 };
    Some(Change::new(delta.clone(), {
        let mut page = flat.clone();
        page.apply(&delta).ok()?;
        Selection::at(at).within(&page)
    }))
}

/// The content of whole blocks.
fn block_pieces(flat: &Flat, first: usize, last: usize) -> Option<(usize, Vec<Piece>)> {
    let from = flat.start(first).checked_sub(1)?;
    let to = flat.start(last) + flat.parts().get(last)?.line.len();
    Some((from, flat.pieces(from, to)))
}

/// Moves the blocks `first..=last` one place up or down among their neighbours. What stands in the way goes to the other
/// side, so that the blocks the person works on keep what others type into them meanwhile.
pub fn shift(flat: &Flat, first: usize, last: usize, down: bool, selection: &Selection) -> Option<Change> {
    let depth = flat.parts().get(first)?.head.as_ref()?.parents.len();
    let deeper = |index: usize| {
        flat.parts()
            .get(index)
            .and_then(|part| part.head.as_ref())
            .is_some_and(|head| head.parents.len() > depth)
    };
    let (from, to) = if down {
        let next = last + 1;
        flat.parts().get(next)?;
        if flat.parts().get(next)?.head.as_ref()?.parents.len() < depth {
            return None;
        }
        (next, end_of_item(flat, next))
    } else {
        let mut before = first.checked_sub(1).filter(|at| *at > 0)?;
        while before > 1 && deeper(before) {
            before -= 1;
        }
        (flat.parts().get(before)?.head.as_ref()?.parents.len() >= depth).then_some((before, first - 1))?
    };
    let (at, pieces) = block_pieces(flat, from, to)?;
    let len: usize = pieces.iter().map(Piece::len).sum();
    let own_from = flat.start(first) - 1;
    let own_len = flat.start(last) + flat.parts().get(last)?.line.len() - own_from;
    let delta = if down {
        let insert = pieces.into_iter().map(Step::Insert);
        Delta::new(
            [Step::Keep(own_from)].into_iter().chain(insert).chain([Step::Keep(own_len), Step::Delete(len)]),
        )
    } else {
        let insert = pieces.into_iter().map(Step::Insert);
        Delta::new([Step::Keep(at), Step::Delete(len), Step::Keep(own_len)].into_iter().chain(insert))
    };
    let move_by = |at: usize| if down { at + len } else { at - len };
    let after =
        Selection { anchor: move_by(selection.anchor), head: move_by(selection.head), ..selection.clone() };
    Some(Change::new(delta, after))
}

/// Moves the blocks `first..=last` to stand before the part `target` (at the end when beyond the last), as a drag does.
pub fn relocate(flat: &Flat, first: usize, last: usize, target: usize) -> Option<Change> {
    if (first..=last + 1).contains(&target) || target == 0 {
        return None;
    }
    let (from, mut pieces) = block_pieces(flat, first, last)?;
    let depth = flat.parts().get(first)?.head.as_ref()?.parents.len();
    let around =
        flat.parts().get(target).and_then(|part| part.head.as_ref()).map(|head| head.parents.clone());
    for piece in &mut pieces {
        // What is moved lies in what it comes to lie among.
        if let Piece::Block(head) = piece {
            let own = head.parents.get(depth..).unwrap_or_default();
            head.parents = around.iter().flatten().chain(own).copied().collect();
        }
    }
    let len: usize = pieces.iter().map(Piece::len).sum();
    let to = if target >= flat.parts().len() { flat.len() } else { flat.start(target) - 1 };
    let insert: Vec<Step> = pieces.into_iter().map(Step::Insert).collect();
    let (delta, at) = if to <= from {
        let steps =
            [Step::Keep(to)].into_iter().chain(insert).chain([Step::Keep(from - to), Step::Delete(len)]);
        (Delta::new(steps), to + 1)
    } else {
        let steps =
            [Step::Keep(from), Step::Delete(len), Step::Keep(to - from - len)].into_iter().chain(insert);
        (Delta::new(steps), to - len + 1)
    };
    Some(Change::new(delta, Selection::at(at)))
}

/// A block with content comes behind a part; the caret stands at its start, or in its first cell.
pub fn insert_after(flat: &Flat, index: usize, head: Head) -> Option<Change> {
    let part = flat.parts().get(index)?;
    let at = flat.start(index) + part.line.len();
    let delta = Delta::splice(at, 0, [Piece::Block(Box::new(head))]);
    Some(Change::new(delta, Selection::at(at + 1)))
}

/// A table of empty cells.
pub fn empty_table(rows: usize, columns: usize) -> BlockKind {
    let table = Table { align: vec![Align::None; columns], rows: vec![vec![Vec::new(); columns]; rows] };
    BlockKind::Table { table }
}

/// A change of a table's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reform {
    /// A row behind this one.
    AddRow(usize),
    /// A column behind this one.
    AddColumn(usize),
    /// This row goes.
    DropRow(usize),
    /// This column goes.
    DropColumn(usize),
    /// This column is aligned.
    Align(usize, Align),
}

/// Changes the shape of the table in part `index`; the caret goes to a cell that is there.
pub fn reform(flat: &Flat, index: usize, change: Reform) -> Option<Change> {
    let part = flat.parts().get(index)?;
    let head = part.head.as_ref()?;
    let BlockKind::Table { table } = &head.kind else { return None };
    let mut table = table.clone();
    let columns = table.align.len();
    let (mut row, mut column) = (0, 0);
    match change {
        Reform::AddRow(at) => {
            row = (at + 1).min(table.rows.len());
            table.rows.insert(row, vec![Vec::new(); columns]);
        }
        Reform::AddColumn(at) => {
            column = (at + 1).min(columns);
            table.align.insert(column, Align::None);
            table.rows.iter_mut().for_each(|row| row.insert(column.min(row.len()), Vec::new()));
        }
        Reform::DropRow(at) if table.rows.len() > 1 && at < table.rows.len() => {
            table.rows.remove(at);
            row = at.min(table.rows.len() - 1);
        }
        Reform::DropColumn(at) if columns > 1 && at < columns => {
            table.align.remove(at);
            table.rows.iter_mut().filter(|row| at < row.len()).for_each(|row| drop(row.remove(at)));
            column = at.min(columns - 2);
        }
        Reform::Align(at, align) => {
            *table.align.get_mut(at)? = align;
            column = at;
        }
        _ => return remove(flat, index),
    }
    let delta = reshape(flat, index, Head { kind: BlockKind::Table { table }, ..head.clone() });
    let cell = InCell { key: part.key, row, column, anchor: 0, head: 0 };
    Some(Change::new(delta, Selection::in_cell(flat, cell)))
}

/// The next cell, or the one before; behind the last one a row is made.
pub fn next_cell(flat: &Flat, cell: &InCell, forward: bool) -> Option<Change> {
    let index = flat.index(cell.key)?;
    let BlockKind::Table { table } = &flat.parts().get(index)?.head.as_ref()?.kind else { return None };
    let columns = table.align.len().max(1);
    let at = cell.row * columns + cell.column;
    let to = if forward { at + 1 } else { at.checked_sub(1)? };
    if to >= table.rows.len() * columns {
        return reform(flat, index, Reform::AddRow(cell.row));
    }
    let mut next = InCell { key: cell.key, row: to / columns, column: to % columns, anchor: 0, head: 0 };
    next.head = select::cell_line(flat, &next).map_or(0, |line| line.len());
    Some(Change::new(Delta::default(), Selection::in_cell(flat, next)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_model::block::Block;

    fn item(text: &str, depth: usize) -> Block {
        let parents = vec![Container::Bullet; depth];
        Block { parents, ..Block::plain(BlockKind::BulletItem { loose: false }, text) }
    }

    /// One line a block: its depth as dashes, its text.
    fn read(flat: &Flat) -> Vec<String> {
        flat.blocks()
            .iter()
            .map(|block| format!("{}{}", "-".repeat(block.parents.len()), block.text()))
            .collect()
    }

    fn after(flat: &Flat, change: Option<Change>) -> Vec<String> {
        let mut flat = flat.clone();
        flat.apply(&change.expect("it can be done").delta).expect("it fits");
        read(&flat)
    }

    fn list() -> Flat {
        Flat::of(&[
            item("a", 0),
            item("b", 1),
            item("c", 0),
            item("d", 1),
            Block::plain(BlockKind::Paragraph, "p"),
        ])
    }

    #[test]
    fn an_item_goes_with_what_lies_in_it() {
        let flat = list();
        let caret = |index: usize| Selection::at(flat.start(index));
        assert_eq!(after(&flat, shift(&flat, 1, 2, true, &caret(1))), ["c", "-d", "a", "-b", "p"]);
        assert_eq!(after(&flat, shift(&flat, 3, 4, false, &caret(3))), ["c", "-d", "a", "-b", "p"]);
        assert_eq!(after(&flat, indent(&flat, 3, 4, &caret(3))), ["a", "-b", "-c", "--d", "p"]);
        assert_eq!(after(&flat, remove(&flat, 3)), ["a", "-b", "p"]);
        assert_eq!(after(&flat, outdent(&flat, 2, 2, 0)), ["a", "b", "c", "-d", "p"]);
        assert!(shift(&flat, 5, 5, true, &caret(5)).is_none(), "nothing is below the last block");
        assert!(shift(&flat, 1, 2, false, &caret(1)).is_none(), "nothing is above the first");
    }

    #[test]
    fn a_dragged_block_lies_among_what_it_is_dropped_into() {
        let flat = list();
        assert_eq!(after(&flat, relocate(&flat, 5, 5, 4)), ["a", "-b", "c", "-p", "-d"]);
        assert_eq!(after(&flat, relocate(&flat, 1, 2, 6)), ["c", "-d", "p", "a", "-b"]);
        assert_eq!(after(&flat, relocate(&flat, 3, 4, 2)), ["a", "-c", "--d", "-b", "p"]);
        assert!(relocate(&flat, 1, 2, 2).is_none(), "into itself");
    }

    #[test]
    fn tables_grow_and_shrink_where_the_caret_is() {
        let mut flat = Flat::default();
        flat.push(Head::plain(empty_table(2, 2)), Default::default());
        let size = |change: Option<Change>| {
            let mut flat = flat.clone();
            let change = change.expect("it can be done");
            flat.apply(&change.delta).expect("it fits");
            match &flat.parts().get(1).and_then(|part| part.head.clone()).map(|head| head.kind) {
                Some(BlockKind::Table { table }) => (table.rows.len(), table.align.len()),
                _ => (0, 0),
            }
        };
        assert_eq!(size(reform(&flat, 1, Reform::AddRow(0))), (3, 2));
        assert_eq!(size(reform(&flat, 1, Reform::AddColumn(1))), (2, 3));
        assert_eq!(size(reform(&flat, 1, Reform::DropRow(1))), (1, 2));
        assert_eq!(size(reform(&flat, 1, Reform::DropColumn(0))), (2, 1));
        let last = InCell { key: flat.parts()[1].key, row: 1, column: 1, anchor: 0, head: 0 };
        assert_eq!(size(next_cell(&flat, &last, true)), (3, 2), "behind the last cell a row is made");
    }
}
