//! Changes what is agreed: a menu of the fields of a working agreement, and one for each of them.

use egui::Rect;
use tern_peer::{AgreementView, PracticeCommand};

use super::undoable;
use crate::gui::command::UiCommand;
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};

/// Most letters of a value beside its name.
const SHOWN_CHARS: usize = 24;
/// When messages are heard, by word and as people read it.
const QUIET: [(&str, &str); 2] = [("hours", "In working hours"), ("checkins", "At check-ins only")];

/// What is said when a field is set.
const HOLDS: &str = "It holds for everybody from here on";

/// A field of an agreement.
struct Field {
    /// As the engine calls it.
    name: &'static str,
    /// As people call it.
    label: &'static str,
    /// What can be typed.
    hint: &'static str,
    /// What it says, or what is usual.
    value: String,
    /// What it says; empty where it says nothing.
    said: String,
}

fn fields(view: &AgreementView) -> Vec<Field> {
    let ladder = view.ladder.iter().map(|step| {
        let who = step.who.as_ref().map_or("on-call", |who| who.name.as_str());
        format!("{} {who}", step.minutes)
    });
    let rota = view.rota.iter().map(|entry| format!("{} {}", entry.who.name, entry.when));
    let (ladder, rota): (Vec<String>, Vec<String>) = (ladder.collect(), rota.collect());
    let field = |name: &'static str, label, hint, value: String| {
        let said = if view.says.iter().any(|says| says == name) { value.clone() } else { String::new() };
        Field { name, label, hint, value, said }
    };
    vec![
        field(
            "criteria",
            "What an emergency is",
            "Boats stand still; data is lost",
            view.criteria.join("; "),
        ),
        field(
            "rota",
            "Who is on call when",
            "Aiko Mon-Fri 18:00-09:00; Ben Sat,Sun 08:00-20:00",
            rota.join("; "),
        ),
        field("ladder", "Who is called after minutes", "0 on-call; 15 Ben", ladder.join("; ")),
        field("urgent_hours", "Working hours for an urgent answer", "4", view.urgent_hours.to_string()),
        field("standard_hours", "Hours for an ordinary answer", "24", view.standard_hours.to_string()),
        field("quiet", "When messages are heard", "", view.quiet.clone()),
        field("meeting_minutes", "Shared minutes worth a meeting", "60", view.meeting_minutes.to_string()),
    ]
}

/// Sets a field, with what it said before as the way back.
fn set(page: &str, name: &str, value: &str, before: &str, said: &str) -> UiCommand {
    let command = |value: &str| PracticeCommand::AgreementSet {
        page: Some(page.to_owned()),
        fields: vec![(name.to_owned(), value.to_owned())],
    };
    undoable(command(value), command(before), said)
}

/// The fields of an agreement; nothing where there is none.
pub fn menu(view: &AgreementView, anchor: Option<Rect>) -> Option<Picker> {
    let page = view.id.as_deref()?;
    let entries = fields(view).into_iter().map(|field| {
        let value =
            QUIET.iter().find(|(word, _)| *word == field.value).map_or(&*field.value, |(_, name)| name);
        let mut right: String = value.chars().take(SHOWN_CHARS).collect();
        if value.chars().count() > SHOWN_CHARS {
            right.push('…');
        }
        let command = UiCommand::Pick(Box::new(one(page, &field, anchor)));
        Entry::new(Sign::None, field.label, command).right(&right)
    });
    Some(Picker::new("What is agreed", anchor, entries.collect()))
}

/// The menu of one field.
fn one(page: &str, field: &Field, anchor: Option<Rect>) -> Picker {
    if field.name == "quiet" {
        let entry = |(word, name): &(&str, &str)| {
            let sign = if *word == field.value { Sign::Icon(Icon::Check) } else { Sign::None };
            Entry::new(sign, name, set(page, field.name, word, &field.said, HOLDS))
        };
        return Picker::new(field.label, anchor, QUIET.iter().map(entry).collect());
    }
    let does = |with: &[String], text: &str| {
        let of = |at: usize| with.get(at).map(String::as_str).unwrap_or_default();
        set(of(0), of(1), text, of(2), HOLDS)
    };
    let with = vec![page.to_owned(), field.name.to_owned(), field.said.clone()];
    let (hint, text) = (field.hint.to_owned(), field.value.clone());
    let entered = Some(Entered { name: field.label, hint, text, narrows: false, does, with });
    let entries = vec![
        Entry::new(Sign::Icon(Icon::Close), "Leave it as it is", UiCommand::Close),
        Entry::new(
            Sign::Icon(Icon::Trash),
            "Say nothing of it",
            set(page, field.name, "", &field.said, "It is as usual again"),
        ),
    ];
    Picker { entered, ..Picker::new(HOLDS, anchor, entries) }
}
