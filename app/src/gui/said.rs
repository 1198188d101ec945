//! Markdown that somebody told, drawn to be read: its words as a page draws them, its links open what they lead to.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use egui::cache::{ComputerMut, FrameCache};
use egui::{Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, vec2};
use tern_model::flat::{Flat, Line};
use tern_peer::block::BlockKind;
use tern_peer::text::from_markdown;

use super::command::Queue;
use super::look::{self, look};
use super::page::links::follow;
use super::page::prose::{self, Set};
use super::tokens::{self, Type, radius, stroke};
use super::widgets;

/// How far an item of a list stands in.
const INDENT: f32 = 18.0;
/// Distance of what is to be read from the line at its left.
const QUOTED: f32 = 12.0;

/// Reads Markdown once, not at every frame.
#[derive(Default)]
struct Reader;

impl ComputerMut<&str, Arc<Flat>> for Reader {
    fn compute(&mut self, text: &str) -> Arc<Flat> {
        Arc::new(Flat::of(&from_markdown(text)))
    }
}

fn read(ui: &Ui, text: &str) -> Arc<Flat> {
    ui.memory_mut(|memory| memory.caches.cache::<FrameCache<Arc<Flat>, Reader>>().get(text).clone())
}

/// Draws the text below the field in which it is written, where it reads otherwise than it is typed: with links.
pub fn preview(ui: &mut Ui, salt: impl Hash + Debug + Copy, text: &str, out: &mut Queue) {
    if !text.contains("](") {
        return;
    }
    ui.add_space(6.0);
    let p = look(ui.ctx());
    let top = ui.cursor().left_top();
    let inside = Rect::from_min_size(top + vec2(QUOTED, 0.0), vec2(ui.available_width() - QUOTED, 0.0));
    let builder = egui::UiBuilder::new().max_rect(inside).id_salt(("as it reads", salt));
    let drawn = ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        widgets::text(ui, "As it reads", tokens::TINY, p.ink3);
        markdown(ui, salt, text, tokens::UI, out);
    });
    let line = top.x + 1.0;
    ui.painter().vline(line, drawn.response.rect.y_range(), Stroke::new(stroke::FOCUS, p.line));
}

/// Draws a text over the available width; `salt` tells it from others beside it.
pub fn markdown(ui: &mut Ui, salt: impl Hash + Debug + Copy, text: &str, style: Type, out: &mut Queue) {
    let p = look(ui.ctx());
    let flat = read(ui, text);
    for (index, part) in flat.parts().iter().enumerate() {
        let Some(head) = &part.head else { continue };
        let (style, sign) = match &head.kind {
            BlockKind::Heading { .. } => (style.weight(620.0), ""),
            BlockKind::Code { .. } | BlockKind::Verbatim => (tokens::CODE, ""),
            BlockKind::Divider => {
                widgets::rule(ui);
                continue;
            }
            BlockKind::BulletItem { .. } | BlockKind::OrderedItem { .. } | BlockKind::TaskItem { .. } => {
                (style, "•")
            }
            _ => (style, ""),
        };
        ui.push_id(("said", salt, index), |ui| {
            block(ui, &part.line, style, sign, head.parents.len(), p, out)
        });
        ui.add_space(3.0);
    }
}

fn block(ui: &mut Ui, line: &Line, style: Type, sign: &str, depth: usize, p: look::Look, out: &mut Queue) {
    let in_by = INDENT * (depth + usize::from(!sign.is_empty())) as f32;
    let width = (ui.available_width() - in_by).max(40.0);
    let set = Set { style, ink: p.ink, look: p, width };
    let galley = look::layout(ui, prose::job(line, 0, line.len(), set, None));
    let size = vec2(ui.available_width(), galley.size().y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, line.text()));
    if !sign.is_empty() {
        let mark = look::layout(ui, look::one_line(sign, style, p.ink2, INDENT));
        ui.painter().galley(rect.min + vec2(in_by - INDENT + 3.0, 0.0), mark, p.ink2);
    }
    let at = rect.min + vec2(in_by, 0.0);
    ui.painter().extend(prose::decor(&galley, line, 0, at, p));
    links(ui, line, &galley, at, out);
    ui.painter().galley(at, galley, p.ink);
}

/// What can be followed: each link once, however many marks stand in it.
fn links(ui: &Ui, line: &Line, galley: &egui::Galley, at: egui::Pos2, out: &mut Queue) {
    let mut from = 0;
    let mut found: Vec<(usize, usize, &str)> = Vec::new();
    for (len, marks) in line.runs() {
        let to = from + len;
        if let Some(link) = &marks.link {
            match found.last_mut() {
                Some((_, end, href)) if *end == from && *href == link.href => *end = to,
                _ => found.push((from, to, &link.href)),
            }
        }
        from = to;
    }
    for (from, to, href) in found {
        let rects = prose::rects(galley, from, to, at);
        let name = line.slice(from, to);
        for (row, rect) in rects.into_iter().enumerate() {
            let id = ui.scope_id().with(("link", from, row));
            // Tab comes once to a link that goes over several rows.
            let sense = if row == 0 { Sense::click() } else { Sense::CLICK - Sense::FOCUSABLE };
            let response = ui.interact(rect, id, sense);
            if row == 0 {
                response.widget_info(|| WidgetInfo::labeled(Role::Link, true, name));
                widgets::focus_ring(ui, &response, radius::KEY);
            }
            if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
                out.push(follow(href));
            }
        }
    }
}
