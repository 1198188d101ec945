//! Automerge behind neutral primitives: maps, lists, texts, marks, changes. The only module of the project that names it.
//!
//! Actor and commit time are explicit everywhere. Positions are code points; whatever is kept is an element id, never
//! a number. Reads are shallow and total: nothing here walks a nested value that a stranger may have made deep.

mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::marks::{ExpandMark, Mark as AmMark};
use automerge::transaction::{CommitOptions, OwnedTransaction, Transactable};
use automerge::{
    ActorId, Automerge, Change, ChangeHash, Cursor, LoadOptions, ObjId, ObjType, OnPartialLoad, PatchAction,
    ROOT, ReadDoc, ScalarValue, TextEncoding, Value, VerificationMode,
};

use crate::doc::{Hash, Heads, ModelError, Stamp};
use crate::gate::{MAX_CHANGE_BYTES, MAX_DEPS, MAX_OPS};
use crate::kept::Kept;

pub(crate) use trace::{Element, Told};

/// Operations after which an own edit continues in a further change; far below [`MAX_OPS`].
const OPS_PER_CHANGE: usize = 12_000;
/// Deletions after which an own edit continues in a further change: each may name another actor.
const DELETES_PER_CHANGE: usize = 4_000;
/// Bytes of inserted text after which an own edit continues in a further change.
const TEXT_PER_CHANGE: usize = 96 * 1024;
/// Characters inserted or deleted by one primitive step.
const STEP: usize = 2_000;
/// Stands for a block marker in the characters of a text.
pub(crate) const MARKER: char = '\u{FFFC}';

/// An object of the document: a map, list or text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Obj(ObjId);

impl Obj {
    /// The root map.
    pub(crate) fn root() -> Obj {
        Obj(ROOT)
    }

    /// Id in text form, `counter@actor`.
    pub(crate) fn id(&self) -> String {
        self.0.to_string()
    }
}

/// A scalar found in the document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Str(String),
    Int(i64),
    Uint(u64),
    Float(f64),
    Bool(bool),
    Bytes(Vec<u8>),
    Time(i64),
    Null,
    /// Of a type that this version does not know.
    Other,
}

/// What lies at a key or index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Scalar(Scalar),
    Map(Obj),
    List(Obj),
    Text(Obj),
}

/// One of several concurrent values, and the operation that wrote it.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) node: Node,
    pub(crate) change: Option<Hash>,
}

/// A key of a map or an index of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At<'a> {
    Key(&'a str),
    Index(usize),
}

/// A mark over positions `start..end` of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Range {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) name: String,
    pub(crate) value: Scalar,
}

/// What is known of a change without its operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(crate) hash: Hash,
    pub(crate) actor: Vec<u8>,
    pub(crate) seq: u64,
    pub(crate) time_ms: i64,
    pub(crate) deps: Vec<Hash>,
    pub(crate) ops: usize,
    /// Number of its last operation: larger than those of everything that it builds on.
    pub(crate) last_op: u64,
}

/// Reading, alike for a document, for a version of it and for one under edit.
pub(crate) trait Read {
    fn get(&self, obj: &Obj, at: At<'_>) -> Option<Node>;
    fn get_all(&self, obj: &Obj, at: At<'_>) -> Vec<Written>;
    fn keys(&self, obj: &Obj) -> Vec<String>;
    /// What lies at those of the keys that a map has; far cheaper than asking for each.
    fn entries(&self, map: &Obj, keys: &[&str]) -> BTreeMap<String, Node>;
    fn len(&self, obj: &Obj) -> usize;
    /// The characters of a text; each marker is one [`MARKER`].
    fn text(&self, obj: &Obj) -> String;
    fn marks(&self, obj: &Obj) -> Vec<Range>;
    /// The marks at one position of a text.
    fn marks_at(&self, obj: &Obj, index: usize) -> Vec<(String, Scalar)>;
    /// Where the marker with this id stands.
    fn position(&self, text: &Obj, id: &str) -> Option<usize>;

    fn get_str(&self, obj: &Obj, key: &str) -> Option<String> {
        self.string(self.get(obj, At::Key(key))?)
    }

    /// A string, whether written as scalar or as text.
    fn string(&self, node: Node) -> Option<String> {
        match node {
            Node::Scalar(Scalar::Str(s)) => Some(s),
            Node::Text(obj) => Some(self.text(&obj)),
            _ => None,
        }
    }
}

/// A replica of one document.
#[derive(Debug, Clone)]
pub(crate) struct Crdt {
    am: Automerge,
}

/// An edit in progress. Dropping it without [`Tx::finish`] loses it.
#[derive(Debug)]
pub(crate) struct Tx {
    inner: Option<OwnedTransaction>,
    stamp: Stamp,
    deletes: usize,
    bytes: usize,
}

impl Crdt {
    pub(crate) fn new() -> Crdt {
        Crdt { am: Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint).with_actor(no_actor()) }
    }

    /// Reads a saved document. The hashes of changes are verified. The caller bounds the size.
    pub(crate) fn load(bytes: &[u8]) -> Result<Crdt, ModelError> {
        let options = LoadOptions::new()
            .on_partial_load(OnPartialLoad::Error)
            .verification_mode(VerificationMode::Check)
            .text_encoding(TextEncoding::UnicodeCodePoint);
        let am = guard(|| Automerge::load_with_options(bytes, options))?;
        am.map(|am| Crdt { am: am.with_actor(no_actor()) }).map_err(malformed)
    }

    pub(crate) fn save(&self) -> Vec<u8> {
        self.am.save()
    }

    pub(crate) fn heads(&self) -> Heads {
        Heads::new(self.am.get_heads().into_iter().map(|h| h.0))
    }

    pub(crate) fn has(&self, hash: &Hash) -> bool {
        self.am.get_change_meta_by_hash(&ChangeHash(*hash)).is_some()
    }

    /// Raw chunks of all changes that are not ancestors of `heads`, in causal order.
    pub(crate) fn changes_since(&self, heads: &Heads) -> Vec<Vec<u8>> {
        let changes = self.am.get_changes(&hashes(heads));
        changes.into_iter().map(|c| c.raw_bytes().to_vec()).collect()
    }

    pub(crate) fn metas_since(&self, heads: &Heads) -> Vec<Meta> {
        self.am.get_changes_meta(&hashes(heads)).into_iter().map(|m| meta_of(&m)).collect()
    }

    pub(crate) fn meta(&self, hash: &Hash) -> Option<Meta> {
        self.am.get_change_meta_by_hash(&ChangeHash(*hash)).map(|m| meta_of(&m))
    }

    /// Takes raw chunks. On any failure, panics of the library included, the document is as before.
    pub(crate) fn apply(&mut self, chunks: &[Vec<u8>]) -> Result<(), ModelError> {
        let parsed: Result<Vec<Change>, _> =
            guard(|| chunks.iter().map(|c| Change::from_bytes(c.clone())).collect())?;
        let changes: Vec<Change> = parsed.map_err(malformed)?;
        let wanted: Vec<ChangeHash> = changes.iter().map(Change::hash).collect();
        let mut next = self.am.clone();
        guard(|| next.apply_changes(changes))?.map_err(malformed)?;
        if wanted.iter().any(|h| next.get_change_meta_by_hash(h).is_none()) {
            return Err(ModelError::MissingDeps);
        }
        self.am = next;
        Ok(())
    }

    /// The document as of `heads`, with the fixed actor that never writes. A fork, because reading the newest state
    /// costs far less than each of many reads at older heads.
    pub(crate) fn at(&self, heads: &Heads) -> Result<Crdt, ModelError> {
        if *heads == self.heads() {
            return Ok(self.clone());
        }
        let fork = guard(|| self.am.fork_at(&hashes(heads)))?.map_err(|_| ModelError::UnknownHeads)?;
        Ok(Crdt { am: fork.with_actor(no_actor()) })
    }

    /// The stretches of `text` that are the same elements as of `from`, when it had `count` positions, and as of `to`.
    pub(crate) fn kept(
        &self,
        text: &Obj,
        from: &Heads,
        to: &Heads,
        count: usize,
    ) -> Result<Vec<Kept>, ModelError> {
        let patches = guard(|| self.am.diff_obj(&text.0, &hashes(from), &hashes(to), false))?;
        let mut elements = Elements::new(count);
        for patch in patches.map_err(malformed)?.into_iter().filter(|p| p.obj == text.0) {
            elements.follow(patch.action);
        }
        Ok(elements.kept())
    }

    /// Starts an edit on a copy.
    pub(crate) fn edit(&self, stamp: &Stamp) -> Result<Tx, ModelError> {
        let mut am = self.am.clone();
        am.set_actor(ActorId::from(&stamp.actor[..]));
        guard(|| Tx::begin(am, *stamp))?
    }
}

fn meta_of(m: &automerge::ChangeMetadata<'_>) -> Meta {
    Meta {
        hash: m.hash.0,
        actor: m.actor.to_bytes().to_vec(),
        seq: m.seq,
        time_ms: m.timestamp,
        deps: m.deps.iter().map(|d| d.0).collect(),
        ops: usize::try_from(m.max_op.saturating_sub(m.start_op).saturating_add(1)).unwrap_or(usize::MAX),
        last_op: m.max_op,
    }
}

/// The hash of a raw change chunk, if it is one.
pub(crate) fn change_hash(chunk: &[u8]) -> Option<Hash> {
    guard(|| Change::from_bytes(chunk.to_vec()).ok().map(|c| c.hash().0)).ok().flatten()
}

impl Tx {
    fn begin(mut am: Automerge, stamp: Stamp) -> Result<Tx, ModelError> {
        merge_many_heads(&mut am, &stamp)?;
        let inner = am.into_transaction(None, None).map_err(|e| ModelError::Malformed(e.to_string()))?;
        Ok(Tx { inner: Some(inner), stamp, deletes: 0, bytes: 0 })
    }

    fn tx(&self) -> Result<&OwnedTransaction, ModelError> {
        self.inner.as_ref().ok_or_else(broken)
    }

    fn tx_mut(&mut self) -> Result<&mut OwnedTransaction, ModelError> {
        self.inner.as_mut().ok_or_else(broken)
    }

    /// Makes room for `ops` more operations, by going on in a further change if need be.
    fn room(&mut self, ops: usize, deletes: usize, bytes: usize) -> Result<(), ModelError> {
        let full = self.tx()?.pending_ops() + ops > OPS_PER_CHANGE
            || self.deletes + deletes > DELETES_PER_CHANGE
            || self.bytes + bytes > TEXT_PER_CHANGE;
        if full {
            let inner = self.inner.take().ok_or_else(broken)?;
            let (am, _, _) = inner.commit_with(options(&self.stamp));
            *self = Tx::begin(am, self.stamp)?;
        }
        self.deletes += deletes;
        self.bytes += bytes;
        Ok(())
    }

    /// Where each of the first `count` positions of `text` as of `heads` stands at this point of the edit. What was
    /// edited so far becomes a change of its own.
    pub(crate) fn places_since(
        &mut self,
        text: &Obj,
        heads: &Heads,
        count: usize,
    ) -> Result<Vec<Option<usize>>, ModelError> {
        let inner = self.inner.take().ok_or_else(broken)?;
        let (am, _, _) = inner.commit_with(options(&self.stamp));
        let patches = am.diff_obj(&text.0, &hashes(heads), &am.get_heads(), false).map_err(malformed)?;
        *self = Tx::begin(am, self.stamp)?;
        let mut elements = Elements::new(count);
        for patch in patches.into_iter().filter(|p| p.obj == text.0) {
            elements.follow(patch.action);
        }
        let mut out = vec![None; count];
        for kept in elements.kept() {
            for (i, slot) in out.iter_mut().skip(kept.from).take(kept.len).enumerate() {
                *slot = Some(kept.to + i);
            }
        }
        Ok(out)
    }

    /// Ends the edit: the document after it and the raw chunks made since `before`.
    pub(crate) fn finish(mut self, before: &Heads) -> Result<(Crdt, Vec<Vec<u8>>), ModelError> {
        let inner = self.inner.take().ok_or_else(broken)?;
        let stamp = self.stamp;
        let am = guard(|| inner.commit_with(options(&stamp)).0)?;
        let doc = Crdt { am };
        let chunks = doc.changes_since(before);
        if chunks.iter().any(|c| c.len() > MAX_CHANGE_BYTES) {
            return Err(ModelError::TooLarge("one step of this edit exceeds 256 KiB".into()));
        }
        Ok((doc, chunks))
    }

    /// Time of the edit.
    pub(crate) fn time_ms(&self) -> i64 {
        self.stamp.time_ms
    }

    pub(crate) fn put(&mut self, obj: &Obj, key: &str, value: Scalar) -> Result<(), ModelError> {
        self.room(1, 0, scalar_bytes(&value) + key.len())?;
        self.tx_mut()?.put(&obj.0, key, to_am(value)).map_err(malformed)
    }

    pub(crate) fn put_map(&mut self, obj: &Obj, key: &str) -> Result<Obj, ModelError> {
        self.put_object(obj, key, ObjType::Map)
    }

    pub(crate) fn put_list(&mut self, obj: &Obj, key: &str) -> Result<Obj, ModelError> {
        self.put_object(obj, key, ObjType::List)
    }

    pub(crate) fn put_text(&mut self, obj: &Obj, key: &str) -> Result<Obj, ModelError> {
        self.put_object(obj, key, ObjType::Text)
    }

    fn put_object(&mut self, obj: &Obj, key: &str, kind: ObjType) -> Result<Obj, ModelError> {
        self.room(1, 0, key.len())?;
        self.tx_mut()?.put_object(&obj.0, key, kind).map(Obj).map_err(malformed)
    }

    pub(crate) fn insert(&mut self, list: &Obj, index: usize, value: Scalar) -> Result<(), ModelError> {
        self.room(1, 0, scalar_bytes(&value))?;
        self.tx_mut()?.insert(&list.0, index, to_am(value)).map_err(malformed)
    }

    pub(crate) fn insert_map(&mut self, list: &Obj, index: usize) -> Result<Obj, ModelError> {
        self.room(1, 0, 0)?;
        self.tx_mut()?.insert_object(&list.0, index, ObjType::Map).map(Obj).map_err(malformed)
    }

    pub(crate) fn insert_list(&mut self, list: &Obj, index: usize) -> Result<Obj, ModelError> {
        self.room(1, 0, 0)?;
        self.tx_mut()?.insert_object(&list.0, index, ObjType::List).map(Obj).map_err(malformed)
    }

    pub(crate) fn delete_key(&mut self, obj: &Obj, key: &str) -> Result<(), ModelError> {
        self.room(1, 1, key.len())?;
        self.tx_mut()?.delete(&obj.0, key).map_err(malformed)
    }

    /// Inserts characters into a text.
    pub(crate) fn insert_text(&mut self, text: &Obj, index: usize, chars: &str) -> Result<(), ModelError> {
        let (mut at, mut rest) = (index, chars);
        while !rest.is_empty() {
            let end = rest.char_indices().nth(STEP).map_or(rest.len(), |(i, _)| i);
            let (step, tail) = rest.split_at(end);
            self.room(STEP, 0, step.len())?;
            self.tx_mut()?.splice_text(&text.0, at, 0, step).map_err(malformed)?;
            at += step.chars().count();
            rest = tail;
        }
        Ok(())
    }

    /// Deletes `count` positions of a text, markers among them.
    pub(crate) fn delete_text(&mut self, text: &Obj, index: usize, count: usize) -> Result<(), ModelError> {
        let mut left = count;
        while left > 0 {
            let step = left.min(STEP);
            self.room(step, step, 0)?;
            self.tx_mut()?.splice_text(&text.0, index, step as isize, "").map_err(malformed)?;
            left -= step;
        }
        Ok(())
    }

    /// Inserts an empty marker into a text.
    pub(crate) fn insert_marker(&mut self, text: &Obj, index: usize) -> Result<Obj, ModelError> {
        self.room(1, 0, 0)?;
        self.tx_mut()?.split_block(&text.0, index).map(Obj).map_err(malformed)
    }

    /// Sets a mark over a range, or ends it there when `value` is null. Marks never grow by themselves.
    pub(crate) fn mark(&mut self, text: &Obj, range: &Range) -> Result<(), ModelError> {
        if range.start >= range.end {
            return Ok(());
        }
        self.room(2, 0, range.name.len() + scalar_bytes(&range.value))?;
        let tx = self.tx_mut()?;
        let done = if range.value == Scalar::Null {
            tx.unmark(&text.0, &range.name, range.start, range.end, ExpandMark::None)
        } else {
            let mark = AmMark::new(range.name.clone(), to_am(range.value.clone()), range.start, range.end);
            tx.mark(&text.0, mark, ExpandMark::None)
        };
        done.map_err(malformed)
    }
}

/// The elements of a text while patches are followed, as stretches: where one began before, if it was there, and its
/// length.
struct Elements(Vec<(Option<usize>, usize)>);

impl Elements {
    fn new(count: usize) -> Elements {
        Elements(vec![(Some(0), count)])
    }

    fn follow(&mut self, action: PatchAction) {
        match action {
            PatchAction::SpliceText { index, value, .. } => {
                self.splice(index, 0, value.make_string().chars().count());
            }
            PatchAction::Insert { index, values } => self.splice(index, 0, values.len()),
            PatchAction::DeleteSeq { index, length } => self.splice(index, length, 0),
            _ => {}
        }
    }

    fn splice(&mut self, index: usize, delete: usize, insert: usize) {
        let from = self.cut(index);
        let to = self.cut(index.saturating_add(delete));
        self.0.splice(from..to, (insert > 0).then_some((None, insert)));
    }

    /// Index of the stretch that begins at an element.
    fn cut(&mut self, at: usize) -> usize {
        let mut start = 0;
        for index in 0..self.0.len() {
            let (origin, len) = self.0[index];
            if at <= start {
                return index;
            }
            if at < start + len {
                let before = at - start;
                self.0[index].1 = before;
                self.0.insert(index + 1, (origin.map(|o| o + before), len - before));
                return index + 1;
            }
            start += len;
        }
        self.0.len()
    }

    fn kept(&self) -> Vec<Kept> {
        let mut to = 0;
        let mut out = Vec::new();
        for (origin, len) in &self.0 {
            out.extend(origin.filter(|_| *len > 0).map(|from| Kept { from, to, len: *len }));
            to += len;
        }
        out
    }
}

/// Most objects that [`visit`] reads.
const MAX_VISITED: usize = 1 << 20;

/// Reads every value, text and mark that can be reached, without recursion.
pub(crate) fn visit(doc: &Crdt) {
    let mut open = vec![Node::Map(Obj::root())];
    let mut left = MAX_VISITED;
    while let Some(node) = open.pop() {
        left = left.saturating_sub(1);
        let children: Vec<Node> = match &node {
            Node::Scalar(_) => continue,
            Node::Map(map) => {
                doc.keys(map).iter().flat_map(|k| doc.get_all(map, At::Key(k))).map(|w| w.node).collect()
            }
            Node::List(list) => {
                (0..doc.len(list)).flat_map(|i| doc.get_all(list, At::Index(i))).map(|w| w.node).collect()
            }
            Node::Text(text) => {
                doc.marks(text);
                let chars = doc.text(text);
                let markers = chars.chars().enumerate().filter(|(_, c)| *c == MARKER);
                markers.filter_map(|(i, _)| doc.get(text, At::Index(i))).collect()
            }
        };
        if children.len() > left {
            return;
        }
        open.extend(children);
    }
}

/// A change may name 64 dependencies: more concurrent heads are first joined by empty changes.
fn merge_many_heads(am: &mut Automerge, stamp: &Stamp) -> Result<(), ModelError> {
    let most = usize::try_from(MAX_DEPS).unwrap_or(usize::MAX).saturating_sub(1);
    loop {
        let heads = am.get_heads();
        if heads.len() <= most {
            return Ok(());
        }
        let own = am.get_changes_meta(&[]).into_iter().filter(|m| m.actor.to_bytes() == stamp.actor);
        let own: Option<ChangeHash> = own.max_by_key(|m| m.seq).map(|m| m.hash);
        let mut some: BTreeSet<ChangeHash> = heads.into_iter().take(most).collect();
        some.extend(own);
        let some: Vec<ChangeHash> = some.into_iter().collect();
        let mut part = am.fork_at(&some).map_err(malformed)?;
        part.set_actor(ActorId::from(&stamp.actor[..]));
        part.empty_commit(options(stamp));
        let join = part.get_changes(&some);
        am.apply_changes(join).map_err(malformed)?;
    }
}

fn options(stamp: &Stamp) -> CommitOptions {
    CommitOptions::default().with_time(stamp.time_ms)
}

fn no_actor() -> ActorId {
    ActorId::from(&[0u8; 16][..])
}

fn hashes(heads: &Heads) -> Vec<ChangeHash> {
    heads.0.iter().map(|h| ChangeHash(*h)).collect()
}

fn broken() -> ModelError {
    ModelError::Unsafe("an earlier step of this edit failed".into())
}

fn malformed(error: impl std::fmt::Display) -> ModelError {
    ModelError::Malformed(error.to_string())
}

/// Runs library code so that a panic in it becomes an error.
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Result<T, ModelError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|cause| {
        let text = cause.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("panic");
        ModelError::Unsafe(text.chars().take(200).collect())
    })
}

fn scalar_bytes(value: &Scalar) -> usize {
    match value {
        Scalar::Str(s) => s.len(),
        Scalar::Bytes(b) => b.len(),
        _ => 9,
    }
}

fn to_am(value: Scalar) -> ScalarValue {
    match value {
        Scalar::Str(s) => ScalarValue::Str(s.as_str().into()),
        Scalar::Int(i) => ScalarValue::Int(i),
        Scalar::Uint(u) => ScalarValue::Uint(u),
        Scalar::Float(f) => ScalarValue::F64(f),
        Scalar::Bool(b) => ScalarValue::Boolean(b),
        Scalar::Bytes(b) => ScalarValue::Bytes(b),
        Scalar::Time(t) => ScalarValue::Timestamp(t),
        Scalar::Null | Scalar::Other => ScalarValue::Null,
    }
}

fn from_am(value: &ScalarValue) -> Scalar {
    match value {
        ScalarValue::Str(s) => Scalar::Str(s.to_string()),
        ScalarValue::Int(i) => Scalar::Int(*i),
        ScalarValue::Uint(u) => Scalar::Uint(*u),
        ScalarValue::F64(f) => Scalar::Float(*f),
        ScalarValue::Boolean(b) => Scalar::Bool(*b),
        ScalarValue::Bytes(b) => Scalar::Bytes(b.clone()),
        ScalarValue::Timestamp(t) => Scalar::Time(*t),
        ScalarValue::Counter(c) => Scalar::Int(i64::from(c)),
        ScalarValue::Null => Scalar::Null,
        ScalarValue::Unknown { .. } => Scalar::Other,
    }
}

fn node(value: Value<'_>, id: ObjId) -> Node {
    match value {
        Value::Object(ObjType::Map | ObjType::Table) => Node::Map(Obj(id)),
        Value::Object(ObjType::List) => Node::List(Obj(id)),
        Value::Object(ObjType::Text) => Node::Text(Obj(id)),
        Value::Scalar(s) => Node::Scalar(from_am(&s)),
    }
}

fn ranges(marks: Vec<AmMark>) -> Vec<Range> {
    let range =
        |m: AmMark| Range { start: m.start, end: m.end, name: m.name.to_string(), value: from_am(&m.value) };
    marks.into_iter().map(range).filter(|r| r.value != Scalar::Null).collect()
}

/// A marker id is `counter@actor`; anything else must not reach the library's parser.
fn cursor(id: &str) -> Option<Cursor> {
    let (counter, actor) = id.split_once('@')?;
    let plain = !counter.is_empty() && counter.bytes().all(|b| b.is_ascii_digit());
    (plain && actor.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Cursor::try_from(id).ok())?
}

/// Whether the marker `id` stands at `index` of `text`.
fn stands(read: &impl Read, text: &Obj, index: usize, id: &str) -> bool {
    matches!(read.get(text, At::Index(index)), Some(Node::Map(map)) if map.id() == id)
}

/// Looks at every marker: for markers that another editor has replaced in place.
fn search(read: &impl Read, text: &Obj, id: &str) -> Option<usize> {
    let chars = read.text(text);
    let mut markers = chars.chars().enumerate().filter(|(_, c)| *c == MARKER).map(|(i, _)| i);
    markers.find(|i| stands(read, text, *i, id))
}

macro_rules! prop {
    ($at:expr) => {
        match $at {
            At::Key(key) => automerge::Prop::Map(key.to_owned()),
            At::Index(index) => automerge::Prop::Seq(index),
        }
    };
}

/// Reading of the newest state is the same code for a document and for one under edit.
macro_rules! read_current {
    ($ty:ty, $doc:path) => {
        impl Read for $ty {
            fn get(&self, obj: &Obj, at: At<'_>) -> Option<Node> {
                let (value, id) = $doc(self)?.get(&obj.0, prop!(at)).ok().flatten()?;
                Some(node(value, id))
            }
            fn get_all(&self, obj: &Obj, at: At<'_>) -> Vec<Written> {
                let Some(doc) = $doc(self) else { return Vec::new() };
                let all = doc.get_all(&obj.0, prop!(at)).unwrap_or_default();
                let written = |(value, id): (Value<'_>, ObjId)| Written {
                    change: doc.hash_for_opid(&id).map(|h| h.0),
                    node: node(value, id),
                };
                all.into_iter().map(written).collect()
            }
            fn keys(&self, obj: &Obj) -> Vec<String> {
                $doc(self).map(|d| d.keys(&obj.0).collect()).unwrap_or_default()
            }
            fn entries(&self, map: &Obj, keys: &[&str]) -> BTreeMap<String, Node> {
                let Some(doc) = $doc(self) else { return BTreeMap::new() };
                let all = doc.map_range(&map.0, ..).filter(|item| keys.contains(&&*item.key));
                all.map(|item| (item.key.to_string(), node(item.value.clone().into(), item.id()))).collect()
            }
            fn len(&self, obj: &Obj) -> usize {
                $doc(self).map_or(0, |d| d.length(&obj.0))
            }
            fn text(&self, obj: &Obj) -> String {
                $doc(self).and_then(|d| d.text(&obj.0).ok()).unwrap_or_default()
            }
            fn marks(&self, obj: &Obj) -> Vec<Range> {
                ranges($doc(self).and_then(|d| d.marks(&obj.0).ok()).unwrap_or_default())
            }
            fn marks_at(&self, obj: &Obj, index: usize) -> Vec<(String, Scalar)> {
                let Some(set) = $doc(self).and_then(|d| d.get_marks(&obj.0, index, None).ok()) else {
                    return Vec::new();
                };
                set.iter().map(|(name, value)| (name.to_owned(), from_am(value))).collect()
            }
            fn position(&self, text: &Obj, id: &str) -> Option<usize> {
                let doc = $doc(self)?;
                let at = cursor(id).and_then(|c| doc.get_cursor_position(&text.0, &c, None).ok());
                at.filter(|i| stands(self, text, *i, id)).or_else(|| search(self, text, id))
            }
        }
    };
}

read_current!(Crdt, own);
read_current!(Tx, open);

fn own(c: &Crdt) -> Option<&Automerge> {
    Some(&c.am)
}

fn open(t: &Tx) -> Option<&OwnedTransaction> {
    t.inner.as_ref()
}

const _: () = assert!(OPS_PER_CHANGE as u64 + STEP as u64 <= MAX_OPS);
