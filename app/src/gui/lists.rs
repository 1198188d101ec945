//! Search results and the trash.

use egui::{
    Align2, Key, Modifiers, Rect, Response, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};
use tern_peer::{Command, HitView};

use super::command::{Queue, Route, Then, UiCommand};
use super::icon::{self, Icon};
use super::look::{self, look};
use super::sidebar::shown_title;
use super::tokens::{self, radius};
use super::views::Views;
use super::widgets::{self, Button, Field};

/// The search between frames.
#[derive(Debug, Clone, Default)]
pub struct SearchState {
    /// What is looked for.
    pub text: String,
    /// The field gets the keyboard in the next frame.
    pub focus: bool,
    /// The result under the keyboard.
    pub selected: usize,
    reveal: bool,
}

impl SearchState {
    /// Moves to another result.
    pub fn step(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by);
        self.reveal = true;
    }
}

/// Results under the name of their kind, in the order of the best of each.
pub fn groups(hits: &[HitView]) -> Vec<(&'static str, Vec<&HitView>)> {
    let mut groups: Vec<(&'static str, Vec<&HitView>)> = Vec::new();
    for hit in hits {
        let name = match hit.kind.as_str() {
            "page" => "Pages",
            "task" => "Tasks",
            "comment" => "Comments",
            "project" => "Projects",
            "attachment" => "Files",
            _ => "Other",
        };
        match groups.iter_mut().find(|(other, _)| *other == name) {
            Some((_, hits)) => hits.push(hit),
            None => groups.push((name, vec![hit])),
        }
    }
    groups
}

/// What opens a result, at the words that were found.
fn opens(hit: &HitView, typed: &str) -> Queue {
    if hit.kind == "task" {
        return vec![UiCommand::Go(Route::Tasks), UiCommand::SelectTask(Some(hit.id.clone()))];
    }
    if hit.kind == "project" {
        return vec![UiCommand::Go(Route::Project { id: hit.id.clone() })];
    }
    let found = runs(&hit.snippet).into_iter().find(|(_, is_match)| *is_match).map(|(words, _)| words);
    vec![UiCommand::Seek { page: hit.id.clone(), words: found.unwrap_or_else(|| typed.trim().to_owned()) }]
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
        let found = views.search.get().filter(|_| !state.text.trim().is_empty());
        let groups = found.map(|found| groups(&found.hits)).unwrap_or_default();
        let hits: Vec<&HitView> = groups.iter().flat_map(|(_, hits)| hits.iter().copied()).collect();
        search_keys(ui, state, &hits, out);
        let field = Field::new("Search", "Words in pages and tasks");
        let response = field.show(ui, &mut state.text);
        if std::mem::take(&mut state.focus) {
            response.request_focus();
        }
        if response.changed() {
            out.push(UiCommand::SearchFor(state.text.clone()));
        }
        ui.add_space(12.0);
        let words = match (found, views.search.error(), hits.len()) {
            _ if state.text.trim().is_empty() => {
                "Type a word. Search reads what is on this laptop and needs no network.".to_owned()
            }
            (None, Some(error), _) => error.to_string(),
            (None, None, _) => "Looking through everything on this laptop".to_owned(),
            (_, _, 0) => format!(
                "Nothing here says “{}”. What other laptops hold is found when it has arrived.",
                state.text.trim()
            ),
            (_, _, 1) => "1 place".to_owned(),
            (_, _, count) => format!("{count} places"),
        };
        widgets::text(ui, &words, tokens::SMALL, p.ink3);
        ui.add_space(6.0);
        results(ui, state, &groups, out);
    });
}

/// Arrows and Enter, while the field or nothing has the keyboard.
fn search_keys(ui: &Ui, state: &mut SearchState, hits: &[&HitView], out: &mut Queue) {
    state.selected = state.selected.min(hits.len().saturating_sub(1));
    let focused = ui.memory(egui::Memory::focused);
    if focused.is_some_and(|id| id != Field::new("Search", "").id) || hits.is_empty() {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowDown) && state.selected + 1 < hits.len() {
        state.step(1);
    }
    if pressed(Key::ArrowUp) {
        state.step(-1);
    }
    if pressed(Key::Enter)
        && let Some(hit) = hits.get(state.selected)
    {
        out.extend(opens(hit, &state.text));
    }
}

fn results(ui: &mut Ui, state: &mut SearchState, groups: &[(&str, Vec<&HitView>)], out: &mut Queue) {
    let p = look(ui.ctx());
    ScrollArea::vertical().auto_shrink(false).id_salt("hits").show(ui, |ui| {
        let mut index = 0;
        for (name, hits) in groups {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
            let inside = rect.with_min_x(rect.left() + 8.0);
            let at = widgets::line(ui, inside, Align2::LEFT_CENTER, name, tokens::SMALL_STRONG, p.ink3);
            let count = inside.with_min_x(at.right() + 8.0);
            widgets::line(ui, count, Align2::LEFT_CENTER, &hits.len().to_string(), tokens::SMALL, p.ink3);
            response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, *name));
            for hit in hits {
                let selected = index == state.selected;
                let response = hit_row(ui, hit, selected);
                if selected && std::mem::take(&mut state.reveal) {
                    response.scroll_to_me(None);
                }
                if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
                    state.selected = index;
                    out.extend(opens(hit, &state.text));
                }
                index += 1;
            }
            ui.add_space(6.0);
        }
    });
}

fn hit_row(ui: &mut Ui, hit: &HitView, selected: bool) -> Response {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 54.0), Sense::click());
    widgets::row_ground(ui, rect, selected, response.hovered());
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
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    response
}

/// Draws the trash.
pub fn trash(ui: &mut Ui, views: &Views, out: &mut Queue) {
    let p = look(ui.ctx());
    let body = ui.max_rect().shrink2(vec2(24.0, 14.0));
    widgets::region(ui, body, "trash", "Trash", |ui| {
        ui.set_max_width(760.0);
        let Some(view) = views.trash.get() else {
            let reading = || "Reading what is in the trash".to_owned();
            let words = views.trash.error().map_or_else(reading, ToString::to_string);
            widgets::text(ui, &words, tokens::UI, p.ink2);
            return;
        };
        let pages = view.pages.as_slice();
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(kind: &str, title: &str, snippet: &str) -> HitView {
        HitView {
            id: title.to_lowercase(),
            kind: kind.into(),
            title: title.into(),
            snippet: snippet.into(),
            page: None,
        }
    }

    #[test]
    fn results_stand_under_their_kind_and_open_at_the_words_that_were_found() {
        let hits = [
            hit("page", "Plan", "the [Ferry] first"),
            hit("task", "Book", "a [ferry]"),
            hit("page", "Web", "no mark"),
        ];
        let shown: Vec<String> = groups(&hits)
            .iter()
            .map(|(name, hits)| {
                format!("{name}: {}", hits.iter().map(|h| h.title.as_str()).collect::<Vec<_>>().join(", "))
            })
            .collect();
        assert_eq!(shown, ["Pages: Plan, Web", "Tasks: Book"]);
        let words = |hit: &HitView| match opens(hit, " fer ").first() {
            Some(UiCommand::Seek { page, words }) => format!("{page} at {words}"),
            _ => "elsewhere".to_owned(),
        };
        assert_eq!(hits.each_ref().map(words), ["plan at Ferry", "elsewhere", "web at fer"]);
    }

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
