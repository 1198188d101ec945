//! Short ids: the first characters of a document id, as many as tell it from the others.
//!
//! A task's id never changes; how much of it must be typed depends on what else is here. Shown are at least
//! [`SHORT_MIN`] characters; any prefix that only one document has is understood.

use std::collections::BTreeMap;

use crate::ids::{DocId, SHORT_MIN, normal_prefix};

/// The documents that can be named.
#[derive(Debug, Clone, Default)]
pub struct ShortIds {
    by_base: BTreeMap<String, Vec<DocId>>,
}

/// What a typed prefix means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Exactly one document.
    One(DocId),
    /// None.
    None,
    /// Several: the first of them in order, at most [`MAX_CANDIDATES`].
    Many(Vec<DocId>),
}

/// Most documents that [`Found::Many`] names.
pub const MAX_CANDIDATES: usize = 10;

impl ShortIds {
    /// The set of `ids`.
    pub fn new(ids: impl IntoIterator<Item = DocId>) -> Self {
        let mut set = Self::default();
        for id in ids {
            set.insert(id);
        }
        set
    }

    /// Adds a document.
    pub fn insert(&mut self, id: DocId) {
        let same = self.by_base.entry(id.base()).or_default();
        if !same.contains(&id) {
            same.push(id);
            same.sort();
        }
    }

    /// Takes a document out.
    pub fn remove(&mut self, id: &DocId) {
        let base = id.base();
        if let Some(same) = self.by_base.get_mut(&base) {
            same.retain(|other| other != id);
            if same.is_empty() {
                self.by_base.remove(&base);
            }
        }
    }

    /// The shortest prefix of at least [`SHORT_MIN`] characters that no other document of the set has. When another
    /// has the same 15 bytes in another class, the full text form.
    pub fn shown(&self, id: &DocId) -> String {
        let base = id.base();
        if self.by_base.get(&base).is_some_and(|same| same.iter().any(|other| other != id)) {
            return id.to_string();
        }
        let before = self.by_base.range(..base.clone()).next_back();
        let after = self.by_base.range(base.clone()..).find(|(other, _)| **other != base);
        let shared = [before, after].into_iter().flatten().map(|(other, _)| shared_chars(&base, other)).max();
        let length = shared.map_or(SHORT_MIN, |shared| SHORT_MIN.max(shared + 1)).min(base.len());
        base[..length].to_owned()
    }

    /// Finds what `text` names: an id, a prefix of one, or either behind a project key (`WEB-7K3QX`). Case does not
    /// matter, and letters that look like digits read as them.
    pub fn resolve(&self, text: &str) -> Found {
        let text = text.trim();
        let typed = text.rsplit_once('-').map_or(text, |(_, id)| id);
        if let Ok(id) = typed.parse::<DocId>()
            && self.by_base.get(&id.base()).is_some_and(|same| same.contains(&id))
        {
            return Found::One(id);
        }
        let Some(prefix) = normal_prefix(typed).filter(|p| !p.is_empty()) else { return Found::None };
        let matching = self.by_base.range(prefix.clone()..).take_while(|(base, _)| base.starts_with(&prefix));
        let mut found: Vec<DocId> =
            matching.flat_map(|(_, ids)| ids.iter().copied()).take(MAX_CANDIDATES).collect();
        match found.len() {
            0 => Found::None,
            1 => found.pop().map_or(Found::None, Found::One),
            _ => Found::Many(found),
        }
    }
}

/// How many characters two ids begin with alike.
fn shared_chars(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ids::Class;

    fn id(base: &str) -> DocId {
        format!("{base:0<24}").parse().unwrap()
    }

    #[test]
    fn ids_are_shown_as_short_as_they_are_unique_but_not_below_five() {
        let mut set =
            ShortIds::new([id("7K3QX1"), id("7K3QX2"), id("7K3QZ"), id("ABCDEFGH1"), id("ABCDEFGH2")]);
        let cases =
            [("7K3QX1", "7K3QX1"), ("7K3QX2", "7K3QX2"), ("7K3QZ", "7K3QZ"), ("ABCDEFGH1", "ABCDEFGH1")];
        for (full, shown) in cases {
            assert_eq!(set.shown(&id(full)), shown);
            assert_eq!(set.resolve(shown), Found::One(id(full)));
        }
        set.remove(&id("7K3QX2"));
        assert_eq!(set.shown(&id("7K3QX1")), "7K3QX");
        assert_eq!(ShortIds::default().shown(&id("0")), "00000");
    }

    #[test]
    fn typed_ids_are_read_with_project_key_any_case_and_look_alikes() {
        let set = ShortIds::new([id("7K3QX1"), id("7K3QZ"), id("1000A")]);
        let cases = [
            ("WEB-7k3qx", Found::One(id("7K3QX1"))),
            ("MY-WEB-7K3QX", Found::One(id("7K3QX1"))),
            (" ioooa ", Found::One(id("1000A"))),
            ("1", Found::One(id("1000A"))),
            ("7K3Q", Found::Many(vec![id("7K3QX1"), id("7K3QZ")])),
            ("7K3QX1ZZ", Found::None),
            ("", Found::None),
            ("WEB-", Found::None),
            ("7K3Q!", Found::None),
            ("é", Found::None),
        ];
        for (text, wanted) in cases {
            assert_eq!(set.resolve(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_same_bytes_in_two_classes_are_told_apart_by_the_full_form() {
        let [page, thread] = [Class::Content, Class::Conversation].map(|class| DocId::new(class, [7; 15]));
        let set = ShortIds::new([page, thread]);
        for id in [page, thread] {
            assert_eq!(set.resolve(&set.shown(&id)), Found::One(id));
        }
    }

    #[test]
    fn ten_thousand_tasks_of_ten_replicas_apart_have_ten_thousand_short_ids() {
        let mut ids = BTreeSet::new();
        for replica in 0..10u64 {
            for task in 0..1_000u64 {
                let seed = blake3::hash(&[replica.to_le_bytes(), task.to_le_bytes()].concat());
                let random: [u8; 15] = seed.as_bytes()[..15].try_into().unwrap();
                ids.insert(DocId::new(Class::Content, random));
            }
        }
        let eight: BTreeSet<String> = ids.iter().map(DocId::short).collect();
        assert_eq!((ids.len(), eight.len()), (10_000, 10_000));
        let set = ShortIds::new(ids.iter().copied());
        for id in &ids {
            let shown = set.shown(id);
            assert!(shown.len() <= 8 && id.short().starts_with(&shown), "{shown}");
            assert_eq!(set.resolve(&shown), Found::One(*id));
        }
    }
}
