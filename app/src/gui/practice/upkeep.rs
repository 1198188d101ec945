//! Who answers for a page and when it is looked at again, in its details.

use egui::{Rect, Ui};
use jiff::ToSpan;
use tern_peer::{PracticeCommand, PracticeView, UpkeepPage};

use super::{people, sends};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};
use crate::gui::views::Views;
use crate::gui::widgets::Button;

/// When a page can be looked at again, in days.
const LOOKS: [(&str, i32); 3] = [("In a month", 30), ("In three months", 91), ("In half a year", 182)];

fn set(page: &str, name: &str, value: &str, said: &str) -> UiCommand {
    let fields = vec![(name.to_owned(), value.to_owned())];
    sends(PracticeCommand::PageSet { page: page.to_owned(), fields }, said)
}

/// Draws both as buttons that open a menu; nothing for a meeting or an agreement.
pub fn show(ui: &mut Ui, id: &str, views: &Views, clock: &Clock, out: &mut Queue) {
    let Some(PracticeView::Upkeep(view)) = views.open.practice.get() else { return };
    let Some(page) = view.pages.iter().find(|page| page.id == id) else { return };
    let who = page.owner.as_ref().map_or("nobody", |owner| owner.name.as_str());
    ui.add_space(4.0);
    let response = Button::new(&format!("Answers for it: {who}")).icon(Icon::People).show(ui);
    if response.clicked() {
        out.push(UiCommand::Pick(Box::new(owner(page, views, response.rect))));
    }
    ui.add_space(6.0);
    let by = page.review_by.as_deref().and_then(|by| by.split('[').next()).unwrap_or("no date");
    let response = Button::new(&format!("Looked at again by: {by}")).icon(Icon::Calendar).show(ui);
    if response.clicked() {
        out.push(UiCommand::Pick(Box::new(look_again(page, clock, response.rect))));
    }
    ui.add_space(6.0);
}

fn owner(page: &UpkeepPage, views: &Views, anchor: Rect) -> Picker {
    let entries = people::here(views).into_iter().map(|(id, name)| {
        let said = format!("{name} {} for the page", if name == "You" { "answer" } else { "answers" });
        Entry::new(Sign::Person(name.clone()), &name, set(&page.id, "owner", &id, &said))
    });
    let nobody = set(&page.id, "owner", "", "Nobody answers for the page");
    let entries = entries.chain([Entry::new(Sign::None, "Nobody", nobody)]).collect();
    Picker::new("Who answers for this page", Some(anchor), entries)
}

fn look_again(page: &UpkeepPage, clock: &Clock, anchor: Rect) -> Picker {
    let today = clock.now().date();
    let offered = LOOKS.iter().filter_map(|(name, days)| {
        let date = today.checked_add(days.days()).ok()?;
        let words = date.strftime("%a %-d %b").to_string();
        let command = set(&page.id, "review_by", &date.to_string(), &format!("To be looked at by {words}"));
        Some(Entry::new(Sign::Icon(Icon::Calendar), name, command).right(&words))
    });
    let never = set(&page.id, "review_by", "", "Nobody has to look at it again");
    let entries = offered.chain([Entry::new(Sign::None, "Never", never)]).collect();
    let does = |with: &[String], text: &str| {
        set(
            with.first().map(String::as_str).unwrap_or_default(),
            "review_by",
            text,
            &format!("To be looked at by {text}"),
        )
    };
    let (hint, with) = ("2026-12-01, or 2026-12-01[Asia/Tokyo]".to_owned(), vec![page.id.clone()]);
    let entered = Some(Entered { name: "Date", hint, text: String::new(), narrows: false, does, with });
    Picker { entered, ..Picker::new("Is it still true? Look again", Some(anchor), entries) }
}
