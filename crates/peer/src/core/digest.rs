//! What changed since oneself last looked: from history, offline. Rows of `news` say which documents to load; each stands
//! in a digest at most once, for all changes of others in it.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use tern_model::conversation::Debt;
use tern_model::history::ChangeInfo;
use tern_model::hours::Zone;
use tern_model::{Doc, DocId, Heads, Kind};
use tern_store::MarkRow;
use tern_trust::{Id16, Membership};

use crate::api::*;

use super::news::{self, Mine};
use super::owed::Hours;
use super::resolve::hex;
use super::{Core, documents, forms, inbox, people, posts};

mod by_words;
mod conversation;
mod project;
mod tell;

/// Groups in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    NeedsYou,
    Decided,
    Docs,
    Tasks,
    Fyi,
}

impl Group {
    fn word(self) -> &'static str {
        match self {
            Group::NeedsYou => "needs_you",
            Group::Decided => "decided",
            Group::Docs => "docs",
            Group::Tasks => "tasks",
            Group::Fyi => "fyi",
        }
    }
}

/// A changed document on its way into the digest.
struct Changed {
    doc: Doc,
    from: Heads,
    /// Changes of others after that version.
    fresh: Vec<ChangeInfo>,
}

/// What a changed document comes to.
enum Shown {
    Item(Told),
    Counted(&'static str),
    /// Nothing of it has appeared yet.
    Hidden,
}

/// An item before names and times are put in.
struct Told {
    group: Group,
    kind: &'static str,
    title: String,
    text: String,
    why: &'static str,
    expected_by_ms: Option<i64>,
    parts: Vec<DigestPart>,
    /// The page that comments are on.
    page: Option<String>,
}

/// What a digest is made with.
struct Desk<'a> {
    core: &'a Core,
    mine: &'a Mine<'a>,
    me: String,
    now_ms: i64,
    debts: BTreeMap<Id16, Vec<Debt>>,
    /// Differences that may still be told in words.
    diffs_left: usize,
    /// From when on, when the reader says so; else what was not seen.
    since_ms: Option<i64>,
    /// Everybody by name, read once it is asked who is named.
    people: &'a OnceCell<Vec<(Id16, String)>>,
}

impl Core {
    /// What others changed: since oneself last saw it, or since an instant by their clocks.
    pub(crate) fn digest(&self, since: Option<&str>) -> Result<DigestView, PeerError> {
        let zone = self.my_zone();
        let since_ms = since
            .map(|text| zone.moment(text))
            .transpose()
            .map_err(|e| PeerError::new(ErrorKind::Usage, format!("{e}.")))?;
        let candidates = self.candidates(since_ms)?;
        let membership = self.mem.membership.clone();
        let mine = Mine::new(&membership, self.mem.member());
        let now_ms = self.now_ms();
        let debts = by_thread(self.open_debts(now_ms)?);
        let mut made = Vec::new();
        let mut counted = Vec::new();
        let mut diffs_left = MAX_DIGEST_DIFFS;
        let people = OnceCell::new();
        let candidates: Vec<DocId> = candidates.into_iter().collect();
        documents::look_at_all(self, &candidates, |id, doc| {
            let Ok(doc) = doc else {
                // One damaged document does not keep the rest from being read; `tern check` names it.
                counted.push(DigestCounted {
                    id: id.to_string(),
                    why: "unreadable".to_owned(),
                    ..DigestCounted::default()
                });
                return Ok(());
            };
            let from = match since_ms {
                Some(at) => doc.before(at),
                None => news::seen(&self.store, &doc, &mine)?,
            };
            let mut fresh = doc.history_since(&from);
            fresh.retain(|change| !mine.is(&change.actor));
            let changed = Changed { doc, from, fresh };
            let me = self.mem.member().map(|me| hex(&me)).unwrap_or_default();
            let debts = debts.get(&id.0).map(|debts| (id.0, debts.clone())).into_iter().collect();
            let mut desk =
                Desk { core: self, mine: &mine, me, now_ms, debts, diffs_left, since_ms, people: &people };
            match desk.look(&changed)? {
                Shown::Item(told) => made.push(desk.item(&changed, told, &zone)),
                Shown::Counted(why) => counted.push(count(&changed, why)),
                Shown::Hidden => {}
            }
            diffs_left = desk.diffs_left;
            Ok(())
        })?;
        self.join_handoffs(&mut made)?;
        made.extend(self.untaken(&membership, &zone)?);
        made.sort_by(|a, b| (a.0, -a.1, &a.2.id).cmp(&(b.0, -b.1, &b.2.id)));
        let items: Vec<DigestItem> = made.into_iter().map(|(_, _, item)| item).collect();
        let counts = counts(&items, &counted);
        Ok(DigestView { since: since_ms.map(|at| zone.rfc9557(at)), items, counted, counts })
    }

    /// Documents that may have something new; nothing else is loaded.
    fn candidates(&self, since_ms: Option<i64>) -> Result<BTreeSet<DocId>, PeerError> {
        let rows = match since_ms {
            Some(at) => self.store.news_since(at)?,
            None => self.store.unseen_news()?,
        };
        let mut found: BTreeSet<DocId> = rows.into_iter().map(|row| DocId(row.doc)).collect();
        // What was scheduled may appear long after it came.
        let now_ms = self.now_ms();
        let from_ms = since_ms.unwrap_or(i64::MIN);
        let released =
            |m: &tern_store::MessageRow| m.release_ms.is_some_and(|at| from_ms <= at && at <= now_ms);
        match since_ms {
            None => {
                let unread = self.store.unread_messages()?;
                found.extend(unread.iter().filter(|m| released(m)).map(|m| DocId(m.doc)));
            }
            Some(at) => found.extend(self.store.threads_released(at, now_ms)?.into_iter().map(DocId)),
        }
        Ok(found)
    }

    /// A hand-off and the thread in which it is asked are one item.
    fn join_handoffs(&self, made: &mut Vec<(Group, i64, DigestItem)>) -> Result<(), PeerError> {
        let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (_, _, item) in made.iter().filter(|(_, _, item)| item.kind == "thread") {
            let Ok(id) = item.id.parse::<DocId>() else { continue };
            if let Some(on) = self.store.thread(&id.0)?.and_then(|row| row.on_doc) {
                asked.entry(DocId(on).to_string()).or_default().push(item.id.clone());
            }
        }
        let mut joined: BTreeMap<String, DigestCounted> = BTreeMap::new();
        for (_, _, item) in made.iter().filter(|(_, _, item)| item.kind == "handoff") {
            for thread in asked.get(&item.id).into_iter().flatten() {
                if let Some((_, _, told)) = made.iter().find(|(_, _, other)| other.id == *thread) {
                    let counted = DigestCounted {
                        id: told.id.clone(),
                        why: "handoff".to_owned(),
                        changes: told.changes,
                        from_heads: told.from_heads.clone(),
                        heads: told.heads.clone(),
                    };
                    joined.insert(item.id.clone(), counted);
                }
            }
        }
        for (_, _, item) in made.iter_mut() {
            item.also.extend(joined.get(&item.id).cloned());
        }
        made.retain(|(_, _, item)| !joined.values().any(|one| one.id == item.id));
        Ok(())
    }

    /// Own hand-offs that nobody took within an hour of the other's working day: derived, not changed.
    fn untaken(
        &self,
        membership: &Membership,
        zone: &Zone,
    ) -> Result<Vec<(Group, i64, DigestItem)>, PeerError> {
        let mut found = Vec::new();
        for late in forms::handoffs_not_taken(&self.store, membership, self.mem.member(), self.now_ms())? {
            let item = DigestItem {
                group: Group::NeedsYou.word().to_owned(),
                id: DocId(late.doc).to_string(),
                kind: "handoff".to_owned(),
                title: late.title,
                text: format!("{} has not taken it, an hour into their day.", late.to),
                why: "not_taken".to_owned(),
                when: zone.rfc9557(late.since_ms),
                ..DigestItem::default()
            };
            found.push((Group::NeedsYou, late.since_ms, item));
        }
        Ok(found)
    }
}

fn by_thread(debts: Vec<(Id16, Debt)>) -> BTreeMap<Id16, Vec<Debt>> {
    let mut all: BTreeMap<Id16, Vec<Debt>> = BTreeMap::new();
    for (thread, debt) in debts {
        all.entry(thread).or_default().push(debt);
    }
    all
}

fn count(changed: &Changed, why: &str) -> DigestCounted {
    DigestCounted {
        id: changed.doc.id().to_string(),
        why: why.to_owned(),
        changes: changed.fresh.len(),
        from_heads: changed.from.to_string(),
        heads: changed.doc.heads().to_string(),
    }
}

fn counts(items: &[DigestItem], counted: &[DigestCounted]) -> DigestCounts {
    let of = |group: Group| items.iter().filter(|item| item.group == group.word()).count();
    DigestCounts {
        needs_you: of(Group::NeedsYou),
        decided: of(Group::Decided),
        docs: of(Group::Docs),
        tasks: of(Group::Tasks),
        fyi: of(Group::Fyi),
        muted: counted.iter().filter(|one| one.why == "muted").count(),
    }
}

impl Desk<'_> {
    fn look(&mut self, changed: &Changed) -> Result<Shown, PeerError> {
        let is_thread = changed.doc.kind() == Kind::Thread && !posts::is_comment(&changed.doc);
        if changed.fresh.is_empty() && !is_thread {
            return Ok(Shown::Hidden);
        }
        Ok(match changed.doc.kind() {
            Kind::Page => Shown::Item(self.page(changed)?),
            Kind::Task => Shown::Item(self.task(changed)?),
            Kind::Thread if is_thread => self.conversation(changed)?,
            Kind::Thread => Shown::Item(self.comments(changed)?),
            Kind::Project => Shown::Item(self.project(changed)?),
            Kind::Reading => Shown::Hidden,
            kind => Shown::Item(self.other(changed, &kind)?),
        })
    }

    fn item(&self, changed: &Changed, told: Told, zone: &Zone) -> (Group, i64, DigestItem) {
        let mut authors: Vec<String> = Vec::new();
        let actors: BTreeSet<&Id16> = changed.fresh.iter().map(|change| &change.actor).collect();
        for actor in actors {
            let name = self.author(actor);
            if !authors.contains(&name) {
                authors.push(name);
            }
        }
        let when_ms = changed.fresh.iter().map(|change| change.time_ms).max().unwrap_or(self.now_ms);
        let item = DigestItem {
            group: told.group.word().to_owned(),
            id: changed.doc.id().to_string(),
            kind: told.kind.to_owned(),
            title: told.title,
            text: told.text,
            why: told.why.to_owned(),
            authors,
            when: zone.rfc9557(when_ms),
            new: changed.from == Heads::default(),
            changes: changed.fresh.len(),
            expected_by: Core::utc(told.expected_by_ms),
            from_heads: changed.from.to_string(),
            heads: changed.doc.heads().to_string(),
            parts: told.parts,
            page: told.page,
            also: Vec::new(),
        };
        (told.group, when_ms, item)
    }

    fn author(&self, actor: &Id16) -> String {
        let member = self.mine.member(actor);
        member.map_or_else(|| "somebody".to_owned(), |member| people::name_of(&self.core.store, &member))
    }

    fn is_muted(&self, marks: &[MarkRow]) -> bool {
        inbox::is_muted(marks)
    }

    /// By when oneself is expected to answer in a thread; the earliest.
    fn owed_by(&self, thread: &Id16) -> Option<(String, Option<i64>)> {
        let mut hours = Hours::new(self.core);
        let lane = self.core.store.thread(thread).ok().flatten().map(|row| row.lane).unwrap_or_default();
        hours.within(&lane).ok()?;
        let owed = self.debts.get(thread)?.iter().filter(|debt| debt.debtor == self.me);
        let times = owed.map(|debt| (debt.message.clone(), hours.expectation(debt).by_ms));
        times.min_by_key(|(_, by)| by.unwrap_or(i64::MAX))
    }
}
