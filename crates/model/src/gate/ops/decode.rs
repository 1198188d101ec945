//! Operations of a change as its columns name them; what the header gate has found well formed.

use super::super::read::Reader;
use super::super::{ACTOR_BYTES, GateError, columns, head};

/// An operation's name: counter and actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct OpId {
    counter: u64,
    actor: [u8; ACTOR_BYTES],
}

impl OpId {
    /// How far behind `first` it comes among the operations of one change; none for those of other actors and before.
    pub(super) fn behind(&self, first: &OpId) -> Option<usize> {
        let same = self.actor == first.actor;
        let distance = self.counter.checked_sub(first.counter).filter(|_| same)?;
        usize::try_from(distance).ok()
    }
}

/// SHA-256 of a key.
pub(super) type TextHash = [u8; 32];

/// Where in its object an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At a key; the hash of its text.
    Key(TextHash),
    /// Before the first element.
    Head,
    /// At or behind this element.
    Element(OpId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    MakeMap,
    MakeSequence,
    Set,
    Delete,
    Increment,
    Mark,
}

impl Action {
    pub(super) fn deletes(self) -> bool {
        self == Action::Delete
    }

    pub(super) fn increments(self) -> bool {
        self == Action::Increment
    }

    fn read(number: u64) -> Result<Action, GateError> {
        Ok(match number {
            0 | 6 => Action::MakeMap,
            1 => Action::Set,
            2 | 4 => Action::MakeSequence,
            3 => Action::Delete,
            5 => Action::Increment,
            7 => Action::Mark,
            _ => return Err(GateError::Operation),
        })
    }
}

/// One operation.
#[derive(Debug, Clone)]
pub(super) struct Op {
    pub(super) id: OpId,
    /// None for the root.
    pub(super) object: Option<OpId>,
    pub(super) place: Place,
    pub(super) insert: bool,
    pub(super) action: Action,
    pub(super) preds: Vec<OpId>,
}

/// All operations of a chunk that passed the header gate.
///
/// # Errors
/// It did not, or a column is cut short or names an actor that the change does not list.
pub(super) fn operations(chunk: &[u8]) -> Result<Vec<Op>, GateError> {
    let (mut header, data) = head(chunk)?;
    header.op_count = columns::count_ops(&mut Reader::new(data))?;
    let columns = columns::split(&mut Reader::new(data))?;
    let find = |spec: u64| columns.iter().find(|(s, _)| *s == spec).map_or(&[][..], |(_, data)| *data);
    let mut actors = vec![header.actor];
    actors.extend(&header.other_actors);
    let ops = usize::try_from(header.op_count).map_err(|_| GateError::TooManyOps)?;

    let actions = numbers(find(columns::ACTION), ops)?;
    let object_actors = numbers(find(columns::OBJECT_ACTOR), ops)?;
    let object_counters = numbers(find(columns::OBJECT_COUNTER), ops)?;
    let key_actors = numbers(find(columns::KEY_ACTOR), ops)?;
    let key_counters = differences(find(columns::KEY_COUNTER), ops)?;
    let key_texts = texts(find(columns::KEY_TEXT), ops)?;
    let inserts = switches(find(columns::INSERT), ops)?;
    let values = values(find(columns::VALUE_META), find(columns::VALUE_RAW), ops)?;
    let counts = numbers(find(columns::PRED_COUNT), ops)?;
    let total = counts.iter().map(|count| count.unwrap_or(0)).fold(0u64, u64::saturating_add);
    let total = usize::try_from(total).map_err(|_| GateError::TooManyOps)?;
    let pred_actors = numbers(find(columns::PRED_ACTOR), total)?;
    let pred_counters = differences(find(columns::PRED_COUNTER), total)?;

    let name = |actor: Option<u64>, counter: Option<u64>| -> Result<OpId, GateError> {
        let (Some(actor), Some(counter)) = (actor, counter) else { return Err(GateError::Operation) };
        let actor = usize::try_from(actor).ok().and_then(|at| actors.get(at)).ok_or(GateError::Operation)?;
        Ok(OpId { counter, actor: *actor })
    };
    let mut preds = pred_actors.into_iter().zip(pred_counters);
    let mut out = Vec::with_capacity(ops);
    for at in 0..ops {
        let object = match (object_actors[at], object_counters[at]) {
            (None, None) => None,
            (actor, counter) => Some(name(actor, counter)?),
        };
        let place = match (key_texts[at], key_actors[at], key_counters[at]) {
            (Some(text), None, None) => Place::Key(text),
            (None, None, Some(0)) => Place::Head,
            (None, actor, counter) => Place::Element(name(actor, counter)?),
            _ => return Err(GateError::Operation),
        };
        let count = usize::try_from(counts[at].unwrap_or(0)).map_err(|_| GateError::TooManyOps)?;
        let before = preds.by_ref().take(count).map(|(actor, counter)| name(actor, counter));
        let before = before.collect::<Result<Vec<_>, _>>()?;
        if before.len() != count {
            return Err(GateError::Operation);
        }
        let action = Action::read(actions[at].ok_or(GateError::Operation)?)?;
        if action.increments() && !values[at] {
            return Err(GateError::Operation);
        }
        out.push(Op {
            id: OpId { counter: header.start_op.saturating_add(at as u64), actor: header.actor },
            object,
            place,
            insert: inserts[at],
            action,
            preds: before,
        });
    }
    Ok(out)
}

/// Unpacks a run-length encoded column to exactly `count` entries; a short one ends in nulls, as one that is left out.
fn unpack<T: Clone>(
    column: &[u8],
    count: usize,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T, GateError>,
) -> Result<Vec<Option<T>>, GateError> {
    let mut r = Reader::new(column);
    let mut out: Vec<Option<T>> = Vec::new();
    while !r.rest().is_empty() {
        let run = r.signed()?;
        let times = if run == 0 { r.unsigned()? } else { run.unsigned_abs() };
        let times = usize::try_from(times).map_err(|_| GateError::TooManyOps)?;
        if times > count - out.len().min(count) {
            return Err(GateError::Operation);
        }
        match run {
            0 => out.resize(out.len() + times, None),
            1.. => {
                let value = read(&mut r)?;
                out.resize(out.len() + times, Some(value));
            }
            _ => {
                for _ in 0..times {
                    out.push(Some(read(&mut r)?));
                }
            }
        }
    }
    out.resize(count, None);
    Ok(out)
}

#[allow(clippy::redundant_closure_for_method_calls, reason = "a reader of every lifetime is asked for")]
fn numbers(column: &[u8], count: usize) -> Result<Vec<Option<u64>>, GateError> {
    unpack(column, count, |r| r.unsigned())
}

/// A column of differences: each entry is the sum of those before.
#[allow(clippy::redundant_closure_for_method_calls, reason = "a reader of every lifetime is asked for")]
fn differences(column: &[u8], count: usize) -> Result<Vec<Option<u64>>, GateError> {
    let mut sum = 0i64;
    let steps = unpack(column, count, |r| r.signed())?;
    steps
        .into_iter()
        .map(|step| {
            let Some(step) = step else { return Ok(None) };
            sum = sum.checked_add(step).ok_or(GateError::Operation)?;
            u64::try_from(sum).map(Some).map_err(|_| GateError::Operation)
        })
        .collect()
}

/// Texts as hashes: only whether two are equal matters.
fn texts(column: &[u8], count: usize) -> Result<Vec<Option<TextHash>>, GateError> {
    unpack(column, count, |r| {
        let length = usize::try_from(r.unsigned()?).map_err(|_| GateError::Truncated)?;
        let text = r.take(length)?;
        let hash: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(text).into();
        Ok(hash)
    })
}

/// Checks that every value is what its type says, and that their bytes are all there are; says which are integers.
fn values(meta: &[u8], raw: &[u8], count: usize) -> Result<Vec<bool>, GateError> {
    let mut r = Reader::new(raw);
    let mut integers = Vec::with_capacity(count);
    for meta in numbers(meta, count)? {
        // An operation without a value at all is one of the library's older forms; it writes a null.
        let meta = meta.unwrap_or(0);
        let length = usize::try_from(meta >> 4).map_err(|_| GateError::Truncated)?;
        let bytes = r.take(length)?;
        let mut inside = Reader::new(bytes);
        let fits = match meta & 0xf {
            0..=2 => bytes.is_empty(),
            3 => inside.unsigned().is_ok() && inside.rest().is_empty(),
            4 | 8 | 9 => inside.signed().is_ok() && inside.rest().is_empty(),
            5 => length == 8,
            6 => std::str::from_utf8(bytes).is_ok(),
            _ => true,
        };
        if !fits {
            return Err(GateError::Operation);
        }
        integers.push(matches!(meta & 0xf, 3 | 4));
    }
    if r.rest().is_empty() { Ok(integers) } else { Err(GateError::Operation) }
}

/// A column of alternating runs of false and true, to exactly `count` entries.
fn switches(column: &[u8], count: usize) -> Result<Vec<bool>, GateError> {
    let mut r = Reader::new(column);
    let (mut out, mut value) = (Vec::new(), false);
    while !r.rest().is_empty() {
        let times = usize::try_from(r.unsigned()?).map_err(|_| GateError::TooManyOps)?;
        if times > count - out.len().min(count) {
            return Err(GateError::Operation);
        }
        out.resize(out.len() + times, value);
        value = !value;
    }
    out.resize(count, false);
    Ok(out)
}
