//! Menus of projects.

use egui::Rect;
use tern_peer::{Command, ProjectCommand, ProjectView};

use crate::gui::command::{Held, Then, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};
use crate::gui::practice;
use crate::gui::sidebar::shown_title;
use crate::gui::views::Views;

/// Most pages that a menu offers; the field narrows them.
const OFFERED_PAGES: usize = 2_000;

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

/// Named states: each can be called otherwise or taken away; one is added by name and class.
pub(super) fn states(project: &ProjectView, anchor: Option<Rect>) -> Picker {
    let entry = |state: &tern_peer::StateView| {
        let opens = UiCommand::Pick(Box::new(one_state(project, state, anchor)));
        Entry::new(Sign::Status(state.class.clone()), &state.name, opens).right(&state.class)
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

fn call(project: &str, state: &str, name: &str) -> Command {
    let (project, state, name) = (project.to_owned(), state.to_owned(), name.to_owned());
    Command::Project(ProjectCommand::RenameState { project, state, name })
}

/// One named state: what it is called, and that it can go.
fn one_state(project: &ProjectView, state: &tern_peer::StateView, anchor: Option<Rect>) -> Picker {
    let does = |with: &[String], text: &str| {
        let of = |at: usize| with.get(at).map(String::as_str).unwrap_or_default();
        let said = format!("{} is called {text} from here on; its tasks stay in it", of(1));
        let undo = Held(call(of(0), text, of(1)));
        UiCommand::Send(Box::new(call(of(0), of(1), text)), Then::Undoable(said, Box::new(undo)))
    };
    let entered = Entered {
        name: "Name of the state",
        hint: state.name.clone(),
        text: state.name.clone(),
        narrows: false,
        does,
        with: vec![project.id.clone(), state.name.clone()],
    };
    let entries = vec![
        Entry::new(Sign::Icon(Icon::Close), "Leave it as it is", UiCommand::Close),
        Entry::new(
            Sign::Icon(Icon::Trash),
            &format!("Take away {}", state.name),
            set(&project.id, "-state", &state.name),
        ),
    ];
    let title = format!("{}: its tasks follow a new name", state.name);
    Picker { entered: Some(entered), ..Picker::new(&title, anchor, entries) }
}

/// Pages that can belong to it: those of the tree that do not yet.
pub(super) fn add_page(project: &ProjectView, views: &Views, anchor: Option<Rect>) -> Picker {
    let pages = views.pages.get().map(|view| view.pages.as_slice()).unwrap_or_default();
    let free = pages.iter().filter(|page| !page.trashed && project.pages.iter().all(|own| own.id != page.id));
    let mut entries: Vec<Entry> = free
        .map(|page| {
            let title = shown_title(&page.title);
            let said = format!("“{title}” belongs to {}", project.title);
            Entry::new(
                Sign::Icon(Icon::Page),
                title,
                practice::upkeep::belong(&page.id, "", &project.id, &said),
            )
        })
        .take(OFFERED_PAGES)
        .collect();
    if entries.is_empty() {
        entries.push(Entry::new(Sign::Icon(Icon::Info), "There is no other page", UiCommand::Close));
    }
    let entered = Entered {
        name: "Title of the page",
        hint: "Begin its title".to_owned(),
        text: String::new(),
        narrows: true,
        does: |_, text| UiCommand::Say(format!("No page of that title: {text}")),
        with: Vec::new(),
    };
    let title = format!("Which page belongs to {}?", project.title);
    Picker { entered: Some(entered), ..Picker::new(&title, anchor, entries) }
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
