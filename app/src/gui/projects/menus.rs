//! Menus of projects.

use egui::Rect;
use tern_peer::{Command, ProjectCommand, ProjectView};

use crate::gui::command::{Then, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};
use crate::gui::views::Views;

fn set(project: &str, field: &str, value: &str) -> UiCommand {
    let fields = vec![(field.to_owned(), value.to_owned())];
    let command = ProjectCommand::Set { project: project.to_owned(), fields };
    UiCommand::Send(Box::new(Command::Project(command)), Then::Quiet)
}

fn typed(
    name: &'static str,
    hint: &str,
    with: &str,
    does: fn(&[String], &str) -> UiCommand,
) -> Option<Entered> {
    Some(Entered {
        name,
        hint: hint.to_owned(),
        text: String::new(),
        narrows: false,
        does,
        with: vec![with.to_owned()],
    })
}

fn first(with: &[String]) -> &str {
    with.first().map(String::as_str).unwrap_or_default()
}

/// A name for a new project.
pub fn new_project(anchor: Option<Rect>) -> Picker {
    let entered = typed("Name", "Name of the project, then Enter", "", |_, text| {
        let command = ProjectCommand::New { title: text.to_owned(), fields: Vec::new() };
        UiCommand::Send(Box::new(Command::Project(command)), Then::Quiet)
    });
    Picker { entered, ..Picker::new("New project", anchor, Vec::new()) }
}

/// Who leads it.
pub(super) fn lead(project: &ProjectView, views: &Views, anchor: Option<Rect>) -> Picker {
    let members = views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
    let active = members.iter().filter(|member| member.state == "active");
    let mut entries: Vec<Entry> = active
        .map(|member| {
            let command = set(&project.id, "lead", &member.id);
            Entry::new(Sign::Person(member.name.clone()), &member.name, command)
        })
        .collect();
    entries.push(Entry::new(Sign::None, "Nobody", set(&project.id, "lead", "")));
    let name = project.lead.as_ref().map_or("Nobody", |lead| lead.name.as_str());
    Picker::new("Lead", anchor, entries).at(name)
}

/// Named states: each can be taken away; one is added by name and class.
pub(super) fn states(project: &ProjectView, anchor: Option<Rect>) -> Picker {
    let entry = |state: &tern_peer::StateView| {
        let words = format!("Take away {}", state.name);
        Entry::new(Sign::Status(state.class.clone()), &words, set(&project.id, "-state", &state.name))
            .right(&state.class)
    };
    let mut entries: Vec<Entry> = project.states.iter().map(entry).collect();
    if entries.is_empty() {
        let usual = "Backlog:backlog,Todo:todo,Doing:doing,Review:review,Done:done,Cancelled:cancelled";
        entries.push(Entry::new(
            Sign::Icon(Icon::Board),
            "Begin with one for each class",
            set(&project.id, "states", usual),
        ));
    }
    let hint = "Add one as name:class, such as In QA:review";
    let entered = typed("State", hint, &project.id, |with, text| set(first(with), "state", text));
    Picker { entered, ..Picker::new("States", anchor, entries) }
}

/// Fields of its tasks.
pub(super) fn fields(project: &ProjectView, anchor: Option<Rect>) -> Picker {
    let entry = |field: &tern_peer::OwnFieldView| {
        let words = format!("Take away {}", field.name);
        Entry::new(Sign::None, &words, set(&project.id, "-field", &field.name)).right(&field.holds)
    };
    let entries = project.fields.iter().map(entry).collect();
    let hint = "Add one, such as Size:select:S,M,L or Customer:text";
    let entered = typed("Field", hint, &project.id, |with, text| set(first(with), "field", text));
    Picker { entered, ..Picker::new("Fields of its tasks", anchor, entries) }
}
