//! Edits that were set aside, grouped by author and reason.

use tern_peer::ReviewEntry;

use super::{counted, i_manage};
use crate::gui::clock::Clock;
use crate::gui::sidebar::shown_title;
use crate::gui::views::Views;

/// Edits of one author for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Name of the author.
    pub author: String,
    /// Why they are set aside.
    pub reason: String,
    /// Document by document.
    pub entries: Vec<Entry>,
}

/// Edits to one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Id.
    pub id: String,
    /// Name of the author.
    pub author: String,
    /// Title of the document.
    pub title: String,
    /// The document, when it is known.
    pub document: Option<String>,
    /// What the edits would add.
    pub preview: String,
    /// `3 changes`.
    pub items: String,
    /// Since when they are here.
    pub since: String,
    /// Why they cannot be admitted.
    pub why_not: Option<&'static str>,
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// In the order of the engine.
    pub groups: Vec<Group>,
    /// Title and sentence when nothing waits.
    pub empty: (&'static str, &'static str),
}

/// The list as data.
pub fn build(views: &Views, clock: &Clock) -> Data {
    let Some(view) = views.review.get() else {
        return Data { groups: Vec::new(), empty: ("Reading what was set aside", "") };
    };
    let may = i_manage(views);
    let mut groups: Vec<Group> = Vec::new();
    for entry in &view.entries {
        let shown = shown(entry, may, clock);
        let same = |group: &&mut Group| group.author == entry.author && group.reason == entry.reason;
        match groups.iter_mut().find(same) {
            Some(group) => group.entries.push(shown),
            None => groups.push(Group {
                author: entry.author.clone(),
                reason: entry.reason.clone(),
                entries: vec![shown],
            }),
        }
    }
    let words = "Edits that a removed device or a lost role sends later wait here, to be read before they count. \
                 Nothing is thrown away.";
    Data { groups, empty: ("Nothing waits for review", words) }
}

fn shown(entry: &ReviewEntry, may: bool, clock: &Clock) -> Entry {
    let items = usize::try_from(entry.items).unwrap_or(usize::MAX);
    Entry {
        id: entry.id.clone(),
        author: entry.author.clone(),
        title: shown_title(&entry.title).to_owned(),
        document: entry.document.clone(),
        preview: entry.preview.trim().to_owned(),
        items: counted(items, "change", "changes"),
        since: clock.words(&entry.since),
        why_not: match (may, entry.admissible) {
            (false, _) => Some("Only an owner or admin admits these"),
            (true, false) => Some("These cannot be admitted; Export writes what they would make of the page"),
            (true, true) => None,
        },
    }
}

/// The list as text, for tests.
#[cfg(test)]
pub fn text(data: &Data) -> String {
    let mut text = String::new();
    for group in &data.groups {
        text.push_str(&format!("{}: {}\n", group.author, group.reason));
        for entry in &group.entries {
            let may = if entry.why_not.is_none() { " *" } else { "" };
            let Entry { title, items, since, preview, .. } = entry;
            text.push_str(&format!("    {title} | {items} since {since} | {preview}{may}\n"));
        }
    }
    if text.is_empty() { format!("{}. {}\n", data.empty.0, data.empty.1) } else { text }
}
