//! Threads in a list, and the people and things that threads name.

use std::collections::BTreeMap;

use tern_model::DocId;
use tern_store::TalkRow;
use tern_trust::Id16;

use crate::api::*;

use super::resolve::{self, Wanted, unhex};
use super::{Core, people, posts, words};

impl Core {
    /// What a thread belongs to, for people.
    pub(crate) fn on_view(&self, on: Option<Id16>) -> Result<Option<OnView>, PeerError> {
        let Some(doc) = on else { return Ok(None) };
        let id = DocId(doc).to_string();
        if let Some(project) = self.store.project(&doc)? {
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
        let (now_ms, zone) = (self.now_ms(), self.my_zone());
        let on = on.map(|on| resolve::document(&self.store, on, Wanted::Any)).transpose()?;
        // What has appeared and what is owed is asked for all threads at once.
        let talks: BTreeMap<Id16, TalkRow> =
            self.store.talks(now_ms)?.into_iter().map(|talk| (talk.doc, talk)).collect();
        let mut owed: BTreeMap<Id16, usize> = BTreeMap::new();
        for row in self.store.owed_by_all(now_ms)? {
            let open = posts::debt_of(&row).is_some_and(|debt| debt.is_open(now_ms));
            *owed.entry(row.doc).or_default() += usize::from(open);
        }
        let names: BTreeMap<Id16, String> =
            people::names(&self.store, &self.mem.membership).into_iter().collect();
        let rows = self.store.threads()?.into_iter();
        let listed = rows
            .filter(|row| closed || row.outcome.is_none())
            .filter(|row| on.is_none_or(|on| row.on_doc == Some(on.0)));
        let mut threads = Vec::new();
        for row in listed {
            let talk = talks.get(&row.doc);
            // A thread that so far holds nothing but what waits is its author's alone.
            if talk.is_none() && !self.is_mine(&row.doc)? {
                continue;
            }
            let author = talk.and_then(|talk| talk.last_author);
            let view = ThreadRowView {
                id: DocId(row.doc).to_string(),
                on: self.on_view(row.on_doc)?,
                title: row.title,
                outcome: row.outcome,
                unread: talk.map_or(0, |talk| talk.unread as usize),
                owed: owed.get(&row.doc).copied().unwrap_or(0),
                last_author: author
                    .map(|m| names.get(&m).cloned().unwrap_or_else(|| people::name_of(&self.store, &m)))
                    .unwrap_or_default(),
                last: talk.map(|talk| zone.rfc9557(talk.last_ms)),
                messages: talk.map_or(0, |talk| talk.messages as usize),
            };
            threads.push((talk.map_or(row.created_ms, |talk| talk.last_ms), view));
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
