//! Counting operations without unpacking them.
//!
//! A change stores its operations by column, run-length encoded: a few bytes can stand for millions of operations. The
//! action column has one entry for each operation; its runs are added up here, and every other column is walked to see
//! that it is well formed and does not claim more entries than there are operations.

use super::read::Reader;
use super::{GateError, MAX_KEY_BYTES, MAX_OPS, MAX_PREDS};

const DEFLATE_BIT: u64 = 0b1000;
pub(super) const ACTION: u64 = 66;
pub(super) const INSERT: u64 = 52;
const EXPAND: u64 = 148;
pub(super) const PRED_COUNT: u64 = 112;
pub(super) const PRED_ACTOR: u64 = 113;
pub(super) const PRED_COUNTER: u64 = 115;
pub(super) const KEY_COUNTER: u64 = 19;
pub(super) const KEY_TEXT: u64 = 21;
const MARK_NAME: u64 = 165;
pub(super) const VALUE_META: u64 = 86;
pub(super) const VALUE_RAW: u64 = 87;
pub(super) const OBJECT_ACTOR: u64 = 1;
pub(super) const OBJECT_COUNTER: u64 = 2;
pub(super) const KEY_ACTOR: u64 = 17;

/// What one entry of a run-length encoded column looks like.
#[derive(Clone, Copy)]
enum Cell {
    Unsigned,
    Signed,
    Text,
}

/// Sums over one column.
#[derive(Default)]
struct Sums {
    /// Entries, nulls included.
    entries: u64,
    /// Entries that are null.
    nulls: u64,
    /// Sum of unsigned values, or of text lengths in bytes, each times its run.
    weight: u64,
}

/// Reads column specifications and data up to the end of the change; gives the number of operations.
pub(super) fn count_ops(r: &mut Reader<'_>) -> Result<u64, GateError> {
    let columns = split(r)?;
    let find = |spec: u64| columns.iter().find(|(s, _)| *s == spec).map_or(&[][..], |(_, data)| *data);
    let actions = runs(find(ACTION), Cell::Unsigned, MAX_OPS).map_err(too_many)?;
    if actions.nulls > 0 {
        return Err(GateError::Column);
    }
    let ops = actions.entries;
    for spec in [OBJECT_ACTOR, OBJECT_COUNTER, KEY_ACTOR, VALUE_META] {
        runs(find(spec), Cell::Unsigned, ops).map_err(malformed)?;
    }
    runs(find(KEY_COUNTER), Cell::Signed, ops).map_err(malformed)?;
    switches(find(INSERT), ops)?;
    switches(find(EXPAND), ops)?;
    let keys = runs(find(KEY_TEXT), Cell::Text, ops).map_err(malformed)?;
    let marks = runs(find(MARK_NAME), Cell::Text, ops).map_err(malformed)?;
    if keys.weight.saturating_add(marks.weight) > MAX_KEY_BYTES {
        return Err(GateError::TooManyOps);
    }
    let preds = runs(find(PRED_COUNT), Cell::Unsigned, ops).map_err(malformed)?.weight;
    if preds > MAX_PREDS {
        return Err(GateError::TooManyOps);
    }
    runs(find(PRED_ACTOR), Cell::Unsigned, preds).map_err(malformed)?;
    runs(find(PRED_COUNTER), Cell::Signed, preds).map_err(malformed)?;
    Ok(ops)
}

/// Cuts the rest of the change into columns: specifications strictly ascending, none deflated, lengths exact.
pub(super) fn split<'a>(r: &mut Reader<'a>) -> Result<Vec<(u64, &'a [u8])>, GateError> {
    let count = r.unsigned()?;
    let mut specs: Vec<(u64, u64)> = Vec::new();
    for _ in 0..count {
        let spec = r.unsigned()?;
        if spec > u64::from(u32::MAX) {
            return Err(GateError::Number);
        }
        if spec & DEFLATE_BIT != 0 {
            return Err(GateError::CompressedColumn);
        }
        if specs.last().is_some_and(|(last, _)| *last >= spec) {
            return Err(GateError::ColumnOrder);
        }
        specs.push((spec, r.unsigned()?));
    }
    let mut columns = Vec::with_capacity(specs.len());
    for (spec, length) in specs {
        let length = usize::try_from(length).map_err(|_| GateError::Truncated)?;
        columns.push((spec, r.take(length)?));
    }
    if r.rest().is_empty() { Ok(columns) } else { Err(GateError::Trailing) }
}

/// Walks a run-length encoded column of at most `limit` entries. `TooManyOps` means more entries than that.
fn runs(column: &[u8], cell: Cell, limit: u64) -> Result<Sums, GateError> {
    let mut r = Reader::new(column);
    let mut sums = Sums::default();
    while !r.rest().is_empty() {
        let run = r.signed()?;
        let count = if run == 0 { r.unsigned()? } else { run.unsigned_abs() };
        sums.entries = sums.entries.saturating_add(count);
        if count == 0 {
            return Err(GateError::Column);
        }
        if sums.entries > limit {
            return Err(GateError::TooManyOps);
        }
        match run {
            0 => sums.nulls += count,
            1.. => sums.add(entry(&mut r, cell)?, count),
            _ => {
                for _ in 0..count {
                    sums.add(entry(&mut r, cell)?, 1);
                }
            }
        }
    }
    Ok(sums)
}

impl Sums {
    fn add(&mut self, value: u64, times: u64) {
        self.weight = self.weight.saturating_add(value.saturating_mul(times));
    }
}

/// Reads one entry and gives what it weighs.
fn entry(r: &mut Reader<'_>, cell: Cell) -> Result<u64, GateError> {
    match cell {
        Cell::Unsigned => r.unsigned(),
        Cell::Signed => r.signed().map(|_| 0),
        Cell::Text => {
            let length = r.unsigned()?;
            let size = usize::try_from(length).map_err(|_| GateError::Truncated)?;
            let text = r.take(size)?;
            std::str::from_utf8(text).map(|_| length).map_err(|_| GateError::Column)
        }
    }
}

/// Walks a column of alternating runs of false and true.
fn switches(column: &[u8], limit: u64) -> Result<(), GateError> {
    let mut r = Reader::new(column);
    let mut entries = 0u64;
    while !r.rest().is_empty() {
        entries = entries.saturating_add(r.unsigned().map_err(malformed)?);
        if entries > limit {
            return Err(GateError::Column);
        }
    }
    Ok(())
}

/// Damage inside a column is one refusal, whatever the detail.
fn malformed(_: GateError) -> GateError {
    GateError::Column
}

fn too_many(error: GateError) -> GateError {
    if error == GateError::TooManyOps { error } else { GateError::Column }
}
