//! Holidays of one's own profile: which there are, a calendar file to take them from, and away with them.

use std::fs::File;
use std::io::Read as _;

use egui::Ui;
use tern_peer::{Command, ErrorKind, PeerError, ProfileChange, ProfileView};

use super::{CAPTION, DialogState, Reads};
use crate::gui::command::{Queue, Then, UiCommand};
use crate::gui::look::look;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Field};

/// One byte more than a file of holidays may have: what is longer is refused where it is read.
const READ_BYTES: u64 = tern_model::hours::MAX_ICS_BYTES as u64 + 1;

/// One's own profile, when it is here.
pub(super) fn mine(reads: Reads<'_>) -> Option<&ProfileView> {
    let about = reads.views.about.get()?;
    reads.views.people.get(&about.member)?.get()
}

/// What there is, in words.
fn words(days: &[String]) -> String {
    match days {
        [] => "None. A calendar file (.ics) of whole days brings them.".to_owned(),
        [one] => one.clone(),
        [first, .., last] => format!("{} days, from {first} to {last}", days.len()),
    }
}

/// Draws the row.
pub(super) fn show(ui: &mut Ui, state: &mut DialogState, reads: Reads<'_>, out: &mut Queue) {
    let Some(mine) = mine(reads) else { return };
    let p = look(ui.ctx());
    widgets::form_row_of(ui, "Holidays", (CAPTION, tokens::UI.line), |ui| {
        widgets::text(ui, &words(&mine.holidays), tokens::UI, p.ink);
    });
    ui.add_space(6.0);
    let file = &mut state.holidays_file;
    widgets::form_row(ui, "Calendar file", CAPTION, |ui| {
        Field::new("Calendar file", "/home/you/holidays.ics").show(ui, file)
    });
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        let empty = state.holidays_file.trim().is_empty().then_some("Name a file first");
        if Button::new("Load holidays").disabled(empty).show(ui).clicked() {
            match contents(state.holidays_file.trim()) {
                Ok(text) => set(text, "Your holidays are loaded", state, out),
                Err(problem) => state.problem = Some(problem),
            }
        }
        let none = mine.holidays.is_empty().then_some("There are none");
        if Button::new("No holidays").disabled(none).show(ui).clicked() {
            set(String::new(), "Your holidays are taken away", state, out);
        }
    });
}

fn set(text: String, said: &str, state: &mut DialogState, out: &mut Queue) {
    state.problem = None;
    let change = ProfileChange { holidays: Some(text), ..ProfileChange::default() };
    out.push(UiCommand::Send(Box::new(Command::ProfileSet(change)), Then::CloseAndSay(said.to_owned())));
}

/// The text of a file. An empty one is refused here: it would stand for no holidays.
fn contents(path: &str) -> Result<String, PeerError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(READ_BYTES).read_to_string(&mut text));
    let problem = match read {
        Ok(_) if !text.trim().is_empty() => return Ok(text),
        Ok(_) => "it is empty".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(PeerError::new(ErrorKind::BadInput, format!("{path} cannot be read: {problem}."))
        .safe("Your holidays are as they were.")
        .next("Name the file with its whole path."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_or_missing_file_is_refused_and_holidays_are_told_by_their_ends() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("holidays.ics");
        assert!(contents(&file.to_string_lossy()).is_err());
        std::fs::write(&file, "\n").unwrap();
        assert!(contents(&file.to_string_lossy()).unwrap_err().happened.contains("empty"));
        std::fs::write(&file, "BEGIN:VCALENDAR").unwrap();
        assert_eq!(contents(&file.to_string_lossy()).unwrap(), "BEGIN:VCALENDAR");
        let days = ["2026-12-25 Christmas Day".to_owned(), "2027-01-01 New Year".to_owned()];
        assert_eq!(words(&days), "2 days, from 2026-12-25 Christmas Day to 2027-01-01 New Year");
    }
}
