//! What can be named or inserted while somebody types: the entries behind `/`, `[[` and `@`, as plain data.

use jiff::ToSpan;
use jiff::civil::Date;
use tern_model::block::{BlockKind, Container};
use tern_model::flat::Head;

use super::blocks;
use crate::gui::actions::Action;
use crate::gui::icon::Icon;

/// Most entries shown.
const SHOWN_MAX: usize = 9;

/// Makes a note of one's open work for somebody else; also found as `/handoff`.
const HAND_OFF: &str = "Hand off my open work";

/// What can be named: handed in by the window.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Offers {
    /// Ids and titles of pages.
    pub pages: Vec<(String, String)>,
    /// Ids and names of members.
    pub people: Vec<(String, String)>,
    /// Ids, short ids and titles of tasks.
    pub tasks: Vec<(String, String, String)>,
    /// Names and texts of templates.
    pub templates: Vec<(String, String)>,
    /// Today, in one's own zone.
    pub today: Option<Date>,
    /// What they were made from: the answers with pages, people and tasks, and the minute.
    pub made_from: Option<((usize, usize, usize), i64)>,
}

/// What was typed to open the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// `/`
    Slash,
    /// `[[`
    Link,
    /// `@`
    At,
    /// Chosen from the list: a template.
    Template,
}

/// The open list.
#[derive(Debug, Clone, PartialEq)]
pub struct Popup {
    /// Why it is open.
    pub trigger: Trigger,
    /// Position of the first character of the trigger.
    pub start: usize,
    /// What was typed behind it.
    pub query: String,
    /// The entry under the keyboard.
    pub selected: usize,
}

/// What an entry does.
#[derive(Debug, Clone, PartialEq)]
pub enum Does {
    /// The block becomes this.
    Become(Head),
    /// A block of this kind comes.
    Insert(Head),
    /// A link with these words.
    Link(String, String),
    /// Text.
    Text(String),
    /// Another list.
    Open(Trigger),
    /// A page of this title is made and linked.
    NewPage(String),
    /// A file is asked for.
    File,
    /// The block becomes a task.
    Task,
    /// Something else of the window is asked for.
    Action(Action),
    /// Markdown comes.
    Markdown(String),
}

/// An entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its icon.
    pub icon: Icon,
    /// What it says.
    pub label: String,
    /// Quiet text at the right.
    pub right: String,
    /// What it does.
    pub does: Does,
}

impl Entry {
    fn new(icon: Icon, label: &str, right: &str, does: Does) -> Entry {
        Entry { icon, label: label.to_owned(), right: right.to_owned(), does }
    }
}

fn kind(kind: BlockKind) -> Does {
    Does::Become(Head::plain(kind))
}

/// Everything that `/` offers; what a block can become is in the block's menu too.
pub fn slash() -> Vec<Entry> {
    let heading = |level| kind(BlockKind::Heading { level });
    let quote = Head { kind: BlockKind::Paragraph, parents: vec![Container::Quote], restart: None };
    vec![
        Entry::new(Icon::Words, "Text", "", kind(BlockKind::Paragraph)),
        Entry::new(Icon::Heading, "Heading 1", "#", heading(1)),
        Entry::new(Icon::Heading, "Heading 2", "##", heading(2)),
        Entry::new(Icon::Heading, "Heading 3", "###", heading(3)),
        Entry::new(
            Icon::Tasks,
            "Check list",
            "[]",
            kind(BlockKind::TaskItem { checked: false, loose: false }),
        ),
        Entry::new(Icon::List, "List", "-", kind(BlockKind::BulletItem { loose: false })),
        Entry::new(
            Icon::List,
            "Numbered list",
            "1.",
            kind(BlockKind::OrderedItem { start: None, loose: false }),
        ),
        Entry::new(Icon::Tasks, "Task", "Ctrl Enter", Does::Task),
        Entry::new(Icon::Quote, "Quote", ">", Does::Become(quote)),
        Entry::new(Icon::Info, "Callout", "> [!note]", kind(BlockKind::Callout { tone: "note".into() })),
        Entry::new(Icon::Code, "Code", "```", kind(BlockKind::Code { language: String::new() })),
        Entry::new(Icon::Rule, "Divider", "---", Does::Insert(Head::plain(BlockKind::Divider))),
        Entry::new(Icon::Panel, "Table", "", Does::Insert(Head::plain(blocks::empty_table(3, 3)))),
        Entry::new(Icon::Picture, "Picture or file", "", Does::File),
        Entry::new(Icon::Link, "Link to a page", "[[", Does::Open(Trigger::Link)),
        Entry::new(Icon::People, "Person", "@", Does::Open(Trigger::At)),
        Entry::new(Icon::Calendar, "Date", "@", Does::Open(Trigger::At)),
        Entry::new(Icon::Page, "Template", "", Does::Open(Trigger::Template)),
    ]
}

/// The entries for what is typed.
pub fn entries(popup: &Popup, offers: &Offers) -> Vec<Entry> {
    let query = popup.query.trim().to_lowercase();
    let fits = |label: &str| query.is_empty() || label.to_lowercase().contains(&query);
    let mut out: Vec<Entry> =
        match popup.trigger {
            Trigger::Slash => {
                let mut found: Vec<Entry> = slash().into_iter().filter(|entry| fits(&entry.label)).collect();
                let decision = offers.templates.iter().filter(|(name, _)| !query.is_empty() && fits(name));
                found.extend(decision.map(|(name, text)| {
                    Entry::new(Icon::Page, name, "Template", Does::Markdown(text.clone()))
                }));
                if fits(HAND_OFF) || "handoff".starts_with(&query) {
                    found.push(Entry::new(Icon::Forward, HAND_OFF, "", Does::Action(Action::HandOff)));
                }
                found
            }
            Trigger::Template => offers
                .templates
                .iter()
                .filter(|(name, _)| fits(name))
                .map(|(name, text)| Entry::new(Icon::Page, name, "", Does::Markdown(text.clone())))
                .collect(),
            Trigger::Link => pages(offers, &fits),
            Trigger::At => people_and_days(&query, offers, &fits),
        };
    if popup.trigger == Trigger::Link && !query.is_empty() {
        let title = popup.query.trim().trim_end_matches(']').to_owned();
        out.truncate(SHOWN_MAX - 1);
        out.push(Entry::new(Icon::Plus, &format!("New page “{title}”"), "", Does::NewPage(title)));
    }
    out.truncate(if popup.trigger == Trigger::Slash { 24 } else { SHOWN_MAX });
    out
}

fn pages(offers: &Offers, fits: &dyn Fn(&str) -> bool) -> Vec<Entry> {
    let page = |(id, title): &(String, String)| {
        let shown = crate::gui::sidebar::shown_title(title);
        Entry::new(Icon::Page, shown, "", Does::Link(format!("tern:{id}"), shown.to_owned()))
    };
    offers.pages.iter().filter(|(_, title)| fits(title)).take(SHOWN_MAX).map(page).collect()
}

fn people_and_days(query: &str, offers: &Offers, fits: &dyn Fn(&str) -> bool) -> Vec<Entry> {
    let person = |(id, name): &(String, String)| {
        Entry::new(Icon::People, name, "", Does::Link(format!("tern-member:{id}"), format!("@{name}")))
    };
    let task = |(id, short, title): &(String, String, String)| {
        Entry::new(Icon::Tasks, title, short, Does::Link(format!("tern:{id}"), format!("{short} {title}")))
    };
    let mut out: Vec<Entry> = offers.people.iter().filter(|(_, name)| fits(name)).map(person).collect();
    out.extend(days(query, offers.today).into_iter().map(|(name, date)| {
        Entry::new(
            Icon::Calendar,
            &name,
            &date.to_string(),
            Does::Text(date.strftime("%a %-d %b %Y").to_string()),
        )
    }));
    if !query.is_empty() {
        let tasks = offers.tasks.iter().filter(|(_, short, title)| fits(title) || fits(short));
        out.extend(tasks.take(SHOWN_MAX).map(task));
        out.extend(pages(offers, fits));
    }
    out
}

/// Days that what is typed may mean: today, tomorrow, weekdays, dates.
fn days(query: &str, today: Option<Date>) -> Vec<(String, Date)> {
    let Some(today) = today else { return Vec::new() };
    if let Ok(date) = query.parse::<Date>() {
        return vec![(date.strftime("%A").to_string(), date)];
    }
    let day = |offset: i32| today.checked_add(offset.days()).ok();
    let named = [(0, "Today"), (1, "Tomorrow"), (-1, "Yesterday")];
    let mut out: Vec<(String, Date)> =
        named.iter().filter_map(|(offset, name)| Some(((*name).to_owned(), day(*offset)?))).collect();
    out.extend((2..8).filter_map(day).map(|date| (date.strftime("%A").to_string(), date)));
    let fits = |(name, _): &(String, Date)| name.to_lowercase().starts_with(query);
    if query.is_empty() { out.into_iter().take(2).collect() } else { out.into_iter().filter(fits).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers() -> Offers {
        Offers {
            pages: vec![("P1".into(), "Launch plan".into()), ("P2".into(), "Board".into())],
            people: vec![("M1".into(), "Aiko".into())],
            tasks: vec![("T1".into(), "WEB-7K3QX".into(), "Build the index".into())],
            templates: vec![("Decision".into(), "# Decision".into())],
            today: Some(jiff::civil::date(2026, 11, 24)),
            made_from: None,
        }
    }

    fn labels(trigger: Trigger, query: &str) -> Vec<String> {
        let popup = Popup { trigger, start: 0, query: query.into(), selected: 0 };
        entries(&popup, &offers()).into_iter().map(|entry| entry.label).collect()
    }

    #[test]
    fn each_sign_offers_what_belongs_to_it() {
        assert_eq!(labels(Trigger::Slash, "head"), ["Heading 1", "Heading 2", "Heading 3"]);
        assert_eq!(labels(Trigger::Slash, "decis"), ["Decision"]);
        assert_eq!(labels(Trigger::Slash, "handoff"), ["Hand off my open work"]);
        assert_eq!(labels(Trigger::Link, "plan"), ["Launch plan", "New page “plan”"]);
        assert_eq!(labels(Trigger::At, ""), ["Aiko", "Today", "Tomorrow"]);
        assert_eq!(labels(Trigger::At, "fri"), ["Friday"]);
        assert_eq!(labels(Trigger::At, "2026-12-01"), ["Tuesday"]);
        assert_eq!(labels(Trigger::At, "7k3"), ["Build the index"]);
        assert_eq!(labels(Trigger::Link, ""), ["Launch plan", "Board"]);
    }
}
