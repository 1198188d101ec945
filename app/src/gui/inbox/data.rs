//! The inbox, the ledger and the list of threads as plain rows.

use tern_peer::{InboxItem, InboxView, NotifyView, OnView, OwedItem, OwedView, ThreadRowView, ThreadsView};

use crate::gui::clock::Clock;
use crate::gui::threads::{INTENTS, named, people};
use crate::gui::views::Views;

/// A thread in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Full id of the thread.
    pub thread: String,
    /// Its title.
    pub title: String,
    /// The first word below it, in strong.
    pub intent: String,
    /// What stands after that.
    pub note: String,
    /// When, in both zones where they differ.
    pub when: String,
    /// When, for oneself, for who wrote it, and in UTC; empty for what has no time.
    pub everywhere: String,
    /// Name for the initials; none for an icon.
    pub name: String,
    /// Whether it is in their hours.
    pub working: bool,
    /// Something in it is unread.
    pub unread: bool,
    /// It is a page that is to be looked at, and no thread.
    pub is_page: bool,
    /// It is a comment on a page, and no thread.
    pub comment: bool,
}

/// Rows under a heading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Heading.
    pub name: &'static str,
    /// Rows.
    pub rows: Vec<Row>,
}

/// A list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// Title.
    pub title: &'static str,
    /// What it holds, in words.
    pub note: String,
    /// Groups that hold something.
    pub groups: Vec<Group>,
    /// What is said when none does.
    pub empty: String,
}

impl List {
    fn of(title: &'static str, note: String, groups: Vec<Group>, empty: &str) -> List {
        let groups = groups.into_iter().filter(|group| !group.rows.is_empty()).collect();
        List { title, note, groups, empty: empty.to_owned() }
    }

    /// Threads in the order in which they stand.
    pub fn threads(&self) -> Vec<&str> {
        let rows = self.groups.iter().flat_map(|group| &group.rows).filter(|row| !row.is_page);
        rows.map(|row| row.thread.as_str()).collect()
    }
}

/// Whether an item asks for something of oneself.
fn needs(item: &InboxItem) -> bool {
    matches!(item.why.as_str(), "owed" | "named" | "answered")
}

/// How many items that may be heard ask for something of oneself: none outside one's hours and in focus.
pub fn needs_me(view: &NotifyView) -> usize {
    view.notify.iter().filter(|item| needs(item)).count()
}

/// What is said of messages that may be heard; `held` when some of them waited for it.
pub fn told_words(items: &[InboxItem], held: bool) -> String {
    let titles: Vec<String> = items.iter().take(3).map(|item| format!("“{}”", item.title)).collect();
    let more = items.len().saturating_sub(titles.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    match (items, held) {
        ([one], false) => format!("{}: “{}”", one.author, one.title),
        ([_], true) => format!("Held until now: {}", titles.join(", ")),
        (_, true) => format!("Held until now, together: {}{more}", titles.join(", ")),
        (_, false) => format!("{} threads: {}{more}", items.len(), titles.join(", ")),
    }
}

/// What needs oneself, what is to be known, and what is away for a while.
pub fn inbox(view: &InboxView, views: &Views, clock: &Clock) -> List {
    let row = |item: &InboxItem| item_row(item, views, clock);
    let (needed, known): (Vec<&InboxItem>, Vec<&InboxItem>) = view.items.iter().partition(|item| needs(item));
    let away = view.snoozed.iter().map(|away| Row {
        thread: away.id.clone(),
        title: away.title.clone(),
        intent: "Snoozed".to_owned(),
        note: match &away.until {
            Some(until) => format!("until {}", clock.due(until)),
            None => "until somebody writes in it".to_owned(),
        },
        ..Row::default()
    });
    let asks = view.asks.iter().map(|ask| Row {
        thread: ask.id.clone(),
        title: ask.title.clone(),
        intent: if ask.kind == "question" { "Asked of you" } else { "Look again" }.to_owned(),
        note: ask.text.clone(),
        when: ask.since.clone(),
        is_page: ask.kind == "review",
        ..Row::default()
    });
    let groups = vec![
        Group { name: "Asked of you", rows: asks.collect() },
        Group { name: "Needs you", rows: needed.iter().map(|item| row(item)).collect() },
        Group { name: "FYI", rows: known.iter().map(|item| row(item)).collect() },
        Group { name: "Away for a while", rows: away.collect() },
    ];
    let note = match (needed.len(), known.len()) {
        (0, 0) => view.coming.clone(),
        (0, known) => format!("Nothing needs you; {known} to know."),
        (1, 0) => "One thread needs you.".to_owned(),
        (needed, 0) => format!("{needed} threads need you."),
        (1, known) => format!("One thread needs you, {known} to know."),
        (needed, known) => format!("{needed} threads need you, {known} to know."),
    };
    List::of("Inbox", note, groups, "Nothing needs you")
}

fn item_row(item: &InboxItem, views: &Views, clock: &Clock) -> Row {
    let id = people::id_of(views, &item.author);
    let zone = id.and_then(|id| people::zone(views, id));
    // What has the name of its page does not say it twice.
    let on = item.on.as_ref().filter(|on| on.title != item.title);
    let mut note = vec![format!("{}{}", item.author, on_words(on))];
    if item.comment {
        note.push(item.text.clone());
    }
    if let Some(by) = &item.expected_by {
        note.push(format!("expected by {}", clock.due_both(by, zone)));
    }
    Row {
        thread: item.id.clone(),
        title: item.title.clone(),
        intent: if item.comment {
            comment_words(&item.why).to_owned()
        } else {
            named(&INTENTS, &item.intent)
        },
        note: note.join(" · "),
        when: clock.both(&item.when, zone),
        everywhere: clock.everywhere(&item.when, &item.author, zone),
        name: item.author.clone(),
        working: id.is_some_and(|id| people::is_working(views, id)),
        unread: item.unread > 0 || item.why == "unread",
        comment: item.comment,
        ..Row::default()
    }
}

/// Why a comment is in the inbox.
pub fn comment_words(why: &str) -> &'static str {
    match why {
        "named" => "Names you in a comment",
        "answered" => "Answers your comment",
        _ => "Comment",
    }
}

fn on_words(on: Option<&OnView>) -> String {
    on.filter(|on| !on.title.is_empty()).map(|on| format!(" on {}", on.title)).unwrap_or_default()
}

/// What oneself owes, and what others owe.
pub fn owed(view: &OwedView, views: &Views, clock: &Clock) -> List {
    let side = |side: &str| {
        let items = view.items.iter().filter(|item| item.side == side);
        items.map(|item| owed_row(item, views, clock)).collect::<Vec<_>>()
    };
    let (mine, theirs) = (side("i_owe"), side("owed_to_me"));
    let count = |rows: &[Row]| match rows.len() {
        0 => "no answer".to_owned(),
        1 => "1 answer".to_owned(),
        count => format!("{count} answers"),
    };
    let note = format!("You owe {}; {} to come to you.", count(&mine), count(&theirs));
    let groups = vec![Group { name: "I owe", rows: mine }, Group { name: "Owed to me", rows: theirs }];
    List::of("Owed", note, groups, "Nobody owes an answer")
}

fn owed_row(item: &OwedItem, views: &Views, clock: &Clock) -> Row {
    let zone = people::zone(views, &item.who_id);
    let late = if item.overdue { "overdue since" } else { "expected by" };
    let mut note = vec![item.who.clone()];
    match &item.expected_by {
        Some(by) if item.promised => note.push(format!("promised for {}", clock.due_both(by, zone))),
        Some(by) => note.push(format!("{late} {}", clock.due_both(by, zone))),
        None => note.push(item.state.clone()),
    }
    if item.promised && item.overdue {
        note.push("overdue".to_owned());
    }
    // Without a time the state says that it is not delivered.
    if item.side != "i_owe" && (item.delivered || item.expected_by.is_some()) {
        note.push(if item.delivered { "delivered" } else { "not delivered yet" }.to_owned());
    }
    if let Some(by) = &item.handed_by {
        note.push(format!("handed on by {by}"));
    }
    Row {
        thread: item.thread.clone(),
        title: item.title.clone(),
        intent: named(&INTENTS, &item.intent),
        note: note.join(" · "),
        when: clock.words(&item.said),
        everywhere: clock.everywhere(&item.said, &item.who, zone),
        name: item.who.clone(),
        working: people::is_working(views, &item.who_id),
        unread: false,
        ..Row::default()
    }
}

/// All threads.
pub fn threads(view: &ThreadsView, views: &Views, clock: &Clock) -> List {
    let (open, closed): (Vec<&ThreadRowView>, Vec<&ThreadRowView>) =
        view.threads.iter().partition(|row| row.outcome.is_none());
    let note = match open.len() {
        0 => "No thread is open.".to_owned(),
        1 => "One thread is open.".to_owned(),
        count => format!("{count} threads are open."),
    };
    let rows =
        |rows: Vec<&ThreadRowView>| rows.into_iter().map(|row| thread_row(row, views, clock)).collect();
    let groups = vec![Group { name: "Open", rows: rows(open) }, Group { name: "Closed", rows: rows(closed) }];
    List::of("Threads", note, groups, "Nothing was asked yet")
}

fn thread_row(row: &ThreadRowView, views: &Views, clock: &Clock) -> Row {
    let id = people::id_of(views, &row.last_author);
    let messages =
        if row.messages == 1 { "1 message".to_owned() } else { format!("{} messages", row.messages) };
    let mut note = vec![format!("last {}{}", row.last_author, on_words(row.on.as_ref()))];
    match row.owed {
        0 => {}
        1 => note.push("1 answer owed".to_owned()),
        owed => note.push(format!("{owed} answers owed")),
    }
    if row.unread > 0 {
        note.push(format!("{} unread", row.unread));
    }
    Row {
        thread: row.id.clone(),
        title: row.title.clone(),
        intent: row.outcome.clone().unwrap_or(messages),
        note: note.join(" · "),
        when: row.last.as_ref().map(|last| clock.words(last)).unwrap_or_default(),
        everywhere: row
            .last
            .as_ref()
            .map(|last| clock.everywhere(last, &row.last_author, id.and_then(|id| people::zone(views, id))))
            .unwrap_or_default(),
        name: row.last_author.clone(),
        working: id.is_some_and(|id| people::is_working(views, id)),
        unread: row.unread > 0,
        ..Row::default()
    }
}

/// A list as text, for tests.
#[cfg(test)]
pub fn text(list: &List) -> String {
    let mut out = format!("{}: {}\n", list.title, list.note);
    for group in &list.groups {
        out += &format!("{} {}\n", group.name, group.rows.len());
        for row in &group.rows {
            let unread = if row.unread { " (unread)" } else { "" };
            out += &format!("  {}{unread} | {} · {} | {}\n", row.title, row.intent, row.note, row.when);
        }
    }
    out
}
