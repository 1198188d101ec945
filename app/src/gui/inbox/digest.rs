//! What changed while one was away as plain rows: what needs oneself, what was decided, pages, tasks, the rest.

use std::collections::BTreeSet;

use tern_peer::{DigestItem, DigestView};

use crate::gui::clock::Clock;
use crate::gui::icon::Icon;
use crate::gui::sidebar::shown_title;
use crate::gui::threads::people;
use crate::gui::views::Views;

/// Groups in their order, by the engine's word.
const GROUPS: [(&str, &str); 5] = [
    ("needs_you", "Needs you"),
    ("decided", "Decided"),
    ("docs", "Docs changed"),
    ("tasks", "Tasks moved"),
    ("fyi", "FYI"),
];

/// What the views of the digest ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// An item is shown beside the list.
    Select(String),
    /// What it is about opens; a page at what changed since oneself read it.
    Open(String),
    /// It is cleared: read up to what it showed.
    Clear(String),
    /// All of it is.
    ClearAll,
    /// The notice that one was away goes.
    NotNow,
}

/// What the digest remembers between frames.
#[derive(Debug, Default)]
pub struct DigestState {
    /// The item beside the list.
    pub selected: Option<String>,
    /// Where it stood.
    pub at: usize,
    /// Cleared here, and still in the answer at hand.
    pub cleared: BTreeSet<String>,
    /// The answer that `cleared` belongs to.
    pub stamp: usize,
    /// The selected row is brought into sight.
    pub reveal: bool,
    /// The selected row: the keyboard may be on it.
    pub row: Option<egui::Id>,
    /// It is in sight.
    pub shown: bool,
    /// When it was asked for, seconds of the window, until the answer is here.
    pub asked_at: Option<f64>,
    /// Whether anybody has been noticed at this window.
    pub begun: bool,
    /// One came back a moment ago: since when one was away, RFC 3339.
    pub returned: Option<String>,
}

/// What stands before a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DigestSign {
    /// Initials, and whether it is in their hours.
    Person(String, bool),
    /// An icon.
    Icon(Icon),
    /// The ring of a status.
    Status(String),
}

/// A row of the digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestRow {
    /// Full id of the document.
    pub id: String,
    /// What kind of document it is.
    pub kind: String,
    /// What stands before it.
    pub sign: DigestSign,
    /// Short id of a task.
    pub short_id: String,
    /// Title.
    pub title: String,
    /// The first words below it, in strong; empty for none.
    pub strong: String,
    /// What stands after that: who, and what.
    pub note: String,
    /// When, in both zones where they differ.
    pub when: String,
    /// When, for everybody whom it concerns.
    pub everywhere: String,
    /// The first block that changed, run by run.
    pub parts: Vec<(String, String)>,
    /// All that is said of it.
    pub text: String,
}

/// Rows under a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestGroup {
    /// Heading.
    pub name: &'static str,
    /// One line a row.
    pub short: bool,
    /// Rows.
    pub rows: Vec<DigestRow>,
}

/// The digest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digest {
    /// What it covers, in words.
    pub note: String,
    /// Groups that hold something.
    pub groups: Vec<DigestGroup>,
    /// What is only counted; empty for nothing.
    pub counted: String,
}

impl Digest {
    /// Rows in the order in which they stand.
    pub fn rows(&self) -> impl Iterator<Item = &DigestRow> {
        self.groups.iter().flat_map(|group| &group.rows)
    }
}

/// The digest but for what is cleared; `left` is when one left.
pub fn build(
    view: &DigestView,
    views: &Views,
    clock: &Clock,
    left: Option<&str>,
    cleared: &BTreeSet<String>,
) -> Digest {
    let rows = |word: &str| -> Vec<DigestRow> {
        let items = view.items.iter().filter(|item| item.group == word && !cleared.contains(&item.id));
        items.map(|item| row(item, views, clock)).collect()
    };
    let groups =
        GROUPS.iter().map(|(word, name)| DigestGroup { name, short: *word == "tasks", rows: rows(word) });
    let covers = match left {
        Some(left) => format!("{} to now, {}.", clock.words(left), clock.lasted(left)),
        None => "What you have not seen yet.".to_owned(),
    };
    Digest {
        note: format!("{covers} Made on this laptop from what has arrived."),
        groups: groups.filter(|group| !group.rows.is_empty()).collect(),
        counted: counted(view),
    }
}

/// `3 need you, 1 decided, 2 docs changed`; nothing when nothing changed.
pub fn sum(view: &DigestView) -> String {
    let counts = &view.counts;
    let parts = [
        (counts.needs_you, "needs you", "need you"),
        (counts.decided, "decided", "decided"),
        (counts.docs, "doc changed", "docs changed"),
        (counts.tasks, "task moved", "tasks moved"),
        (counts.fyi, "to know", "to know"),
    ];
    let said = parts.iter().filter(|(count, ..)| *count > 0);
    let said = said.map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }));
    said.collect::<Vec<_>>().join(", ")
}

fn counted(view: &DigestView) -> String {
    let of = |why: &str| view.counted.iter().filter(|one| one.why == why).count();
    let parts = [
        (of("muted"), "muted thread", "muted threads"),
        (of("quiet"), "note of delivery", "notes of delivery"),
        (of("unreadable"), "document that cannot be read here", "documents that cannot be read here"),
    ];
    let said = parts.iter().filter(|(count, ..)| *count > 0);
    let said = said.map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }));
    let said: Vec<String> = said.collect();
    if said.is_empty() { String::new() } else { format!("Only counted: {}.", said.join(", ")) }
}

/// Why an item needs oneself, as people read it.
fn why(item: &DigestItem) -> &'static str {
    match item.why.as_str() {
        "owed" => "Answer owed",
        "named" => "Names you",
        "answered" => "Answers you",
        "assigned" => "Assigned to you",
        "decide" => "Yours to decide",
        "handoff" => "Handed to you",
        "not_taken" => "Not taken",
        _ => "",
    }
}

fn row(item: &DigestItem, views: &Views, clock: &Clock) -> DigestRow {
    let author = item.authors.first().map(String::as_str).unwrap_or_default();
    let id = people::id_of(views, author);
    let zone = id.and_then(|id| people::zone(views, id));
    let task = views.tasks.get().and_then(|view| view.tasks.iter().find(|task| task.id == item.id));
    let sign = match (item.group.as_str(), item.kind.as_str()) {
        (_, "task") => DigestSign::Status(task.map_or("todo", |task| task.status.as_str()).to_owned()),
        ("needs_you" | "fyi", _) if !author.is_empty() => {
            DigestSign::Person(author.to_owned(), id.is_some_and(|id| people::is_working(views, id)))
        }
        (_, "decision") | ("decided", _) => DigestSign::Icon(Icon::Check),
        (_, "handoff") => DigestSign::Icon(Icon::Forward),
        (_, "thread" | "comments") => DigestSign::Icon(Icon::Threads),
        _ => DigestSign::Icon(Icon::Page),
    };
    let who = item.authors.join(" and ");
    let said = match item.text.split_once(": ") {
        Some(("Decided" | "Closed", outcome)) => format!("“{outcome}”"),
        _ if !item.parts.is_empty() => changes(item.changes),
        _ => item.text.clone(),
    };
    let mut note: Vec<String> = [who, said].into_iter().filter(|part| !part.is_empty()).collect();
    if let Some(by) = &item.expected_by {
        note.insert(1.min(note.len()), format!("expected by {}", clock.due_both(by, zone)));
    }
    DigestRow {
        id: item.id.clone(),
        kind: item.kind.clone(),
        sign,
        short_id: task.map(|task| task.short_id.clone()).unwrap_or_default(),
        title: shown_title(&item.title).to_owned(),
        strong: why(item).to_owned(),
        note: note.join(" · "),
        when: clock.both(&item.when, zone),
        everywhere: clock.everywhere(&item.when, author, zone),
        parts: item.parts.iter().map(|part| (part.state.clone(), part.text.clone())).collect(),
        text: item.text.clone(),
    }
}

fn changes(count: usize) -> String {
    if count == 1 { "one change".to_owned() } else { format!("{count} changes") }
}

/// The digest as text, for tests.
#[cfg(test)]
pub fn text(digest: &Digest) -> String {
    let mut out = format!("{}\n", digest.note);
    for group in &digest.groups {
        out += &format!("{} {}\n", group.name, group.rows.len());
        for row in &group.rows {
            let strong = if row.strong.is_empty() { String::new() } else { format!("{} · ", row.strong) };
            let short = if row.short_id.is_empty() { String::new() } else { format!("{} ", row.short_id) };
            out += &format!("  {short}{} | {strong}{} | {}\n", row.title, row.note, row.when);
            let parts: Vec<String> = row
                .parts
                .iter()
                .map(|(state, text)| match state.as_str() {
                    "added" => format!("[+{text}]"),
                    "removed" => format!("[-{text}]"),
                    _ => text.clone(),
                })
                .collect();
            if !parts.is_empty() {
                out += &format!("    {}\n", parts.concat());
            }
        }
    }
    if !digest.counted.is_empty() {
        out += &format!("{}\n", digest.counted);
    }
    out
}
