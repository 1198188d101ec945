//! Reading a thread: total over any content, and blind to what others wrote into an entry after its author.

use std::collections::BTreeMap;

use super::{
    ACKS, Ack, AckKind, CLOSINGS, Closing, Conversation, EDITS, Intent, MAX_ADDRESSED, ON, PARTICIPANTS,
    Post, REACHED, Reached, Release, Urgency, write,
};
use crate::crdt::{At, Node, Obj, Read, Scalar};
use crate::doc::{Doc, Hash, Heads};
use crate::fields;
use crate::ids::base32;
use crate::thread::{AT, BY, MAX_MESSAGES, MESSAGES, SAYS};

/// Who a member is by the actor of their changes: their id, hex.
pub(super) type MemberOf<'a> = &'a dyn Fn(&[u8; 16]) -> Option<String>;

/// A map of a list, as the change says that inserted it.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) change: Option<Hash>,
    actor: Option<[u8; 16]>,
    values: BTreeMap<&'static str, Scalar>,
}

impl Entry {
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.values.get(key) {
            Some(Scalar::Str(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn int(&self, key: &str) -> Option<i64> {
        match self.values.get(key) {
            Some(Scalar::Int(int) | Scalar::Time(int)) => Some(*int),
            _ => None,
        }
    }

    fn is_set(&self, key: &str) -> bool {
        self.values.get(key) == Some(&Scalar::Bool(true))
    }

    pub(super) fn members(&self, key: &str) -> Vec<String> {
        let items = self.text(key).unwrap_or_default().split(',').filter(|m| !m.is_empty());
        items.take(MAX_ADDRESSED).map(str::to_owned).collect()
    }

    fn release(&self) -> Option<Release> {
        let zone = self.text(write::ZONE).unwrap_or_default().to_owned();
        self.int(write::DELIVER_AT).map(|at_ms| Release { at_ms, zone })
    }

    pub(super) fn author(&self, member_of: MemberOf<'_>) -> Option<String> {
        self.actor.as_ref().and_then(member_of)
    }
}

/// A short id out of an object's id `counter@actor`: of the counter as many bytes as it has, of the actor the first six.
pub(super) fn short_id(object: &str) -> String {
    let (counter, actor) = object.split_once('@').unwrap_or((object, ""));
    let counter: u64 = counter.parse().unwrap_or(0);
    let used = 8 - usize::try_from(counter.leading_zeros() / 8).unwrap_or(0);
    let mut bytes = counter.to_le_bytes()[..used.max(1)].to_vec();
    let digits = actor.as_bytes().chunks(2).take(6).map(|pair| std::str::from_utf8(pair).unwrap_or("0"));
    bytes.extend(digits.map(|pair| u8::from_str_radix(pair, 16).unwrap_or(0)));
    base32(&bytes)
}

impl Doc {
    /// The thread with all that was said of it. `member_of` names the member behind the actor of a change.
    pub fn conversation(&self, member_of: MemberOf<'_>) -> Conversation {
        let mut conversation = Conversation {
            title: self.title(),
            on: fields::text(&self.crdt, ON),
            participants: fields::items(&self.crdt, PARTICIPANTS),
            ..Conversation::default()
        };
        let messages = self.entries(MESSAGES, &write::POST_KEYS);
        conversation.posts = messages.iter().map(|entry| post(entry, member_of)).collect();
        self.amend_posts(&mut conversation.posts, member_of);
        let acks = self.entries(ACKS, &write::ACK_KEYS);
        conversation.acks = acks.iter().filter_map(|entry| ack(entry, member_of)).collect();
        conversation.reached = self.notes_of_delivery(&conversation.posts, member_of);
        let closings = self.entries(CLOSINGS, &write::CLOSING_KEYS);
        conversation.closings = closings
            .iter()
            .filter_map(|entry| {
                Some(Closing {
                    by: entry.author(member_of)?,
                    at_ms: entry.int(AT).unwrap_or(0),
                    outcome: entry.text(write::OUTCOME).map(str::to_owned),
                    change: entry.change,
                })
            })
            .collect();
        (conversation.polls, conversation.ballots) = self.polls(member_of);
        (conversation.questions, conversation.answers) = self.rounds(member_of);
        conversation
    }

    /// Only the author's edits count; time and recall of a scheduled message only until it appears.
    fn amend_posts(&self, posts: &mut [Post], member_of: MemberOf<'_>) {
        for edit in self.entries(EDITS, &write::EDIT_KEYS) {
            let named = edit.text(write::MESSAGE).unwrap_or_default();
            let Some(post) = posts.iter_mut().find(|post| post.id == named) else { continue };
            if edit.author(member_of).as_ref() != Some(&post.author) {
                continue;
            }
            let at_ms = edit.int(AT).unwrap_or(0);
            if let Some(text) = edit.text(SAYS) {
                text.clone_into(&mut post.text);
                post.edited_ms = Some(at_ms);
            }
            let is_waiting = post.release.as_ref().is_some_and(|release| at_ms < release.at_ms);
            if is_waiting {
                post.cancelled |= edit.is_set(write::CANCELLED);
                if let Some(release) = edit.release() {
                    post.release = Some(release);
                }
            }
        }
    }

    /// Notes of the author of a message, and of whoever it reached.
    fn notes_of_delivery(&self, posts: &[Post], member_of: MemberOf<'_>) -> Vec<Reached> {
        let authors: BTreeMap<&str, &str> =
            posts.iter().map(|post| (post.id.as_str(), post.author.as_str())).collect();
        let notes = self.entries(REACHED, &write::REACHED_KEYS);
        let read = |entry: &Entry| {
            let by = entry.author(member_of)?;
            let (message, who) = (entry.text(write::MESSAGE)?, entry.text(write::WHO)?);
            let counts = who == by || authors.get(message) == Some(&by.as_str());
            let at_ms = entry.int(AT)?;
            counts.then(|| Reached { message: message.to_owned(), who: who.to_owned(), at_ms })
        };
        notes.iter().filter_map(read).collect()
    }

    /// The maps of a root list, those of lists made apart too.
    pub(super) fn entries(&self, list: &str, keys: &[&'static str]) -> Vec<Entry> {
        let lists = self.crdt.get_all(&Obj::root(), At::Key(list)).into_iter();
        let lists: Vec<Obj> =
            lists.filter_map(|w| if let Node::List(list) = w.node { Some(list) } else { None }).collect();
        let places = lists.iter().flat_map(|list| (0..self.crdt.len(list)).map(move |index| (list, index)));
        places.take(MAX_MESSAGES).filter_map(|(list, index)| self.entry(list, index, keys)).collect()
    }

    fn entry(&self, list: &Obj, index: usize, keys: &[&'static str]) -> Option<Entry> {
        let written = self.crdt.get_all(list, At::Index(index)).pop()?;
        let Node::Map(map) = written.node else { return None };
        let there = self.crdt.entries(&map, keys);
        let mut values = BTreeMap::new();
        let mut is_whole = true;
        for key in keys.iter().filter(|key| there.contains_key(**key)) {
            let all = self.crdt.get_all(&map, At::Key(key));
            match all.into_iter().find(|w| w.change == written.change).map(|w| w.node) {
                Some(Node::Scalar(value)) => drop(values.insert(*key, value)),
                _ => is_whole = false,
            }
        }
        if !is_whole && let Some(change) = written.change {
            self.as_inserted(&map, change, keys, &mut values);
        }
        let meta = written.change.and_then(|change| self.crdt.meta(&change));
        let actor = meta.map(|meta| fields::actor16(&meta));
        Some(Entry { id: short_id(&map.id()), change: written.change, actor, values })
    }

    /// Somebody wrote over an entry: what it said when it was inserted is read from that version.
    fn as_inserted(
        &self,
        map: &Obj,
        change: Hash,
        keys: &[&'static str],
        values: &mut BTreeMap<&'static str, Scalar>,
    ) {
        let Ok(past) = self.crdt.at(&Heads(vec![change])) else { return };
        for key in keys {
            if let Some(Node::Scalar(value)) = past.get(map, At::Key(key)) {
                values.insert(key, value);
            }
        }
    }
}

fn post(entry: &Entry, member_of: MemberOf<'_>) -> Post {
    let intent = entry.text(write::INTENT).and_then(Intent::from_name).unwrap_or_default();
    let urgency = entry.text(write::URGENCY).and_then(Urgency::from_name);
    let claimed = || entry.text(BY).unwrap_or_default().to_owned();
    Post {
        id: entry.id.clone(),
        change: entry.change,
        author: entry.author(member_of).unwrap_or_else(claimed),
        at_ms: entry.int(AT).unwrap_or(0),
        text: entry.text(SAYS).unwrap_or_default().to_owned(),
        intent,
        urgency: urgency.unwrap_or_else(|| intent.usual_urgency()),
        reason: entry.text(write::REASON).unwrap_or_default().to_owned(),
        criterion: entry.text(write::CRITERION).unwrap_or_default().to_owned(),
        to: entry.members(write::TO),
        named: entry.members(write::NAMED),
        release: entry.release(),
        cancelled: false,
        edited_ms: None,
    }
}

fn ack(entry: &Entry, member_of: MemberOf<'_>) -> Option<Ack> {
    Some(Ack {
        message: entry.text(write::MESSAGE)?.to_owned(),
        by: entry.author(member_of)?,
        kind: entry.text(write::SAYS_KIND).and_then(AckKind::from_name)?,
        until_ms: entry.int(write::UNTIL),
        hand_on: entry.text(write::HAND_ON).map(str::to_owned),
        at_ms: entry.int(AT).unwrap_or(0),
        change: entry.change,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::{Kind, Stamp};
    use crate::ids::{Class, DocId};

    #[test]
    fn what_somebody_writes_over_an_entry_is_not_read() {
        let stamp = |n: u8, time_ms| Stamp { actor: [n; 16], time_ms };
        let id = DocId::new(Class::Conversation, [7; 15]);
        let (mut doc, _) = Doc::create(id, &Kind::Thread, &stamp(1, 0)).unwrap();
        let post = super::super::NewPost { text: "Stay.".into(), ..Default::default() };
        doc.post(&stamp(1, 1), "01", &post).unwrap();
        let before = doc.conversation(&|actor| Some(format!("{:02x}", actor[0])));
        let mut tx = doc.crdt.edit(&stamp(2, 2)).unwrap();
        let Some(Node::List(list)) = tx.get(&Obj::root(), At::Key(MESSAGES)) else { panic!("no messages") };
        let Some(Node::Map(map)) = tx.get(&list, At::Index(0)) else { panic!("no message") };
        tx.put(&map, SAYS, Scalar::Str("Go.".into())).unwrap();
        tx.put(&map, write::URGENCY, Scalar::Str("urgent".into())).unwrap();
        tx.put(&map, write::DELIVER_AT, Scalar::Int(9)).unwrap();
        doc.crdt = tx.finish(&doc.heads()).unwrap().0;
        assert_eq!(doc.messages()[0].text, "Go.", "the document itself holds what was written over it");
        assert_eq!(doc.conversation(&|actor| Some(format!("{:02x}", actor[0]))), before);
    }

    #[test]
    fn short_ids_are_parted_by_counter_and_by_actor() {
        let ids = ["1@aabbccddeeff00", "2@aabbccddeeff00", "257@aabbccddeeff00", "1@aabbccddee0000", "junk"];
        let short: std::collections::BTreeSet<String> = ids.into_iter().map(short_id).collect();
        assert_eq!(short.len(), ids.len());
    }
}
