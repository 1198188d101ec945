//! Search results and the trash.

use egui::{Align2, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::Command;

use super::command::{Queue, Route, Then, UiCommand};
use super::icon::{self, Icon};
use super::look::{self, look};
use super::sidebar::shown_title;
use super::tokens::{self, radius, size};
use super::views::Views;
use super::widgets::{self, Button, Field};

/// The search field between frames.
#[derive(Debug, Clone, Default)]
pub struct SearchState {
    /// What is looked for.
    pub text: String,
    /// The field gets the keyboard in the next frame.
    pub focus: bool,
}

/// A snippet with its matches, which lie between `[` and `]`.
pub fn runs(snippet: &str) -> Vec<(String, bool)> {
    let mut runs: Vec<(String, bool)> = Vec::new();
    let mut rest = snippet;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((hit, after)) = after.split_once(']') else { break };
        runs.extend([(before.to_owned(), false), (hit.to_owned(), true)]);
        rest = after;
    }
    runs.push((rest.to_owned(), false));
    runs.retain(|(text, _)| !text.is_empty());
    runs
}

/// Draws the search.
pub fn search(ui: &mut Ui, state: &mut SearchState, views: &Views, out: &mut Queue) {
    let p = look(ui.ctx());
    let body = ui.max_rect().shrink2(vec2(24.0, 14.0));
    widgets::region(ui, body, "search", "Search", |ui| {
        ui.set_max_width(760.0);
        let field = Field::new("Search", "Words in pages and tasks");
        let response = field.show(ui, &mut state.text);
        if std::mem::take(&mut state.focus) {
            response.request_focus();
        }
        if response.changed() {
            out.push(UiCommand::SearchFor(state.text.clone()));
        }
        ui.add_space(12.0);
        let Some(found) = views.search.get().filter(|_| !state.text.trim().is_empty()) else {
            let words = "Type a word. Search reads what is on this laptop and needs no network.";
            widgets::text(ui, words, tokens::UI, p.ink2);
            return;
        };
        let words = match found.hits.len() {
            0 => format!("Nothing says “{}”.", state.text.trim()),
            1 => "1 place".to_owned(),
            count => format!("{count} places"),
        };
        widgets::text(ui, &words, tokens::SMALL, p.ink3);
        ui.add_space(6.0);
        ScrollArea::vertical().auto_shrink(false).id_salt("hits").show(ui, |ui| {
            for hit in &found.hits {
                hit_row(ui, hit, out);
            }
        });
    });
}

fn hit_row(ui: &mut Ui, hit: &tern_peer::HitView, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 54.0), Sense::click());
    widgets::row_ground(ui, rect, false, response.hovered());
    let is_task = hit.kind == "task";
    let sign = Rect::from_min_size(rect.min + vec2(8.0, 6.0), vec2(18.0, 20.0));
    icon::paint(ui.painter(), sign, 17.0, if is_task { Icon::Tasks } else { Icon::Page }, p.ink2);
    let upper = Rect::from_min_size(rect.min + vec2(36.0, 6.0), vec2(rect.width() - 46.0, 20.0));
    widgets::line(ui, upper, Align2::LEFT_CENTER, shown_title(&hit.title), tokens::UI_MEDIUM, p.ink);
    let mut job = egui::text::LayoutJob::default();
    for (text, is_match) in runs(&hit.snippet) {
        let style = if is_match { tokens::SMALL_STRONG } else { tokens::SMALL };
        let mut format = look::format(style, if is_match { p.ink } else { p.ink2 });
        if is_match {
            format.underline = egui::Stroke::new(tokens::stroke::LINE, p.ink2);
        }
        job.append(&text.replace('\n', " "), 0.0, format);
    }
    job.wrap = egui::text::TextWrapping::truncate_at_width(upper.width());
    let galley = look::layout(ui, job);
    ui.painter().galley(pos2(upper.left(), upper.bottom() + 2.0), galley, p.ink2);
    let spoken = format!("{}: {}", hit.kind, shown_title(&hit.title));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        if is_task {
            out.extend([UiCommand::Go(Route::Tasks), UiCommand::SelectTask(Some(hit.id.clone()))]);
        } else {
            out.push(UiCommand::Go(Route::page(&hit.id)));
        }
    }
}

/// Draws the trash.
pub fn trash(ui: &mut Ui, views: &Views, out: &mut Queue) {
    let p = look(ui.ctx());
    let body = ui.max_rect().shrink2(vec2(24.0, 14.0));
    widgets::region(ui, body, "trash", "Trash", |ui| {
        ui.set_max_width(760.0);
        let pages = views.trash.get().map(|view| view.pages.as_slice()).unwrap_or_default();
        let trashed: Vec<_> = pages.iter().filter(|page| page.trashed).collect();
        if trashed.is_empty() {
            widgets::text(ui, "The trash is empty.", tokens::DIALOG, p.ink);
            ui.add_space(6.0);
            let words = "What is put here can be taken out again. An edit made elsewhere brings it back to attention.";
            widgets::text(ui, words, tokens::UI, p.ink2);
            return;
        }
        ScrollArea::vertical().auto_shrink(false).id_salt("trashed").show(ui, |ui| {
            for page in trashed {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
                let sign = Rect::from_min_size(rect.min + vec2(8.0, 0.0), vec2(18.0, rect.height()));
                icon::paint(ui.painter(), sign, 17.0, Icon::Page, p.ink2);
                let inside = Rect::from_min_max(
                    pos2(rect.left() + 36.0, rect.top()),
                    pos2(rect.right() - 130.0, rect.bottom()),
                );
                widgets::line(ui, inside, Align2::LEFT_CENTER, shown_title(&page.title), tokens::UI, p.ink);
                let at = Rect::from_min_max(pos2(rect.right() - 120.0, rect.top() + 6.0), rect.max);
                let mut child = ui.new_child(egui::UiBuilder::new().max_rect(at).id_salt(&page.id));
                if Button::new("Take out").icon(Icon::Restore).show(&mut child).clicked() {
                    let restore = Command::Restore { doc: page.id.clone() };
                    let words = format!("“{}” is back", shown_title(&page.title));
                    out.push(UiCommand::Send(Box::new(restore), Then::CloseAndSay(words)));
                }
                ui.painter().hline(
                    rect.x_range(),
                    rect.bottom(),
                    egui::Stroke::new(tokens::stroke::LINE, p.line),
                );
            }
        });
    });
    let _ = size::ROW;
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn matches_of_a_snippet_are_told_apart() {
        let shown = |snippet| {
            runs(snippet)
                .iter()
                .map(|(t, m)| if *m { format!("<{t}>") } else { t.clone() })
                .collect::<String>()
        };
        assert_eq!(shown("keep the [search] index"), "keep the <search> index");
        assert_eq!(shown("[a] and [b]"), "<a> and <b>");
        assert_eq!(shown("an open [ bracket"), "an open [ bracket");
    }
}
