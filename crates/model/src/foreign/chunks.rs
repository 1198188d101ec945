//! A look at the chunks of a foreign file before Automerge reads it: how far they would inflate and how many
//! operations they hold. It judges size only; whether the file is sound is Automerge's to say.

use crate::doc::ModelError;
use crate::gate::inflate_bounded;

use super::MAX_FOREIGN_CHANGES;

/// Most bytes that the columns of a foreign file may inflate to.
pub(super) const MAX_INFLATED_BYTES: usize = 64 * 1024 * 1024;
/// Most operations of a foreign file, and most values of any of its columns: two bytes of one may stand for millions, and
/// Automerge makes room for what they say.
pub(super) const MAX_FOREIGN_OPS: u64 = 4_000_000;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const DOCUMENT: u8 = 0;
const CHANGE: u8 = 1;
const DEFLATED_CHANGE: u8 = 2;
/// Bit of a column's name that says its bytes are deflated.
const DEFLATED: u64 = 0b1000;
/// Name of the column of actions, which has one value an operation.
const ACTION: u64 = 0x42;
/// Name of the column of a document's changes that has a value for each change that one builds on.
const CHANGE_DEPS: u64 = 0x43;
/// Types of columns that are no run-length encoded numbers.
const BOOLEAN: u64 = 4;
const TEXT: u64 = 5;
const RAW: u64 = 7;
const HASH_BYTES: usize = 32;

/// Refuses a file that would inflate past the bounds.
pub(super) fn check(file: &[u8]) -> Result<(), ModelError> {
    let mut bytes = Bytes(file);
    let (mut room, mut ops) = (MAX_INFLATED_BYTES, 0u64);
    while !bytes.0.is_empty() {
        let found = bytes.chunk().ok_or_else(|| ModelError::Malformed("not an Automerge file".into()))?;
        let counted = match found {
            (DOCUMENT, body) => document(body, &mut room),
            (CHANGE, body) => change(body),
            (DEFLATED_CHANGE, body) => inflate(body, &mut room).and_then(|inner| change(&inner)),
            (kind, _) => Err(ModelError::NotPossible(format!("chunks of type {kind} are not read"))),
        }?;
        ops = ops.saturating_add(counted);
        if ops > MAX_FOREIGN_OPS {
            return Err(too_many());
        }
    }
    Ok(())
}

/// As [`check`], for a file that must be one document chunk; gives its operations.
pub(crate) fn check_document(file: &[u8]) -> Result<u64, ModelError> {
    let mut bytes = Bytes(file);
    match bytes.chunk() {
        Some((DOCUMENT, body)) if bytes.0.is_empty() => {
            let mut room = MAX_INFLATED_BYTES;
            let ops = document(body, &mut room)?;
            if ops > MAX_FOREIGN_OPS { Err(too_many()) } else { Ok(ops) }
        }
        _ => Err(ModelError::Malformed("not one saved document".into())),
    }
}

fn too_many() -> ModelError {
    ModelError::TooLarge("the file holds more than 4,000,000 operations".into())
}

/// Unpacks, at the expense of `room`.
fn inflate(bytes: &[u8], room: &mut usize) -> Result<Vec<u8>, ModelError> {
    let out = inflate_bounded(bytes, *room);
    let out =
        out.map_err(|e| ModelError::TooLarge(format!("the file does not unpack within 64 MiB ({e})")))?;
    *room -= out.len();
    Ok(out)
}

fn cut() -> ModelError {
    ModelError::Malformed("the file ends too early".into())
}

/// Unpacks all columns of a document chunk; gives its operations.
fn document(body: &[u8], room: &mut usize) -> Result<u64, ModelError> {
    let mut bytes = Bytes(body);
    let actors = bytes.number().ok_or_else(cut)?;
    for _ in 0..actors {
        let len = bytes.number().ok_or_else(cut)?;
        bytes.take(len).ok_or_else(cut)?;
    }
    let heads = bytes.number().ok_or_else(cut)?;
    bytes.take(heads.saturating_mul(HASH_BYTES as u64)).ok_or_else(cut)?;
    let change_columns = bytes.columns().ok_or_else(cut)?;
    let op_columns = bytes.columns().ok_or_else(cut)?;
    let mut ops = 0;
    for (i, (name, len)) in change_columns.iter().chain(&op_columns).enumerate() {
        let data = bytes.take(*len).ok_or_else(cut)?;
        let inflated = if name & DEFLATED == 0 { None } else { Some(inflate(data, room)?) };
        let (name, data) = (name & !DEFLATED, inflated.as_deref().unwrap_or(data));
        let values = values(name, data).ok_or_else(cut)?;
        let of_ops = i >= change_columns.len();
        if !of_ops && name != CHANGE_DEPS && values > MAX_FOREIGN_CHANGES as u64 {
            return Err(ModelError::TooLarge("the file holds more than 262,144 changes".into()));
        }
        if values > MAX_FOREIGN_OPS {
            return Err(too_many());
        }
        if of_ops && name == ACTION {
            ops = values;
        }
    }
    Ok(ops)
}

/// The operations of a change chunk.
fn change(body: &[u8]) -> Result<u64, ModelError> {
    let mut bytes = Bytes(body);
    let deps = bytes.number().ok_or_else(cut)?;
    bytes.take(deps.saturating_mul(HASH_BYTES as u64)).ok_or_else(cut)?;
    let actor = bytes.number().ok_or_else(cut)?;
    bytes.take(actor).ok_or_else(cut)?;
    // Sequence number, first operation, time (signed, of the same shape).
    for _ in 0..3 {
        bytes.number().ok_or_else(cut)?;
    }
    let message = bytes.number().ok_or_else(cut)?;
    bytes.take(message).ok_or_else(cut)?;
    let others = bytes.number().ok_or_else(cut)?;
    for _ in 0..others {
        let len = bytes.number().ok_or_else(cut)?;
        bytes.take(len).ok_or_else(cut)?;
    }
    let mut ops = 0;
    for (name, len) in bytes.columns().ok_or_else(cut)? {
        let data = bytes.take(len).ok_or_else(cut)?;
        if name & DEFLATED != 0 {
            return Err(ModelError::Malformed("a column of a change is deflated".into()));
        }
        let values = values(name, data).ok_or_else(cut)?;
        if values > MAX_FOREIGN_OPS {
            return Err(too_many());
        }
        if name == ACTION {
            ops = values;
        }
    }
    Ok(ops)
}

/// How many values a column holds, by its type, the lowest three bits of its name; none of one of raw bytes.
fn values(name: u64, column: &[u8]) -> Option<u64> {
    let mut bytes = Bytes(column);
    let mut count = 0u64;
    match name & 0b111 {
        RAW => return Some(0),
        // How many are false, how many then are true, and so on.
        BOOLEAN => {
            while !bytes.0.is_empty() {
                count = count.saturating_add(bytes.number()?);
            }
            return Some(count);
        }
        _ => {}
    }
    let value = |bytes: &mut Bytes<'_>| {
        let number = bytes.number()?;
        if name & 0b111 == TEXT { bytes.take(number).map(|_| ()) } else { Some(()) }
    };
    while !bytes.0.is_empty() {
        let run = bytes.signed()?;
        let len = match run {
            0 => bytes.number()?,
            n if n > 0 => {
                value(&mut bytes)?;
                n.unsigned_abs()
            }
            n => {
                for _ in 0..n.unsigned_abs() {
                    value(&mut bytes)?;
                }
                n.unsigned_abs()
            }
        };
        count = count.saturating_add(len);
    }
    Some(count)
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = tail;
        Some(head)
    }

    /// A LEB128 number; of a signed one, its bits.
    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let before = self.0;
        let bits = self.number()?;
        let used = before.len() - self.0.len();
        let last = *before.get(used.checked_sub(1)?)?;
        let width = 7 * used as u32;
        let negative = last & 0x40 != 0 && width < 64;
        Some(if negative { (bits | (u64::MAX << width)) as i64 } else { bits as i64 })
    }

    fn columns(&mut self) -> Option<Vec<(u64, u64)>> {
        let count = self.number()?;
        (0..count.min(self.0.len() as u64)).map(|_| Some((self.number()?, self.number()?))).collect()
    }

    /// The type and body of the next chunk.
    fn chunk(&mut self) -> Option<(u8, &'a [u8])> {
        if self.take(4)? != MAGIC {
            return None;
        }
        self.take(4)?;
        let kind = *self.take(1)?.first()?;
        let len = self.number()?;
        Some((kind, self.take(len)?))
    }
}
