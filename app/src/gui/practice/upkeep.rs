//! Who answers for a page, when it is looked at again and to which project it belongs, in its details.

use egui::{Rect, Ui};
use jiff::ToSpan;
use tern_peer::{HeadView, PracticeCommand, UpkeepPage};

use super::{people, undoable};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::details::field_row;
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};
use crate::gui::views::Views;

/// When a page can be looked at again, in days.
const LOOKS: [(&str, i32); 3] = [("In a month", 30), ("In three months", 91), ("In half a year", 182)];

/// Sets a field, with its value before as the way back.
fn set(page: &str, name: &str, value: &str, before: &str, said: &str) -> UiCommand {
    let command = |value: &str| PracticeCommand::PageSet {
        page: page.to_owned(),
        fields: vec![(name.to_owned(), value.to_owned())],
    };
    undoable(command(value), command(before), said)
}

/// A page belongs to a project from here on, or to none; `before` is what it belonged to.
pub fn belong(page: &str, before: &str, project: &str, said: &str) -> UiCommand {
    set(page, "project", project, before, said)
}

/// Draws each as a line that opens a menu.
pub fn show(ui: &mut Ui, id: &str, views: &Views, clock: &Clock, out: &mut Queue) {
    let Some(view) = views.open.head.get().filter(|view| view.id == id) else { return };
    let page = &view.upkeep;
    let who = page.owner.as_ref().map_or("nobody", |owner| owner.name.as_str());
    field_row(ui, "Answers for it", who, |at| owner(page, views, at), out);
    let by = page.review_by.as_deref().and_then(|by| by.split('[').next()).unwrap_or("no date");
    field_row(ui, "Look again by", by, |at| look_again(page, clock, at), out);
    let to = view.project.as_ref().map_or("none", |project| project.title.as_str());
    field_row(ui, "Project", to, |at| project(view, at), out);
}

fn project(view: &HeadView, anchor: Option<Rect>) -> Picker {
    let before = view.project.as_ref().map(|project| project.id.clone()).unwrap_or_default();
    let entries = view.projects.iter().map(|project| {
        let here = project.id == before;
        let command = belong(&view.id, &before, &project.id, &format!("It belongs to {}", project.title));
        let sign = Sign::Icon(if here { Icon::Check } else { Icon::Folder });
        Entry::new(sign, &project.title, command)
    });
    let none = belong(&view.id, &before, "", "It belongs to no project");
    let entries = entries.chain([Entry::new(Sign::None, "None", none)]).collect();
    Picker::new("Project that the page belongs to", anchor, entries)
}

fn owner(page: &UpkeepPage, views: &Views, anchor: Option<Rect>) -> Picker {
    let before = page.owner.as_ref().map(|owner| owner.id.as_str()).unwrap_or_default();
    let entries = people::here(views).into_iter().map(|(id, name)| {
        let said = format!("{name} {} for the page", if name == "You" { "answer" } else { "answers" });
        Entry::new(Sign::Person(name.clone()), &name, set(&page.id, "owner", &id, before, &said))
    });
    let nobody = set(&page.id, "owner", "", before, "Nobody answers for the page");
    let entries = entries.chain([Entry::new(Sign::None, "Nobody", nobody)]).collect();
    Picker::new("Who answers for this page", anchor, entries)
}

fn look_again(page: &UpkeepPage, clock: &Clock, anchor: Option<Rect>) -> Picker {
    let today = clock.now().date();
    let before = page.review_by.as_deref().unwrap_or_default();
    let offered = LOOKS.iter().filter_map(|(name, days)| {
        let date = today.checked_add(days.days()).ok()?;
        let words = date.strftime("%a %-d %b").to_string();
        let said = format!("To be looked at by {words}");
        let command = set(&page.id, "review_by", &date.to_string(), before, &said);
        Some(Entry::new(Sign::Icon(Icon::Calendar), name, command).right(&words))
    });
    let never = set(&page.id, "review_by", "", before, "Nobody has to look at it again");
    let entries = offered.chain([Entry::new(Sign::None, "Never", never)]).collect();
    let does = |with: &[String], text: &str| {
        let of = |at: usize| with.get(at).map(String::as_str).unwrap_or_default();
        set(of(0), "review_by", text, of(1), &format!("To be looked at by {text}"))
    };
    let (hint, with) =
        ("2026-12-01, or 2026-12-01[Asia/Tokyo]".to_owned(), vec![page.id.clone(), before.to_owned()]);
    let entered = Some(Entered { name: "Date", hint, text: String::new(), narrows: false, does, with });
    Picker { entered, ..Picker::new("Is it still true? Look again", anchor, entries) }
}
