//! The bar of the question: chips or its text, by what the answer is divided and ordered, how many tasks it holds.

use egui::{
    Align2, CornerRadius, EventFilter, Id, Key, Modifiers, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::asked::{self, Asked};
use super::filter::{self, Chip, Offer};
use super::state::{TasksState, Typing};
use super::{Ask, menus};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Field};

/// Height of the bar.
pub const HEIGHT: f32 = 46.0;

/// Draws the bar over the whole of `room`.
pub fn show(ui: &mut Ui, state: &mut TasksState, views: &Views, count: usize, out: &mut Queue) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    ui.painter().hline(room.x_range(), room.bottom() - 0.5, Stroke::new(stroke::LINE, p.line));
    let funnel = Rect::from_min_size(pos2(room.left() + 12.0, room.center().y - 14.0), vec2(28.0, 28.0));
    let label = if state.typing.is_some() { "Show the question as chips" } else { "Type the question" };
    let key = crate::gui::actions::key_of(crate::gui::actions::Action::TypeFilter);
    let id = ui.scope_id().with("funnel");
    if widgets::icon_button_at(ui, funnel, id, Icon::Filter, label, key.as_deref()).clicked() {
        out.push(Ask::Type(state.typing.is_none()).into());
    }
    let right = arranged(ui, &state.asked, count, out);
    let inside =
        Rect::from_min_max(pos2(funnel.right() + 6.0, room.top()), pos2(right - 12.0, room.bottom()));
    match &mut state.typing {
        Some(typing) => field(ui, typing, &state.asked, views, inside, out),
        None => chips(ui, &state.asked, views, inside, out),
    }
}

fn chips(ui: &mut Ui, asked: &Asked, views: &Views, room: Rect, out: &mut Queue) {
    let p = look(ui.ctx());
    let all = filter::chips(&asked.query);
    let mut left = room.left();
    for (index, chip) in all.iter().enumerate() {
        let wanted = chip_width(ui, chip);
        if left + wanted + 120.0 > room.right() && index + 1 < all.len() {
            let words = format!("and {} more", all.len() - index);
            let at =
                widgets::line(ui, room.with_min_x(left), Align2::LEFT_CENTER, &words, tokens::SMALL, p.ink3);
            left = at.right() + 8.0;
            break;
        }
        let rect = Rect::from_min_size(
            pos2(left, room.center().y - 13.0),
            vec2(wanted.min(room.right() - left), 26.0),
        );
        one(ui, asked, chip, index, rect, views, out);
        left = rect.right() + 8.0;
    }
    let rect = Rect::from_min_size(pos2(left, room.center().y - 13.0), vec2(66.0, 26.0));
    if rect.right() > room.right() + 8.0 {
        return;
    }
    let response = ui.interact(rect, ui.scope_id().with("add filter"), Sense::click());
    let pen = Stroke::new(stroke::LINE, p.line);
    ui.painter().rect(rect, CornerRadius::same(radius::ROW), p.page, pen, StrokeKind::Inside);
    if response.hovered() {
        ui.painter().rect_filled(rect, radius::ROW, p.scheme.hover());
    }
    let sign = Rect::from_min_size(rect.min + vec2(7.0, 0.0), vec2(16.0, rect.height()));
    icon::paint(ui.painter(), sign, 15.0, Icon::Plus, p.ink2);
    widgets::line(
        ui,
        rect.with_min_x(sign.right() + 5.0),
        Align2::LEFT_CENTER,
        "Filter",
        tokens::SMALL,
        p.ink2,
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Add a filter"));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.clicked() {
        out.push(UiCommand::Pick(Box::new(menus::filters(asked, views, Some(rect)))));
    }
}

fn chip_width(ui: &Ui, chip: &Chip) -> f32 {
    let words = look::width(ui, &chip.words, tokens::SMALL_STRONG).min(220.0);
    look::width(ui, chip.name, tokens::SMALL) + words + 46.0
}

fn one(ui: &mut Ui, asked: &Asked, chip: &Chip, index: usize, rect: Rect, views: &Views, out: &mut Queue) {
    let p = look(ui.ctx());
    let response = ui.interact(
        rect.with_max_x(rect.right() - 24.0),
        ui.scope_id().with(("chip", index)),
        Sense::click(),
    );
    ui.painter().rect(
        rect,
        CornerRadius::same(radius::ROW),
        p.page,
        Stroke::new(stroke::LINE, p.line),
        StrokeKind::Inside,
    );
    if response.hovered() {
        ui.painter().rect_filled(rect, radius::ROW, p.scheme.hover());
    }
    let inside = rect.shrink2(vec2(9.0, 0.0));
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, chip.name, tokens::SMALL, p.ink3);
    let inside =
        Rect::from_min_max(pos2(at.right() + 6.0, rect.top()), pos2(rect.right() - 24.0, rect.bottom()));
    widgets::line(ui, inside, Align2::LEFT_CENTER, &chip.words, tokens::SMALL_STRONG.weight(500.0), p.ink);
    let spoken = format!("Filter {}: {}", chip.name, chip.words);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.clicked() {
        out.push(match chip.operator.as_str() {
            "" => Ask::Type(true).into(),
            operator => UiCommand::Pick(Box::new(menus::values(asked, operator, views, Some(rect)))),
        });
    }
    let close = Rect::from_min_size(pos2(rect.right() - 25.0, rect.center().y - 12.0), vec2(24.0, 24.0));
    let id = ui.scope_id().with(("without", index));
    let label = format!("Without {} {}", chip.name.to_lowercase(), chip.words);
    let response = ui.interact(close, id, Sense::click());
    icon::paint(ui.painter(), close, 14.0, Icon::Close, if response.hovered() { p.ink } else { p.ink2 });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    widgets::focus_ring(ui, &response, radius::KEY);
    if response.clicked() {
        out.push(Ask::Question(filter::without(&asked.query, index)).into());
    }
}

/// Group, sort and count at the right; returns where they begin.
fn arranged(ui: &mut Ui, asked: &Asked, count: usize, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let words = if count == 1 { "1 task".to_owned() } else { format!("{count} tasks") };
    let shown = room.with_max_x(room.right() - 16.0);
    let at = widgets::line(ui, shown, Align2::RIGHT_CENTER, &words, tokens::SMALL, p.ink3);
    let response = ui.interact(at, ui.scope_id().with("count"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    let mut right = at.left() - 20.0;
    let narrow = room.width() < 640.0;
    for (name, value, group) in [
        ("Sort", asked::name_of(&asked::SORTS, if asked.by_hand() { "order" } else { &asked.sort }), false),
        ("Group", asked::name_of(&asked::GROUPS, &asked.group), true),
    ] {
        let value_width = if narrow { 0.0 } else { look::width(ui, value, tokens::SMALL_STRONG) + 8.0 };
        let width = look::width(ui, name, tokens::SMALL) + value_width + 24.0;
        let rect = Rect::from_min_size(pos2(right - width, room.center().y - 13.0), vec2(width, 26.0));
        let response = ui.interact(rect.expand2(vec2(4.0, 0.0)), ui.scope_id().with(name), Sense::click());
        if response.hovered() {
            ui.painter().rect_filled(response.rect, radius::ROW, p.scheme.hover());
        }
        let at = widgets::line(ui, rect, Align2::LEFT_CENTER, name, tokens::SMALL, p.ink3);
        if !narrow {
            let inside = rect.with_min_x(at.right() + 8.0);
            widgets::line(ui, inside, Align2::LEFT_CENTER, value, tokens::SMALL_STRONG, p.ink);
        }
        let sign = Rect::from_min_size(pos2(rect.right() - 16.0, rect.top()), vec2(16.0, rect.height()));
        icon::paint(ui.painter(), sign, 14.0, Icon::ChevronDown, p.ink3);
        let spoken = format!("{name}: {value}");
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
        widgets::focus_ring(ui, &response, radius::ROW);
        if response.clicked() {
            let menu = if group { menus::group(asked, Some(rect)) } else { menus::sort(asked, Some(rect)) };
            out.push(UiCommand::Pick(Box::new(menu)));
        }
        right = rect.left() - 20.0;
    }
    right
}

/// The question as text, with offers below it.
fn field(ui: &mut Ui, typing: &mut Typing, asked: &Asked, views: &Views, room: Rect, out: &mut Queue) {
    let offers = filter::offers(&typing.text, views);
    keys(ui, typing, &offers, out);
    let at = Rect::from_center_size(room.center(), vec2(room.width(), size::FIELD));
    let builder = egui::UiBuilder::new().max_rect(at).id_salt("question");
    let before = typing.text.clone();
    let hint = "is:open assignee:me label:auth due:week \"log in\" -status:done";
    let response =
        ui.scope_builder(builder, |ui| Field::new("Question", hint).show(ui, &mut typing.text)).inner;
    if !std::mem::replace(&mut typing.begun, true) {
        response.request_focus();
        let end = egui::text::CCursor::new(typing.text.chars().count());
        place_caret(ui, response.id, end);
        return;
    }
    ui.memory_mut(|memory| {
        let kept = EventFilter {
            tab: !offers.is_empty(),
            vertical_arrows: true,
            horizontal_arrows: true,
            escape: false,
        };
        memory.set_focus_lock_filter(response.id, kept);
    });
    if typing.text != before {
        typing.offer = None;
        // What cannot be read yet is not asked yet.
        if typing.text.parse::<tern_model::query::Query>().is_ok() {
            out.push(Ask::Question(typing.text.clone()).into());
        }
    }
    if let Err(error) = typing.text.parse::<tern_model::query::Query>() {
        problem(ui, at, &error.to_string());
    } else if response.has_focus() {
        list(ui, typing, &offers, at, response.id, out);
    }
    if response.lost_focus() {
        let settled = typing.text.parse::<tern_model::query::Query>().is_ok();
        let text = if settled { typing.text.trim().to_owned() } else { asked.query.clone() };
        out.extend([Ask::Question(text).into(), Ask::Type(false).into()]);
    }
}

fn place_caret(ui: &Ui, id: Id, at: egui::text::CCursor) {
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    state.cursor.set_char_range(Some(egui::text::CCursorRange::one(at)));
    state.store(ui.ctx(), id);
}

fn take(ui: &Ui, typing: &mut Typing, offer: &Offer, out: &mut Queue) {
    typing.text.clone_from(&offer.text);
    typing.offer = None;
    let id = Field::new("Question", "").id;
    place_caret(ui, id, egui::text::CCursor::new(typing.text.chars().count()));
    ui.memory_mut(|memory| memory.request_focus(id));
    if typing.text.parse::<tern_model::query::Query>().is_ok() {
        out.push(Ask::Question(typing.text.trim().to_owned()).into());
    }
}

fn keys(ui: &Ui, typing: &mut Typing, offers: &[Offer], out: &mut Queue) {
    if offers.is_empty() {
        typing.offer = None;
        return;
    }
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowDown) {
        typing.offer = Some(typing.offer.map_or(0, |at| (at + 1) % offers.len()));
    }
    if pressed(Key::ArrowUp) {
        typing.offer =
            Some(typing.offer.map_or(offers.len() - 1, |at| (at + offers.len() - 1) % offers.len()));
    }
    let chosen = match typing.offer {
        Some(at) if pressed(Key::Enter) || pressed(Key::Tab) => offers.get(at),
        None if pressed(Key::Tab) => offers.first(),
        _ => None,
    };
    if let Some(offer) = chosen {
        take(ui, typing, offer, out);
    }
}

fn list(ui: &Ui, typing: &mut Typing, offers: &[Offer], below: Rect, field: Id, out: &mut Queue) {
    if offers.is_empty() {
        return;
    }
    let p = look(ui.ctx());
    let area = egui::Area::new(Id::unique("offers of the question"))
        .order(egui::Order::Foreground)
        .fixed_pos(below.left_bottom() + vec2(0.0, 4.0));
    area.accessible_name("Ways to go on").show(ui.ctx(), |ui| {
        widgets::floating(p, 6.0).show(ui, |ui| {
            ui.set_width(280.0);
            ui.spacing_mut().item_spacing.y = 0.0;
            for (index, offer) in offers.iter().enumerate() {
                let selected = typing.offer == Some(index);
                let (rect, response) =
                    ui.allocate_exact_size(vec2(ui.available_width(), size::MENU_ROW), Sense::CLICK);
                widgets::row_ground(ui, rect, selected, response.hovered());
                let style = if selected { tokens::UI_MEDIUM } else { tokens::UI };
                widgets::line(
                    ui,
                    rect.shrink2(vec2(10.0, 0.0)),
                    Align2::LEFT_CENTER,
                    &offer.label,
                    style,
                    p.ink,
                );
                response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, selected, &offer.label));
                if selected {
                    crate::gui::picker::chosen(ui, field, &response);
                }
                if response.clicked() {
                    take(ui, typing, offer, out);
                }
            }
        });
    });
}

/// Why the question cannot be read, under its field.
fn problem(ui: &Ui, below: Rect, words: &str) {
    let p = look(ui.ctx());
    let area = egui::Area::new(Id::unique("problem of the question"))
        .order(egui::Order::Foreground)
        .fixed_pos(below.left_bottom() + vec2(0.0, 4.0));
    area.show(ui.ctx(), |ui| {
        widgets::floating(p, 10.0).show(ui, |ui| {
            ui.set_max_width(below.width().max(240.0));
            widgets::text(ui, words, tokens::SMALL, p.cut);
        });
    });
}
