//! Comments on pages and tasks that need oneself: those that name one, and those that answer one's own. Their rows hold whom
//! a message may name; who that is, is told when the inbox is read, for names change.

use std::collections::BTreeSet;

use tern_model::{Doc, DocId, Kind, mention};
use tern_store::MessageRow;
use tern_trust::Id16;

use crate::api::PeerError;

use super::resolve::hex;
use super::{Core, Work, mentions, people, posts};

/// Characters after an `@` that may be a name, with what shows that it ends there.
const NAME_CHARS: usize = super::errors::MAX_NAME_CHARS + 8;
/// Most names that are kept of a message.
const MOST_NAMES: usize = 32;
/// Characters of the id of a member.
const ID_CHARS: usize = 32;

/// Rows of the messages of a thread of comments. Those of one that is resolved ask for nothing.
pub(crate) fn project(work: &mut Work<'_, '_>, doc: &Doc) -> Result<(), PeerError> {
    let conversation = posts::read(&work.mem.membership.clone(), doc);
    let marks = work.txn.marks_on(&doc.id().0)?;
    let me = work.mem.member().map(|me| hex(&me)).unwrap_or_default();
    let resolved = doc.thread().resolved;
    let mut rows = posts::message_rows(doc, &conversation, &marks, &me);
    for (row, post) in rows.iter_mut().zip(&conversation.posts) {
        row.addressed = may_name(&post.text);
        row.cancelled = resolved;
    }
    Ok(work.txn.project_messages(&doc.id().0, &rows)?)
}

/// What stands after each `@` of a text, and what looks like the id of a member.
fn may_name(text: &str) -> Vec<String> {
    let after = mention::after_signs(text).map(|rest| rest.chars().take(NAME_CHARS).collect::<String>());
    let ids = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|word| word.len() == ID_CHARS);
    let found: BTreeSet<String> = after.chain(ids.map(str::to_owned)).take(MOST_NAMES).collect();
    found.into_iter().collect()
}

/// A message of a comment that asks for oneself.
pub(crate) struct Remark {
    /// The thread of comments.
    pub(crate) thread: Id16,
    /// The message.
    pub(crate) message: MessageRow,
    /// It names oneself; else it answers what oneself wrote.
    pub(crate) named: bool,
}

impl Core {
    /// What a document of comments is on; none for a thread.
    pub(crate) fn commented_on(&self, doc: &Id16) -> Result<Option<Id16>, PeerError> {
        let is_comment = self.store.doc(doc)?.is_some_and(|row| row.kind == Kind::Thread.name())
            && self.store.thread(doc)?.is_none();
        if !is_comment {
            return Ok(None);
        }
        Ok(self.store.links_from(doc)?.into_iter().next())
    }

    /// Comments that came after one's own last word in their thread, and name oneself or answer one.
    pub(crate) fn remarks(&self) -> Result<Vec<Remark>, PeerError> {
        let Some(me) = self.mem.member() else { return Ok(Vec::new()) };
        let (people, id) = (people::names(&self.store, &self.mem.membership), hex(&me));
        let unread: BTreeSet<Id16> = self.store.unread_messages()?.into_iter().map(|row| row.doc).collect();
        let mut found = Vec::new();
        for thread in unread {
            let Some(page) = self.commented_on(&thread)? else { continue };
            if !self.stands(&page)? {
                continue;
            }
            let messages = self.store.messages_of(&thread)?;
            let last = messages.iter().rposition(|row| row.author == Some(me));
            let names = |row: &MessageRow| {
                let named =
                    |rest: &str| mentions::at(&people, rest).is_some_and(|(_, all)| all.contains(&me));
                row.addressed.iter().any(|word| *word == id || named(word))
            };
            for message in messages.into_iter().skip(last.map_or(0, |at| at + 1)) {
                let named = names(&message);
                if message.unread && !message.cancelled && (named || last.is_some()) {
                    found.push(Remark { thread, message, named });
                }
            }
        }
        Ok(found)
    }

    /// Whether a page or a task is here and not in the trash.
    fn stands(&self, doc: &Id16) -> Result<bool, PeerError> {
        let target = self.link_targets(&[DocId(*doc).to_string()])?.targets.into_iter().next();
        Ok(target.is_some_and(|target| target.present && !target.trashed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_name_whoever_stands_after_an_at_and_whose_id_it_holds() {
        assert_eq!(may_name("@Ben Whitfield: see @Aiko"), ["Aiko", "Ben Whitfield: see @Aiko"]);
        assert!(may_name("ben@example.org").is_empty(), "an address");
        let id = "8d6b3f2b77d88d6b3f2b77d88d6b3f2b";
        assert_eq!(may_name(&format!("for {id}, please")), [id]);
        assert!(may_name("Nobody is named, and beef is no id.").is_empty());
    }
}
