//! Where the secret keys are kept, and whether the recovery words work.

use egui::Ui;
use tern_peer::KeysView;

use super::DialogState;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::look::look;
use crate::gui::notice;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Field};

/// How many recovery words there are.
const WORDS: usize = 24;

/// Where keys are kept, in a sentence.
pub fn sentence(keys: &KeysView) -> String {
    let kept = match keys.state.as_str() {
        "keyring" => "The keys of this laptop lie in the keyring of your system and open with your login.",
        "passphrase" => "The keys of this laptop are sealed with your passphrase.",
        _ if keys.protected => "The keys of this laptop are protected.",
        _ => {
            "The keys of this laptop lie in a file that only your account can read, without a passphrase: not \
             protected against whoever copies the disk."
        }
    };
    if keys.locked {
        return format!(
            "{kept} The workspace is locked at rest: without the passphrase nothing of it on this disk can be read."
        );
    }
    kept.to_owned()
}

/// Draws the explanation.
pub(super) fn keys(ui: &mut Ui, view: Option<&KeysView>, out: &mut Queue) {
    let p = look(ui.ctx());
    let Some(view) = view else {
        widgets::text(ui, "Reading where the keys are kept", tokens::CALLOUT, p.ink2);
        return;
    };
    widgets::text(ui, &sentence(view), tokens::CALLOUT, p.ink);
    ui.add_space(14.0);
    for (caption, words) in [
        (
            "File",
            "Readable by your account only. Whoever copies the disk can read the keys, and with them the work.",
        ),
        ("Keyring", "Kept by your system and opened by your login. A copied disk alone opens nothing."),
        (
            "Passphrase",
            "Asked when Tern opens. Without it nothing of the workspace on this disk can be read; a wrong one harms nothing.",
        ),
    ] {
        notice::fact(ui, caption, words);
    }
    ui.add_space(4.0);
    widgets::rule(ui);
    ui.add_space(12.0);
    widgets::text(ui, "Change it in a terminal, with this window closed:", tokens::UI, p.ink2);
    ui.add_space(8.0);
    for (command, what) in [
        ("tern keys", "says where they are"),
        ("tern lock on", "asks for a passphrase and closes everything with it"),
        ("tern lock off", "takes the lock away"),
    ] {
        command_row(ui, command, what, out);
    }
    for words in &view.awaited {
        ui.add_space(8.0);
        notice::fact(ui, "Awaited", words);
    }
}

fn command_row(ui: &mut Ui, command: &str, what: &str, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(120.0, tokens::size::BUTTON), egui::Sense::hover());
        widgets::line(ui, rect, egui::Align2::LEFT_CENTER, command, tokens::CODE, p.ink);
        widgets::short(ui, what, tokens::SMALL, p.ink2);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = format!("Copy {command}");
            if Button::plain("Copy").spoken(&name).show(ui).clicked() {
                out.push(UiCommand::Copy(command.to_owned(), "The command is on the clipboard"));
            }
        });
    });
}

/// Draws the drill.
pub(super) fn drill(ui: &mut Ui, state: &mut DialogState, out: &mut Queue) {
    let p = look(ui.ctx());
    if let Some(said) = &state.said {
        widgets::text(ui, said, tokens::CALLOUT, p.ink);
        ui.add_space(16.0);
        if Button::main("Done").show(ui).clicked() {
            out.push(UiCommand::Close);
        }
        return;
    }
    let words = "Type the 24 words from your paper. Tern says whether they would bring this workspace back, changes \
                 nothing, and forgets them again.";
    widgets::text(ui, words, tokens::CALLOUT, p.ink2);
    ui.add_space(12.0);
    let field =
        Field { mono: true, rows: 4, ..Field::new("Recovery words", "24 words, with blanks between them") };
    let response = field.show(ui, state.secret.text_mut());
    state.focus_once(&response);
    ui.add_space(16.0);
    let count = state.secret.text().split_whitespace().count();
    let missing = match count {
        WORDS if state.waiting => Some("The words are being tried".to_owned()),
        WORDS => None,
        0 => Some("Type the words first".to_owned()),
        count => Some(format!("{count} of 24 words")),
    };
    ui.horizontal(|ui| {
        if Button::main("Try the words").disabled(missing.as_deref()).show(ui).clicked() {
            out.push(UiCommand::TryWords);
        }
        if let Some(missing) = &missing {
            widgets::short(ui, missing, tokens::SMALL, p.ink3);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_keeping_keys_has_its_sentence() {
        let said = |state: &str, protected, locked| {
            sentence(&KeysView { state: state.into(), protected, locked, awaited: Vec::new() })
        };
        assert!(said("file (not protected)", false, false).contains("not protected against whoever copies"));
        assert!(said("keyring", true, false).contains("open with your login"));
        let locked = said("passphrase", true, true);
        assert!(
            locked.contains("sealed with your passphrase") && locked.contains("locked at rest"),
            "{locked}"
        );
    }
}
