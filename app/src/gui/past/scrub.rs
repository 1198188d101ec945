//! The row over a page as it was: older and newer, a track with a tick for every sitting, and the way back to now.

use egui::{Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::SessionView;

use super::Ask;
use super::ui::bar;
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::tokens::{size, stroke};
use crate::gui::widgets::{self, Button};

/// Width of the track.
const TRACK: f32 = 150.0;
/// Room that the buttons take.
const BUTTONS: f32 = 330.0;
/// Room that the words keep beside the track.
const WORDS_MIN: f32 = 240.0;
/// Most ticks that are drawn on it.
const TICKS_MAX: usize = 60;

/// The place of heads in a history.
pub fn place(sittings: &[SessionView], heads: &str) -> Option<usize> {
    sittings.iter().position(|sitting| sitting.heads == heads)
}

/// What a sitting is in words: `Mia left it, 13:10 – 13:28: +40 characters`.
pub fn words(sitting: &SessionView, clock: &Clock) -> String {
    let who = if sitting.mine { "you" } else { &sitting.author };
    let when = clock.span(&sitting.from, &sitting.to);
    let what = summary(sitting);
    format!("The page as {who} left it, {when}: {what}")
}

/// What a sitting came to.
pub fn summary(sitting: &SessionView) -> String {
    match (sitting.summary.as_str(), sitting.changes) {
        ("", 1) => "1 change".to_owned(),
        ("", changes) => format!("{changes} changes"),
        (summary, _) => summary.to_owned(),
    }
}

/// Draws the row.
pub fn show(ui: &mut Ui, sittings: &[SessionView], heads: &str, clock: &Clock, out: &mut Queue) {
    let at = place(sittings, heads);
    let said = at.and_then(|at| sittings.get(at)).map(|sitting| words(sitting, clock));
    let said = said.unwrap_or_else(|| "The page as it was".to_owned());
    let full = ui.max_rect().width() > BUTTONS + TRACK + WORDS_MIN;
    bar(ui, &said, |ui| {
        if Button::main("Now").key("Esc").spoken("Back to now").show(ui).clicked() {
            out.push(UiCommand::Past(Ask::Leave));
        }
        if Button::new("Restore this version").show(ui).clicked() {
            out.push(UiCommand::Past(Ask::RestoreVersion(heads.to_owned())));
        }
        let newer = widgets::icon_button(ui, Icon::Forward, "Newer version", Some("→"));
        if newer.clicked() {
            out.push(UiCommand::Past(Ask::Step(1)));
        }
        if full && sittings.len() > 1 {
            track(ui, sittings, at, clock, out);
        }
        let older = widgets::icon_button(ui, Icon::Back, "Older version", Some("←"));
        if older.clicked() {
            out.push(UiCommand::Past(Ask::Step(-1)));
        }
    });
}

/// The track: a click or a drag goes to the sitting there.
fn track(ui: &mut Ui, sittings: &[SessionView], at: Option<usize>, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(TRACK, size::BUTTON), Sense::click_and_drag());
    let inner = rect.shrink2(vec2(8.0, 0.0));
    let last = sittings.len().saturating_sub(1).max(1);
    let x = |index: usize| inner.left() + inner.width() * index as f32 / last as f32;
    let y = rect.center().y;
    ui.painter().hline(inner.x_range(), y, Stroke::new(stroke::LINE, p.edge));
    for index in (0..sittings.len()).step_by(sittings.len().div_ceil(TICKS_MAX).max(1)) {
        ui.painter().vline(x(index), (y - 4.0)..=(y + 4.0), Stroke::new(stroke::LINE, p.edge));
    }
    if let Some(at) = at {
        let knob = Rect::from_center_size(pos2(x(at), y), vec2(6.0, 16.0));
        ui.painter().rect_filled(knob, 2.0, p.here);
    }
    let spoken = at.and_then(|at| sittings.get(at)).map(|sitting| words(sitting, clock)).unwrap_or_default();
    response.widget_info(|| WidgetInfo {
        value: at.map(|at| at as f64),
        ..WidgetInfo::labeled(Role::Slider, true, format!("Version: {spoken}"))
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(last as f64);
    });
    // The arrows are for the version, not for the way to the next control.
    let arrows = egui::EventFilter { horizontal_arrows: true, ..egui::EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    widgets::focus_ring(ui, &response, crate::gui::tokens::radius::ROW);
    if (response.clicked() || response.dragged())
        && let Some(pos) = response.interact_pointer_pos()
    {
        let share = ((pos.x - inner.left()) / inner.width()).clamp(0.0, 1.0);
        let wanted = (share * last as f32).round() as usize;
        if Some(wanted) != at {
            out.push(UiCommand::Past(Ask::Sitting(wanted)));
        }
    }
}
