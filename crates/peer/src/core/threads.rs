//! Threads: opening, answering, acknowledging, closing, and what their authors change.

use tern_model::conversation::{
    AckKind, Amend, Conversation, Intent, NewPost, ON, PARTICIPANTS, Post, Release, Urgency,
};
use tern_model::hours::Zone;
use tern_model::{Class, DocId, Edit, Kind};
use tern_store::Store;
use tern_trust::derive::ZERO16;
use tern_trust::{Id16, Role};

use crate::api::*;

use super::errors::{bad_input, not_allowed, not_found, usage};
use super::practice::emergency;
use super::resolve::{self, Wanted, hex, unhex};
use super::{Work, drafts, mentions, people, posts, reached, spaces};

/// What a command did to a thread, and what it has to say about that.
pub(crate) struct Done {
    pub thread: DocId,
    pub note: Option<String>,
}

/// What people call the time at which a recipient's day begins.
pub(crate) const THEIR_MORNING: &str = "their-morning";

/// Performs a command on a thread; drafts are `drafts::keep`.
pub(crate) fn perform(work: &mut Work<'_, '_>, command: &ThreadCommand) -> Result<Done, PeerError> {
    let (thread, note) = match command {
        ThreadCommand::New { title, on, space, say } => {
            open(work, title, on.as_deref(), space.as_deref(), say)?
        }
        ThreadCommand::Reply { thread, say } => {
            let id = find(&work.txn, thread)?;
            let note = post(work, id, say)?;
            drafts::forget(work, Some(id))?;
            (id, note)
        }
        ThreadCommand::Ack { thread, message, says } => acknowledge(work, thread, message.as_deref(), says)?,
        ThreadCommand::Close { thread, outcome } => close(work, thread, outcome.as_deref())?,
        ThreadCommand::Edit { thread, message, body, deliver_at } => {
            edit(work, thread, message, body.as_deref(), deliver_at.as_deref())?
        }
        ThreadCommand::Cancel { thread, message } => cancel(work, thread, message)?,
        ThreadCommand::Draft { .. } | ThreadCommand::ShareSeen { .. } => {
            return Err(super::errors::internal("This command belongs to no thread."));
        }
    };
    Ok(Done { thread, note })
}

/// The thread that a text names: full id, unique prefix, or a title that only one has.
pub(crate) fn find(store: &Store, text: &str) -> Result<DocId, PeerError> {
    let typed = text.trim();
    let rows = store.threads()?;
    if let Some(row) = typed.parse::<DocId>().ok().and_then(|id| rows.iter().find(|row| row.doc == id.0)) {
        return Ok(DocId(row.doc));
    }
    let upper = typed.to_uppercase();
    let titled: Vec<DocId> = rows.iter().filter(|row| row.title == typed).map(|row| DocId(row.doc)).collect();
    let ids = rows.iter().map(|row| DocId(row.doc));
    let named: Vec<DocId> = ids.filter(|id| upper.len() >= 4 && id.to_string().starts_with(&upper)).collect();
    match (titled.as_slice(), named.as_slice()) {
        ([one], _) | ([], [one]) => Ok(*one),
        ([], []) => Err(not_found("thread", typed).next("`tern thread list` shows what there is.")),
        _ => Err(bad_input(format!("“{typed}” could mean several threads."))
            .safe("Nothing was changed.")
            .next("Type more of its id.")),
    }
}

/// The message of a thread that a text names.
pub(crate) fn message<'c>(conversation: &'c Conversation, text: &str) -> Result<&'c Post, PeerError> {
    let typed = text.trim().to_uppercase();
    let mut found = conversation.posts.iter().filter(|post| post.id.starts_with(&typed) && !typed.is_empty());
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(one), Some(_)) if one.id == typed => Ok(one),
        (None, _) => Err(not_found("message", text.trim()).next("`tern thread show` prints their ids.")),
        _ => {
            Err(bad_input(format!("“{}” could mean several messages.", text.trim())).next("Type more of it."))
        }
    }
}

fn me(work: &Work<'_, '_>) -> Result<String, PeerError> {
    work.mem.member().map(|me| hex(&me)).ok_or_else(|| not_found("member", "me"))
}

/// The members who are in, by what people typed.
fn active(work: &Work<'_, '_>, text: &str) -> Result<Id16, PeerError> {
    let names = people::names(&work.txn, &work.mem.membership);
    let found = resolve::member(&names, work.mem.member(), text)?;
    if work.mem.membership.role_of(&found) == Role::None {
        let name = people::name_of(&work.txn, &found);
        return Err(usage(
            format!("{name} is not in the workspace any more, and owes nobody anything."),
            "Choose somebody else; `tern member list` shows who is here.",
        ));
    }
    Ok(found)
}

/// What a thread belongs to: a page, a task or a project.
fn belongs_to(work: &Work<'_, '_>, text: &str) -> Result<DocId, PeerError> {
    let found = resolve::document(&work.txn, text, Wanted::Any);
    let project = |row: &tern_store::ProjectRow| {
        row.title == text.trim() || DocId(row.doc).to_string() == text.trim().to_uppercase()
    };
    match found {
        Ok(id) => Ok(id),
        Err(error) => {
            let projects = work.txn.projects()?;
            projects.iter().find(|row| project(row)).map(|row| DocId(row.doc)).ok_or(error)
        }
    }
}

fn open(
    work: &mut Work<'_, '_>,
    title: &str,
    on: Option<&str>,
    space: Option<&str>,
    say: &Say,
) -> Result<(DocId, Option<String>), PeerError> {
    let title = title.trim();
    if title.is_empty() {
        return Err(usage("A thread needs a title.", "Say in a few words what it is about."));
    }
    super::errors::bounded("The title", title, super::errors::MAX_TITLE_CHARS)?;
    let on = on.map(|on| belongs_to(work, on)).transpose()?;
    let home = on.map(|on| spaces::space_of(&work.txn, work.mem, &on)).transpose()?;
    let wanted = space.map(|space| spaces::find_or_make(work, space)).transpose()?;
    if let (Some(home), Some(wanted)) = (home, wanted)
        && home != wanted
    {
        return Err(usage(
            "What the thread belongs to lies in another space.",
            "Leave --space out: a thread lies where that lies.",
        ));
    }
    let id = DocId::new(Class::Conversation, work.random());
    let mut edits = vec![super::pages::text("title", title)];
    edits.extend(on.map(|on| super::pages::text(ON, &on.to_string())));
    work.create_in(home.or(wanted).unwrap_or(ZERO16), id, &Kind::Thread, &edits)?;
    let note = post(work, id, say)?;
    drafts::forget(work, None)?;
    Ok((id, note))
}

/// Adds a message and whoever it concerns to the participants.
fn post(work: &mut Work<'_, '_>, id: DocId, say: &Say) -> Result<Option<String>, PeerError> {
    let me = me(work)?;
    let doc = work.doc(id)?.clone();
    let participants = posts::read(&work.mem.membership.clone(), &doc).participants;
    let lane = spaces::space_of(&work.txn, work.mem, &id)?;
    let (post, note) = compose(work, say, &me, &participants, &lane)?;
    let join = |member: &String| Edit::AddTo { set: PARTICIPANTS.to_owned(), item: member.clone() };
    let concerned = std::iter::once(&me).chain(&post.to).chain(&post.named);
    let joins: Vec<Edit> = concerned.filter(|member| !participants.contains(member)).map(join).collect();
    if !joins.is_empty() {
        work.edit(id, &joins)?;
    }
    let mut message = String::new();
    work.edit_with(id, |doc, stamp| {
        let (changes, written) = doc.post(stamp, &me, &post)?;
        message = written;
        Ok(changes)
    })?;
    super::practice::questions::note_answer(work, id, &message)?;
    if post.urgency != Urgency::None && !post.to.is_empty() {
        reached::wait_for(work, id, &message, &post.to)?;
    }
    Ok(note)
}

fn checked(text: &str) -> Result<String, PeerError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(usage("A message needs words.", "Write something with --body."));
    }
    if text.len() > MAX_POST_BYTES {
        return Err(bad_input(format!("A message holds at most {} KiB.", MAX_POST_BYTES / 1024))
            .safe("Nothing was changed.")
            .next("Long text belongs on a page; a message can link to it."));
    }
    Ok(text.to_owned())
}

fn compose(
    work: &Work<'_, '_>,
    say: &Say,
    me: &str,
    participants: &[String],
    lane: &Id16,
) -> Result<(NewPost, Option<String>), PeerError> {
    let text = checked(&say.body)?;
    let intent = match say.intent.as_deref() {
        None => Intent::Fyi,
        Some(word) => Intent::from_name(&word.trim().to_lowercase()).ok_or_else(|| {
            usage(format!("“{word}” is no intent."), "Choose fyi, question, decision, review or blocker.")
        })?,
    };
    let urgency = match say.urgency.as_deref() {
        None => intent.usual_urgency(),
        Some(word) => Urgency::from_name(&word.trim().to_lowercase()).ok_or_else(|| {
            usage(format!("“{word}” is no urgency."), "Choose emergency, urgent, standard or none.")
        })?,
    };
    let reason = say.reason.as_deref().map(str::trim).unwrap_or_default().to_owned();
    if urgency == Urgency::Urgent && reason.is_empty() {
        return Err(usage("An urgent message says why it cannot wait.", "Add --reason “…”."));
    }
    let criterion = match urgency {
        Urgency::Emergency => emergency::criterion(work, lane, say.criterion.as_deref())?,
        _ => String::new(),
    };
    let mut to = Vec::new();
    for who in say.to.iter().flat_map(|who| who.split(',')).filter(|who| !who.trim().is_empty()) {
        let member = hex(&active(work, who)?);
        if member != me && !to.contains(&member) {
            to.push(member);
        }
    }
    if urgency == Urgency::Emergency && say.to.is_empty() {
        to.extend(emergency::called(work, lane)?.into_iter().filter(|member| member != me));
    }
    if to.is_empty() && say.to.is_empty() && urgency != Urgency::None {
        let is_in = |m: &String| {
            unhex::<16>(m).is_some_and(|m| work.mem.membership.role_of(&m) != Role::None) && m != me
        };
        to.extend(participants.iter().filter(|m| is_in(m)).cloned());
    }
    let named = named(work, &text, me);
    let (release, note) = match say.deliver_at.as_deref() {
        None => (None, None),
        Some(text) => {
            let (release, note) = release(work, text, &to)?;
            (Some(release), Some(note))
        }
    };
    Ok((NewPost { text, intent, urgency, reason, criterion, to, named, release }, note))
}

/// Members that the text names with `@`.
fn named(work: &Work<'_, '_>, text: &str, me: &str) -> Vec<String> {
    let names = people::names(&work.txn, &work.mem.membership);
    mentions::of(&names, text).iter().map(|member| hex(member)).filter(|member| member != me).collect()
}

/// When a message appears, and that in words.
fn release(work: &Work<'_, '_>, text: &str, to: &[String]) -> Result<(Release, String), PeerError> {
    let now_ms = work.now_ms();
    let mine = people::zone_of(&work.txn, work.mem.member());
    if text.trim().eq_ignore_ascii_case(THEIR_MORNING) {
        let members = to.iter().filter_map(|m| unhex(m));
        let mornings = members.filter_map(|m: Id16| {
            let profile = people::profile_of(&work.txn, &m)?;
            Some((profile.next_morning(now_ms)?, people::name_of(&work.txn, &m), profile.zone))
        });
        let (at_ms, name, zone) = mornings.min_by_key(|morning| morning.0).ok_or_else(|| {
            usage(
                "Nobody it is addressed to has stated hours, so there is no morning of theirs.",
                "Give a moment, such as 2026-11-23T09:00+09:00.",
            )
        })?;
        let first = if to.len() > 1 { ", the first of those asked" } else { "" };
        let note = format!("Appears {} in {name}’s morning{first}.", zone.show(at_ms));
        return Ok((Release { at_ms, zone: zone.name().to_owned() }, note));
    }
    let at_ms = mine.moment(text).map_err(|e| PeerError::new(ErrorKind::Usage, format!("{e}.")))?;
    if at_ms <= now_ms {
        return Err(usage("That moment is past.", "Leave --deliver-at out to deliver now."));
    }
    let meant = text.split_once('[').and_then(|(_, zone)| Zone::get(zone.trim_end_matches(']')).ok());
    let zone = meant.unwrap_or(mine);
    let note = format!("Appears {}.", zone.show(at_ms));
    Ok((Release { at_ms, zone: zone.name().to_owned() }, note))
}

fn acknowledge(
    work: &mut Work<'_, '_>,
    thread: &str,
    named: Option<&str>,
    says: &AckSays,
) -> Result<(DocId, Option<String>), PeerError> {
    let id = find(&work.txn, thread)?;
    let (me, now_ms) = (me(work)?, work.now_ms());
    let doc = work.doc(id)?.clone();
    let conversation = posts::read(&work.mem.membership.clone(), &doc);
    let debts = doc.debts(&conversation);
    let owes =
        |post: &Post| debts.iter().any(|d| d.message == post.id && d.debtor == me && d.is_open(now_ms));
    let theirs = || conversation.posts.iter().rev().filter(|p| p.author != me && p.is_out(now_ms));
    let post = match named {
        Some(text) => message(&conversation, text)?,
        None => theirs().find(|p| owes(p)).or_else(|| theirs().next()).ok_or_else(|| {
            usage("There is no message of somebody else in this thread.", "`tern thread show` prints it.")
        })?,
    };
    if *says != AckSays::Seen && !owes(post) {
        return Err(usage(
            "You owe no answer to this message.",
            "`tern owed` shows what you owe; `--seen` tells that you saw it.",
        ));
    }
    let (kind, until_ms, hand_on, note) = match says {
        AckSays::Seen => (AckKind::Seen, None, None, None),
        AckSays::WillAnswer(when) => {
            let until_ms = answer_by(work, when.as_deref())?;
            let zone = people::zone_of(&work.txn, work.mem.member());
            (
                AckKind::WillAnswer,
                Some(until_ms),
                None,
                Some(format!("An answer by {}.", zone.show(until_ms))),
            )
        }
        AckSays::NotMe(who) => {
            let member = active(work, who)?;
            let (other, name) = (hex(&member), people::name_of(&work.txn, &member));
            if other == me || other == post.author {
                return Err(usage(
                    "It can be handed on to somebody who neither asked nor is asked already by you.",
                    "Name another member.",
                ));
            }
            work.edit(id, &[Edit::AddTo { set: PARTICIPANTS.to_owned(), item: other.clone() }])?;
            (AckKind::NotMe, None, Some(other), Some(format!("{name} is to answer now.")))
        }
    };
    let message = post.id.clone();
    work.edit_with(id, |doc, stamp| doc.acknowledge(stamp, &message, kind, until_ms, hand_on.as_deref()))?;
    Ok((id, note))
}

/// When an answer is promised: a moment, or one's own next check-in.
fn answer_by(work: &Work<'_, '_>, when: Option<&str>) -> Result<i64, PeerError> {
    let (now_ms, mine) = (work.now_ms(), work.mem.member());
    let until_ms = match when {
        Some(text) => people::zone_of(&work.txn, mine)
            .moment(text)
            .map_err(|e| PeerError::new(ErrorKind::Usage, format!("{e}.")))?,
        None => {
            let profile = mine.and_then(|me| people::profile_of(&work.txn, &me));
            profile.and_then(|p| p.next_checkin(now_ms.saturating_add(1))).ok_or_else(|| {
                usage("You have stated no hours, so there is no next check-in.", "Say when, with --until.")
            })?
        }
    };
    if until_ms <= now_ms {
        return Err(usage("That moment is past.", "Name one to come, with --until."));
    }
    Ok(until_ms)
}

fn close(
    work: &mut Work<'_, '_>,
    thread: &str,
    outcome: Option<&str>,
) -> Result<(DocId, Option<String>), PeerError> {
    let id = find(&work.txn, thread)?;
    let doc = work.doc(id)?.clone();
    let closed = posts::read(&work.mem.membership.clone(), &doc).closed().is_some();
    let outcome = outcome.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    match &outcome {
        Some(line) if line.is_empty() => {
            return Err(usage(
                "Closing asks for one line of outcome.",
                "Say what came of it, with --outcome.",
            ));
        }
        None if !closed => return Ok((id, Some("It is open already.".to_owned()))),
        _ => {}
    }
    work.edit_with(id, |doc, stamp| doc.close(stamp, outcome.as_deref()))?;
    Ok((id, None))
}

/// A message of one's own.
fn own<'c>(conversation: &'c Conversation, me: &str, text: &str) -> Result<&'c Post, PeerError> {
    let post = message(conversation, text)?;
    if post.author == me { Ok(post) } else { Err(not_allowed("change a message of somebody else")) }
}

fn waits(post: &Post, now_ms: i64) -> Result<(), PeerError> {
    if post.release.is_some() && !post.cancelled && !post.is_out(now_ms) {
        return Ok(());
    }
    Err(usage(
        "This message has appeared, or was never scheduled: its time is past.",
        "Its text can still be edited; the others see that it was.",
    ))
}

fn edit(
    work: &mut Work<'_, '_>,
    thread: &str,
    named: &str,
    body: Option<&str>,
    deliver_at: Option<&str>,
) -> Result<(DocId, Option<String>), PeerError> {
    let id = find(&work.txn, thread)?;
    let doc = work.doc(id)?.clone();
    let conversation = posts::read(&work.mem.membership.clone(), &doc);
    let post = own(&conversation, &me(work)?, named)?;
    let mut amend = Amend { text: body.map(checked).transpose()?, ..Amend::default() };
    let mut note = None;
    if let Some(text) = deliver_at {
        waits(post, work.now_ms())?;
        let (release, said) = release(work, text, &post.to)?;
        (amend.release, note) = (Some(release), Some(said));
    }
    if amend == Amend::default() {
        return Err(usage("Nothing was given to change.", "Give --body or --deliver-at."));
    }
    let message = post.id.clone();
    work.edit_with(id, |doc, stamp| doc.amend(stamp, &message, &amend))?;
    Ok((id, note))
}

fn cancel(work: &mut Work<'_, '_>, thread: &str, named: &str) -> Result<(DocId, Option<String>), PeerError> {
    let id = find(&work.txn, thread)?;
    let doc = work.doc(id)?.clone();
    let conversation = posts::read(&work.mem.membership.clone(), &doc);
    let post = own(&conversation, &me(work)?, named)?;
    waits(post, work.now_ms())?;
    let (message, amend) = (post.id.clone(), Amend { cancelled: true, ..Amend::default() });
    work.edit_with(id, |doc, stamp| doc.amend(stamp, &message, &amend))?;
    Ok((id, Some("Called back: nobody else sees it.".to_owned())))
}

/// Says whether others are told what was seen.
pub(crate) fn share_seen(work: &mut Work<'_, '_>, on: bool) -> Result<Reply, PeerError> {
    let me = work.mem.member().ok_or_else(|| not_found("member", "me"))?;
    let name = tern_model::person::SHARE_SEEN.to_owned();
    work.edit(people::document_of(&me), &[Edit::SetField { name, value: tern_model::Value::Bool(on) }])?;
    Ok(Reply::Done {})
}

/// Tells that messages of a thread were seen, for those who share that; at most as many as one screen shows.
pub(crate) fn tell_seen(work: &mut Work<'_, '_>, id: DocId) -> Result<(), PeerError> {
    const MOST: usize = 50;
    let Some(member) = work.mem.member() else { return Ok(()) };
    if !people::fields_of(&work.txn, &member).is_some_and(|fields| fields.share_seen) {
        return Ok(());
    }
    let (me, now_ms) = (hex(&member), work.now_ms());
    let doc = work.doc(id)?.clone();
    let conversation = posts::read(&work.mem.membership.clone(), &doc);
    let told = |post: &Post| conversation.acks.iter().any(|a| a.message == post.id && a.by == me);
    let new = conversation.posts.iter().rev().filter(|p| p.author != me && p.is_out(now_ms) && !told(p));
    let new: Vec<String> = new.take(MOST).map(|post| post.id.clone()).collect();
    for message in new {
        work.edit_with(id, |doc, stamp| doc.acknowledge(stamp, &message, AckKind::Seen, None, None))?;
    }
    Ok(())
}
