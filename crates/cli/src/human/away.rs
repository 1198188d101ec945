//! What happened while one was away, and decisions.

use std::fmt::Write as _;

use tern_peer::{
    DecisionView, DecisionsView, DigestItem, DigestView, HandoffView, NotifyView, ProfileView, RecordedView,
    WeeklyView,
};

use crate::human::{Clock, count};
use crate::table::{Table, one_line, safe_lines};

/// Groups with their headings, in their order.
const GROUPS: [(&str, &str); 5] = [
    ("needs_you", "Needs you"),
    ("decided", "Decided"),
    ("docs", "Docs changed"),
    ("tasks", "Tasks moved"),
    ("fyi", "For your information"),
];
/// Characters of an id that are shown.
const SHORT_ID: usize = 8;

fn short(id: &str) -> String {
    id.chars().take(SHORT_ID).collect()
}

pub(crate) fn digest(view: &DigestView, cleared: bool, clock: &Clock) -> String {
    let mut text = String::new();
    for (group, heading) in GROUPS {
        let items: Vec<&DigestItem> = view.items.iter().filter(|item| item.group == group).collect();
        if items.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{heading}");
        items.into_iter().for_each(|item| text += &digest_item(item, clock));
    }
    if text.is_empty() {
        text += "Nothing changed.\n";
    }
    if view.counts.muted > 0 {
        let muted = count(view.counts.muted as u64, "muted thread has", "muted threads have");
        let _ = writeln!(text, "{muted} something new.");
    }
    let unreadable = view.counted.iter().filter(|one| one.why == "unreadable").count();
    if unreadable > 0 {
        let some = count(unreadable as u64, "document", "documents");
        let _ = writeln!(text, "{some} could not be read here; `tern check` says why.");
    }
    if cleared {
        text += "Marked as seen.\n";
    } else if !view.items.is_empty() {
        text += "`tern digest --clear` marks all of it as seen.\n";
    }
    text
}

fn digest_item(item: &DigestItem, clock: &Clock) -> String {
    let why = match item.why.as_str() {
        "owed" => " · an answer is yours",
        "named" => " · names you",
        "assigned" => " · yours",
        "decide" => " · yours to decide",
        "handoff" => " · handed to you",
        "missed" => " · you were not there",
        "excused" => " · you could not come",
        _ => "",
    };
    let by = item.expected_by.as_deref().map(|at| format!(" · by {}", clock.words(at))).unwrap_or_default();
    let who = if item.authors.is_empty() {
        String::new()
    } else {
        format!(" · {}", one_line(&item.authors.join(", ")))
    };
    let mut text = format!(
        "  {}  {}{who} · {}{why}{by}\n",
        short(&item.id),
        one_line(&item.title),
        clock.words(&item.when)
    );
    if !item.text.is_empty() {
        let _ = writeln!(text, "            {}", one_line(&item.text));
    }
    text
}

pub(crate) fn decisions(view: &DecisionsView, clock: &Clock) -> String {
    if view.decisions.is_empty() {
        return "No decisions. `tern page new TITLE --template decision` begins one.\n".into();
    }
    let mut table = Table::new(&["ID", "TITLE", "STATE", "OWNER", "CHANGED", "OUTCOME"]);
    for d in &view.decisions {
        let titles: Vec<&str> = d.superseded_by.iter().map(|link| link.title.as_str()).collect();
        let state =
            if titles.is_empty() { d.state.clone() } else { format!("{} by {}", d.state, titles.join(", ")) };
        let owner = d.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default();
        let conflict = if d.conflicts.is_empty() { "" } else { " (also set otherwise)" };
        let outcome = format!("{}{conflict}", d.outcome);
        table.row(&[short(&d.id), d.title.clone(), state, owner, clock.words(&d.updated), outcome]);
    }
    table.render()
}

pub(crate) fn decision(d: &DecisionView, clock: &Clock) -> String {
    let mut text =
        format!("{}  {}\n{} · changed {}\n", one_line(&d.title), d.id, d.state, clock.words(&d.updated));
    if let Some(owner) = &d.owner {
        let _ = writeln!(text, "owner: {}", one_line(&owner.name));
    }
    if let Some(by) = &d.decide_by {
        let late = if by.overdue { " · overdue" } else { "" };
        let yours = by.yours.as_deref().map(|at| format!(" · yours: {at}")).unwrap_or_default();
        let _ = writeln!(text, "decide by: {} in {}{yours}{late}", by.date, by.zone);
    }
    for decider in &d.deciders {
        let local = decider.local.as_deref().map(|at| format!(" by {at}")).unwrap_or_default();
        let _ = writeln!(text, "decides: {}{local}", one_line(&decider.name));
    }
    if !d.outcome.is_empty() {
        let _ = writeln!(text, "outcome: {}", one_line(&d.outcome));
    }
    for (word, links) in [("replaces", &d.supersedes), ("replaced by", &d.superseded_by)] {
        for link in links {
            let _ = writeln!(text, "{word}: {}  {}", one_line(&link.title), short(&link.id));
        }
    }
    for conflict in &d.conflicts {
        let (value, author) = (one_line(&conflict.value), one_line(&conflict.author));
        let _ = writeln!(text, "also {}: {value} ({author})", conflict.field);
    }
    text
}

pub(crate) fn record(view: &RecordedView) -> String {
    let mut text = match &view.id {
        Some(id) => format!("{}  {id}\nSaved here as a {}.\n", one_line(&view.title), view.kind),
        None => format!("Would make the {} “{}” with this text:\n\n", view.kind, one_line(&view.title)),
    };
    if view.id.is_none() {
        text += &safe_lines(&view.text);
        text.push('\n');
    }
    if let Some(outcome) = &view.outcome {
        let _ = writeln!(text, "Decided: {}", one_line(outcome));
    }
    let _ = writeln!(text, "{}", one_line(&view.note));
    let readers: Vec<String> =
        view.readers.iter().map(|reader| format!("{} ({})", one_line(&reader.name), reader.role)).collect();
    let _ = writeln!(text, "Can read it: {}", readers.join(", "));
    text
}

pub(crate) fn handoff(view: &HandoffView) -> String {
    let mut text = format!("{}\n", one_line(&view.title));
    if let Some(id) = &view.id {
        let _ = writeln!(text, "{id}\n{}", view.state);
    }
    if let (Some(begins), Some(theirs)) = (&view.begins, &view.begins_theirs) {
        let _ = writeln!(text, "{} works from {theirs} (yours: {begins})", one_line(&view.to.name));
    }
    if view.left_out > 0 {
        let left = count(view.left_out as u64, "task of a private space is", "tasks of private spaces are");
        let _ = writeln!(text, "{left} left out.");
    }
    if !view.reason.is_empty() {
        let _ = writeln!(text, "Given back: {}", one_line(&view.reason));
    }
    text.push('\n');
    text + &safe_lines(&view.text)
}

pub(crate) fn weekly(view: &WeeklyView) -> String {
    let mut text = format!("{}\n", one_line(&view.title));
    if let Some(id) = &view.id {
        let _ = writeln!(text, "{id}\nSaved here.");
    }
    let minutes = count(view.reading_minutes as u64, "minute", "minutes");
    let _ = writeln!(text, "{} words, {minutes} to read\n", view.words);
    text + &safe_lines(&view.text)
}

pub(crate) fn focus(view: &ProfileView, clock: &Clock) -> String {
    match &view.focus_until {
        Some(until) => format!(
            "Nothing is heard until {}. Others see that time and nothing more; `tern focus off` ends it.\n",
            clock.words(until)
        ),
        None => "What may be heard is heard: you are not in focus.\n".to_owned(),
    }
}

pub(crate) fn notify(view: &NotifyView, clock: &Clock) -> String {
    let mut text = String::new();
    if view.quiet {
        text += "Outside your hours: nothing makes itself heard.\n";
    }
    for item in &view.notify {
        let _ = writeln!(text, "now   {}  {}", short(&item.id), one_line(&item.title));
    }
    for held in &view.held {
        let until = clock.words_or_never(held.until.as_deref());
        let _ =
            writeln!(text, "held  {}  {} · until {until}", short(&held.item.id), one_line(&held.item.title));
    }
    if let Some(next) = &view.next {
        let _ = writeln!(text, "Next check-in {}.", clock.words(next));
    }
    text
}
