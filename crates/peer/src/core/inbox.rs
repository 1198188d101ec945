//! The inbox: threads that need oneself. What is put away, snoozed or muted are marks in the personal space; what comes
//! back when is a function of marks, messages and the time.

use std::collections::{BTreeMap, BTreeSet};

use tern_model::conversation::Debt;
use tern_model::{DocId, Value};
use tern_store::{MarkRow, MessageRow, ThreadRow};
use tern_trust::Id16;

use crate::api::*;

use super::errors::usage;
use super::owed::Hours;
use super::practice::questions;
use super::reading::{self, UNREAD};
use super::resolve::hex;
use super::{Core, Work, comments, people, threads};

const DONE: &str = "done";
const SNOOZE: &str = "snooze";
const MUTE: &str = "mute";
/// Begins a snooze until a reply; the heads at that time follow.
const REPLY: &str = "reply ";
/// Begins a snooze until an instant; milliseconds follow.
const UNTIL: &str = "until ";

/// Does something with an item.
pub(crate) fn perform(work: &mut Work<'_, '_>, command: &InboxCommand) -> Result<Reply, PeerError> {
    let id = match threads::find(&work.txn, &command.thread) {
        Ok(thread) => thread,
        Err(error) => comments::find(work, &command.thread).map_err(|_| error)?,
    };
    let text = |text: &str| Value::Text(text.to_owned());
    match &command.does {
        InboxDoes::Done => {
            let heads = work.doc(id)?.heads().to_string();
            let mut marks = vec![(DONE, text(&heads)), (SNOOZE, Value::Null), (UNREAD, Value::Null)];
            marks.extend(reading::looked(work, &id)?);
            // Whoever puts it away is not asked again for this time.
            marks.extend(questions::skip_mark(work, id));
            reading::mark(work, &id, &marks)?;
        }
        InboxDoes::Snooze(until) => {
            let value = snooze(work, id, until)?;
            reading::mark(work, &id, &[(SNOOZE, Value::Text(value))])?;
        }
        InboxDoes::Unread => {
            reading::mark(work, &id, &[(UNREAD, text("yes")), (SNOOZE, Value::Null)])?;
        }
        InboxDoes::Back(before) => {
            let done = before.as_deref().map_or(Value::Null, text);
            reading::mark(work, &id, &[(DONE, done), (SNOOZE, Value::Null)])?;
        }
        InboxDoes::Mute(on) => {
            let value = if *on { text("yes") } else { Value::Null };
            reading::mark(work, &id, &[(MUTE, value)])?;
        }
    }
    Ok(Reply::Done {})
}

fn snooze(work: &mut Work<'_, '_>, id: DocId, until: &SnoozeUntil) -> Result<String, PeerError> {
    let (now_ms, me) = (work.now_ms(), work.mem.member());
    let at_ms = match until {
        SnoozeUntil::Reply => return Ok(format!("{REPLY}{}", work.doc(id)?.heads())),
        SnoozeUntil::Moment(text) => people::zone_of(&work.txn, me)
            .moment(text)
            .map_err(|e| PeerError::new(ErrorKind::Usage, format!("{e}.")))?,
        SnoozeUntil::Morning => {
            let profile = me.and_then(|me| people::profile_of(&work.txn, &me));
            profile.and_then(|profile| profile.next_morning(now_ms)).ok_or_else(|| {
                usage("You have stated no hours, so there is no next morning.", "Give a moment.")
            })?
        }
    };
    if at_ms <= now_ms {
        return Err(usage("That moment is past.", "Name one to come."));
    }
    Ok(format!("{UNTIL}{at_ms}"))
}

/// Marks on threads, by name.
type Marks = BTreeMap<Id16, BTreeMap<String, String>>;

fn by_thread(rows: Vec<MarkRow>) -> Marks {
    let mut marks = Marks::new();
    for row in rows {
        marks.entry(row.thread).or_default().insert(row.name, row.value);
    }
    marks
}

/// Whether a thread is muted.
pub(crate) fn is_muted(marks: &[MarkRow]) -> bool {
    marks.iter().any(|mark| mark.name == MUTE)
}

/// Why a thread is in the inbox: strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Owed,
    Named,
    Answered,
    Follows,
    Unread,
}

impl Why {
    fn word(self) -> &'static str {
        match self {
            Why::Owed => "owed",
            Why::Named => "named",
            Why::Answered => "answered",
            Why::Follows => "follows",
            Why::Unread => "unread",
        }
    }
}

/// A thread that needs oneself, while it is gathered.
struct Found {
    why: Why,
    message: MessageRow,
    by_ms: Option<i64>,
    unread: usize,
}

/// What the inbox is made of.
struct Desk<'a> {
    core: &'a Core,
    me: String,
    now_ms: i64,
    threads: BTreeMap<Id16, ThreadRow>,
    marks: Marks,
    found: BTreeMap<Id16, Found>,
}

impl Desk<'_> {
    fn mark(&self, thread: &Id16, name: &str) -> Option<&str> {
        self.marks.get(thread)?.get(name).map(String::as_str)
    }

    /// Title of a thread, and what it belongs to; a comment is called as what it is on.
    fn told(&self, thread: &Id16) -> Result<(String, Option<OnView>), PeerError> {
        if let Some(row) = self.threads.get(thread) {
            return Ok((row.title.clone(), self.core.on_view(row.on_doc)?));
        }
        let on = self.core.on_view(self.core.commented_on(thread)?)?;
        Ok((on.as_ref().map(|on| on.title.clone()).unwrap_or_default(), on))
    }

    fn add(&mut self, thread: Id16, why: Why, message: MessageRow, by_ms: Option<i64>) {
        let unread = usize::from(message.unread && why != Why::Owed);
        let weight = |why: Why, by: Option<i64>, said: i64| (why, by.unwrap_or(i64::MAX), -said);
        match self.found.get_mut(&thread) {
            Some(known) => {
                known.unread += unread;
                let old = weight(known.why, known.by_ms, known.message.said_ms);
                if weight(why, by_ms, message.said_ms) < old {
                    (known.why, known.message, known.by_ms) = (why, message, by_ms);
                }
            }
            None => drop(self.found.insert(thread, Found { why, message, by_ms, unread })),
        }
    }

    /// Answers that oneself owes, unless the message was put away.
    fn gather_owed(&mut self, hours: &mut Hours<'_>, debts: &[(Id16, Debt)]) -> Result<(), PeerError> {
        let me = self.me.clone();
        for (thread, debt) in debts.iter().filter(|(_, debt)| debt.debtor == me) {
            let message = self.core.store.message(thread, &debt.message)?;
            if let Some(message) = message.filter(|message| message.undone) {
                let lane = self.threads.get(thread).map(|row| row.lane).unwrap_or_default();
                let by_ms = hours.within(&lane)?.expectation(debt).by_ms;
                self.add(*thread, Why::Owed, message, by_ms);
            }
        }
        Ok(())
    }

    fn gather_unread(&mut self) -> Result<(), PeerError> {
        for message in self.core.store.unread_messages()? {
            let is_out = !message.cancelled && message.release_ms.is_none_or(|at| at <= self.now_ms);
            let Some(thread) = self.threads.get(&message.doc).filter(|_| is_out) else { continue };
            let named = message.addressed.contains(&self.me);
            let follows = thread.participants.contains(&self.me);
            if named {
                self.add(message.doc, Why::Named, message, None);
            } else if follows && self.mark(&message.doc, MUTE).is_none() {
                self.add(message.doc, Why::Follows, message, None);
            }
        }
        Ok(())
    }

    /// Comments that name oneself or answer one.
    fn gather_remarks(&mut self) -> Result<(), PeerError> {
        for remark in self.core.remarks()? {
            let why = if remark.named { Why::Named } else { Why::Answered };
            self.add(remark.thread, why, remark.message, None);
        }
        Ok(())
    }

    /// Threads that oneself keeps as unread.
    fn gather_kept(&mut self) -> Result<(), PeerError> {
        let kept = self.marks.iter().filter(|(_, marks)| marks.contains_key(UNREAD));
        let kept: Vec<Id16> = kept.map(|(thread, _)| *thread).collect();
        let now_ms = self.now_ms;
        for thread in kept {
            if self.found.contains_key(&thread) {
                continue;
            }
            let out = |m: &MessageRow| !m.cancelled && m.release_ms.is_none_or(|at| at <= now_ms);
            let last = self.core.store.messages_of(&thread)?.into_iter().rev().find(out);
            if let Some(message) = last {
                self.add(thread, Why::Unread, message, None);
            }
        }
        Ok(())
    }

    /// Takes what is snoozed out, and says until when.
    fn set_snoozed_aside(&mut self) -> Result<Vec<(Id16, Option<i64>)>, PeerError> {
        let woken: BTreeSet<Id16> = self.core.store.woken_threads(self.now_ms)?.into_iter().collect();
        let mut snoozed = Vec::new();
        for (thread, marks) in &self.marks {
            let Some(value) = marks.get(SNOOZE) else { continue };
            let until = value.strip_prefix(UNTIL).and_then(|at| at.parse::<i64>().ok());
            let is_away = match until {
                Some(at) => at > self.now_ms,
                None => value.starts_with(REPLY) && !woken.contains(thread),
            };
            if is_away && self.found.remove(thread).is_some() {
                snoozed.push((*thread, until));
            }
        }
        Ok(snoozed)
    }
}

impl Core {
    /// Watchers look again when time alone brought something: a scheduled message, the end of a snooze.
    pub(crate) fn pass_time(&mut self) -> Result<(), PeerError> {
        let now_ms = self.now_ms();
        let Some(from_ms) = self.mem.looked_ms.replace(now_ms) else { return Ok(()) };
        let ends = |mark: &MarkRow| {
            let until = mark.value.strip_prefix(UNTIL).and_then(|at| at.parse::<i64>().ok());
            until.is_some_and(|at| from_ms < at && at <= now_ms)
        };
        let asked: Vec<(String, String)> = self.asks()?.into_iter().map(|ask| (ask.id, ask.since)).collect();
        let is_asked = asked != self.mem.asked;
        self.mem.asked = asked;
        if is_asked
            || self.store.appears_between(from_ms, now_ms)?
            || self.store.marks_named(SNOOZE)?.iter().any(ends)
        {
            self.mem.version += 1;
            self.mem.talks_version = self.mem.version;
        }
        Ok(())
    }

    pub(crate) fn inbox_view(&self) -> Result<InboxView, PeerError> {
        let (now_ms, zone) = (self.now_ms(), self.my_zone());
        let threads = self.store.threads()?.into_iter().map(|row| (row.doc, row)).collect();
        let mut desk = Desk {
            core: self,
            me: self.mem.member().map(|me| hex(&me)).unwrap_or_default(),
            now_ms,
            threads,
            marks: by_thread(self.store.marks()?),
            found: BTreeMap::new(),
        };
        let mut hours = Hours::new(self);
        desk.gather_owed(&mut hours, &self.open_debts(now_ms)?)?;
        desk.gather_unread()?;
        desk.gather_remarks()?;
        desk.gather_kept()?;
        let away = desk.set_snoozed_aside()?;
        let mut snoozed: Vec<(Option<i64>, SnoozedView)> = Vec::with_capacity(away.len());
        for (thread, until) in &away {
            let view = SnoozedView {
                id: DocId(*thread).to_string(),
                title: desk.told(thread)?.0,
                until: until.map(|at| zone.rfc9557(at)),
            };
            snoozed.push((*until, view));
        }
        snoozed.sort_by_key(|(until, view)| (until.unwrap_or(i64::MAX), view.id.clone()));
        let mut found: Vec<(Id16, Found)> = std::mem::take(&mut desk.found).into_iter().collect();
        found.sort_by_key(|(thread, f)| (f.why, f.by_ms.unwrap_or(i64::MAX), -f.message.said_ms, *thread));
        let mut items = Vec::with_capacity(found.len());
        for (thread, found) in found {
            let (title, on) = desk.told(&thread)?;
            let comment = !desk.threads.contains_key(&thread);
            let author = found.message.author.map(|author| hours.of(&hex(&author)).0.clone());
            items.push(InboxItem {
                id: DocId(thread).to_string(),
                title,
                on,
                comment,
                why: found.why.word().to_owned(),
                author: author.unwrap_or_else(|| "somebody".to_owned()),
                when: zone.rfc9557(found.message.said_ms),
                unread: found.unread,
                expected_by: Core::utc(found.by_ms),
                expected_local: found.by_ms.map(|at| zone.show(at)),
                put_away: desk.mark(&thread, DONE).map(str::to_owned),
                message: found.message.id,
                text: found.message.text,
                intent: found.message.intent,
                urgency: found.message.urgency,
            });
        }
        let coming = coming(&snoozed, &zone);
        let asks = self.asks()?;
        Ok(InboxView { items, asks, snoozed: snoozed.into_iter().map(|(_, view)| view).collect(), coming })
    }
}

fn coming(snoozed: &[(Option<i64>, SnoozedView)], zone: &tern_model::hours::Zone) -> String {
    match snoozed.first() {
        Some((Some(at), view)) => format!("“{}” comes back {}.", view.title, zone.show(*at)),
        Some((None, view)) => format!("“{}” comes back with a reply.", view.title),
        None => "What others write comes with the next exchange.".to_owned(),
    }
}
