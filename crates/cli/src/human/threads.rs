//! Threads, the inbox and the ledger.

use std::fmt::Write as _;

use tern_peer::{DraftsView, InboxView, OwedView, PostView, ThreadView, ThreadsView};

use crate::human::{Clock, count};
use crate::table::{Table, one_line, safe_lines};

/// Characters of an id that are shown.
const SHORT_ID: usize = 8;

fn short(id: &str) -> String {
    id.chars().take(SHORT_ID).collect()
}

/// What a command did: the newest message, or the state.
pub(crate) fn changed(view: &ThreadView, clock: &Clock) -> String {
    let mut text = format!("{}  {}\nSaved here.\n", one_line(&view.title), view.id);
    if let Some(note) = &view.note {
        let _ = writeln!(text, "{}", one_line(note));
    }
    if let Some(closed) = &view.closed {
        let _ = writeln!(text, "Closed: {}", one_line(closed.outcome.as_deref().unwrap_or_default()));
    }
    if let Some(last) = view.messages.iter().rev().find(|m| m.mine) {
        text += &post(last, clock);
    }
    text
}

pub(crate) fn show(view: &ThreadView, clock: &Clock) -> String {
    let mut text = format!("{}\n", one_line(&view.title));
    if let Some(closed) = &view.closed {
        let outcome = one_line(closed.outcome.as_deref().unwrap_or_default());
        let _ = writeln!(text, "Closed by {} {}: {outcome}", one_line(&closed.by), clock.words(&closed.when));
    }
    if let Some(on) = &view.on {
        let _ = writeln!(text, "on {}  {}", one_line(&on.title), on.id);
    }
    let names: Vec<String> = view.participants.iter().map(|p| one_line(&p.name)).collect();
    let _ = writeln!(text, "with {}{}", names.join(", "), if view.muted { " · muted" } else { "" });
    for message in &view.messages {
        text += &post(message, clock);
    }
    view.questions.iter().for_each(|question| text += &super::practice::question(question));
    view.polls.iter().for_each(|poll| text += &super::practice::poll(poll));
    if let Some(draft) = &view.draft {
        let _ = writeln!(text, "\nYou are writing: {}", one_line(&draft.say.body));
    }
    text
}

fn post(m: &PostView, clock: &Clock) -> String {
    let unread = if m.unread { " · unread" } else { "" };
    let edited = if m.edited.is_some() { " · edited" } else { "" };
    let mut text =
        format!("\n{} · {} · {}{unread}{edited}\n", one_line(&m.author), clock.words(&m.sent), m.id);
    if m.intent != "fyi" || m.urgency != "none" {
        let to: Vec<String> = m.to.iter().map(|p| one_line(&p.name)).collect();
        let meets =
            if m.criterion.is_empty() { String::new() } else { format!(" · {}", one_line(&m.criterion)) };
        let reason = if m.reason.is_empty() { String::new() } else { format!(": {}", one_line(&m.reason)) };
        let _ = writeln!(text, "  {} to {} · {}{meets}{reason}", m.intent, to.join(", "), m.urgency);
    }
    for line in safe_lines(&m.body).lines() {
        let _ = writeln!(text, "  {line}");
    }
    if let Some(waiting) = &m.waiting {
        let _ = writeln!(text, "  {waiting}");
    }
    for expected in &m.expected {
        let yours = expected.yours.as_ref().map(|at| format!(" (yours: {at})")).unwrap_or_default();
        let _ = writeln!(text, "  {}: {}{yours}", expected.state, one_line(&expected.text));
    }
    for ack in m.acks.iter().filter(|ack| ack.kind == "not_me") {
        let other = ack.hand_on.as_deref().unwrap_or_default();
        let _ = writeln!(text, "  {} handed it on to {}", one_line(&ack.by), one_line(other));
    }
    if m.mine {
        let rungs: Vec<String> = m.delivered.iter().map(|rung| one_line(&rung.text)).collect();
        let _ = writeln!(text, "  {}", rungs.join(" → "));
    }
    text
}

pub(crate) fn list(view: &ThreadsView, clock: &Clock) -> String {
    if view.threads.is_empty() {
        return "No threads yet. `tern thread new` opens one.\n".into();
    }
    let mut table = Table::new(&["THREAD", "TITLE", "MESSAGES", "LAST", "STATE"]);
    for t in &view.threads {
        let state = match (&t.outcome, t.unread, t.owed) {
            (Some(outcome), ..) => format!("closed: {outcome}"),
            (None, 0, 0) => String::new(),
            (None, unread, 0) => format!("{unread} unread"),
            (None, 0, owed) => count(owed as u64, "answer owed", "answers owed"),
            (None, unread, owed) => {
                format!("{unread} unread, {}", count(owed as u64, "answer owed", "answers owed"))
            }
        };
        let last = t.last.as_deref().map(|at| format!("{} {}", t.last_author, clock.words(at)));
        table.row(&[short(&t.id), t.title.clone(), t.messages.to_string(), last.unwrap_or_default(), state]);
    }
    table.render()
}

pub(crate) fn inbox(view: &InboxView, clock: &Clock) -> String {
    let mut text = String::new();
    for ask in &view.asks {
        let does = if ask.kind == "question" { "asked" } else { "look" };
        let (title, says) = (one_line(&ask.title), one_line(&ask.text));
        let _ = writeln!(text, "{does}  {}  {title} · {says} · since {}", short(&ask.id), ask.since);
    }
    if view.items.is_empty() && view.asks.is_empty() {
        text += "Nothing needs you.\n";
    }
    if !view.items.is_empty() {
        let mut table = Table::new(&["THREAD", "TITLE", "WHY", "FROM", "WHEN", "ANSWER BY"]);
        for item in &view.items {
            table.row(&[
                short(&item.id),
                item.title.clone(),
                item.why.clone(),
                item.author.clone(),
                clock.words(&item.when),
                item.expected_local.clone().unwrap_or_default(),
            ]);
        }
        text += &table.render();
    }
    if !view.snoozed.is_empty() {
        let _ = writeln!(text, "{} snoozed.", count(view.snoozed.len() as u64, "thread is", "threads are"));
    }
    text + &one_line(&view.coming) + "\n"
}

pub(crate) fn owed(view: &OwedView) -> String {
    let mut text = String::new();
    for (side, heading, none) in [
        ("i_owe", "You owe", "You owe nobody an answer.\n"),
        ("owed_to_me", "Owed to you", "Nobody owes you an answer.\n"),
    ] {
        let items: Vec<_> = view.items.iter().filter(|item| item.side == side).collect();
        if items.is_empty() {
            text += none;
            continue;
        }
        let _ = writeln!(text, "{heading}");
        let mut table = Table::new(&["WHO", "BY", "THREAD", "TITLE", "STATE"]);
        for item in items {
            let by = item.yours.clone().unwrap_or_else(|| "clock not started".into());
            let state = match (item.overdue, item.promised, item.delivered) {
                (true, ..) => "overdue",
                (_, true, _) => "promised",
                (_, _, true) => "delivered",
                _ => "not delivered",
            };
            table.row(&[item.who.clone(), by, short(&item.thread), item.title.clone(), state.into()]);
        }
        text += &table.render();
    }
    text
}

pub(crate) fn drafts(view: &DraftsView) -> String {
    if view.drafts.is_empty() {
        return "Nothing is being written.\n".into();
    }
    let mut table = Table::new(&["THREAD", "TITLE", "TEXT"]);
    for draft in &view.drafts {
        let thread = draft.thread.as_deref().map_or_else(|| "new".into(), short);
        table.row(&[thread, draft.title.clone(), draft.say.body.chars().take(60).collect()]);
    }
    table.render()
}
