//! The frame of the window: line of people, sidebar, sheet with its header, right column, status line, and what lies over.

use egui::{
    Align2, CornerRadius, Id, Key, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2,
    vec2,
};

use super::actions::{Action, key_of};
use super::command::{Column, Dialog, Queue, Route, UiCommand, trash};
use super::dialogs::{self, Reads};
use super::icon::{self, Icon};
use super::look::{self, look};
use super::open::Open;
use super::palette::Ground;
use super::picker::{Entry, Picker, Sign};
use super::sidebar::shown_title;
use super::tokens::{self, radius, size, stroke};
use super::widgets::{self, Button};
use super::{access, bars, details, lent, lists, notice, page, past, people, statusline, strip, tasks};

mod columns;

use columns::{Wanted, column_over, grip, left_column, parts};

/// Parts of the window in the order in which F6 visits them.
pub const REGIONS: [&str; 5] = ["Header", "Sidebar", "Sheet", "Details", "Status"];

/// Where the keyboard stands when F6 comes to a part.
pub fn region_id(region: usize) -> Id {
    Id::unique(("region", region))
}

fn anchor(ui: &Ui, region: usize, rect: Rect) {
    let p = look(ui.ctx());
    let corner = Rect::from_min_size(rect.min, vec2(1.0, 1.0));
    let response = ui.interact(corner, region_id(region), Sense::focusable_noninteractive());
    let name = REGIONS.get(region).copied().unwrap_or_default();
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, name));
    if response.has_focus() {
        let pen = Stroke::new(stroke::FOCUS, p.here);
        let painter =
            ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Middle, Id::unique("region ring")));
        painter.rect_stroke(rect.shrink(1.0), CornerRadius::same(radius::ROW), pen, StrokeKind::Inside);
    }
}

/// Draws the window and performs what was asked for.
pub fn show(ui: &mut Ui, open: &mut Open) {
    let ctx = ui.ctx().clone();
    let mut out = Queue::new();
    open.read_keys(&ctx, &mut out);
    let p = look(&ctx);
    let room = ui.max_rect();
    ui.painter().rect_filled(room, 0, p.chrome);
    let (sidebar_shown, over_sheet) = open.sidebar(&ctx);
    let wanted = Wanted {
        details: open.wants_details(&ctx) && has_details(open),
        sidebar: sidebar_shown,
        over: over_sheet,
        widths: [f32::from(open.prefs.sidebar_width), f32::from(open.prefs.right_width)],
        strip: 0.0,
    };
    open.strip.read(&open.views);
    let tall =
        open.strip.ruler.as_ref().map(strip::height).filter(|tall| room.height() >= tall + size::STRIP_NEEDS);
    let parts = parts(room, &Wanted { strip: tall.unwrap_or(size::STRIP), ..wanted });
    widgets::region(ui, parts.strip, "strip", "People", |ui| people_line(ui, open, &parts, tall.is_some()));
    sheet(ui, parts.sheet);
    anchor(ui, 0, parts.header);
    widgets::region(ui, parts.header, "header", "Header", |ui| {
        header(ui, open, parts.sidebar.is_none(), &mut out);
    });
    if let Some(rect) = parts.sidebar {
        left_column(ui, open, rect, &mut out);
    }
    anchor(ui, 2, parts.middle);
    widgets::region(ui, parts.middle, "middle", "Sheet", |ui| middle(ui, open, &mut out));
    if let Some(rect) = parts.right {
        anchor(ui, 3, rect);
        right(ui, open, rect, &mut out);
        grip(ui, Column::Right, rect.left(), rect.y_range(), &mut out);
    }
    if let Some(rect) = parts.sidebar {
        grip(ui, Column::Sidebar, rect.right(), rect.y_range(), &mut out);
    }
    if let Some(rect) = parts.sidebar_over {
        column_over(ui, open, rect, &mut out);
    }
    anchor(ui, 4, parts.status);
    let status = statusline::build(&open.views, &open.clock);
    widgets::region(ui, parts.status, "status", "Status", |ui| statusline::show(ui, &status, &mut out));
    over(&ctx, open, &mut out);
    open.perform(&ctx, out);
    lent::tend(&ctx, open.picker.is_some() || open.palette.is_some() || open.dialog.is_some());
}

/// Everybody's day on one ruler; a line of people where there is no room for it.
fn people_line(ui: &mut Ui, open: &mut Open, parts: &columns::Parts, ruled: bool) {
    let typing = open.is_typing(ui.ctx());
    match open.strip.ruler.as_ref().filter(|_| ruled) {
        Some(ruler) => {
            let hold = !typing && ui.input(|input| input.key_down(Key::Z) && input.modifiers.is_none());
            let [left, right] = [open.prefs.sidebar_width, open.prefs.right_width].map(f32::from);
            let wide = parts.sheet.width() > size::SHEET_RULED;
            let columns = strip::Columns {
                room: parts.strip,
                ruler: egui::Rangef::new(
                    parts
                        .sidebar
                        .map_or(parts.strip.left() + left.min(size::SIDEBAR), |sidebar| sidebar.right()),
                    if wide { parts.sheet.right() - right } else { parts.sheet.right() },
                ),
            };
            open.strip.at_ms = strip::show(ui, ruler, columns, open.strip.at_ms, hold);
        }
        None => people::show(ui, &people::build(&open.views)),
    }
}

fn has_details(open: &Open) -> bool {
    match open.route {
        Route::Page { .. } => true,
        Route::Tasks => open.selected_task().is_some(),
        _ => false,
    }
}

fn sheet(ui: &Ui, rect: Rect) {
    let p = look(ui.ctx());
    let corner = CornerRadius::same(radius::SHEET);
    ui.painter().add(p.scheme.shadow(tokens::Shadow::Card).as_shape(rect, corner));
    ui.painter().rect(rect, corner, p.page, Stroke::new(stroke::LINE, p.line), StrokeKind::Inside);
    let below_header = rect.top() + size::HEADER;
    ui.painter().hline(rect.x_range(), below_header, Stroke::new(stroke::LINE, p.line));
}

fn header(ui: &mut Ui, open: &Open, folded: bool, out: &mut Queue) {
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
    let last = match &open.route {
        Route::Page { id, .. } => {
            let shown = open.views.page.get().filter(|page| page.id == *id).map(|page| page.title.as_str());
            let listed = open.pages().iter().find(|page| page.id == *id).map(|page| page.title.as_str());
            shown_title(shown.or(listed).unwrap_or_default()).to_owned()
        }
        Route::Tasks => "Tasks".to_owned(),
        Route::Trash => "Trash".to_owned(),
        Route::Search => "Search".to_owned(),
        Route::People(_) => "People".to_owned(),
        Route::Nothing => String::new(),
    };
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
    widgets::line(ui, room.with_min_x(left), Align2::LEFT_CENTER, &last, tokens::UI_STRONG, p.ink);
}

/// The right of the header; returns where it begins.
fn header_right(ui: &mut Ui, open: &Open, room: Rect, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let mut right = room.right() - 10.0;
    let mut place = || {
        right -= 30.0;
        Rect::from_min_size(pos2(right, room.top() + 8.0), vec2(28.0, 28.0))
    };
    if let Route::Page { at: None, .. } = &open.route
        && let Some(page) = open.views.page.get()
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
    if let Route::Page { at: None, .. } = &open.route
        && room.width() > 520.0
    {
        right = since_button(ui, open, room, right, out);
    }
    let delivery = match (&open.route, open.views.page.get()) {
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
    let (label, on) = ("Since I read", open.past.mode == Some(past::Mode::Since));
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
        Entry::new(Sign::Icon(Icon::PersonAdd), "Invite a person", UiCommand::Open(Dialog::Invite)),
        Entry::new(Sign::Icon(Icon::Folder), "Move to space…", UiCommand::Do(Action::MoveToSpace)),
        Entry::new(Sign::Icon(Icon::Trash), "Move to the trash", trash(&page.id, shown_title(&page.title))),
    ];
    Picker::new("This page", Some(anchor), entries)
}

fn middle(ui: &mut Ui, open: &mut Open, out: &mut Queue) {
    let mut room = ui.max_rect();
    if let Some(fault) = &open.fault {
        room.min.y += notice::bar(ui, fault, room, out);
    }
    if let Some(notice) = access::bars::build(&open.views) {
        room.min.y += access::bars::show(ui, room, &notice, out);
    }
    match open.route.clone() {
        Route::Nothing => nothing(ui, room, open, out),
        Route::Page { id, at } => page_view(ui, open, room, &id, at.as_ref(), out),
        Route::Tasks => {
            let data = tasks::build(&open.views, &open.clock);
            let foot_height = if open.tasks.selected.is_some() { 38.0 } else { 0.0 };
            let list = room.with_max_y(room.bottom() - foot_height);
            let short_id = open.selected_task().map(|task| task.short_id.clone());
            widgets::region(ui, list, "tasks", "Tasks", |ui| {
                tasks::ui::show(ui, &mut open.tasks, &data, &open.views, &open.clock, out);
            });
            if let Some(short_id) = short_id {
                let foot = room.with_min_y(list.bottom());
                let p = look(ui.ctx());
                ui.painter().hline(foot.x_range(), foot.top(), Stroke::new(stroke::LINE, p.line));
                widgets::region(ui, foot, "foot", "Keys of the task", |ui| tasks::ui::foot(ui, &short_id));
            }
        }
        Route::Trash => {
            widgets::region(ui, room, "trash view", "Trash", |ui| lists::trash(ui, &open.views, out))
        }
        Route::Search => {
            widgets::region(ui, room, "search view", "Search", |ui| {
                lists::search(ui, &mut open.search, &open.views, out);
            });
        }
        Route::People(section) => {
            widgets::region(ui, room, "people view", "People of the workspace", |ui| {
                access::ui::show(ui, section, &mut open.access, &open.views, &open.clock, out);
            });
        }
    }
}

fn nothing(ui: &mut Ui, room: Rect, open: &Open, out: &mut Queue) {
    let p = look(ui.ctx());
    if open.views.pages.get().is_none() {
        let words = open.views.pages.error().map_or("Reading the workspace".to_owned(), ToString::to_string);
        widgets::line(ui, room, Align2::CENTER_CENTER, &words, tokens::UI, p.ink2);
        return;
    }
    let at = Rect::from_center_size(room.center() - vec2(0.0, 40.0), vec2(420.0, 260.0));
    widgets::region(ui, at, "empty", "Nothing is open", |ui| {
        ui.vertical_centered(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(120.0, 70.0), Sense::hover());
            let horizon = pos2(rect.center().x, rect.bottom() - 6.0);
            let sun: Vec<_> = (0..=32)
                .map(|step| {
                    let angle = std::f32::consts::PI * (1.0 + step as f32 / 32.0);
                    horizon + vec2(angle.cos(), angle.sin()) * 52.0
                })
                .collect();
            ui.painter().add(egui::Shape::line(sun, Stroke::new(6.0, p.day)));
            ui.painter().hline((horizon.x - 58.0)..=(horizon.x + 58.0), horizon.y, Stroke::new(1.5, p.edge));
            icon::bird(
                ui.painter(),
                Rect::from_center_size(horizon - vec2(0.0, 26.0), vec2(30.0, 30.0)),
                p.ink,
                p.here,
            );
            ui.add_space(14.0);
            widgets::text(ui, "Nothing is open", tokens::DIALOG, p.ink);
            ui.add_space(4.0);
            let words = "Write a page, or jump to one. Everything here works without a network.";
            widgets::text(ui, words, tokens::UI, p.ink2);
            ui.add_space(14.0);
        });
        ui.horizontal(|ui| {
            let keys = [Action::NewPage, Action::Palette].map(|action| key_of(action).unwrap_or_default());
            let buttons = [
                (Button::main("New page").key(&keys[0]), Action::NewPage),
                (Button::new("Jump to").key(&keys[1]), Action::Palette),
            ];
            let wide = buttons.iter().map(|(button, _)| button.width(ui)).sum::<f32>();
            ui.add_space((ui.available_width() - wide - 2.0 * ui.spacing().item_spacing.x) / 2.0);
            for (button, action) in buttons {
                if button.show(ui).clicked() {
                    out.push(UiCommand::Do(action));
                }
            }
        });
    });
}

fn page_view(
    ui: &mut Ui,
    open: &mut Open,
    mut room: Rect,
    id: &str,
    at: Option<&(String, String)>,
    out: &mut Queue,
) {
    let p = look(ui.ctx());
    if let Some(error) = open.views.page.error() {
        let size = vec2(460.0, 260.0);
        let error = error.clone();
        notice::centred(ui, room, size, "This page cannot be shown", |ui| {
            let inside = ui.max_rect().shrink(26.0);
            widgets::region(ui, inside, "fault", "Fault", |ui| {
                notice::card(ui, &error, Some("This page cannot be shown"))
            });
        });
        return;
    }
    if let Some((heads, _)) = at {
        let title =
            open.pages().iter().find(|page| page.id == id).map(|page| shown_title(&page.title).to_owned());
        let title = title.unwrap_or_default();
        let reads = past::ui::Reads { views: &open.views, clock: &open.clock, title: &title };
        let state = &mut open.past;
        widgets::region(ui, room, "was", "Page as it was", |ui| {
            past::ui::history(ui, state, reads, heads, out)
        });
        return;
    }
    let Some(page) = open.views.page.get() else {
        let known = open.pages().iter().any(|page| page.id == id);
        let words = if known {
            "Reading the page"
        } else {
            "This page is not here yet. It opens by itself when it arrives."
        };
        widgets::line(ui, room, Align2::CENTER_CENTER, words, tokens::UI, p.ink2);
        return;
    };
    let (title, trashed) = (page.title.clone(), page.trashed);
    if let Some(mode) = open.past.mode {
        widgets::region(ui, room, "past", "Past of the page", |ui| past_of(ui, open, mode, &title, out));
        return;
    }
    if trashed {
        room.min.y += bars::trash(ui, room, id, &title, out);
    } else if let Some(error) = open.edit_fault.clone() {
        room.min.y += bars::refused(ui, room, &error, out);
    } else if let Some(words) = open.combined_words() {
        room.min.y += past::review::chip(ui, room, &words, out);
    }
    widgets::region(ui, room, "page", "Page", |ui| page::ui::show(ui, &mut open.page, &title, out));
}

/// What is shown in place of the text.
fn past_of(ui: &mut Ui, open: &mut Open, mode: past::Mode, title: &str, out: &mut Queue) {
    match mode {
        past::Mode::Since => {
            let reads = past::ui::Reads { views: &open.views, clock: &open.clock, title: shown_title(title) };
            past::ui::since(ui, &mut open.past, reads, out);
        }
        past::Mode::Review => {
            let places = open.past.places.as_ref().map(|(_, places)| places.as_slice()).unwrap_or_default();
            past::review::show(ui, &open.past, places, out);
        }
    }
}

fn right(ui: &mut Ui, open: &mut Open, rect: Rect, out: &mut Queue) {
    let p = look(ui.ctx());
    let inside =
        rect.with_max_x(rect.right() - 1.0).with_max_y(rect.bottom() - 1.0).with_min_y(rect.top() + 1.0);
    let corner = CornerRadius { se: radius::SHEET, ..CornerRadius::ZERO };
    ui.painter().rect_filled(inside, corner, p.page);
    ui.painter().vline(rect.left(), rect.y_range(), Stroke::new(stroke::LINE, p.line));
    match open.route.clone() {
        Route::Page { id, at } => {
            let Some(page) = open.views.page.get().filter(|page| page.id == id) else { return };
            let shown_at = at.as_ref().map(|(heads, _)| heads.as_str());
            let (views, clock, facts) = (&open.views, &open.clock, &open.facts);
            let reads = details::PageReads { page, views, shown_at, clock, facts };
            let talk = &mut open.talk;
            widgets::region(ui, inside, "right", "Details", |ui| details::page(ui, reads, talk, out));
        }
        Route::Tasks => {
            let Some(task) = open.selected_task().cloned() else { return };
            widgets::region(ui, inside, "right", "Details", |ui| {
                details::task(ui, &task, &open.views, &mut open.draft, &open.clock, out);
            });
        }
        _ => {}
    }
}

/// Menu, palette, dialog and toast.
fn over(ctx: &egui::Context, open: &mut Open, out: &mut Queue) {
    let situation = open.situation();
    if let Some(dialog) = &mut open.dialog {
        let reads = Reads { views: &open.views, prefs: &open.prefs, clock: &open.clock, situation };
        dialogs::show(ctx, dialog, reads, out);
    }
    if let Some(palette) = &mut open.palette {
        let page = match &open.route {
            Route::Page { id, .. } => Some(id.as_str()),
            _ => None,
        };
        let ground = Ground { views: &open.views, prefs: &open.prefs, situation, open: page };
        palette.show(ctx, ground, out);
    }
    if let Some(picker) = &mut open.picker {
        picker.show(ctx, out);
    }
    if let Some((toast, _)) = &open.toast {
        notice::toast(ctx, toast, out);
    }
}
