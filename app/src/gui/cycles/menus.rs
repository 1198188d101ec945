//! Menus of cycles: making one, and what can be changed of one.

use egui::Rect;
use jiff::ToSpan;
use tern_peer::{Command, CycleCommand, CycleView};

use crate::gui::clock::Clock;
use crate::gui::command::{Held, Then, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};

/// Weeks of work that are offered.
const WEEKS: [i64; 4] = [2, 4, 6, 8];
/// Weeks of cooling down that are offered.
const COOLDOWN: [i64; 4] = [0, 1, 2, 3];

/// A name for a new cycle.
pub(super) fn new_cycle(anchor: Option<Rect>) -> Picker {
    let entered = Entered {
        name: "Name",
        hint: "Name of the cycle; it begins today".to_owned(),
        text: String::new(),
        narrows: false,
        does: |_, text| {
            let command = CycleCommand::New { title: text.to_owned(), fields: Vec::new() };
            UiCommand::Send(Box::new(Command::Cycle(command)), Then::Quiet)
        },
        with: Vec::new(),
    };
    Picker { entered: Some(entered), ..Picker::new("New cycle", anchor, Vec::new()) }
}

/// Sets a field, with its value before as the way back.
fn set(cycle: &str, name: &str, value: &str, before: &str, said: &str) -> UiCommand {
    let command = |value: &str| {
        let fields = vec![(name.to_owned(), value.to_owned())];
        Command::Cycle(CycleCommand::Set { cycle: cycle.to_owned(), fields })
    };
    UiCommand::Send(
        Box::new(command(value)),
        Then::Undoable(said.to_owned(), Box::new(Held(command(before)))),
    )
}

/// What can be changed of a cycle.
pub(super) fn change(cycle: &CycleView, clock: &Clock, anchor: Option<Rect>) -> Picker {
    let entry = |name: &str, right: &str, opens: Picker| {
        Entry::new(Sign::None, name, UiCommand::Pick(Box::new(opens))).right(right)
    };
    let starts = cycle.start.as_deref().map(|date| clock.day(date)).unwrap_or_default();
    let trash = |on: bool| Command::Cycle(CycleCommand::Trash { cycle: cycle.id.clone(), on });
    let said = format!("“{}” is in the trash; its tasks stay", cycle.title);
    let gone = UiCommand::Send(Box::new(trash(true)), Then::Undoable(said, Box::new(Held(trash(false)))));
    let entries = vec![
        entry("First day", &starts, start(cycle, clock, anchor)),
        entry("Weeks of work", &cycle.weeks.to_string(), weeks(cycle, true, anchor)),
        entry("Weeks to cool down", &cycle.cooldown.to_string(), weeks(cycle, false, anchor)),
        entry("Name", "", name(cycle, anchor)),
        Entry::new(Sign::Icon(Icon::Trash), "Move to the trash", gone),
    ];
    Picker::new(&format!("Cycle {}", cycle.title), anchor, entries)
}

fn typed(cycle: &CycleView, name: &'static str, hint: &str, field: &str, before: &str) -> Entered {
    Entered {
        name,
        hint: hint.to_owned(),
        text: String::new(),
        narrows: false,
        does: |with, text| {
            let of = |at: usize| with.get(at).map(String::as_str).unwrap_or_default();
            set(of(0), of(1), text, of(2), "The cycle is changed")
        },
        with: vec![cycle.id.clone(), field.to_owned(), before.to_owned()],
    }
}

fn start(cycle: &CycleView, clock: &Clock, anchor: Option<Rect>) -> Picker {
    let before = cycle.start.clone().unwrap_or_default();
    let today = clock.now().date();
    let to_monday = 7 - i32::from(today.weekday().to_monday_zero_offset());
    let days = [("Today", 0), ("Next Monday", to_monday), ("Monday after that", to_monday + 7)];
    let entry = |(label, days): &(&str, i32)| {
        let date = today.checked_add(days.days()).ok()?;
        let words = date.strftime("%a %-d %b").to_string();
        let said = format!("{} begins {words}", cycle.title);
        let command = set(&cycle.id, "start", &date.to_string(), &before, &said);
        Some(Entry::new(Sign::Icon(Icon::Calendar), label, command).right(&words))
    };
    let entered = typed(cycle, "First day", "2026-12-01, mon or +3d", "start", &before);
    let entries = days.iter().filter_map(entry).collect();
    Picker { entered: Some(entered), ..Picker::new("First day of the cycle", anchor, entries) }
}

fn weeks(cycle: &CycleView, of_work: bool, anchor: Option<Rect>) -> Picker {
    let (field, title, offered, now) = match of_work {
        true => ("weeks", "Weeks of work", WEEKS, cycle.weeks),
        false => ("cooldown", "Weeks to cool down", COOLDOWN, cycle.cooldown),
    };
    let before = now.to_string();
    let entries = offered.iter().map(|count| {
        let words = match count {
            0 => "None".to_owned(),
            1 => "1 week".to_owned(),
            count => format!("{count} weeks"),
        };
        let sign = if *count == now { Sign::Icon(Icon::Check) } else { Sign::None };
        let said = format!("{title}: {}", words.to_lowercase());
        Entry::new(sign, &words, set(&cycle.id, field, &count.to_string(), &before, &said))
    });
    let entered = typed(cycle, "Weeks", "A whole number up to 52", field, &before);
    Picker { entered: Some(entered), ..Picker::new(title, anchor, entries.collect()) }
}

fn name(cycle: &CycleView, anchor: Option<Rect>) -> Picker {
    let entered = typed(cycle, "Name of the cycle", &cycle.title, "title", &cycle.title);
    let keep = Entry::new(Sign::Icon(Icon::Close), "Leave it as it is", UiCommand::Close);
    Picker { entered: Some(entered), ..Picker::new("Name of the cycle", anchor, vec![keep]) }
}
