//! The left column: where one can go.

use std::collections::BTreeMap;

use egui::{Align2, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::{PageRow, PagesView, SpaceView, ViewsView};

use super::access::data::{spaces, waiting};
use super::actions::{Action, key_of};
use super::command::{Dialog, Queue, Route, Section, Then, UiCommand};
use super::icon::{self, Icon};
use super::inbox::data::needs_me;
use super::look::{self, look};
use super::prefs::Prefs;
use super::tokens::{self, size};
use super::views::Views;
use super::widgets;

pub mod moves;
mod places;
pub mod tree;
mod views;

pub use tree::TreeState;

/// Trees with more pages than this start folded.
const UNFOLDED_MAX: usize = 40;

/// A visible row of the page tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeRow {
    /// Index into the pages.
    pub page: usize,
    /// Pages below it: `None` when there are none, else whether they are hidden.
    pub folded: Option<bool>,
    /// It is open in the middle.
    pub selected: bool,
}

/// A line of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// What follows was kept at hand.
    Favourites,
    /// A page that was kept at hand, as an index into the pages.
    Favourite(usize),
    /// What follows is the tree.
    Pages,
    /// The space whose pages follow; the root space has none.
    Space {
        /// Id.
        id: String,
        /// Title.
        title: String,
        /// Everybody in the workspace reads it.
        open: bool,
    },
    /// A page.
    Page(TreeRow),
}

/// What the column shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// Name of the workspace.
    pub title: String,
    /// Visible rows of the tree, space by space.
    pub tree: Vec<Line>,
    /// What waits for somebody in the view of people.
    pub people_wait: usize,
    /// Tasks that are not done.
    pub open_tasks: usize,
    /// Threads that ask for something of oneself; none outside own hours.
    pub needs_me: usize,
    /// Own name.
    pub me: String,
    /// Place and role in words.
    pub about_me: String,
    /// Within own hours.
    pub working: bool,
    /// Moves that could not both hold, in words.
    pub set_aside: Vec<String>,
    /// Why the tree is empty.
    pub empty: String,
    /// The page in the middle.
    pub open: Option<String>,
    /// Saved views: id and title.
    pub views: Vec<(String, String)>,
    /// The saved view in the middle.
    pub view: Option<String>,
}

/// The column as data.
pub fn build(views: &Views, prefs: &Prefs, route: &Route) -> Data {
    let about = views.about.get();
    let me = about.and_then(|about| views.people.get(&about.member)).and_then(|slot| slot.get());
    let pages = views.pages.get();
    let spaces = views.spaces.get().map(|view| view.spaces.as_slice()).unwrap_or_default();
    let lines = |pages: &PagesView| {
        by_space(&pages.pages, tree(&pages.pages, &prefs.folds, open_page(route)), spaces)
    };
    let tree = pages.map(|pages| with_favourites(&pages.pages, prefs, lines(pages))).unwrap_or_default();
    let is_open = |status: &str| !matches!(status, "done" | "cancelled");
    Data {
        title: about.map(|about| about.title.clone()).unwrap_or_default(),
        open_tasks: views
            .tasks
            .get()
            .map_or(0, |v| v.tasks.iter().filter(|task| is_open(&task.status)).count()),
        me: about.map(|about| about.name.clone()).unwrap_or_default(),
        about_me: me.map(about_me).unwrap_or_default(),
        working: me.is_some_and(|me| me.working),
        set_aside: pages.map(|pages| pages.set_aside.clone()).unwrap_or_default(),
        needs_me: views.talks.notify.get().map_or(0, needs_me),
        people_wait: Section::ALL.iter().map(|(section, _)| waiting(views, *section)).sum(),
        empty: match pages {
            Some(pages) if pages.pages.is_empty() => "Pages you write appear here.".to_owned(),
            _ => String::new(),
        },
        open: open_page(route).map(str::to_owned),
        views: views.saved.get().map(saved).unwrap_or_default(),
        view: None,
        tree,
    }
}

fn saved(saved: &ViewsView) -> Vec<(String, String)> {
    saved.views.iter().map(|view| (view.id.clone(), view.title.clone())).collect()
}

/// What is kept at hand, then the tree under its head.
fn with_favourites(pages: &[PageRow], prefs: &Prefs, lines: Vec<Line>) -> Vec<Line> {
    let place = |id: &String| pages.iter().position(|page| page.id == *id).map(Line::Favourite);
    let mut all: Vec<Line> = prefs.favourites.iter().filter_map(place).collect();
    if !all.is_empty() {
        all.insert(0, Line::Favourites);
    }
    all.push(Line::Pages);
    all.extend(lines);
    all
}

fn open_page(route: &Route) -> Option<&str> {
    match route {
        Route::Page { id, .. } => Some(id),
        _ => None,
    }
}

/// The visible rows of a tree that is flattened in display order.
pub fn tree(pages: &[PageRow], folds: &BTreeMap<String, bool>, open: Option<&str>) -> Vec<TreeRow> {
    let above = ancestors(pages, open);
    let mut rows = Vec::new();
    let mut hidden_below = None;
    for (index, page) in pages.iter().enumerate() {
        if hidden_below.is_some_and(|depth| page.depth > depth) {
            continue;
        }
        hidden_below = None;
        let has_children = pages.get(index + 1).is_some_and(|next| next.depth > page.depth);
        let folded = folds
            .get(&page.id)
            .copied()
            .unwrap_or(pages.len() > UNFOLDED_MAX && !above.contains(&page.id.as_str()));
        if has_children && folded {
            hidden_below = Some(page.depth);
        }
        rows.push(TreeRow {
            page: index,
            folded: has_children.then_some(folded),
            selected: open == Some(page.id.as_str()),
        });
    }
    rows
}

/// The rows grouped by space: the root space first, then the others by title, personal ones last.
pub fn by_space(pages: &[PageRow], rows: Vec<TreeRow>, spaces: &[SpaceView]) -> Vec<Line> {
    let mut groups: BTreeMap<&str, Vec<TreeRow>> = BTreeMap::new();
    let mut space = "";
    for row in rows {
        let Some(page) = pages.get(row.page) else { continue };
        if page.depth == 0 {
            space = &page.space;
        }
        groups.entry(if spaces::is_root(space) { "" } else { space }).or_default().push(row);
    }
    let mut lines: Vec<Line> = groups.remove("").unwrap_or_default().into_iter().map(Line::Page).collect();
    let mut known: Vec<&SpaceView> = spaces.iter().filter(|space| !spaces::is_root(&space.id)).collect();
    known.sort_by_key(|space| spaces::place(space));
    for space in known {
        let title = shown_title(spaces::title(space)).to_owned();
        lines.push(Line::Space { id: space.id.clone(), title, open: space.access == "open" });
        lines.extend(groups.remove(space.id.as_str()).unwrap_or_default().into_iter().map(Line::Page));
    }
    for (id, rows) in groups {
        let title = "A space that is not read yet".to_owned();
        lines.push(Line::Space { id: id.to_owned(), title, open: false });
        lines.extend(rows.into_iter().map(Line::Page));
    }
    lines
}

/// Ids of the pages above `open`, nearest first.
pub fn ancestors<'a>(pages: &'a [PageRow], open: Option<&str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    let Some(mut at) = open.and_then(|id| pages.iter().position(|page| page.id == id)) else { return found };
    let mut depth = pages.get(at).map_or(0, |page| page.depth);
    while depth > 0 && at > 0 {
        at -= 1;
        if let Some(page) = pages.get(at).filter(|page| page.depth < depth) {
            found.push(page.id.as_str());
            depth = page.depth;
        }
    }
    found
}

/// Draws the column.
pub fn show(
    ui: &mut Ui,
    state: &mut TreeState,
    data: &Data,
    pages: &[PageRow],
    route: &Route,
    out: &mut Queue,
) {
    ui.spacing_mut().item_spacing = vec2(4.0, 0.0);
    let room = ui.max_rect();
    let foot = Rect::from_min_max(
        pos2(room.left() + 8.0, room.bottom() - 44.0),
        pos2(room.right() - 8.0, room.bottom()),
    );
    let body = Rect::from_min_max(room.min + vec2(8.0, 0.0), pos2(room.right() - 8.0, foot.top()));
    let views = body.with_min_y(body.bottom() - views::height(data, body.height()));
    let body = body.with_max_y(views.top());
    widgets::region(ui, body, "places", "Places", |ui| {
        head(ui, data, out);
        ui.add_space(8.0);
        places::show(ui, data, route, out);
        ui.add_space(8.0);
        pages_list(ui, state, data, pages, out);
    });
    if !data.views.is_empty() {
        widgets::region(ui, views, "saved views", "Views", |ui| views::show(ui, data, out));
    }
    widgets::region(ui, foot, "self", "You", |ui| own_line(ui, data, out));
}

fn head(ui: &mut Ui, data: &Data, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::click());
    let bird = Rect::from_min_size(pos2(rect.left() + 9.0, rect.center().y - 10.0), vec2(20.0, 20.0));
    icon::bird(ui.painter(), bird, p.ink, p.here);
    let inside =
        Rect::from_min_max(pos2(rect.left() + 38.0, rect.top()), pos2(rect.right() - 62.0, rect.bottom()));
    widgets::line(
        ui,
        inside,
        Align2::LEFT_CENTER,
        &data.title,
        tokens::Type { size: 15.0, ..tokens::UI_STRONG },
        p.ink,
    );
    if let Some(key) = key_of(Action::Palette) {
        widgets::key_cap(ui, pos2(rect.right() - 48.0, rect.center().y), &key, None);
    }
    let spoken = format!("{}: jump, run or create", data.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, tokens::radius::ROW);
    if response.clicked() {
        out.push(UiCommand::Do(Action::Palette));
    }
}

/// A quiet head over lines.
fn head_line(ui: &mut Ui, text: &str) -> Rect {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::hover());
    let inside = rect.with_min_x(rect.left() + 10.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, text, tokens::SMALL_STRONG, p.ink3);
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, text));
    rect
}

fn pages_head(ui: &mut Ui, out: &mut Queue) {
    let rect = head_line(ui, "Pages");
    let plus = Rect::from_min_size(pos2(rect.right() - 28.0, rect.top()), vec2(28.0, 28.0));
    let key = key_of(Action::NewPage);
    let id = ui.scope_id().with("new page");
    if widgets::icon_button_at(ui, plus, id, Icon::Plus, "New page", key.as_deref()).clicked() {
        out.push(UiCommand::Do(Action::NewPage));
    }
}

fn pages_list(ui: &mut Ui, state: &mut TreeState, data: &Data, pages: &[PageRow], out: &mut Queue) {
    let p = look(ui.ctx());
    if !data.empty.is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(10.0);
            widgets::text(ui, &data.empty, tokens::SMALL, p.ink3);
        });
    }
    for words in data.set_aside.iter().take(ASIDE_MAX) {
        set_aside(ui, words);
    }
    if let Some(more) = data.set_aside.len().checked_sub(ASIDE_MAX).filter(|more| *more > 0) {
        set_aside(ui, &format!("{more} more moves could not hold beside others."));
    }
    tree::show(ui, state, data, pages, out);
}

/// The head of a space, with the way to a new page in it.
fn space_head(ui: &mut Ui, id: &str, title: &str, open: bool, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::hover());
    let mut left = rect.left() + 10.0;
    if !open {
        let sign = Rect::from_min_size(pos2(left - 2.0, rect.top() + 2.0), vec2(15.0, rect.height()));
        icon::paint(ui.painter(), sign, 14.0, Icon::Lock, p.ink3);
        left += 18.0;
    }
    let inside = Rect::from_min_max(pos2(left, rect.top() + 2.0), pos2(rect.right() - 32.0, rect.bottom()));
    widgets::line(ui, inside, Align2::LEFT_CENTER, title, tokens::SMALL_STRONG, p.ink3);
    let spoken = format!("Space {title}");
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &spoken));
    let plus = Rect::from_min_size(pos2(rect.right() - 28.0, rect.top()), vec2(28.0, 28.0));
    let name = format!("New page in {title}");
    let at = ui.scope_id().with(("new page in", id));
    if widgets::icon_button_at(ui, plus, at, Icon::Plus, &name, None).clicked() {
        let new = tern_peer::Command::PageNew {
            title: String::new(),
            parent: None,
            space: Some(id.to_owned()),
            markdown: None,
        };
        out.push(UiCommand::Send(Box::new(new), Then::OpenMade));
    }
}

/// Most moves that were set aside and are said in full.
const ASIDE_MAX: usize = 2;

/// A move that could not hold beside another one, in a sentence.
fn set_aside(ui: &mut Ui, words: &str) {
    let p = look(ui.ctx());
    let width = ui.available_width();
    let galley = look::layout(ui, look::wrapped(words, tokens::SMALL, p.wait, width - 44.0));
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y + 14.0), Sense::hover());
    let pen = if p.scheme.is_high_contrast() { p.edge } else { p.wait_tint };
    let pen = egui::Stroke::new(tokens::stroke::LINE, pen);
    ui.painter().rect(rect, tokens::radius::ROW, p.wait_tint, pen, egui::StrokeKind::Inside);
    let sign = Rect::from_min_size(rect.min + vec2(10.0, 6.0), vec2(15.0, 18.0));
    icon::paint(ui.painter(), sign, 15.0, Icon::Fork, p.wait);
    ui.painter().galley(rect.min + vec2(32.0, 7.0), galley, p.wait);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    ui.add_space(4.0);
}

/// Where one is; until when one wants to hear nothing.
fn about_me(me: &tern_peer::ProfileView) -> String {
    let place = super::people::place(&me.zone);
    match me.focus_until.as_deref().and_then(|until| until.get(11..16)) {
        Some(until) => format!("{place}, focus until {until}"),
        None => place,
    }
}

/// A title as shown: a page without one is called so.
pub fn shown_title(title: &str) -> &str {
    if title.trim().is_empty() { "Untitled" } else { title }
}

fn own_line(ui: &mut Ui, data: &Data, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::click());
    widgets::row_ground(ui, rect, false, response.hovered());
    widgets::avatar(ui, pos2(rect.left() + 19.0, rect.center().y), 10.0, &data.me, data.working);
    let mut inside =
        Rect::from_min_max(pos2(rect.left() + 38.0, rect.top()), pos2(rect.right() - 32.0, rect.bottom()));
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, &data.me, tokens::UI_MEDIUM, p.ink);
    inside.min.x = at.right() + 7.0;
    widgets::line(ui, inside, Align2::LEFT_CENTER, &data.about_me, tokens::SMALL, p.ink3);
    let gear = Rect::from_min_size(pos2(rect.right() - 28.0, rect.top()), vec2(20.0, rect.height()));
    icon::paint(ui.painter(), gear, 17.0, Icon::Settings, p.ink2);
    let spoken = format!("{}: settings and profile", data.me);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, tokens::radius::ROW);
    if response.clicked() {
        out.push(UiCommand::Open(Dialog::Settings));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(id: &str, depth: usize) -> PageRow {
        PageRow {
            id: id.into(),
            title: id.into(),
            parent: None,
            order: 0,
            depth,
            space: "00".into(),
            trashed: false,
        }
    }

    fn shown(pages: &[PageRow], folds: &[(&str, bool)], open: Option<&str>) -> String {
        let folds = folds.iter().map(|(id, folded)| ((*id).to_owned(), *folded)).collect();
        tree(pages, &folds, open)
            .iter()
            .map(|row| {
                let page = &pages[row.page];
                let sign = row.folded.map_or(' ', |folded| if folded { '+' } else { '-' });
                let here = if row.selected { " <" } else { "" };
                format!("{}{sign}{}{here}\n", "  ".repeat(page.depth), page.title)
            })
            .collect()
    }

    #[test]
    fn a_small_tree_is_open_and_what_is_folded_stays_folded() {
        let pages = [page("Web", 0), page("Home", 1), page("Plan", 1), page("Steps", 2), page("Team", 0)];
        assert_eq!(shown(&pages, &[], Some("Home")), "-Web\n   Home <\n  -Plan\n     Steps\n Team\n");
        assert_eq!(shown(&pages, &[("Web", true)], None), "+Web\n Team\n");
        assert_eq!(shown(&pages, &[("Plan", true)], None), "-Web\n   Home\n  +Plan\n Team\n");
    }

    #[test]
    fn pages_stand_under_their_space_and_a_personal_space_comes_last() {
        let of = |space: &str, page: PageRow| PageRow { space: space.into(), ..page };
        let pages = [
            of("a1", page("Diary", 0)),
            of("b2", page("Budget", 0)),
            of("b2", page("Travel", 1)),
            page("Web", 0),
            of("e5", page("Sealed", 0)),
        ];
        let space = |id: &str, title: &str, access: &str| SpaceView {
            id: id.into(),
            title: title.into(),
            access: access.into(),
            documents: 1,
            role: "owner".into(),
            members: Vec::new(),
        };
        let spaces = [
            space("a1", "A diary", "personal"),
            space("00", "Northlight", "open"),
            space("c3", "Zoo", "open"),
            space("b2", "Finance", "private"),
        ];
        let rows = tree(&pages, &BTreeMap::new(), None);
        let shown: String = by_space(&pages, rows, &spaces)
            .iter()
            .map(|line| match line {
                Line::Space { title, open, .. } => {
                    format!("[{title}{}]\n", if *open { "" } else { " closed" })
                }
                Line::Favourites | Line::Favourite(_) | Line::Pages => String::new(),
                Line::Page(row) => {
                    format!("{}{}\n", "  ".repeat(pages[row.page].depth), pages[row.page].title)
                }
            })
            .collect();
        assert_eq!(
            shown,
            "Web\n[Finance closed]\nBudget\n  Travel\n[Zoo]\n[A diary closed]\nDiary\n[A space that is not read yet closed]\nSealed\n"
        );
    }

    #[test]
    fn a_large_tree_opens_only_where_one_is() {
        let mut pages = vec![page("A", 0), page("A1", 1), page("A11", 2), page("B", 0), page("B1", 1)];
        pages.extend((0..60).map(|n| page(&format!("P{n}"), 0)));
        let text = shown(&pages, &[], Some("A11"));
        assert!(text.starts_with("-A\n  -A1\n     A11 <\n+B\n P0\n"), "{text}");
        assert_eq!(ancestors(&pages, Some("A11")), ["A1", "A"]);
    }
}
