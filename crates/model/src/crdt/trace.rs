//! Which change wrote or deleted what, and places in a text that follow their characters. Reads only.

use std::collections::{BTreeMap, BTreeSet};

use automerge::legacy::{Key, ObjectId, Op, OpId, OpType};
use automerge::{ActorId, Change, ChangeHash, Cursor, CursorPosition, MoveCursor, ObjId, ObjType, ReadDoc};

use super::{Crdt, Obj, guard, hashes};
use crate::doc::{Hash, Heads, ModelError};

/// Bytes of changes that are looked through at once; beyond it nothing is told.
const MAX_TRACED_BYTES: usize = 8 * 1024 * 1024;
/// Stretches of a text that are always read element by element.
const SHORT: usize = 32;

/// One element of a text: its counter and its actor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Element {
    pub(crate) counter: u64,
    pub(crate) actor: Vec<u8>,
}

/// What one change did, told from its operations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Characters that came into the page's text.
    pub(crate) inserted: usize,
    /// Elements of the page's text that went.
    pub(crate) deleted: Vec<Element>,
    /// Markers and embeds that came.
    pub(crate) blocks: usize,
    /// Marks set or ended.
    pub(crate) marks: usize,
    /// Keys of the root that were written.
    pub(crate) fields: BTreeSet<String>,
    /// Operations on anything else: kinds of blocks, cells of tables, items of sets.
    pub(crate) other: usize,
}

impl Crdt {
    /// The elements at positions `from..to` of a text, each by the operation that wrote it.
    pub(crate) fn elements(&self, text: &Obj, from: usize, to: usize) -> Vec<Option<Element>> {
        let read = |at| match self.am.get(&text.0, at) {
            Ok(Some((_, ObjId::Id(counter, actor, _)))) => {
                Some(Element { counter, actor: actor.to_bytes().to_vec() })
            }
            _ => None,
        };
        (from..to).map(read).collect()
    }

    /// As [`Crdt::elements`], for telling authors: where both ends and the middle of a long stretch are of one run of
    /// typing, all of it is taken for that.
    pub(crate) fn typists(&self, text: &Obj, from: usize, to: usize) -> Vec<Option<Element>> {
        let (mut out, mut open) = (Vec::with_capacity(to.saturating_sub(from)), vec![(from, to)]);
        while let Some((from, to)) = open.pop() {
            if to.saturating_sub(from) < SHORT {
                out.extend(self.elements(text, from, to));
                continue;
            }
            let middle = from + (to - from) / 2;
            let [first, half, last] =
                [from, middle, to - 1].map(|at| self.elements(text, at, at + 1).pop().flatten());
            let run = first.as_ref().filter(|f| {
                let at = |e: &Option<Element>, place: usize| {
                    let wanted = f.counter + (place - from) as u64;
                    e.as_ref().is_some_and(|e| e.actor == f.actor && e.counter == wanted)
                };
                at(&half, middle) && at(&last, to - 1)
            });
            match run {
                Some(run) => {
                    let next =
                        |i| Some(Element { counter: run.counter + i as u64, actor: run.actor.clone() });
                    out.extend((0..to - from).map(next));
                }
                None => open.extend([(middle, to), (from, middle)]),
            }
        }
        out
    }

    /// This version with further changes of `whole` whose hashes are named.
    pub(crate) fn with(&self, whole: &Crdt, more: &BTreeSet<Hash>) -> Result<Crdt, ModelError> {
        let changes = guard(|| whole.am.get_changes(&self.am.get_heads()))?;
        let chunks = changes.iter().filter(|c| more.contains(&c.hash().0));
        let chunks: Vec<Vec<u8>> = chunks.map(|c| c.raw_bytes().to_vec()).collect();
        let mut next = self.clone();
        if !chunks.is_empty() {
            next.apply(&chunks)?;
        }
        Ok(next)
    }

    /// The change that holds the operation at a position of a text.
    pub(crate) fn writer(&self, text: &Obj, at: usize) -> Option<Hash> {
        let (_, id) = self.am.get(&text.0, at).ok().flatten()?;
        self.am.hash_for_opid(&id).map(|h| h.0)
    }

    /// The change that made an object.
    pub(crate) fn maker(&self, obj: &Obj) -> Option<Hash> {
        self.am.hash_for_opid(&obj.0).map(|h| h.0)
    }

    /// What each change did that is not an ancestor of `since`; none when they are more than can be looked through.
    pub(crate) fn told_since(&self, text: &Obj, since: &Heads) -> Option<BTreeMap<Hash, Told>> {
        let known: Vec<Hash> = since.0.iter().copied().filter(|h| self.has(h)).collect();
        let read = || {
            let changes = self.am.get_changes(&hashes(&Heads(known)));
            let size: usize = changes.iter().map(|c| c.raw_bytes().len()).sum();
            let told = || changes.iter().map(|c| (c.hash().0, tell(c, text))).collect();
            (size <= MAX_TRACED_BYTES).then(told)
        };
        guard(read).ok().flatten()
    }

    /// Names a place of a text by its element. When the element goes, a place at the end slides back, any other forward.
    pub(crate) fn anchor(&self, text: &Obj, at: usize, end: bool) -> Option<String> {
        let slide = if end { MoveCursor::Before } else { MoveCursor::After };
        let place = CursorPosition::Index(at);
        guard(|| self.am.get_cursor_moving(&text.0, place, None, slide)).ok()?.ok().map(|c| c.to_string())
    }

    /// Where an anchor stands, and whether its own element stands there.
    pub(crate) fn anchored(&self, text: &Obj, anchor: &str) -> Option<(usize, bool)> {
        let id = anchor.strip_prefix('-').unwrap_or(anchor);
        super::cursor(id)?;
        let cursor = Cursor::try_from(anchor).ok()?;
        let at = guard(|| self.am.get_cursor_position(&text.0, &cursor, None)).ok()?.ok()?;
        let here = self.am.get(&text.0, at).ok().flatten();
        Some((at, here.is_some_and(|(_, found)| found.to_string() == id)))
    }

    /// The newest of the changes that wrote the keys of a map, its maps included one level deep, among `fresh`.
    pub(crate) fn last_written(&self, map: &Obj, fresh: &dyn Fn(&Hash) -> bool) -> Option<Hash> {
        let mut found: Option<(u64, Hash)> = None;
        let mut look = |id: &ObjId| {
            let (ObjId::Id(counter, ..), Some(ChangeHash(hash))) = (id, self.am.hash_for_opid(id)) else {
                return;
            };
            if fresh(&hash) && found.is_none_or(|(newest, _)| newest < *counter) {
                found = Some((*counter, hash));
            }
        };
        for key in self.am.keys(&map.0) {
            let Ok(Some((value, id))) = self.am.get(&map.0, key.as_str()) else { continue };
            look(&id);
            if value.is_object() {
                let inner: Vec<String> = self.am.keys(&id).collect();
                let inner = inner.iter().filter_map(|k| self.am.get(&id, k.as_str()).ok().flatten());
                inner.for_each(|(_, id)| look(&id));
            }
        }
        found.map(|(_, hash)| hash)
    }
}

fn tell(change: &Change, text: &Obj) -> Told {
    let page = match &text.0 {
        ObjId::Id(counter, actor, _) => Some(OpId(*counter, actor.clone())),
        ObjId::Root => None,
    };
    let mut told = Told::default();
    for op in &change.decode().operations {
        match &op.obj {
            ObjectId::Root => match (&op.key, &op.action) {
                // An empty map is made ready for a set; what comes into it is told as something else.
                (Key::Map(_), OpType::Make(ObjType::Map)) | (Key::Seq(_), _) => {}
                (Key::Map(name), _) => {
                    told.fields.insert(name.to_string());
                }
            },
            ObjectId::Id(id) if Some(id) == page.as_ref() => tell_text(&mut told, op),
            ObjectId::Id(_) => told.other += 1,
        }
    }
    told
}

fn tell_text(told: &mut Told, op: &Op) {
    match (&op.action, &op.key) {
        (OpType::Put(_), _) if op.insert => told.inserted += 1,
        (OpType::Make(_), _) if op.insert => told.blocks += 1,
        (OpType::Delete, Key::Seq(element)) => {
            let named = |id: &OpId| Element { counter: id.counter(), actor: bytes(id.actor()) };
            told.deleted.extend(element.as_opid().map(named));
        }
        (OpType::MarkBegin(_), _) => told.marks += 1,
        _ => {}
    }
}

fn bytes(actor: &ActorId) -> Vec<u8> {
    actor.to_bytes().to_vec()
}
