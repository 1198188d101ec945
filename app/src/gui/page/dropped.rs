//! Files that are dragged over the page from elsewhere: words say what letting go does, and what falls is attached there.

use egui::{Align2, Rect, Ui};

use super::select::Selection;
use super::ui::PageState;
use super::view::{self, Hit};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::look::look;
use crate::gui::tokens::{self, radius};
use crate::gui::widgets;

/// Most files that are taken at once.
const FILES_MAX: usize = 50;

/// Shows what is held over the page and takes what falls.
pub fn take(ui: &Ui, state: &mut PageState, room: Rect, now: f64, out: &mut Queue) {
    let (held, fallen, pos) = ui.input(|input| {
        let name = |path: &std::path::Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let held: Vec<String> = input
            .raw
            .hovered_files
            .iter()
            .map(|file| file.path.as_deref().and_then(name).unwrap_or_else(|| "the file".to_owned()))
            .collect();
        let fallen: Vec<_> = input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect();
        (held, fallen, input.pointer.latest_pos())
    });
    if let Some(words) = words(&held, state.read_only || !state.session.is_loaded()) {
        overlay(ui, state, room, &words);
    }
    if fallen.is_empty() || state.read_only || !state.session.is_loaded() {
        return;
    }
    // Not every desktop says where a file is let go; then it comes where the caret is.
    let under = pos
        .filter(|pos| room.contains(*pos))
        .and_then(|pos| view::block_at(&state.shown, pos).map(|shown| shown.hit(pos)));
    if let Some(Hit::Text(at)) = under {
        state.place(Selection::at(at).within(state.session.flat()), now);
    }
    out.extend(fallen.into_iter().take(FILES_MAX).map(UiCommand::Attach));
}

/// What is said while files are held over the page.
fn words(held: &[String], closed: bool) -> Option<String> {
    match held {
        [] => None,
        _ if closed => {
            Some("Nothing can be attached here: this page is shown as it was, or only to read".to_owned())
        }
        [one] => Some(format!("Let go to attach “{one}” here")),
        more => Some(format!("Let go to attach {} files here", more.len().min(FILES_MAX))),
    }
}

fn overlay(ui: &Ui, state: &PageState, room: Rect, words: &str) {
    let p = look(ui.ctx());
    let rect =
        Rect::from_center_size(room.center(), egui::vec2((room.width() - 40.0).clamp(120.0, 480.0), 44.0));
    let pen = egui::Stroke::new(tokens::stroke::FOCUS, p.here);
    ui.painter().rect(rect, f32::from(radius::ROW), p.page, pen, egui::StrokeKind::Inside);
    widgets::line(ui, rect.shrink(10.0), Align2::CENTER_CENTER, words, tokens::UI_MEDIUM, p.ink);
    let response = ui.interact(rect, state.editor().with("dropping"), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Status, true, words));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_letting_go_does_is_said_before_it_is_done() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(words(&[], false), None);
        assert_eq!(words(&names(&["a.png"]), false).as_deref(), Some("Let go to attach “a.png” here"));
        assert_eq!(words(&names(&["a", "b"]), false).as_deref(), Some("Let go to attach 2 files here"));
        assert!(words(&names(&["a"]), true).is_some_and(|words| words.starts_with("Nothing can")));
    }
}
