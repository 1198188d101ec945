//! The page tree: a forest made from parent pointers and order keys, whatever the pointers say.
//!
//! Two people who move A under B and B under A while apart make a cycle when they meet. The rule that breaks it: **of
//! the pages on a cycle, the one with the smallest id is set aside to the top level**; all others stay where their
//! pointers put them. A page whose parent is not known is shown at the top level too. Both are listed with what was
//! wanted, so that the window can say which move was set aside. Pages set aside come after the other top-level pages.
//! The answer depends on the set of pages alone, never on their order, and every page is in it exactly once.

use crate::ids::DocId;

/// What a page says about its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// The page.
    pub id: DocId,
    /// The page it wants to be under; `None` for the top level.
    pub parent: Option<DocId>,
    /// Its order key among its siblings; equal keys fall back on ids.
    pub order: String,
    /// Its title.
    pub title: String,
}

/// Why a page is not where it wants to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is its own ancestor by way of these pages, from its parent upwards, itself last.
    Cycle(Vec<DocId>),
    /// Its parent is not among the pages: deleted, or not here yet.
    ParentMissing,
}

/// A page shown elsewhere than its pointer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The page.
    pub page: DocId,
    /// The page it wants to be under.
    pub wanted_parent: DocId,
    /// Where it is shown instead; `None` is the top level.
    pub shown_under: Option<DocId>,
    /// Why.
    pub reason: Reason,
}

/// One page as a sidebar lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The page.
    pub id: DocId,
    /// Its title.
    pub title: String,
    /// The page under which it is shown.
    pub parent: Option<DocId>,
    /// Place among its siblings, from 0.
    pub place: usize,
    /// Levels above it.
    pub depth: usize,
}

/// A forest over all pages. Pages are known by their place in the order of ids, so that a tree of 10,000 costs one
/// sort and no map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// By id.
    nodes: Vec<Node>,
    /// Ids of `nodes`, close together for looking up.
    ids: Vec<DocId>,
    /// Place of the page under which each is shown, [`TOP`] at the top level.
    above: Vec<usize>,
    /// All pages, siblings side by side in their order, and their ids.
    listed: Vec<usize>,
    listed_ids: Vec<DocId>,
    /// Where in `listed` the top level begins, then the children of each page in turn, then the end.
    begins: Vec<usize>,
    set_aside: Vec<SetAside>,
}

/// No page above.
const TOP: usize = usize::MAX;

/// Makes the forest. A page given several times counts once, as its smallest node. Nodes by rising id save a sort.
pub fn build(mut nodes: Vec<Node>) -> Tree {
    if !nodes.is_sorted_by(|a, b| a.id < b.id) {
        nodes.sort();
        nodes.dedup_by_key(|node| node.id);
    }
    let ids: Vec<DocId> = nodes.iter().map(|node| node.id).collect();
    let mut set_aside = Vec::new();
    let mut above = Vec::with_capacity(nodes.len());
    for node in &nodes {
        above.push(match node.parent {
            None => TOP,
            Some(parent) => ids.binary_search(&parent).unwrap_or_else(|_| {
                set_aside.push(aside(node.id, parent, Reason::ParentMissing));
                TOP
            }),
        });
    }
    break_cycles(&ids, &mut above, &mut set_aside);
    set_aside.sort_unstable_by_key(|entry| entry.page);
    let (begins, listed) = list(&nodes, &above, &set_aside);
    let listed_ids = listed.iter().map(|at| ids[*at]).collect();
    Tree { nodes, ids, above, listed, listed_ids, begins, set_aside }
}

/// Siblings side by side: where each page's children begin, and all pages in that order.
fn list(nodes: &[Node], above: &[usize], set_aside: &[SetAside]) -> (Vec<usize>, Vec<usize>) {
    let slot = |above: usize| if above == TOP { 0 } else { above + 1 };
    let mut begins = vec![0; nodes.len() + 2];
    for parent in above {
        begins[slot(*parent) + 1] += 1;
    }
    for at in 1..begins.len() {
        begins[at] += begins[at - 1];
    }
    let mut next = begins.clone();
    let mut keys = vec![(false, 0, 0); nodes.len()];
    for (at, parent) in above.iter().enumerate() {
        let place = &mut next[slot(*parent)];
        let is_aside = *parent == TOP && set_aside.binary_search_by_key(&nodes[at].id, |s| s.page).is_ok();
        keys[*place] = (is_aside, beginning(&nodes[at].order), at);
        *place += 1;
    }
    for siblings in begins.windows(2) {
        keys[siblings[0]..siblings[1]].sort_unstable_by(|a, b| {
            (a.0, a.1)
                .cmp(&(b.0, b.1))
                .then_with(|| nodes[a.2].order.cmp(&nodes[b.2].order))
                .then(a.2.cmp(&b.2))
        });
    }
    (begins, keys.into_iter().map(|(_, _, at)| at).collect())
}

/// The first bytes of an order key as a number that sorts alike.
fn beginning(order: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = order.len().min(8);
    bytes[..length].copy_from_slice(&order.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

impl Tree {
    /// Top-level pages in order.
    pub fn roots(&self) -> &[DocId] {
        self.under(None)
    }

    /// Pages under a page, in order.
    pub fn children(&self, page: &DocId) -> &[DocId] {
        self.under(Some(*page))
    }

    /// Pages under a page, or at the top level, in order.
    pub fn under(&self, parent: Option<DocId>) -> &[DocId] {
        let slot = match parent {
            None => Some(0),
            Some(page) => self.at(&page).map(|at| at + 1),
        };
        slot.and_then(|slot| self.listed_ids.get(self.span(slot)?)).unwrap_or(&[])
    }

    /// Where in `listed` the pages of a slot lie: 0 is the top level, 1 the first page's children.
    fn span(&self, slot: usize) -> Option<std::ops::Range<usize>> {
        Some(*self.begins.get(slot)?..*self.begins.get(slot + 1)?)
    }

    fn at(&self, page: &DocId) -> Option<usize> {
        self.ids.binary_search(page).ok()
    }

    /// Pages not shown where they want to be, by id.
    pub fn set_aside(&self) -> &[SetAside] {
        &self.set_aside
    }

    /// What a page said about its place.
    pub fn node(&self, page: &DocId) -> Option<&Node> {
        self.nodes.get(self.at(page)?)
    }

    /// The page under which a page is shown; `None` at the top level.
    pub fn parent(&self, page: &DocId) -> Option<DocId> {
        self.ids.get(*self.above.get(self.at(page)?)?).copied()
    }

    /// How many pages there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All pages from top to bottom as a sidebar lists them, each with its depth (0 at the top level).
    pub fn walk(&self) -> Vec<(usize, DocId)> {
        self.walk_from(self.span(0)).into_iter().map(|step| (step.depth, self.ids[step.at])).collect()
    }

    /// A page and everything under it, top to bottom, the page itself at depth 0; nothing for an unknown page.
    pub fn subtree(&self, page: &DocId) -> Vec<(usize, DocId)> {
        let Some(at) = self.at(page) else { return Vec::new() };
        let below = self.walk_from(self.span(at + 1));
        let below = below.into_iter().map(|step| (step.depth + 1, self.ids[step.at]));
        std::iter::once((0, *page)).chain(below).collect()
    }

    /// All pages from top to bottom, with everything a sidebar shows.
    pub fn into_rows(mut self) -> Vec<Shown> {
        let steps = self.walk_from(self.span(0));
        let row = |step: Step| {
            let node = &mut self.nodes[step.at];
            Shown {
                id: node.id,
                title: std::mem::take(&mut node.title),
                parent: self.ids.get(self.above[step.at]).copied(),
                place: step.place,
                depth: step.depth,
            }
        };
        steps.into_iter().map(row).collect()
    }

    /// The pages above a page, its parent first.
    pub fn ancestors(&self, page: &DocId) -> Vec<DocId> {
        std::iter::successors(self.parent(page), |above| self.parent(above)).collect()
    }

    /// Whether moving `page` under `parent` would make it its own ancestor.
    pub fn would_cycle(&self, page: &DocId, parent: Option<&DocId>) -> bool {
        parent.is_some_and(|parent| parent == page || self.ancestors(parent).contains(page))
    }

    /// The order keys between which a page must be put to become child number `index` of `parent`, the page itself
    /// not counted. To be given to [`crate::order::between`].
    pub fn neighbours(
        &self,
        parent: Option<DocId>,
        index: usize,
        moving: Option<&DocId>,
    ) -> (Option<&str>, Option<&str>) {
        let settled = |id: &&DocId| {
            Some(*id) != moving && self.set_aside.binary_search_by_key(*id, |s| s.page).is_err()
        };
        let siblings: Vec<&DocId> = self.under(parent).iter().filter(settled).collect();
        let key = |at: Option<usize>| {
            let node = self.node(siblings.get(at?)?)?;
            Some(node.order.as_str())
        };
        let index = index.min(siblings.len());
        (key(index.checked_sub(1)), key(Some(index)))
    }

    fn walk_from(&self, top: Option<std::ops::Range<usize>>) -> Vec<Step> {
        let mut steps = Vec::with_capacity(self.nodes.len());
        let mut open: Vec<(usize, std::ops::Range<usize>)> =
            top.into_iter().map(|span| (span.start, span)).collect();
        while let Some((begin, span)) = open.last_mut() {
            let Some(next) = span.next() else {
                open.pop();
                continue;
            };
            let (at, place) = (self.listed[next], next - *begin);
            steps.push(Step { at, place, depth: open.len() - 1 });
            open.extend(self.span(at + 1).filter(|span| !span.is_empty()).map(|span| (span.start, span)));
        }
        steps
    }
}

/// A page met on a walk: its place in the order of ids, among its siblings, and its depth.
struct Step {
    at: usize,
    place: usize,
    depth: usize,
}

/// How far following pages upwards has come with a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trail {
    Unknown,
    Under(usize),
    Settled,
}

/// Follows every page upwards once and takes one page out of each cycle.
fn break_cycles(ids: &[DocId], above: &mut [usize], set_aside: &mut Vec<SetAside>) {
    let mut trail = vec![Trail::Unknown; ids.len()];
    let mut path: Vec<usize> = Vec::new();
    for start in 0..ids.len() {
        let mut at = start;
        path.clear();
        while at != TOP && trail[at] == Trail::Unknown {
            trail[at] = Trail::Under(path.len());
            path.push(at);
            at = above[at];
        }
        if at != TOP
            && let Trail::Under(from) = trail[at]
        {
            let cycle = &path[from..];
            let out = (0..cycle.len()).min_by_key(|step| cycle[*step]).unwrap_or(0);
            let upwards: Vec<DocId> =
                (1..=cycle.len()).map(|step| ids[cycle[(out + step) % cycle.len()]]).collect();
            set_aside.push(aside(ids[cycle[out]], upwards[0], Reason::Cycle(upwards)));
            above[cycle[out]] = TOP;
        }
        for at in &path {
            trail[*at] = Trail::Settled;
        }
    }
}

fn aside(page: DocId, wanted_parent: DocId, reason: Reason) -> SetAside {
    SetAside { page, wanted_parent, shown_under: None, reason }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn id(n: u8) -> DocId {
        let mut bytes = [0; 16];
        (bytes[0], bytes[15]) = (1, n);
        DocId(bytes)
    }

    fn node(n: u8, parent: Option<u8>, order: &str) -> Node {
        Node { id: id(n), parent: parent.map(id), order: order.to_owned(), title: format!("page {n}") }
    }

    fn drawn(tree: &Tree) -> String {
        let line = |(depth, id): (usize, DocId)| format!("{}{}", "-".repeat(depth), id.0[15]);
        tree.walk().into_iter().map(line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn pages_come_in_the_order_of_keys_and_then_of_ids() {
        let tree =
            build(vec![node(1, None, "b"), node(2, None, "a"), node(3, Some(1), "x"), node(4, Some(1), "x")]);
        assert_eq!(drawn(&tree), "2 1 -3 -4");
        assert_eq!(tree.ancestors(&id(4)), [id(1)]);
        assert_eq!(tree.subtree(&id(1)), [(0, id(1)), (1, id(3)), (1, id(4))]);
        assert!(tree.set_aside().is_empty());
    }

    #[test]
    fn two_pages_moved_under_each_other_keep_one_move_and_name_the_other() {
        let tree = build(vec![
            node(1, Some(2), "a"),
            node(2, Some(1), "a"),
            node(3, Some(2), "a"),
            node(4, None, "z"),
        ]);
        assert_eq!(drawn(&tree), "4 1 -2 --3");
        let reason = Reason::Cycle(vec![id(2), id(1)]);
        assert_eq!(
            tree.set_aside(),
            [SetAside { page: id(1), wanted_parent: id(2), shown_under: None, reason }]
        );
        assert_eq!(tree.parent(&id(1)), None);
        assert_eq!(tree.parent(&id(2)), Some(id(1)));
    }

    #[test]
    fn a_page_under_itself_and_a_page_under_a_missing_one_are_shown_at_the_top() {
        let tree = build(vec![node(1, Some(1), "a"), node(2, Some(9), "a"), node(3, Some(2), "a")]);
        assert_eq!(drawn(&tree), "1 2 -3");
        let reasons: Vec<_> = tree.set_aside().iter().map(|s| (s.wanted_parent, s.reason.clone())).collect();
        assert_eq!(reasons, [(id(1), Reason::Cycle(vec![id(1)])), (id(9), Reason::ParentMissing)]);
    }

    #[test]
    fn a_move_that_would_make_a_cycle_is_recognised_before_it_is_made() {
        let tree = build(vec![node(1, None, "a"), node(2, Some(1), "a"), node(3, Some(2), "a")]);
        assert!(tree.would_cycle(&id(1), Some(&id(3))) && tree.would_cycle(&id(1), Some(&id(1))));
        assert!(!tree.would_cycle(&id(3), Some(&id(1))) && !tree.would_cycle(&id(1), None));
    }

    #[test]
    fn neighbours_are_those_beside_the_place_without_the_page_that_moves() {
        let tree = build(vec![node(1, None, "a"), node(2, None, "b"), node(3, None, "c")]);
        let cases = [
            (0, None, (None, Some("a"))),
            (1, None, (Some("a"), Some("b"))),
            (9, None, (Some("c"), None)),
            (1, Some(1), (Some("b"), Some("c"))),
            (2, Some(3), (Some("b"), None)),
        ];
        for (index, moving, wanted) in cases {
            assert_eq!(tree.neighbours(None, index, moving.map(id).as_ref()), wanted, "{index} {moving:?}");
        }
        assert_eq!(tree.neighbours(Some(id(1)), 0, None), (None, None));
    }

    #[test]
    fn a_chain_of_fifty_thousand_pages_is_walked_without_recursion() {
        let page = |n: u32| {
            let mut bytes = [1; 16];
            bytes[12..].copy_from_slice(&n.to_be_bytes());
            DocId(bytes)
        };
        let link = |n: u32| Node {
            id: page(n),
            parent: Some(page((n + 1) % 50_000)),
            order: String::new(),
            title: String::new(),
        };
        let tree = build((0..50_000).map(link).collect());
        assert_eq!((tree.walk().len(), tree.walk().last().unwrap().0), (50_000, 49_999));
        assert_eq!(tree.set_aside().len(), 1);
    }

    proptest! {
        /// Whatever the pointers say, the answer is a forest that holds every page once, the same for any order of input.
        #[test]
        fn any_parent_function_gives_a_forest_with_every_page_once(
            (pages, shuffled) in pages().prop_flat_map(|p| (Just(p.clone()), Just(p).prop_shuffle())),
        ) {
            let tree = build(pages.clone());
            let mut walked: Vec<DocId> = tree.walk().into_iter().map(|(_, id)| id).collect();
            walked.sort();
            let all: BTreeSet<DocId> = pages.iter().map(|node| node.id).collect();
            prop_assert_eq!(walked, all.iter().copied().collect::<Vec<_>>());
            for page in &all {
                prop_assert!(tree.ancestors(page).len() < all.len());
                let aside = tree.set_aside().iter().any(|s| s.page == *page);
                let wanted = tree.node(page).unwrap().parent;
                prop_assert_eq!(tree.parent(page), if aside { None } else { wanted });
            }
            prop_assert_eq!(&build(shuffled), &tree);
            let mut places: std::collections::BTreeMap<Option<DocId>, usize> = std::collections::BTreeMap::new();
            for ((depth, id), row) in tree.walk().into_iter().zip(tree.clone().into_rows()) {
                let (parent, place) = (tree.parent(&id), places.entry(tree.parent(&id)).or_default());
                let title = tree.node(&id).unwrap().title.clone();
                prop_assert_eq!(row, Shown { id, title, parent, place: *place, depth });
                prop_assert_eq!(tree.under(parent)[*place], id);
                prop_assert_eq!(tree.ancestors(&id).len(), depth);
                *place += 1;
            }
        }
    }

    fn pages() -> impl Strategy<Value = Vec<Node>> {
        let page = (0..24u8, prop::option::weighted(0.9, 0..26u8), "[a-c]{0,2}");
        prop::collection::vec(page.prop_map(|(n, parent, order)| node(n, parent, &order)), 0..32)
    }
}
