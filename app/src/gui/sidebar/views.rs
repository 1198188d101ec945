//! Saved views of tasks in the left column.

use egui::Ui;

use super::{Data, head_line};
use crate::gui::command::Queue;
use crate::gui::icon::Icon;
use crate::gui::tasks::Ask;
use crate::gui::tokens::size;
use crate::gui::widgets::Row;

/// Most of the column's height that views take.
const SHARE: f32 = 0.35;

/// Height of the views in a column of this height.
pub(super) fn height(data: &Data, column: f32) -> f32 {
    if data.views.is_empty() {
        return 0.0;
    }
    (size::ROW * (data.views.len() + 1) as f32 + 6.0).min((column * SHARE).floor())
}

/// Draws them under their head.
pub(super) fn show(ui: &mut Ui, data: &Data, out: &mut Queue) {
    ui.spacing_mut().item_spacing.y = 0.0;
    head_line(ui, "Views");
    egui::ScrollArea::vertical().auto_shrink(false).id_salt("saved views").show_rows(
        ui,
        size::ROW,
        data.views.len(),
        |ui, visible| {
            for (id, title) in data.views.get(visible).unwrap_or_default() {
                let selected = data.view.as_ref() == Some(id);
                let spoken = format!("View {title}");
                let row =
                    Row { icon: Some(Icon::Filter), selected, spoken: Some(&spoken), ..Row::new(title) };
                if row.show(ui).clicked() {
                    out.push(Ask::OpenView(id.clone()).into());
                }
            }
        },
    );
}
