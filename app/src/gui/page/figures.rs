//! Pictures among the blocks of a page.

use egui::accesskit::Role;
use egui::{Align2, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use tern_model::flat::{OBJECT, Part, Picture as Named};

use super::layout::Slot;
use super::pictures::{Picture, Pictures};
use super::ui::PageState;
use super::view::Shown;
use crate::gui::icon::{self, Icon};
use crate::gui::look;
use crate::gui::tokens::{self, radius, stroke};
use crate::gui::widgets;

/// Whether a block holds one picture and nothing else.
pub fn only_picture(part: &Part) -> bool {
    part.line.len() == 1 && part.line.text().starts_with(OBJECT)
}

/// Draws the pictures of a block under its text; returns whether they measure otherwise than was thought.
pub fn show(ui: &mut Ui, state: &mut PageState, slot: &Slot, part: &Part, shown: &mut Shown) -> bool {
    let above: f32 = state
        .layout
        .slots()
        .get(shown.slot)
        .map_or(0.0, |slot| slot.chunks.iter().map(|chunk| chunk.height).sum());
    let top = shown.rect.top() + slot.padding() + above;
    let mut y = top;
    for named in part.line.objects().iter().flatten() {
        y += 4.0;
        y += picture(ui, &mut state.pictures, named, pos2(shown.rect.left(), y), shown.rect.width()) + 4.0;
    }
    state.layout.measure_below(shown.slot, y - top)
}

fn picture(ui: &mut Ui, pictures: &mut Pictures, named: &Named, at: egui::Pos2, width: f32) -> f32 {
    let p = look::look(ui.ctx());
    let label = if named.alt.is_empty() { "Picture" } else { &named.alt };
    let (rect, note) = match pictures.get(&named.src) {
        Some(Picture::Ready(texture)) => {
            let natural = texture.size_vec2();
            let shown = natural * (width / natural.x).min(1.0);
            let rect = Rect::from_min_size(at, shown);
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), rect, whole, egui::Color32::WHITE);
            (rect, None)
        }
        Some(Picture::Missing(reason)) => (Rect::from_min_size(at, vec2(width, 44.0)), Some(reason.clone())),
        _ => (Rect::from_min_size(at, vec2(width, 44.0)), Some("being read".to_owned())),
    };
    if let Some(note) = note {
        let pen = Stroke::new(stroke::LINE, p.line);
        ui.painter().rect(rect, CornerRadius::same(radius::ROW), p.chrome, pen, StrokeKind::Inside);
        let sign = Rect::from_min_size(rect.min + vec2(12.0, 0.0), vec2(18.0, rect.height()));
        icon::paint(ui.painter(), sign, 18.0, Icon::Picture, p.ink3);
        let inside = rect.with_min_x(rect.left() + 40.0).with_max_x(rect.right() - 12.0);
        widgets::line(ui, inside, Align2::LEFT_CENTER, &format!("{label} — {note}"), tokens::UI, p.ink2);
    }
    let id = ui.scope_id().with(("image", &named.src, at.y as i32));
    ui.interact(rect, id, Sense::hover()).widget_info(|| WidgetInfo::labeled(Role::Image, true, label));
    rect.height()
}
