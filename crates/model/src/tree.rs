//! The page tree: a forest made from parent pointers and order keys, whatever the pointers say.
//!
//! Two people who move A under B and B under A while apart make a cycle when they meet. The rule that breaks it: **of
//! the pages on a cycle, the one with the smallest id is set aside to the top level**; all others stay where their
//! pointers put them. A page whose parent is not known is shown at the top level too. Both are listed with what was
//! wanted, so that the window can say which move was set aside. Pages set aside come after the other top-level pages.
//! The answer depends on the set of pages alone, never on their order, and every page is in it exactly once.

use std::collections::{BTreeMap, BTreeSet};

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

/// A forest over all pages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    nodes: BTreeMap<DocId, Node>,
    children: BTreeMap<Option<DocId>, Vec<DocId>>,
    set_aside: Vec<SetAside>,
}

/// Makes the forest. A page given several times counts once, as its smallest node.
pub fn build(nodes: &[Node]) -> Tree {
    let mut pages: BTreeMap<DocId, &Node> = BTreeMap::new();
    for node in nodes {
        let kept = pages.entry(node.id).or_insert(node);
        *kept = (*kept).min(node);
    }
    let set_aside = find_set_aside(&pages);
    let aside: BTreeSet<DocId> = set_aside.iter().map(|s| s.page).collect();
    let mut children: BTreeMap<Option<DocId>, Vec<&Node>> = BTreeMap::new();
    for node in pages.values() {
        let parent = if aside.contains(&node.id) { None } else { node.parent };
        children.entry(parent).or_default().push(node);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|node| (aside.contains(&node.id), node.order.as_str(), node.id));
    }
    let ids = |siblings: Vec<&Node>| siblings.into_iter().map(|node| node.id).collect();
    Tree {
        children: children.into_iter().map(|(parent, siblings)| (parent, ids(siblings))).collect(),
        nodes: pages.into_iter().map(|(id, node)| (id, node.clone())).collect(),
        set_aside,
    }
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
        self.children.get(&parent).map_or(&[], Vec::as_slice)
    }

    /// Pages not shown where they want to be, by id.
    pub fn set_aside(&self) -> &[SetAside] {
        &self.set_aside
    }

    /// What a page said about its place.
    pub fn node(&self, page: &DocId) -> Option<&Node> {
        self.nodes.get(page)
    }

    /// The page under which a page is shown; `None` at the top level.
    pub fn parent(&self, page: &DocId) -> Option<DocId> {
        let at = self.set_aside.binary_search_by_key(page, |s| s.page);
        if at.is_ok() { None } else { self.nodes.get(page)?.parent }
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
        self.walk_from(self.roots())
    }

    /// A page and everything under it, top to bottom, the page itself at depth 0; nothing for an unknown page.
    pub fn subtree(&self, page: &DocId) -> Vec<(usize, DocId)> {
        if self.nodes.contains_key(page) { self.walk_from(&[*page]) } else { Vec::new() }
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
            let node = self.nodes.get(siblings.get(at?)?)?;
            Some(node.order.as_str())
        };
        let index = index.min(siblings.len());
        (key(index.checked_sub(1)), key(Some(index)))
    }

    fn walk_from(&self, top: &[DocId]) -> Vec<(usize, DocId)> {
        let mut open: Vec<(usize, DocId)> = top.iter().rev().map(|id| (0, *id)).collect();
        let mut list = Vec::with_capacity(self.nodes.len());
        while let Some((depth, id)) = open.pop() {
            list.push((depth, id));
            open.extend(self.children(&id).iter().rev().map(|child| (depth + 1, *child)));
        }
        list
    }
}

/// Follows every page upwards once; finds pages without their parent and one page of each cycle.
fn find_set_aside(pages: &BTreeMap<DocId, &Node>) -> Vec<SetAside> {
    let mut found = BTreeMap::new();
    let mut settled: BTreeSet<DocId> = BTreeSet::new();
    for start in pages.keys() {
        let mut path: Vec<DocId> = Vec::new();
        let mut on_path: BTreeSet<DocId> = BTreeSet::new();
        let mut at = *start;
        while !settled.contains(&at) {
            if !on_path.insert(at) {
                let from = path.iter().position(|id| *id == at).unwrap_or(0);
                let entry = break_cycle(&path[from..]);
                found.insert(entry.page, entry);
                break;
            }
            path.push(at);
            let Some(parent) = pages.get(&at).and_then(|node| node.parent) else { break };
            if !pages.contains_key(&parent) {
                found.insert(at, aside(at, parent, Reason::ParentMissing));
                break;
            }
            at = parent;
        }
        settled.extend(path);
    }
    found.into_values().collect()
}

/// Sets the smallest page of a cycle aside; `cycle` lists the pages, each followed by its parent, the last by the first.
fn break_cycle(cycle: &[DocId]) -> SetAside {
    let at = (0..cycle.len()).min_by_key(|i| cycle[*i]).unwrap_or(0);
    let upwards: Vec<DocId> = (1..=cycle.len()).map(|step| cycle[(at + step) % cycle.len()]).collect();
    aside(cycle[at], upwards[0], Reason::Cycle(upwards))
}

fn aside(page: DocId, wanted_parent: DocId, reason: Reason) -> SetAside {
    SetAside { page, wanted_parent, shown_under: None, reason }
}

#[cfg(test)]
mod tests {
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
            build(&[node(1, None, "b"), node(2, None, "a"), node(3, Some(1), "x"), node(4, Some(1), "x")]);
        assert_eq!(drawn(&tree), "2 1 -3 -4");
        assert_eq!(tree.ancestors(&id(4)), [id(1)]);
        assert_eq!(tree.subtree(&id(1)), [(0, id(1)), (1, id(3)), (1, id(4))]);
        assert!(tree.set_aside().is_empty());
    }

    #[test]
    fn two_pages_moved_under_each_other_keep_one_move_and_name_the_other() {
        let tree =
            build(&[node(1, Some(2), "a"), node(2, Some(1), "a"), node(3, Some(2), "a"), node(4, None, "z")]);
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
        let tree = build(&[node(1, Some(1), "a"), node(2, Some(9), "a"), node(3, Some(2), "a")]);
        assert_eq!(drawn(&tree), "1 2 -3");
        let reasons: Vec<_> = tree.set_aside().iter().map(|s| (s.wanted_parent, s.reason.clone())).collect();
        assert_eq!(reasons, [(id(1), Reason::Cycle(vec![id(1)])), (id(9), Reason::ParentMissing)]);
    }

    #[test]
    fn a_move_that_would_make_a_cycle_is_recognised_before_it_is_made() {
        let tree = build(&[node(1, None, "a"), node(2, Some(1), "a"), node(3, Some(2), "a")]);
        assert!(tree.would_cycle(&id(1), Some(&id(3))) && tree.would_cycle(&id(1), Some(&id(1))));
        assert!(!tree.would_cycle(&id(3), Some(&id(1))) && !tree.would_cycle(&id(1), None));
    }

    #[test]
    fn neighbours_are_those_beside_the_place_without_the_page_that_moves() {
        let tree = build(&[node(1, None, "a"), node(2, None, "b"), node(3, None, "c")]);
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
        let tree = build(&(0..50_000).map(link).collect::<Vec<_>>());
        assert_eq!((tree.walk().len(), tree.walk().last().unwrap().0), (50_000, 49_999));
        assert_eq!(tree.set_aside().len(), 1);
    }

    proptest! {
        /// Whatever the pointers say, the answer is a forest that holds every page once, the same for any order of input.
        #[test]
        fn any_parent_function_gives_a_forest_with_every_page_once(
            (pages, shuffled) in pages().prop_flat_map(|p| (Just(p.clone()), Just(p).prop_shuffle())),
        ) {
            let tree = build(&pages);
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
            prop_assert_eq!(build(&shuffled), tree);
        }
    }

    fn pages() -> impl Strategy<Value = Vec<Node>> {
        let page = (0..24u8, prop::option::weighted(0.9, 0..26u8), "[a-c]{0,2}");
        prop::collection::vec(page.prop_map(|(n, parent, order)| node(n, parent, &order)), 0..32)
    }
}
