//! Threads in a list, and the people and things that threads name.

use tern_model::DocId;
use tern_trust::Id16;

use crate::api::*;

use super::resolve::{self, Wanted, unhex};
use super::{Core, people, posts, words};

impl Core {
    /// What a thread belongs to, for people.
    pub(crate) fn on_view(&self, on: Option<Id16>) -> Result<Option<OnView>, PeerError> {
        let Some(doc) = on else { return Ok(None) };
        let id = DocId(doc).to_string();
        if let Some(project) = self.store.projects()?.into_iter().find(|row| row.doc == doc) {
            return Ok(Some(OnView { id, kind: "project".to_owned(), title: project.title }));
        }
        let found = self.link_targets(std::slice::from_ref(&id))?.targets.into_iter().next();
        let (kind, title) = found.map(|target| (target.kind, target.title)).unwrap_or_default();
        Ok(Some(OnView { id, kind, title }))
    }

    /// A member by id in hex, with the name.
    pub(crate) fn person_view(&self, member: &str) -> PersonView {
        let name = unhex::<16>(member).map(|m| people::name_of(&self.store, &m));
        PersonView { id: member.to_owned(), name: name.unwrap_or_else(|| "somebody".to_owned()) }
    }

    pub(crate) fn threads_view(&self, on: Option<&str>, closed: bool) -> Result<ThreadsView, PeerError> {
        let now_ms = self.now_ms();
        let on = on.map(|on| resolve::document(&self.store, on, Wanted::Any)).transpose()?;
        let mut threads = Vec::new();
        let rows = self.store.threads()?.into_iter();
        for row in rows.filter(|row| closed || row.outcome.is_none()) {
            if on.is_some_and(|on| row.on_doc != Some(on.0)) {
                continue;
            }
            let out = |m: &tern_store::MessageRow| !m.cancelled && m.release_ms.is_none_or(|at| at <= now_ms);
            let messages: Vec<_> = self.store.messages_of(&row.doc)?.into_iter().filter(out).collect();
            let owed = self.store.owed_in(&row.doc)?;
            let owed = owed.iter().filter_map(posts::debt_of);
            // A thread that so far holds nothing but what waits is its author's alone.
            if messages.is_empty() && !self.is_mine(&row.doc)? {
                continue;
            }
            let last = messages.iter().max_by_key(|m| m.said_ms);
            threads.push((
                last.map_or(row.created_ms, |m| m.said_ms),
                ThreadRowView {
                    id: DocId(row.doc).to_string(),
                    on: self.on_view(row.on_doc)?,
                    title: row.title,
                    outcome: row.outcome,
                    unread: messages.iter().filter(|m| m.unread).count(),
                    owed: owed.filter(|debt| debt.is_open(now_ms)).count(),
                    last_author: last
                        .and_then(|m| m.author)
                        .map(|m| people::name_of(&self.store, &m))
                        .unwrap_or_default(),
                    last: last.map(|m| self.my_zone().rfc9557(m.said_ms)),
                    messages: messages.len(),
                },
            ));
        }
        threads.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
        Ok(ThreadsView { threads: threads.into_iter().map(|(_, thread)| thread).collect() })
    }

    /// Whether oneself wrote in a thread, if only what still waits.
    fn is_mine(&self, thread: &Id16) -> Result<bool, PeerError> {
        let (messages, member) = (self.store.messages_of(thread)?, self.mem.member());
        Ok(member.is_some() && messages.iter().any(|m| m.author == member && !m.cancelled))
    }

    /// An instant in UTC as machines read it.
    pub(crate) fn utc(at_ms: Option<i64>) -> Option<String> {
        at_ms.map(words::utc)
    }
}
