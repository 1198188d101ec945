//! The palette: jump to a page or task, run a command, search, or create, from one field.

use egui::{
    Align2, Area, Id, Key, Modifiers, Order, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};
use tern_peer::Command;

use super::actions::{ACTIONS, Action, Situation, key_of};
use super::command::{Queue, Route, Then, UiCommand};
use super::icon::{self, Icon};
use super::look::{self, look};
use super::sidebar::shown_title;
use super::tokens::{self, Shadow, radius, size, stroke};
use super::views::Views;
use super::widgets;

/// Most results of one kind.
const PER_KIND_MAX: usize = 5;
/// Most results in all.
const RESULTS_MAX: usize = 12;

/// The open palette.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What is typed.
    pub text: String,
    selected: usize,
    age: u32,
}

/// A result.
#[derive(Debug, Clone)]
pub struct Found {
    /// Heading under which it stands.
    pub group: &'static str,
    /// Icon or status.
    pub sign: FoundSign,
    /// What it says.
    pub label: String,
    /// Quiet text at the right.
    pub right: String,
    /// What choosing it does.
    pub commands: Vec<UiCommand>,
}

/// What stands before a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundSign {
    /// An icon.
    Icon(Icon),
    /// The ring of a status.
    Status(String),
}

/// How well `text` matches what is typed: word starts first, then anywhere; `None` when it does not.
fn rank(text: &str, typed: &str) -> Option<usize> {
    let (text, typed) = (text.to_lowercase(), typed.to_lowercase());
    if typed.is_empty() {
        return Some(2);
    }
    let at = text.find(&typed)?;
    let starts_word = at == 0 || text[..at].chars().next_back().is_some_and(|c| !c.is_alphanumeric());
    Some(if at == 0 {
        0
    } else if starts_word {
        1
    } else {
        2
    })
}

fn best<T>(items: impl Iterator<Item = (T, String)>, typed: &str, most: usize) -> Vec<(T, String)> {
    let mut ranked: Vec<(usize, usize, (T, String))> = items
        .enumerate()
        .filter_map(|(order, (item, text))| rank(&text, typed).map(|rank| (rank, order, (item, text))))
        .collect();
    ranked.sort_by_key(|(rank, order, _)| (*rank, *order));
    ranked.into_iter().take(most).map(|(_, _, found)| found).collect()
}

/// What is found for the typed text: `>` commands only, `#` tasks only.
pub fn find(views: &Views, situation: Situation, typed: &str) -> Vec<Found> {
    let typed = typed.trim_start();
    let (only, typed) = match typed.chars().next() {
        Some(sign @ ('>' | '#')) => (Some(sign), typed[1..].trim()),
        _ => (None, typed.trim()),
    };
    let mut found = Vec::new();
    if only.is_none() {
        found.extend(pages(views, typed));
    }
    if only != Some('>') {
        found.extend(tasks(views, typed));
    }
    if only != Some('#') {
        found.extend(commands(situation, typed, if only.is_some() { RESULTS_MAX } else { PER_KIND_MAX }));
    }
    found.truncate(RESULTS_MAX);
    if only.is_none() && !typed.is_empty() {
        found.truncate(RESULTS_MAX - 3);
        found.extend(create(typed));
    }
    found
}

fn pages(views: &Views, typed: &str) -> Vec<Found> {
    let pages = views.pages.get().map(|view| view.pages.as_slice()).unwrap_or_default();
    let titled = pages.iter().map(|page| (page, shown_title(&page.title).to_owned()));
    best(titled, typed, PER_KIND_MAX)
        .into_iter()
        .map(|(page, label)| {
            let parent = page.parent.as_ref().and_then(|id| pages.iter().find(|other| other.id == *id));
            Found {
                group: "Pages",
                sign: FoundSign::Icon(Icon::Page),
                label,
                right: parent.map(|parent| parent.title.clone()).unwrap_or_default(),
                commands: vec![UiCommand::Go(Route::page(&page.id))],
            }
        })
        .collect()
}

fn tasks(views: &Views, typed: &str) -> Vec<Found> {
    let tasks = views.tasks.get().map(|view| view.tasks.as_slice()).unwrap_or_default();
    let titled = tasks.iter().map(|task| (task, format!("{} {}", task.title, task.short_id)));
    best(titled, typed, PER_KIND_MAX)
        .into_iter()
        .map(|(task, _)| Found {
            group: "Tasks",
            sign: FoundSign::Status(task.status.clone()),
            label: task.title.clone(),
            right: match &task.assignee {
                Some(person) => format!("{} · {person}", task.short_id),
                None => task.short_id.clone(),
            },
            commands: vec![UiCommand::Go(Route::Tasks), UiCommand::SelectTask(Some(task.id.clone()))],
        })
        .collect()
}

fn commands(situation: Situation, typed: &str, most: usize) -> Vec<Found> {
    let listed = ACTIONS.iter().filter(|spec| spec.listed && spec.when.holds(situation));
    best(listed.map(|spec| (spec.action, spec.label.to_owned())), typed, most)
        .into_iter()
        .map(|(action, label)| Found {
            group: "Commands",
            sign: FoundSign::Icon(action_icon(action)),
            label,
            right: key_of(action).unwrap_or_default(),
            commands: vec![UiCommand::Do(action)],
        })
        .collect()
}

fn create(typed: &str) -> Vec<Found> {
    let entry = |icon, label: String, key: Action, commands| Found {
        group: "Create",
        sign: FoundSign::Icon(icon),
        label,
        right: key_of(key).unwrap_or_default(),
        commands,
    };
    let task = Command::TaskNew { line: typed.to_owned() };
    let page = Command::PageNew { title: typed.to_owned(), parent: None, space: None, markdown: None };
    vec![
        entry(
            Icon::Search,
            format!("Search all text for “{typed}”"),
            Action::Search,
            vec![UiCommand::Go(Route::Search), UiCommand::SearchFor(typed.to_owned())],
        ),
        entry(
            Icon::Tasks,
            format!("New task “{typed}”"),
            Action::NewTask,
            vec![UiCommand::Go(Route::Tasks), UiCommand::Send(Box::new(task), Then::SelectMade)],
        ),
        entry(
            Icon::Page,
            format!("New page “{typed}”"),
            Action::NewPage,
            vec![UiCommand::Send(Box::new(page), Then::OpenMade)],
        ),
    ]
}

fn action_icon(action: Action) -> Icon {
    match action {
        Action::Search => Icon::Search,
        Action::NewTask | Action::GoTasks | Action::SetStatus | Action::SetPriority => Icon::Tasks,
        Action::NewPage | Action::NewPageInside | Action::GoPages | Action::Rename => Icon::Page,
        Action::GoTrash | Action::TrashThis => Icon::Trash,
        Action::GoDelivery => Icon::Laptop,
        Action::SetAssignee | Action::Invite | Action::GoInvites => Icon::PersonAdd,
        Action::GoPeople => Icon::People,
        Action::GoDevices | Action::LinkDevice => Icon::Laptop,
        Action::GoSpaces | Action::NewSpace | Action::MoveToSpace => Icon::Folder,
        Action::GoReview => Icon::Fork,
        Action::GoLog => Icon::List,
        Action::Drill => Icon::Words,
        Action::KeysKept => Icon::Key,
        Action::SetDue => Icon::Calendar,
        Action::Choose => Icon::Fork,
        Action::AddNode => Icon::Node,
        Action::ToggleTheme => Icon::Sun,
        Action::ToggleDetails => Icon::Panel,
        _ => Icon::Settings,
    }
}

/// The results as text, for tests.
#[cfg(test)]
pub fn text(found: &[Found]) -> String {
    found.iter().map(|entry| format!("{}: {} | {}\n", entry.group, entry.label, entry.right)).collect()
}

impl Palette {
    /// A palette in which something is typed already.
    pub fn with(text: &str) -> Self {
        Palette { text: text.to_owned(), ..Palette::default() }
    }

    /// Draws it over everything.
    pub fn show(&mut self, ctx: &egui::Context, views: &Views, situation: Situation, out: &mut Queue) {
        self.age += 1;
        let p = look(ctx);
        let screen = ctx.content_rect();
        let scrim = ctx.layer_painter(egui::LayerId::new(Order::Middle, Id::unique("scrim")));
        scrim.rect_filled(screen, 0, p.scheme.scrim());
        let found = find(views, situation, &self.text);
        self.keys(ctx, &found, out);
        let width = size::PALETTE.min(screen.width() - 32.0);
        let top = size::PALETTE_TOP.min(screen.height() * 0.12);
        let at = pos2(screen.center().x - width / 2.0, screen.top() + top);
        let area = Area::new(Id::unique("palette")).order(Order::Foreground).fixed_pos(at).constrain(true);
        let shown = area.accessible_name("Palette").show(ctx, |ui| {
            let frame = egui::Frame::NONE
                .fill(p.raised)
                .stroke(egui::Stroke::new(stroke::LINE, p.edge))
                .corner_radius(radius::DIALOG)
                .shadow(p.scheme.shadow(Shadow::Palette));
            frame.show(ui, |ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 0.0;
                self.entry(ui);
                widgets::rule(ui);
                egui::Frame::NONE.inner_margin(8.0).show(ui, |ui| self.results(ui, &found, out));
                widgets::rule(ui);
                foot(ui);
            });
        });
        let outside = ctx.input(|input| {
            input.pointer.any_pressed()
                && input.pointer.interact_pos().is_some_and(|pos| !shown.response.rect.contains(pos))
        });
        if outside && self.age > 1 {
            out.push(UiCommand::Close);
        }
    }

    fn keys(&mut self, ctx: &egui::Context, found: &[Found], out: &mut Queue) {
        let count = found.len();
        self.selected = self.selected.min(count.saturating_sub(1));
        ctx.input_mut(|input| {
            if input.consume_key(Modifiers::NONE, Key::Escape) {
                out.push(UiCommand::Close);
            }
            if input.consume_key(Modifiers::NONE, Key::ArrowDown) && count > 0 {
                self.selected = (self.selected + 1) % count;
            }
            if input.consume_key(Modifiers::NONE, Key::ArrowUp) && count > 0 {
                self.selected = (self.selected + count - 1) % count;
            }
            if input.consume_key(Modifiers::NONE, Key::Enter)
                && let Some(chosen) = found.get(self.selected)
            {
                out.push(UiCommand::Close);
                out.extend(chosen.commands.iter().cloned());
            }
        });
    }

    fn entry(&mut self, ui: &mut Ui) {
        let p = look(ui.ctx());
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), Sense::hover());
        let sign = Rect::from_min_size(rect.min + vec2(16.0, 0.0), vec2(20.0, rect.height()));
        icon::paint(ui.painter(), sign, 20.0, Icon::Search, p.ink2);
        let inside = Rect::from_min_max(
            pos2(rect.left() + 46.0, rect.top() + 14.0),
            pos2(rect.right() - 16.0, rect.bottom()),
        );
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(inside).id_salt("entry"));
        let hint = egui::RichText::new("Jump, run or create").color(p.ink3).font(look::font(tokens::ENTRY));
        let output = egui::TextEdit::singleline(&mut self.text)
            .id(Id::unique("palette entry"))
            .font(look::font(tokens::ENTRY))
            .hint_text(hint)
            .frame(egui::Frame::NONE)
            .desired_width(inside.width())
            .show(&mut child);
        let response: egui::Response = (*output.response).clone().accessible_name("Jump, run or create");
        if response.changed() {
            self.selected = 0;
        }
        if !response.has_focus() {
            response.request_focus();
            let end = egui::text::CCursor::end_of_str(&self.text);
            let mut field = output.state.clone();
            field.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
            field.store(ui.ctx(), response.id);
        }
    }

    fn results(&self, ui: &mut Ui, found: &[Found], out: &mut Queue) {
        let p = look(ui.ctx());
        let mut group = "";
        for (index, entry) in found.iter().enumerate() {
            if entry.group != group {
                group = entry.group;
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
                let inside = rect.with_min_x(rect.left() + 10.0).translate(vec2(0.0, 2.0));
                widgets::line(ui, inside, Align2::LEFT_CENTER, group, tokens::SMALL_STRONG, p.ink3);
            }
            if result_row(ui, entry, index == self.selected, self.text.trim_start_matches(['>', '#']).trim())
            {
                out.push(UiCommand::Close);
                out.extend(entry.commands.iter().cloned());
            }
        }
        if found.is_empty() {
            ui.add_space(8.0);
            widgets::text(ui, "  Nothing is called that.", tokens::UI, p.ink2);
            ui.add_space(8.0);
        }
    }
}

fn result_row(ui: &mut Ui, entry: &Found, selected: bool, typed: &str) -> bool {
    let p = look(ui.ctx());
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), size::PALETTE_ROW), Sense::click());
    widgets::row_ground(ui, rect, selected, response.hovered());
    let sign = Rect::from_min_size(rect.min + vec2(10.0, 0.0), vec2(18.0, rect.height()));
    match &entry.sign {
        FoundSign::Icon(icon) => icon::paint(ui.painter(), sign, 18.0, *icon, p.ink2),
        FoundSign::Status(status) => {
            let ring = Rect::from_center_size(sign.center(), vec2(16.0, 16.0));
            icon::status(ui.painter(), ring, status, &p);
        }
    }
    let inside =
        Rect::from_min_max(pos2(rect.left() + 38.0, rect.top()), pos2(rect.right() - 12.0, rect.bottom()));
    let right = widgets::line(ui, inside, Align2::RIGHT_CENTER, &entry.right, tokens::SMALL, p.ink3);
    let style = if selected { tokens::UI_MEDIUM } else { tokens::UI };
    let mut job = egui::text::LayoutJob::default();
    for (text, is_match) in split_match(&entry.label, typed) {
        let mut format = look::format(if is_match { tokens::UI_STRONG.weight(700.0) } else { style }, p.ink);
        if is_match {
            format.underline = egui::Stroke::new(stroke::LINE, p.ink2);
        }
        job.append(text, 0.0, format);
    }
    job.wrap = egui::text::TextWrapping::truncate_at_width((right.left() - inside.left() - 8.0).max(40.0));
    let galley = look::layout(ui, job);
    ui.painter().galley(pos2(inside.left(), rect.center().y - galley.size().y / 2.0), galley, p.ink);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, selected, &entry.label));
    response.clicked()
}

fn split_match<'a>(label: &'a str, typed: &str) -> Vec<(&'a str, bool)> {
    let lower = label.to_lowercase();
    let found = (!typed.is_empty() && lower.len() == label.len())
        .then(|| lower.find(&typed.to_lowercase()))
        .flatten();
    let parts = found.and_then(|at| {
        let end = at + typed.len();
        Some([(label.get(..at)?, false), (label.get(at..end)?, true), (label.get(end..)?, false)])
    });
    match parts {
        Some(parts) => parts.into_iter().filter(|(text, _)| !text.is_empty()).collect(),
        None => vec![(label, false)],
    }
}

fn foot(ui: &mut Ui) {
    let p = look(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
    let mut x = rect.left() + 16.0;
    for (keys, words) in [
        (&["↑", "↓"][..], "choose"),
        (&["Enter"][..], "do it"),
        (&[">"][..], "commands"),
        (&["#"][..], "tasks"),
    ] {
        for key in keys {
            x += widgets::key_cap(ui, pos2(x, rect.center().y), key, None) + 5.0;
        }
        let at =
            widgets::line(ui, rect.with_min_x(x + 2.0), Align2::LEFT_CENTER, words, tokens::SMALL, p.ink2);
        x = at.right() + 16.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_the_typed_text_comes_first() {
        let items = ["Research", "Keep the search index", "Search results"];
        let found = best(items.iter().map(|item| ((), (*item).to_owned())), "search", 5);
        let order: Vec<&str> = found.iter().map(|((), text)| text.as_str()).collect();
        assert_eq!(order, ["Search results", "Keep the search index", "Research"]);
    }

    #[test]
    fn the_match_is_told_apart_whatever_the_script() {
        assert_eq!(split_match("Keep the Search", "search"), [("Keep the ", false), ("Search", true)]);
        assert_eq!(split_match("検索インデックス", "検索"), [("検索", true), ("インデックス", false)]);
        assert_eq!(split_match("İstanbul", "istanbul"), [("İstanbul", false)]);
    }
}
