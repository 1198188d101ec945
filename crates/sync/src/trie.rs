//! The Merkle radix-16 trie of a lane: exact node hashing, computed from an index scan plus cached branches.
//! Shape and hashes depend on the set of keys alone. This module holds no keys itself, except in [`MemTrie`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::key::{Key, Lane, Nibbles, Span};

/// Largest number of keys that hash as one leaf.
pub const LEAF_MAX: usize = 16;
/// Nodes with more keys than this are cached as a [`Branch`]; smaller ones are computed by a scan.
pub const CACHE_ABOVE: usize = 256;

/// What one trie node says: how many keys lie below it, and their hash. Empty is all zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NodeInfo {
    /// Number of keys below the node.
    pub n: u32,
    /// The node's 16-byte hash.
    pub hash: [u8; 16],
}

/// A store could not answer. Carries the store's own text; a session that meets it closes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the local store could not answer: {0}")]
pub struct SourceError(pub String);

impl SourceError {
    /// Wraps any error of a store.
    pub fn new(cause: impl fmt::Display) -> SourceError {
        SourceError(cause.to_string())
    }
}

/// Answer of a store.
pub type SourceResult<T> = Result<T, SourceError>;

/// An ordered index of the keys of every lane: stored, uncovered items.
pub trait KeyRange {
    /// The first `limit` keys of `lane` inside `span`, in ascending order.
    fn keys(&self, lane: &Lane, span: &Span, limit: usize) -> SourceResult<Vec<Key>>;
}

/// The sixteen children of a node with more than [`CACHE_ABOVE`] keys, as a store caches them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Branch {
    /// Children by nibble; absent ones are the default.
    pub children: [NodeInfo; 16],
}

impl Branch {
    /// Bytes of [`Branch::to_bytes`].
    pub const BYTES: usize = 16 * 20;

    /// Count and hash of the node that has these children. Only right for more than [`LEAF_MAX`] keys.
    pub fn info(&self) -> NodeInfo {
        let mut hasher = blake3::Hasher::new();
        let mut bitmap = 0u16;
        let mut n = 0u32;
        for (i, child) in self.children.iter().enumerate() {
            if child.n > 0 {
                bitmap |= 1 << i;
                n = n.saturating_add(child.n);
            }
        }
        hasher.update(&[1]).update(&bitmap.to_le_bytes());
        for child in self.children.iter().filter(|c| c.n > 0) {
            hasher.update(&child.hash);
        }
        NodeInfo { n, hash: half(&hasher.finalize()) }
    }

    /// Row bytes: for each child its count (u32 little-endian) and hash.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Branch::BYTES);
        for child in &self.children {
            out.extend_from_slice(&child.n.to_le_bytes());
            out.extend_from_slice(&child.hash);
        }
        out
    }

    /// Reads [`Branch::to_bytes`]; `None` for another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Branch> {
        if bytes.len() != Branch::BYTES {
            return None;
        }
        let mut branch = Branch::default();
        for (child, row) in branch.children.iter_mut().zip(bytes.chunks_exact(20)) {
            let (n, hash) = row.split_at(4);
            *child = NodeInfo { n: u32::from_le_bytes(n.try_into().ok()?), hash: hash.try_into().ok()? };
        }
        Some(branch)
    }
}

/// Rows of cached branches. A cache: it may be dropped as a whole and is rebuilt by [`rebuild`].
pub trait NodeCache {
    /// The cached branch at `prefix`, if any.
    fn branch(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<Option<Branch>>;
    /// Writes the branch at `prefix`.
    fn put_branch(&mut self, lane: &Lane, prefix: &Nibbles, branch: &Branch) -> SourceResult<()>;
    /// Removes the branch at `prefix`; no error when there is none.
    fn remove_branch(&mut self, lane: &Lane, prefix: &Nibbles) -> SourceResult<()>;
}

/// What a session reads of the tries.
pub trait TrieSource: KeyRange {
    /// Count and hash of the node at `prefix` of `lane`.
    fn node(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<NodeInfo>;
    /// The sixteen children of the node at `prefix`. Override where a cached row answers at once.
    fn children(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<Branch> {
        let mut branch = Branch::default();
        for (i, child) in branch.children.iter_mut().enumerate() {
            if let Some(prefix) = prefix.child(i as u8) {
                *child = self.node(lane, &prefix)?;
            }
        }
        Ok(branch)
    }
}

fn half(hash: &blake3::Hash) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&hash.as_bytes()[..16]);
    out
}

/// Count and hash of the node at depth `depth` (in nibbles) whose keys are exactly `keys`, ascending and unique.
pub fn node_of_keys(keys: &[Key], depth: usize) -> NodeInfo {
    match keys.len() {
        0 => NodeInfo::default(),
        n if n <= LEAF_MAX => {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&[0]);
            for key in keys {
                hasher.update(&key.to_bytes());
            }
            NodeInfo { n: n as u32, hash: half(&hasher.finalize()) }
        }
        _ => children_of_keys(keys, depth).info(),
    }
}

/// The children of the node at `depth` whose keys are exactly `keys`.
pub fn children_of_keys(keys: &[Key], depth: usize) -> Branch {
    let mut branch = Branch::default();
    let mut rest = keys;
    while let Some(first) = rest.first() {
        let nibble = first.nibble(depth);
        let end = rest.partition_point(|k| k.nibble(depth) <= nibble);
        let (run, tail) = rest.split_at(end.max(1));
        if let Some(child) = branch.children.get_mut(usize::from(nibble)) {
            *child = node_of_keys(run, depth + 1);
        }
        rest = tail;
    }
    branch
}

/// Most keys of a node in which one key too many is looked for, and most in which two are.
const ONE_MORE_MAX: usize = 128;
const TWO_MORE_MAX: usize = 64;

/// How many sets [`few_more`] may have to hash; `None` where it does not look.
pub fn few_more_cost(keys: usize, more: usize) -> Option<usize> {
    match more {
        1 if keys <= ONE_MORE_MAX => Some(keys),
        2 if keys <= TWO_MORE_MAX => Some(keys * keys.saturating_sub(1) / 2),
        _ => None,
    }
}

/// The `more` keys (one or two) without which the node at `depth` with exactly `keys` is the peer's, of which only
/// count and hash are known. `None` where the peer lacks others, or holds keys that are not here.
pub fn few_more(
    keys: &[Key],
    depth: usize,
    more: usize,
    is_theirs: impl Fn(&NodeInfo) -> bool,
) -> Option<Vec<Key>> {
    few_more_cost(keys.len(), more)?;
    let mut rest = Vec::with_capacity(keys.len());
    let mut without = |left_out: &[Key]| {
        rest.clear();
        rest.extend(keys.iter().filter(|key| !left_out.contains(key)).copied());
        is_theirs(&node_of_keys(&rest, depth))
    };
    for (i, first) in keys.iter().enumerate() {
        if more == 1 {
            if without(&[*first]) {
                return Some(vec![*first]);
            }
            continue;
        }
        for second in keys.iter().skip(i + 1) {
            if without(&[*first, *second]) {
                return Some(vec![*first, *second]);
            }
        }
    }
    None
}

/// Combined root over content lanes: blake3 of lane + n (u32 little-endian) + root, by lane id, first 16 bytes.
/// Lanes without keys are left out, so that a lane one side has not heard of changes nothing.
pub fn combined_root<'a>(lanes: impl IntoIterator<Item = (&'a Lane, &'a NodeInfo)>) -> [u8; 16] {
    let sorted: BTreeMap<&Lane, &NodeInfo> = lanes.into_iter().filter(|(_, node)| node.n > 0).collect();
    let mut hasher = blake3::Hasher::new();
    for (lane, node) in sorted {
        hasher.update(&lane.0).update(&node.n.to_le_bytes()).update(&node.hash);
    }
    half(&hasher.finalize())
}

/// As [`combined_root`] with the empty lanes: equal to no root of whoever was not told of them.
pub fn owing_root<'a>(lanes: impl IntoIterator<Item = (&'a Lane, &'a NodeInfo)>) -> [u8; 16] {
    let sorted: BTreeMap<&Lane, &NodeInfo> = lanes.into_iter().collect();
    let mut hasher = blake3::Hasher::new();
    for (lane, node) in sorted {
        hasher.update(&lane.0).update(&node.n.to_le_bytes()).update(&node.hash);
    }
    half(&hasher.finalize())
}

/// Count and hash of the node at `prefix`: from the cache, else by a scan of at most [`CACHE_ABOVE`] keys;
/// with a missing cache the scan goes over all its keys and the answer is the same.
pub fn node<S: KeyRange + ?Sized, C: NodeCache + ?Sized>(
    source: &S,
    cache: &C,
    lane: &Lane,
    prefix: &Nibbles,
) -> SourceResult<NodeInfo> {
    if let Some(branch) = cache.branch(lane, prefix)? {
        return Ok(branch.info());
    }
    let keys = source.keys(lane, &prefix.span(), CACHE_ABOVE + 1)?;
    if keys.len() <= CACHE_ABOVE {
        return Ok(node_of_keys(&keys, prefix.len()));
    }
    Ok(children(source, cache, lane, prefix)?.info())
}

/// The children of the node at `prefix`, from the cache or by scans.
pub fn children<S: KeyRange + ?Sized, C: NodeCache + ?Sized>(
    source: &S,
    cache: &C,
    lane: &Lane,
    prefix: &Nibbles,
) -> SourceResult<Branch> {
    if let Some(branch) = cache.branch(lane, prefix)? {
        return Ok(branch);
    }
    let keys = source.keys(lane, &prefix.span(), CACHE_ABOVE + 1)?;
    if keys.len() <= CACHE_ABOVE {
        return Ok(children_of_keys(&keys, prefix.len()));
    }
    let mut branch = Branch::default();
    for (i, child) in branch.children.iter_mut().enumerate() {
        if let Some(prefix) = prefix.child(i as u8) {
            *child = node(source, cache, lane, &prefix)?;
        }
    }
    Ok(branch)
}

/// Brings the cache up to date after keys of `lane` were inserted into or removed from `source`
/// (already done there, in the same transaction). `touched` is ascending and unique. Gives the new root.
/// The work is the paths of the touched keys plus one scan of at most [`CACHE_ABOVE`] keys at the end of each.
pub fn update<S: KeyRange + ?Sized, C: NodeCache + ?Sized>(
    source: &S,
    cache: &mut C,
    lane: &Lane,
    touched: &[Key],
) -> SourceResult<NodeInfo> {
    if touched.is_empty() {
        return node(source, cache, lane, &Nibbles::ROOT);
    }
    refresh(source, cache, lane, &Nibbles::ROOT, touched)
}

fn refresh<S: KeyRange + ?Sized, C: NodeCache + ?Sized>(
    source: &S,
    cache: &mut C,
    lane: &Lane,
    prefix: &Nibbles,
    touched: &[Key],
) -> SourceResult<NodeInfo> {
    let Some(mut branch) = cache.branch(lane, prefix)? else {
        return build(source, cache, lane, prefix);
    };
    let depth = prefix.len();
    let mut rest = touched;
    while let Some(first) = rest.first() {
        let nibble = first.nibble(depth);
        let (run, tail) = rest.split_at(rest.partition_point(|k| k.nibble(depth) <= nibble).max(1));
        if let (Some(slot), Some(child)) =
            (branch.children.get_mut(usize::from(nibble)), prefix.child(nibble))
        {
            *slot = refresh(source, cache, lane, &child, run)?;
        }
        rest = tail;
    }
    let info = branch.info();
    if info.n as usize > CACHE_ABOVE {
        cache.put_branch(lane, prefix, &branch)?;
        return Ok(info);
    }
    cache.remove_branch(lane, prefix)?;
    let keys = source.keys(lane, &prefix.span(), CACHE_ABOVE + 1)?;
    Ok(node_of_keys(&keys, depth))
}

/// Computes the node at `prefix` from the source alone and caches every branch below it that is large enough.
fn build<S: KeyRange + ?Sized, C: NodeCache + ?Sized>(
    source: &S,
    cache: &mut C,
    lane: &Lane,
    prefix: &Nibbles,
) -> SourceResult<NodeInfo> {
    let keys = source.keys(lane, &prefix.span(), CACHE_ABOVE + 1)?;
    if keys.len() <= CACHE_ABOVE {
        return Ok(node_of_keys(&keys, prefix.len()));
    }
    let mut branch = Branch::default();
    for (i, child) in branch.children.iter_mut().enumerate() {
        if let Some(prefix) = prefix.child(i as u8) {
            *child = build(source, cache, lane, &prefix)?;
        }
    }
    cache.put_branch(lane, prefix, &branch)?;
    Ok(branch.info())
}

/// Fills an empty cache for `lane` from the source. The caller drops the old rows of the lane first.
pub fn rebuild<S: KeyRange + ?Sized, C: NodeCache + ?Sized>(
    source: &S,
    cache: &mut C,
    lane: &Lane,
) -> SourceResult<NodeInfo> {
    build(source, cache, lane, &Nibbles::ROOT)
}

/// A node below some prefix together with its place; what Nodes and Summary carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Full prefix of the node.
    pub prefix: Nibbles,
    /// Its count and hash.
    pub node: NodeInfo,
}

/// Non-empty descendants of `prefix` that together hold all its keys, at most `limit` of them: the widest
/// node of the shallowest level is opened first, and none below `prefix` with at most `closed` keys. Ascending by key
/// order.
pub fn frontier<T: TrieSource + ?Sized>(
    source: &T,
    lane: &Lane,
    prefix: &Nibbles,
    limit: usize,
    closed: usize,
) -> SourceResult<Vec<Entry>> {
    let top = Entry { prefix: *prefix, node: source.node(lane, prefix)? };
    if top.node.n == 0 {
        return Ok(Vec::new());
    }
    let mut entries = vec![top];
    loop {
        let widest = entries
            .iter()
            .enumerate()
            .filter(|(_, e)| e.node.n as usize > if e.prefix == *prefix { LEAF_MAX } else { closed })
            .min_by_key(|(_, e)| (e.prefix.len(), u32::MAX - e.node.n, e.prefix));
        let Some((at, open)) = widest.map(|(i, e)| (i, *e)) else { break };
        let mut kids = Vec::new();
        for (i, node) in source.children(lane, &open.prefix)?.children.iter().enumerate() {
            if let (true, Some(prefix)) = (node.n > 0, open.prefix.child(i as u8)) {
                kids.push(Entry { prefix, node: *node });
            }
        }
        let only_top = entries.len() == 1 && open.prefix == *prefix;
        if kids.is_empty() || (entries.len() + kids.len() - 1 > limit && !only_top) {
            break;
        }
        entries.splice(at..=at, kids);
    }
    Ok(entries)
}

/// A trie in memory: ordered keys per lane and the same cache routines that a store uses.
#[derive(Clone, Debug, Default)]
pub struct MemTrie {
    keys: BTreeMap<Lane, BTreeSet<Key>>,
    cache: MemCache,
}

/// Cached branches in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemCache(BTreeMap<(Lane, Nibbles), Branch>);

impl NodeCache for MemCache {
    fn branch(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<Option<Branch>> {
        Ok(self.0.get(&(*lane, *prefix)).copied())
    }
    fn put_branch(&mut self, lane: &Lane, prefix: &Nibbles, branch: &Branch) -> SourceResult<()> {
        self.0.insert((*lane, *prefix), *branch);
        Ok(())
    }
    fn remove_branch(&mut self, lane: &Lane, prefix: &Nibbles) -> SourceResult<()> {
        self.0.remove(&(*lane, *prefix));
        Ok(())
    }
}

struct SetRange<'a>(&'a BTreeMap<Lane, BTreeSet<Key>>);

impl KeyRange for SetRange<'_> {
    fn keys(&self, lane: &Lane, span: &Span, limit: usize) -> SourceResult<Vec<Key>> {
        let Some(set) = self.0.get(lane) else { return Ok(Vec::new()) };
        let in_span = set.range(span.from..).take_while(|k| span.contains(k));
        Ok(in_span.take(limit).copied().collect())
    }
}

impl MemTrie {
    /// An empty trie.
    pub fn new() -> MemTrie {
        MemTrie::default()
    }

    /// Inserts keys; gives how many were not there before.
    pub fn insert(&mut self, lane: &Lane, keys: impl IntoIterator<Item = Key>) -> usize {
        let set = self.keys.entry(*lane).or_default();
        let added: BTreeSet<Key> = keys.into_iter().filter(|k| set.insert(*k)).collect();
        self.touch(lane, added)
    }

    /// Removes keys; gives how many were there.
    pub fn remove(&mut self, lane: &Lane, keys: impl IntoIterator<Item = Key>) -> usize {
        let set = self.keys.entry(*lane).or_default();
        let gone: BTreeSet<Key> = keys.into_iter().filter(|k| set.remove(k)).collect();
        self.touch(lane, gone)
    }

    fn touch(&mut self, lane: &Lane, touched: BTreeSet<Key>) -> usize {
        let touched: Vec<Key> = touched.into_iter().collect();
        let updated = update(&SetRange(&self.keys), &mut self.cache, lane, &touched);
        debug_assert!(updated.is_ok(), "memory answers always");
        touched.len()
    }

    /// True when `key` is in `lane`.
    pub fn contains(&self, lane: &Lane, key: &Key) -> bool {
        self.keys.get(lane).is_some_and(|set| set.contains(key))
    }

    /// Root of `lane`.
    pub fn root(&self, lane: &Lane) -> NodeInfo {
        self.node(lane, &Nibbles::ROOT).unwrap_or_default()
    }

    /// Lanes that hold at least one key, without the log.
    pub fn content_lanes(&self) -> Vec<Lane> {
        self.keys.iter().filter(|(lane, set)| !lane.is_log() && !set.is_empty()).map(|(l, _)| *l).collect()
    }

    /// The cached branches, for comparison with a rebuilt cache.
    pub fn cache(&self) -> &MemCache {
        &self.cache
    }

    /// The same keys with a cache built from nothing.
    pub fn rebuilt(&self) -> MemTrie {
        let mut cache = MemCache::default();
        for lane in self.keys.keys() {
            let built = rebuild(&SetRange(&self.keys), &mut cache, lane);
            debug_assert!(built.is_ok(), "memory answers always");
        }
        MemTrie { keys: self.keys.clone(), cache }
    }
}

impl KeyRange for MemTrie {
    fn keys(&self, lane: &Lane, span: &Span, limit: usize) -> SourceResult<Vec<Key>> {
        SetRange(&self.keys).keys(lane, span, limit)
    }
}

impl TrieSource for MemTrie {
    fn node(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<NodeInfo> {
        node(&SetRange(&self.keys), &self.cache, lane, prefix)
    }
    fn children(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<Branch> {
        children(&SetRange(&self.keys), &self.cache, lane, prefix)
    }
}
