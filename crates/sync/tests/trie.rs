//! Laws of the trie: the shape depends on the set alone, however it came about; golden hashes.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tern_sync::mem::Rng;
use tern_sync::trie::{LEAF_MAX, combined_root, few_more, few_more_cost, frontier, node_of_keys};
use tern_sync::{Key, KeyRange, Lane, MemTrie, Nibbles, NodeInfo, Span, TrieSource};

/// Key number `i` of the golden sets: day 20,000 + i / 50, id = blake3 of i (u32 little-endian).
fn golden_key(i: u32) -> Key {
    Key { day: 20_000 + (i / 50) as u16, id: *blake3::hash(&i.to_le_bytes()).as_bytes() }
}

fn trie_of(count: u32) -> MemTrie {
    let mut trie = MemTrie::new();
    trie.insert(&Lane::ROOT, (0..count).map(golden_key));
    trie
}

fn hex(node: NodeInfo) -> String {
    let hash: String = node.hash.iter().map(|b| format!("{b:02x}")).collect();
    format!("{} {hash}", node.n)
}

#[test]
fn golden_tries() {
    let table: Vec<String> = [0, 1, 16, 17, 257].map(|n| hex(trie_of(n).root(&Lane::ROOT))).to_vec();
    assert_eq!(table, GOLDEN);
    let mut shrunk = trie_of(257);
    assert_eq!(shrunk.remove(&Lane::ROOT, (17..257).map(golden_key)), 240);
    assert_eq!(hex(shrunk.root(&Lane::ROOT)), GOLDEN[3]);
    assert_eq!(shrunk.remove(&Lane::ROOT, [golden_key(16)]), 1);
    assert_eq!(hex(shrunk.root(&Lane::ROOT)), GOLDEN[2]);
    assert_eq!(shrunk.remove(&Lane::ROOT, (0..16).map(golden_key)), 16);
    assert_eq!(shrunk.root(&Lane::ROOT), NodeInfo::default());
    assert_eq!(shrunk.cache(), MemTrie::new().cache());
}

const GOLDEN: [&str; 5] = [
    "0 00000000000000000000000000000000",
    "1 8ccb1e2e872cfb09ca9b89315466dceb",
    "16 d360b6eb9cbbd9ff851ec1c03740a31a",
    "17 601a2d95baf792ff3dd0ba1cbff1c938",
    "257 4dfd55f062594de75f84feaff08206be",
];

#[test]
fn the_leaf_and_branch_rules_are_the_written_ones() {
    let mut keys: Vec<Key> = (0..16).map(golden_key).collect();
    keys.sort_unstable();
    let mut leaf = vec![0u8];
    keys.iter().for_each(|k| leaf.extend(k.to_bytes()));
    assert_eq!(node_of_keys(&keys, 0).hash, blake3::hash(&leaf).as_bytes()[..16]);

    let trie = trie_of(17);
    let (mut bitmap, mut hashes) = (0u16, Vec::new());
    for nibble in 0..16 {
        let child = trie.node(&Lane::ROOT, &Nibbles::ROOT.child(nibble).expect("short")).expect("memory");
        if child.n > 0 {
            bitmap |= 1 << nibble;
            hashes.extend(child.hash);
        }
    }
    let branch = [&[1][..], &bitmap.to_le_bytes(), &hashes].concat();
    assert_eq!(trie.root(&Lane::ROOT).hash, blake3::hash(&branch).as_bytes()[..16]);
}

/// The rule of docs/wire.md word by word, over keys written as nibbles.
fn naive(keys: &[String], depth: usize) -> [u8; 16] {
    let bytes = |key: &String| -> Vec<u8> {
        (0..34).map(|i| u8::from_str_radix(&key[2 * i..2 * i + 2], 16).expect("hex")).collect()
    };
    let mut input = Vec::new();
    if keys.is_empty() {
        return [0; 16];
    } else if keys.len() <= 16 {
        input.push(0);
        keys.iter().for_each(|key| input.extend(bytes(key)));
    } else {
        let groups: Vec<Vec<String>> = "0123456789abcdef"
            .chars()
            .map(|c| keys.iter().filter(|k| k[depth..].starts_with(c)).cloned().collect())
            .collect();
        let bitmap = groups.iter().enumerate().fold(0u16, |b, (i, g)| b | (u16::from(!g.is_empty()) << i));
        input.push(1);
        input.extend(bitmap.to_le_bytes());
        groups.iter().filter(|g| !g.is_empty()).for_each(|g| input.extend(naive(g, depth + 1)));
    }
    blake3::hash(&input).as_bytes()[..16].try_into().expect("16 bytes")
}

#[test]
fn the_trie_equals_the_rule_written_out() {
    for count in [0, 1, 16, 17, 257, 1500] {
        let keys = trie_of(count).keys(&Lane::ROOT, &Span::ALL, usize::MAX).expect("memory");
        let text: Vec<String> =
            keys.iter().map(|k| k.to_bytes().iter().map(|b| format!("{b:02x}")).collect()).collect();
        assert_eq!(trie_of(count).root(&Lane::ROOT).hash, naive(&text, 0), "{count}");
    }
}

#[test]
fn empty_lanes_do_not_change_the_combined_root() {
    let node = trie_of(5).root(&Lane::ROOT);
    let none = NodeInfo::default();
    let alone = combined_root([(&Lane::ROOT, &node)]);
    assert_eq!(alone, combined_root([(&Lane([1; 16]), &none), (&Lane::ROOT, &node)]));
    assert_ne!(alone, combined_root([(&Lane([1; 16]), &node)]));
    assert_ne!(combined_root([]), [0; 16]);
}

fn random_key(rng: &mut Rng, crowded: bool) -> Key {
    let mut id: [u8; 32] = rng.bytes();
    if crowded {
        let same = [0, 6, 31][rng.below(3) as usize];
        id[..same].fill(0xaa);
    }
    Key { day: 20_000 + rng.below(if crowded { 2 } else { 400 }) as u16, id }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn incremental_equals_rebuilt(seed in any::<u64>(), crowded in any::<bool>(), steps in 1usize..12) {
        let mut rng = Rng::new(seed);
        let mut trie = MemTrie::new();
        let mut set = BTreeSet::new();
        for _ in 0..steps {
            if rng.below(3) == 0 {
                let gone: Vec<Key> = set.iter().copied().filter(|_| rng.below(3) > 0).collect();
                gone.iter().for_each(|k| { set.remove(k); });
                trie.remove(&Lane::ROOT, gone);
            } else {
                let count = [1, 20, 700][rng.below(3) as usize];
                let fresh: Vec<Key> = (0..count).map(|_| random_key(&mut rng, crowded)).collect();
                set.extend(fresh.iter().copied());
                trie.insert(&Lane::ROOT, fresh);
            }
        }
        let keys: Vec<Key> = set.iter().copied().collect();
        prop_assert_eq!(trie.root(&Lane::ROOT), node_of_keys(&keys, 0));
        let rebuilt = trie.rebuilt();
        prop_assert_eq!(rebuilt.cache(), trie.cache());
        prop_assert_eq!(rebuilt.root(&Lane::ROOT), trie.root(&Lane::ROOT));
    }

    #[test]
    fn a_frontier_holds_every_key_once(seed in any::<u64>(), count in 0usize..3000, crowded in any::<bool>()) {
        let mut rng = Rng::new(seed);
        let mut trie = MemTrie::new();
        trie.insert(&Lane::ROOT, (0..count).map(|_| random_key(&mut rng, crowded)));
        let entries = frontier(&trie, &Lane::ROOT, &Nibbles::ROOT, 64, LEAF_MAX).expect("memory");
        prop_assert!(entries.len() <= 64);
        let all = trie.keys(&Lane::ROOT, &Span::ALL, usize::MAX).expect("memory");
        prop_assert_eq!(entries.iter().map(|e| e.node.n as usize).sum::<usize>(), all.len());
        for key in &all {
            prop_assert_eq!(entries.iter().filter(|e| e.prefix.span().contains(key)).count(), 1);
        }
        prop_assert!(entries.windows(2).all(|w| w[0].prefix.span().to.is_some_and(|to| to <= w[1].prefix.span().from)));
    }

    #[test]
    fn one_or_two_keys_that_a_peer_lacks_are_found_from_its_hash_alone(
        seed in any::<u64>(),
        count in 3usize..64,
        more in 1usize..3,
        depth in 0usize..5,
        elsewhere in any::<bool>(),
    ) {
        let mut rng = Rng::new(seed);
        let set: BTreeSet<Key> = (0..count).map(|_| random_key(&mut rng, false)).collect();
        let keys: Vec<Key> = set.into_iter().collect();
        let lacking: BTreeSet<Key> =
            std::iter::repeat_with(|| keys[rng.below(keys.len() as u64) as usize]).take(more).collect();
        let mut theirs: BTreeSet<Key> = keys.iter().filter(|k| !lacking.contains(k)).copied().collect();
        if elsewhere {
            // The same number of keys, and one of them is unknown here: there is nothing to find.
            theirs.pop_first();
            theirs.insert(random_key(&mut rng, false));
        }
        let node = node_of_keys(&theirs.into_iter().collect::<Vec<_>>(), depth);
        let found = few_more(&keys, depth, lacking.len(), |candidate| *candidate == node);
        if elsewhere {
            prop_assert_eq!(found, None);
        } else {
            prop_assert_eq!(found, Some(lacking.into_iter().collect()));
        }
    }

    #[test]
    fn no_search_for_what_a_peer_lacks_hashes_more_than_its_cost(count in 1usize..300, more in 0usize..5) {
        let mut rng = Rng::new(count as u64);
        let keys: BTreeSet<Key> = (0..count).map(|_| random_key(&mut rng, false)).collect();
        let keys: Vec<Key> = keys.into_iter().collect();
        let tries = std::cell::Cell::new(0);
        let found = few_more(&keys, 0, more, |_| {
            tries.set(tries.get() + 1);
            false
        });
        prop_assert_eq!(found, None);
        prop_assert_eq!(tries.get(), few_more_cost(keys.len(), more).unwrap_or(0));
        prop_assert!(tries.get() <= 2_016);
    }
}
