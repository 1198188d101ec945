//! The header of a sheet: the ways back and forward, where one is, and what can be done with it.

use egui::{Align2, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::has_details;
use crate::gui::actions::{Action, key_of};
use crate::gui::command::{Dialog, Queue, Route, UiCommand, trash};
use crate::gui::icon::{self, Icon};
use crate::gui::inbox;
use crate::gui::look::{self, look};
use crate::gui::open::Open;
use crate::gui::past;
use crate::gui::picker::{Entry, Picker, Sign};
use crate::gui::sidebar::shown_title;
use crate::gui::tasks;
use crate::gui::tokens::{self, radius};
use crate::gui::widgets;

/// Draws the header of the pane at hand.
pub(super) fn show(ui: &mut Ui, open: &Open, folded: bool, out: &mut Queue) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let at = |index: f32| {
        Rect::from_min_size(pos2(room.left() + 10.0 + 30.0 * index, room.top() + 8.0), vec2(28.0, 28.0))
    };
    let mut index = 0.0;
    if folded {
        let id = ui.scope_id().with("menu");
        let key = key_of(Action::ToggleSidebar);
        let label = "Places and pages";
        if widgets::icon_button_at(ui, at(index), id, Icon::List, label, key.as_deref()).clicked() {
            out.push(UiCommand::Do(Action::ToggleSidebar));
        }
        index += 1.0;
    }
    for (icon, action, label, back) in
        [(Icon::Back, Action::Back, "Back", true), (Icon::Forward, Action::Forward, "Forward", false)]
    {
        let key = key_of(action);
        let response =
            widgets::icon_button_at(ui, at(index), ui.scope_id().with(label), icon, label, key.as_deref());
        if !open.can_step(back) {
            ui.painter().rect_filled(response.rect, 0, p.page.gamma_multiply(0.6));
        }
        if response.clicked() {
            out.push(UiCommand::Do(action));
        }
        index += 1.0;
    }
    let left = at(index).left() + 12.0;
    let right = header_right(ui, open, room, out);
    crumbs(ui, open, Rect::from_min_max(pos2(left, room.top()), pos2(right - 12.0, room.bottom())), out);
}

fn crumbs(ui: &mut Ui, open: &Open, room: Rect, out: &mut Queue) {
    let p = look(ui.ctx());
    let last = name(open);
    let mut left = room.left();
    for (title, id) in open.crumbs() {
        let width = look::width(ui, &title, tokens::UI).min(160.0);
        if left + width + 60.0 > room.right() {
            break;
        }
        let rect = Rect::from_min_size(pos2(left, room.center().y - 12.0), vec2(width, 24.0));
        let response = ui.interact(rect, ui.scope_id().with(("crumb", &id)), Sense::click());
        let ink = if response.hovered() { p.ink } else { p.ink2 };
        widgets::line(ui, rect, Align2::LEFT_CENTER, &title, tokens::UI, ink);
        response.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("Up to {title}")));
        widgets::focus_ring(ui, &response, radius::KEY);
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            out.push(UiCommand::Go(Route::page(&id)));
        }
        let chevron = Rect::from_min_size(pos2(rect.right() + 6.0, rect.top()), vec2(14.0, rect.height()));
        icon::paint(ui.painter(), chevron, 14.0, Icon::ChevronRight, p.ink3);
        left = chevron.right() + 6.0;
    }
    let (style, ink) = if open.is_focused() { (tokens::UI_STRONG, p.ink) } else { (tokens::UI, p.ink3) };
    let at = widgets::line(ui, room.with_min_x(left), Align2::LEFT_CENTER, &last, style, ink);
    if open.is_focused() && matches!(open.pane.route, Route::Inbox | Route::Threads) {
        inbox::ui::keys(ui, room.with_min_x(at.right() + 22.0), open.digest_is_shown());
    }
    if open.pane.route == Route::Tasks {
        tasks::header::mark(ui, &open.tasks, &open.views, at.right() + 14.0, room, out);
    }
}

/// What the pane at hand shows, in words.
pub(super) fn name(open: &Open) -> String {
    let words = match &open.pane.route {
        Route::Page { id, .. } => {
            let shown = open.views.open.page.get().filter(|page| page.id == *id);
            let listed = open.pages().iter().find(|page| page.id == *id);
            let title = shown.map(|page| page.title.as_str()).or(listed.map(|page| page.title.as_str()));
            shown_title(title.unwrap_or_default())
        }
        Route::Tasks => return tasks::header::name(&open.tasks, &open.views),
        Route::Work => "My work",
        Route::Weekly => "Update of my week",
        Route::Decisions => "Decision log",
        Route::Projects => "Projects",
        Route::Project { id } => {
            let all = open.views.projects.get().map(|view| view.projects.as_slice()).unwrap_or_default();
            all.iter().find(|project| project.id == *id).map_or("Project", |project| project.title.as_str())
        }
        Route::Cycles => "Cycles",
        Route::Trash => "Trash",
        Route::Search => "Search",
        Route::People(_) => "People",
        Route::Inbox => "Inbox",
        Route::Threads => "Threads",
        Route::NewThread => "New thread",
        Route::Thread { id } => {
            let all = open.views.talks.threads.get();
            let row = all.and_then(|view| view.threads.iter().find(|row| row.id == *id));
            row.map_or("Thread", |row| row.title.as_str())
        }
        Route::Nothing => "",
    };
    words.to_owned()
}

/// The right of the header; returns where it begins.
fn header_right(ui: &mut Ui, open: &Open, room: Rect, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let mut right = room.right() - 10.0;
    let mut place = || {
        right -= 30.0;
        Rect::from_min_size(pos2(right, room.top() + 8.0), vec2(28.0, 28.0))
    };
    if open.is_split() {
        let (at, key) = (place(), key_of(Action::Split));
        let label = "Close this pane";
        if widgets::icon_button_at(ui, at, ui.scope_id().with("close"), Icon::Close, label, key.as_deref())
            .clicked()
        {
            out.push(UiCommand::Do(Action::Split));
        }
    }
    if let Route::Page { at: None, .. } = &open.pane.route
        && let Some(page) = open.views.open.page.get()
    {
        let at = place();
        if widgets::icon_button_at(ui, at, ui.scope_id().with("more"), Icon::More, "More for this page", None)
            .clicked()
        {
            out.push(UiCommand::Pick(Box::new(page_menu(page, at))));
        }
    }
    if has_details(open) {
        let at = place();
        let key = key_of(Action::ToggleDetails);
        let label = "Details and history";
        if widgets::icon_button_at(ui, at, ui.scope_id().with("details"), Icon::Panel, label, key.as_deref())
            .clicked()
        {
            out.push(UiCommand::Do(Action::ToggleDetails));
        }
    }
    if open.pane.route == Route::Tasks && !open.list_is_beside() {
        right = tasks::header::right(ui, &open.tasks, room, right, out);
    }
    if let Route::Page { at: None, .. } = &open.pane.route
        && room.width() > 520.0
    {
        right = since_button(ui, open, room, right, out);
    }
    let delivery = match (&open.pane.route, open.views.open.page.get()) {
        (Route::Page { .. }, Some(page)) => page.delivery.join("  ·  "),
        _ => String::new(),
    };
    if !delivery.is_empty() && room.width() > 760.0 {
        let width = look::width(ui, &delivery, tokens::SMALL).min(340.0);
        let rect =
            Rect::from_min_max(pos2(right - width - 18.0, room.top()), pos2(right - 14.0, room.bottom()));
        let response = ui.interact(rect, ui.scope_id().with("delivery"), Sense::click());
        widgets::line(ui, rect, Align2::RIGHT_CENTER, &delivery, tokens::SMALL, p.ink2);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Delivery: {delivery}")));
        widgets::focus_ring(ui, &response, radius::ROW);
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            out.push(UiCommand::Open(Dialog::Ladder));
        }
        right = rect.left();
    }
    right
}

/// The button that shows what changed since one read the page; returns where it begins.
fn since_button(ui: &mut Ui, open: &Open, room: Rect, right: f32, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let key = key_of(Action::SinceRead).unwrap_or_default();
    let (label, on) = ("Since I read", open.pane.past.mode == Some(past::Mode::Since));
    let words = look::width(ui, label, tokens::UI_MEDIUM);
    let width = words + look::width(ui, &key, tokens::TINY) + 34.0;
    let rect =
        Rect::from_min_max(pos2(right - width - 6.0, room.top() + 8.0), pos2(right - 6.0, room.top() + 36.0));
    let response = ui.interact(rect, ui.scope_id().with("since"), Sense::click());
    widgets::row_ground(ui, rect, on, response.hovered());
    let inside = rect.with_min_x(rect.left() + 8.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, label, tokens::UI_MEDIUM, p.ink);
    widgets::key_cap(ui, pos2(inside.left() + words + 8.0, rect.center().y), &key, None);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, "Since I read"));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        out.push(UiCommand::Do(Action::SinceRead));
    }
    rect.left()
}

fn page_menu(page: &tern_peer::PageView, anchor: Rect) -> Picker {
    let anchor = Rect::from_min_size(anchor.min - vec2(180.0, 0.0), anchor.size());
    let entries = vec![
        Entry::new(Sign::Icon(Icon::Words), "Rename", UiCommand::Do(Action::Rename)).right("F2"),
        Entry::new(Sign::Icon(Icon::Plus), "New page inside", UiCommand::Do(Action::NewPageInside)),
        Entry::new(Sign::Icon(Icon::Link), "Copy a link", UiCommand::Do(Action::CopyLink)),
        Entry::new(
            Sign::Icon(Icon::Star),
            "Add to favourites, or take out",
            UiCommand::Do(Action::Favourite),
        )
        .right(&key_of(Action::Favourite).unwrap_or_default()),
        Entry::new(
            Sign::Icon(Icon::Threads),
            "New thread on this page",
            UiCommand::Do(Action::NewThreadHere),
        ),
        Entry::new(Sign::Icon(Icon::PersonAdd), "Invite a person", UiCommand::Open(Dialog::Invite)),
        Entry::new(Sign::Icon(Icon::Folder), "Move to space…", UiCommand::Do(Action::MoveToSpace)),
        Entry::new(Sign::Icon(Icon::Trash), "Move to the trash", trash(&page.id, shown_title(&page.title))),
    ];
    Picker::new("This page", Some(anchor), entries)
}
