//! Where the secret keys are kept, and whether the recovery words work.

use egui::Ui;
use tern_peer::KeysView;

use super::DialogState;
use crate::gui::command::{Dialog, Queue, Relock, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::notice;
use crate::gui::secret::Secret;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Field};

/// How many recovery words there are.
pub const WORDS: usize = 24;

/// The field of a passphrase.
pub const PASSPHRASE: &str = "Passphrase";
/// The field of a new one, for the second time.
pub const AGAIN: &str = "Once more";

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
    ui.add_space(14.0);
    ui.horizontal(|ui| {
        let sealed = view.locked || view.state == "passphrase";
        let (label, dialog) = match sealed {
            false => ("Lock with a passphrase…", Dialog::Lock),
            true => ("Take the lock away…", Dialog::Unlock),
        };
        if Button::new(label).icon(Icon::Lock).show(ui).clicked() {
            out.push(UiCommand::Open(dialog));
        }
        let terminal = if sealed { "In a terminal: tern lock off" } else { "In a terminal: tern lock on" };
        widgets::short(ui, terminal, tokens::SMALL, p.ink3);
    });
    for words in &view.awaited {
        ui.add_space(8.0);
        notice::fact(ui, "Awaited", words);
    }
}

/// Draws the form that locks.
pub(super) fn lock(ui: &mut Ui, state: &mut DialogState, out: &mut Queue) {
    let p = look(ui.ctx());
    let what = "From then on Tern asks for the passphrase when it opens, here and in the terminal. Nothing of the \
                workspace on this disk can be read without it.";
    widgets::text(ui, what, tokens::CALLOUT, p.ink);
    ui.add_space(14.0);
    let forgotten = "Nobody can tell you the passphrase or set another: not Tern, not your team, not the node. What has \
                     left this laptop comes back by your recovery words and a node; what has not is lost.";
    notice::fact(ui, "Forgotten", forgotten);
    notice::fact(
        ui,
        "Keep",
        "Write it down where the recovery words are. Four or five words that do not belong together are good.",
    );
    ui.add_space(8.0);
    let response = secret_row(ui, PASSPHRASE, &mut state.secret);
    state.focus_once(&response);
    ui.add_space(10.0);
    let response = secret_row(ui, AGAIN, &mut state.again);
    let entered = enters(ui, &response);
    ui.add_space(16.0);
    let why = match (state.secret.text(), state.again.text()) {
        ("", _) => Some("Type a passphrase first"),
        (_, "") => Some("Type it once more"),
        (first, second) if first != second => Some("The two are not the same"),
        _ => None,
    };
    if (buttons(ui, "Lock the workspace", why, out) || entered) && why.is_none() {
        out.push(UiCommand::Relock(Relock::On(std::mem::take(&mut state.secret))));
    }
}

/// Draws the form that takes the lock away.
pub(super) fn unlock(ui: &mut Ui, state: &mut DialogState, out: &mut Queue) {
    let p = look(ui.ctx());
    let what = "Tern opens without a passphrase then. Whoever copies this disk can read the keys, and with them the \
                work. A wrong passphrase changes nothing.";
    widgets::text(ui, what, tokens::CALLOUT, p.ink);
    ui.add_space(14.0);
    let response = secret_row(ui, PASSPHRASE, &mut state.secret);
    state.focus_once(&response);
    let entered = enters(ui, &response);
    ui.add_space(16.0);
    let why = state.secret.text().is_empty().then_some("Type the passphrase first");
    if (buttons(ui, "Open without a passphrase", why, out) || entered) && why.is_none() {
        out.push(UiCommand::Relock(Relock::Off(std::mem::take(&mut state.secret))));
    }
}

fn secret_row(ui: &mut Ui, name: &str, value: &mut Secret) -> egui::Response {
    widgets::form_row(ui, name, super::CAPTION, |ui| {
        Field { secret: true, ..Field::new(name, "") }.show(ui, value.text_mut())
    })
}

/// Whether Enter ended a field.
fn enters(ui: &Ui, response: &egui::Response) -> bool {
    response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

/// The main button and the way out; returns whether the first was used.
fn buttons(ui: &mut Ui, label: &str, why: Option<&str>, out: &mut Queue) -> bool {
    let p = look(ui.ctx());
    ui.horizontal(|ui| {
        let clicked = Button::main(label).disabled(why).show(ui).clicked();
        if Button::new("Cancel").key("Esc").show(ui).clicked() {
            out.push(UiCommand::Close);
        }
        if let Some(why) = why {
            widgets::short(ui, why, tokens::SMALL, p.ink3);
        }
        clicked
    })
    .inner
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
