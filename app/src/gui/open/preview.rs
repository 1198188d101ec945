//! What stands on the card of a link, from what this window knows or can ask the engine: a page, a task, a person, a file, or
//! only the address of what lies outside.

use jiff::Timestamp;
use tern_model::block::Block;
use tern_model::hours::{Profile, ProfileText};
use tern_peer::{LinkTargetView, PageRow, ProfileView, Query, SessionView, TaskView};

use super::Open;
use crate::gui::clock::Clock;
use crate::gui::details::facts;
use crate::gui::icon::Icon;
use crate::gui::page::pictures::BLOB;
use crate::gui::page::preview::Card;
use crate::gui::people::place;
use crate::gui::sidebar::{ancestors, shown_title};
use crate::gui::tasks::data::value_name;

/// Most characters of a page's first lines; more have no room on the card.
const TEXT_MAX: usize = 240;
/// What a link to a member begins with.
const MEMBER: &str = "tern-member:";

impl Open {
    /// Works out the card of the link that is pointed at.
    pub(super) fn tend_preview(&mut self) {
        let Some(href) = self.pane.page.preview.wanted().map(str::to_owned) else {
            self.views.open.linked.clear();
            self.views.open.linked_history.clear();
            return;
        };
        if let Some(id) = facts::target(&href).filter(|id| self.is_page(id)) {
            let (backend, wake) = (self.backend.as_ref(), &self.out.wake);
            self.views.open.linked.ask_once(backend, wake, Query::Page { page: id.to_owned(), at: None });
            self.views.open.linked_history.ask_once(backend, wake, Query::History { page: id.to_owned() });
        }
        let card = self.card(&href);
        self.pane.page.preview.card = Some(card);
    }

    fn is_page(&self, id: &str) -> bool {
        self.pages().iter().any(|page| page.id == id)
    }

    fn card(&self, href: &str) -> Card {
        if let Some(id) = facts::target(href) {
            return self.document(id);
        }
        if let Some(profile) = href.strip_prefix(MEMBER).and_then(|id| self.views.people.get(id)?.get()) {
            return person(profile, &self.clock);
        }
        if let Some(hash) = href.strip_prefix(BLOB) {
            let files =
                self.views.open.page.get().map(|page| page.attachments.as_slice()).unwrap_or_default();
            return match files.iter().find(|file| file.hash == hash) {
                Some(file) if file.here => Card::new(Icon::Clip, &file.name, "A file of this page"),
                Some(file) => Card::new(Icon::Clip, &file.name, "A file that is not here yet"),
                None => absent(),
            };
        }
        if href.starts_with(MEMBER) { absent() } else { Card::new(Icon::Globe, href, "") }
    }

    fn document(&self, id: &str) -> Card {
        if let Some(row) = self.pages().iter().find(|page| page.id == id) {
            let page = self.views.open.linked.get().filter(|page| page.id == id);
            let text = page.map(|page| first_lines(page.blocks.iter().map(Block::text)));
            let history = self.views.open.linked_history.get().filter(|_| page.is_some());
            let last = history.and_then(|history| history.sessions.last());
            return page_card(row, self.pages(), text.unwrap_or_default(), last, &self.clock);
        }
        let tasks = self.views.tasks.get().map(|view| view.tasks.as_slice()).unwrap_or_default();
        if let Some(task) = tasks.iter().find(|task| task.id == id) {
            return task_card(task);
        }
        let targets = self.views.open.targets.get().map(|view| view.targets.as_slice()).unwrap_or_default();
        let known = targets.iter().find(|target| target.id == id && target.present);
        known.map_or_else(absent, elsewhere)
    }
}

/// What a link leads to that did not come yet.
fn absent() -> Card {
    Card::new(Icon::Offline, "Not here yet", "It opens by itself when it arrives.")
}

/// A document that is here and stands in no list: in the trash, or a person's.
fn elsewhere(target: &LinkTargetView) -> Card {
    let icon = match target.kind.as_str() {
        "task" => Icon::Tasks,
        "person" => Icon::People,
        "thread" => Icon::Threads,
        _ => Icon::Page,
    };
    Card::new(icon, shown_title(&target.title), if target.trashed { "In the trash" } else { "" })
}

fn page_card(
    row: &PageRow,
    pages: &[PageRow],
    text: String,
    last: Option<&SessionView>,
    clock: &Clock,
) -> Card {
    let title = |id: &&str| pages.iter().find(|page| page.id == **id).map(|page| shown_title(&page.title));
    let above = ancestors(pages, Some(&row.id));
    let path: Vec<&str> = above.iter().rev().filter_map(title).collect();
    let place = if path.is_empty() { "At the top of the tree".to_owned() } else { path.join(" › ") };
    let said = last.map(|last| {
        let who = if last.mine { "you" } else { &last.author };
        format!("Changed last by {who}, {}", clock.words(&last.to))
    });
    Card { text, facts: said.into_iter().collect(), ..Card::new(Icon::Page, shown_title(&row.title), &place) }
}

/// The beginning of a page as flowing text.
fn first_lines(blocks: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for line in blocks {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() && !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&words);
        if text.chars().count() > TEXT_MAX {
            break;
        }
    }
    text.chars().take(TEXT_MAX).collect()
}

fn task_card(task: &TaskView) -> Card {
    let mut facts = vec![value_name("status", &task.status)];
    facts.extend(task.assignee.clone());
    facts.extend(task.due.as_ref().map(|due| format!("due {}", due.yours)));
    Card { facts: vec![facts.join(" · ")], ..Card::new(Icon::Tasks, &task.title, &task.short_id) }
}

fn person(profile: &ProfileView, clock: &Clock) -> Card {
    let sky = if profile.working { "within their hours" } else { "outside their hours" };
    let mut facts = Vec::new();
    if !profile.hours.is_empty() {
        facts.push(format!("Hours {} theirs", profile.hours));
    }
    if let Some(at) = next_checkin(profile, clock) {
        let theirs = clock.both(&at.to_string(), Some(&profile.zone));
        facts.push(format!("Next check-in {theirs} · {} UTC", at.strftime("%H:%M")));
    }
    let place = format!("{} theirs, {} · {sky}", profile.local, place(&profile.zone));
    Card { facts, ..Card::new(Icon::People, &profile.name, &place) }
}

/// When the person looks next, as far as their profile can be read.
fn next_checkin(profile: &ProfileView, clock: &Clock) -> Option<Timestamp> {
    let text = ProfileText {
        zone: &profile.zone,
        hours: &profile.hours,
        checkins: (!profile.checkins.is_empty()).then_some(profile.checkins.as_str()),
        off: &profile.off,
        holidays: &profile.holidays,
    };
    let at = Profile::read(&text).ok()?.next_checkin(clock.now().timestamp().as_millisecond())?;
    Timestamp::from_millisecond(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lines_are_cut_where_the_card_has_no_room() {
        let lines = ["One  line", "", "and another"].map(str::to_owned);
        assert_eq!(first_lines(lines.into_iter()), "One line\nand another");
        let long = first_lines(std::iter::repeat_n("wörter ".repeat(9), 1_000));
        assert_eq!(long.chars().count(), TEXT_MAX);
    }

    #[test]
    fn a_person_whose_profile_cannot_be_read_has_a_card_without_a_check_in() {
        let clock = Clock::new(Some(1_795_533_000_000), "Europe/London");
        let mut profile = ProfileView {
            id: "aiko".into(),
            name: "Aiko".into(),
            zone: "Asia/Tokyo".into(),
            hours: "Mon-Fri 09:00-17:30".into(),
            checkins: "09:00,13:00".into(),
            off: Vec::new(),
            local: "Wed 00:10".into(),
            working: false,
            holidays: Vec::new(),
            travelling: None,
            focus_until: None,
        };
        let next = "Next check-in Wed 00:00 · 09:00 theirs · 00:00 UTC";
        assert_eq!(person(&profile, &clock).facts, ["Hours Mon-Fri 09:00-17:30 theirs", next]);
        profile.hours = "whenever".into();
        assert_eq!(person(&profile, &clock).facts, ["Hours whenever theirs"]);
    }
}
