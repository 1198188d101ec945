//! What lies in the middle of the window: one sheet, or two panes of it side by side.

use egui::{Align2, Context, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::columns::{Parts, divider, left_column};
use super::{anchor, header, threads};
use crate::gui::actions::{Action, key_of};
use crate::gui::command::{Queue, Route, UiCommand};
use crate::gui::icon;
use crate::gui::look::look;
use crate::gui::open::{Open, Standing};
use crate::gui::sidebar::shown_title;
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::widgets::{self, Button};
use crate::gui::{
    access, bars, cycles, decisions, lists, notice, page, past, practice, projects, tasks, weekly, work,
};

/// Draws the sheet and its one or two panes, with the sidebar between as Tab goes; returns where the panes stand.
pub(super) fn show(ui: &mut Ui, open: &mut Open, parts: &Parts, out: &mut Queue) -> Vec<Standing> {
    let ctx = ui.ctx().clone();
    let share = f32::from(open.prefs.left_share) / 1000.0;
    let mut panes = standing(&open.shown_panes(&ctx), parts, share);
    open.follow_pointer(&ctx, &panes, parts.details_over());
    ground(ui, parts.sheet);
    for index in 0..panes.len() {
        let pane = panes[index];
        let names = Names::of(index, panes.len());
        in_pane(open, &ctx, pane.pane, out, |open, out| {
            if open.is_focused() {
                anchor(ui, 0, pane.header);
            }
            let folded = parts.sidebar.is_none() && index == 0;
            let salt = format!("header {}", pane.pane);
            widgets::region(ui, pane.header, &salt, names.header, |ui| header::show(ui, open, folded, out));
        });
        if index == 0 {
            if let Some(rect) = parts.sidebar {
                left_column(ui, open, rect, out);
            }
            let top = notices(ui, open, parts.middle, out);
            panes.iter_mut().for_each(|pane| pane.body.min.y = top);
        }
        let pane = panes[index];
        in_pane(open, &ctx, pane.pane, out, |open, out| {
            anchor(ui, 2 + index, pane.body);
            let salt = format!("middle {}", pane.pane);
            let name = match names.pane {
                Some(side) => format!("{side}: {}", header::name(open)),
                None => "Sheet".to_owned(),
            };
            widgets::region(ui, pane.body, &salt, &name, |ui| middle(ui, open, out));
        });
    }
    if let [left, _] = panes.as_slice() {
        divider(ui, left.body.right(), parts.sheet.y_range(), parts.middle.x_range(), out);
    }
    panes
}

/// Draws a part of a pane with it at hand. What the pane that has the focus asks for is done with everything else; what
/// the other one does, while it is at hand.
fn in_pane(
    open: &mut Open,
    ctx: &Context,
    pane: u64,
    out: &mut Queue,
    draw: impl FnOnce(&mut Open, &mut Queue),
) {
    if !open.has_pane(pane) {
        return;
    }
    open.in_pane(pane, |open| {
        if open.is_focused() {
            return draw(open, out);
        }
        let mut asked = Queue::new();
        draw(open, &mut asked);
        open.perform(ctx, asked);
    });
}

/// What the parts of a pane are called.
struct Names {
    header: &'static str,
    pane: Option<&'static str>,
}

impl Names {
    fn of(index: usize, count: usize) -> Names {
        match (count, index) {
            (1, _) => Names { header: "Header", pane: None },
            (_, 0) => Names { header: "Header of the left pane", pane: Some("Left pane") },
            _ => Names { header: "Header of the right pane", pane: Some("Right pane") },
        }
    }
}

/// Where the panes stand; two share what one would have.
fn standing(panes: &[u64], parts: &Parts, share: f32) -> Vec<Standing> {
    let (header, body) = (parts.header, parts.middle);
    match panes {
        [left, right] => {
            let least = size::PANE_MIN.min(body.width() / 2.0);
            let width = (body.width() * share).clamp(least, body.width() - least);
            let edge = (body.left() + width).round();
            vec![
                Standing { pane: *left, header: header.with_max_x(edge), body: body.with_max_x(edge) },
                Standing { pane: *right, header: header.with_min_x(edge), body: body.with_min_x(edge) },
            ]
        }
        one => one.iter().map(|pane| Standing { pane: *pane, header, body }).collect(),
    }
}

/// What the whole window has to say, over all panes; returns where it ends.
fn notices(ui: &mut Ui, open: &Open, mut room: Rect, out: &mut Queue) -> f32 {
    let notice = access::bars::build(&open.views);
    let away = open.away_words();
    let clocks = open.clock_notice();
    if open.fault.is_none() && notice.is_none() && away.is_none() && clocks.is_none() {
        return room.top();
    }
    widgets::region(ui, room, "notices", "Notices", |ui| {
        if let Some(fault) = &open.fault {
            room.min.y += notice::bar(ui, fault, room, out);
        }
        if let Some(notice) = notice {
            room.min.y += access::bars::show(ui, room, &notice, out);
        }
        if let Some(words) = away {
            room.min.y += bars::away(ui, room, &words, out);
        }
        if let Some((words, when)) = clocks {
            room.min.y += bars::clocks(ui, room, &words, &when, out);
        }
    });
    room.top()
}

fn ground(ui: &Ui, rect: Rect) {
    let p = look(ui.ctx());
    let corner = CornerRadius::same(radius::SHEET);
    ui.painter().add(p.scheme.shadow(tokens::Shadow::Card).as_shape(rect, corner));
    ui.painter().rect(rect, corner, p.page, Stroke::new(stroke::LINE, p.line), StrokeKind::Inside);
    let below_header = rect.top() + size::HEADER;
    ui.painter().hline(rect.x_range(), below_header, Stroke::new(stroke::LINE, p.line));
}

fn middle(ui: &mut Ui, open: &mut Open, out: &mut Queue) {
    let room = ui.max_rect();
    if open.list_is_beside() {
        let words = match open.pane.route.is_threads() {
            true => "Threads are shown in the other pane".to_owned(),
            false => format!("{} are shown in the other pane", header::name(open)),
        };
        widgets::line(ui, room, Align2::CENTER_CENTER, &words, tokens::UI, look(ui.ctx()).ink2);
        return;
    }
    match open.pane.route.clone() {
        Route::Nothing => nothing(ui, room, open, out),
        Route::Page { id, at } => page_view(ui, open, room, &id, at.as_ref(), out),
        Route::Tasks => {
            let data = tasks::build(&open.views, &open.tasks.asked);
            let keys =
                open.tasks.selected.is_some() || open.tasks.asked.board || !open.tasks.marked.is_empty();
            let foot_height = if keys { tasks::foot::HEIGHT } else { 0.0 };
            let list = room.with_max_y(room.bottom() - foot_height);
            let short_id = open.selected_task().map(|task| task.short_id.clone());
            widgets::region(ui, list, "tasks", "Tasks", |ui| {
                tasks::ui::show(ui, &mut open.tasks, &data, &open.views, &open.clock, out);
            });
            if keys {
                let foot = room.with_min_y(list.bottom());
                let p = look(ui.ctx());
                ui.painter().hline(foot.x_range(), foot.top(), Stroke::new(stroke::LINE, p.line));
                widgets::region(ui, foot, "foot", "Keys of the task", |ui| {
                    tasks::foot::show(ui, &open.tasks, short_id.as_deref(), &data, out);
                });
            }
        }
        Route::Work => {
            widgets::region(ui, room, "work", "My work", |ui| work::show(ui, &open.views, &open.clock, out));
        }
        Route::Weekly => {
            let (state, views) = (&mut open.weekly, &open.views);
            widgets::region(ui, room, "weekly view", "Update of my week", |ui| {
                weekly::ui::show(ui, state, views, out);
            });
        }
        Route::Decisions => {
            widgets::region(ui, room, "decision log", "Decision log", |ui| {
                decisions::show(ui, &mut open.titled, &open.views, &open.clock, out);
            });
        }
        Route::Projects => {
            widgets::region(ui, room, "projects view", "Projects", |ui| {
                projects::ui::list(ui, &mut open.titled, &open.views, &open.clock, out);
            });
        }
        Route::Project { .. } => {
            widgets::region(ui, room, "project view", "Project page", |ui| {
                projects::ui::page(ui, &mut open.update, &open.views, &open.clock, out);
            });
        }
        Route::Cycles => {
            widgets::region(ui, room, "cycles view", "Cycles", |ui| {
                cycles::show(ui, &open.views, &open.clock, out);
            });
        }
        Route::Trash => {
            widgets::region(ui, room, "trash view", "Trash", |ui| lists::trash(ui, &open.views, out))
        }
        Route::Search => {
            widgets::region(ui, room, "search view", "Search", |ui| {
                lists::search(ui, &mut open.search, &open.views, out);
            });
        }
        Route::Inbox | Route::Threads | Route::Thread { .. } | Route::NewThread => {
            threads::show(ui, open, out)
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
    if let Some(error) = open.views.open.page.error() {
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
        let state = &mut open.pane.past;
        widgets::region(ui, room, "was", "Page as it was", |ui| {
            past::ui::history(ui, state, reads, heads, out)
        });
        return;
    }
    let Some(page) = open.views.open.page.get() else {
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
    if let Some(mode) = open.pane.past.mode {
        widgets::region(ui, room, "past", "Past of the page", |ui| past_of(ui, open, mode, &title, out));
        return;
    }
    if trashed {
        room.min.y += bars::trash(ui, room, id, &title, out);
    } else if let Some(error) = open.pane.edit_fault.clone() {
        room.min.y += bars::refused(ui, room, &error, out);
    } else if let Some(words) = open.combined_words() {
        room.min.y += past::review::chip(ui, room, &words, out);
    }
    if !trashed {
        room.min.y += practice::show(ui, room, id, &open.views, out);
    }
    widgets::region(ui, room, "page", "Page", |ui| page::ui::show(ui, &mut open.pane.page, &title, out));
}

/// What is shown in place of the text.
fn past_of(ui: &mut Ui, open: &mut Open, mode: past::Mode, title: &str, out: &mut Queue) {
    match mode {
        past::Mode::Since => {
            let reads = past::ui::Reads { views: &open.views, clock: &open.clock, title: shown_title(title) };
            past::ui::since(ui, &mut open.pane.past, reads, out);
        }
        past::Mode::Review => {
            let places =
                open.pane.past.places.as_ref().map(|(_, places)| places.as_slice()).unwrap_or_default();
            past::review::show(ui, &open.pane.past, places, out);
        }
    }
}
