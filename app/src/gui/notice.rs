//! What happened, what is safe, what to do next: faults as cards and bars, and the toast that says a thing was done.

use egui::{Align2, Area, CornerRadius, Id, Order, Rect, Stroke, StrokeKind, Ui, pos2, vec2};
use tern_peer::{ErrorKind, PeerError};

use super::command::{Held, Queue, UiCommand};
use super::icon::{self, Icon};
use super::look::look;
use super::tokens::{self, Shadow, radius, stroke};
use super::widgets::{self, Button};

/// Where the words of a fact begin.
const FACT_LEFT: f32 = 84.0;

/// Seconds a toast stays.
pub const TOAST_SECS: f64 = 6.0;

/// One line that says what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// The line.
    pub text: String,
    /// Takes it back.
    pub undo: Option<Box<Held>>,
}

/// Draws the toast at the bottom left.
pub fn toast(ctx: &egui::Context, toast: &Toast, out: &mut Queue) {
    let p = look(ctx);
    let screen = ctx.content_rect();
    let at = pos2(screen.left() + 16.0, screen.bottom() - 46.0);
    let area = Area::new(Id::unique("toast")).order(Order::Tooltip).fixed_pos(at).pivot(Align2::LEFT_BOTTOM);
    area.accessible_name("Done").show(ctx, |ui| {
        let frame = egui::Frame::NONE
            .fill(p.raised)
            .stroke(Stroke::new(stroke::LINE, p.line))
            .corner_radius(radius::CARD)
            .shadow(p.scheme.shadow(Shadow::Menu))
            .inner_margin(egui::Margin::symmetric(14, 8));
        frame.show(ui, |ui| {
            ui.horizontal(|ui| {
                let said = widgets::short(ui, &toast.text, tokens::UI, p.ink);
                ui.ctx().accesskit_node_builder(said.id, |node| node.set_live(egui::accesskit::Live::Polite));
                if toast.undo.is_some() && Button::plain("Undo").show(ui).clicked() {
                    out.push(UiCommand::Undo);
                }
            });
        });
    });
}

/// The title of a fault: what cannot be done.
fn title(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Failed => "This could not be done",
        ErrorKind::Usage => "This request makes no sense to Tern",
        ErrorKind::NotAllowed => "Your role does not allow this",
        ErrorKind::NotFound => "This is not here",
        ErrorKind::Damaged => "Some of the workspace cannot be read whole",
        ErrorKind::Unreachable => "No one was reached",
        ErrorKind::BadInput => "This cannot be read",
    }
}

/// Draws a fault as a card of Happened, Safe and Next.
pub fn card(ui: &mut Ui, error: &PeerError, happened_title: Option<&str>) {
    let p = look(ui.ctx());
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(36.0, 36.0), egui::Sense::hover());
        let damaged = error.kind == ErrorKind::Damaged;
        let (fill, ink) = if damaged { (p.cut_tint, p.cut) } else { (p.wait_tint, p.wait) };
        ui.painter().rect_filled(rect, CornerRadius::same(radius::CARD), fill);
        let sign = if error.kind == ErrorKind::Unreachable { Icon::Offline } else { Icon::Info };
        icon::paint(ui.painter(), rect, 20.0, sign, ink);
        ui.add_space(6.0);
        widgets::text(ui, happened_title.unwrap_or(title(error.kind)), tokens::DIALOG, p.ink);
    });
    ui.add_space(10.0);
    for (name, words) in [("Happened", &error.happened), ("Safe", &error.safe), ("Next", &error.next)] {
        if !words.is_empty() {
            fact(ui, name, words);
        }
    }
}

/// Draws a caption and what it says.
pub fn fact(ui: &mut Ui, caption: &str, words: &str) {
    let p = look(ui.ctx());
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(FACT_LEFT, 18.0), egui::Sense::hover());
        widgets::line(ui, rect, Align2::LEFT_CENTER, caption, tokens::UI, p.ink3);
        widgets::text(ui, words, tokens::UI, p.ink);
    });
    ui.add_space(8.0);
}

/// Draws a fault as a bar at the top of the sheet; returns the height it took.
pub fn bar(ui: &mut Ui, error: &PeerError, room: Rect, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let words = error.to_string();
    let width = room.width() - 150.0;
    let galley = super::look::layout(ui, super::look::wrapped(&words, tokens::UI, p.ink, width));
    let height = galley.size().y + 20.0;
    let rect = Rect::from_min_size(room.min, vec2(room.width(), height));
    ui.painter().rect_filled(rect, 0, p.wait_tint);
    let sign = Rect::from_min_size(rect.min + vec2(16.0, 0.0), vec2(18.0, rect.height()));
    icon::paint(ui.painter(), sign, 18.0, Icon::Info, p.wait);
    let text_at = Rect::from_min_size(rect.min + vec2(44.0, 10.0), galley.size());
    ui.painter().galley(text_at.min, galley, p.ink);
    let response = ui.interact(text_at, ui.scope_id().with("fault"), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Alert, true, &words));
    let at = Rect::from_min_max(pos2(rect.right() - 92.0, rect.center().y - 14.0), rect.max);
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(at).id_salt("dismiss"));
    if Button::plain("Dismiss").show(&mut child).clicked() {
        out.push(UiCommand::DismissFault);
    }
    height
}

/// A raised card in the middle of `room`.
pub fn centred(ui: &mut Ui, room: Rect, size: egui::Vec2, label: &str, content: impl FnOnce(&mut Ui)) {
    let p = look(ui.ctx());
    let size = size.min(room.size() - vec2(32.0, 32.0));
    let rect = Rect::from_center_size(room.center(), size);
    let corner = CornerRadius::same(radius::DIALOG);
    ui.painter().add(p.scheme.shadow(Shadow::Menu).as_shape(rect, corner));
    ui.painter().rect(rect, corner, p.page, Stroke::new(stroke::LINE, p.line), StrokeKind::Inside);
    widgets::region(ui, rect, label, label, content);
}
