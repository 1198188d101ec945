//! Tables: a map in root `tables`, named by the marker. Rows and columns have identities, cells are texts, so rows,
//! columns and cells edited apart all stay. A deleted row or column is flagged and emptied: what someone typed into it
//! elsewhere brings it back.

use std::collections::BTreeMap;

use super::read_inline;
use super::script::{EmbedParents, Item, Script};
use super::similar_units::{Span, compare, compare_ids};
use super::units::{Unit, units};
use crate::block::{Align, Inline, Table};
use crate::crdt::{At, Node, Obj, Read, Scalar, Tx};
use crate::doc::ModelError;

/// Root field of all tables.
pub(crate) const TABLES: &str = "tables";
/// Begins the marker id of a table whose marker is gone.
pub(crate) const ORPHAN: &str = "t:";
/// Most cells of a table.
pub const MAX_CELLS: usize = 65_536;
/// Most columns of a table.
pub const MAX_COLUMNS: usize = 1_024;

const COLUMNS: &str = "columns";
const ROWS: &str = "rows";
const ALIGN: &str = "align";
const GONE: &str = "gone";

/// A table as it lies in the document.
#[derive(Debug, Clone, Default)]
struct Grid {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Column {
    obj: Obj,
    align: Align,
}

#[derive(Debug, Clone)]
struct Row {
    obj: Obj,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, Default)]
struct Cell {
    text: Option<Obj>,
    inline: Vec<Inline>,
}

/// Whether a table with this key lies in the document.
pub(crate) fn exists(read: &impl Read, key: &str) -> bool {
    find(read, key).is_some()
}

/// The table with this key; one without cells when there is none.
pub(crate) fn read(read: &impl Read, key: &str) -> Table {
    find(read, key).map(|obj| to_table(&grid(read, &obj))).unwrap_or_default()
}

/// Tables with content that none of the keys names.
pub(crate) fn orphans(read: &impl Read, used: &[String]) -> Vec<(String, Table)> {
    let mut out = BTreeMap::new();
    for map in maps(read) {
        for key in read.keys(&map).into_iter().filter(|k| !used.contains(k)) {
            let Some(Node::Map(obj)) = read.get(&map, At::Key(&key)) else { continue };
            let table = to_table(&grid(read, &obj));
            if table.rows.iter().flatten().any(|cell| !cell.is_empty()) {
                out.insert(key, table);
            }
        }
    }
    out.into_iter().collect()
}

/// Root `tables`; several when replicas made it apart.
fn maps(read: &impl Read) -> Vec<Obj> {
    let all = read.get_all(&Obj::root(), At::Key(TABLES));
    all.into_iter().filter_map(|w| if let Node::Map(obj) = w.node { Some(obj) } else { None }).collect()
}

fn find(read: &impl Read, key: &str) -> Option<Obj> {
    maps(read).into_iter().rev().find_map(|map| match read.get(&map, At::Key(key)) {
        Some(Node::Map(obj)) => Some(obj),
        _ => None,
    })
}

fn items(read: &impl Read, obj: &Obj, key: &str, most: usize) -> Vec<Obj> {
    let Some(Node::List(list)) = read.get(obj, At::Key(key)) else { return Vec::new() };
    let item = |i| if let Some(Node::Map(m)) = read.get(&list, At::Index(i)) { Some(m) } else { None };
    (0..read.len(&list).min(most)).filter_map(item).collect()
}

fn grid(read: &impl Read, obj: &Obj) -> Grid {
    let columns = items(read, obj, COLUMNS, MAX_COLUMNS);
    let rows = items(read, obj, ROWS, MAX_CELLS / columns.len().max(1));
    let cells: Vec<Vec<Cell>> =
        rows.iter().map(|row| columns.iter().map(|c| read_cell(read, row, c)).collect()).collect();
    let gone = |o: &Obj| read.get(o, At::Key(GONE)) == Some(Node::Scalar(Scalar::Bool(true)));
    let shown_row = |r: usize| !gone(&rows[r]) || cells[r].iter().any(|c| !c.inline.is_empty());
    let shown_column = |c: usize| !gone(&columns[c]) || cells.iter().any(|row| !row[c].inline.is_empty());
    let keep: Vec<usize> = (0..columns.len()).filter(|c| shown_column(*c)).collect();
    let row =
        |r: usize| Row { obj: rows[r].clone(), cells: keep.iter().map(|c| cells[r][*c].clone()).collect() };
    let column = |c: &usize| Column { obj: columns[*c].clone(), align: read_align(read, &columns[*c]) };
    Grid {
        columns: keep.iter().map(column).collect(),
        rows: (0..rows.len()).filter(|r| shown_row(*r)).map(row).collect(),
    }
}

fn read_cell(read: &impl Read, row: &Obj, column: &Obj) -> Cell {
    match read.get(row, At::Key(&column.id())) {
        Some(Node::Text(text)) => Cell { inline: read_inline(read, &text), text: Some(text) },
        _ => Cell::default(),
    }
}

fn read_align(read: &impl Read, column: &Obj) -> Align {
    match read.get_str(column, ALIGN).as_deref() {
        Some("left") => Align::Left,
        Some("center") => Align::Center,
        Some("right") => Align::Right,
        _ => Align::None,
    }
}

fn align_name(align: Align) -> &'static str {
    match align {
        Align::None => "none",
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
    }
}

fn to_table(grid: &Grid) -> Table {
    Table {
        align: grid.columns.iter().map(|c| c.align).collect(),
        rows: grid.rows.iter().map(|r| r.cells.iter().map(|c| c.inline.clone()).collect()).collect(),
    }
}

fn check(table: &Table) -> Result<(), ModelError> {
    let columns = width(table);
    if columns > MAX_COLUMNS || table.rows.len().saturating_mul(columns.max(1)) > MAX_CELLS {
        return Err(ModelError::TooLarge("a table of more than 65,536 cells or 1,024 columns".into()));
    }
    Ok(())
}

/// Columns of a table: those aligned, or those of a longer row.
fn width(table: &Table) -> usize {
    table.rows.iter().map(Vec::len).chain([table.align.len()]).max().unwrap_or(0)
}

/// Writes a table under a fresh key.
pub(crate) fn create(tx: &mut Tx, key: &str, table: &Table) -> Result<(), ModelError> {
    check(table)?;
    let tables = match maps(tx).pop() {
        Some(map) => map,
        None => tx.put_map(&Obj::root(), TABLES)?,
    };
    let obj = tx.put_map(&tables, key)?;
    let columns = tx.put_list(&obj, COLUMNS)?;
    let rows = tx.put_list(&obj, ROWS)?;
    let mut ids = Vec::new();
    for c in 0..width(table) {
        ids.push(insert_column(tx, &columns, c, table.align.get(c).copied().unwrap_or_default())?);
    }
    for (r, row) in table.rows.iter().enumerate() {
        insert_row(tx, &rows, r, &ids, row)?;
    }
    Ok(())
}

fn insert_column(tx: &mut Tx, list: &Obj, at: usize, align: Align) -> Result<Obj, ModelError> {
    let column = tx.insert_map(list, at)?;
    tx.put(&column, ALIGN, Scalar::Str(align_name(align).to_owned()))?;
    Ok(column)
}

fn insert_row(
    tx: &mut Tx,
    list: &Obj,
    at: usize,
    columns: &[Obj],
    cells: &[Vec<Inline>],
) -> Result<(), ModelError> {
    let row = tx.insert_map(list, at)?;
    for (column, cell) in columns.iter().zip(cells) {
        if !cell.is_empty() {
            let text = tx.put_text(&row, &column.id())?;
            cell_script(&[], &units(cell), &[]).apply(tx, &text)?;
        }
    }
    Ok(())
}

/// The edits of a cell that make the difference `base` → `wanted` where `current` stands.
fn cell_script(base: &[Unit], wanted: &[Unit], current: &[Unit]) -> Script {
    let mut now: Vec<Option<usize>> = vec![None; base.len()];
    for span in compare(base, current) {
        if let Span::Keep { a, b, len } = span {
            (0..len).for_each(|i| now[a + i] = Some(b + i));
        }
    }
    let parents = EmbedParents::default();
    let mut script = Script::default();
    for span in compare(base, wanted) {
        match span {
            Span::Keep { a, b, len } => {
                for i in 0..len {
                    if let Some(at) = now[a + i] {
                        script.remark(at, &base[a + i].marks, &wanted[b + i].marks);
                    }
                }
            }
            Span::Delete { a, len } => script.deletes.extend(now[a..a + len].iter().flatten()),
            Span::Insert { a, b, len } => {
                let at = now[..a].iter().rev().flatten().next().map_or(0, |p| p + 1);
                let items = wanted[b..b + len].iter().map(|u| Item::Unit(u.clone(), parents.clone()));
                script.inserts.push((at, items.collect()));
            }
        }
    }
    script
}

/// Brings a table to `wanted`, from what it is.
pub(crate) fn bring_to(tx: &mut Tx, key: &str, wanted: &Table) -> Result<(), ModelError> {
    Seen::read(tx, key).merge(tx, wanted)
}

/// A table as a version shows it, to make a difference from.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    key: String,
    grid: Grid,
}

impl Seen {
    /// The table with this key as `read` shows it.
    pub(crate) fn read(read: &impl Read, key: &str) -> Seen {
        let grid = find(read, key).map(|obj| grid(read, &obj)).unwrap_or_default();
        Seen { key: key.to_owned(), grid }
    }

    /// Makes the difference between the table as seen and `wanted` in the table as it is.
    pub(crate) fn merge(&self, tx: &mut Tx, wanted: &Table) -> Result<(), ModelError> {
        find(tx, &self.key).map_or(Ok(()), |obj| update(tx, &obj, &self.grid, wanted))
    }

    /// Empties the table of what was seen, so that it is not shown once its marker is gone.
    pub(crate) fn clear(&self, tx: &mut Tx) -> Result<(), ModelError> {
        self.grid.rows.iter().flat_map(|r| &r.cells).try_for_each(|cell| empty_as_seen(tx, cell))
    }
}

fn list(tx: &Tx, table: &Obj, key: &str) -> Option<Obj> {
    match tx.get(table, At::Key(key)) {
        Some(Node::List(list)) => Some(list),
        _ => None,
    }
}

fn place(tx: &Tx, list: &Obj, item: &Obj) -> Option<usize> {
    (0..tx.len(list)).find(|i| tx.get(list, At::Index(*i)) == Some(Node::Map(item.clone())))
}

fn update(tx: &mut Tx, table: &Obj, base: &Grid, wanted: &Table) -> Result<(), ModelError> {
    check(wanted)?;
    let columns = update_columns(tx, table, base, wanted)?;
    update_rows(tx, table, base, wanted, &columns)
}

/// Numbers that are equal for equal texts.
fn ids<'a>(texts: &'a [String], known: &mut BTreeMap<&'a str, u32>) -> Vec<u32> {
    let id = |t: &'a String| {
        let next = known.len() as u32;
        *known.entry(t.as_str()).or_insert(next)
    };
    texts.iter().map(id).collect()
}

/// For each wanted element the base element it is. Replaced stretches pair in order.
fn pair(base: &[String], wanted: &[String]) -> Vec<Option<usize>> {
    let mut known = BTreeMap::new();
    let (a, b) = (ids(base, &mut known), ids(wanted, &mut known));
    // Kept apart from characters, so that each element is compared whole.
    let lift = |ids: Vec<u32>| ids.into_iter().map(|i| i.saturating_add(0x20_0000)).collect::<Vec<u32>>();
    let mut out = vec![None; wanted.len()];
    let mut gone: Vec<usize> = Vec::new();
    for span in compare_ids(&lift(a), &lift(b)) {
        match span {
            Span::Keep { a, b, len } => {
                (0..len).for_each(|i| out[b + i] = Some(a + i));
                gone.clear();
            }
            Span::Delete { a, len } => gone = (a..a + len).collect(),
            Span::Insert { b, len, .. } => {
                gone.drain(..).zip(b..b + len).for_each(|(a, b)| out[b] = Some(a));
            }
        }
    }
    out
}

/// Adds, flags and aligns columns; gives the identity of each wanted one.
fn update_columns(tx: &mut Tx, table: &Obj, base: &Grid, wanted: &Table) -> Result<Vec<Obj>, ModelError> {
    let Some(list) = list(tx, table, COLUMNS) else { return Ok(Vec::new()) };
    let count = width(wanted);
    let text =
        |cell: Option<&Vec<Inline>>| cell.into_iter().flatten().map(Inline::as_text).collect::<String>();
    let old_heads: Vec<String> = (0..base.columns.len())
        .map(|c| text(base.rows.first().and_then(|r| r.cells.get(c)).map(|c| &c.inline)))
        .collect();
    let new_heads: Vec<String> =
        (0..count).map(|c| text(wanted.rows.first().and_then(|r| r.get(c)))).collect();
    let pairs = if count == base.columns.len() {
        (0..count).map(Some).collect()
    } else {
        pair(&old_heads, &new_heads)
    };
    let mut out: Vec<Obj> = Vec::new();
    for (c, from) in pairs.iter().enumerate() {
        let align = wanted.align.get(c).copied().unwrap_or_default();
        match from.and_then(|i| base.columns.get(i)) {
            Some(column) => {
                if column.align != align {
                    tx.put(&column.obj, ALIGN, Scalar::Str(align_name(align).to_owned()))?;
                }
                out.push(column.obj.clone());
            }
            None => {
                let at = out.last().and_then(|before| place(tx, &list, before)).map_or(0, |i| i + 1);
                out.push(insert_column(tx, &list, at, align)?);
            }
        }
    }
    for (c, column) in base.columns.iter().enumerate().filter(|(c, _)| !pairs.contains(&Some(*c))) {
        tx.put(&column.obj, GONE, Scalar::Bool(true))?;
        for row in &base.rows {
            row.cells.get(c).map_or(Ok(()), |cell| empty_as_seen(tx, cell))?;
        }
    }
    Ok(out)
}

/// Deletes from a cell what `cell` shows, and nothing that came since.
fn empty_as_seen(tx: &mut Tx, cell: &Cell) -> Result<(), ModelError> {
    let Some(text) = &cell.text else { return Ok(()) };
    let current = units(&read_inline(tx, text));
    cell_script(&units(&cell.inline), &[], &current).apply(tx, text)
}

fn update_rows(
    tx: &mut Tx,
    table: &Obj,
    base: &Grid,
    wanted: &Table,
    columns: &[Obj],
) -> Result<(), ModelError> {
    let Some(list) = list(tx, table, ROWS) else { return Ok(()) };
    let line = |cells: &[&Vec<Inline>]| {
        let texts = cells.iter().map(|c| c.iter().map(Inline::as_text).collect::<String>());
        texts.collect::<Vec<_>>().join("\u{1f}")
    };
    let old: Vec<String> =
        base.rows.iter().map(|r| line(&r.cells.iter().map(|c| &c.inline).collect::<Vec<_>>())).collect();
    let new: Vec<String> = wanted.rows.iter().map(|r| line(&r.iter().collect::<Vec<_>>())).collect();
    let pairs = pair(&old, &new);
    let mut before: Option<Obj> = None;
    for (cells, from) in wanted.rows.iter().zip(&pairs) {
        match from.and_then(|i| base.rows.get(i)) {
            Some(row) => {
                update_cells(tx, base, row, columns, cells)?;
                before = Some(row.obj.clone());
            }
            None => {
                let at = before.as_ref().and_then(|b| place(tx, &list, b)).map_or(0, |i| i + 1);
                insert_row(tx, &list, at, columns, cells)?;
                before = match tx.get(&list, At::Index(at)) {
                    Some(Node::Map(row)) => Some(row),
                    _ => before,
                };
            }
        }
    }
    for (_, row) in base.rows.iter().enumerate().filter(|(r, _)| !pairs.contains(&Some(*r))) {
        tx.put(&row.obj, GONE, Scalar::Bool(true))?;
        row.cells.iter().try_for_each(|cell| empty_as_seen(tx, cell))?;
    }
    Ok(())
}

fn update_cells(
    tx: &mut Tx,
    base: &Grid,
    row: &Row,
    columns: &[Obj],
    wanted: &[Vec<Inline>],
) -> Result<(), ModelError> {
    let none = Vec::new();
    for (c, column) in columns.iter().enumerate() {
        let wanted = wanted.get(c).unwrap_or(&none);
        let old = base.columns.iter().position(|b| b.obj == *column).and_then(|i| row.cells.get(i));
        let cell = old.cloned().unwrap_or_default();
        if cell.inline == *wanted {
            continue;
        }
        let now = read_cell(tx, &row.obj, column);
        let text = match now.text {
            Some(text) => text,
            None => tx.put_text(&row.obj, &column.id())?,
        };
        let script = cell_script(&units(&cell.inline), &units(wanted), &units(&now.inline));
        script.apply(tx, &text)?;
    }
    Ok(())
}

/// Brings the cells to those of `wanted`, each by its place, in a table of the same shape; else the whole table.
pub(crate) fn set_cells(tx: &mut Tx, key: &str, wanted: &Table) -> Result<(), ModelError> {
    let Some(obj) = find(tx, key) else { return Ok(()) };
    let base = grid(tx, &obj);
    if base.rows.len() != wanted.rows.len() || base.columns.len() != width(wanted) {
        return bring_to(tx, key, wanted);
    }
    let columns: Vec<Obj> = base.columns.iter().map(|column| column.obj.clone()).collect();
    base.rows
        .iter()
        .zip(&wanted.rows)
        .try_for_each(|(row, cells)| update_cells(tx, &base, row, &columns, cells))
}

/// Replaces one cell.
pub(crate) fn set_cell(
    tx: &mut Tx,
    key: &str,
    row: usize,
    column: usize,
    inline: &[Inline],
) -> Result<(), ModelError> {
    let mut table = read(tx, key);
    let cell = table.rows.get_mut(row).and_then(|r| r.get_mut(column));
    let Some(cell) = cell else {
        return Err(ModelError::NotPossible("the table has no such cell".into()));
    };
    *cell = inline.to_vec();
    set_cells(tx, key, &table)
}
