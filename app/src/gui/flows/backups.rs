//! Backups in the window.

use super::Window;
use egui::{Key, Modifiers};

#[test]
fn a_backup_is_taken_looked_into_and_what_is_missing_comes_in_again() {
    let mut window = Window::sample();
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("backups");
    window.press(Key::Enter);
    assert!(window.says("2026-11-23 14:00  ·  2.3 MB"));
    assert!(window.says("tern backup restore"), "what to do when nothing opens");
    window.click("Take a backup now");
    assert!(window.says("2026-11-23 15:10  ·  2.3 MB"));
    window.click("Compare the backup of 2026-11-23 14:00");
    assert!(window.says("3 edits that this laptop lacks, of “Captions, first draft”."));
    window.click("Take in what is missing");
    assert!(window.says("3 edits were taken in."));
    assert!(!window.shows("Take in what is missing"));
    window.press(Key::Escape);
    window.chord(Modifiers::COMMAND, Key::Comma);
    window.click("Backups");
    assert!(window.says("Take a backup now"), "the settings lead there too");
}
